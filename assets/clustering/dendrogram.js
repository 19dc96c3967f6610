// A tree of merges: the groups it makes when it is cut, and its drawing as one broken line with a cut to drag.

class MergeTree {
  /** `order` (N), `pairs`, `legs`, `feet`, `spans` (N−1 × 2), `heights` (N−1). */
  constructor(tree) {
    Object.assign(this, tree);
    this.count = tree.order.length;
    this.place = new Array(this.count); // point → where its leaf stands
    tree.order.forEach((point, place) => (this.place[point] = place));
  }

  /** How many groups a cut at this height leaves. */
  groupsAt(height) {
    return 1 + this.heights.filter((value) => value > height).length;
  }

  /** Where a cut into so many groups is drawn: halfway between two merges. */
  heightFor(groups) {
    const above = groups === 1 ? this.heights.at(-1) * 1.06 : this.heights[this.count - groups];
    return (above + (groups === this.count ? 0 : this.heights[this.count - groups - 1])) / 2;
  }

  /** The groups of a cut: { merge (-1 a single point), first, last } in the order of the leaves. */
  cut(groups) {
    const kept = this.count - groups; // merges that are below the cut
    const under = new Set();
    for (let merge = 0; merge < kept; merge++) for (const child of this.pairs[merge]) under.add(child);
    const found = [];
    for (let node = 0; node < this.count + kept; node++) {
      if (under.has(node)) continue;
      const merge = node - this.count;
      const [first, last] = merge < 0 ? [this.place[node], this.place[node]] : this.spans[merge];
      found.push({ merge, first, last });
    }
    return found.sort((one, other) => one.first - other.first);
  }

  points({ first, last }) {
    return this.order.slice(first, last + 1);
  }
}

/** Group → the number of the cluster of k-means with which it shares most points; the others by size, then the rest. */
function matched(groups, labels, k) {
  const pairs = groups.flatMap((points, group) => {
    const shared = new Array(k).fill(0);
    for (const point of points) shared[labels[point]]++;
    return shared.map((count, cluster) => ({ group, cluster, count }));
  });
  const found = new Array(groups.length).fill(-1);
  const taken = new Set();
  for (const { group, cluster, count } of pairs.sort((one, other) => other.count - one.count)) {
    if (!count || found[group] >= 0 || taken.has(cluster)) continue;
    found[group] = cluster;
    taken.add(cluster);
  }
  const free = MARKS.map((_, number) => number).filter((number) => !taken.has(number));
  const left = found.map((_, group) => group).filter((group) => found[group] < 0);
  left.sort((one, other) => groups[other].length - groups[one].length);
  for (const group of left) found[group] = free.shift() ?? REST;
  return found;
}

class Dendrogram {
  /** `on`: cut(groups), branch(merge), hover(point), chosen(). */
  constructor(svg, box, name, tree, on) {
    Object.assign(this, { svg, box, name, tree, on });
    this.root = svgNode("g", { class: "tree" }, svg);
    this.inner = { left: box.left + 30, top: box.top + 40, width: box.width - 44, height: box.height - 62 };
    const { left, top, width, height } = this.inner;
    this.most = (tree.heights.at(-1) || 1) * 1.08;
    this.title = svgNode("text", { class: "panel-title", x: box.left + 4, y: box.top + 14 }, this.root);
    this.note = svgNode("text", { class: "panel-note", x: box.left + 4, y: box.top + 31 }, this.root);
    svgNode("rect", { class: "ground", x: left, y: top, width, height }, this.root);
    for (const value of ticksBetween(0, this.most, 3)) {
      svgNode("text", { class: "tick", x: left - 4, y: this.py(value) + 4, "text-anchor": "end" }, this.root).textContent = formatTick(value);
    }
    this.branches = svgNode("path", { class: "branches", d: this.lineOf(tree.heights.map((_, merge) => merge)) }, this.root);
    this.chosen = svgNode("path", { class: "branch-chosen" }, this.root);
    this.strip = svgNode("g", {}, this.root);
    this.marked = svgNode("path", { class: "leaves-marked" }, this.root);
    this.hovered = svgNode("path", { class: "leaf-hovered" }, this.root);
    const target = svgNode("rect", { class: "target", x: left, y: top, width, height: height + 16 }, this.root);
    target.addEventListener("click", (event) => {
      on.chosen();
      on.branch(this.branchAt(...placeOn(svg, event)));
    });
    target.addEventListener("pointermove", (event) => on.hover(this.leafAt(...placeOn(svg, event))));
    target.addEventListener("pointerleave", () => on.hover(-1));
    this.addHandle();
  }

  px(place) {
    return this.inner.left + (this.inner.width * (place + 0.5)) / this.tree.count;
  }

  py(height) {
    return this.inner.top + this.inner.height * (1 - height / this.most);
  }

  /** Brackets as one broken line. */
  lineOf(merges) {
    const { legs, feet, heights } = this.tree;
    return merges.map((merge) => {
      const [a, b] = legs[merge].map((place) => this.px(place).toFixed(1));
      const top = this.py(heights[merge]).toFixed(1);
      return `M${a} ${this.py(feet[merge][0]).toFixed(1)}V${top}H${b}V${this.py(feet[merge][1]).toFixed(1)}`;
    }).join("");
  }

