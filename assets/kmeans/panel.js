// Beside the plane: the clusters in numbers, and one point's distances opened to their sums.

/** A box that scrolls when its content is long; the keyboard can then scroll it too. */
function scrollBox(parent, className, label) {
  const box = htmlNode("div", className, parent);
  box.tabIndex = 0;
  box.setAttribute("role", "group");
  box.setAttribute("aria-label", label);
  return box;
}

class Panel {
  constructor(parent, onPin) {
    this.root = htmlNode("div", "numbers", parent);
    this.table = htmlNode("table", "clusters", scrollBox(this.root, "cluster-box", "Clusters in numbers"));
    const form = htmlNode("label", "which-point", this.root);
    htmlNode("span", "", form).textContent = "Open point";
    this.field = htmlNode("input", "", form);
    Object.assign(this.field, { type: "number", min: "1", step: "1", placeholder: "none" });
    this.bound = htmlNode("span", "bound", form);
    this.field.addEventListener("change", () => {
      const point = Number(this.field.value);
      if (this.field.value === "") onPin(null);
      else if (Number.isInteger(point) && point >= 1 && point <= this.run.n) onPin(point - 1);
      else this.opened.replaceChildren(`Point ${this.field.value} cannot be opened: there are points 1 to ${this.run.n.toLocaleString("en")}.`);
    });
    this.opened = htmlNode("div", "opened-point", this.root);
  }

  build(run, palette) {
    this.run = run;
    this.field.max = String(run.n);
    this.bound.textContent = `of ${run.n.toLocaleString("en")}, or click one`;
    this.table.replaceChildren();
    const head = htmlNode("tr", "", htmlNode("thead", "", this.table));
    const columns = ["cluster", "points", `centroid (${run.axes.filter(Boolean).join(", ")})`, "moved"];
    for (const title of columns) Object.assign(htmlNode("th", "", head), { scope: "col", textContent: title });
    const body = htmlNode("tbody", "", this.table);
    this.rows = Array.from({ length: run.k }, (_, c) => {
      const row = htmlNode("tr", "", body);
      const name = htmlNode("th", "cluster-name", row);
      name.scope = "row";
      name.append(this.mark(palette, c), String(c + 1));
      return columns.slice(1).map(() => htmlNode("td", "", row));
    });
  }

  mark(palette, c) {
    const canvas = htmlNode("canvas", "mark");
    canvas.setAttribute("aria-hidden", "true");
    const pen = freshPen(canvas, 18, 18, palette.ratio);
    pen.translate(9, 9);
    pen.fillStyle = palette.group(c);
    pen.fill(markPath(c % SHAPES, 6));
    return canvas;
  }

  show(at, pinned) {
    const { run, rows } = this;
    const row = rowAt(at);
    const sizes = at === 0 ? null : run.sizes[assignmentAt(at)];
    rows.forEach(([size, centroid, moved], c) => {
      const [x, y] = run.centroids.subarray((row * run.k + c) * 2, (row * run.k + c) * 2 + 2);
      size.textContent = sizes ? sizes[c].toLocaleString("en") : "–";
      const gone = Number.isNaN(x);
      centroid.textContent = gone ? "taken out" : run.axes[1] ? `${inDigits(x)}, ${inDigits(y)}` : inDigits(x);
      moved.textContent = at > 0 && !isAssign(at) && !gone ? inDigits(run.moved[(at / 2 - 1) * run.k + c]) : "–";
    });
    if (document.activeElement !== this.field && this.root.getRootNode().activeElement !== this.field) this.field.value = pinned === null ? "" : String(pinned + 1);
    this.open(at, pinned);
  }

