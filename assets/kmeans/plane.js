// The plane: regions, points and centroids on three canvases, so that each is drawn again only when it changes.

const REGION = 3; // px of a shaded cell
const SIDES = [[18, -9], [-18, -9], [18, 9], [-18, 9], [0, -21], [0, 21]]; // px from a centroid to its number
const MARGIN = { left: 34, right: 8, top: 8, bottom: 24 };

class Plane {
  constructor(parent) {
    this.box = htmlNode("div", "plane", parent);
    this.layers = ["regions", "points", "centroids"].map((name) => htmlNode("canvas", `layer ${name}`, this.box));
    this.layers[2].setAttribute("role", "img");
    this.dragged = null; // { cluster, to }: a start that is on its way
    this.pinned = null; // the point that is opened
  }

  build(run, palette) {
    this.run = run;
    this.palette = palette;
    this.width = this.box.clientWidth;
    this.height = this.box.clientHeight;
    this.fit();
    this.radius = run.n > 2500 ? 2.2 : run.n > 700 ? 2.9 : 3.8;
    this.stamps = stampsOf(palette, run.k, this.radius);
    this.shadedFor = "";
    this.drawnLabels = undefined;
  }

  /** Where a point of the data lies on the screen: one scale for both axes, unless one is far longer. */
  fit() {
    let [left, right, low, high] = this.run.box;
    const [w, h] = [this.width - MARGIN.left - MARGIN.right, this.height - MARGIN.top - MARGIN.bottom];
    let [sx, sy] = [w / (right - left), h / (high - low)];
    this.equal = Math.max(sx, sy) / Math.min(sx, sy) < 5;
    if (this.equal) sx = sy = Math.min(sx, sy);
    this.scale = [sx, sy];
    this.origin = [MARGIN.left + w / 2 - (sx * (left + right)) / 2, MARGIN.top + h / 2 + (sy * (low + high)) / 2];
    const [ox, oy] = this.origin;
    this.box.dataset.scale = `x:${ox}:${sx} y:${oy}:${-sy}`; // px of a place in the data, for those who measure
  }

  px = (x) => this.origin[0] + this.scale[0] * x;
  py = (y) => this.origin[1] - this.scale[1] * y;
  back = (px, py) => [(px - this.origin[0]) / this.scale[0], (this.origin[1] - py) / this.scale[1]];

  /** Half-step `at`; with `share` below 1 the centroids are still on their way there. */
  show(at, share = 1) {
    const { run } = this;
    this.at = at;
    this.where = this.centroidsAt(at, share);
    this.shade();
    const labels = at === 0 ? null : run.labels[assignmentAt(at)];
    const rings = isAssign(at) && at > 1 ? run.changed[assignmentAt(at)] : null;
    if (labels !== this.drawnLabels || rings !== this.drawnRings) this.drawPoints(labels, rings);
    this.drawCentroids(at, share);
  }

  /** k × 2: where the centroids are drawn, the dragged one under the pointer. */
  centroidsAt(at, share) {
    const { k, centroids } = this.run;
    const row = rowAt(at);
    const where = centroids.slice(row * 2 * k, (row + 1) * 2 * k);
    if (share < 1 && row > 0) {
      const before = centroids.subarray((row - 1) * 2 * k, row * 2 * k);
      for (let i = 0; i < where.length; i++) if (!Number.isNaN(where[i])) where[i] = before[i] + share * (where[i] - before[i]);
    }
    if (this.dragged) where.set(this.dragged.to, 2 * this.dragged.cluster);
    return where;
  }

