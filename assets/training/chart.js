// A line chart on one canvas that is drawn again in place. Its colours are the theme's, its numbers the data's.

const DASHES = [[], [7, 3], [2, 3], [9, 3, 2, 3]]; // with the colour: which run a line is
const EDGE = { left: 54, right: 12, top: 8, bottom: 20 };

class Chart {
  /** onPoint(x) where the pointer is, null when it has left; onChoose(x) where it pressed. */
  constructor(parent, { name, onPoint, onChoose }) {
    this.root = htmlNode("figure", `chart ${name}`, parent);
    this.caption = htmlNode("figcaption", "chart-caption", this.root);
    this.title = htmlNode("span", "chart-title", this.caption);
    this.note = htmlNode("span", "chart-note", this.caption);
    this.readout = htmlNode("span", "chart-readout", this.caption);
    this.place = htmlNode("div", "chart-place", this.root);
    this.canvas = htmlNode("canvas", "chart-canvas", this.place);
    this.canvas.setAttribute("role", "img");
    this.hint = htmlNode("div", "hint", this.place);
    this.watcher = new ResizeObserver(() => this.drawn && this.draw(this.drawn)); // a lower window, a wider table beside it
    this.watcher.observe(this.canvas);
    if (onPoint) {
      this.canvas.addEventListener("pointermove", (event) => onPoint(this.xAt(event)));
      this.canvas.addEventListener("pointerleave", () => onPoint(null));
      this.canvas.addEventListener("click", (event) => onChoose(this.xAt(event)));
    }
  }

  say(title, note) {
    for (const [node, text] of [[this.title, title], [this.note, note]]) if (node.textContent !== text) node.textContent = text;
    this.note.title = note;
  }

  /** The x under the pointer, within the axis. */
  xAt(event) {
    const box = this.canvas.getBoundingClientRect();
    const share = (event.clientX - box.left) / box.width; // a presenter's zoom scales both
    const [first, last] = this.across ?? [0, 1];
    const inside = (share * this.canvas.clientWidth - EDGE.left) / (this.canvas.clientWidth - EDGE.left - EDGE.right);
    return Math.round(first + Math.max(0, Math.min(1, inside)) * (last - first));
  }

  /** picture: {lines, across: [first, last], acrossName, log, references, marks, cursor, pointed, paint, empty}
   *  lines: [{x, y, low?, high?, dots?, colour, dash}]; references: [{value, name, colour}]; marks: places on the axis. */
  draw(picture) {
    this.drawn = picture;
    this.across = picture.across;
    const { canvas } = this;
    const [width, height] = [canvas.clientWidth, canvas.clientHeight];
    if (!width || !height) return;
    const zoom = canvas.getBoundingClientRect().width / width; // a presenter's
    const ratio = Math.max((window.devicePixelRatio || 1) * (zoom || 1), this.sharpness ?? 0); // a saved picture is sharper
    const [pixelsAcross, pixelsDown] = [Math.round(width * ratio), Math.round(height * ratio)];
    if (canvas.width !== pixelsAcross || canvas.height !== pixelsDown) Object.assign(canvas, { width: pixelsAcross, height: pixelsDown });
    const context = canvas.getContext("2d");
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    const { paint, log, across } = picture;
    context.font = paint.font;
    const range = rangeOf([...picture.lines.flatMap((line) => [line.y, line.low, line.high]), picture.references.map((one) => one.value)], log);
    const box = { left: EDGE.left, right: width - EDGE.right, top: EDGE.top, bottom: height - EDGE.bottom };
    const scale = (value) => (log ? Math.log10(value) : value);
    const [low, high] = range ? range.map(scale) : [0, 1];
    const px = (x) => box.left + ((box.right - box.left) * (x - across[0])) / (across[1] - across[0] || 1);
    const py = (value) => box.bottom - ((box.bottom - box.top) * (scale(value) - low)) / (high - low || 1);
    Object.assign(this, { px, py });
    this.axes(context, picture, box, range);
    if (!picture.lines.some((line) => line.x.length)) this.writeEmpty(context, picture, box);
    for (const line of picture.lines) this.band(context, line, log);
    context.save();
    context.beginPath();
    context.rect(box.left - 3, box.top - 3, box.right - box.left + 6, box.bottom - box.top + 6);
    context.clip();
    for (const line of picture.lines) this.line(context, line, log, across);
    context.restore();
    this.upright(context, picture, box);
    this.references(context, picture, box);
  }

  axes(context, { across, acrossName, marks, paint, log }, box, range) {
    context.setLineDash([]);
    context.lineWidth = 1;
    context.strokeStyle = paint.line;
    context.fillStyle = paint.muted;
    context.textBaseline = "middle";
    context.textAlign = "right";
    for (const tick of range ? (log ? logTicks : linearTicks)(...range, Math.max(2, Math.min(MOST_TICKS, Math.floor((box.bottom - box.top) / 24)))) : []) {
      const y = Math.round(this.py(tick)) + 0.5;
      context.beginPath();
      context.moveTo(box.left, y);
      context.lineTo(box.right, y);
      context.stroke();
      context.fillText(tickText(tick), box.left - 6, y);
    }
    context.strokeStyle = paint.arrow;
    context.strokeRect(box.left - 0.5, box.top - 0.5, box.right - box.left + 1, box.bottom - box.top + 1);
    context.textBaseline = "top";
    context.fillText(acrossName, box.left - 6, box.bottom + 6);
    const few = Math.max(3, Math.min(7, Math.floor((box.right - box.left) / 60)));
    for (const tick of linearTicks(...across, few).filter(Number.isInteger)) {
      const x = this.px(tick);
      context.textAlign = x > box.right - 16 ? "right" : "center";
      context.fillText(tickText(tick), Math.min(x, box.right + 8), box.bottom + 6);
    }
    context.fillStyle = paint.arrow;
    for (const mark of marks ?? []) context.fillRect(Math.round(this.px(mark)) - 0.5, box.bottom - 4, 1, 8);
  }

