// The score sheet: tokens across, one lane a gate or state beneath, a row of cells a unit. The cursor is one element
// that slides; the lanes are painted once.

const GUTTER = 78;
const NARROW = { characters: 13, words: 17 }; // the least width of a token, in px
const WIDE = 46;
const PIECE = 128; // tokens

class Sheet {
  /** onStep(t): a token was clicked; onPin(unit): a unit was; onOutput(t, k): a cell of the outputs was. */
  constructor(parent, { onStep, onPin, onOutput, onTall }) {
    Object.assign(this, { onStep, onPin, onOutput, onTall });
    this.root = htmlNode("div", "sheet", parent);
    this.gutter = htmlNode("div", "gutter", this.root);
    this.scroller = htmlNode("div", "lanes", this.root);
    this.scroller.tabIndex = 0;
    this.scroller.setAttribute("role", "group");
    this.scroller.setAttribute("aria-label", "Score sheet: tokens across, lanes beneath");
    this.paper = htmlNode("div", "paper", this.scroller);
    this.cursor = htmlNode("div", "cursor", this.paper);
    this.hint = htmlNode("div", "hint", parent);
    this.opened = new Set(); // lanes drawn tall
    this.run = "changed";
    this.order = "stored";
    this.paper.addEventListener("pointermove", (event) => this.hover(event));
    this.paper.addEventListener("pointerleave", () => this.unhover());
    this.paper.addEventListener("click", (event) => this.click(event));
  }

  build(sheet, pinned) {
    this.sheet = sheet;
    this.pinned = pinned;
    const width = Math.max(200, this.root.clientWidth - GUTTER);
    const least = NARROW[sheet.unit] ?? 17;
    this.cell = Math.max(least, Math.min(WIDE, Math.floor(width / sheet.T)));
    this.colours = new Colours(this.root);
    this.paper.style.width = `${this.cell * sheet.T}px`;
    this.cursor.style.width = `${this.cell}px`;
    this.buildTokens();
    this.buildLanes();
    this.paint();
  }

  buildTokens() {
    const { sheet } = this;
    const row = htmlNode("div", `tokens ${sheet.unit}`);
    row.style.setProperty("--cell", `${this.cell}px`);
    sheet.tokens.forEach((token, t) => {
      const place = htmlNode("span", "sheet-token", row);
      place.style.left = `${t * this.cell}px`;
      place.style.width = `${this.cell}px`;
      if (sheet.unknown?.includes(t)) place.classList.add("unknown");
      if (sheet.swapped?.includes(t)) place.classList.add("swapped");
      htmlNode("span", "", place).textContent = token;
      place.title = `token ${t + 1}: ${token}${sheet.unknown?.includes(t) ? " (not in the model's vocabulary)" : ""}`;
    });
    const longest = Math.max(...sheet.tokens.map((token) => [...token].length));
    const upright = sheet.unit === "characters" || longest * 8 < this.cell;
    row.classList.toggle("upright", upright);
    row.style.height = upright ? "24px" : `${Math.min(84, 14 + longest * 6)}px`;
    this.marks = row;
    this.paper.replaceChildren(this.cursor, row);
    this.gutter.replaceChildren();
    const corner = htmlNode("div", "corner", this.gutter);
    corner.style.height = row.style.height;
    corner.textContent = sheet.unit === "characters" ? "" : "token";
  }