  /** Each cell in the colour of the nearest centroid, by the metric that the run measures with. */
  shade() {
    const { run, where, palette } = this;
    const key = run.shaded ? where.join() : "none";
    if (key === this.shadedFor) return;
    this.shadedFor = key;
    const pen = freshPen(this.layers[0], this.width, this.height, this.palette.ratio);
    if (!run.shaded) return;
    pen.save();
    const [columns, rows] = [Math.ceil(this.width / REGION), Math.ceil(this.height / REGION)];
    this.cells ??= htmlNode("canvas");
    if (this.cells.width !== columns || this.cells.height !== rows) Object.assign(this.cells, { width: columns, height: rows });
    const inner = this.cells.getContext("2d");
    const image = inner.createImageData(columns, rows);
    const pixels = new Uint32Array(image.data.buffer);
    const there = Array.from({ length: run.k }, (_, c) => c).filter((c) => !Number.isNaN(where[2 * c]));
    const inks = there.map((c) => {
      const [r, g, b] = palette.channels(c);
      return ((46 << 24) | (b << 16) | (g << 8) | r) >>> 0;
    });
    const power = run.p === 2 ? (d) => d * d : run.p === 1 ? Math.abs : (d) => Math.abs(d) ** run.p;
    // |x − c|^p of a column and of a row are each needed once, not for every cell
    const across = there.map((c) => Float64Array.from({ length: columns }, (_, i) => power(this.back((i + 0.5) * REGION, 0)[0] - where[2 * c])));
    const down = there.map((c) => Float64Array.from({ length: rows }, (_, j) => power(this.back(0, (j + 0.5) * REGION)[1] - where[2 * c + 1])));
    for (let j = 0; j < rows; j++)
      for (let i = 0; i < columns; i++) {
        let [best, least] = [0, Infinity];
        for (let c = 0; c < there.length; c++) {
          const away = across[c][i] + down[c][j];
          if (away < least) [best, least] = [c, away];
        }
        pixels[j * columns + i] = inks[best];
      }
    inner.putImageData(image, 0, 0);
    pen.beginPath();
    pen.rect(MARGIN.left, MARGIN.top, this.width - MARGIN.left - MARGIN.right, this.height - MARGIN.top - MARGIN.bottom);
    pen.clip();
    pen.drawImage(this.cells, 0, 0, columns * REGION, rows * REGION);
    pen.restore();
  }

  drawPoints(labels, rings) {
    const { run, stamps, palette } = this;
    this.drawnLabels = labels;
    this.drawnRings = rings;
    const pen = freshPen(this.layers[1], this.width, this.height, this.palette.ratio);
    this.drawAxes(pen);
    const { reach } = stamps;
    for (let i = 0; i < run.n; i++) {
      const stamp = labels === null ? stamps.none : stamps.clusters[labels[i]];
      pen.drawImage(stamp, this.px(run.points[2 * i]) - reach, this.py(run.points[2 * i + 1]) - reach, 2 * reach, 2 * reach);
    }
    if (!rings) return;
    pen.strokeStyle = palette.ink;
    pen.lineWidth = 1.4;
    pen.beginPath();
    for (const i of rings) {
      const [x, y] = [this.px(run.points[2 * i]), this.py(run.points[2 * i + 1])];
      pen.moveTo(x + this.radius + 3, y);
      pen.arc(x, y, this.radius + 3, 0, 2 * Math.PI);
    }
    pen.stroke();
  }

  drawAxes(pen) {
    const { palette, run } = this;
    pen.font = `12px ${window.getComputedStyle(this.box).fontFamily}`;
    pen.fillStyle = palette.muted;
    pen.strokeStyle = palette.line;
    pen.lineWidth = 1;
    const ticks = (low, high) => {
      const rough = (high - low) / 6;
      const power = 10 ** Math.floor(Math.log10(rough));
      const step = [1, 2, 5, 10].find((digit) => digit * power >= rough) * power;
      const found = [];
      for (let i = Math.ceil(low / step); i * step <= high; i++) found.push([i * step, Number((i * step).toPrecision(6)).toString().replace("-", MINUS)]);
      return found;
    };
    const [left, high] = this.back(MARGIN.left, MARGIN.top);
    const [right, low] = this.back(this.width - MARGIN.right, this.height - MARGIN.bottom);
    pen.textAlign = "center";
    pen.textBaseline = "alphabetic";
    for (const [x, text] of ticks(left, right)) pen.fillText(text, this.px(x), this.height - 8);
    pen.textAlign = "right";
    pen.textBaseline = "middle";
    for (const [y, text] of ticks(low, high)) if (this.py(y) < this.height - 40) pen.fillText(text, MARGIN.left - 6, this.py(y));
    pen.strokeRect(MARGIN.left + 0.5, MARGIN.top + 0.5, this.width - MARGIN.left - MARGIN.right - 1, this.height - MARGIN.top - MARGIN.bottom - 1);
    pen.textBaseline = "alphabetic";
    pen.textAlign = "right";
    pen.fillText(run.axes[0], this.width - MARGIN.right - 6, this.height - MARGIN.bottom - 6);
    pen.textAlign = "left";
    pen.fillText(run.axes[1], MARGIN.left + 6, MARGIN.top + 14);
  }

