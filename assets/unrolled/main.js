// The component: toolbar, network and panel, one player behind them. New data re-invokes the same node.

const views = new WeakMap();

export default function (component) {
  const { data, parentElement } = component;
  let view = views.get(parentElement);
  if (!view) {
    view = new UnrolledView(parentElement.querySelector(".sv-root"));
    views.set(parentElement, view);
  }
  view.receive(data);
  return () => {
    view.leave();
    views.delete(parentElement);
  };
}

const BUTTONS = [
  ["home", "Home", "❘◀◀", "Back to the start (Home)"],
  ["token-back", "Token back", "◀◀", "One token back (Shift+←)"],
  ["back", "Back", "◀❘", "One phase back (←)"],
  ["play", "Play", "▶", "Play or pause (Space)"],
  ["next", "Next", "❘▶", "One phase on (→)"],
  ["token-next", "Token next", "▶▶", "One token on (Shift+→)"],
  ["end", "End", "▶▶❘", "To the end of the sequence (End)"],
];

class UnrolledView {
  constructor(root) {
    this.root = root;
    this.opened = { unit: null, output: null }; // whose sum is open; null until the reader chooses
    this.player = new Player((cursor) => this.paint(cursor), (playing) => this.showPlaying(playing));
    root.replaceChildren();
    root.tabIndex = -1;
    this.toolbar();
    this.status = htmlNode("p", "status", root);
    this.status.setAttribute("role", "status");
    this.pipeline = htmlNode("div", "pipeline", root);
    this.pipeline.setAttribute("role", "group");
    this.pipeline.setAttribute("aria-label", "Phases of a step");
    const scene = htmlNode("div", "scene", root);
    const left = htmlNode("div", "drawing", scene);
    this.network = new Network(left, {
      onOpen: (step, phase, index) => this.open(step, phase, index),
      onWeight: (name) => this.light(name),
    });
    this.weights = htmlNode("div", "weights", left);
    this.panel = new Panel(scene, (index) => this.choose(index));
    this.onKey = (event) => {
      if (!this.data || !root.isConnected || event.defaultPrevented || keyIsTaken(event)) return;
      if (event.key === "Escape" && this.presenting) this.setPresenting(false);
      else if (this.player.key(event)) event.preventDefault();
    };
    document.addEventListener("keydown", this.onKey);
    this.watcher = new ResizeObserver(() => this.resized());
    this.watcher.observe(root);
  }

  toolbar() {
    const bar = htmlNode("div", "toolbar", this.root);
    bar.setAttribute("role", "toolbar");
    bar.setAttribute("aria-label", "Stepping");
    const actions = {
      home: () => this.player.home(),
      "token-back": () => this.player.token(-1),
      back: () => this.player.step(-1),
      play: () => this.player.toggle(),
      next: () => this.player.step(1),
      "token-next": () => this.player.token(1),
      end: () => this.player.end(),
    };
    this.buttons = {};
    for (const [name, label, sign, hint] of BUTTONS) {
      const button = htmlNode("button", `step ${name}`, bar);
      button.type = "button";
      button.title = hint;
      const glyph = htmlNode("span", "glyph", button);
      glyph.textContent = sign;
      glyph.setAttribute("aria-hidden", "true");
      htmlNode("span", "word", button).textContent = label;
      button.addEventListener("click", actions[name]);
      this.buttons[name] = button;
    }
    this.scrub = htmlNode("input", "scrub", htmlNode("div", "scrub-place", bar));
    Object.assign(this.scrub, { type: "range", min: "0", step: "1", title: "Scrub through the phases" });
    this.scrub.setAttribute("aria-label", "Position");
    this.scrub.addEventListener("input", () => {
      this.player.pause();
      this.player.go(Number(this.scrub.value));
    });
    this.pace = htmlNode("select", "pace", bar);
    this.pace.setAttribute("aria-label", "Pace, phases a second");
    for (const pace of PACES) {
      const option = htmlNode("option", "", this.pace);
      option.value = String(pace);
      option.textContent = `${pace} /s`;
      option.selected = pace === this.player.pace;
    }
    this.pace.addEventListener("change", () => (this.player.pace = Number(this.pace.value)));
    this.form = this.textButton(bar, "Roll up", "Show the loop instead of its copies", () => this.setForm(!this.rolled));
    this.present = this.textButton(bar, "Present", "Large type, nothing else on the screen (Esc leaves)", () => this.setPresenting(!this.presenting));
    const save = htmlNode("details", "save", bar);
    htmlNode("summary", "text-button", save).textContent = "Save";
    const menu = htmlNode("div", "menu", save);
    const name = () => `unrolled-step-${writeCursor(this.player.cursor)}`;
    const failed = () => (this.status.textContent = "The browser could not make a picture of this drawing.");
    const saver = (write) => () => this.network.whole((svg) => write(svg, this.root, name(), failed));
    this.textButton(menu, "PNG", "The drawing as it stands, as a picture", saver(savePng));
    this.textButton(menu, "SVG", "The drawing as it stands, as a vector graphic", saver(saveSvg));
    menu.addEventListener("click", () => (save.open = false));
  }

  textButton(parent, label, hint, action) {
    const button = htmlNode("button", "text-button", parent);
    button.type = "button";
    button.textContent = label;
    button.title = hint;
    button.addEventListener("click", action);
    return button;
  }

