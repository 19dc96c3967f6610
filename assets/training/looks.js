// What the network writes or answers, as it was at a look at held-out data.

class Looks {
  constructor(parent) {
    this.root = htmlNode("section", "look", parent);
    this.root.tabIndex = 0; // its examples may be longer than it is tall
    this.root.setAttribute("aria-label", "A look at held-out data");
    this.heading = htmlNode("h3", "part-title", this.root);
    this.body = htmlNode("div", "look-body", this.root);
  }

  /** The last look of a run at or before an update; built again only where it is another. */
  show(data, run, update) {
    const look = lastAt(run.looks, update);
    const said = look ? [] : data.runs.map((one) => one.sentences.at(-1) ?? one.state);
    const key = JSON.stringify([run.id, run.generation, look?.update ?? null, data.classes.length, look?.confusion ? 1 : 0, run.update > 0, said]);
    if (this.key === key) return;
    this.key = key;
    const whose = data.runs.length > 1 ? `${run.name}: ` : "";
    if (!look) {
      this.showPlan(data, run);
      return;
    }
    this.heading.textContent = `${whose}${whose ? "v" : "V"}alidation at update ${whole(look.update)}`;
    const metrics = Object.entries(look.metrics).map(([name, value]) => `${name} ${short(value)}`);
    this.body.replaceChildren(this.words(metrics.join(" · ")));
    const others = data.baselines.filter((one) => one.metric === data.metric).map(({ name, value }) => `${name} ${short(value)}`);
    if (data.kind === "number" && others.length) this.body.append(this.words(`Without a network: ${others.join(" · ")}`));
    if (data.kind === "next") this.showWritten(run, look);
    else if (data.kind !== "number") this.showAnswers(data, look);
  }

  /** Before the first look: what is trained, and what it waits for. */
  showPlan(data, run) {
    this.heading.textContent = `${data.taskName}, ${whole(data.updates)} updates`;
    const named = (one, text) => (data.runs.length > 1 ? `${one.name}: ${text}` : text);
    this.body.replaceChildren(...data.runs.map((one) => Object.assign(htmlNode("p", "plan-line"), { textContent: named(one, one.plan) })));
    const first = Math.min(run.validateEvery, data.updates);
    this.body.append(this.words(`Held-out data is first looked at after update ${whole(first)}; it is never trained on.`));
    if (!data.runs.some((one) => isLive(one) && one.update === 0)) return;
    const waits = data.runs.find((one) => one.sentences.length)?.sentences.at(-1);
    this.body.append(this.words(waits ?? "The worker reads the data and builds the network."));
  }

  words(text) {
    return Object.assign(htmlNode("p", "words"), { textContent: text });
  }

  part(text) {
    htmlNode("h4", "part-name", this.body).textContent = text;
  }

  /** What it wrote then, and below it what it wrote at the looks before, the newest first. */
  showWritten(run, look) {
    this.part("What it wrote then");
    for (const text of look.samples) htmlNode("p", "sample", this.body).textContent = text;
    for (const earlier of run.looks.filter((one) => one.update < look.update).reverse()) {
      this.part(`and at update ${whole(earlier.update)}`);
      for (const text of earlier.samples) htmlNode("p", "sample earlier", this.body).textContent = text;
    }
  }

  showAnswers(data, look) {
    if (look.confusion) this.showConfusion(data.classes, look.confusion);
    else if (data.classes.length) this.body.append(this.words(`The ${data.classes.length} × ${data.classes.length} counts are kept of the newest look alone.`));
    if (!look.samples.length) return;
    this.part("Misread");
    const list = htmlNode("ul", "misread", this.body);
    for (const text of look.samples) {
      const place = text.lastIndexOf(" → ");
      const item = htmlNode("li", "", list);
      item.append(place < 0 ? text : text.slice(0, place));
      if (place >= 0) htmlNode("strong", "", item).textContent = text.slice(place);
    }
  }

  /** Rows the right class, columns the answer; a cell's tint is its share of the row. */
  showConfusion(classes, counts) {
    const table = htmlNode("table", `confusion${classes.length > 6 ? " many" : ""}`);
    const head = htmlNode("tr", "", htmlNode("thead", "", table));
    htmlNode("th", "corner", head).textContent = "right ↓ answered →";
    for (const name of [...classes, "accuracy"]) {
      const cell = htmlNode("th", "column", head);
      cell.scope = "col";
      htmlNode("span", "", cell).textContent = name;
    }
    const body = htmlNode("tbody", "", table);
    const said = this.words("");
    said.classList.add("cell-words");
    const first = "Point at a count for its words.";
    said.textContent = first;
    counts.forEach((row, k) => {
      const line = htmlNode("tr", "", body);
      const name = htmlNode("th", "", line);
      name.scope = "row";
      name.textContent = classes[k];
      const total = row.reduce((sum, count) => sum + count, 0);
      row.forEach((count, answer) => {
        const cell = htmlNode("td", `count${k === answer ? " diagonal" : ""}`, line);
        cell.textContent = String(count);
        cell.style.setProperty("--size", (total ? count / total : 0).toFixed(3));
        const share = total ? ` (${((100 * count) / total).toFixed(1)} %)` : "";
        const words = `${whole(count)} of ${whole(total)} “${classes[k]}” were answered “${classes[answer]}”${share}.`;
        cell.addEventListener("pointerenter", () => (said.textContent = words));
      });
      htmlNode("td", "accuracy", line).textContent = total ? `${((100 * row[k]) / total).toFixed(1)} %` : "none";
    });
    table.addEventListener("pointerleave", () => (said.textContent = first));
    this.body.append(said);
    const place = htmlNode("div", "confusion-place matrix", this.body);
    place.tabIndex = 0; // wider than a phone; its arrow keys are its own then
    place.setAttribute("role", "group");
    place.setAttribute("aria-label", "Right classes and answers");
    place.append(table);
  }
}