  drawCentroids(at, share) {
    const { run, palette, where } = this;
    const pen = freshPen(this.layers[2], this.width, this.height, this.palette.ratio);
    const row = rowAt(at);
    pen.lineJoin = "round";
    const ends = [];
    for (let c = 0; c < run.k; c++) {
      const colour = palette.group(c);
      const way = [];
      for (let r = 0; r < row + (share < 1 ? 0 : 1); r++) {
        const x = run.centroids[(r * run.k + c) * 2];
        if (Number.isNaN(x)) break;
        way.push([this.px(x), this.py(run.centroids[(r * run.k + c) * 2 + 1])]);
      }
      const gone = Number.isNaN(where[2 * c]);
      const end = [this.px(where[2 * c]), this.py(where[2 * c + 1])];
      if (!gone && !this.dragged) way.push(end);
      for (const [style, width] of [[palette.surface, 4.5], [colour, 2]]) {
        pen.strokeStyle = style;
        pen.lineWidth = width;
        pen.beginPath();
        way.forEach(([x, y], i) => pen[i ? "lineTo" : "moveTo"](x, y));
        pen.stroke();
      }
      if (way.length && row > 0) this.drawMark(pen, c, way[0], 6, palette.surface, colour); // where it began
      if (!gone) {
        this.drawMark(pen, c, end, 9, colour, palette.ink);
        ends.push([c, end]);
      }
    }
    this.drawNumbers(pen, ends); // above every mark, or a near centroid would hide its neighbour's
    if (this.pinned !== null && this.pinned < run.n) this.drawPinned(pen);
  }

  drawMark(pen, c, [x, y], r, fill, stroke) {
    pen.save();
    pen.translate(x, y);
    const path = markPath(c % SHAPES, r);
    pen.lineWidth = 5;
    pen.strokeStyle = this.palette.surface;
    pen.stroke(path);
    pen.fillStyle = fill;
    pen.fill(path);
    pen.lineWidth = 2;
    pen.strokeStyle = stroke;
    pen.stroke(path);
    pen.restore();
  }

  /** Each centroid's number beside it, on the side with the most room to other centroids and their numbers. */
  drawNumbers(pen, ends) {
    pen.font = `700 15px ${window.getComputedStyle(this.box).fontFamily}`;
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    pen.lineWidth = 4;
    pen.strokeStyle = this.palette.surface;
    pen.fillStyle = this.palette.ink;
    const taken = ends.map(([, at]) => at);
    for (const [c, [x, y]] of ends) {
      const room = ([px, py]) => {
        const others = taken.filter((one) => one[0] !== x || one[1] !== y).map((one) => Math.hypot(one[0] - px, one[1] - py));
        const edge = Math.min(px - MARGIN.left, this.width - MARGIN.right - px, py - MARGIN.top, this.height - MARGIN.bottom - py);
        return Math.min(26, ...others, 2 * edge); // beyond that it is all the same, and the first side stays
      };
      const places = SIDES.map(([dx, dy]) => [x + dx, y + dy]);
      const place = places.reduce((best, one) => (room(one) > room(best) + 1 ? one : best));
      taken.push(place);
      pen.strokeText(String(c + 1), ...place);
      pen.fillText(String(c + 1), ...place);
    }
  }

  /** The point that is opened: a line to the centroid of its cluster. */
  drawPinned(pen) {
    const { run, palette, pinned } = this;
    const [x, y] = [this.px(run.points[2 * pinned]), this.py(run.points[2 * pinned + 1])];
    pen.strokeStyle = palette.accent;
    pen.lineWidth = 2.5;
    if (this.at > 0) {
      const c = run.labels[assignmentAt(this.at)][pinned];
      pen.setLineDash([5, 4]);
      pen.beginPath();
      pen.moveTo(x, y);
      pen.lineTo(this.px(this.where[2 * c]), this.py(this.where[2 * c + 1]));
      pen.stroke();
      pen.setLineDash([]);
    }
    pen.beginPath();
    pen.arc(x, y, this.radius + 5, 0, 2 * Math.PI);
    pen.stroke();
  }
}
