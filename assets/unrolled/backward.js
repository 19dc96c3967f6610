// The backward pass in words and symbols: seven phases a step, from the last step to the first, then the update.

/** A parameter as it is drawn: Keras stores each matrix the other way round. And the same, transposed. */
const drawnName = (data, name) => data.notation[name] + (name.startsWith("W") ? data.notation.stored : "");
const transposedName = (data, name) => data.notation[name] + (data.notation.stored ? "" : "ᵀ");

/** A gradient in the reader's letters, still with `@`, `<` and `>` for the step, the one before and the one after. */
function gradientSymbols(data) {
  const n = data.notation;
  const next = n.hidden.replaceAll("@", ">");
  return {
    output: `∂${n.loss}/∂logits_{@}`,
    local: `∂${n.loss}/∂${n.hidden}`,
    factor: `(∂${next}/∂${n.hidden})ᵀ`,
    next: `∂${n.total}/∂${next}`,
    hidden: `∂${n.total}/∂${n.hidden}`,
    preactivation: `∂${n.total}/∂${n.preactivation}`,
    parameter: (name) => `∂${n.total}/∂${drawnName(data, name)}`,
  };
}

function backChip(data, key) {
  const n = data.notation;
  const g = data.symbols;
  return symbolAt(
    {
      output_gradient: g.output,
      head_terms: `+ ${g.parameter("W_hy")}`,
      local_gradient: g.local,
      incoming_gradient: "from step t+1",
      hidden_gradient: g.hidden,
      preactivation_gradient: data.activation === "identity" ? g.preactivation : `· ${ACTIVATION_NAMES[data.activation]}′`,
      weight_terms: `+ ${g.parameter("W_hh")}, ∂${drawnName(data, "W_xh")}, ∂${n.b}`,
      update: `W ← W − η ∂${n.total}/∂W`,
    }[key],
    "t",
  );
}

/** What just happened, for the status line: strings and { symbol }s in a row. */
function backSentence(data, step, key) {
  const last = step === data.T - 1;
  const none = data.targets[step] === null;
  const state = { symbol: symbolAt(data.notation.hidden, step + 1) };
  return {
    output_gradient: [
      none
        ? "No target here: this step's guess is not judged."
        : data.loss === "cross_entropy"
          ? "How wrong was the guess? Probability minus target, for every token."
          : "How wrong was the guess? Score minus target, for every token.",
    ],
    head_terms: ["The read-out's gradient grows by this step's error times its hidden state."],
    local_gradient: ["The error goes back through the read-out: what this loss alone asks of ", state, "."],
    incoming_gradient: last
      ? ["No step comes after the last one, so nothing flows in."]
      : ["Through the recurrent matrix comes what all later losses ask of ", state, "."],
    hidden_gradient: ["Both together: the gradient of the whole loss at ", state, "."],
    preactivation_gradient: [
      data.activation === "identity" ? "No activation, no slope: it passes as it is." : `Back through ${ACTIVATION_NAMES[data.activation]}: times its slope, unit by unit.`,
    ],
    weight_terms: ["This step's share is added to the gradients of the shared weights."],
    update: [updateSentence(data)],
  }[key];
}

function updateSentence(data) {
  const count = data.descent.length - 1;
  const right = data.targets.filter((target, t) => target !== null && data.guesses[t] === target).length;
  const judged = data.targets.filter((target) => target !== null).length;
  const made = count === 0 ? "No update made yet" : `${count} ${count === 1 ? "update" : "updates"} made`;
  return `${made}: loss ${formatNumber(data.descent.at(-1), 4)}, ${right} of ${judged} right.`;
}

