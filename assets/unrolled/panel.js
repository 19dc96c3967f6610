// Under the network: the active phase with all its numbers, and the sum behind the one that was opened.

class Panel {
  constructor(parent, onOpen) {
    this.onOpen = onOpen;
    this.root = htmlNode("div", "panel", parent);
  }

  build(data) {
    this.data = data;
    this.views = new Map(); // phase → { body, update }, made when first shown
    this.root.replaceChildren();
    this.heading = htmlNode("div", "panel-heading", this.root);
    this.stage = htmlNode("div", "stage", this.root);
    this.stage.tabIndex = 0;
    this.stage.setAttribute("role", "group");
    this.stage.setAttribute("aria-label", "The numbers of this phase");
    this.sum = htmlNode("div", "sum", this.root);
    this.sum.setAttribute("role", "status");
  }

  show(step, key, index) {
    let view = this.views.get(key);
    if (!view) {
      view = this.make(key);
      this.views.set(key, view);
    }
    if (this.shown !== view) {
      this.stage.replaceChildren(view.body);
      this.shown = view;
    }
    symbolToHtml(this.heading, this.equation(key, step + 1));
    view.update(step, index);
    this.sum.replaceChildren(...this.explain(step, key, index));
  }

  equation(key, t) {
    const { notation: n, activation, loss } = this.data;
    const at = (markup) => symbolAt(markup, t);
    const g = activation === "identity" ? "" : activation;
    return {
      input: at(n.input),
      input_product: at(n.input_product),
      recurrent_product: at(n.recurrent_product),
      preactivation: at(`${n.preactivation} = ${n.input_product} + ${n.recurrent_product} + ${n.b}`),
      hidden: at(`${n.hidden} = ${n.g}(${n.preactivation}) = ${g}(${n.preactivation})`),
      logits: at(`logits_{@} = ${n.output_product} + ${n.c}`),
      prediction: at(`${n.prediction} = ${loss === "cross_entropy" ? "softmax(logits_{@})" : "logits_{@}"}`),
      loss: loss === "cross_entropy" ? at(`${n.loss} = −log ${n.prediction}[target]`) : at(`${n.loss} = ½ Σ (${n.target} − ${n.prediction})^{2}`),
    }[key];
  }

