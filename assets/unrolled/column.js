// One time step as the eye meets it: token below, hidden units in the middle, read-out and loss on top.

/** Sizes in px for this many units and outputs; `narrow` for phones. */
function measure(data, narrow) {
  const unitHeight = data.H <= 4 ? 27 : data.H <= 6 ? 24 : 21;
  const rows = data.K <= 6 ? data.K : 5;
  const rowHeight = 19;
  const letters = data.vocabulary.every((name) => [...name].length <= 2);
  const top = 8;
  const outputs = top + 44; // below the target and the loss
  const hidden = outputs + rows * rowHeight + 40;
  const token = hidden + data.H * unitHeight + 44;
  return {
    pitch: narrow ? 132 : 140, unitWidth: 62, unitHeight, rows, rowHeight, rowWidth: 120, nameWidth: letters ? 24 : 46, numberWidth: 42,
    top, outputs, hidden, token, height: token + 62, first: 58, start: 38,
  };
}

/** The outputs a column shows: all of up to six, else the five likeliest with the target among them, likeliest first. */
function shownOutputs(data, step, rows) {
  const all = data.vocabulary.map((_, k) => k);
  if (all.length <= rows) return all;
  const likeliest = all.sort((a, b) => data.predictions[step][b] - data.predictions[step][a]);
  const shown = likeliest.slice(0, rows);
  const target = data.targets[step];
  if (target !== null && !shown.includes(target)) shown[rows - 1] = target;
  return shown;
}

/** What the hidden cells of a step hold once `stage` (a phase index) is reached; null before. */
function hiddenAt(data, step, stage) {
  if (stage < PHASE.input_product) return null;
  const key = stage >= PHASE.hidden ? "hidden" : PHASES[stage];
  const done = key === "hidden";
  return { key, values: done ? data.hidden[step + 1] : data[key][step], scale: done ? data.scales.hidden : data.scales.sums, done };
}

/** A stack of H cells, each carrying its number. */
class UnitStack {
  constructor(parent, m, x) {
    this.m = m;
    this.x = x;
    this.group = svgNode("g", { class: "units" }, parent);
    this.cells = [];
  }

  build(count, onOpen) {
    const { unitWidth, unitHeight, hidden } = this.m;
    for (let i = 0; i < count; i++) {
      const y = hidden + i * unitHeight;
      const cell = svgNode("g", { class: "cell", "data-unit": i + 1 }, this.group);
      svgNode("rect", { x: this.x - unitWidth / 2, y: y + 1, width: unitWidth, height: unitHeight - 2, rx: 5 }, cell);
      const text = svgNode("text", { x: this.x, y: y + unitHeight / 2, class: "number" }, cell);
      if (onOpen) cell.addEventListener("click", () => onOpen(i));
      this.cells.push({ cell, text });
    }
    this.label = svgNode("text", { x: this.x, y: hidden + count * unitHeight + 15, class: "symbol" }, this.group);
    return this;
  }

  paint(content, markup) {
    this.group.classList.toggle("empty", content === null);
    this.group.classList.toggle("gradient", Boolean(content?.gradient));
    this.group.classList.toggle("provisional", content !== null && !content.done);
    this.cells.forEach(({ cell, text }, i) => {
      text.textContent = content === null ? "" : formatNumber(content.values[i], content.gradient ? 3 : 2);
      tint(cell, content === null ? 0 : content.values[i], content === null ? 1 : content.scale);
    });
    symbolToSvg(this.label, markup);
  }

  middle(i) {
    return this.m.hidden + (i + 0.5) * this.m.unitHeight;
  }
}

/** What the hidden cells of a step hold once the backward pass has come to `back` there; null before. */
function gradientAt(data, step, back) {
  const b = data.backward;
  const g = data.symbols;
  if (back < BACK.local_gradient) return null;
  const [values, symbol] =
    back === BACK.local_gradient ? [b.local, g.local]
    : back === BACK.incoming_gradient ? [b.incoming, "flows in"]
    : back === BACK.hidden_gradient || back >= BACK_PHASES.length ? [b.hidden, g.hidden]
    : [b.preactivation, g.preactivation];
  const scale = values === b.preactivation ? b.scales.preactivation : b.scales.hidden;
  return { values: values[step], scale, done: back !== BACK.incoming_gradient, gradient: true, symbol };
}

function turnArrow(arrow, backward) {
  arrow.removeAttribute(backward ? "marker-end" : "marker-start");
  arrow.setAttribute(backward ? "marker-start" : "marker-end", "url(#sv-arrow)");
}

class Column {
  /** `onOpen(position, index)` when a cell is clicked; `onWeight(name or null)` while a weight is pointed at. */
  constructor(parent, data, m, x, { onOpen, onWeight, backs, from }) {
    Object.assign(this, { data, m, x });
    this.step = -1;
    this.reached = -1;
    this.group = svgNode("g", { class: "column" }, parent);
    const { top, height, pitch } = m;
    this.back = svgNode("rect", { x: x - pitch / 2 + 6, y: top - 4, width: pitch - 12, height: height - top, rx: 10, class: "back" }, backs);
    this.back.addEventListener("click", () => onOpen(this.positionOf(PHASE.input, BACK.output_gradient), 0));
    this.arrows(onWeight, from);
    this.units = new UnitStack(this.group, m, x).build(data.H, (i) => onOpen(this.positionOf(this.opened(), this.openedBack()), i));
    this.outputs(onOpen);
    this.token(onOpen);
  }

