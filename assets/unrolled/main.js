// The component: toolbar, network and panel, one player behind them. New data re-invokes the same node.

class UnrolledView extends StepperView {
  constructor(root) {
    super(root);
    this.opened = {}; // phase's kind of numbers → which one's sum is open, once the reader has chosen
    this.addControls();
    const second = htmlNode("div", "second-row", root);
    this.status = htmlNode("p", "status", htmlNode("div", "status-place", second));
    this.status.setAttribute("role", "status");
    this.learning = new LearningBar(second, {
      onPress: (message) => this.send("learn", message),
      onRefuse: (sentence) => this.refuse(sentence),
      onRate: () => this.setRate(),
    });
    this.pipeline = htmlNode("div", "pipeline", root);
    this.pipeline.setAttribute("role", "group");
    this.pipeline.setAttribute("aria-label", "Phases of a step");
    const scene = htmlNode("div", "scene", root);
    const left = htmlNode("div", "drawing", scene);
    this.network = new Network(left, {
      onOpen: (position, index) => this.open(position, index),
      onWeight: (name) => this.light(name),
    });
    this.terms = new Terms(left);
    this.weights = htmlNode("div", "weights", left);
    this.panel = new Panel(scene, (index) => this.choose(index));
  }

  addControls() {
    const { toolbar } = this;
    this.scrub = toolbar.scrub;
    this.form = toolbar.textButton("Roll up", "Show the loop instead of its copies", () => this.setForm(!this.rolled));
    this.addPresentButton();
    const name = () => `unrolled-step-${writeCursor(this.data, this.player.cursor)}`;
    const failed = () => (this.status.textContent = "The browser could not make a picture of this drawing.");
    const saver = (write) => () => this.network.whole((svg) => write(svg, this.root, name(), failed));
    toolbar.saveMenu([
      ["PNG", "The drawing as it stands, as a picture", saver(savePng)],
      ["SVG", "The drawing as it stands, as a vector graphic", saver(saveSvg)],
    ]);
  }

  receive(data) {
    const first = this.received === undefined;
    this.root.classList.toggle("compact", Boolean(data.compact));
    const before = this.data;
    const same = before && ["T", "H", "D", "K"].every((size) => before[size] === data[size]) && before.tokens.join() === data.tokens.join();
    if (!same) {
      this.player.pause();
      this.opened = {};
    }
    this.player.loops = Boolean(data.compact);
    if (data.compact) this.player.pace = 1; // nobody has asked for it yet: slow enough to read along
    if (same && before.descent.length !== data.descent.length && data.descent.length > 1) data.before = Object.fromEntries(PARAMETERS.map((name) => [name, before[name]]));
    data.chosenParameter = (same && before.chosenParameter) || "W_hh";
    this.data = completeData(data);
    this.learning.receive(data, first);
    data.rateNow = this.learning.value;
    if (before) this.player.cursor = samePlace(before, data, this.player.cursor);
    this.player.setPositions(positionCount(data), stopsOf(data));
    this.scrub.max = String(this.player.count - 1);
    this.shownPass = null;
    this.terms.build(this.data, same);
    this.buildWeights();
    this.panel.build(this.data);
    if (first && !data.compact) {
      this.rolled = address.read("view") === "rolled";
      this.player.cursor = parseCursor(address.read("at"), data) ?? 0;
      if (address.read("present") === "1") this.setPresenting(true);
    }
    for (const [name, value] of Object.entries(data.address ?? {})) address.write(name, value);
    this.received = true;
    this.redraw();
    if (first && data.autoplay && !prefersStillness()) this.player.play();
  }

  /** In presenter mode: as large as lets the network and the numbers stand side by side and above the fold. */
  zoom() {
    if (!this.presenting) return;
    const height = measure(this.data, false).height + 250;
    const zoom = Math.min(window.innerWidth / 1190, window.innerHeight / height);
    this.root.style.setProperty("--presenting-zoom", Math.max(1, Math.min(2.4, zoom)).toFixed(2));
  }

  redraw() {
    this.zoom();
    this.root.classList.toggle("wide", this.root.clientWidth >= 1000);
    this.width = this.root.clientWidth;
    this.network.build(this.data, Boolean(this.rolled));
    this.root.style.setProperty("--panel-height", `${Math.max(470, this.network.m.height + 90)}px`);
    this.shownPass = null;
    this.form.textContent = this.rolled ? "Unroll" : "Roll up";
    this.paint(this.player.cursor);
  }

