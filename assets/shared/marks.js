// A cluster is told by its colour and by its shape, the same on every page: paths around (0, 0), about as large for the
// eye as a circle of radius 1.

/** A path through the corners of a regular polygon, or of a star, whose inner corners reach `inner` as far. */
function corners(count, turn, reach, inner = 1) {
  const steps = inner === 1 ? count : 2 * count;
  const at = Array.from({ length: steps }, (_, i) => {
    const [angle, far] = [turn + (2 * Math.PI * i) / steps, reach * (i % 2 ? inner : 1)];
    return `${(far * Math.cos(angle)).toFixed(3)} ${(far * Math.sin(angle)).toFixed(3)}`;
  });
  return `M${at.join("L")}Z`;
}

const MARKS = [
  "M-1 0a1 1 0 1 0 2 0a1 1 0 1 0 -2 0",
  "M-0.9 -0.9H0.9V0.9H-0.9Z",
  corners(4, 0, 1.25),
  corners(3, -Math.PI / 2, 1.25),
  corners(3, Math.PI / 2, 1.25),
  corners(5, -Math.PI / 2, 1.25, 0.48),
  "M-0.42 -1.15H0.42V-0.42H1.15V0.42H0.42V1.15H-0.42V0.42H-1.15V-0.42H-0.42Z",
  corners(6, 0, 1.15),
];

/** The same for a canvas, r px about its middle. */
function markPath(number, r) {
  const path = new Path2D();
  path.addPath(new Path2D(MARKS[number]), new DOMMatrix([r, 0, 0, r, 0, 0]));
  return path;
}
