// The component: k-means, fuzzy c-means and a tree on the same points, one paper, the same colours, one marked point.

const LINKAGES = { single: "Single", complete: "Complete", average: "Average", ward: "Ward" };
const linkageIn = (link) => (link === "ward" ? "Ward" : link); // a name, where the others are words

class WaysView extends StepperView {
  constructor(root) {
    super(root, { step: "iteration", leap: "leap to a tenth iteration", leapWord: "Ten", pass: "run" });
    this.link = "ward";
    this.picture = "opacity";
    this.pointed = -1; // under the pointer
    this.branch = null; // { link, merge, first, last } that is marked
    this.pictures = chooser(this.toolbar.root, "Shares as", [["opacity", "opacity"], ["shares", "slices"]], this.picture, (picture) => {
      this.picture = picture;
      address.write("shares", picture === "opacity" ? null : "1");
      this.redraw();
    });
    this.addPresentButton();
    const failed = () => (this.status.textContent = "Not saved: this browser cannot make the picture.");
    this.toolbar.saveMenu([
      ["PNG", "The drawing as a picture", () => savePng(this.svg, this.root, "three-ways", failed)],
      ["SVG", "The drawing as a vector picture", () => saveSvg(this.svg, this.root, "three-ways")],
    ]);
    this.status = htmlNode("p", "status", root);
    this.status.setAttribute("role", "status");
    this.detail = htmlNode("p", "detail", root);
    this.detail.setAttribute("aria-live", "polite");
    this.place = htmlNode("div", "drawing", root);
  }

  receive(data) {
    const first = !this.data;
    const same = this.data && this.data.about === data.about;
    if (!same) {
      this.data = data;
      this.points = data.points;
      this.soft = new FuzzySteps(data.points, data.soft);
      this.trees = Object.fromEntries(Object.entries(data.trees).map(([name, tree]) => [name, new MergeTree(tree)]));
      const last = this.soft.last;
      this.player.pause();
      this.player.setPositions(last + 1, {
        tokens: Array.from({ length: last + 1 }, (_, step) => step).filter((step) => step % 10 === 0 || step === last),
        passes: [{ first: 0, last }],
      });
      this.player.cursor = last;
      this.toolbar.scrub.max = String(last);
      this.cutTo = data.k;
      this.branch = null;
      this.pointed = -1;
    }
    if (first) this.readAddress();
    else if (!same) for (const name of ["cut", "branch", "groups"]) address.write(name, null);
    this.redraw();
  }

  readAddress() {
    const whole = (name, low, high) => {
      const value = Number(address.read(name) ?? "");
      return Number.isInteger(value) && value >= low && value <= high ? value : null;
    };
    this.player.cursor = (whole("at", 1, this.soft.last + 1) ?? this.soft.last + 1) - 1;
    if (Object.hasOwn(LINKAGES, address.read("link") ?? "")) this.link = address.read("link");
    this.cutTo = whole("cut", 1, this.points.length) ?? this.data.k;
    if (address.read("shares") === "1") this.picture = "shares";
    this.pictures.value = this.picture;
    const [link, merge] = (address.read("branch") ?? "").split("-");
    if (Object.hasOwn(LINKAGES, link) && this.trees[link].spans[Number(merge) - 1]) this.branch = this.branchOf(link, Number(merge) - 1);
    if (address.read("present") === "1") this.setPresenting(true);
  }

