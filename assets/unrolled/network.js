// The network over time, unrolled (a column a token) or rolled (one column and its loop). SVG, changed in place.

const EDGE_POOL = 64;

class Network {
  constructor(parent, handlers) {
    this.handlers = handlers;
    this.scroller = htmlNode("div", "scroller", parent);
    this.scroller.tabIndex = 0;
    this.scroller.setAttribute("role", "group");
    this.scroller.setAttribute("aria-label", "The network, step by step");
    this.scroller.addEventListener("scroll", () => this.cull(this.scroller.scrollLeft), { passive: true });
  }

  build(data, rolled) {
    this.data = data;
    this.rolled = rolled;
    const m = (this.m = measure(data, this.scroller.clientWidth < 500));
    const columns = rolled ? 1 : data.T;
    const start = m.start + (rolled ? 70 : 0); // room for the loop
    const width = m.first + start + columns * m.pitch + (rolled ? 60 : 10);
    this.svg = svgNode("svg", { width, height: m.height, viewBox: `0 0 ${width} ${m.height}`, "aria-hidden": "true" });
    const marker = svgNode("marker", { id: "sv-arrow", viewBox: "0 0 8 8", refX: 7, refY: 4, markerUnits: "userSpaceOnUse", markerWidth: 10, markerHeight: 10, orient: "auto-start-reverse" }, svgNode("defs", {}, this.svg));
    svgNode("path", { d: "M 0 0.5 L 8 4 L 0 7.5 z", class: "arrowhead" }, marker);
    this.backs = svgNode("g", {}, this.svg); // behind the edges, which are behind cells and labels
    this.edges = svgNode("g", { class: "edges" }, this.svg);
    this.pool = Array.from({ length: EDGE_POOL }, () => svgNode("path", {}, this.edges));
    this.memory = new UnitStack(this.svg, m, m.first).build(data.H);
    this.memory.group.classList.add("memory");
    this.unitNames(m);
    this.columns = [];
    for (let c = 0; c < columns; c++) {
      const x = m.first + start + (c + 0.5) * m.pitch + 6;
      const from = c === 0 ? m.first : x - m.pitch; // where the step before stands
      const column = new Column(this.svg, data, m, x, { ...this.handlers, backs: this.backs, from });
      if (c === 0 && !rolled) column.group.classList.add("first");
      this.columns.push(column);
    }
    if (rolled) this.drawLoop(m, this.columns[0].x);
    this.scroller.style.height = `${m.height + (width > this.scroller.clientWidth ? 14 : 0)}px`; // with room for a scroll bar
    this.scroller.replaceChildren(this.svg);
    this.svg.classList.toggle("rolled", rolled);
    this.drawn = null;
    this.current = null;
    this.opened = undefined;
    this.visibleWidth = this.scroller.clientWidth; // read here, once: reading it while stepping would force a layout
    this.culled = null;
    this.cull(0);
  }

  /** Only the columns in sight and a few beside them are drawn: the browser paints what is there, seen or not. */
  cull(left) {
    this.left = left;
    const first = Math.floor((left - this.m.first) / this.m.pitch) - 3;
    if (first === this.culled) return;
    this.culled = first;
    const last = first + Math.ceil(this.visibleWidth / this.m.pitch) + 6;
    this.columns.forEach((column, c) => column.setDrawn(c >= first && c <= last));
  }

  /** Give `use` the drawing with every column in it, in sight or not. */
  whole(use) {
    this.columns.forEach((column) => column.setDrawn(true));
    use(this.svg);
    this.culled = null;
    this.cull(this.left);
  }

  unitNames(m) {
    this.data.hidden[0].forEach((_, i) => {
      const y = m.hidden + (i + 0.5) * m.unitHeight;
      svgNode("text", { x: m.first - m.unitWidth / 2 - 10, y, class: "unit-name" }, this.svg).textContent = String(i + 1);
    });
    const label = svgNode("text", { x: m.first - m.unitWidth / 2 - 4, y: m.hidden - 12, class: "unit-title" }, this.svg);
    label.textContent = "unit";
    if (!this.rolled) return;
    const y = m.hidden + this.data.H * m.unitHeight + 36;
    svgNode("text", { x: 6, y, class: "unit-title" }, this.svg).textContent = "kept from the step before";
  }

  /** The way back of the new state into the memory: nothing is computed on it, a step goes by. */
  drawLoop(m, x) {
    const middle = m.hidden + (this.data.H * m.unitHeight) / 2;
    const right = x + m.unitWidth / 2;
    const top = m.hidden - 30;
    const left = m.first;
    const path = `M ${right + 3} ${middle} C ${right + 46} ${middle} ${right + 46} ${top} ${right} ${top} H ${left + 16} Q ${left} ${top} ${left} ${m.hidden - 4}`;
    this.loop = svgNode("path", { d: path, class: "arrow", "marker-end": "url(#sv-arrow)" }, this.backs);
    svgNode("text", { x: left + 24, y: top - 10, class: "unit-title" }, this.svg).textContent = "one step later";
  }

