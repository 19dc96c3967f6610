// The component: toolbar, the plan, and two boards, one player behind them.

class WhiteboardView extends StepperView {
  constructor(root) {
    super(root, { step: "move", leap: "step", leapWord: "Step", pass: "computation" });
    this.asks = true; // predict first
    this.told = false; // whether the plain board is told the right numbers
    this.guesses = new Map(); // step → the line that the reader would erase
    this.player.pace = 1; // slow enough to read along
    this.ask = this.toolbar.textButton("Hide questions", "Predict first, or go straight through", () => this.setAsks(!this.asks));
    this.addPresentButton();
    this.status = htmlNode("p", "status", root);
    this.status.setAttribute("role", "status");
    this.plan = htmlNode("ol", "plan", root);
    this.plan.setAttribute("aria-label", "The computation, step by step");
    this.aside = htmlNode("div", "aside", root);
    const boards = htmlNode("div", "boards", root);
    this.gated = new BoardDrawing(boards, "With gates", false);
    this.plain = new BoardDrawing(boards, "Without a choice", true);
    this.addToldControl();
  }

  /** What the plain board writes: what it makes of its own lines, or the right numbers. */
  addToldControl() {
    const label = htmlNode("label", "told", this.plain.note);
    htmlNode("span", "", label).textContent = "writes ";
    this.toldChoice = htmlNode("select", "", label);
    for (const [value, text] of [["own", "what it makes of its lines"], ["told", "the right numbers, told to it"]]) {
      const option = htmlNode("option", "", this.toldChoice);
      option.value = value;
      option.textContent = text;
    }
    this.toldChoice.addEventListener("change", () => this.setTold(this.toldChoice.value === "told"));
  }

  receive(data) {
    const first = !this.data;
    if (!first && JSON.stringify(this.data.numbers) !== JSON.stringify(data.numbers)) this.guesses.clear();
    this.data = data;
    this.moves = movesOf(data.tasks);
    const last = this.moves.length - 1;
    this.player.setPositions(this.moves.length, { tokens: stopsOf(this.moves), passes: [{ first: 0, last }] });
    this.toolbar.scrub.max = String(last);
    this.buildPlan();
    if (first) {
      this.player.cursor = parseMove(address.read("at"), this.moves);
      this.setAsks(address.read("ask") !== "0");
      this.told = address.read("told") === "1";
      this.toldChoice.value = this.told ? "told" : "own";
      if (address.read("present") === "1") this.setPresenting(true);
    }
    this.redraw();
    this.paint(this.player.cursor);
  }

  redraw() {
    const zoom = Math.min(window.innerWidth / 1250, window.innerHeight / 650); // both boards side by side, above the fold
    this.root.style.setProperty("--presenting-zoom", Math.max(1, Math.min(2.4, zoom)).toFixed(2));
    this.root.classList.toggle("wide", this.root.clientWidth >= 900);
    this.width = this.root.clientWidth;
  }

  buildPlan() {
    const given = htmlNode("li", "given");
    given.textContent = Object.entries(this.data.numbers).map(([name, value]) => `${name} = ${inInk(value)}`).join("   ");
    this.steps = this.data.tasks.map((task, step) => {
      const item = htmlNode("li", "");
      const button = htmlNode("button", "plan-step", item);
      button.type = "button";
      button.title = `To the end of step ${step + 1}`;
      const ends = this.moves.findLastIndex((move) => move.step === step);
      button.addEventListener("click", () => {
        this.player.pause();
        this.player.go(ends);
      });
      return { item, button };
    });
    this.plan.replaceChildren(given, ...this.steps.map(({ item }) => item));
  }

  paintPlan({ step, kind }) {
    this.data.tasks.forEach((task, k) => {
      const { button } = this.steps[k];
      const known = k < step || (k === step && kind === "write");
      const result = task.line === null ? "" : known ? ` = ${inInk(this.data.gated.candidates[k])}` : "";
      button.replaceChildren();
      htmlNode("span", "plan-number", button).textContent = String(k + 1);
      button.append(` ${task.name || "keep the answer"}${result}`);
      button.classList.toggle("done", known);
      if (k === step) button.setAttribute("aria-current", "step");
      else button.removeAttribute("aria-current");
    });
    const now = this.steps[step]?.item; // on a phone the plan is one row that scrolls
    if (this.plan.scrollWidth > this.plan.clientWidth) this.plan.scrollLeft = now ? now.offsetLeft - this.plan.offsetLeft - 40 : 0;
  }

  /** Between plan and boards: whose job this move is, or the question before a line is erased. */
  paintAside(move) {
    const asking = move.kind === "full" && this.asks;
    if (asking) this.askWhich(move.step);
    else if (!this.jobs?.isConnected) this.buildJobs();
    if (asking) return;
    for (const [kind, job] of Object.entries(this.jobChips)) {
      symbolToHtml(job.querySelector("em"), symbolAt(JOBS[kind].symbol, move.step < 0 ? "t" : move.step + 1));
      if (kind === move.kind) job.setAttribute("aria-current", "true");
      else job.removeAttribute("aria-current");
    }
  }

