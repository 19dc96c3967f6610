// The component: two points that can be moved, three distances between them, and the balls about one of them.

const LIMIT = 5; // of a coordinate
const ORDERS = [1, 20]; // of q
const KINDS = [
  { key: "euclidean", name: "Euclidean", order: () => 2 },
  { key: "manhattan", name: "Manhattan", order: () => 1 },
  { key: "minkowski", name: "Minkowski", order: (q) => q },
];
const FIELDS = [["x", 0], ["x", 1], ["y", 0], ["y", 1]]; // as they stand above the drawing
const START = { x: [-2, -2], y: [1, 2], q: 3 };
const tenth = (value) => Math.round(value * 10) / 10;
const plainNumber = (value) => String(Number(value.toFixed(6))).replace("-", MINUS);

class SimilarityView extends StillView {
  constructor(root) {
    super(root, "Two points");
    this.x = [...START.x];
    this.y = [...START.y];
    this.q = START.q;
    this.ball = "1";
    this.inputs = {};
    for (const [point, d] of FIELDS) this.addField(`${point}_{${d + 1}}`, `${point}${d + 1}`, (value, typed) => this.setCoordinate(point, d, value, typed));
    this.addField("q", "q", (value, typed) => this.setOrder(value, typed));
    this.slider = htmlNode("input", "order", this.toolbar.root);
    Object.assign(this.slider, { type: "range", min: String(ORDERS[0]), max: String(ORDERS[1]), step: "0.1" });
    this.slider.setAttribute("aria-label", "Order q of Minkowski's distance");
    this.slider.addEventListener("input", () => this.setOrder(Number(this.slider.value)));
    this.balls = chooser(this.toolbar.root, "Balls about x", [["1", "of radius 1"], ["y", "through y"]], this.ball, (ball) => {
      this.ball = ball;
      this.paint();
    });
    this.addPresentButton();
    this.toolbar.saveMenu([
      ["PNG", "The drawing as a picture", () => savePng(this.svg, this.root, "similarity", () => this.say("Not saved: this browser cannot make the picture."))],
      ["SVG", "The drawing as a vector picture", () => saveSvg(this.svg, this.root, "similarity")],
      ["CSV", "Points and distances", () => offerFile(asFile(this.csv(), "text/csv"), "similarity.csv")],
      ["Script", "The same distances by scikit-learn", () => offerFile(asFile(this.script(), "text/x-python"), "similarity.py")],
    ]);
    this.status = htmlNode("p", "status", root);
    this.status.setAttribute("role", "status");
    const scene = htmlNode("div", "two-sides", root);
    this.left = htmlNode("div", "drawing", scene);
    this.right = htmlNode("div", "facts", scene);
    this.buildFacts();
  }

  addField(symbol, name, action) {
    const place = htmlNode("label", "option", this.toolbar.root);
    symbolToHtml(htmlNode("em", "", place), symbol);
    const input = htmlNode("input", "number", place);
    Object.assign(input, { type: "text", inputMode: "decimal" });
    input.setAttribute("aria-label", spokenSymbol(symbol));
    input.addEventListener("change", () => action(input.value.trim() === "" ? NaN : Number(input.value.replace(MINUS, "-").replace(",", ".")), input.value));
    this.inputs[name] = input;
  }

  receive(data) {
    const first = !this.data;
    this.data = data;
    if (first) this.readAddress();
    this.redraw();
  }

  readAddress() {
    for (const point of ["x", "y"]) {
      const found = (address.read(point) ?? "").split(",").map((part) => (part.trim() === "" ? NaN : Number(part)));
      if (found.length === 2 && found.every((value) => Math.abs(value) <= LIMIT)) this[point] = found;
    }
    const q = Number(address.read("q") ?? "");
    if (q >= ORDERS[0] && q <= ORDERS[1]) this.q = q;
    if (address.read("ball") === "y") this.ball = "y";
    this.balls.value = this.ball;
    if (address.read("present") === "1") this.setPresenting(true);
  }

  say(sentence) {
    this.status.textContent = sentence;
  }

  setCoordinate(point, d, value, typed) {
    if (!(Math.abs(value) <= LIMIT)) return this.refuse(`${point}${d + 1}`, typed, -LIMIT, LIMIT);
    const next = [...this[point]];
    next[d] = value;
    return this.move(point, next);
  }

  setOrder(value, typed) {
    if (!(value >= ORDERS[0] && value <= ORDERS[1])) return this.refuse("q", typed, ...ORDERS);
    this.q = value;
    return this.paint();
  }