  redraw() {
    const zoom = presentedZoom(this);
    this.width = this.root.clientWidth;
    const width = Math.floor(this.place.clientWidth);
    const wide = width >= 860;
    const gap = 14;
    const third = wide ? (width - 2 * gap) / 3 : width;
    const room = this.presenting ? Math.max(360, roomBelow(this.place, zoom) - 24) : 446; // px for both rows
    const high = wide ? Math.round(room * 0.56) : Math.round(width * 0.78);
    const low = wide ? Math.round(room * 0.44) : 196;
    const tree = wide ? (width - third * 0.78 - gap * 4) / 4 : (width - gap) / 2;
    const curve = wide ? third * 0.78 : width;
    const height = wide ? 24 + high + low : 3 * (high + 34) + low + 2 * (low + 8);
    this.place.replaceChildren();
    this.svg = svgNode("svg", { class: "paper", width, height, viewBox: `0 0 ${width} ${height}`, role: "group" }, this.place);
    this.svg.setAttribute("aria-label", "The same points, clustered in three ways");
    const bounds = boundsOf(this.points);
    this.panels = ["Exclusive: k-means", "Overlapping: fuzzy c-means", "Hierarchical"].map((name, i) => {
      const left = wide ? i * (third + gap) : 0;
      const top = wide ? 0 : i * (high + 34) + (i > 1 ? low : 0);
      return this.panel(name, { left, top, width: third, height: high }, bounds);
    });
    const below = wide ? high + 24 : 0;
    const curveTop = wide ? below : 2 * (high + 34);
    svgNode("text", { class: "panel-title", x: 4, y: curveTop + 14 }, this.svg).textContent = "Objective of fuzzy c-means";
    svgNode("text", { class: "panel-note", x: 4, y: curveTop + 31 }, this.svg).textContent = "Σ uᵐ |x − c|², after each iteration";
    this.curve = new Curve(this.svg, { left: 0, top: curveTop + 36, width: curve, height: low - 44 }, this.data.soft.objective, (step) => {
      this.player.pause();
      this.player.go(step);
    });
    this.drawn = Object.fromEntries(Object.entries(LINKAGES).map(([link, name], i) => {
      const left = wide ? curve + gap + i * (tree + gap) : (i % 2) * (tree + gap);
      const top = wide ? below : 3 * (high + 34) + low + Math.floor(i / 2) * (low + 8);
      return [link, new Dendrogram(this.svg, { left, top, width: tree, height: low }, name, this.trees[link], {
        cut: (groups) => this.cut(groups),
        branch: (merge) => this.markBranch(link, merge),
        next: (change) => this.markNext(link, change),
        hover: (point) => this.point(point),
        chosen: () => this.choose(link),
      })];
    }));
    this.paintTrees();
    this.paint(this.player.cursor);
    this.paintMarks();
  }

  panel(name, box, bounds) {
    const title = svgNode("text", { class: "panel-title", x: box.left + 4, y: box.top + 14 }, this.svg);
    title.textContent = name;
    const note = svgNode("text", { class: "panel-note", x: box.left + 4, y: box.top + 31 }, this.svg);
    const plane = new Plane(this.svg, { ...box, top: box.top + 36, height: box.height - 16 }, bounds);
    const rings = svgNode("path", { class: "rings" }, plane.root); // under the marks: together they get one outline
    const soft = name.startsWith("Overlapping");
    const marks = soft && this.picture === "shares" ? new Shares(plane, this.points, this.data.k) : new Marks(plane, this.points);
    const centroids = svgNode("g", { class: "centroids" }, plane.root);
    const pointed = svgNode("path", { class: "pointed" }, plane.root);
    const { left, top, width, height } = plane.inner;
    const target = svgNode("rect", { class: "target", x: left, y: top, width, height }, plane.root);
    const find = (event) => this.point(plane.nearest(this.points, ...placeOn(this.svg, event)));
    target.addEventListener("pointermove", find);
    target.addEventListener("pointerdown", find);
    target.addEventListener("pointerleave", (event) => event.pointerType === "mouse" && this.point(-1));
    return { title, note, plane, marks, centroids, rings, pointed };
  }

