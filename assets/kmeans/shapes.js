// Clusters told apart by colour and by shape: eight of the one and seven of the other make 56 pairs.

const SHAPES = 7; // of MARKS

/** The colours of the page in a form that a canvas takes, and how many pixels of the screen one of the page's has. */
class Palette {
  constructor(element, zoom) {
    this.ratio = Math.min(3, (window.devicePixelRatio || 1) * zoom);
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

/** A canvas as large as its box, `ratio` of its pixels to a CSS pixel; its pen draws in CSS pixels. */
function freshPen(canvas, width, height, ratio) {
  const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== w || canvas.height !== h) Object.assign(canvas, { width: w, height: h });
  const pen = canvas.getContext("2d");
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.clearRect(0, 0, width, height);
  return pen;
}

/** One picture a cluster, stamped for each of its points: far faster than a path a point. */
function stampsOf(palette, k, r) {
  const { ratio } = palette;
  const reach = Math.ceil(1.4 * r) + 1;
  const stamp = (shape, colour) => {
    const canvas = htmlNode("canvas");
    canvas.width = canvas.height = 2 * reach * ratio;
    const pen = canvas.getContext("2d");
    pen.scale(ratio, ratio);
    pen.translate(reach, reach);
    const path = markPath(shape, r);
    pen.fillStyle = colour;
    pen.fill(path);
    pen.lineWidth = 0.6;
    pen.strokeStyle = palette.surface;
    pen.stroke(path);
    return canvas;
  };
  const clusters = Array.from({ length: k }, (_, c) => stamp(c % SHAPES, palette.group(c)));
  return { reach, clusters, none: stamp(0, palette.arrow) };
}