  refuse(name, typed, low, high) {
    this.paint();
    this.say(`“${name}” is ${typed || "empty"}, expected a number from ${plainNumber(low)} to ${high}. The picture stays as it was.`);
  }

  move(point, place) {
    this[point] = place;
    this.paint();
  }

  redraw() {
    const zoom = presentedZoom(this);
    this.root.classList.toggle("wide", this.root.clientWidth >= 860);
    this.width = this.root.clientWidth;
    const width = Math.floor(this.left.clientWidth);
    const height = Math.round(Math.min(this.presenting ? roomBelow(this.left, zoom) : 486, width * 0.96));
    this.left.replaceChildren();
    this.svg = svgNode("svg", { class: "paper", width, height, viewBox: `0 0 ${width} ${height}`, role: "group" }, this.left);
    this.svg.setAttribute("aria-label", "Two points, and the balls about x");
    this.plane = new Plane(this.svg, { left: 0, top: 0, width, height }, [[-LIMIT, LIMIT], [-LIMIT, LIMIT]], { ticks: 10 });
    const layer = this.plane.window();
    this.shapes = Object.fromEntries(KINDS.map(({ key }) => [key, svgNode("path", { class: `ball ${key}` }, layer)]));
    this.ways = Object.fromEntries(["manhattan", "euclidean"].map((key) => [key, svgNode("path", { class: `way ${key}` }, layer)]));
    this.handles = { x: this.handle("x"), y: this.handle("y") };
    this.paint();
  }