  buildLanes() {
    this.places = this.sheet.lanes.map((lane, number) => {
      const rows = lane.runs.changed.columns;
      const label = htmlNode("button", "lane-name", this.gutter);
      label.type = "button";
      label.setAttribute("aria-expanded", String(this.opened.has(lane.key)));
      const begins = lane.group && this.sheet.lanes[number - 1]?.group !== lane.group;
      label.classList.toggle("begins", Boolean(begins));
      label.classList.toggle("flat", rows === 1);
      if (begins) htmlNode("span", "lane-group", label).textContent = lane.group;
      symbolToHtml(htmlNode("em", "", label), lane.symbol);
      htmlNode("span", "lane-range", label).textContent = lane.range;
      const box = htmlNode("div", `lane ${lane.base}${begins && number ? " begins" : ""}`, this.paper);
      box.dataset.lane = lane.key;
      const picture = htmlNode("div", "picture", box);
      picture.setAttribute("role", "img");
      picture.setAttribute("aria-label", `${lane.title}: ${rows} rows by ${this.sheet.T} tokens`);
      // in pieces: browsers blur a picture that is stretched over tens of thousands of pixels
      const pieces = Array.from({ length: Math.ceil(this.sheet.T / PIECE) }, (_, i) => {
        const canvas = htmlNode("canvas", "cells", picture);
        canvas.style.width = `${Math.min(PIECE, this.sheet.T - i * PIECE) * this.cell}px`;
        return canvas;
      });
      const line = svgNode("svg", { class: "line", "aria-hidden": "true", preserveAspectRatio: "none" }, box);
      const place = { lane, label, box, pieces, line, rows };
      label.addEventListener("click", () => this.toggle(place));
      this.size(place);
      return place;
    });
  }

  size(place) {
    const { lane, rows } = place;
    const tall = this.opened.has(lane.key);
    const height = rows === 1 ? 22 : tall ? Math.max(110, rows * 11) : lane.rowNames ? rows * 12 : this.laneHeight();
    place.height = height;
    for (const node of [place.box, place.label]) node.style.height = `${height}px`;
    place.names?.remove();
    if (lane.rowNames && height / rows >= 7) {
      place.names = htmlNode("div", "row-names", place.label);
      for (const name of lane.rowNames) htmlNode("span", "", place.names).textContent = name;
    } else place.names = null;
    place.label.classList.toggle("named", Boolean(place.names));
    place.label.title = `${lane.title}. Click to draw it ${tall ? "small" : "tall"}.`;
  }

  /** As tall as lets every lane stand on the screen, within bounds. */
  laneHeight() {
    const { lanes } = this.sheet;
    const others = lanes.filter((lane) => !lane.units).reduce((sum, lane) => sum + (lane.rowNames?.length ?? 2) * 12 + 4, 0);
    const room = this.room - parseInt(this.marks.style.height, 10) - others;
    return Math.max(38, Math.min(90, Math.floor(room / Math.max(1, lanes.filter((lane) => lane.units).length) - 5)));
  }

  toggle(place) {
    if (this.opened.has(place.lane.key)) this.opened.delete(place.lane.key);
    else this.opened.add(place.lane.key);
    place.label.setAttribute("aria-expanded", String(this.opened.has(place.lane.key)));
    this.onTall([...this.opened]);
    this.size(place);
    this.paintLane(place);
  }

  /** The rows of a lane from top to bottom: which unit stands in each. */
  rowsOf(place) {
    if (!place.lane.units || this.order === "stored") return [...Array(place.rows).keys()];
    const stored = this.sheet.orders?.[place.lane.group ?? ""]?.[this.order];
    if (stored) return stored;
    if (this.order === "like") return this.likePinned(place);
    return [...Array(place.rows).keys()];
  }

  /** Units by the correlation of their hidden state with the pinned unit's line in the chosen lane. */
  likePinned(place) {
    const group = place.lane.group ?? "";
    const inGroup = (key) => this.sheet.lanes.find((lane) => (lane.group ?? "") === group && lane.base === key);
    const hidden = inGroup("h") ?? inGroup("s") ?? inGroup("c");
    const chosen = inGroup(this.likeLane) ?? hidden;
    const line = chosen.runs.changed.column(this.pinned ?? 0);
    const likeness = [...Array(place.rows).keys()].map((unit) => correlation(line, hidden.runs.changed.column(unit)));
    return [...likeness.keys()].sort((a, b) => likeness[b] - likeness[a] || a - b);
  }

  paint() {
    for (const place of this.places) this.paintLane(place);
  }

