// How each phase is laid out as vectors and matrices. A view builds its blocks once and returns what updates them.

const unitNames = (data) => Array.from({ length: data.H }, (_, i) => String(i + 1));

const VIEWS = {
  input(body, data) {
    const x = new Vector(body, { labels: data.vocabulary, horizontal: true, digits: 0 });
    return (step) => x.update(data.inputs[step], symbolAt(data.notation.input, step + 1), 1, { hot: data.ids[step] });
  },

  input_product(body, data, open) {
    const { notation: n, scales } = data;
    const units = unitNames(data);
    const long = data.D > 12; // a long one-hot vector is told by its one hot place
    const W = new Matrix(body, { values: data.W_xh, rows: units, columns: data.vocabulary, symbol: n.W_xh + n.stored, scale: scales.xh });
    const x = new Vector(operator(body, "·"), { labels: long ? [""] : data.vocabulary, digits: 0 });
    const result = new Vector(operator(body, "="), { labels: units, onOpen: open });
    return (step, index) => {
      const symbol = symbolAt(n.input, step + 1);
      W.highlight(index, data.ids[step]);
      if (long) {
        x.update([1], `${symbol}, and ${data.D - 1} zeros`, 1, { hot: 0 });
        x.cells[0].name.textContent = data.tokens[step];
      } else x.update(data.inputs[step], symbol, 1, { hot: data.ids[step] });
      result.update(data.input_product[step], symbolAt(n.input_product, step + 1), scales.sums, { selected: index });
    };
  },

  recurrent_product(body, data, open) {
    const { notation: n, scales } = data;
    const units = unitNames(data);
    const W = new Matrix(body, { values: data.W_hh, rows: units, columns: units, symbol: n.W_hh + n.stored, scale: scales.hh });
    const h = new Vector(operator(body, "·"), { labels: units });
    const result = new Vector(operator(body, "="), { labels: units, onOpen: open });
    return (step, index) => {
      W.highlight(index, null);
      h.update(data.hidden[step], symbolAt(n.hidden, step), scales.hidden);
      result.update(data.recurrent_product[step], symbolAt(n.recurrent_product, step + 1), scales.sums, { selected: index });
    };
  },

  preactivation(body, data, open) {
    const { notation: n, scales } = data;
    const labels = unitNames(data);
    const input = new Vector(body, { labels });
    const recurrent = new Vector(operator(body, "+"), { labels });
    const bias = new Vector(operator(body, "+"), { labels });
    const result = new Vector(operator(body, "="), { labels, onOpen: open });
    return (step, index) => {
      input.update(data.input_product[step], symbolAt(n.input_product, step + 1), scales.sums);
      recurrent.update(data.recurrent_product[step], symbolAt(n.recurrent_product, step + 1), scales.sums);
      bias.update(data.b, n.b, scales.sums);
      result.update(data.preactivation[step], symbolAt(n.preactivation, step + 1), scales.sums, { selected: index });
    };
  },

  hidden(body, data, open) {
    const { notation: n, scales } = data;
    const labels = unitNames(data);
    const sums = new Vector(body, { labels });
    const curve = new Curve(operator(body, "→"), data.activation, data.H, scales.sums);
    const result = new Vector(operator(body, "→"), { labels, onOpen: open });
    return (step, index) => {
      sums.update(data.preactivation[step], symbolAt(n.preactivation, step + 1), scales.sums);
      curve.update(data.preactivation[step], data.hidden[step + 1], index);
      result.update(data.hidden[step + 1], symbolAt(n.hidden, step + 1), scales.hidden, { selected: index });
    };
  },

  logits(body, data, open) {
    const { notation: n, scales } = data;
    const units = unitNames(data);
    const W = new Matrix(body, { values: data.W_hy, rows: data.vocabulary, columns: units, symbol: n.W_hy + n.stored, scale: scales.hy });
    const h = new Vector(operator(body, "·"), { labels: units });
    const bias = new Vector(operator(body, "+"), { labels: data.vocabulary });
    const result = new Vector(operator(body, "="), { labels: data.vocabulary, onOpen: open });
    return (step, index) => {
      W.highlight(index, null);
      h.update(data.hidden[step + 1], symbolAt(n.hidden, step + 1), scales.hidden);
      bias.update(data.c, n.c, scales.logits);
      result.update(data.logits[step], `logits_{${step + 1}}`, scales.logits, { selected: index });
    };
  },

  prediction(body, data, open) {
    const labels = data.vocabulary;
    const soft = data.loss === "cross_entropy";
    const logits = new Vector(body, { labels });
    const powers = soft ? new Vector(operator(body, "→"), { labels, className: "amount" }) : null;
    const result = new Vector(operator(body, "→"), { labels, onOpen: open, className: soft ? "amount" : "" });
    return (step, index) => {
      const symbol = symbolAt(data.notation.prediction, step + 1);
      logits.update(data.logits[step], `logits_{${step + 1}}`, data.scales.logits);
      powers?.update(softmaxPowers(data.logits[step]), "e^{logit − largest}", 1);
      result.update(data.predictions[step], symbol, data.scales.prediction, { selected: index, hot: data.guesses[step] });
    };
  },

  loss(body, data) {
    const losses = new Vector(body, { labels: data.tokens, horizontal: true, className: "amount" });
    const most = largest(data.losses) || 1;
    return (step) => {
      const known = data.losses.map((loss, t) => (t <= step && data.targets[t] !== null ? loss : null));
      losses.update(known, symbolAt(data.notation.loss, "t"), most, { hot: step });
    };
  },
};

/** e^(logit − largest logit): the softmax before it is divided by its sum. */
function softmaxPowers(logits) {
  const most = Math.max(...logits);
  return logits.map((logit) => Math.exp(logit - most));
}
