// Beside the sheet: what the network answers at the cursor, and one unit's numbers; at the first checkpoint and at this one.

class Answers {
  constructor(parent) {
    this.root = htmlNode("div", "answers", parent);
    this.title = htmlNode("p", "answers-title", this.root);
    this.columns = htmlNode("div", "answer-columns", this.root);
    this.moved = htmlNode("p", "moved", this.root);
    this.unit = htmlNode("label", "option unit-choice", this.root);
    htmlNode("span", "", this.unit).textContent = "Numbers of unit";
    this.select = htmlNode("select", "", this.unit);
    this.select.addEventListener("change", () => this.onUnit(Number(this.select.value)));
    this.table = htmlNode("table", "unit-numbers", this.root);
  }

  build(data, unit, onUnit) {
    this.data = data;
    this.onUnit = onUnit;
    if (this.select.options.length !== data.H) {
      this.select.replaceChildren();
      for (let k = 0; k < data.H; k++) {
        const option = htmlNode("option", "", this.select);
        option.value = String(k);
        option.textContent = String(k + 1);
      }
    }
    this.select.value = String(unit);
  }

  show(c, t, unit) {
    const { data } = this;
    const asked = Math.max(t, data.asked);
    this.title.replaceChildren();
    const words = { next: "What comes behind token", last: "The answer at the end, token" }[data.kind] ?? "The answer at token";
    this.title.append(`${words} ${asked + 1} `);
    htmlNode("span", "token-now", this.title).textContent = data.tokens[asked];
    this.columns.style.minHeight = `${20 + 24 * data.answers[c][asked].length}px`; // the same at every cursor
    this.columns.replaceChildren();
    for (const checkpoint of c ? [0, c] : [0]) this.list(checkpoint, asked);
    const hidden = data.byKey.h.at;
    this.moved.replaceChildren();
    symbolToHtml(htmlNode("em", "", this.moved), symbolAt("h_{@}", t + 1));
    const [far, long] = [distance(hidden[c].row(t), hidden[0].row(t)), distance(hidden[c].row(t), new Float32Array(data.H))];
    this.moved.append(" has moved by ");
    htmlNode("strong", "far", this.moved).textContent = formatNumber(far, 4);
    this.moved.append(` since update ${inThousands(data.updates[0])}; it is `);
    htmlNode("strong", "long", this.moved).textContent = formatNumber(long, 4);
    this.moved.append(" long.");
    this.select.value = String(unit);
    this.showUnit(c, t, unit);
  }

  /** The likeliest answers of one checkpoint, each with its probability as a bar and a number. */
  list(checkpoint, asked) {
    const { data } = this;
    const list = htmlNode("div", "answer-list", this.columns);
    list.dataset.update = String(data.updates[checkpoint]);
    htmlNode("p", "answer-head", list).textContent = `update ${inThousands(data.updates[checkpoint])}`;
    for (const [name, p] of data.answers[checkpoint][asked]) {
      const row = htmlNode("div", "answer", list);
      row.style.setProperty("--p", Number.isFinite(p) ? p.toFixed(4) : "0");
      htmlNode("span", "answer-name", row).textContent = name;
      htmlNode("span", "answer-p", row).textContent = formatNumber(p, 3);
    }
  }

  showUnit(c, t, unit) {
    const { data } = this;
    this.table.replaceChildren();
    const head = htmlNode("tr", "", this.table);
    htmlNode("th", "", head).textContent = "";
    const columns = c ? [0, c] : [0];
    for (const checkpoint of columns) htmlNode("th", "", head).textContent = `update ${inThousands(data.updates[checkpoint])}`;
    for (const lane of data.lanes) {
      const row = htmlNode("tr", "", this.table);
      row.dataset.lane = lane.base;
      symbolToHtml(htmlNode("th", "", row), lane.symbol.replace("t", String(t + 1)));
      for (const checkpoint of columns) htmlNode("td", "", row).textContent = formatNumber(lane.at[checkpoint].at(t, unit), 4);
    }
  }
}
