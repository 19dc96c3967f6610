// The component: the same points grouped twice. Case I is the reader's, Case II is k-means'; within and between for both.

const ROWS = [
  ["within", "mean distance within a group"],
  ["between", "mean distance between groups"],
  ["ratio", "within ÷ between"],
];

class GroupsView extends StillView {
  constructor(root) {
    super(root, "Two groupings of the same points");
    this.own = new Map(); // what the data are about → the grouping made of them by hand
    this.brush = -1; // the group that a click moves a point to; -1: the next one
    this.at = 0; // the point that the keyboard is on
    this.pointed = -1;
    this.from = chooser(this.toolbar.root, "Case I begins as", [], "", (name) => this.begin(name));
    this.brushes = htmlNode("span", "brush", this.toolbar.root);
    this.addPresentButton();
    const failed = () => (this.status.textContent = "Not saved: this browser cannot make the picture.");
    this.toolbar.saveMenu([
      ["PNG", "The drawing as a picture", () => savePng(this.svg, this.root, "clusters", failed)],
      ["SVG", "The drawing as a vector picture", () => saveSvg(this.svg, this.root, "clusters")],
      ["CSV", "Points and both groupings", () => offerFile(asFile(this.csv(), "text/csv"), "groupings.csv")],
      ["Script", "The same means by scikit-learn", () => offerFile(asFile(this.script(), "text/x-python"), "groupings.py")],
    ]);
    this.status = htmlNode("p", "status", root);
    this.status.setAttribute("role", "status");
    const scene = htmlNode("div", "cases", root);
    this.place = htmlNode("div", "drawing", scene);
    this.facts = htmlNode("div", "facts", scene);
    this.buildFacts();
  }

  buildFacts() {
    const table = htmlNode("table", "numbers", this.facts);
    const head = htmlNode("tr", "", htmlNode("thead", "", table));
    for (const name of ["Euclidean", "Case I", "Case II"]) {
      const cell = htmlNode("th", "", head);
      cell.scope = "col";
      cell.textContent = name;
    }
    const body = htmlNode("tbody", "", table);
    this.cells = Object.fromEntries(ROWS.map(([key, name]) => {
      const row = htmlNode("tr", key, body);
      const label = htmlNode("th", "", row);
      label.scope = "row";
      label.textContent = name;
      return [key, [htmlNode("td", "", row), htmlNode("td", "", row)]];
    }));
    this.verdict = htmlNode("p", "", this.facts);
    this.hint = htmlNode("p", "quiet", this.facts);
    this.hint.textContent = "Click a point of Case I to move it to the next group, or choose a group and paint over points. By keys: ← → go from point to point, a digit puts the point into that group, Enter into the next.";
  }

  receive(data) {
    const first = !this.data;
    const same = this.data && this.data.about === data.about;
    this.data = data;
    if (!same) {
      this.points = data.points;
      this.order = this.points.map((_, i) => i).sort((a, b) => this.points[a][0] - this.points[b][0] || this.points[a][1] - this.points[b][1]);
      this.at = 0;
      this.pointed = -1;
      this.brush = -1;
      this.buildControls();
      const kept = (first ? this.readAddress() : null) ?? this.own.get(data.about);
      this.labels = kept ? [...kept] : bands(this.points, data.k);
      if (kept) this.keep();
      this.from.value = kept ? "own" : "bands";
      if (!first) {
        this.writeAddress();
        for (const name of ["at", "cut", "branch"]) address.write(name, null); // of other points, in the third view
      }
    }
    if (first && address.read("present") === "1") this.setPresenting(true);
    this.redraw();
  }

  /** A digit a point. */
  readAddress() {
    const written = address.read("groups") ?? "";
    const labels = [...written].map((digit) => Number(digit) - 1);
    return labels.length === this.points.length && labels.every((label) => label >= 0 && label < this.data.k) ? labels : null;
  }

  writeAddress() {
    const start = bands(this.points, this.data.k);
    const same = this.labels.every((label, i) => label === start[i]);
    address.write("groups", same ? null : this.labels.map((label) => label + 1).join(""));
  }

