// What makes a grouping good: mean distances between points of one group, and between points of different ones.

/** Both means over pairs of points, NaN where there is no such pair, and the first over the second. */
function spreadOf(points, labels) {
  const sums = [0, 0];
  const counts = [0, 0];
  points.forEach(([x, y], i) => {
    for (let j = 0; j < i; j++) {
      const kind = labels[i] === labels[j] ? 0 : 1;
      sums[kind] += Math.hypot(x - points[j][0], y - points[j][1]);
      counts[kind]++;
    }
  });
  const [within, between] = sums.map((sum, kind) => (counts[kind] ? sum / counts[kind] : NaN));
  return { within, between, ratio: between ? within / between : NaN };
}

/** The mean distance of one point to the others of its group, and to the points of the nearest other group. */
function spreadOfPoint(points, labels, i) {
  const groups = new Map();
  points.forEach(([x, y], j) => {
    if (j === i) return;
    const found = groups.get(labels[j]) ?? [0, 0];
    groups.set(labels[j], [found[0] + Math.hypot(x - points[i][0], y - points[i][1]), found[1] + 1]);
  });
  const means = [...groups].map(([label, [sum, count]]) => [label, sum / count]);
  const own = means.find(([label]) => label === labels[i])?.[1] ?? NaN;
  const others = means.filter(([label]) => label !== labels[i]).sort((one, other) => one[1] - other[1]);
  return { own, nearest: others[0] ?? null };
}

/** Groupings to begin with: bands of as many points each, across the plane, and points dealt out like cards. */
const bands = (points, k) => {
  const order = points.map((_, i) => i).sort((a, b) => points[a][1] - points[b][1]);
  const labels = new Array(points.length);
  order.forEach((point, rank) => (labels[point] = Math.floor((rank * k) / points.length)));
  return labels;
};
const dealt = (points, k) => points.map((_, i) => i % k);
