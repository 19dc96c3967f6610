// The eight phases of one step forward, in words and symbols.

const PHASES = ["input", "input_product", "recurrent_product", "preactivation", "hidden", "logits", "prediction", "loss"];
const PHASE = Object.fromEntries(PHASES.map((key, index) => [key, index]));

const ACTIVATION_NAMES = { tanh: "tanh", relu: "ReLU", sigmoid: "sigmoid", identity: "identity" };

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
  if (key === "hidden") return ACTIVATION_NAMES[data.activation];
  if (key === "prediction") return data.loss === "cross_entropy" ? "softmax" : "linear";
  return phaseSymbol(data, key, "t");
}

/** What just happened, for the status line: strings and { symbol }s in a row. */
function phaseSentence(data, step, key) {
  const memory = { symbol: symbolAt(data.notation.hidden, step) };
  const guess = `“${data.vocabulary[data.guesses[step]]}”`;
  const target = data.targets[step];
  const sum = `loss ${formatNumber(data.losses[step], 4)}, sum so far ${formatNumber(data.running[step], 4)}.`;
  return {
    input: [`“${data.tokens[step]}” enters as a one-hot vector: a 1 at its place, 0 elsewhere.`],
    input_product: ["What this token asks for: its own column of the input matrix."],
    recurrent_product:
      step === 0 ? ["Nothing has been read yet: ", memory, " is all zeros."] : ["What the memory asks for: ", memory, " comes in from the step before."],
    preactivation: ["Both are added up, and the bias with them."],
    hidden: [data.activation === "identity" ? "The sum is kept as it is: the new hidden state." : `${ACTIVATION_NAMES[data.activation]} bends the sum: the new hidden state.`],
    logits: ["The hidden state is read out: one score for each possible token."],
    prediction: [data.loss === "cross_entropy" ? `Scores become probabilities. The network guesses ${guess}.` : `The scores are the prediction; the largest is ${guess}.`],
    loss: target === null ? ["No target at this step, so no loss: the network only guesses."] : [`The target was “${data.vocabulary[target]}”: ${sum}`],
  }[key];
}

/** The equation that a phase belongs to, in pieces: [markup, phases that light it]. */
function equationPieces(data, key) {
  const { notation: n, activation, loss } = data;
  if (PHASE[key] <= PHASE.hidden) {
    const g = activation === "identity" ? "" : ACTIVATION_NAMES[activation];
    const [before, after] = n.input_product.split(n.input);
    return [
      [`${n.hidden} = `, ["hidden"]],
      [g && `${g}(`, ["hidden"]],
      [before, ["input_product", "preactivation"]],
      [n.input, ["input", "input_product", "preactivation"]],
      [after, ["input_product", "preactivation"]],
      [" + ", ["preactivation"]],
      [n.recurrent_product, ["recurrent_product", "preactivation"]],
      [" + ", ["preactivation"]],
      [n.b, ["preactivation"]],
      [g && ")", ["hidden"]],
    ];
  }
  if (key === "loss") return [[loss === "cross_entropy" ? `${n.loss} = −log ${n.prediction}[target]` : `${n.loss} = ½ Σ (${n.target} − ${n.prediction})^{2}`, ["loss"]]];
  return [
    [`${n.prediction} = `, ["prediction"]],
    [loss === "cross_entropy" ? "softmax(" : "", ["prediction"]],
    [`${n.output_product} + ${n.c}`, ["logits"]],
    [loss === "cross_entropy" ? ")" : "", ["prediction"]],
  ];
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
  };
  completeBackward(data);
  return data;
}