  buildControls() {
    const { k, truth } = this.data;
    const choices = [["bands", "bands across"], ["dealt", "dealt like cards"], ["one", "all in one"], ["kmeans", "k-means’"]];
    if (truth) choices.push(["truth", "as they were drawn"]);
    choices.push(["own", "moved by hand"]);
    this.from.replaceChildren(...choices.map(([value, text]) => {
      const option = htmlNode("option", "");
      Object.assign(option, { value, textContent: text, disabled: value === "own" && !this.own.has(this.data.about) });
      return option;
    }));
    this.brushes.replaceChildren("Move to");
    const add = (group, text, name) => {
      const button = this.toolbar.textButton(text, name, () => this.choose(group), this.brushes);
      button.setAttribute("aria-label", name);
      if (group >= 0) {
        const icon = svgNode("svg", { width: 14, height: 14, viewBox: "-1.4 -1.4 2.8 2.8", "aria-hidden": "true" });
        svgNode("path", { class: `c${group}`, d: MARKS[group] }, icon);
        button.prepend(icon);
      }
      return button;
    };
    this.brushButtons = [add(-1, "next", "A click moves a point to the next group")];
    for (let group = 0; group < k; group++) this.brushButtons.push(add(group, String(group + 1), `A click moves a point to group ${group + 1}`));
    this.choose(this.brush);
  }

  choose(group) {
    this.brush = group;
    this.brushButtons.forEach((button, place) => button.setAttribute("aria-pressed", String(place - 1 === group)));
  }

  /** The grouping made by hand can be chosen again, also after a look at other points. */
  keep() {
    this.own.set(this.data.about, [...this.labels]);
    this.from.querySelector("[value=own]").disabled = false;
  }

  begin(name) {
    const { k, hard, truth } = this.data;
    this.labels = { bands: () => bands(this.points, k), dealt: () => dealt(this.points, k), one: () => this.points.map(() => 0), kmeans: () => [...hard], truth: () => [...truth], own: () => [...this.own.get(this.data.about)] }[name]();
    this.paint();
    this.writeAddress();
  }

  put(point, group) {
    if (this.labels[point] === group) return;
    this.labels[point] = group;
    this.keep();
    this.from.value = "own";
    this.paint();
    this.tell(point);
    this.writeAddress();
  }

  redraw() {
    const zoom = presentedZoom(this);
    this.root.classList.toggle("wide", this.root.clientWidth >= 980);
    this.width = this.root.clientWidth;
    const width = Math.floor(this.place.clientWidth);
    const wide = width >= 620;
    const panel = wide ? (width - 14) / 2 : width;
    const room = this.presenting ? roomBelow(this.place, zoom) : 440;
    const high = wide ? Math.round(Math.min(room, Math.max(320, panel * (this.presenting ? 1.5 : 0.95)))) : Math.round(panel * 0.85);
    const height = wide ? high : 2 * high + 10;
    this.place.replaceChildren();
    this.svg = svgNode("svg", { class: "paper", width, height, viewBox: `0 0 ${width} ${height}`, role: "group" }, this.place);
    this.svg.setAttribute("aria-label", "The same points, grouped twice");
    const bounds = boundsOf(this.points);
    this.panels = ["Case I: your grouping", "Case II: k-means’"].map((name, i) => {
      const [left, top] = wide ? [i * (panel + 14), 0] : [0, i * (high + 10)];
      svgNode("text", { class: "panel-title", x: left + 4, y: top + 14 }, this.svg).textContent = name;
      const plane = new Plane(this.svg, { left, top: top + 18, width: panel, height: high - 18 }, bounds);
      const marks = new Marks(plane, this.points, wide ? 5 : 4.4);
      const pointed = svgNode("path", { class: "pointed" }, plane.root);
      const { left: x, top: y, width: w, height: h } = plane.inner;
      const target = svgNode("rect", { class: "target", x, y, width: w, height: h }, plane.root);
      return { plane, marks, pointed, target };
    });
    this.panels[1].marks.show(this.data.hard);
    this.panels[1].target.addEventListener("pointermove", (event) => this.tell(this.under(1, event)));
    this.listen(this.panels[0]);
    this.paint();
  }

  under(panel, event) {
    return this.panels[panel].plane.nearest(this.points, ...placeOn(this.svg, event));
  }