/** The equation that a phase belongs to, in pieces: [markup, phases that light it]. */
function backEquation(data, key) {
  const n = data.notation;
  const g = data.symbols;
  const soft = data.loss === "cross_entropy";
  const previous = n.hidden.replaceAll("@", "<");
  const slope = `${n.g}′(${n.preactivation})`;
  return {
    output_gradient: [[`${g.output} = ${n.prediction} − ${n.target}`, [key]], [soft ? "" : "  (linear head)", []]],
    head_terms: [[`${g.parameter("W_hy")} = Σ_{t} `, []], [symbolAt(`${g.output} ${n.hidden}ᵀ`, "t"), [key]]],
    local_gradient: [[`${g.local} = ${transposedName(data, "W_hy")} ${g.output}`, [key]]],
    incoming_gradient: [[`${g.hidden} = ${g.local} + `, []], [`${g.factor} ${g.next}`, [key]]],
    hidden_gradient: [[`${g.hidden} = ${g.local} + ${g.factor} ${g.next}`, [key]]],
    preactivation_gradient: [[`${g.preactivation} = ${g.hidden} ⊙ `, []], [slope, [key]]],
    weight_terms: [[`${g.parameter("W_hh")} = Σ_{t} `, []], [symbolAt(`${g.preactivation} ${previous}ᵀ`, "t"), [key]]],
    update: [[`W ← W − η ∂${n.total}/∂W`, [key]]],
  }[key];
}

const zeros = (rows, columns) => Array.from({ length: rows }, () => new Array(columns).fill(0));
const outer = (left, right) => left.map((a) => right.map((b) => a * b));
const plus = (sum, term) => sum.map((row, i) => row.map((value, j) => value + term[i][j]));
/** W_hhᵀ v */
const throughRecurrent = (data, v) => v.map((_, j) => v.reduce((sum, value, i) => sum + data.W_hh[i][j] * value, 0));

/** What follows from the gradients by one product each: flows between steps, terms of the sums, the sums so far. */
function completeBackward(data) {
  const { backward: b, T, H, D, K } = data;
  data.symbols = gradientSymbols(data);
  if (!b) return;
  b.incoming = b.preactivation.map((_, t) => (t === T - 1 ? new Array(H).fill(0) : throughRecurrent(data, b.preactivation[t + 1])));
  // (∂h_{t+1}/∂h_t)ᵀ = W_hhᵀ diag(g′(z_{t+1})): row j, column i
  b.factors = b.slope.map((_, t) => (t === T - 1 ? null : data.W_hh.map((_, j) => b.slope[t + 1].map((s, i) => s * data.W_hh[i][j]))));
  b.sides = b.local.map((_, t) => {
    const sides = []; // k → ∂L_t/∂z_k, of the loss at step t alone
    let row = b.local[t];
    for (let k = t; k >= 0; k--) {
      sides[k] = row.map((value, i) => value * b.slope[k][i]);
      row = throughRecurrent(data, sides[k]);
    }
    return sides;
  });
  const sums = { W_xh: zeros(H, D), W_hh: zeros(H, H), b: zeros(H, 1), W_hy: zeros(K, H), c: zeros(K, 1) };
  b.terms = []; // step → parameter → what this step adds
  b.sums = []; // step → parameter → the sum from the last step down to this one
  for (let t = T - 1; t >= 0; t--) {
    b.terms[t] = {
      W_xh: outer(b.preactivation[t], data.inputs[t]),
      W_hh: outer(b.preactivation[t], data.hidden[t]),
      b: outer(b.preactivation[t], [1]),
      W_hy: outer(b.output[t], data.hidden[t + 1]),
      c: outer(b.output[t], [1]),
    };
    for (const name of Object.keys(sums)) sums[name] = plus(sums[name], b.terms[t][name]);
    b.sums[t] = { ...sums };
  }
  b.scales = {
    output: data.loss === "cross_entropy" ? 1 : largest(b.output) || 1, // a probability is off by 1 at most
    hidden: largest(b.hidden, b.local, b.incoming) || 1,
    preactivation: largest(b.preactivation) || 1,
    factor: largest(b.factors.filter(Boolean)) || 1,
    side: largest(b.sides) || 1,
    ...Object.fromEntries(Object.keys(sums).map((name) => [name, largest(b.sums[0][name]) || 1])),
  };
}