  writeEmpty(context, { empty, paint }, box) {
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.fillStyle = paint.muted;
    context.fillText(empty ?? "", (box.left + box.right) / 2, box.top + (box.bottom - box.top) * 0.3);
  }

  band(context, { x, low, high, colour }, log) {
    if (!low || !high) return;
    context.fillStyle = colour;
    context.globalAlpha = 0.2;
    const both = Array.from(low, (value, i) => (Number.isFinite(high[i]) ? value : NaN));
    for (const [first, last] of unbroken(both, log)) {
      context.beginPath();
      for (let i = first; i <= last; i++) context.lineTo(this.px(x[i]), this.py(high[i]));
      for (let i = last; i >= first; i--) context.lineTo(this.px(x[i]), this.py(low[i]));
      context.fill();
    }
    context.globalAlpha = 1;
  }

  line(context, { x, y, dots, colour, dash }, log, across) {
    context.strokeStyle = context.fillStyle = colour;
    context.lineWidth = 1.75;
    context.lineJoin = "round";
    const alone = x.length < (across[1] - across[0]) / 40;
    for (const [first, last] of unbroken(y, log)) {
      context.setLineDash(DASHES[dash % DASHES.length]);
      context.beginPath();
      for (let i = first; i <= last; i++) context.lineTo(this.px(x[i]), this.py(y[i]));
      context.stroke();
      if (!dots && first !== last && !alone) continue;
      for (let i = first; i <= last; i++) this.dot(context, x[i], y[i], 2.2);
    }
  }

  dot(context, x, y, radius) {
    context.beginPath();
    context.arc(this.px(x), this.py(y), radius, 0, 2 * Math.PI);
    context.fill();
  }

  /** Dashed named lines across; names that would stand on each other move to the left. */
  references(context, { references, paint }, box) {
    const written = [];
    context.textBaseline = "bottom";
    context.textAlign = "right";
    context.lineWidth = 1.25;
    for (const { value, name, colour } of references) {
      const y = this.py(value);
      context.setLineDash([5, 4]);
      context.strokeStyle = colour;
      context.beginPath();
      context.moveTo(box.left, y);
      context.lineTo(box.right, y);
      context.stroke();
      const near = written.filter((one) => Math.abs(one.y - y) < 14);
      const right = Math.min(box.right - 4, ...near.map((one) => one.left - 14));
      const size = context.measureText(name).width;
      const above = y - box.top > 15;
      context.setLineDash([]);
      context.lineWidth = 4;
      context.lineJoin = "round";
      context.strokeStyle = paint.surface;
      context.textBaseline = above ? "bottom" : "top";
      const base = above ? y - 2 : y + 3;
      context.strokeText(name, right, base);
      context.lineWidth = 1.25;
      context.fillStyle = paint.ink;
      context.fillText(name, right, base);
      written.push({ y, left: right - size });
    }
  }

  /** The cursor, and a hairline where the pointer is on any of the charts. */
  upright(context, { cursor, pointed, lines, log, paint }, box) {
    context.setLineDash([]);
    if (cursor !== null && cursor !== undefined) {
      const x = this.px(cursor);
      context.strokeStyle = context.fillStyle = paint.accent;
      context.lineWidth = 2;
      context.beginPath();
      context.moveTo(x, box.top);
      context.lineTo(x, box.bottom);
      context.stroke();
      context.beginPath();
      context.moveTo(x - 5, box.top - 7);
      context.lineTo(x + 5, box.top - 7);
      context.lineTo(x, box.top + 1);
      context.fill();
    }
    if (pointed === null || pointed === undefined) return;
    context.strokeStyle = paint.muted;
    context.lineWidth = 1;
    context.beginPath();
    context.moveTo(this.px(pointed), box.top);
    context.lineTo(this.px(pointed), box.bottom);
    context.stroke();
    for (const line of lines) {
      const found = valueAt(line, pointed);
      if (!found || !Number.isFinite(found.value) || (log && found.value <= 0)) continue;
      context.fillStyle = line.colour;
      this.dot(context, found.last, found.value, 3.5);
    }
  }

  /** The numbers under the pointer, one row of words each; [] hides them. */
  point(rows, x) {
    this.hint.classList.toggle("on", rows.length > 0);
    if (!rows.length) return;
    this.hint.replaceChildren(...rows.map((words) => Object.assign(htmlNode("div", ""), { textContent: words })));
    const [width, half] = [this.canvas.clientWidth, this.px(x) > this.canvas.clientWidth / 2];
    this.hint.style.left = half ? "auto" : `${this.px(x) + 12}px`;
    this.hint.style.right = half ? `${width - this.px(x) + 12}px` : "auto";
  }
}