  handle(name) {
    const group = svgNode("g", { class: `handle ${name}`, tabindex: "0", role: "slider", "aria-valuemin": -LIMIT, "aria-valuemax": LIMIT }, this.svg);
    group.setAttribute("aria-label", `Point ${name}: arrow keys move it`);
    svgNode("circle", { class: "reach", r: 22 }, group);
    svgNode("circle", { class: "knob", r: 8 }, group);
    svgNode("text", { class: "name" }, group).textContent = name;
    group.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      group.focus({ preventScroll: true });
      group.setPointerCapture(event.pointerId);
    });
    group.addEventListener("pointermove", (event) => {
      if (!group.hasPointerCapture(event.pointerId)) return;
      const place = this.plane.point(...placeOn(this.svg, event));
      this.move(name, place.map((value) => tenth(Math.max(-LIMIT, Math.min(LIMIT, value)))));
    });
    group.addEventListener("keydown", (event) => {
      const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
      if (!way || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      const step = event.shiftKey ? 1 : 0.1;
      this.move(name, this[name].map((value, d) => tenth(Math.max(-LIMIT, Math.min(LIMIT, value + step * way[d])))));
    });
    return group;
  }

  buildFacts() {
    const heading = (text) => (htmlNode("h3", "", this.right).textContent = text);
    heading("Distance from x to y");
    const list = htmlNode("dl", "distances", this.right);
    this.rows = Object.fromEntries(KINDS.map(({ key, name }) => {
      const term = htmlNode("dt", key, list);
      const swatch = svgNode("svg", { width: 34, height: 10, "aria-hidden": "true" }, term);
      svgNode("path", { class: `ball ${key}`, d: "M0 5H34" }, swatch);
      const label = htmlNode("span", "", term);
      label.textContent = name;
      const line = htmlNode("dd", key, list);
      return [key, { label, line: htmlNode("span", "line", line), value: htmlNode("strong", "value", line) }];
    }));
    this.limit = htmlNode("p", "quiet", this.right);
    heading("Where Minkowski’s exponents stand");
    this.deck = htmlNode("p", "quiet", this.right);
    symbolToHtml(this.deck, "Deck A: (Σ |x − y|^{q})^{1/q}. The exponent 1/q stands over the whole sum of the powers. Put elsewhere, another number comes out.");
    const table = htmlNode("table", "readings", this.right);
    this.readings = readings([1, 1], 2).map(([name, markup], place) => {
      const row = htmlNode("tr", place ? "" : "exact", htmlNode("tbody", "", table));
      htmlNode("th", "", row).textContent = name;
      row.firstChild.scope = "row";
      symbolToHtml(htmlNode("td", "line", row), markup);
      return { value: htmlNode("td", "value", row), off: htmlNode("td", "off", row) };
    });
  }

  apart() {
    return this.x.map((value, d) => Math.abs(value - this.y[d]));
  }

  paint() {
    const { plane, x, y, q } = this;
    if (!plane) return;
    const apart = this.apart();
    const values = Object.fromEntries(KINDS.map(({ key, order }) => [key, minkowski(apart, order(q))]));
    const at = ([a, b]) => `${plane.px(a).toFixed(2)} ${plane.py(b).toFixed(2)}`;
    for (const { key, order } of KINDS) {
      const radius = this.ball === "1" ? 1 : values[key];
      const ball = ballOf(order(q), radius).map(([a, b]) => at([x[0] + a, x[1] + b]));
      this.shapes[key].setAttribute("d", radius > 0 ? `M${ball.join("L")}Z` : "");
    }
    this.ways.euclidean.setAttribute("d", `M${at(x)}L${at(y)}`);
    this.ways.manhattan.setAttribute("d", `M${at(x)}L${at([y[0], x[1]])}L${at(y)}`);
    for (const name of ["x", "y"]) {
      this.handles[name].setAttribute("transform", `translate(${at(this[name])})`);
      const right = name === "y" ? y[0] >= x[0] : x[0] > y[0]; // its name on the side away from the other point
      const up = name === "y" ? y[1] >= x[1] : x[1] > y[1];
      const label = this.handles[name].querySelector(".name");
      label.setAttribute("x", String(right ? 11 : -22));
      label.setAttribute("y", String(up ? -9 : 21));
      this.handles[name].setAttribute("aria-valuenow", String(this[name][0]));
      this.handles[name].setAttribute("aria-valuetext", this[name].map(plainNumber).join(", "));
    }
    this.paintFacts(apart, values);
    for (const [point, d] of FIELDS) this.inputs[`${point}${d + 1}`].value = plainNumber(this[point][d]);
    this.inputs.q.value = plainNumber(q);
    this.slider.value = String(q);
    const spoken = KINDS.map(({ key, name }) => `${name}${key === "minkowski" ? ` (q = ${plainNumber(q)})` : ""} ${formatNumber(values[key], 4)}`);
    this.say(`x = (${x.map(plainNumber).join(", ")}), y = (${y.map(plainNumber).join(", ")}): ${spoken.join(", ")}.`);
    const same = (one, other) => one.every((value, d) => value === other[d]);
    for (const point of ["x", "y"]) address.write(point, same(this[point], START[point]) ? null : this[point].join());
    address.write("q", q === START.q ? null : String(q));
    address.write("ball", this.ball === "1" ? null : this.ball);
  }

  paintFacts(apart, values) {
    const q = plainNumber(this.q);
    const [a, b] = apart.map((d) => plainNumber(d));
    symbolToHtml(this.rows.euclidean.line, `√(${a}^{2} + ${b}^{2}) = `);
    symbolToHtml(this.rows.manhattan.line, `${a} + ${b} = `);
    symbolToHtml(this.rows.minkowski.line, `(${a}^{${q}} + ${b}^{${q}})^{1/${q}} = `);
    this.rows.minkowski.label.textContent = `Minkowski, q = ${q}`;
    for (const { key } of KINDS) this.rows[key].value.textContent = formatNumber(values[key], 4);
    this.limit.textContent = `As q grows the distance falls to the larger difference, ${formatNumber(Math.max(...apart), 4)}; q = 1 is Manhattan, q = 2 Euclid.`;
    readings(apart, this.q).forEach(([, , value], place) => {
      this.readings[place].value.textContent = formatNumber(value, 4);
      const off = value - values.minkowski;
      this.readings[place].off.textContent = place ? `off by ${off < 0 ? "" : "+"}${formatNumber(off, 4)}` : "as it is meant";
    });
  }

  csv() {
    const apart = this.apart();
    const points = [...this.x, ...this.y].join();
    const rows = KINDS.map(({ key, order }) => `${key},${order(this.q)},${points},${minkowski(apart, order(this.q))}`);
    return ["distance,q,x1,x2,y1,y2,value", ...rows, ""].join("\n");
  }

  script() {
    return [
      '"""Three distances between two points, from seqviz, by scikit-learn."""',
      "",
      "from sklearn.metrics import pairwise_distances",
      "",
      `x, y, q = [${this.x.join(", ")}], [${this.y.join(", ")}], ${this.q}`,
      'for name, options in {"euclidean": {}, "manhattan": {}, "minkowski": {"p": q}}.items():',
      '    print(name, f"{pairwise_distances([x], [y], metric=name, **options)[0, 0]:.12g}")',
      "",
    ].join("\n");
  }
}

export default doorTo(SimilarityView);