  make(key) {
    const { data } = this;
    const n = data.notation;
    const body = htmlNode("div", "blocks");
    const units = Array.from({ length: data.H }, (_, i) => `${i + 1}`);
    const open = (index) => this.onOpen(index);
    const at = (markup, step) => symbolAt(markup, step + 1);
    const wide = data.D > 12;

    if (key === "input") {
      const x = new Vector(body, { labels: data.vocabulary, horizontal: true, digits: 0 });
      return { body, update: (step) => x.update(data.inputs[step], at(n.input, step), 1, { hot: data.ids[step] }) };
    }
    if (key === "input_product") {
      const W = new Matrix(body, { values: data.W_xh, rows: units, columns: data.vocabulary, symbol: n.W_xh, scale: data.scales.xh });
      operator(body, "·");
      const x = new Vector(body, wide ? { labels: [""], digits: 0 } : { labels: data.vocabulary, digits: 0 });
      operator(body, "=");
      const result = new Vector(body, { labels: units, onOpen: open });
      return {
        body,
        update: (step, index) => {
          W.highlight(index, data.ids[step]);
          if (wide) {
            x.update([1], `${at(n.input, step)}, one-hot`, 1);
            x.cells[0].item.firstChild.textContent = data.tokens[step];
          } else x.update(data.inputs[step], at(n.input, step), 1, { hot: data.ids[step] });
          result.update(data.input_product[step], at(n.input_product, step), data.scales.sums, { selected: index });
        },
      };
    }
    if (key === "recurrent_product") {
      const W = new Matrix(body, { values: data.W_hh, rows: units, columns: units, symbol: n.W_hh, scale: data.scales.hh });
      operator(body, "·");
      const h = new Vector(body, { labels: units });
      operator(body, "=");
      const result = new Vector(body, { labels: units, onOpen: open });
      return {
        body,
        update: (step, index) => {
          W.highlight(index, null);
          h.update(data.hidden[step], symbolAt(n.hidden, step), data.scales.hidden);
          result.update(data.recurrent_product[step], at(n.recurrent_product, step), data.scales.sums, { selected: index });
        },
      };
    }
    if (key === "preactivation") {
      const input = new Vector(body, { labels: units });
      operator(body, "+");
      const recurrent = new Vector(body, { labels: units });
      operator(body, "+");
      const bias = new Vector(body, { labels: units });
      operator(body, "=");
      const result = new Vector(body, { labels: units, onOpen: open });
      return {
        body,
        update: (step, index) => {
          input.update(data.input_product[step], at(n.input_product, step), data.scales.sums);
          recurrent.update(data.recurrent_product[step], at(n.recurrent_product, step), data.scales.sums);
          bias.update(data.b, n.b, data.scales.sums);
          result.update(data.preactivation[step], at(n.preactivation, step), data.scales.sums, { selected: index });
        },
      };
    }
    if (key === "hidden") {
      const sums = new Vector(body, { labels: units });
      operator(body, "→");
      const curve = new Curve(body, data.activation, data.H, data.scales.sums);
      operator(body, "→");
      const result = new Vector(body, { labels: units, onOpen: open });
      return {
        body,
        update: (step, index) => {
          sums.update(data.preactivation[step], at(n.preactivation, step), data.scales.sums);
          curve.update(data.preactivation[step], data.hidden[step + 1], index);
          result.update(data.hidden[step + 1], at(n.hidden, step), data.scales.hidden, { selected: index });
        },
      };
    }
    if (key === "logits") {
      const W = new Matrix(body, { values: data.W_hy, rows: data.vocabulary, columns: units, symbol: n.W_hy, scale: data.scales.hy });
      operator(body, "·");
      const h = new Vector(body, { labels: units });
      operator(body, "+");
      const bias = new Vector(body, { labels: data.vocabulary });
      operator(body, "=");
      const result = new Vector(body, { labels: data.vocabulary, onOpen: open });
      return {
        body,
        update: (step, index) => {
          W.highlight(index, null);
          h.update(data.hidden[step + 1], at(n.hidden, step), data.scales.hidden);
          bias.update(data.c, n.c, data.scales.logits);
          result.update(data.logits[step], `logits_{${step + 1}}`, data.scales.logits, { selected: index });
        },
      };
    }
    if (key === "prediction") {
      const logits = new Vector(body, { labels: data.vocabulary });
      operator(body, "→");
      const soft = data.loss === "cross_entropy";
      const powers = soft ? new Vector(body, { labels: data.vocabulary, className: "amount" }) : null;
      if (soft) operator(body, "→");
      const result = new Vector(body, { labels: data.vocabulary, onOpen: open, className: soft ? "amount" : "" });
      return {
        body,
        update: (step, index) => {
          const hot = data.guesses[step];
          logits.update(data.logits[step], `logits_{${step + 1}}`, data.scales.logits);
          powers?.update(softmaxPowers(data.logits[step]), "e^{logit − largest}", 1);
          result.update(data.predictions[step], at(n.prediction, step), data.scales.prediction, { selected: index, hot });
        },
      };
    }
    const losses = new Vector(body, { labels: data.tokens, horizontal: true, className: "amount" });
    const most = largest(data.losses) || 1;
    return {
      body,
      update: (step) => {
        const known = data.losses.map((loss, t) => (t <= step && data.targets[t] !== null ? loss : null));
        losses.update(known, symbolAt(n.loss, "t"), most, { hot: step });
      },
    };
  }