  /** The merge whose bracket is nearest to a place, -1 where none is near. */
  branchAt(x, y, reach = 9) {
    const { legs, feet, heights } = this.tree;
    let [found, least] = [-1, reach];
    heights.forEach((height, merge) => {
      const [a, b] = legs[merge].map((place) => this.px(place));
      const top = this.py(height);
      const beyond = (value, low, high) => Math.max(low - value, 0, value - high);
      const bar = Math.hypot(y - top, beyond(x, a, b));
      const sides = [a, b].map((leg, side) => Math.hypot(x - leg, beyond(y, top, this.py(feet[merge][side]))));
      const away = Math.min(bar, ...sides);
      if (away < least) [found, least] = [merge, away];
    });
    return found;
  }

  leafAt(x, y) {
    const place = Math.floor(((x - this.inner.left) / this.inner.width) * this.tree.count);
    return y > this.py(0) - 24 && place >= 0 && place < this.tree.count ? this.tree.order[place] : -1;
  }

  addHandle() {
    const { left, width } = this.inner;
    const handle = svgNode("g", { class: "cut", tabindex: "0", role: "slider", "aria-valuemin": 1, "aria-valuemax": this.tree.count }, this.root);
    handle.setAttribute("aria-label", `${this.name}: groups after the cut; up and down change it, left and right mark a group`);
    svgNode("line", { class: "cut-reach", x1: left, x2: left + width + 10 }, handle);
    svgNode("line", { class: "cut-line", x1: left, x2: left + width }, handle);
    svgNode("circle", { class: "cut-knob", cx: left + width + 6, r: 6 }, handle);
    handle.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      handle.focus({ preventScroll: true });
      handle.setPointerCapture(event.pointerId);
      this.on.chosen();
    });
    handle.addEventListener("pointermove", (event) => {
      if (!handle.hasPointerCapture(event.pointerId)) return;
      const [, y] = placeOn(this.svg, event);
      this.on.cut(this.tree.groupsAt(((this.inner.top + this.inner.height - y) / this.inner.height) * this.most));
    });
    handle.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === "ArrowUp") this.on.cut(this.groups - 1);
      else if (event.key === "ArrowDown") this.on.cut(this.groups + 1);
      else if (event.key === "PageUp") this.on.cut(this.groups - 10);
      else if (event.key === "PageDown") this.on.cut(this.groups + 10);
      else if (event.key === "Home") this.on.cut(1);
      else if (event.key === "End") this.on.cut(this.tree.count);
      else if (event.key === "ArrowRight") this.on.next(1);
      else if (event.key === "ArrowLeft") this.on.next(-1);
      else return;
      this.on.chosen();
      event.preventDefault();
    });
    this.handle = handle;
  }

  /** A cut into groups whose colours are known, and whether this is the tree that the plane shows. */
  show(groups, cut, colours, active) {
    this.groups = groups;
    const y = this.py(this.tree.heightFor(groups)).toFixed(1);
    for (const line of this.handle.querySelectorAll("line")) for (const end of ["y1", "y2"]) line.setAttribute(end, y);
    this.handle.querySelector("circle").setAttribute("cy", y);
    const sizes = cut.map(({ first, last }) => last - first + 1).sort((one, other) => other - one);
    const said = sizes.length > 6 ? `${sizes.slice(0, 5).join(" · ")} · …` : sizes.join(" · ");
    this.handle.setAttribute("aria-valuenow", String(groups));
    this.handle.setAttribute("aria-valuetext", `${groups} groups of ${said} points`);
    this.title.textContent = `${active ? "▸ " : ""}${this.name}`;
    this.root.classList.toggle("active", active);
    this.note.textContent = `${groups} ${groups === 1 ? "group" : "groups"}: ${said}`;
    const bottom = this.inner.top + this.inner.height;
    this.strip.replaceChildren(...cut.map(({ first, last }, group) => svgNode("rect", {
      class: `c${colours[group]}`, x: this.px(first - 0.5).toFixed(1), y: bottom + 2, height: 9,
      width: Math.max(0.8, this.px(last + 0.5) - this.px(first - 0.5) - (last - first > 2 ? 1 : 0)).toFixed(1),
    })));
  }

  mark(points, merge, span) {
    const bottom = this.inner.top + this.inner.height;
    const ticks = points.map((point) => `M${this.px(this.tree.place[point]).toFixed(1)} ${bottom + 12}v6`);
    this.marked.setAttribute("d", ticks.join(""));
    const inside = merge < 0 ? [] : this.tree.spans.flatMap(([first, last], one) => (one <= merge && first >= span.first && last <= span.last ? [one] : []));
    this.chosen.setAttribute("d", this.lineOf(inside));
  }

  hover(point) {
    const bottom = this.inner.top + this.inner.height;
    this.hovered.setAttribute("d", point < 0 ? "" : `M${this.px(this.tree.place[point]).toFixed(1)} ${this.inner.top}V${bottom + 14}`);
  }
}
