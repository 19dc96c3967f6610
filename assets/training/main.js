// The component: the training's controls, its charts in place, and what stands beside them at the cursor.

const WORDS = { step: "checkpoint", leap: "leap of five checkpoints", leapWord: "Five", pass: "training" };
const NEWS = "seqviz:training-time"; // {update, run, now}: where the cursor stands, said to the rest of the page and heard from it

class TrainingView extends StepperView {
  constructor(root) {
    super(root, WORDS);
    root.classList.add("training-root");
    this.clock = new Clock();
    this.chosen = null;
    this.following = true;
    this.bar = new Controls(root, (action, to) => this.send("control", to === undefined ? { action } : { action, to }));
    root.prepend(this.bar.root);
    const { play } = this.toolbar.buttons;
    this.toolbar.root.setAttribute("aria-label", "Training time");
    this.toolbar.scrub.setAttribute("aria-label", "Training time");
    this.toolbar.scrub.title = "Scrub through the kept checkpoints";
    play.title = "Play through the training from checkpoint to checkpoint";
    this.follow = this.toolbar.textButton("Follow", "Back to the newest update, and on with it (End)", () => this.player.end());
    this.addPresentButton();
    this.toolbar.saveMenu([["PNG", "The three charts as a picture", () => this.savePng()]]);
    this.second = htmlNode("div", "second-row", root);
    this.status = htmlNode("p", "status", this.second);
    this.said = htmlNode("p", "said", this.second);
    for (const line of [this.status, this.said]) line.setAttribute("role", "status");
    this.verdict = htmlNode("div", "verdict", root);
    this.verdict.setAttribute("role", "alert");
    this.scene = htmlNode("div", "scene", root);
    const left = htmlNode("div", "left", this.scene);
    this.charts = new Charts(left, {
      onChoose: (update) => this.goTo(update),
      onLog: (on) => address.write("loss", on ? "log" : null),
    });
    this.right = htmlNode("div", "right", this.scene);
    this.runs = new Runs(this.right, (id) => this.choose(id));
    this.looks = new Looks(this.right);
    this.inside = new Inside(this.right);
    this.onTime = (event) => this.hear(event.detail);
    window.addEventListener(NEWS, this.onTime);
    this.showPlaying(false);
  }

  receive(data) {
    const first = !this.data;
    const before = this.data;
    keepTicket(data.ticket);
    this.data = unpackTraining(data);
    const { runs } = this.data;
    runs.forEach((run, i) => this.root.style.setProperty(`--run-${i}`, `light-dark(${data.colours.light[i]}, ${data.colours.dark[i]})`));
    for (const run of runs) this.clock.note(run, performance.now());
    const others = before && before.runs.map((run) => run.id).join() !== runs.map((run) => run.id).join();
    const rewound = before && !others && runs.some((run, i) => run.generation !== before.runs[i].generation);
    if (first) this.readAddress();
    if (others) this.chosen = null;
    if (others || rewound) this.following = true;
    if (first || others) this.takeFocus();
    this.setPositions();
    if (first) this.redraw();
    else this.refresh();
  }

  /** The button that began this training has done its work: Space is to pause what it began, not to begin it anew. */
  takeFocus() {
    const focused = document.activeElement;
    if (focused?.tagName === "BUTTON" && !this.root.contains(focused)) this.root.focus({ preventScroll: true });
  }

  /** The positions of this moment; the cursor stays with its update, or at the end while it follows. */
  setPositions() {
    this.positions = positionsOf(this.data.runs);
    const last = this.positions.length - 1;
    const stops = this.positions.map((_, i) => i).filter((i) => i % 5 === 0 || i === last);
    if (this.wanted !== null && (this.positions[last].update > this.wanted || !this.data.runs.some(isLive))) {
      this.at = this.wanted; // the address named a place in a training that had not got so far
      this.following = this.wanted >= this.positions[last].update;
      this.wanted = null;
    }
    this.player.setPositions(this.positions.length, { tokens: stops, passes: [{ first: 0, last }] });
    this.player.cursor = this.following ? last : Math.min(positionAt(this.positions, this.at), Math.max(0, last - 1));
    this.toolbar.scrub.max = String(last);
  }

  readAddress() {
    const at = Number(address.read("at"));
    this.wanted = address.read("at") !== null && Number.isInteger(at) && at >= 0 ? at : null;
    this.charts.setLog(address.read("loss") === "log");
    if (address.read("present") === "1") this.setPresenting(true);
  }

  get run() {
    return this.data.runs.find((run) => run.id === this.chosen) ?? this.data.runs[0];
  }

  redraw() {
    if (!this.positions) return;
    const zoom = this.presenting ? Math.max(1, Math.min(2.4, window.innerWidth / 1280, window.innerHeight / 720)) : 1;
    this.root.style.setProperty("--presenting-zoom", zoom.toFixed(3));
    this.root.classList.toggle("wide", this.root.clientWidth >= 900);
    this.root.classList.toggle("many", this.data.runs.length > 1);
    this.width = this.root.clientWidth;
    this.refresh();
  }

