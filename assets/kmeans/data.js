// What the server sent, unpacked: points and centroids as doubles, labels as bytes, all but the first as changes.

const bytesOf = (packed) => Uint8Array.from(atob(packed), (character) => character.charCodeAt(0));
const doublesOf = (packed) => new Float64Array(bytesOf(packed).buffer);

/** The labels after each assignment: the first in full, of each later one which points changed, and to what. */
function labelsOf({ first, counts, places, clusters }) {
  const at = new Uint32Array(bytesOf(places).buffer);
  const to = bytesOf(clusters);
  const every = [bytesOf(first)];
  const changed = [null]; // at the first assignment: all
  let begin = 0;
  for (const count of counts) {
    const labels = every.at(-1).slice();
    const moved = at.subarray(begin, begin + count);
    moved.forEach((point, i) => (labels[point] = to[begin + i]));
    every.push(labels);
    changed.push(moved);
    begin += count;
  }
  return { every, changed };
}

function unpackRun(data) {
  const { every, changed } = labelsOf(data.labels);
  const sizes = every.map((labels) => {
    const counts = new Array(data.k).fill(0);
    for (const label of labels) counts[label]++;
    return counts;
  });
  return {
    ...data,
    points: doublesOf(data.points), // n × 2, as they are drawn
    centroids: doublesOf(data.centroids), // rows of k × 2, as they are drawn
    values: data.values ? doublesOf(data.values) : null, // n × D, as they are clustered
    middles: data.middles ? doublesOf(data.middles) : null, // rows of k × D
    moved: doublesOf(data.moved),
    labels: every,
    changed,
    sizes,
    last: 2 * every.length - 1, // positions: 0 the starts, then assign, update, …, assign
  };
}

// A position is a half-step: 0 the starts, odd ones assign, even ones update.
const isAssign = (at) => at % 2 === 1;
const rowAt = (at) => Math.floor(at / 2); // of the centroids
const assignmentAt = (at) => Math.floor((at - 1) / 2); // −1 at the starts
const objectiveAt = (run, at) => (at === 0 ? NaN : isAssign(at) ? run.wcss[assignmentAt(at)] : run.updated[at / 2 - 1]);

/** Whether a half-step raised the objective, by more than its sums are rounded by. */
function roseAt(run, at) {
  if (at < 2) return false;
  const [left, right, low, high] = run.box;
  const rounding = run.n * (1e-13 * (right - left + high - low)) ** run.p; // all that is left where points are the same
  const before = objectiveAt(run, at - 1);
  return objectiveAt(run, at) - before > Math.max(1e-9 * before, rounding);
}

/** "3.assign" in the address. */
const nameOfPlace = (at) => (at === 0 ? "0.start" : isAssign(at) ? `${(at + 1) / 2}.assign` : `${at / 2}.update`);

function parsePlace(text, last) {
  const found = /^(\d{1,4})\.(start|assign|update)$/.exec(text ?? "");
  if (!found) return null;
  const iteration = Number(found[1]);
  const at = found[2] === "start" ? 0 : found[2] === "assign" ? 2 * iteration - 1 : 2 * iteration;
  return at >= 0 && at <= last ? at : null;
}

/** Σ_d |x_d − c_d|^p between row i of `a` and row j of `b`, both of `width` columns. */
function powersBetween(a, i, b, j, width, p) {
  let sum = 0;
  for (let d = 0; d < width; d++) sum += Math.abs(a[i * width + d] - b[j * width + d]) ** p;
  return sum;
}
