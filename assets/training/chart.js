// A line chart on a canvas that is drawn again in place: updates across, one line a run.

class Chart {
  constructor(parent, title, { log = false } = {}) {
    this.log = log;
    this.root = htmlNode("figure", "chart", parent);
    this.title = htmlNode("figcaption", "chart-title", this.root);
    this.title.textContent = title;
    this.canvas = htmlNode("canvas", "chart-canvas", this.root);
    this.canvas.setAttribute("role", "img");
    this.canvas.setAttribute("aria-label", title);
  }

  /** lines: [{x, y, colour, dashed}]; x runs from 0 to `most`. */
  draw(lines, most) {
    const { canvas } = this;
    const ratio = window.devicePixelRatio || 1;
    const [width, height] = [canvas.clientWidth, canvas.clientHeight];
    if (canvas.width !== Math.round(width * ratio)) canvas.width = Math.round(width * ratio);
    if (canvas.height !== Math.round(height * ratio)) canvas.height = Math.round(height * ratio);
    const context = canvas.getContext("2d");
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    const scale = (value) => (this.log ? Math.log10(value) : value);
    const all = lines.flatMap((line) => [...line.y].map(scale)).filter(Number.isFinite);
    if (!all.length) return;
    const [low, high] = [Math.min(...all), Math.max(...all)];
    const px = (update) => 40 + ((width - 50) * update) / most;
    const py = (value) => height - 20 - ((height - 30) * (scale(value) - low)) / (high - low || 1);
    for (const { x, y, colour, dashed } of lines) {
      context.beginPath();
      context.setLineDash(dashed ? [4, 4] : []);
      context.strokeStyle = colour;
      context.lineWidth = 1.5;
      for (let i = 0; i < x.length; i++) if (Number.isFinite(scale(y[i]))) context.lineTo(px(x[i]), py(y[i]));
      context.stroke();
    }
  }
}