  listen({ plane, target }) {
    plane.root.classList.add("own");
    target.setAttribute("tabindex", "0");
    target.setAttribute("role", "application");
    target.setAttribute("aria-label", "Case I: arrow keys go from point to point, a digit or Enter moves a point to a group");
    target.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      target.focus({ preventScroll: true });
      const point = this.under(0, event);
      if (point < 0) return;
      this.at = this.order.indexOf(point);
      this.put(point, this.brush < 0 ? (this.labels[point] + 1) % this.data.k : this.brush);
      if (this.brush >= 0) target.setPointerCapture(event.pointerId);
    });
    target.addEventListener("pointermove", (event) => {
      const point = this.under(0, event);
      if (point >= 0 && target.hasPointerCapture(event.pointerId)) this.put(point, this.brush);
      else this.tell(point);
    });
    target.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const point = this.order[this.at];
      const digit = Number(event.key);
      if (event.key === "ArrowRight" || event.key === "ArrowLeft") {
        const last = this.order.length - 1;
        this.at = Math.max(0, Math.min(last, this.at + (event.key === "ArrowRight" ? 1 : -1)));
        this.tell(this.order[this.at]);
      } else if (event.key === "Enter") this.put(point, (this.labels[point] + 1) % this.data.k);
      else if (Number.isInteger(digit) && digit >= 1 && digit <= this.data.k) this.put(point, digit - 1);
      else return;
      event.preventDefault();
    });
    target.addEventListener("focus", () => target.matches(":focus-visible") && this.tell(this.order[this.at]));
  }

  paint() {
    if (!this.panels) return;
    this.panels[0].marks.show(this.labels);
    const cases = [spreadOf(this.points, this.labels), spreadOf(this.points, this.data.hard)];
    const shown = (value) => (Number.isNaN(value) ? "–" : formatNumber(value, 4));
    for (const [key] of ROWS) this.cells[key].forEach((cell, i) => (cell.textContent = shown(cases[i][key])));
    const [one, other] = cases.map(({ ratio }) => ratio);
    this.cells.ratio.forEach((cell, i) => cell.classList.toggle("better", i === 0 ? one < other : other < one));
    this.verdict.textContent = verdictOn(one, other);
    this.say(cases[0]);
  }

  say({ within, between, ratio }) {
    const shown = (value) => (Number.isNaN(value) ? "none" : formatNumber(value, 4));
    this.status.textContent = `Case I: within ${shown(within)}, between ${shown(between)}, ratio ${shown(ratio)}.`;
  }

  /** What holds for one point, in Case I. */
  tell(point) {
    this.pointed = point;
    const place = point < 0 ? [] : [this.points[point]];
    for (const { pointed, plane } of this.panels) pointed.setAttribute("d", plane.rings(place, 10));
    if (point < 0) {
      this.say(spreadOf(this.points, this.labels));
      return;
    }
    const { own, nearest } = spreadOfPoint(this.points, this.labels, point);
    const group = this.labels[point] + 1;
    const inside = Number.isNaN(own) ? "alone in its group" : `${formatNumber(own, 4)} from the others of its group`;
    const outside = nearest ? `${formatNumber(nearest[1], 4)} from group ${nearest[0] + 1}, the nearest other` : "there is no other group";
    const wrong = nearest && own > nearest[1] ? " It would be closer there." : "";
    this.status.textContent = `Point ${point + 1}, group ${group} of Case I, on average ${inside}, ${outside}.${wrong}`;
  }

  csv() {
    const rows = this.points.map(([x, y], i) => [i + 1, x, y, this.labels[i] + 1, this.data.hard[i] + 1].join());
    return ["point,x,y,case I,case II", ...rows, ""].join("\n");
  }

  script() {
    return [
      '"""Two groupings of the same points, from seqviz: mean distances within and between groups, by scikit-learn."""',
      "",
      "import numpy as np",
      "from sklearn.metrics import pairwise_distances",
      "",
      `points = np.array(${JSON.stringify(this.points)})`,
      `groupings = {"case I": ${JSON.stringify(this.labels)}, "case II": ${JSON.stringify(this.data.hard)}}`,
      "one, other = np.triu_indices(len(points), 1)",
      "apart = pairwise_distances(points)[one, other]",
      "for name, labels in groupings.items():",
      "    same = np.array(labels)[one] == np.array(labels)[other]",
      "    for what, pairs in ((\"within\", same), (\"between\", ~same)):",
      '        print(name, what, f"{apart[pairs].mean():.12g}" if pairs.any() else "none")',
      "",
    ].join("\n");
  }
}

/** Which case keeps its groups closer for how far apart they are. */
function verdictOn(one, other) {
  if (Number.isNaN(one) || Number.isNaN(other)) return "A case without two groups, or without two points in one, has no ratio.";
  if (Math.abs(one - other) < 5e-7) return "Both cases have the same ratio.";
  return `Case ${one < other ? "I" : "II"} has the smaller ratio: its groups are closer within for how far they are apart.`;
}

export default doorTo(GroupsView);
