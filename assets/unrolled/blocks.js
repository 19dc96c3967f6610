// The two blocks that the panel is made of: a vector and a matrix, with a number in every cell.

class Vector {
  /** `labels`: what stands before each cell. With `onOpen(index)` each cell is a button. */
  constructor(parent, { labels, onOpen = null, horizontal = false, digits = 4, className = "" }) {
    this.digits = digits;
    this.block = htmlNode("div", `block ${className} ${horizontal ? "horizontal" : ""}`, parent);
    this.title = htmlNode("div", "title", this.block);
    this.list = htmlNode("div", "vector", this.block);
    const longest = Math.max(...labels.map((label) => [...label].length));
    this.list.style.setProperty("--label", `${Math.min(longest, 9)}ch`); // one width, so that the cells stand in line
    this.cells = labels.map((label, index) => {
      const item = htmlNode("div", "item", this.list);
      const name = htmlNode("span", "label", item);
      name.textContent = label;
      const cell = htmlNode(onOpen ? "button" : "span", "cell", item);
      if (onOpen) {
        cell.type = "button";
        cell.addEventListener("click", () => onOpen(index));
      }
      return { item, name, cell, label };
    });
  }

  /** `values` may hold null for what is not known yet. */
  update(values, symbol, scale, { selected = null, hot = null } = {}) {
    symbolToHtml(this.title, symbol);
    this.cells.forEach(({ cell, item, label }, index) => {
      const value = values[index];
      const text = value === null ? "·" : formatNumber(value, this.digits);
      if (cell.textContent !== text) cell.textContent = text;
      tint(cell, value ?? 0, scale);
      item.classList.toggle("hot", hot === index);
      if (cell.localName === "button") {
        cell.setAttribute("aria-pressed", String(selected === index));
        cell.setAttribute("aria-label", `${spokenSymbol(symbol)}, ${label}: ${text}. Open its sum`);
      }
    });
  }
}

const MATRIX_CELL = 48; // px from one column to the next, as in style.css

class Matrix {
  /** With `onOpen(index)`, counted row by row, each cell is a button; cells of three digits are wider. */
  constructor(parent, { values, rows, columns, symbol, scale, digits = 2, onOpen = null }) {
    this.digits = digits;
    this.block = htmlNode("div", "block", parent);
    this.title = htmlNode("div", "title", this.block);
    symbolToHtml(htmlNode("span", "", this.title), symbol);
    htmlNode("span", "size", this.title).textContent = `${rows.length} × ${columns.length}`;
    const frame = (this.frame = htmlNode("div", `matrix ${digits > 2 ? "roomy" : ""}`, this.block));
    frame.style.setProperty("--columns", String(columns.length));
    this.scrolls = columns.length > 8 || parent.clientWidth < columns.length * MATRIX_CELL + 40;
    if (this.scrolls) frame.tabIndex = 0; // so the keyboard must reach it
    htmlNode("span", "corner", frame);
    this.heads = columns.map((name) => {
      const head = htmlNode("span", "head", frame);
      head.textContent = name;
      return head;
    });
    this.rows = rows.map((name, i) => {
      htmlNode("span", "label", frame).textContent = name;
      return columns.map((column, j) => {
        const cell = htmlNode(onOpen ? "button" : "span", "cell", htmlNode("div", "slot", frame));
        if (onOpen) {
          cell.type = "button";
          cell.title = `row ${name}, column ${column}`; // its name is its number
          cell.addEventListener("click", () => onOpen(i * columns.length + j));
        }
        return cell;
      });
    });
    this.lit = [];
    this.names = { rows, columns };
    // the whole number of a cell is written where a pointer asks for it, not at every step
    frame.addEventListener("pointerover", ({ target }) => {
      const i = this.rows.findIndex((cells) => cells.includes(target));
      if (i >= 0) target.title = `${this.place(i, this.rows[i].indexOf(target))}: ${this.values?.[i][this.rows[i].indexOf(target)] ?? "none"}`;
    });
    this.update(values, symbol, scale);
  }

