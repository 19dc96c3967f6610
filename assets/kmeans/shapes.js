// Clusters told apart by colour and by shape: eight of the one and seven of the other make 56 pairs.

const SHAPES = 7;

/** The path of shape `number` around (0, 0), about as large for the eye as a circle of radius r. */
function traceShape(pen, number, r) {
  const corners = (count, turn, inner = 1) => {
    const steps = inner === 1 ? count : 2 * count;
    for (let i = 0; i < steps; i++) {
      const reach = 1.25 * r * (inner !== 1 && i % 2 ? inner : 1);
      const angle = turn + (2 * Math.PI * i) / steps;
      pen[i ? "lineTo" : "moveTo"](reach * Math.cos(angle), reach * Math.sin(angle));
    }
    pen.closePath();
  };
  pen.beginPath();
  if (number === 0) pen.arc(0, 0, r, 0, 2 * Math.PI);
  else if (number === 1) pen.rect(-0.9 * r, -0.9 * r, 1.8 * r, 1.8 * r);
  else if (number === 2) corners(4, 0);
  else if (number === 3) corners(3, -Math.PI / 2);
  else if (number === 4) corners(3, Math.PI / 2);
  else if (number === 5) corners(5, -Math.PI / 2, 0.48);
  else {
    const [a, b] = [0.42 * r, 1.15 * r];
    const cross = [[-a, -b], [a, -b], [a, -a], [b, -a], [b, a], [a, a], [a, b], [-a, b], [-a, a], [-b, a], [-b, -a], [-a, -a]];
    cross.forEach(([x, y], i) => pen[i ? "lineTo" : "moveTo"](x, y));
    pen.closePath();
  }
}

/** The colours of the page in a form that a canvas takes. */
class Palette {
  constructor(element) {
    const of = (name) => themeColour(element, `--sv-${name}`);
    for (const name of ["surface", "panel", "ink", "muted", "line", "arrow", "accent", "bad"]) this[name] = of(name);
    this.groups = Array.from({ length: 8 }, (_, i) => of(`category-${i + 1}`));
    this.key = [this.surface, this.ink, this.accent].join();
  }

  group(cluster) {
    return this.groups[cluster % this.groups.length];
  }

  channels(cluster) {
    return this.group(cluster).match(/\d+/g).slice(0, 3).map(Number);
  }
}

/** A canvas as large as its box, in the screen's own pixels; its pen draws in CSS pixels. */
function freshPen(canvas, width, height) {
  const ratio = Math.min(2, window.devicePixelRatio || 1);
  const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== w || canvas.height !== h) Object.assign(canvas, { width: w, height: h });
  const pen = canvas.getContext("2d");
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.clearRect(0, 0, width, height);
  return pen;
}

/** One picture a cluster, stamped for each of its points: far faster than a path a point. */
function stampsOf(palette, k, r) {
  const ratio = Math.min(2, window.devicePixelRatio || 1);
  const reach = Math.ceil(1.4 * r) + 1;
  const stamp = (shape, colour) => {
    const canvas = htmlNode("canvas");
    canvas.width = canvas.height = 2 * reach * ratio;
    const pen = canvas.getContext("2d");
    pen.scale(ratio, ratio);
    pen.translate(reach, reach);
    traceShape(pen, shape, r);
    pen.fillStyle = colour;
    pen.fill();
    pen.lineWidth = 0.6;
    pen.strokeStyle = palette.surface;
    pen.stroke();
    return canvas;
  };
  const clusters = Array.from({ length: k }, (_, c) => stamp(c % SHAPES, palette.group(c)));
  return { reach, clusters, none: stamp(0, palette.arrow) };
}
