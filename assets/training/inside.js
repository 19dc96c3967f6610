// The component: one sentence through training, with two cursors, training time and token. Other charts of the page
// follow its training time and lead it, by the window's event "seqviz:training-time".

const TIME = "seqviz:training-time";

class InsideView {
  constructor(root) {
    this.root = root;
    root.replaceChildren();
    root.tabIndex = 0;
    root.setAttribute("role", "group");
    root.setAttribute("aria-label", "Your sentence through training: up and down step through training, left and right through the tokens");
    this.t = 0;
    this.pinned = null;
    this.unit = 0;
    this.newest = true;
    this.player = new Player((c) => this.toTime(c), (on) => this.showPlaying(on));
    this.bar = new TimeBar(root, {
      onTime: (c) => this.stepTime(c),
      onToken: (change) => this.toToken(this.t + change),
      onPlay: () => this.player.toggle(),
    });
    const second = htmlNode("div", "second-row", root);
    this.status = htmlNode("p", "status", second);
    this.status.setAttribute("role", "status");
    this.options = htmlNode("div", "sheet-options", second);
    this.change = htmlNode("input", "", htmlNode("label", "option", this.options));
    this.change.type = "checkbox";
    this.changeWord = htmlNode("span", "", this.change.parentElement);
    this.change.addEventListener("change", () => this.paint());
    this.askButton = htmlNode("button", "text-button", this.options);
    this.askButton.type = "button";
    this.askButton.addEventListener("click", () => this.send("ask", { run: this.data.run, update: this.data.updates[this.player.cursor] }));
    const scene = htmlNode("div", "scene", root);
    this.left = htmlNode("div", "left", scene);
    this.sheet = new Sheet(this.left, {
      onStep: (t) => this.toToken(t),
      onPin: (unit) => this.pin(unit),
      onOutput: () => {},
      onTall: () => {},
    });
    this.answers = new Answers(htmlNode("div", "right", scene));
    this.root.addEventListener("keydown", (event) => this.key(event));
    this.onTime = (event) => this.follow(event.detail);
    window.addEventListener(TIME, this.onTime);
    this.watcher = new ResizeObserver(() => this.data && this.root.clientWidth !== this.width && this.build());
    this.watcher.observe(root);
  }

  /** New data, or the same in another theme. The cursors stay where they are; one at the newest checkpoint goes along. */
  receive(data) {
    const before = this.data;
    const atEnd = !before || this.t === before.T - 1;
    this.data = unpackInside(data);
    const { updates, T } = this.data;
    this.player.setPositions(updates.length, { tokens: updates.map((_, c) => c), passes: [{ first: 0, last: updates.length - 1 }] });
    if (!before) this.readAddress();
    else {
      this.player.cursor = this.newest ? updates.length - 1 : checkpointAt(updates, this.wanted);
      this.t = atEnd ? T - 1 : Math.min(this.t, T - 1);
    }
    if (this.pinned !== null && this.pinned >= this.data.H) this.pinned = null;
    this.unit = Math.min(this.unit, this.data.H - 1);
    const shape = JSON.stringify([this.data.tokens, this.data.lanes.map((lane) => lane.base), this.data.H, this.data.cell]);
    const theme = themeColour(this.root, "--sv-surface");
    if (shape !== this.shape || theme !== this.theme) this.build();
    else {
      this.sheet.sheet = this.data;
      this.sheet.places.forEach((place, i) => (place.lane = this.data.lanes[i]));
      this.answers.build(this.data, this.unit, (unit) => this.choose(unit));
      this.paint();
    }
    [this.shape, this.theme] = [shape, theme];
  }

  readAddress() {
    const [look, token] = [address.read("look"), Number(address.read("token"))];
    const { updates, T } = this.data;
    this.player.cursor = /^\d+$/.test(look ?? "") ? checkpointAt(updates, Number(look)) : updates.length - 1;
    this.newest = look === null;
    this.wanted = this.newest ? updates[this.player.cursor] : Number(look); // stays, when its checkpoint is thinned away
    this.t = Number.isInteger(token) && token >= 1 ? Math.min(T, token) - 1 : T - 1;
  }

  build() {
    this.width = this.root.clientWidth;
    this.root.classList.toggle("wide", this.width >= 960);
    this.sheet.room = 420;
    this.sheet.run = "changed";
    this.sheet.build(this.data, this.pinned);
    this.answers.build(this.data, this.unit, (unit) => this.choose(unit));
    this.paint();
  }

