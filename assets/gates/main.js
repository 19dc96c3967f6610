// The component: toolbar, score sheet and the opened cell, one player behind them.

const RUNS = { changed: "with the change", untouched: "untouched", difference: "difference" };

class GatesView extends StepperView {
  constructor(root) {
    super(root, { step: "token", leap: "leap to a tenth token", leapWord: "Ten", pass: "text" });
    this.pinned = null;
    this.opened = null;
    this.addPresentButton();
    const refuse = (why) => (this.status.textContent = `Not saved: ${why}.`);
    const save = () => saveSheet(this.sheet, this.root, this.player.cursor, `gates-token-${this.player.cursor + 1}`, refuse);
    this.toolbar.saveMenu([["PNG", "The sheet as it stands, as a picture", save]]);
    const second = htmlNode("div", "second-row", root);
    this.status = htmlNode("p", "status", second);
    this.status.setAttribute("role", "status");
    this.options = htmlNode("div", "sheet-options", second);
    this.scene = htmlNode("div", "scene", root);
    const left = htmlNode("div", "left", this.scene);
    this.sheet = new Sheet(left, {
      onStep: (t) => this.goTo(t),
      onPin: (unit) => this.pin(unit),
      onOutput: (t, k) => this.data.drawsCell && this.send("explain", { step: t + 1, output: this.data.byKey.p.rowIds[k] }),
      onTall: (keys) => address.write("tall", keys.length ? keys.join() : null),
    });
    this.right = htmlNode("div", "right", this.scene);
    this.cell = new CellDrawing(this.right, (name) => this.open(name));
    this.panel = new Opened(this.right, (unit) => this.pin(unit));
  }

  /** New data, or the same in another theme: its colours are painted into pixels, and Streamlit calls again then. */
  receive(data) {
    const first = !this.data;
    const before = this.data;
    const sheet = unpackSheet(data);
    const same = before && before.cell === sheet.cell && before.H === sheet.H;
    if (!same) this.opened = sheet.opens ?? null;
    if (!same && !first) {
      this.pinned = null;
      for (const name of ["unit", "node", "like"]) address.write(name, null);
    }
    this.data = sheet;
    if (!same) this.sheet.likeLane = sheet.likeLane;
    if (first) this.readAddress();
    if (this.pinned !== null && this.pinned >= sheet.H) this.pinned = null;
    if (!first && before.T !== sheet.T) this.player.pause();
    const leaps = [...Array(sheet.T).keys()].filter((t) => t % 10 === 0 || t === sheet.T - 1);
    this.player.setPositions(sheet.T, { tokens: leaps, passes: [{ first: 0, last: sheet.T - 1 }] });
    this.toolbar.scrub.max = String(sheet.T - 1);
    if (!sheet.lanes.some((lane) => lane.runs.difference) && this.sheet.run !== "changed") {
      this.sheet.run = "changed";
      address.write("run", null);
    }
    for (const [name, value] of Object.entries(data.address ?? {})) address.write(name, value);
    this.redraw();
  }

  readAddress() {
    const at = Number(address.read("at"));
    const start = Number.isInteger(at) && at >= 1 ? at - 1 : (this.data.start ?? 0);
    this.player.cursor = Math.min(this.data.T - 1, start);
    const unit = Number(address.read("unit"));
    if (Number.isInteger(unit) && unit >= 1 && unit <= this.data.H) this.pinned = unit - 1;
    const order = address.read("order");
    if (order && this.orders().some(([key]) => key === order)) this.sheet.order = order;
    if (this.sheet.order === "like") this.pinned ??= 0;
    const like = address.read("like");
    if (this.data.lanes.some((lane) => lane.units && lane.base === like)) this.sheet.likeLane = like;
    if (address.read("run") in RUNS) this.sheet.run = address.read("run");
    for (const key of (address.read("tall") ?? "").split(",")) if (this.data.byKey[key]) this.sheet.opened.add(key);
    const node = address.read("node");
    if (node && this.data.drawsCell && wiringOf(this.data).nodes.some(([name]) => name === node)) this.opened = node;
    if (address.read("present") === "1") this.setPresenting(true);
  }

  orders() {
    const stored = [["stored", "as stored"]];
    if (this.data.orders) stored.push(["activity", "by activity"], ["clusters", "clustered"]);
    return [...stored, ["like", "like the pinned unit"]];
  }

