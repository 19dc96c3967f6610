// Loss, the held-out metric and the gradient norm, one above the other over the same updates.

const LOSS = { number: "mean squared error", next: "nats", last: "nats", steps: "nats" };

/** The colours of this moment's theme, as a canvas takes them; the runs' own by place. */
function paintOf(root, count) {
  const named = (name) => themeColour(root, `--sv-${name}`);
  const paint = Object.fromEntries(["surface", "ink", "muted", "line", "arrow", "accent", "bad"].map((name) => [name, named(name)]));
  paint.runs = Array.from({ length: count }, (_, i) => themeColour(root, `--run-${i}`));
  paint.font = `12.5px ${window.getComputedStyle(root).fontFamily}`;
  return paint;
}

/** A piece of a run's line, so that names can be told apart by dash as well as by colour. */
function sampleOf(place, parent) {
  const svg = svgNode("svg", { width: 26, height: 8, class: "sample-line", "aria-hidden": "true" }, parent);
  const line = svgNode("line", { x1: 0, x2: 26, y1: 4, y2: 4, "stroke-width": 2.5, "stroke-dasharray": DASHES[place % DASHES.length].join(" ") }, svg);
  line.style.stroke = `var(--run-${place})`;
  return svg;
}

class Charts {
  /** onChoose(update): the reader pressed there; onLog(on): the loss's axis was switched. */
  constructor(parent, { onChoose, onLog }) {
    this.root = htmlNode("div", "charts", parent);
    this.pointed = null;
    this.over = null;
    this.log = false;
    this.charts = {};
    for (const name of ["loss", "metric", "norm"]) {
      const onPoint = (update) => this.point(name, update);
      this.charts[name] = new Chart(this.root, { name, onPoint, onChoose });
    }
    this.scale = htmlNode("button", "text-button scale");
    this.scale.type = "button";
    this.scale.title = "The loss on a logarithmic axis";
    this.scale.textContent = "log";
    this.scale.addEventListener("click", () => {
      this.setLog(!this.log);
      onLog(this.log);
      this.draw();
    });
    this.charts.loss.caption.append(this.scale);
    this.foot = htmlNode("p", "foot", this.root);
    this.setLog(false);
  }

  setLog(on) {
    this.log = on;
    this.scale.setAttribute("aria-pressed", String(on));
  }

  receive(data) {
    this.data = data;
    this.sayTitles();
    this.paint = paintOf(this.root, data.runs.length);
  }

  /** The cursor at an update; at `now` every run is read at its own newest. */
  show(update, now) {
    Object.assign(this, { cursor: update, now });
    this.draw();
  }

  sayTitles() {
    const { runs, kind, metric } = this.data;
    const { loss, metric: held, norm } = this.charts;
    const { group } = runs[0].series; // the same for all
    const grouped = group > 1 ? `Loss and norm: means of ${group} updates, band from least to most.` : "";
    loss.say("Loss of each batch", LOSS[kind] ?? "");
    held.say(`Held out: ${metric}`, this.data.falls ? "less is better" : "more is better");
    const byValue = runs.find((run) => run.clip?.kind === "value");
    const clip = byValue ? `By value: each element within ±${byValue.clip.at}.` : "";
    norm.say("Gradient norm before clipping", "");
    const thin = runs.find((run) => run.series.updates.length && run.series.kept < run.series.updates.at(-1));
    const kept = thin ? `Of ${whole(thin.series.updates.at(-1))} updates ${whole(thin.series.kept)} are kept.` : "";
    const foot = [grouped, kept, clip].filter(Boolean).join(" ");
    if (this.foot.textContent !== foot) this.foot.textContent = foot;
  }

  lines(name) {
    const { runs, metric } = this.data;
    const made = (run) => (name === "metric" ? metricOf(run, metric) : lineOf(run, name));
    return runs.map((run, i) => ({ ...made(run), colour: this.paint.runs[i], dash: i, name: run.name }));
  }

  references(name) {
    const { baselines, metric, runs } = this.data;
    if (name === "metric") return baselines.filter((one) => one.metric === metric).map(({ name, value }) => ({ value, name: `${name}: ${short(value)}`, colour: this.paint.muted }));
    if (name !== "norm") return [];
    const clips = [...new Set(runs.filter((run) => run.clip?.kind === "norm").map((run) => run.clip.at))];
    return clips.map((value) => ({ value, name: `clipped by norm at ${value}`, colour: this.paint.bad }));
  }

  draw() {
    const { data, cursor, paint } = this;
    if (!data) return;
    const made = Math.max(...data.runs.map((run) => run.update));
    const burst = data.runs.every((run) => run.state === "diverged"); // often within ten updates: they are what there is to see
    const across = [0, burst ? Math.max(10, made) : endOfAxis(made, data.updates)];
    const marks = [...new Set(data.runs.flatMap((run) => run.checkpoints))];
    for (const [name, chart] of Object.entries(this.charts)) {
      const log = name === "norm" || (name === "loss" && this.log);
      const [lines, references] = [this.lines(name), this.references(name)];
      const empty = this.emptyWords(name);
      chart.draw({ lines, references, log, marks, paint, empty, across, acrossName: "update", cursor, pointed: this.pointed });
      this.sayReadout(chart, lines);
    }
    this.sayPoint();
  }