  /** Everything from the data as they are now; the nodes stay. */
  refresh() {
    this.root.classList.toggle("many", this.data.runs.length > 1);
    this.sayNews();
    this.root.style.setProperty("--news", `${this.second.offsetHeight + this.verdict.offsetHeight}px`); // the charts make room for it
    this.charts.receive(this.data);
    this.paint(this.player.cursor);
  }

  paint(cursor) {
    const { data, positions } = this;
    const { update, now } = positions[cursor];
    this.following = now;
    this.at = update;
    const rates = data.runs.map((run) => this.clock.rate(run));
    this.bar.show(data, update, rates);
    this.runs.show(data, this.run, data.runs.map((run) => run.rate));
    this.charts.show(update, now);
    this.looks.show(data, this.run, update);
    this.inside.show(data, this.run, update, this.charts.paint);
    this.follow.disabled = now;
    this.toolbar.scrub.value = String(cursor);
    this.toolbar.scrub.setAttribute("aria-valuetext", now ? "now" : `update ${update}`);
    this.sayPlace(update, now);
    if (this.wanted === null) address.write("at", now ? null : String(update));
    this.tell(update, now);
  }

  /** Where the cursor stands. While it follows no number is said: it would be spoken twice a second. */
  sayPlace(update, now) {
    const { run, data } = this;
    const live = data.runs.some(isLive);
    let words = "Following the newest update.";
    if (!now || !live) {
      const at = now ? run.update : update; // at the end every run is read at its own
      const loss = valueAt(lineOf(run, "loss"), at);
      const mean = loss && loss.first < loss.last ? ` (mean of ${whole(loss.first)} to ${whole(loss.last)})` : "";
      const look = lastAt(run.looks, at);
      const when = look?.update < at ? ` at update ${whole(look.update)}` : ""; // held-out data is not looked at after every update
      const name = data.runs.length > 1 ? `${run.name}: ` : "";
      const parts = [`loss ${short(loss?.value)}${mean}`, ...(look ? [`held out${when}: ${data.metric} ${short(look.metrics[data.metric])}`] : [])];
      const there = run.update >= at ? parts.join("; ") : `${whole(run.update)} updates made so far`;
      words = at === 0 ? "Before the first update: the weights as they were drawn." : `Update ${whole(at)}: ${name}${there}.`;
    }
    if (this.status.textContent !== words) this.status.textContent = words;
  }

  /** The newest sentence of each run, once where they say the same; a run that diverged stands large. */
  sayNews() {
    const { runs } = this.data;
    const named = (run, sentence) => (runs.length > 1 ? `${run.name}: ${sentence}` : sentence);
    const others = runs.filter((run) => run.state !== "diverged" && run.sentences.length);
    const words = saidTogether(others.map((run) => [runs.length > 1 ? run.name : "", run.sentences.at(-1)]));
    if (this.said.textContent !== words) this.said.textContent = words;
    const diverged = runs.filter((run) => run.state === "diverged").map((run) => named(run, run.sentences.at(-1) ?? "diverged"));
    if (this.verdict.dataset.words === diverged.join("\n")) return;
    this.verdict.dataset.words = diverged.join("\n");
    this.verdict.replaceChildren(...diverged.map((sentence) => {
      const line = htmlNode("p", "");
      htmlNode("strong", "", line).textContent = "Diverged. ";
      line.append(sentence);
      return line;
    }));
  }

  /** To the kept checkpoint nearest to an update. */
  goTo(update) {
    this.player.pause();
    const far = this.positions.map((position) => Math.abs(position.update - update));
    this.player.go(far.indexOf(Math.min(...far)));
  }

  choose(id) {
    this.chosen = id;
    this.paint(this.player.cursor);
  }

  /** Say where the cursor stands: the last checkpoint that is kept at or before it. */
  tell(update, now) {
    const detail = { update: keptAt([this.run], update), run: this.run.id, now };
    const key = JSON.stringify(detail);
    if (this.toldKey === key) return;
    this.toldKey = key;
    if (this.hearing) return; // what was heard is not said again
    this.telling = true;
    window.dispatchEvent(new CustomEvent(NEWS, { detail }));
    this.telling = false;
  }

  hear(detail) {
    if (this.telling || !this.data || !detail) return;
    if (this.data.runs.some((run) => run.id === detail.run)) this.chosen = detail.run;
    this.hearing = true;
    if (Number.isInteger(detail.update)) this.goTo(detail.update);
    this.hearing = false;
  }

  /** Space pauses and resumes the training; once that is over it plays through what was kept. */
  key(event) {
    if (event.key !== " " || event.ctrlKey || event.metaKey || event.altKey) return false;
    const { can, pauseAction } = this.bar;
    if (!can.pause && !can.resume) return false;
    this.send("control", { action: pauseAction });
    return true;
  }

  showPlaying(playing) {
    super.showPlaying(playing);
    this.toolbar.buttons.play.querySelector(".word").textContent = playing ? "Hold" : "Replay";
  }

  savePng() {
    const refuse = () => (this.status.textContent = "Not saved: this browser cannot make a picture of the charts.");
    this.charts.picture().toBlob((blob) => (blob ? offerFile(blob, `training-${this.data.task}.png`) : refuse()), "image/png");
  }

  leave() {
    super.leave();
    window.removeEventListener(NEWS, this.onTime);
  }
}

export default doorTo(TrainingView);