  /** The centroids as numbered crosses. */
  showCentroids({ centroids, plane }, places) {
    centroids.replaceChildren();
    places.forEach(([x, y], j) => {
      const group = svgNode("g", { transform: `translate(${plane.px(x).toFixed(1)} ${plane.py(y).toFixed(1)})` }, centroids);
      svgNode("path", { class: "halo", d: "M-6 -6L6 6M6 -6L-6 6" }, group);
      svgNode("path", { class: "cross", d: "M-6 -6L6 6M6 -6L-6 6" }, group);
      svgNode("text", { class: "centroid-name", x: 9, y: 5 }, group).textContent = String(j + 1);
    });
  }

  paint(step) {
    if (!this.panels) return;
    const [hard, soft] = this.panels;
    const { data } = this;
    hard.marks.show(data.hard.labels);
    this.showCentroids(hard, data.hard.centroids);
    hard.note.textContent = `each point in one cluster · WCSS ${formatNumber(data.hard.inertia, 3)}`;
    this.now = this.soft.read(step);
    if (this.picture === "shares") soft.marks.show(this.now.shares);
    else soft.marks.show(this.now.labels, this.now.strengths.map((share) => 0.25 + 0.75 * (data.k > 1 ? (share - 1 / data.k) / (1 - 1 / data.k) : 1)));
    this.showCentroids(soft, this.soft.centroids[step]);
    soft.note.textContent = `m = ${formatTick(data.soft.m)} · objective ${formatNumber(data.soft.objective[step], 3)}`;
    this.curve.show(step);
    this.toolbar.scrub.value = String(step);
    this.toolbar.scrub.setAttribute("aria-valuetext", `iteration ${step + 1} of ${this.soft.last + 1}`);
    this.say(step);
    this.tellPoint();
    address.write("at", step === this.soft.last ? null : String(step + 1));
  }

  say(step) {
    const { objective, converged } = this.data.soft;
    const { change, divided, shares } = this.now;
    const count = this.soft.last + 1;
    const most = this.data.k > 4 ? [Math.max(...shares[divided])] : shares[divided]; // in one line
    const said = most.map((share) => formatNumber(share, 2)).join(" · ");
    const fell = step ? `, fell by ${formatNumber(objective[step - 1] - objective[step], 4)}` : "";
    const parts = [`objective ${formatNumber(objective[step], 4)}${fell}`];
    if (change === null) parts.push("the first shares are drawn at random");
    else parts.push(`largest change of a share ${formatNumber(change, 6)}`);
    if (this.data.k > 1) parts.push(`most divided: point ${divided + 1}, ${this.data.k > 4 ? "at most " : ""}${said}`);
    if (step === count - 1) parts.push(converged ? "ended: no share changed by more than 0.000001" : "ended at the maximum of iterations");
    this.status.replaceChildren();
    htmlNode("strong", "", this.status).textContent = `Iteration ${step + 1} of ${count} `;
    this.status.append(`${parts.join("; ")}.`);
  }

  cut(groups) {
    this.cutTo = Math.max(1, Math.min(this.points.length, groups));
    address.write("cut", this.cutTo === this.data.k ? null : String(this.cutTo));
    this.paintTrees();
    this.tellPoint();
  }

  choose(link) {
    if (this.link === link) return;
    this.link = link;
    address.write("link", link === "ward" ? null : link);
    this.paintTrees();
  }

  /** Every tree cut into as many groups; the chosen one colours the third plane. */
  paintTrees() {
    this.treeLabels = {};
    for (const [link, tree] of Object.entries(this.trees)) {
      const cut = tree.cut(this.cutTo);
      const colours = matched(cut.map((group) => tree.points(group)), this.data.hard.labels, this.data.k);
      const labels = new Array(this.points.length);
      cut.forEach((group, i) => tree.points(group).forEach((point) => (labels[point] = colours[i])));
      this.treeLabels[link] = { labels, cut };
      this.drawn[link].show(this.cutTo, cut, colours, link === this.link);
    }
    const panel = this.panels[2];
    const { labels } = this.treeLabels[this.link];
    panel.marks.show(labels);
    panel.title.textContent = `Hierarchical: ${linkageIn(this.link)} linkage`;
    const height = this.trees[this.link].heightFor(this.cutTo);
    panel.note.textContent = `cut at ${formatNumber(height, 3)} into ${this.cutTo} ${this.cutTo === 1 ? "group" : "groups"}`;
  }

