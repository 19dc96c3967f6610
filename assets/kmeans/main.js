// The component: toolbar, the plane, the objective's curve and the numbers, one player behind them.

const GLIDE = 350; // ms in which centroids go where an update puts them

class KMeansView extends StepperView {
  constructor(root) {
    super(root, { step: "half-step", leap: "iteration", leapWord: "Iteration", pass: "run" });
    this.pinned = null;
    this.frame = 0;
    this.addButton = this.toolbar.textButton("Add points", "Click on the plane, or type where, to add a point; the run begins anew", () => this.setAdding(!this.plane.adding));
    this.addButton.setAttribute("aria-pressed", "false");
    this.addPresentButton();
    this.toolbar.saveMenu([["PNG", "Plane and curve as they stand, as a picture", () => this.savePng()]]);
    this.status = htmlNode("p", "status", root);
    this.status.setAttribute("role", "status");
    this.addForm = new AddForm(root, (x, y) => this.send("point", { x, y }));
    this.scene = htmlNode("div", "scene", root);
    const left = htmlNode("div", "left", this.scene);
    this.plane = new PointedPlane(left, {
      grab: () => this.goTo(Math.min(1, this.player.cursor)),
      moveStart: (cluster, x, y) => this.send("start", { cluster, x, y }),
      addPoint: (x, y) => this.send("point", { x, y }),
      hover: (what) => this.told(what),
      pin: (point) => this.pin(point),
    });
    this.note = htmlNode("p", "plane-note", left);
    this.startTable = new StartTable(left, (rows) => this.send("starts", { rows }));
    const right = htmlNode("div", "right", this.scene);
    this.curve = new Curve(right, (at) => this.goTo(at));
    this.panel = new Panel(right, (point) => this.pin(point));
  }

  /** A new run begins at its first assignment, or, where the reader was at the end, at its end. */
  receive(data) {
    const before = this.data;
    const run = unpackRun(data);
    const same = before && before.run === run.run;
    const atEnd = before && this.player.cursor === before.last;
    this.data = run;
    if (!same) {
      this.player.pause();
      this.stopGlide();
    }
    this.player.setPositions(run.last + 1, {
      tokens: Array.from({ length: run.labels.length }, (_, i) => 2 * i + 1),
      passes: [{ first: 0, last: run.last }],
    });
    this.toolbar.scrub.max = String(run.last);
    if (!before) {
      const point = Number(address.read("point"));
      if (Number.isInteger(point) && point >= 1 && point <= run.n) this.pinned = point - 1;
      this.player.cursor = parsePlace(address.read("at"), run.last) ?? Math.min(1, run.last);
      if (address.read("present") === "1") this.setPresenting(true);
    } else if (!same) this.player.cursor = atEnd ? run.last : Math.min(1, run.last);
    if (this.pinned !== null && this.pinned >= run.n) this.pinned = null;
    this.plane.pinned = this.pinned;
    this.addButton.hidden = !run.editable || !run.adds;
    if (this.addButton.hidden) this.setAdding(false);
    for (const [name, value] of Object.entries(data.address ?? {})) address.write(name, value);
    this.redraw();
  }

  setAdding(on) {
    this.plane.adding = on;
    this.addButton.setAttribute("aria-pressed", String(on));
    this.addButton.textContent = on ? "Stop adding" : "Add points";
    if (this.data) this.addForm.show(on, this.data.axes);
  }

  redraw() {
    const zoom = this.presenting ? Math.max(1, Math.min(2, window.innerWidth / 1280)) : 1;
    this.root.style.setProperty("--presenting-zoom", zoom.toFixed(3));
    this.width = this.root.clientWidth;
    if (!this.width) return; // not on the screen: it is drawn when it gets a size
    this.root.classList.toggle("wide", this.width >= 820);
    const room = window.innerHeight / zoom - (this.presenting ? 150 : 365);
    const height = this.width >= 820 ? Math.max(340, Math.min(720, room)) : 330;
    this.root.style.setProperty("--plane-height", `${Math.round(height)}px`);
    const run = this.data;
    this.palette = new Palette(this.root, zoom);
    this.note.textContent = run.note;
    this.plane.build(run, this.palette);
    this.curve.build(run, this.palette);
    this.panel.build(run, this.palette);
    this.startTable.build(run);
    this.shown = this.player.cursor;
    this.paint(this.player.cursor);
  }

