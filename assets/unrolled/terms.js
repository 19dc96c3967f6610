// The T × T grid of terms: the loss at step t reaches the recurrent weights once for every step k ≤ t at which they acted.

class Terms {
  constructor(parent) {
    this.root = htmlNode("div", "terms", parent);
    this.root.setAttribute("role", "group");
    this.root.setAttribute("aria-label", "Terms of the gradient of the recurrent weights");
  }

  /** `same`: only the weights are others, so what the reader chose stays chosen. */
  build(data, same) {
    this.data = data;
    this.root.replaceChildren();
    this.root.hidden = true;
    this.filled = null;
    if (!same) this.term = null; // [t, k] from 0, once the reader has chosen one
    this.lastLoss = data.targets.findLastIndex((target) => target !== null);
    if (!data.backward) return;
    const { T } = data;
    const size = Math.max(6, Math.min(22, Math.floor(208 / T)));
    this.size = size;
    const left = 34;
    const svg = svgNode("svg", { width: left + T * size + 4, height: T * size + 24, class: "grid", "aria-hidden": "true" }, this.root);
    this.most = largest(data.backward.contributions) || 1;
    this.cells = data.backward.contributions.map((row, t) =>
      row.slice(0, t + 1).map((_, k) => {
        const cell = svgNode("rect", { x: left + k * size + 0.5, y: t * size + 1.5, width: size - 1, height: size - 1, rx: 2 }, svg);
        svgNode("title", {}, cell);
        cell.addEventListener("click", () => this.choose(t, k));
        return cell;
      }),
    );
    const text = (x, y, content, anchor) => (svgNode("text", { x, y, "text-anchor": anchor }, svg).textContent = content);
    text(left - 6, 0.5 * size + 2, "t = 1", "end");
    if (T > 1) text(left - 6, (T - 0.5) * size + 2, String(T), "end");
    text(left, T * size + 14, "k = 1", "start");
    if (T * size > 70) text(left + T * size, T * size + 14, String(T), "end");
    const about = htmlNode("div", "about", this.root);
    const pick = htmlNode("div", "pick", about);
    const words = htmlNode("span", "words", pick);
    words.title = "The part of the gradient that came back from the loss at step t to the use of the weights at step k";
    symbolToHtml(words, `Terms of ${data.symbols.parameter("W_hh")}: loss at t, use at k`);
    this.inputs = ["t", "k"].map((name, place) => {
      const label = htmlNode("label", "", pick);
      label.append(`${name} `);
      const input = htmlNode("input", "", label);
      Object.assign(input, { type: "number", min: "1", max: String(T), step: "1" });
      input.setAttribute("aria-label", place === 0 ? "Loss at step t" : "Weights used at step k");
      input.addEventListener("change", () => this.choose(...this.inputs.map((one) => Math.min(T, Math.max(1, Math.round(Number(one.value) || 1))) - 1)));
      return input;
    });
    this.value = htmlNode("span", "value", pick);
    const units = unitNames(data);
    this.matrix = new Matrix(about, { values: zeros(data.H, data.H), rows: units, columns: units, symbol: "", scale: 1, digits: 3 });
    this.inSight = false;
    this.watcher?.disconnect();
    this.watcher = new IntersectionObserver(([entry]) => {
      this.inSight = entry.isIntersecting;
      if (this.inSight && !this.root.hidden) this.showMatrix();
    });
    this.watcher.observe(this.matrix.block);
    this.root.style.height = `${Math.max(T * size + 26, data.H * 24 + 80)}px`;
  }

  choose(t, k) {
    this.term = [t, Math.min(t, k)];
    this.showTerm();
  }

  /** As far as the backward pass has come. */
  show(place) {
    if (!this.data.backward) return;
    const seen = place.pass !== "forward";
    if (this.root.hidden === seen) this.root.hidden = !seen;
    if (!seen) return;
    const from = place.pass === "update" ? 0 : place.phase === BACK.weight_terms ? place.step : place.step + 1; // filled for k ≥ from
    this.done = place.pass === "update";
    if (from === this.filled) return this.showTerm();
    const before = this.filled ?? this.data.T;
    this.filled = from;
    for (let k = Math.min(from, before); k < Math.max(from, before); k++) this.fill(k, k >= from);
    this.showTerm();
  }

  /** One column of the grid: every later loss that reached the weights' use at step k. */
  fill(k, known) {
    for (let t = k; t < this.data.T; t++) {
      this.cells[t][k].classList.toggle("known", known);
      // the square root, so that terms a hundred times smaller are still seen
      this.cells[t][k].firstChild.textContent = `loss at t = ${t + 1}, weights used at k = ${k + 1}: ${known ? this.data.backward.contributions[t][k] : "not reached yet"}`;
      const size = known ? Math.sqrt(this.data.backward.contributions[t][k] / this.most) : 0;
      this.cells[t][k].style.setProperty("--size", size.toFixed(3));
    }
  }

  showTerm() {
    const { data } = this;
    const b = data.backward;
    const latest = Math.min(this.filled, data.T - 1);
    const first = Math.max(latest, Math.min(1, this.lastLoss)); // at k = 1 the state before is h_0 = 0, and so is the term
    const [t, k] = this.term ?? [Math.max(first, this.lastLoss), this.done ? first : latest];
    this.marked?.classList.remove("chosen");
    this.marked = this.cells[t][k];
    this.marked.classList.add("chosen");
    this.inputs[0].value = String(t + 1);
    this.inputs[1].value = String(k + 1);
    const known = k >= this.filled;
    const why = k === 0 ? ", for the state before it is 0" : "";
    this.value.textContent = known ? `norm ${formatNumber(b.contributions[t][k], 4)}${why}` : "not reached yet";
    this.shown = [t, k];
    if (this.inSight) this.showMatrix();
  }

  /** The term as a matrix; below the fold it waits until somebody looks. */
  showMatrix() {
    const { data } = this;
    const b = data.backward;
    const [t, k] = this.shown;
    const known = k >= this.filled;
    const n = data.notation;
    const left = `∂${symbolAt(n.loss, t + 1)}/∂${symbolAt(n.preactivation, k + 1)}`;
    this.matrix.update(known ? outer(b.sides[t][k], data.hidden[k]) : null, `${left} ${symbolAt(n.hidden, k)}ᵀ`, b.scales.side);
  }
}