  /** What stands in a chart that has no line yet. */
  emptyWords(name) {
    const { runs, updates } = this.data;
    if (name !== "metric") return runs.some(isLive) ? "The first update comes in a moment." : "No update was made yet.";
    return `Looked at after update ${whole(Math.min(updates, runs[0].validateEvery))} for the first time.`;
  }

  /** Beside the title: what each line is at the cursor. */
  sayReadout(chart, lines) {
    const at = (line) => (this.now ? Math.min(this.cursor, line.x.at(-1) ?? 0) : this.cursor);
    const words = lines.map((line) => `${short(valueAt(line, at(line))?.value)}`);
    const key = lines.map((line) => line.name).join("\n");
    const named = lines.length > 1 && key.length <= 24; // else the table of the runs names them
    if (chart.readout.dataset.names !== key) {
      chart.readout.dataset.names = key;
      chart.readout.replaceChildren();
      lines.forEach((line, i) => {
        const one = htmlNode("span", "one", chart.readout);
        if (lines.length > 1) sampleOf(i, one);
        if (named) htmlNode("span", "one-name", one).textContent = line.name;
        htmlNode("span", "one-value", one);
        one.title = line.name;
      });
    }
    chart.readout.querySelectorAll(".one-value").forEach((node, i) => node.textContent !== words[i] && (node.textContent = words[i]));
    const said = lines.map((line, i) => `${line.name} ${words[i]}`).join(", ");
    chart.canvas.setAttribute("aria-label", `${chart.title.textContent}. At ${this.now ? "the newest update" : `update ${whole(this.cursor)}`}: ${said}.`);
  }

  point(name, update) {
    if (this.pointed === update && this.over === name) return;
    [this.pointed, this.over] = [update, name];
    window.cancelAnimationFrame(this.frame);
    this.frame = window.requestAnimationFrame(() => this.draw());
  }

  sayPoint() {
    for (const [name, chart] of Object.entries(this.charts)) {
      const shown = this.pointed !== null && this.over === name;
      chart.point(shown ? this.pointedRows(this.lines(name)) : [], this.pointed ?? 0);
    }
  }

  pointedRows(lines) {
    const rows = [`update ${whole(this.pointed)}`];
    for (const line of lines) {
      const found = valueAt(line, this.pointed);
      const name = lines.length > 1 ? `${line.name}: ` : "";
      if (!found) continue;
      const where = found.first === found.last ? (found.last === this.pointed ? "" : ` (of update ${whole(found.last)})`) : ` (mean of ${whole(found.first)} to ${whole(found.last)}`;
      const band = found.first === found.last ? "" : `, from ${formatNumber(found.low, 4)} to ${formatNumber(found.high, 4)})`;
      rows.push(`${name}${formatNumber(found.value, 4)}${where}${band}`);
    }
    return rows.length > 1 ? rows : [...rows, "no number here yet"];
  }

  /** The three charts under each other on one canvas, with their titles and the runs' names. */
  picture() {
    this.redrawAt(2);
    const sheet = this.composed();
    this.redrawAt(0);
    return sheet;
  }

  redrawAt(sharpness) {
    for (const chart of Object.values(this.charts)) chart.sharpness = sharpness;
    this.draw();
  }

  composed() {
    const charts = Object.values(this.charts);
    const [ratio, head, legend] = [2, 24, 30];
    const width = Math.max(...charts.map((chart) => chart.canvas.clientWidth));
    const height = legend + charts.reduce((sum, chart) => sum + head + chart.canvas.clientHeight, 0) + head;
    const sheet = Object.assign(htmlNode("canvas"), { width: Math.round(width * ratio), height: Math.round(height * ratio) });
    const context = sheet.getContext("2d");
    context.scale(ratio, ratio);
    context.fillStyle = this.paint.surface;
    context.fillRect(0, 0, width, height);
    context.textBaseline = "middle";
    let left = EDGE.left;
    this.data.runs.forEach((run, i) => {
      context.setLineDash(DASHES[i % DASHES.length]);
      context.strokeStyle = this.paint.runs[i];
      context.lineWidth = 2.5;
      context.beginPath();
      context.moveTo(left, legend / 2);
      context.lineTo(left + 26, legend / 2);
      context.stroke();
      context.fillStyle = this.paint.ink;
      context.font = this.paint.font;
      context.fillText(run.name, left + 32, legend / 2);
      left += 52 + context.measureText(run.name).width;
    });
    let top = legend;
    for (const chart of charts) {
      context.font = `600 ${this.paint.font}`;
      context.fillStyle = this.paint.ink;
      const title = chart.title.textContent;
      context.fillText(title, EDGE.left, top + head / 2);
      const after = EDGE.left + context.measureText(title).width + 10;
      context.font = this.paint.font;
      context.fillStyle = this.paint.muted;
      context.fillText(chart.note.textContent, after, top + head / 2);
      context.drawImage(chart.canvas, 0, top + head, chart.canvas.clientWidth, chart.canvas.clientHeight);
      top += head + chart.canvas.clientHeight;
    }
    context.fillText(this.foot.textContent, EDGE.left, top + head / 2);
    return sheet;
  }
}
