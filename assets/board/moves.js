// The moves of each step, in order, and each move in words. A step is one time step of s_t = f ⊙ s_{t−1} + i ⊙ s̃_t.

const JOBS = {
  erase: { gate: "f", symbol: "f_{@}", title: "forget gate", does: "keeps a line or erases it", lecture: "selective forget" },
  look: { gate: "o", symbol: "o_{<}", title: "output gate", does: "lets a line be looked at", lecture: "selective write" },
  write: { gate: "i", symbol: "i_{@}", title: "input gate", does: "lets a line take the new number in", lecture: "selective read" },
};
const GATES = { f: "forget", o: "look", i: "take" }; // a gate's letter → its name in the data

function movesOf(tasks) {
  const moves = [{ step: -1, kind: "start" }];
  tasks.forEach((task, step) => {
    if (task.erased.length && task.line !== null) moves.push({ step, kind: "full" });
    if (task.erased.length) moves.push({ step, kind: "erase" });
    if (task.parts.length) moves.push({ step, kind: "look" });
    if (task.line !== null) moves.push({ step, kind: "write" });
  });
  return moves;
}

/** Where each step ends: there Shift+→ lands. */
const stopsOf = (moves) => [0, ...moves.flatMap((move, k) => (k && moves[k + 1]?.step !== move.step ? [k] : []))];

const writeMove = ({ step, kind }) => `${step + 1}.${kind}`;
const parseMove = (text, moves) => Math.max(0, moves.findIndex((move) => writeMove(move) === text));

/** A number as on a board: whole ones whole, others to two decimals, thousands apart, a true minus. */
function inInk(value) {
  const digits = Math.abs(value) < 10000 ? 2 : 0;
  const text = value.toLocaleString("en-US", { maximumFractionDigits: digits });
  return text === "-0" ? "0" : text.replace("-", MINUS);
}

/** The same inside a sum or product, where a minus needs brackets. */
const inside = (value) => (value < 0 ? `(${inInk(value)})` : inInk(value));

/** "ac · (bd + a)": what a step combines, by name. */
function partsInWords(data, step) {
  const { parts, sign } = data.tasks[step];
  const name = (part) => {
    if (typeof part === "string") return part;
    const standing = data.tasks[data.standing[step][part]].name;
    return sign === "·" && standing.includes("+") ? `(${standing})` : standing;
  };
  return parts.map(name).join(` ${sign} `);
}

/** "5 · 34 = 170": the same in the numbers of one board. */
function partsInNumbers(data, board, step) {
  const [first, second] = board.operands[step];
  return `${inInk(first)} ${data.tasks[step].sign} ${inside(second)} = ${inInk(board.candidates[step])}`;
}

/** "line 2", "lines 1 and 3". */
function linesInWords(lines) {
  const numbers = lines.map((line) => line + 1);
  return numbers.length === 1 ? `line ${numbers[0]}` : `lines ${numbers.join(" and ")}`;
}

const lookedAt = (task) => task.parts.filter((part) => typeof part === "number");

/** What stands on a line before a step, "bd = 33"; "" for an empty one. */
function contentOf(data, step, line) {
  const made = data.standing[step][line];
  return made === null ? "" : `${data.tasks[made].name} = ${inInk(data.gated.states[step][line])}`;
}

const vectorInWords = (values) => `(${values.map(inInk).join(", ")})`;

/** The status: pieces of text, symbols as { symbol }. */
function moveSentence(data, { step, kind }) {
  const task = data.tasks[step];
  const gated = data.gated;
  const gate = (name) => {
    const { symbol, title, gate: letter } = JOBS[name];
    return [`That is the ${title}'s job: `, { symbol: symbolAt(symbol, step + 1) }, ` = ${vectorInWords(gated[GATES[letter]][step])}.`];
  };
  if (kind === "start") return [`Compute ${data.goal} on a board with room for three lines. Nothing stands on it yet.`];
  if (kind === "full") return [`${task.name} is next, and the board is full: a line has to go.`];
  if (kind === "erase") {
    const content = task.erased.map((line) => contentOf(data, step, line)).join(" and ");
    const why = task.line === null ? "Only the answer stays." : "It is not looked at again.";
    return [`Erase ${linesInWords(task.erased)}: ${content}. ${why} `, ...gate("erase")];
  }
  if (kind === "look") {
    const seen = lookedAt(task);
    const given = task.parts.filter((part) => typeof part === "string");
    const sources = [seen.length ? linesInWords(seen) : "no line", given.length ? `${given.join(" and ")} ${given.length > 1 ? "are" : "is"} given` : ""];
    return [`Look at ${sources.filter(Boolean).join("; ")}: ${partsInWords(data, step)} = ${partsInNumbers(data, gated, step)}. `, ...gate("look")];
  }
  return [`Write ${inInk(gated.candidates[step])} on ${linesInWords([task.line])} and leave the others alone. `, ...gate("write")];
}

/** Whether the reader's guess may go, and why. */
function verdict(data, step, line) {
  const next = data.nextLook[step][line];
  const content = contentOf(data, step, line);
  if (next !== null) return `No: ${content} is still needed, in step ${next + 1}.`;
  if (data.tasks[step].erased.includes(line)) return `Yes: ${content} is not needed any more.`;
  return `Yes: ${content} may go as well. Here ${linesInWords(data.tasks[step].erased)} goes first.`;
}