  setActive(active) {
    this.group.classList.toggle("now", active);
    this.back.classList.toggle("now", active);
  }

  setDrawn(drawn) {
    this.group.style.display = drawn ? "" : "none";
  }

  /** Where a click on this column leads: to its phase forward, or backward once that pass has reached it. */
  positionOf(phase, back) {
    return this.reached >= 0 ? backPositionOf(this.data, this.step, back) : positionOf(this.step, phase);
  }

  openedBack() {
    return this.reached < BACK.local_gradient || this.reached > BACK.preactivation_gradient ? BACK.hidden_gradient : this.reached;
  }

  opened() {
    return this.stage >= PHASE.input_product && this.stage < PHASE.hidden ? this.stage : PHASE.hidden;
  }

  arrows(onWeight, from) {
    const { data, m, x } = this;
    const bottom = m.hidden + data.H * m.unitHeight;
    const middle = m.hidden + (data.H * m.unitHeight) / 2;
    const left = from + m.unitWidth / 2 + 4;
    const right = x - m.unitWidth / 2 - 4;
    const spots = [
      ["xh", `M ${x + 30} ${m.token - 4} V ${bottom + 6}`, x + 36, (m.token + bottom) / 2 + 4, "start"],
      ["hh", `M ${left} ${middle} H ${right}`, (left + right) / 2, m.hidden - 8, "middle"],
      ["hy", `M ${x} ${m.hidden - 4} V ${m.outputs + m.rows * m.rowHeight + 6}`, x + 8, m.hidden - 27, "start"],
    ];
    this.weights = {}; // phase → the arrow of the matrix that acts in it
    const phases = { xh: "input_product", hh: "recurrent_product", hy: "logits" };
    for (const [name, path, textX, textY, anchor] of spots) {
      const group = svgNode("g", { class: "weight", "data-weight": name }, this.group);
      this.weights[phases[name]] = group;
      svgNode("path", { d: path, class: "reach" }, group);
      svgNode("path", { d: path, class: "arrow", "marker-end": "url(#sv-arrow)", "data-of": name }, group);
      const label = svgNode("text", { x: textX, y: textY, "text-anchor": anchor, class: "weight-name" }, group);
      symbolToSvg(label, data.notation[`W_${name}`]);
      group.addEventListener("pointerenter", () => onWeight(name));
      group.addEventListener("pointerleave", () => onWeight(null));
    }
  }

  outputs(onOpen) {
    const { m, x } = this;
    const left = x - m.rowWidth / 2;
    this.target = svgNode("text", { x: left, y: m.top + 13, class: "target" }, this.group);
    this.loss = svgNode("text", { x: left, y: m.top + 31, class: "loss" }, this.group);
    this.loss.addEventListener("click", () => onOpen(positionOf(this.step, PHASE.loss), 0));
    this.rows = [];
    for (let r = 0; r < m.rows; r++) {
      const y = m.outputs + r * m.rowHeight;
      const row = svgNode("g", { class: "output" }, this.group);
      svgNode("rect", { x: left, y: y + 1, width: m.rowWidth, height: m.rowHeight - 2, rx: 4, class: "frame" }, row);
      const bar = svgNode("rect", { x: left + m.nameWidth, y: y + 3, width: 0, height: m.rowHeight - 6, rx: 2, class: "bar" }, row);
      const name = svgNode("text", { x: left + 5, y: y + m.rowHeight / 2, class: "name" }, row);
      const number = svgNode("text", { x: left + m.rowWidth - 5, y: y + m.rowHeight / 2, class: "number" }, row);
      row.addEventListener("click", () => onOpen(this.positionOf(this.stage === PHASE.logits ? PHASE.logits : PHASE.prediction, BACK.output_gradient), this.shown[r]));
      this.rows.push({ row, bar, name, number });
    }
    if (this.data.K > m.rows) {
      const rest = svgNode("text", { x: left + m.rowWidth, y: m.top + 31, class: "rest" }, this.group);
      rest.textContent = `top ${m.rows} of ${this.data.K}`;
    }
  }

  token(onOpen) {
    const { data, m, x } = this;
    this.pill = svgNode("g", { class: "token" }, this.group);
    svgNode("rect", { x: x - 46, y: m.token + 24, width: 92, height: 26, rx: 13 }, this.pill);
    this.tokenText = svgNode("text", { x, y: m.token + 37 }, this.pill);
    this.pill.addEventListener("click", () => onOpen(positionOf(this.step, PHASE.input), 0));
    // the one-hot vector: D places, one of them hot; with few places each carries its digit
    const width = Math.min(m.rowWidth, data.D * 26);
    this.place = width / data.D;
    this.oneHotLeft = x - width / 2;
    const strip = svgNode("g", { class: "one-hot" }, this.group);
    svgNode("rect", { x: this.oneHotLeft, y: m.token, width, height: 19, rx: 3, class: "frame" }, strip);
    this.hot = svgNode("rect", { y: m.token, width: Math.max(3, this.place), height: 19, rx: 3, class: "hot" }, strip);
    this.digits = [];
    if (this.place >= 14) {
      for (let k = 0; k < data.D; k++) {
        this.digits.push(svgNode("text", { x: this.oneHotLeft + (k + 0.5) * this.place, y: m.token + 10, class: "digit" }, strip));
      }
    }
  }

