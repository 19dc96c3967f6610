// The training's own bar: pause, resume, one step, stop, rewind; how far it is, how fast, how much longer.

class Controls {
  /** onAction(action, to): what the reader asks of all runs. */
  constructor(parent, onAction) {
    this.root = htmlNode("div", "toolbar training", parent);
    this.root.setAttribute("role", "toolbar");
    this.root.setAttribute("aria-label", "Training");
    this.buttons = {};
    const hints = {
      pause: "Pause or resume the training (Space)",
      step: "One update of every run that is paused",
      stop: "End the training; it can be rewound afterwards",
      rewind: "Back to the cursor's checkpoint, what came later is forgotten; the training is then paused there",
    };
    for (const [name, hint] of Object.entries(hints)) {
      const button = htmlNode("button", `text-button ${name}`, this.root);
      button.type = "button";
      button.title = hint;
      button.addEventListener("click", () => onAction(name === "pause" ? this.pauseAction : name, name === "rewind" ? this.can.back : undefined));
      this.buttons[name] = button;
    }
    this.buttons.step.textContent = "One step";
    this.buttons.stop.textContent = "Stop";
    const place = htmlNode("div", "progress-place", this.root);
    this.bar = htmlNode("div", "progress", place);
    this.bar.setAttribute("role", "progressbar");
    this.bar.setAttribute("aria-label", "Updates made");
    this.words = htmlNode("div", "progress-words", place);
  }

  show(data, at, rates) {
    const { runs, updates } = data;
    this.can = possible(runs, at);
    this.pauseAction = this.can.resume ? "resume" : "pause";
    const { pause, step, stop, rewind } = this.buttons;
    pause.textContent = this.can.resume ? "Resume" : "Pause";
    pause.disabled = !this.can.pause && !this.can.resume;
    step.disabled = !this.can.step;
    stop.disabled = !this.can.stop;
    rewind.disabled = !this.can.rewind;
    rewind.textContent = this.can.back > 0 ? `Rewind to ${whole(this.can.back)}` : "Rewind to the beginning";
    this.showProgress(runs, updates, rates);
  }

  showProgress(runs, updates, rates) {
    if (this.bar.childElementCount !== runs.length)
      this.bar.replaceChildren(...runs.map((_, i) => {
        const track = htmlNode("div", "track");
        htmlNode("div", "made", track).style.background = `var(--run-${i})`;
        return track;
      }));
    runs.forEach((run, i) => (this.bar.children[i].firstChild.style.width = `${(100 * run.update) / updates}%`));
    const least = Math.min(...runs.map((run) => run.update));
    const made = runs.length > 1 ? runs.map((run) => `${run.name}: ${whole(run.update)}`).join(" · ") : whole(least);
    const text = `${runs.length > 1 ? made : `Update ${made}`} of ${whole(updates)}`;
    for (const [name, value] of [["valuemin", 0], ["valuemax", updates], ["valuenow", least], ["valuetext", text]]) this.bar.setAttribute(`aria-${name}`, String(value));
    this.words.textContent = [text, ...this.pace(runs, updates, rates)].join(" · ");
  }

  /** Speed and time left by the wall clock, while it runs; else how it stands. */
  pace(runs, updates, rates) {
    const running = runs.map((run, i) => [run, rates[i]]).filter(([run]) => run.state === "running" && !run.stepping);
    const waiting = runs.filter((run) => run.state === "waiting");
    const places = waiting.filter((run) => run.place > 0).map((run) => run.place);
    const queue = places.length ? [`place ${Math.min(...places)} in the queue`] : waiting.length ? ["waiting"] : [];
    if (!running.length) return queue.length ? queue : [[...new Set(runs.map((run) => (run.stepping ? "one step" : run.state)))].join(", ")];
    if (running.some(([, rate]) => !rate)) return [...queue, "measuring the speed"];
    const total = running.reduce((sum, [, rate]) => sum + rate, 0);
    const left = Math.max(...running.map(([run, rate]) => (updates - run.update) / rate));
    return [...queue, `${total.toFixed(total < 10 ? 1 : 0)} updates/s`, `${inTime(left)} left`];
  }
}