  /** The phases of the pass that the cursor is in, and the way to the other pass. */
  buildPipeline(pass) {
    const { data } = this;
    const chip = (markup, action, className = "") => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = `chip ${className}`;
      symbolToHtml(button, markup);
      button.addEventListener("click", () => {
        this.player.pause();
        this.player.go(action());
      });
      return button;
    };
    const step = () => placeAt(data, this.player.cursor).step;
    if (pass === "forward") {
      this.chips = PHASES.map((key, phase) => chip(phaseChip(data, key), () => positionOf(step(), phase)));
    } else {
      const keys = [...BACK_PHASES, "update"];
      this.chips = keys.map((key, phase) => chip(backChip(data, key), () => (key === "update" ? this.player.count - 1 : backPositionOf(data, step(), phase))));
    }
    const other = pass === "forward" ? ["backward", () => forwardCount(data)] : ["forward", () => positionOf(step(), PHASE.loss)];
    const switches = data.backward ? [chip(...other, `turn ${pass}`)] : [];
    this.pipeline.replaceChildren(...(pass === "forward" ? [...this.chips, ...switches] : [...switches, ...this.chips]));
    this.pipelineScrolls = this.pipeline.scrollWidth > this.pipeline.clientWidth;
    this.lastPhase = -1;
    this.root.classList.toggle("going-back", pass !== "forward");
  }

  buildWeights() {
    const { data } = this;
    const n = data.notation;
    const parts = [["xh", n.W_xh + n.stored, `${data.H} × ${data.D}`], ["hh", n.W_hh + n.stored, `${data.H} × ${data.H}`], ["hy", n.W_hy + n.stored, `${data.K} × ${data.H}`]];
    const label = document.createElement("span");
    label.className = "weights-label";
    label.textContent = data.T === 1 ? "The weights:" : `The same weights at all ${data.T} steps:`;
    const chips = parts.map(([name, symbol, size]) => {
      const chip = document.createElement("button");
      chip.type = "button";
      chip.className = "weight-chip";
      chip.dataset.weight = name;
      symbolToHtml(htmlNode("span", "", chip), symbol);
      htmlNode("span", "size", chip).textContent = size;
      for (const event of ["pointerenter", "focus"]) chip.addEventListener(event, () => this.light(name));
      for (const event of ["pointerleave", "blur"]) chip.addEventListener(event, () => this.light(null));
      chip.setAttribute("aria-label", `${spokenSymbol(symbol)}, ${size}, one matrix${data.T > 1 ? `, used at each of the ${data.T} steps` : ""}`);
      return chip;
    });
    const count = document.createElement("span");
    count.className = "weights-label";
    const numbers = data.H * data.D + data.H * data.H + data.H + data.K * data.H + data.K;
    count.textContent = `${numbers} numbers with the biases, however long the text.`;
    this.weights.replaceChildren(label, ...chips, count, this.legend());
  }

  legend() {
    const legend = document.createElement("span");
    legend.className = "legend";
    for (const [kind, meaning] of [["positive", "positive"], ["negative", "negative"], ["thick", "the wider, the larger"]]) {
      const line = svgNode("svg", { width: 30, height: 10, viewBox: "0 0 30 10", "aria-hidden": "true" }, legend);
      svgNode("path", { d: "M 1 5 H 29", class: kind }, line);
      htmlNode("span", "", legend).textContent = meaning;
    }
    const marks = htmlNode("span", "", legend);
    marks.append(Object.assign(document.createElement("u"), { textContent: "target" }), " ", Object.assign(document.createElement("b"), { textContent: "guess" }));
    return legend;
  }

  light(name) {
    if (name === null) delete this.root.dataset.lit;
    else this.root.dataset.lit = name;
  }

  /** A cell in the drawing was clicked: go to its phase and open its sum. */
  open(position, index) {
    this.player.pause();
    const place = placeAt(this.data, position);
    this.opened[this.kindOf(place.key)] = index;
    this.player.go(position);
  }

  choose(index) {
    this.opened[this.kindOf(placeAt(this.data, this.player.cursor).key)] = index;
    this.paint(this.player.cursor);
  }

  /** What a phase's numbers belong to: an opened unit stays open from phase to phase, and so does an opened output. */
  kindOf(key) {
    if (["logits", "prediction", "output_gradient"].includes(key)) return "output";
    return ["head_terms", "weight_terms", "update"].includes(key) ? key : "unit";
  }

  setRate() {
    this.data.rateNow = this.learning.value;
    this.paint(this.player.cursor);
  }

  /** Said in the status line, where no button moves away for it. */
  refuse(sentence) {
    this.status.replaceChildren();
    htmlNode("strong", "refusal", this.status).textContent = sentence;
  }

  setForm(rolled) {
    this.rolled = rolled;
    address.write("view", rolled ? "rolled" : null);
    this.redraw();
  }

  paint(cursor) {
    const { data } = this;
    const place = placeAt(data, cursor);
    const { pass, step, key } = place;
    const kind = this.kindOf(key);
    const sizes = { unit: data.H, output: data.K, head_terms: data.K * data.H, weight_terms: data.H * data.H, update: Infinity };
    const chosen = this.opened[kind] ?? null;
    const index = Math.min(chosen ?? 0, sizes[kind] - 1);
    const summing = ["input_product", "recurrent_product", "logits", "local_gradient", "incoming_gradient"].includes(key);
    this.network.show(place, summing && chosen !== null ? index : null);
    this.terms.show(place);
    const passChips = pass === "forward" ? "forward" : "backward";
    if (this.shownPass !== passChips) this.buildPipeline(passChips);
    this.shownPass = passChips;
    const phase = pass === "update" ? BACK_PHASES.length : place.phase;
    if (this.lastPhase !== phase) {
      this.chips.forEach((chip, i) => {
        chip.classList.toggle("done", i < phase);
        if (i === phase) chip.setAttribute("aria-current", "step");
        else chip.removeAttribute("aria-current");
      });
      if (this.pipelineScrolls) this.pipeline.scrollLeft = this.chips[phase].offsetLeft - 90;
      this.lastPhase = phase;
    }
    this.scrub.value = String(cursor);
    const phases = pass === "forward" ? PHASES.length : BACK_PHASES.length;
    const where = pass === "update" ? "Update" : `Step ${step + 1} of ${data.T}`;
    this.scrub.setAttribute("aria-valuetext", pass === "update" ? where : `${where.toLowerCase()}${pass === "backward" ? ", backward" : ""}, phase ${phase + 1} of ${phases}`);
    this.status.replaceChildren();
    htmlNode("strong", "", this.status).textContent = `${where}${pass === "backward" ? " ←" : ""} `;
    for (const part of (pass === "forward" ? phaseSentence : backSentence)(data, step, key)) {
      if (typeof part === "string") this.status.append(part);
      else symbolToHtml(htmlNode("em", "", this.status), part.symbol);
    }
    this.panel.show(step, key, index);
    if (!data.compact) address.write("at", cursor === 0 ? null : writeCursor(data, cursor));
  }
}

export default doorTo(UnrolledView);
