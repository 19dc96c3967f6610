// The eight phases of one step and how a cursor counts through them: position = step · 8 + phase.

const PHASES = ["input", "input_product", "recurrent_product", "preactivation", "hidden", "logits", "prediction", "loss"];
const PHASE = Object.fromEntries(PHASES.map((key, index) => [key, index]));

const positionOf = (step, phase) => step * PHASES.length + phase;
const stepOf = (cursor) => Math.floor(cursor / PHASES.length); // from 0
const phaseOf = (cursor) => cursor % PHASES.length;

/** "3.hidden" → its position; null where it names none. */
function parseCursor(text, steps) {
  const match = /^(\d{1,4})\.([a-z_]+)$/.exec(text ?? "");
  if (!match || !(match[2] in PHASE)) return null;
  const step = Number(match[1]) - 1;
  return step >= 0 && step < steps ? positionOf(step, PHASE[match[2]]) : null;
}

const writeCursor = (cursor) => `${stepOf(cursor) + 1}.${PHASES[phaseOf(cursor)]}`;

/** The symbol of a phase in the reader's dialect; `index` is the step from 1, or "t". */
function phaseSymbol(data, key, index) {
  const n = data.notation;
  const markup = {
    input: n.input,
    input_product: n.input_product,
    recurrent_product: n.recurrent_product,
    preactivation: n.preactivation,
    hidden: n.hidden,
    logits: `${n.output_product} + ${n.c}`,
    prediction: n.prediction,
    loss: n.loss,
  }[key];
  return symbolAt(markup, index);
}

/** What a chip of the pipeline says: the thing that happens, in the reader's letters. */
function phaseChip(data, key) {
  const n = data.notation;
  if (key === "preactivation") return `+ ${n.b}`;
  if (key === "hidden") return data.activation === "identity" ? "identity" : data.activation;
  if (key === "prediction") return data.loss === "cross_entropy" ? "softmax" : "linear";
  return phaseSymbol(data, key, "t");
}

/** One plain sentence for the status line. */
function phaseSentence(data, step, key) {
  const token = `“${data.tokens[step]}”`;
  const h = spokenSymbol(symbolAt(data.notation.hidden, step));
  const target = data.targets[step];
  return {
    input: `${token} enters as a one-hot vector: a 1 at its place, 0 elsewhere.`,
    input_product: "What this token asks for: its own column of the input matrix.",
    recurrent_product:
      step === 0 ? `The memory is still empty: ${h} is all zeros.` : `What the memory asks for: ${h} comes in from the step before.`,
    preactivation: "The two are added, and the bias with them.",
    hidden: `${data.activation === "identity" ? "The identity leaves the sum as it is" : `${data.activation} squashes the sum`}: the new hidden state.`,
    logits: "The hidden state is read out: one score for each possible token.",
    prediction:
      data.loss === "cross_entropy"
        ? `Scores become probabilities. The network's guess: “${data.vocabulary[data.guesses[step]]}”.`
        : `The scores are the prediction. The largest: “${data.vocabulary[data.guesses[step]]}”.`,
    loss:
      target === null
        ? "No target at this step, so no loss: the network only guesses."
        : `Target “${data.vocabulary[target]}”: loss ${formatNumber(data.losses[step], 4)}, sum so far ${formatNumber(data.running[step], 4)}.`,
  }[key];
}

/** Values that the server does not send twice: one-hot inputs, guesses, running sums, scales of colour. */
function completeData(data) {
  data.inputs = data.ids.map((id) => data.vocabulary.map((_, k) => (k === id ? 1 : 0))); // (T, D)
  data.guesses = data.predictions.map((row) => row.indexOf(Math.max(...row)));
  let sum = 0;
  data.running = data.losses.map((loss) => (sum += loss));
  data.scales = {
    hidden: Math.max(1, largest(data.hidden)),
    sums: largest(data.input_product, data.recurrent_product, data.preactivation) || 1,
    logits: largest(data.logits) || 1,
    prediction: data.loss === "cross_entropy" ? 1 : Math.max(1, largest(data.predictions)),
    xh: largest(data.W_xh) || 1,
    hh: largest(data.W_hh) || 1,
    hy: largest(data.W_hy) || 1,
    bias: largest(data.b, data.c) || 1,
  };
  return data;
}