  /** Σ_d |x_d − c_d|^p to every centroid, with the numbers in it; the nearest one marked. */
  open(at, point) {
    const { run } = this;
    this.opened.replaceChildren();
    if (point === null) return;
    const [values, middles, width] = run.D > 2 ? [run.values, run.middles, run.D] : [run.points, run.centroids, run.axes[1] ? 2 : 1];
    const head = htmlNode("p", "", this.opened);
    const labels = at === 0 ? null : run.labels[assignmentAt(at)];
    const owner = labels ? `cluster ${labels[point] + 1}` : "no cluster yet";
    if (!values) {
      head.textContent = `Point ${point + 1}: ${owner}. Its distances run over ${run.D} columns, too many to send; the CSV holds them.`;
      return;
    }
    const [stride, base] = [run.D > 2 ? run.D : 2, rowAt(at) * run.k];
    const x = Array.from({ length: width }, (_, d) => values[point * stride + d]);
    head.textContent = `Point ${point + 1} (${x.slice(0, 4).map(inDigits).join(", ")}${width > 4 ? ", …" : ""}): ${owner}. To each centroid, ${run.formula}:`;
    const away = Array.from({ length: run.k }, (_, c) => powersBetween(values, point, middles, base + c, stride, run.p));
    const least = away.reduce((best, value, c) => (value < (away[best] ?? Infinity) || Number.isNaN(away[best]) ? c : best), 0);
    const list = htmlNode("ol", "", scrollBox(this.opened, "sums", "Its distances"));
    away.forEach((value, c) => {
      if (Number.isNaN(value)) return;
      const line = htmlNode("li", c === least ? "nearest" : "", list);
      line.value = c + 1;
      const exponent = run.p === 2 ? "²" : run.p === 1 ? "" : `^${run.p}`;
      const bars = run.p === 2 ? ["(", ")"] : ["|", "|"];
      const terms = x.map((value, d) => `${bars[0]}${inDigits(value)} ${MINUS} ${inBrackets(middles[(base + c) * stride + d])}${bars[1]}${exponent}`);
      line.textContent = `${width <= 4 ? terms.join(" + ") : `${terms[0]} + … (${width} columns)`} = ${inDigits(value)}${c === least ? "  ← nearest" : ""}`;
    });
  }
}

/** The starting centroids as a table to type into; every field of it is sent when one changes. */
class StartTable {
  constructor(parent, onType) {
    this.onType = onType;
    this.root = htmlNode("details", "start-table", parent);
    htmlNode("summary", "", this.root).textContent = "Type the starting centroids";
    this.box = scrollBox(this.root, "cluster-box", "Starting centroids");
  }

  build(run) {
    this.root.hidden = !run.editable || !run.starts;
    if (this.root.hidden) return;
    const key = JSON.stringify([run.starts, run.columns]);
    if (key === this.key) return; // what was refused stays in its field
    this.key = key;
    const table = htmlNode("table", "clusters");
    const head = htmlNode("tr", "", htmlNode("thead", "", table));
    for (const title of ["start", ...run.columns]) Object.assign(htmlNode("th", "", head), { scope: "col", textContent: title });
    const body = htmlNode("tbody", "", table);
    const fields = run.starts.map((start, c) => {
      const row = htmlNode("tr", "", body);
      Object.assign(htmlNode("th", "", row), { scope: "row", textContent: String(c + 1) });
      return start.map((value, d) => {
        const field = htmlNode("input", "", htmlNode("td", "", row));
        field.inputMode = "decimal";
        field.value = String(Number(value.toPrecision(6)));
        field.dataset.was = String(value);
        field.setAttribute("aria-label", `Start ${c + 1}, ${run.columns[d]}`);
        field.addEventListener("change", () => {
          field.dataset.was = field.value;
          this.onType(fields.map((line) => line.map((one) => one.dataset.was)));
        });
        return field;
      });
    });
    this.box.replaceChildren(table);
  }
}

/** Where a point is to be added, typed; for those who have no pointer, or want it exactly there. */
class AddForm {
  constructor(parent, onAdd) {
    this.root = htmlNode("form", "add-point", parent);
    this.fields = ["x", "y"].map((name) => {
      const label = htmlNode("label", "", this.root);
      this[name] = htmlNode("span", "", label);
      const field = htmlNode("input", "", label);
      field.inputMode = "decimal";
      return field;
    });
    const button = htmlNode("button", "text-button", this.root);
    button.textContent = "Add";
    htmlNode("span", "bound", this.root).textContent = "or click on the plane";
    this.root.addEventListener("submit", (event) => {
      event.preventDefault();
      onAdd(...this.fields.map((field) => field.value));
    });
    this.root.hidden = true;
  }

  show(on, names) {
    this.root.hidden = !on;
    [this.x.textContent, this.y.textContent] = [`New point: ${names[0]}`, names[1]];
    if (on && window.matchMedia("(pointer: fine)").matches) this.fields[0].focus(); // where no keyboard covers the plane
  }
}