  paintLane(place) {
    const { lane } = place;
    const table = lane.runs[this.run] ?? lane.runs.changed;
    const difference = this.run === "difference" && lane.runs.difference;
    place.order = this.rowsOf(place);
    const order = place.order;
    const limit = difference ? Math.max(1e-12, largest([...table.values])) : lane.limit;
    place.pieces.forEach((canvas, i) => {
      const count = Math.min(PIECE, this.sheet.T - i * PIECE);
      this.colours.paint(canvas, place.rows, count, (row, t) => table.at(i * PIECE + t, order[row]), difference ? "signed" : lane.kind, limit);
    });
    const range = place.label.querySelector(".lane-range");
    range.textContent = difference ? `±${Number(limit.toPrecision(2))}` : lane.range;
    place.box.classList.toggle("pinned", Boolean(lane.units) && this.pinned !== null);
    place.line.replaceChildren();
    if (lane.units && this.pinned !== null && this.pinned < place.rows) this.drawLine(place, table, difference ? "signed" : lane.kind, difference ? limit : (lane.lineLimit ?? limit));
  }

  /** One unit's values as a line over its lane: from 0 or −limit at the bottom to limit at the top. */
  drawLine(place, table, kind, limit) {
    const { T } = this.sheet;
    place.line.setAttribute("viewBox", `0 0 ${T * this.cell} 100`);
    const y = (value) => (kind === "amount" ? 96 - 92 * (value / limit) : 50 - 46 * (value / limit));
    let path = "";
    for (let t = 0; t < T; t++) {
      const value = table.at(t, this.pinned);
      if (!Number.isFinite(value)) break;
      path += `${t ? "L" : "M"}${((t + 0.5) * this.cell).toFixed(1)} ${y(value).toFixed(2)}`;
    }
    if (kind !== "amount") svgNode("path", { d: `M0 50H${T * this.cell}`, class: "zero", "vector-effect": "non-scaling-stroke" }, place.line);
    svgNode("path", { d: path, class: "halo", "vector-effect": "non-scaling-stroke" }, place.line);
    svgNode("path", { d: path, class: "value", "vector-effect": "non-scaling-stroke" }, place.line);
  }

  pin(unit) {
    this.pinned = unit;
    this.paint();
  }

  show(t) {
    this.cursor.style.transform = `translateX(${t * this.cell}px)`;
    const { scroller } = this;
    if (this.cell * this.sheet.T > scroller.clientWidth) {
      const left = t * this.cell - scroller.clientWidth / 2 + this.cell / 2;
      if (Math.abs(left - scroller.scrollLeft) > scroller.clientWidth / 2 - 2 * this.cell) scroller.scrollLeft = left;
    }
  }

  /** What lies under the pointer: a token, and in a lane a row of it. */
  under(event) {
    const box = this.paper.getBoundingClientRect();
    const scale = box.width / (this.cell * this.sheet.T) || 1;
    const t = Math.floor((event.clientX - box.left) / (this.cell * scale));
    if (t < 0 || t >= this.sheet.T) return null;
    for (const place of this.places) {
      const lane = place.box.getBoundingClientRect();
      if (event.clientY < lane.top || event.clientY >= lane.bottom) continue;
      const row = Math.min(place.rows - 1, Math.floor(((event.clientY - lane.top) / lane.height) * place.rows));
      return { t, place, index: place.order[row] };
    }
    return { t };
  }

  hover(event) {
    const found = this.under(event);
    if (!found?.place) return this.unhover();
    const { t, place, index } = found;
    const table = place.lane.runs[this.run] ?? place.lane.runs.changed;
    const row = place.lane.rowNames ? place.lane.rowNames[index] : place.lane.units ? `unit ${index + 1}` : "";
    this.hint.textContent = `${this.sheet.tokens[t]} · ${place.lane.title}${row ? ` · ${row}` : ""}: ${formatNumber(table.at(t, index), 4)}`;
    const [sheet, parent] = [this.scroller.getBoundingClientRect(), this.hint.parentElement.getBoundingClientRect()];
    const zoom = parent.width / this.hint.parentElement.offsetWidth || 1;
    const x = Math.min(event.clientX, sheet.right - 160) - parent.left + 14;
    this.hint.style.transform = `translate(${Math.max(0, x) / zoom}px, ${(event.clientY - parent.top + 18) / zoom}px)`;
    this.hint.classList.add("on");
  }

  unhover() {
    this.hint.classList.remove("on");
  }

  click(event) {
    const found = this.under(event);
    if (!found) return;
    this.onStep(found.t);
    if (found.place?.lane.units) this.onPin(this.pinned === found.index ? null : found.index);
    else if (found.place?.lane.output) this.onOutput(found.t, found.index);
  }
}