  goTo(at) {
    this.player.pause();
    this.player.go(at);
  }

  pin(point) {
    this.pinned = this.plane.pinned = point;
    address.write("point", point === null ? null : String(point + 1));
    this.paint(this.player.cursor);
  }

  told({ cluster, point }) {
    const run = this.data;
    const at = this.player.cursor;
    if (point !== undefined) {
      const label = at === 0 ? "" : `, cluster ${run.labels[assignmentAt(at)][point] + 1}`;
      const name = run.groups ? `, ${run.groups[run.truth[point]]}` : "";
      return `point ${point + 1} (${inDigits(run.points[2 * point])}, ${inDigits(run.points[2 * point + 1])})${label}${name}`;
    }
    const [x, y] = this.plane.where.subarray(2 * cluster, 2 * cluster + 2);
    const size = at === 0 ? "" : `, ${counted(run.sizes[assignmentAt(at)][cluster], "point")}`;
    return `centroid ${cluster + 1} (${inDigits(x)}, ${inDigits(y)})${size}${run.editable && at < 2 ? " · drag to start elsewhere" : ""}`;
  }

  stopGlide() {
    window.cancelAnimationFrame(this.frame);
    this.frame = 0;
  }

  /** Draw the plane; where an update has just been made, let the centroids go there. */
  drawPlane(at) {
    this.stopGlide();
    const glides = at === this.shown + 1 && at > 0 && !isAssign(at) && !prefersStillness();
    this.shown = at;
    if (!glides) return this.plane.show(at);
    const span = Math.min(GLIDE, 700 / this.player.pace);
    let begun = null;
    const step = (now) => {
      begun ??= now;
      const share = Math.min(1, (now - begun) / span);
      this.plane.show(at, 1 - (1 - share) ** 2);
      this.frame = share < 1 ? window.requestAnimationFrame(step) : 0;
    };
    step(performance.now());
    return undefined;
  }

  paint(at) {
    const run = this.data;
    if (!this.width) return;
    this.drawPlane(at);
    this.curve.show(at);
    this.panel.show(at, this.pinned);
    const [place, said] = whatHappened(run, at);
    this.toolbar.scrub.value = String(at);
    this.toolbar.scrub.setAttribute("aria-valuetext", `${place}, half-step ${at} of ${run.last}`);
    this.status.replaceChildren();
    htmlNode("strong", "", this.status).textContent = `${place}: `;
    htmlNode("span", "", this.status).textContent = said;
    this.plane.layers[2].setAttribute("aria-label", `${counted(run.n, "point")} and ${counted(run.k, "centroid")}. ${place}: ${said}`);
    address.write("at", at === 1 ? null : nameOfPlace(at));
  }

  savePng() {
    const { plane, curve, palette } = this;
    const [w, h] = [plane.width + curve.width + 20, plane.height + 40];
    const canvas = htmlNode("canvas");
    Object.assign(canvas, { width: 2 * w, height: 2 * h });
    const pen = canvas.getContext("2d");
    pen.scale(2, 2);
    pen.fillStyle = palette.surface;
    pen.fillRect(0, 0, w, h);
    pen.fillStyle = palette.ink;
    pen.font = `14px ${window.getComputedStyle(this.root).fontFamily}`;
    pen.fillText(this.status.textContent, 10, 22, w - 20);
    for (const layer of plane.layers) pen.drawImage(layer, 0, 36, plane.width, plane.height);
    pen.drawImage(curve.canvas, plane.width + 20, 36, curve.width, curve.height);
    canvas.toBlob((blob) => {
      if (blob) offerFile(blob, `kmeans-${nameOfPlace(this.player.cursor).replace(".", "-")}.png`);
      else this.status.textContent = "Not saved: the browser could not make a picture of this.";
    }, "image/png");
  }

  leave() {
    this.stopGlide();
    super.leave();
  }
}

export default doorTo(KMeansView);