  hotX(step = this.step) {
    return this.oneHotLeft + (this.data.ids[step] + 0.5) * this.place;
  }

  /** Show `step` as far as `stage` (a phase index, −1 for not reached), and as far back as `back` (an index of BACK_PHASES,
   *  one more when the pass has gone by, −1 for not reached). Costs nothing where nothing changed. */
  paint(step, stage, back = -1) {
    if (step === this.step && stage === this.stage && back === this.reached) return;
    const { data } = this;
    if (step !== this.step) this.setStep(step);
    this.stage = stage;
    this.reached = back;
    this.group.classList.toggle("ahead", stage < 0);
    const gradient = gradientAt(data, step, back);
    const content = gradient ?? hiddenAt(data, step, stage);
    const key = content === null ? "hidden" : content.key;
    this.units.paint(content, gradient ? symbolAt(gradient.symbol, step + 1) : phaseSymbol(data, key, step + 1));
    this.turn("hy", back >= BACK.local_gradient);
    this.turn("hh", back >= BACK_PHASES.length);
    const scored = stage >= PHASE.logits;
    const predicted = stage >= PHASE.prediction;
    this.shown.forEach((k, r) => {
      const { row, bar, name, number } = this.rows[r];
      const error = back >= 0;
      const value = error ? data.backward.output[step][k] : predicted ? data.predictions[step][k] : data.logits[step][k];
      // of many, the likeliest are drawn: which they are, nobody knows before they are scored
      name.textContent = scored || data.K <= this.rows.length ? shorten(data.vocabulary[k], 6) : "";
      number.textContent = scored ? formatNumber(value, 2) : "";
      const scale = error ? data.backward.scales.output : predicted ? data.scales.prediction : data.scales.logits;
      const probability = predicted && !error && data.loss === "cross_entropy";
      this.drawBar(bar, scored ? value / scale : 0, probability);
      row.classList.toggle("gradient", error);
      row.classList.toggle("negative", scored && value < 0);
      row.classList.toggle("probability", probability);
      row.classList.toggle("guess", predicted && data.guesses[step] === k);
    });
    const target = data.targets[step];
    const right = target !== null && data.guesses[step] === target;
    this.target.classList.toggle("right", predicted && right);
    this.target.classList.toggle("wrong", predicted && target !== null && !right);
    const mark = target === null || !predicted ? "" : right ? " ✓" : " ✗";
    this.target.textContent = target === null ? "no target" : `target ${data.vocabulary[target]}${mark}`;
    if (stage >= PHASE.loss && target !== null) {
      symbolToSvg(this.loss, `${phaseSymbol(data, "loss", step + 1)} = ${formatNumber(data.losses[step], 3)}`);
    } else symbolToSvg(this.loss, "");
  }

  /** The arrow of a matrix points the way in which numbers went last. */
  turn(name, backward) {
    turnArrow(this.group.querySelector(`[data-of="${name}"]`), backward);
  }

  /** A probability grows from the left; a signed score from the middle, to its own side. */
  drawBar(bar, share, oneSided) {
    const { m } = this;
    const room = m.rowWidth - m.nameWidth - m.numberWidth;
    const width = Math.min(1, Math.abs(share)) * (oneSided ? room : room / 2);
    const start = this.x - m.rowWidth / 2 + m.nameWidth + (oneSided ? 0 : room / 2);
    bar.setAttribute("x", (share < 0 ? start - width : start).toFixed(1));
    bar.setAttribute("width", width.toFixed(1));
  }

  setStep(step) {
    const { data } = this;
    this.step = step;
    this.group.dataset.step = step + 1;
    this.shown = shownOutputs(data, step, this.m.rows);
    this.shown.forEach((k, r) => {
      this.rows[r].row.dataset.token = data.vocabulary[k];
      this.rows[r].row.classList.toggle("wanted", data.targets[step] === k);
    });
    this.tokenText.textContent = shorten(data.tokens[step], 11);
    this.hot.setAttribute("x", String(this.oneHotLeft + data.ids[step] * this.place));
    this.digits.forEach((digit, k) => (digit.textContent = data.ids[step] === k ? "1" : "0"));
  }
}

const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** At most `length` characters as a reader counts them; an accent never loses its letter. */
function shorten(text, length) {
  if (text.length <= length) return text;
  const letters = Array.from(graphemes.segment(text.slice(0, 200)), ({ segment }) => segment);
  return letters.length <= length && text.length <= 200 ? text : letters.slice(0, length - 1).join("").slice(0, 60) + "…";
}