  receive(data) {
    const first = this.received === undefined;
    this.root.classList.toggle("compact", Boolean(data.compact));
    const before = this.data;
    const same = before && ["T", "H", "D", "K"].every((size) => before[size] === data[size]) && before.tokens.join() === data.tokens.join();
    if (!same) {
      this.player.pause();
      this.opened = { unit: null, output: null };
    }
    this.player.loops = Boolean(data.compact);
    if (data.compact) this.player.pace = 1; // nobody has asked for it yet: slow enough to read along
    this.data = completeData(data);
    this.player.setPositions(data.T * PHASES.length, data.tokens.map((_, step) => positionOf(step, PHASE.loss)));
    this.scrub.max = String(this.player.count - 1);
    this.buildPipeline();
    this.buildWeights();
    this.panel.build(this.data);
    if (first && !data.compact) {
      this.rolled = address.read("view") === "rolled";
      this.player.cursor = parseCursor(address.read("at"), data.T) ?? 0;
      if (address.read("present") === "1") this.setPresenting(true);
    }
    for (const [name, value] of Object.entries(data.address ?? {})) address.write(name, value);
    this.received = true;
    this.rebuild();
    if (first && data.autoplay && !prefersStillness()) this.player.play();
  }

  /** In presenter mode: as large as lets the network and the numbers stand side by side and above the fold. */
  zoom() {
    if (!this.presenting) return;
    const height = measure(this.data, false).height + 250;
    const zoom = Math.min(window.innerWidth / 1190, window.innerHeight / height);
    this.root.style.setProperty("--presenting-zoom", Math.max(1, Math.min(2.4, zoom)).toFixed(2));
  }

  rebuild() {
    this.zoom();
    this.root.classList.toggle("wide", this.root.clientWidth >= 1000);
    this.width = this.root.clientWidth;
    this.network.build(this.data, Boolean(this.rolled));
    this.root.style.setProperty("--panel-height", `${Math.max(430, this.network.m.height + 60)}px`);
    this.pipelineScrolls = this.pipeline.scrollWidth > this.pipeline.clientWidth;
    this.form.textContent = this.rolled ? "Unroll" : "Roll up";
    this.paint(this.player.cursor);
  }

  resized() {
    if (this.data && this.root.clientWidth !== this.width) this.rebuild();
  }

  buildPipeline() {
    this.chips = PHASES.map((key, phase) => {
      const chip = document.createElement("button");
      chip.type = "button";
      chip.className = "chip";
      symbolToHtml(chip, phaseChip(this.data, key));
      chip.addEventListener("click", () => {
        this.player.pause();
        this.player.go(positionOf(stepOf(this.player.cursor), phase));
      });
      return chip;
    });
    this.pipeline.replaceChildren(...this.chips);
    this.lastPhase = -1;
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
  open(step, phase, index) {
    this.player.pause();
    this.opened[openedKind(PHASES[phase])] = index;
    this.player.go(positionOf(step, phase));
  }

  choose(index) {
    this.opened[openedKind(PHASES[phaseOf(this.player.cursor)])] = index;
    this.paint(this.player.cursor);
  }

  setForm(rolled) {
    this.rolled = rolled;
    address.write("view", rolled ? "rolled" : null);
    this.rebuild();
  }

  setPresenting(on) {
    this.presenting = on;
    this.root.classList.toggle("presenting", on);
    this.present.textContent = on ? "Leave" : "Present";
    address.write("present", on ? "1" : null);
    if (!on && document.fullscreenElement) document.exitFullscreen();
    else if (on && navigator.userActivation?.isActive) {
      this.root.requestFullscreen?.().catch(() => {});
      this.root.onfullscreenchange = () => !document.fullscreenElement && this.presenting && this.setPresenting(false);
    }
    if (this.data) this.rebuild();
    if (on) this.root.focus({ preventScroll: true }); // so that Space plays, not leaves
  }

  showPlaying(playing) {
    const button = this.buttons.play;
    button.querySelector(".word").textContent = playing ? "Pause" : "Play";
    button.querySelector(".glyph").textContent = playing ? "❚❚" : "▶";
    this.status.setAttribute("aria-live", playing ? "off" : "polite");
  }

  paint(cursor) {
    const { data } = this;
    const step = stepOf(cursor);
    const phase = phaseOf(cursor);
    const key = PHASES[phase];
    const chosen = this.opened[openedKind(key)];
    const index = Math.min(chosen ?? 0, (openedKind(key) === "output" ? data.K : data.H) - 1);
    const summing = ["input_product", "recurrent_product", "logits"].includes(key);
    this.network.show(cursor, summing && chosen !== null ? index : null);
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
    this.scrub.setAttribute("aria-valuetext", `step ${step + 1} of ${data.T}, phase ${phase + 1} of ${PHASES.length}`);
    this.status.replaceChildren();
    const where = htmlNode("strong", "", this.status);
    where.textContent = `Step ${step + 1} of ${data.T} `;
    for (const part of phaseSentence(data, step, key)) {
      if (typeof part === "string") this.status.append(part);
      else symbolToHtml(htmlNode("em", "", this.status), part.symbol);
    }
    this.panel.show(step, key, index);
    if (!data.compact) address.write("at", cursor === 0 ? null : writeCursor(cursor));
  }

  leave() {
    this.player.pause();
    document.removeEventListener("keydown", this.onKey);
    this.watcher.disconnect();
    address.forget();
  }
}
