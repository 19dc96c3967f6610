// The objective against the half-step: a circle after each assignment, a square after each update; a click goes there.

class Curve {
  constructor(parent, onStep) {
    this.root = htmlNode("div", "curve", parent);
    this.canvas = htmlNode("canvas", "curve-canvas", this.root);
    this.canvas.setAttribute("role", "img");
    this.canvas.addEventListener("click", (event) => {
      if (!this.run) return;
      const box = this.canvas.getBoundingClientRect();
      const share = ((event.clientX - box.left) / box.width) * this.width;
      onStep(Math.max(1, Math.min(this.run.last, Math.round(1 + (share - this.left) / this.pace))));
    });
  }

  build(run, palette) {
    Object.assign(this, { run, palette, width: this.canvas.clientWidth, height: this.canvas.clientHeight });
    this.values = Array.from({ length: run.last }, (_, i) => objectiveAt(run, i + 1));
    const pen = this.canvas.getContext("2d");
    pen.font = `12px ${window.getComputedStyle(this.root).fontFamily}`;
    this.left = 16 + Math.max(...this.values.map((value) => pen.measureText(inDigits(value)).width));
    this.pace = (this.width - this.left - 14) / Math.max(1, run.last - 1);
    const [least, most] = [Math.min(...this.values), Math.max(...this.values)];
    const room = (most - least) * 0.08 || Math.abs(most) * 0.1 || 1;
    [this.low, this.high] = [least - room, most + room];
    this.canvas.setAttribute("aria-label", `${run.objective} after each of ${run.last} half-steps: from ${inDigits(this.values[0])} to ${inDigits(this.values.at(-1))}.`);
  }

  px = (at) => this.left + this.pace * (at - 1);
  py = (value) => 12 + (this.height - 44) * (1 - (value - this.low) / (this.high - this.low));

  show(at) {
    const { run, palette, values } = this;
    const pen = freshPen(this.canvas, this.width, this.height, palette.ratio);
    const family = window.getComputedStyle(this.root).fontFamily;
    pen.font = `12px ${family}`;
    pen.fillStyle = palette.muted;
    pen.strokeStyle = palette.line;
    pen.lineWidth = 1;
    pen.textBaseline = "middle";
    for (const value of [Math.max(...values), Math.min(...values)]) {
      pen.textAlign = "right";
      pen.fillText(inDigits(value), this.left - 8, this.py(value));
      pen.beginPath();
      pen.moveTo(this.left - 4, Math.round(this.py(value)) + 0.5);
      pen.lineTo(this.width - 8, Math.round(this.py(value)) + 0.5);
      pen.stroke();
    }
    pen.textBaseline = "alphabetic";
    pen.textAlign = "left";
    pen.fillText(run.objective, 2, this.height - 6);
    pen.textAlign = "right";
    pen.fillText(`half-step (● assign, ■ update), 1 to ${run.last}`, this.width - 8, this.height - 6);
    const line = (from, to, colour, width) => {
      pen.strokeStyle = colour;
      pen.lineWidth = width;
      pen.beginPath();
      for (let i = from; i <= to; i++) pen.lineTo(this.px(i), this.py(values[i - 1]));
      pen.stroke();
    };
    line(1, run.last, palette.arrow, 1.2);
    if (at > 1) line(1, at, palette.accent, 2.4);
    const r = this.pace > 9 ? 3.4 : this.pace > 4 ? 2.2 : 1.2;
    for (let i = 1; i <= run.last; i++) {
      pen.fillStyle = roseAt(run, i) ? palette.bad : i <= at ? palette.accent : palette.arrow;
      this.dot(pen, i, r);
    }
    if (at === 0) return;
    pen.strokeStyle = palette.accent;
    pen.lineWidth = 1;
    pen.setLineDash([3, 3]);
    pen.beginPath();
    pen.moveTo(this.px(at), 8);
    pen.lineTo(this.px(at), this.height - 26);
    pen.stroke();
    pen.setLineDash([]);
    pen.fillStyle = palette.accent;
    this.dot(pen, at, 6);
    pen.lineWidth = 2;
    pen.strokeStyle = palette.surface;
    pen.stroke();
  }

  dot(pen, at, r) {
    const [x, y] = [this.px(at), this.py(this.values[at - 1])];
    pen.beginPath();
    if (isAssign(at)) pen.arc(x, y, r, 0, 2 * Math.PI);
    else pen.rect(x - r, y - r, 2 * r, 2 * r);
    pen.fill();
  }
}
