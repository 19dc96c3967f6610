// Numbers as pixels: one pixel a cell, stretched by the browser without blurring.

/** 256 colours from `from` over `middle` to `to`, as [r, g, b]. */
function ramp(from, middle, to) {
  const parts = (colour) => colour.match(/\d+/g).slice(0, 3).map(Number);
  const [a, b, c] = [from, middle, to].map(parts);
  return Array.from({ length: 256 }, (_, i) => {
    const [left, right, share] = i < 128 ? [a, b, i / 127.5] : [b, c, (i - 127.5) / 127.5];
    return left.map((value, k) => value + (right[k] - value) * share);
  });
}

class Colours {
  constructor(element) {
    const colour = (name) => themeColour(element, `--sv-${name}`);
    this.signed = ramp(colour("negative-fill"), colour("surface"), colour("positive-fill"));
    this.amount = ramp(colour("surface"), colour("amount-fill"), colour("accent"));
    this.blank = colour("line").match(/\d+/g).slice(0, 3).map(Number); // not a number
    this.ink = colour("ink");
    this.key = [colour("surface"), colour("accent")].join();
  }

  of(value, kind, limit) {
    if (!Number.isFinite(value)) return this.blank;
    const share = kind === "amount" ? value / limit : 0.5 + value / (2 * limit);
    return this[kind][Math.max(0, Math.min(255, Math.round(share * 255)))];
  }

  /** Paint `columns` × `rows` cells, valueAt(row, column), on a canvas of as many pixels. */
  paint(canvas, rows, columns, valueAt, kind, limit) {
    if (canvas.width !== columns || canvas.height !== rows) Object.assign(canvas, { width: columns, height: rows });
    const context = canvas.getContext("2d");
    const image = context.createImageData(columns, rows);
    let place = 0;
    for (let row = 0; row < rows; row++)
      for (let column = 0; column < columns; column++) {
        const [r, g, b] = this.of(valueAt(row, column), kind, limit);
        image.data[place++] = r;
        image.data[place++] = g;
        image.data[place++] = b;
        image.data[place++] = 255;
      }
    context.putImageData(image, 0, 0);
  }
}