  // ── the two cursors ────────────────────────────────────────────────────────────────────────────────────────

  stepTime(c) {
    this.player.pause();
    this.player.go(c);
  }

  /** The training cursor has moved, by the reader or by playing: the page's other charts are told. */
  toTime(c) {
    const { updates, run } = this.data;
    this.wanted = updates[c];
    this.newest = c === updates.length - 1;
    address.write("look", this.newest ? null : String(updates[c]));
    this.telling = true;
    window.dispatchEvent(new CustomEvent(TIME, { detail: { update: updates[c], run } }));
    this.telling = false;
    this.paint();
  }

  follow(detail) {
    if (this.telling || !this.data || !Number.isFinite(detail?.update)) return;
    const c = checkpointAt(this.data.updates, detail.update);
    this.player.pause();
    this.wanted = detail.update;
    this.newest = c === this.data.updates.length - 1;
    if (c === this.player.cursor) return;
    this.player.cursor = c;
    address.write("look", this.newest ? null : String(this.data.updates[c]));
    this.paint();
  }

  toToken(t) {
    this.t = Math.max(0, Math.min(this.data.T - 1, t));
    address.write("token", this.t === this.data.T - 1 ? null : String(this.t + 1));
    this.paint();
  }

  /** ← → step through the tokens, ↑ ↓ through training, where the focus is in here. */
  key(event) {
    if (!this.data || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    const target = event.composedPath()[0];
    if (target.matches?.("select") || (event.key === " " && target !== this.root)) return;
    if (target === this.bar.slider && ["Home", "End"].includes(event.key)) return;
    const cursor = this.player.cursor;
    if (event.key === "ArrowLeft") this.toToken(this.t - 1);
    else if (event.key === "ArrowRight") this.toToken(this.t + 1);
    else if (event.key === "ArrowUp") this.stepTime(cursor + 1);
    else if (event.key === "ArrowDown") this.stepTime(cursor - 1);
    else if (event.key === "Home") this.toToken(0);
    else if (event.key === "End") this.toToken(this.data.T - 1);
    else if (event.key === " ") this.player.toggle();
    else return;
    event.preventDefault();
    event.stopPropagation(); // the page's other charts have arrow keys of their own
  }

  pin(unit) {
    this.pinned = unit;
    if (unit !== null) this.unit = unit;
    this.sheet.pin(unit);
    this.paint();
  }

  choose(unit) {
    this.pin(unit);
  }

  // ── what is shown ──────────────────────────────────────────────────────────────────────────────────────────

  showPlaying(on) {
    this.bar.playing(on);
    this.status.setAttribute("aria-live", on ? "off" : "polite");
  }

  paint() {
    const { data, t } = this;
    const c = this.player.cursor;
    const update = inThousands(data.updates[c]);
    const first = inThousands(data.updates[0]);
    for (const lane of data.lanes) {
      lane.runs.changed = lane.at[c];
      lane.runs.difference = this.change.checked ? lane.at[c].minus(lane.at[0]) : null;
    }
    this.sheet.run = this.change.checked ? "difference" : "changed";
    this.sheet.paint();
    this.sheet.show(t);
    this.answers.show(c, t, this.unit);
    this.bar.show(data.updates, c, t, data.T);
    this.changeWord.textContent = `change since update ${first}`;
    this.askButton.textContent = data.kind === "next" ? `What does it write at update ${update}?` : `Ask the network at update ${update}`;
    this.status.replaceChildren();
    htmlNode("strong", "", this.status).textContent = `Update ${update}`;
    this.status.append(`, checkpoint ${c + 1} of ${data.updates.length} · token ${t + 1} of ${data.T} `);
    htmlNode("span", "token-now", this.status).textContent = data.tokens[t];
    const [name, p] = data.answers[c][Math.max(t, data.asked)][0];
    this.status.append(` · reads out ${name} (${formatNumber(p, 3)})${t < data.asked ? ` at token ${data.asked + 1}` : ""}`);
  }

  leave() {
    this.player.pause();
    window.removeEventListener(TIME, this.onTime);
    this.watcher.disconnect();
    address.forget();
  }
}

export default doorTo(InsideView);
