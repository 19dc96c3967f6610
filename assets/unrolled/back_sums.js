// The opened number of a backward phase as the products that made it. Entries as in sums.js.

const norm = (vector) => Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
const cellOf = (data, index) => [Math.floor(index / data.H), index % data.H];

Object.assign(SUMS, {
  output_gradient(data, step, k) {
    const symbol = symbolAt(data.symbols.output, step + 1);
    const target = data.targets[step];
    if (target === null) return [[symbol, "= 0: this step has no target"]];
    const value = data.backward.output[step][k];
    return [[symbol, `[“${data.vocabulary[k]}”] = ${factor(data.predictions[step][k])} ${MINUS} ${k === target ? 1 : 0} ≈ ${exact(value)}`]];
  },

  head_terms(data, step, index) {
    const [k, j] = cellOf(data, index);
    const b = data.backward;
    const product = `${factor(b.output[step][k])}·${factor(data.hidden[step + 1][j])} ≈ ${exact(b.terms[step].W_hy[k][j])}`;
    return [
      ["", `Step ${step + 1} adds to [“${data.vocabulary[k]}”, ${j + 1}]: ${product}`],
      [data.symbols.parameter("W_hy"), `${step ? " so far" : ""} = ${exact(b.sums[step].W_hy[k][j])}`],
    ];
  },

  local_gradient(data, step, j) {
    const b = data.backward;
    const terms = productSum(data.W_hy.map((row) => row[j]), b.output[step]);
    return [[data.symbols.local, `[${j + 1}] = ${terms} ≈ ${exact(b.local[step][j])}`]];
  },

  incoming_gradient(data, step, j) {
    const b = data.backward;
    if (step === data.T - 1) return [["", "Nothing comes after the last step: 0."]];
    const line = ["", `flows in [${j + 1}] = ${productSum(b.factors[step][j], b.hidden[step + 1])} ≈ ${exact(b.incoming[step][j])}`];
    const size = (value) => formatNumber(value, 4);
    const [before, after] = [norm(b.hidden[step + 1]), norm(b.incoming[step])];
    const share = before ? `, ${((100 * after) / before).toFixed(0)} % of ‖${data.symbols.next}‖ = ${size(before)}` : "";
    return [line, [`‖flows in‖ = ${size(after)}${share}; the factor's norm: ${size(b.factor_norms[step + 1])}`, ""]];
  },

  hidden_gradient(data, step, i) {
    const b = data.backward;
    return [[data.symbols.hidden, `[${i + 1}] = ${factor(b.local[step][i])} + ${factor(b.incoming[step][i])} ≈ ${exact(b.hidden[step][i])}`]];
  },

  preactivation_gradient(data, step, i) {
    const b = data.backward;
    const h = formatNumber(data.hidden[step + 1][i], 4);
    const positive = data.preactivation[step][i] > 0;
    const slope = { tanh: `(1 ${MINUS} (${h})²)`, relu: positive ? "1" : "0", sigmoid: `${h}·(1 ${MINUS} ${h})`, identity: "1" }[data.activation];
    const value = exact(b.preactivation[step][i]);
    return [[data.symbols.preactivation, `[${i + 1}] = ${factor(b.hidden[step][i])} · ${slope} ≈ ${value}`]];
  },

  weight_terms(data, step, index) {
    const [i, j] = cellOf(data, index);
    const b = data.backward;
    const product = `${factor(b.preactivation[step][i])}·${factor(data.hidden[step][j])} ≈ ${exact(b.terms[step].W_hh[i][j])}`;
    return [
      ["", `Step ${step + 1} adds to [${i + 1}, ${j + 1}]: ${product}`],
      [data.symbols.parameter("W_hh"), `${step ? " so far" : ""} = ${exact(b.sums[step].W_hh[i][j])}`],
    ];
  },
});
