// Minkowski's distance of order q, and how its line can be misread.

/** (Σ |x − y|^q)^(1/q), by way of the largest difference, so that no power overflows. */
function minkowski(apart, q) {
  const most = Math.max(...apart);
  return most === 0 ? 0 : most * apart.reduce((sum, d) => sum + (d / most) ** q, 0) ** (1 / q);
}

/** [name, markup of the line, its value]: as it is meant, and with the exponents in other places. */
const readings = (apart, q) => [
  ["1/q over the whole sum", "(Σ |x − y|^{q})^{1/q}", minkowski(apart, q)],
  ["1/q on each term", "Σ (|x − y|^{q})^{1/q}", apart.reduce((sum, d) => sum + (d ** q) ** (1 / q), 0)],
  ["without a root", "Σ |x − y|^{q}", apart.reduce((sum, d) => sum + d ** q, 0)],
];

/** All points at distance `radius` from the origin, in the order of q, as [x, y]. */
function ballOf(q, radius, corners = 240) {
  return Array.from({ length: corners }, (_, k) => {
    const angle = (2 * Math.PI * k) / corners;
    const [x, y] = [Math.cos(angle), Math.sin(angle)];
    const length = minkowski([Math.abs(x), Math.abs(y)], q);
    return [(radius * x) / length, (radius * y) / length];
  });
}