  buildJobs() {
    this.jobs = htmlNode("ul", "jobs");
    this.jobs.setAttribute("aria-label", "Whose job it is");
    this.jobChips = Object.fromEntries(
      Object.entries(JOBS).map(([kind, { title, does, lecture }]) => {
        const chip = htmlNode("li", "job", this.jobs);
        htmlNode("em", "", chip);
        const words = htmlNode("span", "", chip);
        htmlNode("strong", "", words).textContent = title;
        words.append(` ${does}`);
        htmlNode("span", "lecture", words).textContent = `the lecture’s “${lecture}”`;
        return [kind, chip];
      }),
    );
    this.aside.replaceChildren(this.jobs);
  }

  askWhich(step) {
    const box = htmlNode("div", "question");
    htmlNode("strong", "", box).textContent = "Predict first. Which line may be erased now?";
    const guess = this.guesses.get(step);
    [0, 1, 2].forEach((line) => {
      const button = this.toolbar.textButton(`${line + 1}: ${contentOf(this.data, step, line)}`, `Erase line ${line + 1}`, () => {
        this.guesses.set(step, line);
        this.paint(this.player.cursor);
        this.aside.querySelectorAll("button")[line].focus();
      }, box);
      button.setAttribute("aria-pressed", String(guess === line));
    });
    const answer = htmlNode("span", "verdict", box);
    answer.setAttribute("role", "status");
    this.aside.replaceChildren(box);
    if (guess !== undefined) answer.textContent = `${verdict(this.data, step, guess)} → shows it.`;
  }

  paint(cursor) {
    const { data } = this;
    const move = this.moves[cursor];
    const plain = this.told ? data.told : data.plain;
    this.gated.show(data, data.gated, move);
    this.plain.show(data, plain, move);
    this.paintTrays(move, plain);
    this.paintPlan(move);
    this.paintAside(move);
    this.toolbar.scrub.value = String(cursor);
    const where = move.step < 0 ? "Start" : `Step ${move.step + 1} of ${data.tasks.length}`;
    this.toolbar.scrub.setAttribute("aria-valuetext", move.step < 0 ? "start" : `${where.toLowerCase()}, ${move.kind}`);
    this.status.replaceChildren();
    htmlNode("strong", "", this.status).textContent = `${where} `;
    for (const part of moveSentence(data, move)) {
      if (typeof part === "string") this.status.append(part);
      else symbolToHtml(htmlNode("em", "", this.status), part.symbol);
    }
    address.write("at", cursor === 0 ? null : writeMove(move));
  }

  /** Under each board what it computes in this step; at the end both results. */
  paintTrays({ step, kind }, plain) {
    const { data } = this;
    const computing = step >= 0 && data.tasks[step].parts.length > 0 && (kind === "look" || kind === "write");
    const words = computing ? partsInWords(data, step) : "";
    this.gated.tray.textContent = computing ? `${words} = ${partsInNumbers(data, data.gated, step)}` : this.idle(false, step, kind);
    if (!computing) this.plain.tray.textContent = this.idle(true, step, kind);
    else if (this.told) this.plain.tray.textContent = `It is told ${inInk(plain.candidates[step])}.`;
    else {
      const right = Math.abs(plain.candidates[step] - data.gated.candidates[step]) < 5e-3;
      const wanted = right ? "" : `, not ${inInk(data.gated.candidates[step])}`;
      this.plain.tray.textContent = `${words}: ${partsInNumbers(data, plain, step)}${wanted}`;
    }
  }

  idle(plain, step, kind) {
    const { data } = this;
    if (step < 0) return plain ? `Every write goes onto every line: ${inInk(data.share)} new, ${inInk(1 - data.share)} old.` : `${data.goal} = ?`;
    if (data.tasks[step].line === null) {
      const made = this.told ? data.told.states.at(-1)[0] : data.plain.result;
      if (!plain) return `${data.goal} = ${inInk(data.gated.result)}`;
      const wanted = Math.abs(made - data.gated.result) < 5e-3 ? "" : `, not ${inInk(data.gated.result)}`;
      return `${this.told ? "Every line holds" : "It made"} ${inInk(made)}${wanted}.`;
    }
    if (plain) return kind === "erase" ? "No gate, so no line can be singled out." : "It has no line to spare and none to clear.";
    return kind === "erase" ? `${linesInWords(data.tasks[step].erased)} is free.`.replace("l", "L") : "Full: three lines, and one more number to come.";
  }

  setAsks(on) {
    this.asks = on;
    this.ask.textContent = on ? "Hide questions" : "Ask first";
    address.write("ask", on ? null : "0");
    this.paint(this.player.cursor);
  }

  setTold(on) {
    this.told = on;
    address.write("told", on ? "1" : null);
    this.paint(this.player.cursor);
  }
}

export default doorTo(WhiteboardView);
