// Beside or under the network: the active phase with all its numbers, and the sum behind the one that was opened.

class Panel {
  constructor(parent, onOpen) {
    this.onOpen = onOpen;
    this.root = htmlNode("section", "panel", htmlNode("div", "panel-place", parent));
    this.root.setAttribute("aria-label", "Numbers of the active phase");
  }

  build(data) {
    this.data = data;
    this.views = new Map(); // phase → { body, update }, made when first shown
    this.shown = null;
    this.root.replaceChildren();
    this.heading = htmlNode("div", "panel-heading", this.root);
    this.sum = this.scrolling("sum", "The number that is open, and how it came about");
    this.stage = this.scrolling("stage", "Vectors and matrices");
  }

  /** A part of fixed height: what does not fit is scrolled to, by the keyboard too. */
  scrolling(name, label) {
    const part = htmlNode("div", name, this.root);
    part.tabIndex = 0;
    part.setAttribute("role", "group");
    part.setAttribute("aria-label", label);
    return part;
  }

  show(step, key, index) {
    let view = this.views.get(key);
    if (!view) {
      const body = document.createElement("div");
      body.className = `blocks ${key}`;
      this.stage.append(body); // before it is filled: what scrolls depends on its width
      view = { body, update: VIEWS[key](body, this.data, this.onOpen) };
      this.views.set(key, view);
    }
    if (this.shown !== view) {
      const focused = this.root.getRootNode().activeElement;
      if (focused && this.shown?.body.contains(focused)) this.stage.focus({ preventScroll: true }); // it goes out of sight
      this.shown?.body.classList.add("off"); // laid out but not seen: coming back costs no layout
      view.body.classList.remove("off");
      this.shown = view;
    }
    this.heading.replaceChildren(
      ...(key in PHASE ? equationPieces : backEquation)(this.data, key).map(([markup, phases]) => {
        const piece = document.createElement("span");
        piece.className = phases.includes(key) ? "active" : "";
        symbolToHtml(piece, symbolAt(markup, step + 1));
        return piece;
      }),
    );
    view.update(step, index);
    this.sum.replaceChildren(
      ...SUMS[key](this.data, step, index).map(([symbol, text]) => {
        const line = document.createElement("p");
        line.className = "line";
        symbolToHtml(htmlNode("span", "", line), symbolAt(symbol, step + 1));
        htmlNode("span", "", line).textContent = text;
        return line;
      }),
    );
  }
}