  buildOptions() {
    const { data } = this;
    this.options.replaceChildren();
    const choose = (label, choices, value, action) => chooser(this.options, label, choices, value, action);
    choose("Units", this.orders(), this.sheet.order, (order) => {
      this.sheet.order = order;
      if (order === "like" && this.pinned === null) this.pinned = 0;
      address.write("order", order === "stored" ? null : order);
      this.buildOptions();
      this.pin(this.pinned);
    });
    if (this.sheet.order === "like") {
      const lanes = data.lanes.filter((lane) => lane.units && !lane.group).map((lane) => [lane.key, spokenSymbol(symbolAt(lane.symbol, "t"))]);
      if (lanes.length) choose("in lane", lanes, this.sheet.likeLane, (lane) => {
        this.sheet.likeLane = lane;
        address.write("like", lane === this.data.likeLane ? null : lane);
        this.sheet.paint();
      });
    }
    if (data.lanes.some((lane) => lane.runs.difference)) {
      choose("Run", Object.entries(RUNS), this.sheet.run, (run) => {
        this.sheet.run = run;
        address.write("run", run === "changed" ? null : run);
        this.sheet.paint();
        this.paint(this.player.cursor);
      });
    }
    if (data.drawsCell && data.byKey.p) {
      this.toolbar.textButton("Why?", "What did the answer at this token depend on? The lane below shows it.", () => {
        const t = this.player.cursor;
        this.send("explain", { step: t + 1, output: data.byKey.p.answerIds[t] });
      }, this.options);
    }
    const pins = htmlNode("span", "pins", this.options);
    pins.append(this.pinned === null ? "Click a unit to pin it (↑ ↓)." : `Unit ${this.pinned + 1} is pinned.`);
    if (this.pinned !== null) this.toolbar.textButton("Unpin", "Show every unit again", () => this.pin(null), pins);
  }

  /** In presenter mode: as large as lets the sheet and the cell stand side by side and above the fold. */
  zoom() {
    const zoom = this.presenting ? Math.max(1, Math.min(2.4, window.innerWidth / 1280, window.innerHeight / 680)) : 1;
    this.root.style.setProperty("--presenting-zoom", zoom.toFixed(3));
    this.sheet.room = (window.innerHeight - (this.presenting ? 130 * zoom : 380)) / zoom;
  }

  redraw() {
    this.zoom();
    this.root.classList.toggle("wide", this.root.clientWidth >= 960);
    this.root.classList.toggle("alone", !this.data.drawsCell);
    this.width = this.root.clientWidth;
    this.buildOptions();
    this.sheet.build(this.data, this.pinned);
    if (this.data.drawsCell) {
      this.cell.build(this.data, this.opened);
      this.panel.build(this.data);
    }
    this.paint(this.player.cursor);
  }

  goTo(t) {
    this.player.pause();
    this.player.go(t);
  }

  pin(unit) {
    this.pinned = unit;
    address.write("unit", unit === null ? null : String(unit + 1));
    this.sheet.pin(unit);
    this.buildOptions();
    this.paint(this.player.cursor);
  }

  /** ↑ and ↓ where the focus is in the sheet; elsewhere, and past the first and the last unit, they scroll the page. */
  key(event) {
    if (!["ArrowDown", "ArrowUp"].includes(event.key) || !event.composedPath().includes(this.root)) return false;
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return false;
    const change = event.key === "ArrowDown" ? 1 : -1;
    const unit = this.pinned === null ? 0 : this.pinned + change;
    if (unit < 0 || unit >= this.data.H) return false;
    this.pin(unit);
    return true;
  }

  open(name) {
    this.opened = name;
    address.write("node", name);
    this.cell.mark(name);
    this.paint(this.player.cursor);
  }

  paint(t) {
    const { data } = this;
    this.sheet.show(t);
    if (data.drawsCell) {
      const unit = this.pinned ?? 0;
      const vectors = vectorsAt(data, t, this.sheet.run);
      this.cell.show(t, vectors, unit);
      this.panel.show(t, this.opened, unit, vectors, this.sheet.run);
    }
    this.toolbar.scrub.value = String(t);
    this.toolbar.scrub.setAttribute("aria-valuetext", `token ${t + 1} of ${data.T}, ${data.tokens[t]}`);
    this.status.replaceChildren();
    htmlNode("strong", "", this.status).textContent = `Token ${t + 1} of ${data.T} `;
    htmlNode("span", "token-now", this.status).textContent = data.tokens[t];
    htmlNode("span", "", this.status).textContent = ` ${this.sayOutputs(t)}`;
    address.write("at", t === (data.start ?? 0) ? null : String(t + 1));
  }

  /** What the read-out says at step t, model by model. */
  sayOutputs(t) {
    const said = [];
    for (const lane of this.data.lanes.filter((one) => one.output)) {
      const in3 = (answer) => (answer ? `${answer[0]} ${formatNumber(answer[1], 3)}` : "no number");
      const before = lane.answersUntouched ? ` (untouched: ${in3(lane.answersUntouched[t])})` : "";
      said.push(`${lane.group ? `${lane.group}: ` : "reads out "}${in3(lane.answers[t])}${before}`);
    }
    return said.length ? `· ${said.join(" · ")}` : "";
  }
}

export default doorTo(GatesView);
