// Where an axis begins and ends, and where its few ticks stand.

const MOST_TICKS = 5;

/** Round steps of 1, 2 or 5 between two numbers: as many as are legible. */
function linearTicks(low, high, most = MOST_TICKS) {
  const span = high - low;
  if (!(span > 0) || !Number.isFinite(span)) return [low];
  const power = 10 ** Math.floor(Math.log10(span / most));
  const step = [1, 2, 5, 10].map((times) => times * power).find((size) => span / size <= most);
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => (first + i) * step);
}

/** Powers of ten; where fewer than two of them lie in between, also their doubles and fives, else round steps. */
function logTicks(low, high, most = MOST_TICKS) {
  const [first, last] = [Math.ceil(Math.log10(low) - 1e-9), Math.floor(Math.log10(high) + 1e-9)];
  const powers = Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => 10 ** (first + i));
  if (powers.length >= 2) return powers.filter((_, i) => (powers.length - 1 - i) % Math.ceil(powers.length / most) === 0);
  const decades = [first - 1, first, first + 1].flatMap((power) => [1, 2, 5].map((times) => times * 10 ** power));
  const inside = decades.filter((tick) => tick >= low * (1 - 1e-9) && tick <= high * (1 + 1e-9));
  return inside.length >= 2 ? inside : linearTicks(low, high).filter((tick) => tick > 0);
}

/** The range of what can be drawn, a little wider; null where nothing can. On a logarithmic axis 0 and less cannot. */
function rangeOf(lists, log) {
  let [low, high] = [Infinity, -Infinity];
  for (const list of lists)
    for (const value of list ?? []) {
      if (!Number.isFinite(value) || (log && value <= 0)) continue;
      if (value < low) low = value;
      if (value > high) high = value;
    }
  if (low > high) return null;
  if (log) return low === high ? [low / 2, high * 2] : [low / (high / low) ** 0.06, high * (high / low) ** 0.06];
  const margin = low === high ? Math.abs(low) || 1 : (high - low) * 0.06;
  return [low >= 0 ? Math.max(0, low - margin) : low - margin, high + margin];
}

/** A tick as it is written: 1,500 · 0.05 · 1e−7. */
function tickText(value) {
  const size = Math.abs(value);
  if (value === 0) return "0";
  if (size >= 1e6 || size < 1e-3) return value.toExponential(0).replace("e+", "e").replace(/-/g, MINUS);
  return Number(value.toPrecision(6)).toLocaleString("en-GB", { maximumFractionDigits: 6 }).replace("-", MINUS);
}

/** Pieces of a line that can be drawn without a gap: [first, last] places of neighbours that are all on the scale. */
function unbroken(values, log) {
  const pieces = [];
  let start = -1;
  for (let i = 0; i <= values.length; i++) {
    const drawn = i < values.length && Number.isFinite(values[i]) && (!log || values[i] > 0);
    if (drawn && start < 0) start = i;
    if (!drawn && start >= 0) {
      pieces.push([start, i - 1]);
      start = -1;
    }
  }
  return pieces;
}
