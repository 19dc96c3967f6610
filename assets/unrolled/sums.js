// The opened number as the sum of products that made it, numbers filled in. Each entry: lines of [symbol, text].
// "≈" where the terms are shown to four places: what follows it was computed from all of theirs.

const factor = (value) => (value < 0 ? `(${formatNumber(value, 4)})` : formatNumber(value, 4));
const exact = (value) => formatNumber(value, 6);
const productSum = (weights, values) => weights.map((w, j) => `${factor(w)}·${factor(values[j])}`).join(" + ");

const SUMS = {
  input(data, step) {
    const place = `place ${data.ids[step] + 1} of ${data.D}`;
    return [[data.notation.input, `: the 1 stands at “${data.tokens[step]}”, ${place}. It picks one column of the matrix, no more.`]];
  },

  input_product(data, step, i) {
    const zeros = data.D > 1 ? ` + ${data.D - 1} ${data.D === 2 ? "product" : "products"} with 0` : "";
    const weight = data.W_xh[i][data.ids[step]];
    return [[data.notation.input_product, `[${i + 1}] = ${factor(weight)}·1${zeros} ≈ ${exact(data.input_product[step][i])}`]];
  },

  recurrent_product(data, step, i) {
    const terms = productSum(data.W_hh[i], data.hidden[step]);
    return [[data.notation.recurrent_product, `[${i + 1}] = ${terms} ≈ ${exact(data.recurrent_product[step][i])}`]];
  },

  preactivation(data, step, i) {
    const terms = [data.input_product[step][i], data.recurrent_product[step][i], data.b[i]].map(factor).join(" + ");
    return [[data.notation.preactivation, `[${i + 1}] = ${terms} ≈ ${exact(data.preactivation[step][i])}`]];
  },

  hidden(data, step, i) {
    const z = formatNumber(data.preactivation[step][i], 4);
    const how = { tanh: `tanh(${z})`, relu: `max(0, ${z})`, sigmoid: `1 / (1 + e^${MINUS}(${z}))`, identity: z };
    return [[data.notation.hidden, `[${i + 1}] = ${how[data.activation]} ≈ ${exact(data.hidden[step + 1][i])}`]];
  },

  logits(data, step, k) {
    const terms = `${productSum(data.W_hy[k], data.hidden[step + 1])} + ${factor(data.c[k])}`;
    return [["logits_{@}", `[“${data.vocabulary[k]}”] = ${terms} ≈ ${exact(data.logits[step][k])}`]];
  },

  prediction(data, step, k) {
    const value = exact(data.predictions[step][k]);
    const name = `[“${data.vocabulary[k]}”]`;
    if (data.loss !== "cross_entropy") return [[data.notation.prediction, `${name} = the score itself = ${value}: a linear head`]];
    const powers = softmaxPowers(data.logits[step]);
    const sum = powers.reduce((a, b) => a + b, 0);
    const below = powers.length <= 8 ? powers.map((p) => formatNumber(p, 4)).join(" + ") : `${formatNumber(sum, 4)}, the sum of all ${powers.length}`;
    return [[data.notation.prediction, `${name} = ${formatNumber(powers[k], 4)} / (${below}) ≈ ${value}`]];
  },

  loss(data, step) {
    const n = data.notation;
    const target = data.targets[step];
    const counted = data.targets.slice(0, step + 1).filter((t) => t !== null).length;
    const lines = [];
    if (target === null) lines.push([n.loss, ": none, for this step has no target"]);
    else if (data.loss === "cross_entropy") {
      const likely = formatNumber(data.predictions[step][target], 6);
      lines.push([n.loss, ` = ${MINUS}log ${likely} ≈ ${exact(data.losses[step])}, the probability given to “${data.vocabulary[target]}”`]);
    } else {
      const terms = data.vocabulary.map((_, k) => `(${k === target ? 1 : 0} ${MINUS} ${factor(data.predictions[step][k])})²`);
      const shown = terms.length <= 6 ? terms : [...terms.slice(0, 5), `… ${terms.length} terms`];
      lines.push([n.loss, ` = ½ [${shown.join(" + ")}] ≈ ${exact(data.losses[step])}`]);
    }
    const mean = counted > 1 ? `; their mean ${formatNumber(data.running[step] / counted, 4)}` : "";
    lines.push([n.total, `${step + 1 < data.T ? " so far" : ""} = ${exact(data.running[step])}, the sum of ${counted} ${counted === 1 ? "loss" : "losses"}${mean}`]);
    return lines;
  },
};
