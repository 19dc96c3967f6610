// Points in a plane inside one drawing: where a point stands on the paper, its mark, and which one is nearest.

/** The smallest round step of which a span holds at most `most`. */
function roundStep(span, most) {
  const power = 10 ** Math.floor(Math.log10(span / most));
  return [1, 2, 5, 10].map((size) => size * power).find((size) => size * most >= span * (1 - 1e-9));
}

/** The multiples of a step from low to high; of a round one, if none is given. */
function ticksBetween(low, high, most, step = roundStep(high - low, most)) {
  const first = Math.ceil(low / step - 1e-9);
  return Array.from({ length: Math.floor(high / step + 1e-9) - first + 1 }, (_, k) => (first + k) * step);
}

/** A panel of the paper with two axes of the same scale, so that distances look as long as they are. */
class Plane {
  /** `box`: left, top, width, height in px; `bounds`: [[least x, largest x], [least y, largest y]] of what must fit. */
  constructor(parent, box, bounds, { ticks = 8 } = {}) {
    this.box = box;
    this.root = svgNode("g", { class: "plane" }, parent);
    const [[x0, x1], [y0, y1]] = bounds;
    const inner = { left: box.left + 30, top: box.top + 4, width: box.width - 36, height: box.height - 24 };
    this.scale = Math.min(inner.width / (x1 - x0 || 1), inner.height / (y1 - y0 || 1));
    this.centre = [(x0 + x1) / 2, (y0 + y1) / 2];
    this.middle = [inner.left + inner.width / 2, inner.top + inner.height / 2];
    svgNode("rect", { class: "ground", x: inner.left, y: inner.top, width: inner.width, height: inner.height }, this.root);
    this.inner = inner;
    this.axes(ticks);
  }

  px(x) {
    return this.middle[0] + (x - this.centre[0]) * this.scale;
  }

  py(y) {
    return this.middle[1] - (y - this.centre[1]) * this.scale;
  }

  /** From a place on the paper to a point. */
  point(px, py) {
    return [this.centre[0] + (px - this.middle[0]) / this.scale, this.centre[1] - (py - this.middle[1]) / this.scale];
  }

  axes(most) {
    const { left, top, width, height } = this.inner;
    const bottom = top + height;
    const [low, high] = [this.point(left, bottom), this.point(left + width, top)];
    const step = roundStep(Math.max(high[0] - low[0], high[1] - low[1]), most); // the same on both axes
    for (const x of ticksBetween(low[0], high[0], most, step)) {
      svgNode("line", { class: "grid", x1: this.px(x), x2: this.px(x), y1: top, y2: bottom }, this.root);
      svgNode("text", { class: "tick", x: this.px(x), y: bottom + 14, "text-anchor": "middle" }, this.root).textContent = formatTick(x);
    }
    for (const y of ticksBetween(low[1], high[1], most, step)) {
      svgNode("line", { class: "grid", x1: left, x2: left + width, y1: this.py(y), y2: this.py(y) }, this.root);
      svgNode("text", { class: "tick", x: left - 5, y: this.py(y) + 4, "text-anchor": "end" }, this.root).textContent = formatTick(y);
    }
  }

  /** A layer of the drawing that ends at the panel's frame. */
  window() {
    const { left, top, width, height } = this.inner;
    return svgNode("svg", { x: left, y: top, width, height, viewBox: `${left} ${top} ${width} ${height}` }, this.root);
  }

  /** The number of the point nearest to a place on the paper, -1 where none is within `reach` px. */
  nearest(points, px, py, reach = 16) {
    let [found, least] = [-1, reach];
    points.forEach(([x, y], i) => {
      const away = Math.hypot(this.px(x) - px, this.py(y) - py);
      if (away < least) [found, least] = [i, away];
    });
    return found;
  }

  /** One path of rings around points. */
  rings(points, radius) {
    const ring = ([x, y]) => `M${(this.px(x) - radius).toFixed(1)} ${this.py(y).toFixed(1)}a${radius} ${radius} 0 1 0 ${2 * radius} 0a${radius} ${radius} 0 1 0 ${-2 * radius} 0`;
    return points.map(ring).join("");
  }
}

const formatTick = (value) => String(Number(value.toPrecision(6))).replace("-", MINUS);

/** Least and largest of each coordinate, with some room around. */
function boundsOf(points) {
  return [0, 1].map((d) => {
    const values = points.map((point) => point[d]);
    const [low, high] = [Math.min(...values), Math.max(...values)];
    const room = (high - low) * 0.05 || 0.5;
    return [low - room, high + room];
  });
}

const REST = MARKS.length; // the colour of groups beyond the eighth

/** The points of one panel, each with the shape and the colour of its cluster. */
class Marks {
  constructor(plane, points, size = 4.2) {
    this.root = svgNode("g", { class: "marks" }, plane.root);
    this.nodes = points.map(([x, y]) =>
      svgNode("path", { transform: `translate(${plane.px(x).toFixed(2)} ${plane.py(y).toFixed(2)}) scale(${size})` }, this.root),
    );
    this.shown = new Array(points.length).fill(-1);
  }

  /** `labels`: a cluster a point, from 0; `strengths`: opacity a point, or nothing. */
  show(labels, strengths) {
    this.nodes.forEach((node, i) => {
      const label = Math.min(labels[i], REST);
      if (this.shown[i] !== label) {
        node.setAttribute("d", MARKS[label % MARKS.length]);
        node.setAttribute("class", `c${label}`);
        this.shown[i] = label;
      }
      if (strengths) node.style.opacity = strengths[i].toFixed(3);
    });
  }
}

/** A place on the drawing's paper, wherever the page has been scrolled or magnified to. */
function placeOn(svg, event) {
  const place = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
  return [place.x, place.y];
}

/** A stepper's frame around what is not stepped through: presenter mode, a menu of files, keys of its own. */
class StillView extends StepperView {
  constructor(root, name) {
    super(root);
    this.toolbar.root.replaceChildren();
    this.toolbar.root.setAttribute("aria-label", name);
    this.player = { cursor: 0, key: () => false, pause() {} };
  }
}

/** How much larger a presented drawing is than on the page. */
function presentedZoom(view) {
  const zoom = view.presenting ? Math.max(1, Math.min(2.2, window.innerWidth / 1020, window.innerHeight / 620)) : 1;
  view.root.style.setProperty("--presenting-zoom", zoom.toFixed(3));
  return zoom;
}

/** The height that is left for a presented drawing in its place, in its own px. */
const roomBelow = (place, zoom) => (window.innerHeight - place.getBoundingClientRect().top - 12) / zoom;

const asFile = (text, type) => new Blob([text], { type: `${type};charset=utf-8` });
