// The component: the training's controls, its charts in place, and what it says at the cursor.

class TrainingView {
  constructor(root) {
    this.root = root;
    root.replaceChildren();
    this.bar = htmlNode("div", "toolbar", root);
    for (const action of ["pause", "resume", "step", "stop", "rewind"]) {
      const button = htmlNode("button", `text-button ${action}`, this.bar);
      button.type = "button";
      button.textContent = action;
      button.addEventListener("click", () => this.send("control", { action, to: 0 }));
    }
    this.status = htmlNode("p", "status", root);
    this.status.setAttribute("role", "status");
    this.loss = new Chart(root, "Loss");
    this.metric = new Chart(root, "Held out");
    this.norm = new Chart(root, "Gradient norm", { log: true });
    this.beside = new Beside(root);
  }

  receive(data) {
    this.data = unpackTraining(data);
    const { runs, updates, metric } = this.data;
    const colours = ["#0072b2", "#b34a00", "#007a5a", "#a8478a"];
    const lines = (name) => runs.map((run, i) => ({ x: run.series.updates, y: run.series[name], colour: colours[i] }));
    this.loss.draw(lines("loss"), updates);
    this.norm.draw(lines("norm"), updates);
    this.metric.draw(runs.map((run, i) => ({ x: run.looks.map((look) => look.update), y: run.looks.map((look) => look.metrics[metric]), colour: colours[i] })), updates);
    this.status.textContent = runs.map((run) => `${run.name}: ${run.state}, update ${run.update} of ${updates}. ${run.sentences.at(-1) ?? ""}`).join(" · ");
    this.beside.show(runs[0], Infinity);
  }

  leave() {}
}

export default doorTo(TrainingView);
