// What just happened, in a sentence; numbers as the run recorded them.

const counted = (count, one, many = `${one}s`) => `${count.toLocaleString("en")} ${count === 1 ? one : many}`;

/** A number in a sentence: four significant digits, more before the point. */
function inDigits(value) {
  if (!Number.isFinite(value)) return formatNumber(value, 2);
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e7)) return value.toExponential(2).replaceAll("-", MINUS).replace("e+", "e");
  const digits = size >= 1000 ? 1 : size >= 100 ? 2 : size >= 1 ? 3 : 4;
  return value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits }).replace("-", MINUS);
}

/** The same where it is taken away: a negative number in brackets. */
const inBrackets = (value) => (value < 0 ? `(${inDigits(value)})` : inDigits(value));

function whatHappened(run, at) {
  if (at === 0) return [`Start`, `${counted(run.k, "centroid")} ${run.k === 1 ? "stands" : "stand"} where the starts put ${run.k === 1 ? "it" : "them"}; no point belongs to a cluster yet.`];
  return isAssign(at) ? assigned(run, at) : updated(run, at);
}

function assigned(run, at) {
  const i = assignmentAt(at);
  const parts = [];
  if (i === 0) parts.push(`all ${counted(run.n, "point")} ${run.n === 1 ? "goes" : "go"} to the nearest centroid`);
  else {
    const count = run.changed[i].length;
    parts.push(count ? `${counted(count, "point")} changed cluster` : "no point changed cluster");
  }
  parts.push(`${run.objective} ${inDigits(run.wcss[i])}`);
  const empty = run.sizes[i].flatMap((size, c) => (size || Number.isNaN(run.centroids[(i * run.k + c) * 2]) ? [] : [c + 1]));
  const who = empty.length > 1 ? `Clusters ${empty.join(", ")} were` : `Cluster ${empty[0]} was`;
  const said = empty.length ? ` ${who} left without points.` : "";
  const end = at === run.last ? ` ${run.ended}` : "";
  return [`Assign ${i + 1}`, `${parts.join(", ")}.${said}${end}`];
}

function updated(run, at) {
  const i = at / 2 - 1;
  const ways = Array.from(run.moved.subarray(i * run.k, (i + 1) * run.k));
  const farthest = ways.reduce((best, way, c) => (way > (ways[best] || 0) ? c : best), 0);
  const movers = ways.filter((way) => way > 0).length;
  let said = "no centroid moved";
  if (movers === 1) said = `centroid ${farthest + 1} moved ${inDigits(ways[farthest])}`;
  else if (movers) said = `${movers} centroids moved, centroid ${farthest + 1} the farthest, ${inDigits(ways[farthest])}`;
  const parts = [`${said}, ${run.objective} ${inDigits(run.updated[i])}.`];
  const emptied = run.emptied.filter(([iteration]) => iteration === i);
  const which = emptied.length > 1 ? "among the farthest" : "the farthest";
  for (const [, cluster, point] of emptied) {
    if (point !== null) parts.push(`Cluster ${cluster + 1} had no points: its centroid moves to point ${point + 1}, ${which} from its own.`);
    else parts.push(`Cluster ${cluster + 1} had no points: its centroid ${run.empty === "drop" ? "is taken out" : "stays where it is"}.`);
  }
  if (roseAt(run, at)) parts.push(`The objective rose by ${inDigits(run.updated[i] - run.wcss[i])}${whyItRose(run, emptied)}.`);
  return [`Update ${i + 1}`, parts.join(" ")];
}

function whyItRose(run, emptied) {
  const reasons = [];
  if (run.centre === "mean" && run.p !== 2) reasons.push("the mean is not the centre of this metric");
  if (emptied.some(([, , point]) => point !== null)) reasons.push("until the next assignment a point that a centroid went to counts in its old cluster");
  return reasons.length ? `: ${reasons.join(", and ")}` : "";
}
