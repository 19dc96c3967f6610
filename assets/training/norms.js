// The gradient from inside, as last measured: by step of the sequence for every run, by parameter for the chosen one.

class Inside {
  constructor(parent) {
    this.root = htmlNode("section", "inside", parent);
    this.steps = new Chart(this.root, { name: "by-step" });
    const place = htmlNode("div", "by-parameter matrix", this.root);
    place.tabIndex = 0; // four layers are taller than it
    place.setAttribute("role", "group");
    place.setAttribute("aria-label", "Gradient norms by parameter");
    this.table = htmlNode("table", "parameters", place);
    this.caption = htmlNode("caption", "", this.table);
    const head = htmlNode("tr", "", htmlNode("thead", "", this.table));
    for (const symbol of ["parameter", "‖∂L/∂W‖", "‖ΔW‖/‖W‖"]) {
      const cell = htmlNode("th", "", head);
      cell.scope = "col";
      cell.textContent = symbol;
    }
    this.body = htmlNode("tbody", "", this.table);
  }

  show(data, run, update, paint) {
    const found = data.runs.map((one) => lastAt(one.measured, update));
    const chosen = found[data.runs.indexOf(run)];
    const lines = found.flatMap((step, i) => {
      if (!step) return [];
      const y = step.time_norms;
      return [{ x: Array.from(y, (_, t) => t + 1), y, colour: paint.runs[i], dash: i, name: data.runs[i].name }];
    });
    const steps = Math.max(2, ...lines.map((line) => line.y.length));
    const when = chosen ? `update ${whole(chosen.update)}` : "not measured yet";
    this.steps.say("‖∂L/∂hₜ‖ by step", when);
    this.steps.draw({ lines, across: [1, steps], acrossName: "step t", log: true, references: [], paint });
    const ends = (line) => `${line.name} from ${short(line.y[0])} at step 1 to ${short(line.y.at(-1))} at step ${line.y.length}`;
    this.steps.canvas.setAttribute("aria-label", `Norm of the loss's gradient at each hidden state, ${when}. ${lines.map(ends).join(", ")}`);
    this.showParameters(data, run, chosen, when);
  }

  showParameters(data, run, step, when) {
    const key = `${run.id} ${run.generation} ${step?.update ?? ""}`;
    if (this.key === key) return;
    this.key = key;
    this.caption.textContent = `${data.runs.length > 1 ? `${run.name}, ` : ""}by parameter, ${when}`;
    this.body.replaceChildren();
    for (const name of Object.keys(step?.parameter_norms ?? {})) {
      const row = htmlNode("tr", "", this.body);
      const head = htmlNode("th", "", row);
      head.scope = "row";
      head.textContent = name;
      for (const value of [step.parameter_norms[name], step.update_ratio?.[name]]) htmlNode("td", "", row).textContent = short(value);
    }
  }
}