  branchOf(link, merge) {
    const [first, last] = this.trees[link].spans[merge];
    return { link, merge, first, last };
  }

  markBranch(link, merge) {
    const same = merge < 0 || (this.branch?.link === link && this.branch.merge === merge);
    this.branch = same ? null : this.branchOf(link, merge);
    this.paintMarks();
  }

  /** From the keyboard: the next group of the cut. */
  markNext(link, change) {
    const { cut } = this.treeLabels[link];
    const at = this.branch?.link === link ? cut.findIndex(({ first, last }) => first === this.branch.first && last === this.branch.last) : -1;
    const next = at < 0 ? (change > 0 ? 0 : cut.length - 1) : (at + change + cut.length) % cut.length;
    this.branch = { link, ...cut[next] };
    this.paintMarks();
  }

  key(event) {
    if (event.key !== "Escape" || !this.branch) return false;
    this.markBranch(this.branch.link, -1);
    return true;
  }

  paintMarks() {
    const { branch } = this;
    const points = branch ? this.trees[branch.link].points(branch) : [];
    for (const { rings, plane } of this.panels) rings.setAttribute("d", plane.rings(points.map((point) => this.points[point]), 7));
    for (const [link, drawn] of Object.entries(this.drawn)) drawn.mark(points, branch?.link === link ? branch.merge : -1, branch);
    address.write("branch", branch && branch.merge >= 0 ? `${branch.link}-${branch.merge + 1}` : null);
    this.tellPoint();
  }

  point(number) {
    if (number === this.pointed) return;
    this.pointed = number;
    const places = number < 0 ? [] : [this.points[number]];
    for (const { pointed, plane } of this.panels) pointed.setAttribute("d", plane.rings(places, 9));
    for (const drawn of Object.values(this.drawn)) drawn.hover(number);
    this.tellPoint();
  }

  tellPoint() {
    const { pointed, branch, data } = this;
    if (!this.treeLabels || !this.now) return;
    if (pointed >= 0) {
      const [x, y] = this.points[pointed].map((value) => formatNumber(value, 3));
      const shares = this.now.shares[pointed].map((share) => formatNumber(share, 3)).join(" · ");
      const { cut } = this.treeLabels[this.link];
      const place = this.trees[this.link].place[pointed];
      const group = cut.find(({ first, last }) => place >= first && place <= last);
      const size = group.last - group.first + 1;
      this.detail.textContent = `Point ${pointed + 1} (${x}, ${y}): cluster ${data.hard.labels[pointed] + 1} of k-means; shares ${shares}; ${linkageIn(this.link)} linkage: in a group of ${size}.`;
    } else if (branch) {
      const size = branch.last - branch.first + 1;
      const height = branch.merge >= 0 ? `, joined at height ${formatNumber(this.trees[branch.link].heights[branch.merge], 4)}` : "";
      const counts = new Array(data.k).fill(0);
      for (const point of this.trees[branch.link].points(branch)) counts[data.hard.labels[point]]++;
      const where = counts.flatMap((count, j) => (count ? [`${count} in cluster ${j + 1}`] : [])).join(", ");
      this.detail.textContent = `${LINKAGES[branch.link]}, marked branch: ${size} ${size === 1 ? "point" : "points"}${height}; of k-means: ${where}. Esc takes the mark away.`;
    } else {
      this.detail.textContent = "Point at a mark and it is ringed everywhere; click a branch to ring its points; drag a dashed line to cut, or ↑ ↓ on it.";
    }
  }
}

export default doorTo(WaysView);