  place(i, j) {
    return `row ${this.names.rows[i]}, column ${this.names.columns[j]}`;
  }

  /** New numbers; null for none. */
  update(values, symbol, scale, selected = null) {
    symbolToHtml(this.title.firstChild, symbol);
    const before = this.values;
    const same = this.scale === scale;
    this.rows.forEach((cells, i) =>
      cells.forEach((cell, j) => {
        const value = values === null ? null : values[i][j];
        if (before !== undefined && same && (before === null ? null : before[i][j]) === value) return;
        const text = value === null ? "·" : formatNumber(value, this.digits);
        if (cell.textContent !== text) cell.textContent = text;
        tint(cell, value ?? 0, scale);
      }),
    );
    this.values = values;
    this.scale = scale;
    this.select(selected);
  }

  select(index) {
    const cells = this.rows.flat();
    if (cells[0]?.localName !== "button" || index === this.selected) return;
    if (this.selected === undefined) for (const cell of cells) cell.setAttribute("aria-pressed", "false");
    cells[this.selected ?? -1]?.setAttribute("aria-pressed", "false");
    cells[index ?? -1]?.setAttribute("aria-pressed", "true");
    this.selected = index;
  }

  /** Light the row and the column that the opened number is made of. */
  highlight(row, column) {
    for (const node of this.lit) node.classList.remove("lit");
    this.lit = [];
    if (row !== null && this.rows[row]) this.lit.push(...this.rows[row]);
    if (column !== null) {
      this.lit.push(this.heads[column], ...this.rows.map((cells) => cells[column]));
      if (this.scrolls) this.frame.scrollLeft = (column - 3.5) * MATRIX_CELL;
    }
    for (const node of this.lit) node.classList.add("lit");
  }
}

/** An operator and the place for what follows it; the two never part at a line's end. */
function operator(parent, sign) {
  const pair = htmlNode("div", "pair", parent);
  htmlNode("span", "operator", pair).textContent = sign;
  return pair;
}

/** g itself, with this step's H sums on it. */
class Curve {
  static shapes = { tanh: Math.tanh, relu: (z) => Math.max(0, z), sigmoid: (z) => 1 / (1 + Math.exp(-z)), identity: (z) => z };

  constructor(parent, name, units, most) {
    this.block = htmlNode("div", "block curve", parent);
    htmlNode("div", "title", this.block).textContent = name;
    const bounded = name === "tanh" || name === "sigmoid";
    const reach = Math.max(3, Math.min(most * 1.05, bounded ? 6 : Infinity));
    const low = name === "tanh" ? -1 : name === "identity" ? -reach : 0;
    const high = bounded ? 1 : reach;
    this.x = (z) => 100 + 92 * Math.max(-1, Math.min(1, z / reach));
    this.y = (value) => 96 - 86 * ((value - low) / (high - low));
    const svg = svgNode("svg", { width: 200, height: 106, viewBox: "0 0 200 106", "aria-hidden": "true" }, this.block);
    svgNode("path", { d: `M 4 ${this.y(0)} H 196 M 100 4 V 102`, class: "axis" }, svg);
    const points = Array.from({ length: 97 }, (_, i) => ((i - 48) / 48) * reach);
    svgNode("path", { d: "M " + points.map((z) => `${this.x(z).toFixed(1)} ${this.y(Curve.shapes[name](z)).toFixed(1)}`).join(" L "), class: "line" }, svg);
    this.dots = Array.from({ length: units }, () => svgNode("circle", { r: 4.5 }, svg));
  }

  update(sums, values, selected) {
    this.dots.forEach((dot, i) => {
      dot.setAttribute("cx", this.x(sums[i]).toFixed(1));
      dot.setAttribute("cy", this.y(values[i]).toFixed(1));
      dot.classList.toggle("chosen", i === selected);
    });
  }
}
