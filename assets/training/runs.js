// The runs that stand side by side, as a table; the chosen one's answers stand beneath.

const COLUMNS = ["run", "parameters", "updates/s", "seconds", "best", "last", ""];

class Runs {
  constructor(parent, onChoose) {
    this.onChoose = onChoose;
    this.root = htmlNode("div", "runs-place matrix", parent);
    this.table = htmlNode("table", "runs", this.root);
  }

  /** `rates`: updates a second by the wall clock, null where not known; `chosen`: a run. */
  show(data, chosen, rates) {
    const { runs, metric, falls } = data;
    this.root.hidden = runs.length < 2;
    if (runs.length < 2) return;
    const key = runs.map((run) => `${run.id} ${run.name}`).join("\n");
    if (this.key !== key) this.build(runs);
    this.key = key;
    this.table.querySelector("caption").textContent = `Best and last: ${metric} on held-out data. A click shows a run’s answers.`;
    runs.forEach((run, i) => {
      const [best, last] = bestAndLast(run, metric, falls);
      const parameters = run.parameters === null ? "–" : whole(run.parameters);
      const words = [parameters, rates[i] === null ? "–" : rates[i].toFixed(1), run.seconds.toFixed(1), short(best), short(last), run.state];
      this.rows[i].cells.forEach((cell, k) => cell.textContent !== words[k] && (cell.textContent = words[k]));
      this.rows[i].button.setAttribute("aria-pressed", String(run === chosen));
      this.rows[i].row.classList.toggle("chosen", run === chosen);
    });
  }

  build(runs) {
    this.table.replaceChildren();
    htmlNode("caption", "", this.table);
    const head = htmlNode("tr", "", htmlNode("thead", "", this.table));
    for (const name of COLUMNS) {
      const cell = htmlNode(name ? "th" : "td", "", head);
      if (name) cell.scope = "col";
      cell.textContent = name;
    }
    const body = htmlNode("tbody", "", this.table);
    this.rows = runs.map((run, i) => {
      const row = htmlNode("tr", "", body);
      const name = htmlNode("th", "", row);
      name.scope = "row";
      const button = htmlNode("button", "run-name", name);
      button.type = "button";
      sampleOf(i, button);
      htmlNode("span", "", button).textContent = run.name;
      row.addEventListener("click", () => this.onChoose(run.id));
      return { row, button, cells: COLUMNS.slice(1).map(() => htmlNode("td", "", row)) };
    });
  }
}
