// What the network writes or misreads, as it was at a look.

class Beside {
  constructor(parent) {
    this.root = htmlNode("div", "beside", parent);
  }

  show(run, update) {
    const look = run.looks.findLast((one) => one.update <= update) ?? run.looks[0];
    this.root.replaceChildren();
    for (const text of look?.samples ?? []) htmlNode("p", "sample", this.root).textContent = text;
  }
}