  /** The opened number as the sum it is, numbers filled in. */
  explain(step, key, index) {
    const { data } = this;
    const n = data.notation;
    const at = (markup) => symbolAt(markup, step + 1);
    const exact = (value) => formatNumber(value, 6);
    const factor = (value) => (value < 0 ? `(${formatNumber(value, 4)})` : formatNumber(value, 4));
    const plus = (values) => values.map((value, i) => (i === 0 ? formatNumber(value, 4) : value < 0 ? `− ${formatNumber(-value, 4)}` : `+ ${formatNumber(value, 4)}`)).join(" ");
    const line = (symbol, place, text) => {
      const node = htmlNode("p", "line");
      symbolToHtml(htmlNode("span", "", node), symbol);
      htmlNode("span", "", node).textContent = `${place} = ${text}`;
      return node;
    };
    const unit = `[${index + 1}]`;
    const products = (weights, values) => weights.map((w, j) => `${factor(w)}·${factor(values[j])}`).join(" + ");

    if (key === "input") return [line(at(n.input), "", `1 at “${data.vocabulary[data.ids[step]]}”, place ${data.ids[step] + 1} of ${data.D}; the vector only picks a column.`)];
    if (key === "input_product") {
      const weight = data.W_xh[index][data.ids[step]];
      const others = data.D > 1 ? `, and ${data.D - 1} × 0` : "";
      return [line(at(n.input_product), unit, `${factor(weight)}·1${others} = ${exact(data.input_product[step][index])}`)];
    }
    if (key === "recurrent_product") return [line(at(n.recurrent_product), unit, `${products(data.W_hh[index], data.hidden[step])} = ${exact(data.recurrent_product[step][index])}`)];
    if (key === "preactivation") {
      const terms = [data.input_product[step][index], data.recurrent_product[step][index], data.b[index]];
      return [line(at(n.preactivation), unit, `${plus(terms)} = ${exact(data.preactivation[step][index])}`)];
    }
    if (key === "hidden") {
      const z = formatNumber(data.preactivation[step][index], 4);
      const how = { tanh: `tanh(${z})`, relu: `max(0, ${z})`, sigmoid: `1 / (1 + e^(−(${z})))`, identity: z }[data.activation];
      return [line(at(n.hidden), unit, `${how} = ${exact(data.hidden[step + 1][index])}`)];
    }
    const name = `[“${data.vocabulary[index]}”]`;
    if (key === "logits") {
      return [line(`logits_{${step + 1}}`, name, `${products(data.W_hy[index], data.hidden[step + 1])} + ${factor(data.c[index])} = ${exact(data.logits[step][index])}`)];
    }
    if (key === "prediction") {
      if (data.loss !== "cross_entropy") return [line(at(n.prediction), name, `${exact(data.logits[step][index])}, the score itself: a linear head`)];
      const powers = softmaxPowers(data.logits[step]);
      const sum = powers.reduce((a, b) => a + b, 0);
      const terms = powers.length <= 8 ? powers.map((p) => formatNumber(p, 4)).join(" + ") : `sum of ${powers.length} powers, ${formatNumber(sum, 4)}`;
      return [line(at(n.prediction), name, `${formatNumber(powers[index], 4)} / (${terms}) = ${exact(data.predictions[step][index])}`)];
    }
    return this.explainLoss(step, line, exact, factor);
  }

  explainLoss(step, line, exact, factor) {
    const { data } = this;
    const n = data.notation;
    const target = data.targets[step];
    const lines = [];
    if (target === null) lines.push(line(symbolAt(n.loss, step + 1), "", "none: this step has no target"));
    else if (data.loss === "cross_entropy") {
      lines.push(line(symbolAt(n.loss, step + 1), "", `−log ŷ[“${data.vocabulary[target]}”] = −log ${formatNumber(data.predictions[step][target], 6)} = ${exact(data.losses[step])}`.replace("−log ŷ", "−log prediction")));
    } else {
      const terms = data.vocabulary.map((_, k) => `(${k === target ? 1 : 0} − ${factor(data.predictions[step][k])})²`);
      const shown = terms.length <= 6 ? terms.join(" + ") : `${terms.slice(0, 5).join(" + ")} + … ${terms.length} terms`;
      lines.push(line(symbolAt(n.loss, step + 1), "", `½ [${shown}] = ${exact(data.losses[step])}`));
    }
    const counted = data.targets.slice(0, step + 1).filter((t) => t !== null).length;
    const all = data.targets.filter((t) => t !== null).length;
    const mean = counted ? `; mean over ${counted} ${counted === 1 ? "step" : "steps"} ${formatNumber(data.running[step] / counted, 4)}` : "";
    lines.push(line(data.notation.total, counted < all ? " so far" : "", `${exact(data.running[step])}${mean}`));
    return lines;
  }
}

/** e^(logit − largest logit): the softmax before it is divided by its sum. */
function softmaxPowers(logits) {
  const most = Math.max(...logits);
  return logits.map((logit) => Math.exp(logit - most));
}
