// The cell opened at the cursor: wires that carry their vectors as strips of cells, and the pinned unit's number.

const SIGNS = { times: "⊙", plus: "+", squash: "tanh", rest: "1−", matrix: "W" };
const STRIP = { width: 78, height: 11 };

class CellDrawing {
  constructor(parent, onOpen) {
    this.onOpen = onOpen;
    this.root = htmlNode("div", "cell-drawing", parent);
    this.root.setAttribute("role", "group");
  }

  build(sheet, opened) {
    this.sheet = sheet;
    this.root.setAttribute("aria-label", `${sheet.cell} cell at the cursor`);
    this.root.replaceChildren();
    const { width, height } = BOARD;
    const zoom = Math.max(0.82, Math.min(1.25, (this.root.clientWidth || width) / width)); // smaller could not be read
    this.root.style.setProperty("--zoom", zoom.toFixed(3));
    this.root.tabIndex = zoom * width > this.root.clientWidth + 1 ? 0 : -1; // where it scrolls, the keyboard reaches it
    const board = htmlNode("div", "board", this.root);
    this.svg = svgNode("svg", { viewBox: `0 0 ${width} ${height}`, width, height, "aria-hidden": "true" }, board);
    const head = svgNode("marker", { id: "wire-head", viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: 7, markerHeight: 7, orient: "auto" }, svgNode("defs", {}, this.svg));
    svgNode("path", { d: "M0 0L8 4L0 8Z", class: "wire-head" }, head);
    const wiring = wiringOf(sheet);
    this.strips = [];
    for (const [name, path, x, y] of wiring.wires) {
      svgNode("path", { d: path, class: `wire ${name} ${["c", "c_prev", "kept"].includes(name) ? "belt" : ""}`, "marker-end": name ? "url(#wire-head)" : "" }, this.svg);
      if (name) this.strips.push(this.strip(board, name, x, y));
    }
    this.nodes = wiring.nodes.map(([name, kind, x, y]) => {
      const node = htmlNode("button", `node ${kind} gate-${name}`, board);
      node.type = "button";
      Object.assign(node.style, { left: `${x}px`, top: `${y}px` });
      node.textContent = kind === "gate" ? (["g", "n"].includes(name) ? "tanh" : "σ") : kind === "squash" && sheet.cell === "RNN" ? sheet.activation : SIGNS[kind];
      const symbol = sheet.symbols[name];
      node.title = `Open: ${spokenSymbol(symbolAt(symbol, "t"))}`;
      node.setAttribute("aria-label", `${spokenSymbol(symbolAt(symbol, "t"))}: open its numbers`);
      node.setAttribute("aria-pressed", String(opened === name));
      node.addEventListener("click", () => this.onOpen(name));
      return [name, node];
    });
    this.colours = new Colours(this.root);
  }

  strip(board, name, x, y) {
    const place = htmlNode("div", `strip ${name}`, board);
    Object.assign(place.style, { left: `${x}px`, top: `${y}px`, width: `${STRIP.width}px` });
    const text = htmlNode("div", "strip-text", place);
    const symbol = htmlNode("em", "", text);
    const number = htmlNode("span", "strip-number", text);
    const canvas = htmlNode("canvas", "cells", place);
    canvas.style.height = `${STRIP.height}px`;
    const mark = htmlNode("i", "strip-mark", place);
    return { name, symbol, number, canvas, mark };
  }

  show(t, vectors, unit) {
    for (const { name, symbol, number, canvas, mark } of this.strips) {
      const values = vectors[name];
      symbolToHtml(symbol, symbolAt(this.sheet.symbols[name], t + 1));
      const inside = name !== "x" || unit < values.length; // x has features of its own, not units
      number.textContent = name === "x" ? "" : formatNumber(values[unit], 2);
      const amount = isAmount(this.sheet, name) ? "amount" : "signed";
      const limit = amount === "amount" ? 1 : Math.max(1, largest([...values]));
      this.colours.paint(canvas, 1, values.length, (_, j) => values[j], amount, limit);
      mark.style.display = name === "x" || !inside ? "none" : "";
      mark.style.left = `${((unit + 0.5) / values.length) * STRIP.width}px`;
    }
  }

  mark(opened) {
    for (const [name, node] of this.nodes) node.setAttribute("aria-pressed", String(opened === name));
  }
}
