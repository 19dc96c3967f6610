// Fuzzy c-means as it stood at each iteration: centroids as the server computed them, memberships from those before.

/** u_j = 1 / Σ_l (d_j / d_l)^(2 / (m − 1)), a row a point; a point on a centroid belongs to that alone. */
function membershipsOf(points, centroids, m) {
  return points.map(([x, y]) => {
    const away = centroids.map(([a, b]) => (x - a) ** 2 + (y - b) ** 2);
    const nearest = Math.min(...away);
    const shares = away.map((d) => (nearest === 0 ? Number(d === 0) : (nearest / d) ** (1 / (m - 1))));
    const total = shares.reduce((sum, share) => sum + share, 0);
    return shares.map((share) => share / total);
  });
}

class FuzzySteps {
  /** `soft`: m, the first memberships (N × k), centroids (S × k × 2), the objective (S). */
  constructor(points, soft) {
    Object.assign(this, soft, { points });
    this.known = new Map([[0, soft.first]]);
  }

  get last() {
    return this.objective.length - 1;
  }

  memberships(step) {
    if (!this.known.has(step)) {
      if (this.known.size > 12) for (const old of [...this.known.keys()].filter((key) => key)) this.known.delete(old);
      this.known.set(step, membershipsOf(this.points, this.centroids[step - 1], this.m));
    }
    return this.known.get(step);
  }

  /** The strongest cluster of each point, its share, and the largest change of any share since the step before. */
  read(step) {
    const shares = this.memberships(step);
    const labels = shares.map((row) => row.indexOf(Math.max(...row)));
    const strengths = shares.map((row) => Math.max(...row));
    const before = step ? this.memberships(step - 1) : null;
    const change = before ? Math.max(...shares.map((row, i) => Math.max(...row.map((share, j) => Math.abs(share - before[i][j]))))) : null;
    return { shares, labels, strengths, change, divided: strengths.indexOf(Math.min(...strengths)) };
  }
}

/** Each point as a small round chart of its shares. */
class Shares {
  constructor(plane, points, k, radius = 4.6) {
    this.root = svgNode("g", { class: "shares" }, plane.root);
    this.radius = radius;
    this.nodes = points.map(([x, y]) => {
      const group = svgNode("g", { transform: `translate(${plane.px(x).toFixed(2)} ${plane.py(y).toFixed(2)})` }, this.root);
      return Array.from({ length: k }, (_, j) => svgNode("path", { class: `c${j}` }, group));
    });
  }

  show(shares) {
    const r = this.radius;
    const rim = (part) => `${(r * Math.sin(2 * Math.PI * part)).toFixed(2)} ${(-r * Math.cos(2 * Math.PI * part)).toFixed(2)}`;
    shares.forEach((row, i) => {
      let from = 0;
      row.forEach((share, j) => {
        const to = from + share;
        const whole = `M${-r} 0a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0`;
        const part = share > 0.999 ? whole : share < 0.001 ? "" : `M0 0L${rim(from)}A${r} ${r} 0 ${share > 0.5 ? 1 : 0} 1 ${rim(to)}Z`;
        this.nodes[i][j].setAttribute("d", part);
        from = to;
      });
    });
  }
}

/** The objective after each iteration, with a mark at the one that is shown. */
class Curve {
  constructor(parent, box, values, onPick) {
    this.root = svgNode("g", { class: "curve" }, parent);
    this.values = values;
    this.inner = { left: box.left + 44, top: box.top + 6, width: box.width - 56, height: box.height - 28 };
    const { left, top, width, height } = this.inner;
    svgNode("rect", { class: "ground", x: left, y: top, width, height }, this.root);
    const [low, high] = [Math.min(...values), Math.max(...values)];
    const room = (high - low) * 0.06 || Math.abs(high) * 0.05 || 1;
    this.range = [low - room, high + room];
    for (const value of ticksBetween(...this.range, 3)) {
      svgNode("line", { class: "grid", x1: left, x2: left + width, y1: this.py(value), y2: this.py(value) }, this.root);
      svgNode("text", { class: "tick", x: left - 5, y: this.py(value) + 4, "text-anchor": "end" }, this.root).textContent = formatTick(value);
    }
    for (const step of ticksBetween(0, Math.max(1, values.length - 1), 4).filter(Number.isInteger)) {
      svgNode("text", { class: "tick", x: this.px(step), y: top + height + 14, "text-anchor": "middle" }, this.root).textContent = String(step + 1);
    }
    svgNode("path", { class: "trace", d: `M${values.map((value, step) => `${this.px(step).toFixed(1)} ${this.py(value).toFixed(1)}`).join("L")}` }, this.root);
    this.here = svgNode("circle", { class: "here", r: 5 }, this.root);
    const target = svgNode("rect", { class: "target", x: left, y: top, width, height }, this.root);
    target.addEventListener("click", (event) => {
      const [x] = placeOn(parent.ownerSVGElement ?? parent, event);
      onPick(Math.round(((x - left) / width) * (values.length - 1)));
    });
  }

  px(step) {
    return this.inner.left + (this.inner.width * step) / Math.max(1, this.values.length - 1);
  }

  py(value) {
    return this.inner.top + (this.inner.height * (this.range[1] - value)) / (this.range[1] - this.range[0]);
  }

  show(step) {
    this.here.setAttribute("cx", this.px(step).toFixed(1));
    this.here.setAttribute("cy", this.py(this.values[step]).toFixed(1));
  }
}
