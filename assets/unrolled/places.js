// Where a cursor stands: first all steps forward, then, where there is a loss, all steps backward, last the update.

const BACK_PHASES = [
  "output_gradient", "head_terms", "local_gradient", "incoming_gradient", "hidden_gradient", "preactivation_gradient", "weight_terms",
];
const BACK = Object.fromEntries(BACK_PHASES.map((key, index) => [key, index]));

const forwardCount = (data) => data.T * PHASES.length;
const backwardCount = (data) => (data.backward ? data.T * BACK_PHASES.length : 0);
const positionCount = (data) => forwardCount(data) + backwardCount(data) + (data.backward ? 1 : 0);

const positionOf = (step, phase) => step * PHASES.length + phase;
const backPositionOf = (data, step, phase) => forwardCount(data) + (data.T - 1 - step) * BACK_PHASES.length + phase;

/** { pass: "forward" | "backward" | "update", step from 0, phase: its index in the pass, key: its name } */
function placeAt(data, cursor) {
  if (cursor < forwardCount(data)) {
    const phase = cursor % PHASES.length;
    return { pass: "forward", step: Math.floor(cursor / PHASES.length), phase, key: PHASES[phase] };
  }
  const rest = cursor - forwardCount(data);
  if (rest >= backwardCount(data)) return { pass: "update", step: 0, phase: 0, key: "update" };
  const phase = rest % BACK_PHASES.length;
  return { pass: "backward", step: data.T - 1 - Math.floor(rest / BACK_PHASES.length), phase, key: BACK_PHASES[phase] };
}

/** "3.hidden", "3.local_gradient" or "update" → its position; null where it names none. */
function parseCursor(text, data) {
  if (text === "update") return data.backward ? positionCount(data) - 1 : null;
  const match = /^(\d{1,4})\.([a-z_]+)$/.exec(text ?? "");
  const step = match ? Number(match[1]) - 1 : -1;
  if (step < 0 || step >= data.T) return null;
  if (Object.hasOwn(PHASE, match[2])) return positionOf(step, PHASE[match[2]]);
  return data.backward && Object.hasOwn(BACK, match[2]) ? backPositionOf(data, step, BACK[match[2]]) : null;
}

function writeCursor(data, cursor) {
  const { pass, step, key } = placeAt(data, cursor);
  return pass === "update" ? "update" : `${step + 1}.${key}`;
}

/** Where a cursor goes when the data change under it: to the same phase of the same step, or, if that is gone, to the
 *  end of its pass. */
function samePlace(before, after, cursor) {
  const { pass, step, phase } = placeAt(before, cursor);
  if (pass === "forward") return step < after.T ? positionOf(step, phase) : forwardCount(after) - 1;
  if (!after.backward) return forwardCount(after) - 1;
  return pass === "backward" && step < after.T ? backPositionOf(after, step, phase) : positionCount(after) - 1;
}

/** The positions at which a step is finished, and the first and last of each pass. */
function stopsOf(data) {
  const steps = Array.from({ length: data.T }, (_, step) => step);
  const forward = steps.map((step) => positionOf(step, PHASE.loss));
  const passes = [{ first: 0, last: forwardCount(data) - 1 }];
  if (!data.backward) return { tokens: forward, passes };
  const backward = steps.toReversed().map((step) => backPositionOf(data, step, BACK.weight_terms));
  const update = positionCount(data) - 1;
  return { tokens: [...forward, ...backward, update], passes: [...passes, { first: forwardCount(data), last: update }] };
}
