// One board: three lines, each with what stands on it, its gates as cells, and the equation with the numbers in it.

class BoardDrawing {
  /** `plain`: the board without gates, whose lines hold mixtures. */
  constructor(parent, title, plain) {
    this.plain = plain;
    this.root = htmlNode("section", `board ${plain ? "plain" : "gated"}`, parent);
    this.root.setAttribute("aria-label", title);
    const head = htmlNode("div", "board-head", this.root);
    htmlNode("strong", "board-title", head).textContent = title;
    this.note = htmlNode("span", "board-note", head);
    const names = htmlNode("div", "gate-names", head);
    const frame = htmlNode("div", "whiteboard", this.root);
    this.names = Object.fromEntries(["f", "o", "i"].map((gate) => [gate, htmlNode("em", "", names)]));
    this.lines = [0, 1, 2].map((number) => this.line(frame, number));
    this.tray = htmlNode("p", "tray", frame);
  }

  line(parent, number) {
    const root = htmlNode("div", "board-line", parent);
    root.setAttribute("role", "group");
    htmlNode("span", "line-number", root).textContent = String(number + 1);
    const ink = htmlNode("div", "ink", root);
    const ghosts = this.plain ? svgNode("svg", { class: "ghosts", "aria-hidden": "true" }, ink) : null;
    const text = htmlNode("span", "written", ink);
    const gates = htmlNode("div", "gate-cells", root);
    const cells = Object.fromEntries(["f", "o", "i"].map((gate) => [gate, htmlNode("span", `gate-cell ${gate}`, gates)]));
    const sum = htmlNode("div", "line-sum", root);
    const equation = htmlNode("span", "", sum);
    const off = this.plain ? htmlNode("span", "off", sum) : null;
    return { root, ghosts, text, cells, equation, off };
  }

  /** `data`: everything; `board`: this board's numbers; `move`: where the reader stands. */
  show(data, board, move) {
    const { step, kind } = move;
    const t = Math.min(step, board.candidates.length); // the plain board has no seventh step
    const done = kind === "write" || step >= board.candidates.length;
    this.state = step < 0 ? board.states[0] : board.states[done ? Math.min(t + 1, board.states.length - 1) : t];
    const acts = step >= 0 && step < board.candidates.length && kind !== "full";
    const job = JOBS[kind]?.gate;
    for (const [gate, name] of Object.entries(this.names)) {
      name.textContent = gate;
      name.classList.toggle("now", acts && gate === job && !(this.plain && kind === "erase"));
    }
    this.lines.forEach((line, number) => this.showLine(line, number, data, board, move, acts));
  }

  showLine(line, number, data, board, { step, kind }, acts) {
    const task = data.tasks[step];
    const at = (values) => values[step][number];
    const read = acts && kind === "look" && at(board.look) === 1;
    const erased = acts && kind === "erase" && !this.plain && at(board.forget) === 0;
    const fresh = acts && kind === "write" && (this.plain || at(board.take) === 1);
    const dim = acts && kind === "look" && !read;
    line.root.className = `board-line ${read ? "read" : ""} ${erased ? "erased" : ""} ${fresh ? "fresh" : ""} ${dim ? "dim" : ""}`;
    if (this.plain) this.showMixture(line, number, data, board, { step, kind });
    else line.text.textContent = this.content(number, data, { step, kind });
    for (const [gate, cell] of Object.entries(line.cells)) {
      const value = acts ? at(board[GATES[gate]]) : null;
      cell.textContent = value === null ? (kind === "full" && !this.plain ? "?" : "") : inInk(value);
      cell.style.setProperty("--size", String(value ?? 0));
      cell.classList.toggle("now", acts && JOBS[kind]?.gate === gate && !(this.plain && kind === "erase"));
    }
    const gone = kind === "look" && !this.plain && task.erased.includes(number); // erased a move ago
    line.equation.textContent = acts && !gone ? this.equation(board, step, kind, number) : "";
    const spoken = this.plain ? `holds ${inInk(this.state[number])}` : line.text.textContent || "empty";
    line.root.setAttribute("aria-label", `Line ${number + 1}: ${spoken}${task && read ? ", looked at" : ""}${erased ? ", erased" : ""}`);
  }

  /** What stands on a line of the board with gates; while it is being erased, what stood there. */
  content(number, data, { step, kind }) {
    if (step < 0) return "";
    if (kind === "write") return contentOf(data, step + 1, number);
    const gone = kind === "look" && data.tasks[step].erased.includes(number);
    return gone ? "" : contentOf(data, step, number);
  }

  /** The move's own product, with the numbers in it. */
  equation(board, step, kind, number) {
    const before = board.states[step][number];
    const f = inInk(board.forget[step][number]);
    if (kind === "erase") return this.plain ? "" : `${f} · ${inside(before)} = ${inInk(board.forget[step][number] * before)}`;
    if (kind === "look") return `${inInk(board.look[step][number])} · ${inside(before)} = ${inInk(board.look[step][number] * before)}`;
    const taken = `${inInk(board.take[step][number])} · ${inside(board.candidates[step])}`;
    return `${f} · ${inside(before)} + ${taken} = ${inInk(board.states[step + 1][number])}`;
  }

  /** A line of the plain board: every number ever written, as strong as its share, and what they come to. */
  showMixture(line, number, data, board, { step, kind }) {
    const steps = board.candidates.length;
    const row = step < 0 ? 0 : kind === "write" || step >= steps ? Math.min(step + 1, steps) : step;
    const shares = board.mixture[row][number];
    line.text.textContent = row ? inInk(this.state[number]) : "";
    line.ghosts.replaceChildren();
    shares.forEach((share, k) => {
      if (!(share > 0.004)) return;
      const place = { x: 4 + 9 * (k % 4), y: 24 + 7 * ((k * 2) % 3), opacity: Math.min(1, share).toFixed(3) };
      svgNode("text", place, line.ghosts).textContent = `${data.tasks[k].name} = ${inInk(board.candidates[k])}`;
    });
    const said = shares.flatMap((share, k) => (share > 0 ? [`${inInk(share)} of ${data.tasks[k].name}`] : []));
    line.root.title = said.length ? `On this line: ${said.join(", ")}` : "";
    line.off.textContent = row ? this.distance(number, data, { step, kind }) : "";
  }

  /** How far a line of the plain board is from what it should hold. */
  distance(number, data, { step, kind }) {
    const row = kind === "write" ? step + 1 : step;
    const gone = (kind === "erase" || kind === "look") && data.tasks[step].erased.includes(number);
    const empty = gone || data.standing[row][number] === null;
    const wanted = empty ? 0 : data.gated.states[row][number];
    const should = empty ? "should be empty" : `should be ${inInk(wanted)}`;
    const off = this.state[number] - wanted;
    return `${should}: ${Math.abs(off) < 5e-3 ? "right" : `off by ${off > 0 ? "+" : ""}${inInk(off)}`}`;
  }
}