  show(place, unit) {
    const { data } = this;
    const { pass, step: now, phase } = place;
    const passed = BACK_PHASES.length;
    if (this.rolled) {
      this.memory.paint({ values: data.hidden[now], scale: data.scales.hidden, done: true }, symbolAt(data.notation.hidden, now));
      this.columns[0].paint(now, pass === "forward" ? phase : PHASES.length, pass === "forward" ? -1 : pass === "update" ? passed : phase);
      this.columns[0].setActive(true);
      turnArrow(this.loop, pass !== "forward");
      this.columns[0].turn("hh", pass !== "forward");
    } else {
      if (this.drawn === null) {
        this.memory.paint({ values: data.hidden[0], scale: data.scales.hidden, done: true }, symbolAt(data.notation.hidden, 0));
      }
      this.columns.forEach((column, step) => {
        if (pass === "forward") column.paint(step, step < now ? PHASES.length : step === now ? phase : -1);
        else column.paint(step, PHASES.length, pass === "update" || step > now ? passed : step === now ? phase : -1);
      });
      if (this.current !== this.columns[now]) this.current?.setActive(false);
      this.current = this.columns[now];
      this.current.setActive(true);
      if (this.drawn === null || this.drawn.step !== now) this.follow(this.columns[now].x);
    }
    this.drawEdges(place, unit);
    const weight = this.actingArrow(place);
    if (weight !== this.opened) {
      this.opened?.classList.remove("shown-as-edges");
      weight?.classList.add("shown-as-edges"); // its arrow gives way to the true edges
      this.opened = weight;
    }
    this.drawn = place;
  }

  /** The arrow of the matrix that acts in this phase; undefined where none does. */
  actingArrow({ step, key }) {
    if (key === "incoming_gradient") return this.rolled ? undefined : this.columns[step + 1]?.weights.recurrent_product;
    return this.columns[this.rolled ? 0 : step].weights[key === "local_gradient" ? "logits" : key];
  }

  /** Keep the active column in sight, with the one before it. */
  follow(x) {
    const { m, left, visibleWidth } = this;
    if (x - m.pitch * 1.5 >= left && x + m.pitch * 0.5 <= left + visibleWidth) return;
    const widest = this.svg.width.baseVal.value - visibleWidth;
    const wanted = Math.round(Math.max(0, Math.min(widest, x - m.pitch * (visibleWidth > 600 ? 2.6 : 1.6))));
    this.cull(wanted);
    this.scroller.scrollLeft = wanted;
  }

  /** The products of the active phase as lines: colour and dash for the sign, width for the size. */
  drawEdges({ step, key }, unit) {
    const lines = this.edgesOf(step, key);
    const most = largest(lines.map((line) => line.product)) || 1;
    for (let e = 0; e < EDGE_POOL; e++) {
      const node = this.pool[e];
      const line = lines[e];
      if (!line) {
        if (node.hasAttribute("d")) node.removeAttribute("d");
        continue;
      }
      node.setAttribute("d", line.path);
      const size = Math.abs(line.product) / most;
      node.setAttribute("class", (line.product > 0 ? "positive" : line.product < 0 ? "negative" : "zero") + (unit !== null && line.to !== unit ? " aside" : ""));
      node.style.strokeWidth = line.product === 0 ? "1" : (0.8 + 3.7 * size).toFixed(2);
    }
  }

  edgesOf(now, key) {
    const { data, m } = this;
    const column = this.columns[this.rolled ? 0 : now];
    const left = column.x - m.unitWidth / 2;
    const right = column.x + m.unitWidth / 2;
    const units = column.units;
    const lines = [];
    if (key === "input_product") {
      const x = column.hotX(now);
      for (let i = 0; i < data.H; i++) {
        const y = units.middle(i);
        lines.push({ to: i, product: data.W_xh[i][data.ids[now]], path: `M ${x} ${m.token} C ${x} ${m.token - 40} ${left - 42} ${y} ${left} ${y}` });
      }
    } else if (key === "recurrent_product") {
      const from = this.rolled || now === 0 ? this.memory : this.columns[now - 1].units;
      const start = from.x + m.unitWidth / 2;
      const bend = (left - start) * 0.45;
      for (let i = 0; i < data.H; i++) {
        for (let j = 0; j < data.H; j++) {
          const product = data.W_hh[i][j] * data.hidden[now][j];
          lines.push({ to: i, product, path: `M ${start} ${from.middle(j)} C ${start + bend} ${from.middle(j)} ${left - bend} ${units.middle(i)} ${left} ${units.middle(i)}` });
        }
      }
    } else if (key === "incoming_gradient") {
      const after = this.rolled ? undefined : this.columns[now + 1];
      if (!after) return lines;
      const start = after.x - m.unitWidth / 2;
      const bend = (start - right) * 0.45;
      for (let i = 0; i < data.H; i++) {
        for (let j = 0; j < data.H; j++) {
          const product = data.W_hh[i][j] * data.backward.preactivation[now + 1][i];
          lines.push({ to: j, product, path: `M ${start} ${after.units.middle(i)} C ${start - bend} ${after.units.middle(i)} ${right + bend} ${units.middle(j)} ${right} ${units.middle(j)}` });
        }
      }
    } else if (key === "logits" || key === "local_gradient") {
      const end = column.x + m.rowWidth / 2;
      column.shown.forEach((k, r) => {
        const y = m.outputs + (r + 0.5) * m.rowHeight;
        for (let j = 0; j < data.H; j++) {
          const through = key === "logits" ? data.hidden[now + 1][j] : data.backward.output[now][k];
          const product = data.W_hy[k][j] * through;
          lines.push({ to: key === "logits" ? k : j, product, path: `M ${right} ${units.middle(j)} C ${right + 34} ${units.middle(j)} ${end + 16} ${y + 34} ${end} ${y}` });
        }
      });
    }
    return lines;
  }
}
