// How each phase of the backward pass is laid out. As in views.js: built once, then updated.

const biasColumn = ["bias"];
const gradientVector = (parent, labels, onOpen = null) => new Vector(parent, { labels, onOpen, digits: 4 });

Object.assign(VIEWS, {
  output_gradient(body, data, open) {
    const labels = data.vocabulary;
    const guess = new Vector(body, { labels, className: data.loss === "cross_entropy" ? "amount" : "" });
    const wanted = new Vector(operator(body, "−"), { labels, digits: 0 });
    const result = gradientVector(operator(body, "="), labels, open);
    return (step, index) => {
      const target = data.targets[step];
      guess.update(data.predictions[step], symbolAt(data.notation.prediction, step + 1), data.scales.prediction);
      wanted.update(labels.map((_, k) => (target === null ? null : Number(k === target))), symbolAt(data.notation.target, step + 1), 1, { hot: target });
      result.update(data.backward.output[step], symbolAt(data.symbols.output, step + 1), data.backward.scales.output, { selected: index });
    };
  },

  head_terms(body, data, open) {
    return termsView(body, data, open, [["W_hy", data.vocabulary, unitNames(data)], ["c", data.vocabulary, biasColumn]]);
  },

  local_gradient(body, data, open) {
    const { scales } = data;
    const W = new Matrix(body, { values: transposed(data.W_hy), rows: unitNames(data), columns: data.vocabulary, symbol: transposedName(data, "W_hy"), scale: scales.hy });
    const error = gradientVector(operator(body, "·"), data.vocabulary);
    const result = gradientVector(operator(body, "="), unitNames(data), open);
    return (step, index) => {
      const b = data.backward;
      W.highlight(index, null);
      error.update(b.output[step], symbolAt(data.symbols.output, step + 1), b.scales.output);
      result.update(b.local[step], symbolAt(data.symbols.local, step + 1), b.scales.hidden, { selected: index });
    };
  },

  incoming_gradient(body, data, open) {
    const units = unitNames(data);
    const factor = new Matrix(body, { values: zeros(data.H, data.H), rows: units, columns: units, symbol: data.symbols.factor, scale: 1 });
    const next = gradientVector(operator(body, "·"), units);
    const result = gradientVector(operator(body, "="), units, open);
    return (step, index) => {
      const b = data.backward;
      const last = step === data.T - 1;
      factor.update(b.factors[step], symbolAt(data.symbols.factor, step + 1), b.scales.factor);
      factor.highlight(index, null);
      next.update(last ? units.map(() => null) : b.hidden[step + 1], symbolAt(data.symbols.next, step + 1), b.scales.hidden);
      result.update(b.incoming[step], "flows in", b.scales.hidden, { selected: index });
    };
  },

  hidden_gradient(body, data, open) {
    const units = unitNames(data);
    const local = gradientVector(body, units);
    const incoming = gradientVector(operator(body, "+"), units);
    const result = gradientVector(operator(body, "="), units, open);
    return (step, index) => {
      const b = data.backward;
      local.update(b.local[step], symbolAt(data.symbols.local, step + 1), b.scales.hidden);
      incoming.update(b.incoming[step], "flows in", b.scales.hidden);
      result.update(b.hidden[step], symbolAt(data.symbols.hidden, step + 1), b.scales.hidden, { selected: index });
    };
  },

  preactivation_gradient(body, data, open) {
    const units = unitNames(data);
    const gradient = gradientVector(body, units);
    const slope = new Vector(operator(body, "⊙"), { labels: units, className: "amount" });
    const result = gradientVector(operator(body, "="), units, open);
    return (step, index) => {
      const b = data.backward;
      gradient.update(b.hidden[step], symbolAt(data.symbols.hidden, step + 1), b.scales.hidden);
      slope.update(b.slope[step], symbolAt(`${data.notation.g}′(${data.notation.preactivation})`, step + 1), 1);
      result.update(b.preactivation[step], symbolAt(data.symbols.preactivation, step + 1), b.scales.preactivation, { selected: index });
    };
  },

  weight_terms(body, data, open) {
    const units = unitNames(data);
    return termsView(body, data, open, [["W_hh", units, units], ["W_xh", units, data.vocabulary], ["b", units, biasColumn]]);
  },
});

const LARGE = 64; // cells; of a larger matrix only what one step changes is drawn twice

/** For each parameter what this step adds, and the sum so far. The first one opens: its cells are counted row by row. */
function termsView(body, data, open, parameters) {
  const lines = parameters.map(([name, rows, columns], place) => {
    const line = htmlNode("div", "term-row", body);
    const large = rows.length * columns.length > LARGE;
    const make = (onOpen) => new Matrix(line, { values: zeros(rows.length, columns.length), rows, columns, symbol: "", scale: 1, digits: 3, onOpen });
    if (large && name === "W_xh") return inputColumn(line, data, rows);
    const term = large ? null : make(null);
    const sum = make(place === 0 ? open : null);
    return (step, index) => {
      const b = data.backward;
      const symbol = data.symbols.parameter(name);
      term?.update(b.terms[step][name], `step ${step + 1} adds`, b.scales[name]);
      sum.update(b.sums[step][name], step === 0 ? symbol : `${symbol}, so far`, b.scales[name], place === 0 ? index : null);
    };
  });
  return (step, index) => lines.forEach((update) => update(step, index));
}

/** A one-hot input gives a gradient to one column of its matrix and no other. */
function inputColumn(line, data, units) {
  const term = new Vector(line, { labels: units, digits: 3 });
  const sum = new Vector(line, { labels: units, digits: 3 });
  return (step) => {
    const b = data.backward;
    const column = data.ids[step];
    const symbol = `${data.symbols.parameter("W_xh")}, column ${column + 1}`;
    const of = (matrix) => matrix.map((row) => row[column]);
    term.update(of(b.terms[step].W_xh), `step ${step + 1} adds`, b.scales.W_xh);
    sum.update(of(b.sums[step].W_xh), step === 0 ? symbol : `${symbol}, so far`, b.scales.W_xh);
  };
}

const transposed = (matrix) => matrix[0].map((_, j) => matrix.map((row) => row[j]));
