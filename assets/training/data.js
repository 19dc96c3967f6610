// What the server sent, unpacked, and what follows from it; nothing here knows of the page.

function floatsOf(packed) {
  const text = atob(packed);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return new Float32Array(bytes.buffer); // little-endian 32-bit floats
}

function unpackTraining(data) {
  const runs = data.runs.map((run) => {
    const series = Object.fromEntries(Object.entries(run.series).map(([name, value]) => [name, typeof value === "string" ? floatsOf(value) : value]));
    const measured = run.measured.map((step) => ({ ...step, time_norms: floatsOf(step.time_norms) }));
    return { ...run, series, measured };
  });
  return { ...data, runs };
}

const whole = (count) => count.toLocaleString("en-GB");

/** A number for a caption or a table; null is what was not a number on the server. */
const short = (value) => (value === null || value === undefined ? "–" : formatNumber(value, 3));

const isLive = (run) => run.state === "waiting" || run.state === "running";

/** It goes on by itself: not for a step, after which it stands still again. */
const isGoing = (run) => isLive(run) && !run.stepping;

/** Where the cursor can stand: every update that some run has kept, and last of all now. */
function positionsOf(runs) {
  const kept = [...new Set(runs.flatMap((run) => run.checkpoints))].sort((a, b) => a - b);
  const now = Math.max(0, ...runs.map((run) => run.update));
  return [...kept.filter((update) => update < now).map((update) => ({ update, now: false })), { update: now, now: true }];
}

/** The last position at or before an update. */
function positionAt(positions, update) {
  return Math.max(0, positions.findLastIndex((position) => position.update <= update));
}

/** The update that all runs go back to from here: the last that some run has kept at or before it. */
function keptAt(runs, update) {
  return Math.max(0, ...runs.flatMap((run) => run.checkpoints).filter((kept) => kept <= update));
}

/** The point of a series that an update lies in: each stands for the updates up to its own. −1 beyond the last. */
function pointAt(updates, update) {
  let [low, high] = [0, updates.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (updates[middle] < update) low = middle + 1;
    else high = middle;
  }
  return low < updates.length ? low : -1;
}

/** The last of some steps at or before an update; undefined where there is none yet. */
const lastAt = (steps, update) => steps.findLast((step) => step.update <= update);

/** A line of a series: the mean of each group, with its least and its most where groups have more than one update. */
function lineOf(run, name) {
  const { series } = run;
  return { x: series.updates, y: series[name], low: series[`${name}_low`], high: series[`${name}_high`], group: series.group };
}

/** A line of the held-out metric, one point a look. */
function metricOf(run, metric) {
  return { x: run.looks.map((look) => look.update), y: run.looks.map((look) => look.metrics[metric] ?? NaN), dots: true };
}

/** What a line is at an update: of its group; for looks, of the last one before. */
function valueAt(line, update) {
  const place = line.dots ? line.x.findLastIndex((at) => at <= update) : pointAt(line.x, update);
  if (place < 0) return null;
  const first = line.group > 1 ? (place ? line.x[place - 1] + 1 : 1) : line.x[place];
  return { value: line.y[place], low: line.low?.[place], high: line.high?.[place], first, last: line.x[place] };
}

/** The best and the last value of a run's looks; null where it was not looked at yet. */
function bestAndLast(run, metric, falls) {
  const values = run.looks.map((look) => look.metrics[metric]).filter((value) => Number.isFinite(value));
  if (!values.length) return [null, null];
  return [falls ? Math.min(...values) : Math.max(...values), run.looks.at(-1).metrics[metric] ?? null];
}

/** What may be done now. `at` is the cursor's update. */
function possible(runs, at) {
  const going = runs.some(isGoing);
  const paused = runs.some((run) => run.state === "paused" || run.stepping);
  const over = runs.some((run) => !isLive(run) && !["paused", "finished", "gone"].includes(run.state));
  const back = keptAt(runs, at);
  const moves = over || runs.some((run) => run.update > back);
  return {
    pause: going,
    resume: paused && !going,
    step: paused && !going,
    stop: going || paused,
    rewind: !going && moves && runs.some((run) => run.checkpoints.length > 0),
    back,
  };
}

/** What runs say, each by its name; where all say the same, or the same but for numbers, it is said once. */
function saidTogether(told) {
  const parts = told.map(([, sentence]) => sentence.split(/(\d[\d,]*)/));
  const alike = (part, i) => i % 2 === 1 || parts.every((other) => other.length === parts[0].length && other[i] === part);
  if (told.length < 2 || !parts[0].every(alike)) return told.map(([name, sentence]) => (name ? `${name}: ${sentence}` : sentence)).join(" ");
  const differ = parts.some((other) => other.join() !== parts[0].join());
  const text = parts[0].map((_, i) => [...new Set(parts.map((other) => other[i]))].length > 1 ? parts.map((other) => other[i]).join(" · ") : parts[0][i]).join("");
  return differ ? `${told.map(([name]) => name).join(" · ")}: ${text}` : text;
}

/** Where the charts' axis ends: at the budget, or while little of a large one is made, at a half, a quarter … of it. */
function endOfAxis(made, budget) {
  let end = budget;
  while (end / 2 >= Math.max(1000, 1.1 * made)) end = Math.ceil(end / 2);
  return end;
}

/** Updates a second by the wall clock, from the news of the last ten seconds; null until they span one second. */
class Clock {
  constructor() {
    this.heard = new Map(); // run → [[milliseconds, update], …]
  }

  note(run, now) {
    const before = this.heard.get(run.id) ?? [];
    const again = run.state !== "running" || run.stepping || (before.length && run.update < before.at(-1)[1]);
    const kept = again ? [] : before.filter(([when]) => now - when <= 10_000);
    if (run.state === "running" && !run.stepping && run.update > 0) kept.push([now, run.update]);
    this.heard.set(run.id, kept);
  }

  rate(run) {
    const heard = this.heard.get(run.id) ?? [];
    const [first, last] = [heard[0], heard.at(-1)];
    if (!first || last[0] - first[0] < 1000) return null;
    return ((last[1] - first[1]) * 1000) / (last[0] - first[0]);
  }
}

function inTime(seconds) {
  if (!Number.isFinite(seconds)) return "";
  const rounded = Math.round(seconds);
  return rounded < 60 ? `${rounded} s` : `${Math.floor(rounded / 60)} min ${rounded % 60} s`;
}
