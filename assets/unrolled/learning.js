// Gradient descent by hand: a learning rate, Update once, ten or a hundred times, Rewind. The server computes, the bar asks.

const PRESSES = [[1, "Update"], [10, "×10"], [100, "×100"]];

class LearningBar {
  /** `onPress(message)` sends a wish to the server; `onRefuse(sentence)` where it cannot be; `onRate()` after a new rate. */
  constructor(parent, { onPress, onRefuse, onRate }) {
    this.onPress = onPress;
    this.onRefuse = onRefuse;
    this.root = htmlNode("div", "learning", parent);
    this.root.setAttribute("role", "group");
    this.root.setAttribute("aria-label", "Gradient descent");
    const label = htmlNode("label", "rate", this.root);
    label.append("η ");
    label.title = "Learning rate";
    this.rate = htmlNode("input", "", label);
    Object.assign(this.rate, { type: "number", step: "any", min: "0", inputMode: "decimal" });
    this.rate.setAttribute("aria-label", "Learning rate η");
    this.rate.addEventListener("input", onRate);
    this.buttons = PRESSES.map(([times, text]) => {
      const hint = times === 1 ? "W ← W − η ∂L/∂W, once" : `${times} updates in a row`;
      return this.button(text, hint, () => this.press(times));
    });
    this.rewind = this.button("Rewind", "Back to the weights before any update", () => this.ask({ rewind: true }));
    this.readout = htmlNode("span", "readout", this.root);
    this.readout.setAttribute("aria-live", "polite");
  }

  button(text, hint, action) {
    const button = htmlNode("button", "text-button", this.root);
    button.type = "button";
    button.textContent = text;
    button.title = hint;
    button.addEventListener("click", action);
    return button;
  }

  /** The learning rate; NaN where there is none that Update would take. */
  get value() {
    const rate = this.rate.value.trim() === "" ? NaN : Number(this.rate.value);
    return rate > 0 && rate <= this.data.limits.rate ? rate : NaN;
  }

  /** What is wrong with asking for so many updates; "" for nothing. */
  refusal(times) {
    const { limits, descent } = this.data;
    const rate = this.rate.value.trim();
    if (Number.isNaN(this.value)) {
      return `The learning rate is ${rate === "" ? "empty" : rate}; it is a number above 0 and up to ${limits.rate}.`;
    }
    const count = descent.length - 1 + times;
    return count > limits.updates ? `That makes ${count} updates; the limit is ${limits.updates}. Rewind to start anew.` : "";
  }

  press(times) {
    const refusal = this.refusal(times);
    if (refusal) this.onRefuse(refusal);
    else this.ask({ times, rate: this.value });
  }

  ask(message) {
    if (this.root.getAttribute("aria-busy") === "true") return;
    this.root.setAttribute("aria-busy", "true");
    this.onPress(message);
  }

  say() {
    const updates = this.data.descent.length - 1;
    const loss = formatNumber(this.data.descent.at(-1), 4);
    this.readout.textContent = `${updates} ${updates === 1 ? "update" : "updates"}, loss ${loss}`;
  }

  receive(data, first) {
    this.data = data;
    this.root.setAttribute("aria-busy", "false");
    this.root.hidden = data.targets.every((target) => target === null);
    if (first) this.rate.value = String(data.rate);
    for (const button of this.buttons) button.disabled = !data.backward; // gradients that are no numbers lead nowhere
    this.rewind.disabled = data.descent.length < 2;
    this.say();
  }
}

/** The loss before the first update and after each, as a line from the top left. */
class LossCurve {
  constructor(parent) {
    this.block = htmlNode("div", "block curve", parent);
    this.title = htmlNode("div", "title", this.block);
    const svg = svgNode("svg", { width: 430, height: 76, viewBox: "0 0 430 76", "aria-hidden": "true" }, this.block);
    svgNode("path", { d: "M 4 70 H 426", class: "axis" }, svg);
    this.line = svgNode("path", { class: "line" }, svg);
    this.end = svgNode("circle", { r: 4.5, class: "chosen" }, svg);
  }

  update(losses, symbol) {
    const most = Math.max(...losses) || 1;
    const x = (u) => 6 + (418 * u) / Math.max(1, losses.length - 1);
    const y = (loss) => 70 - (62 * loss) / most;
    this.line.setAttribute("d", "M " + losses.map((loss, u) => `${x(u).toFixed(1)} ${y(loss).toFixed(1)}`).join(" L "));
    this.end.setAttribute("cx", x(losses.length - 1).toFixed(1));
    this.end.setAttribute("cy", y(losses.at(-1)).toFixed(1));
    const numbers = losses.length > 1 ? `${formatNumber(losses[0], 4)} → ${formatNumber(losses.at(-1), 4)}` : formatNumber(losses[0], 4);
    symbolToHtml(this.title, `${symbol} over ${losses.length - 1} updates: ${numbers}`);
  }
}

const PARAMETERS = ["W_xh", "W_hh", "b", "W_hy", "c"];
const asMatrix = (values) => (Array.isArray(values[0]) ? values : values.map((value) => [value]));

/** The weights after one update more, by the formula on the screen. */
const afterUpdate = (data, name) =>
  Number.isNaN(data.rateNow) ? null : asMatrix(data[name]).map((row, i) => row.map((value, j) => value - data.rateNow * data.backward.sums[0][name][i][j]));

VIEWS.update = (body, data, open) => {
  const chooser = htmlNode("div", "chooser", body);
  chooser.setAttribute("role", "group");
  chooser.setAttribute("aria-label", "Which weights");
  const stage = htmlNode("div", "update-blocks", body);
  const curve = new LossCurve(body);
  const size = { W_xh: [data.H, data.D], W_hh: [data.H, data.H], b: [data.H, 1], W_hy: [data.K, data.H], c: [data.K, 1] };
  const units = unitNames(data);
  const rowsOf = (name) => (name === "W_hy" || name === "c" ? data.vocabulary : units);
  const columnsOf = (name) => (name === "W_xh" ? data.vocabulary : size[name][1] === 1 ? biasColumn : units);
  let blocks = null;
  const build = () => {
    const name = data.chosenParameter;
    const make = (onOpen = null) =>
      new Matrix(stage, { values: zeros(...size[name]), rows: rowsOf(name), columns: columnsOf(name), symbol: "", scale: 1, digits: 3, onOpen });
    stage.replaceChildren();
    blocks = { name, now: make(), gradient: make(), after: make(open), before: data.before ? make() : null };
    buttons.forEach((button, i) => button.setAttribute("aria-pressed", String(PARAMETERS[i] === name)));
  };
  const buttons = PARAMETERS.map((name) => {
    const button = htmlNode("button", "text-button", chooser);
    button.type = "button";
    symbolToHtml(button, drawnName(data, name));
    button.addEventListener("click", () => {
      data.chosenParameter = name;
      open(0);
    });
    return button;
  });
  return (_, index) => {
    const name = data.chosenParameter;
    if (blocks === null || blocks.name !== name) build();
    const n = data.notation;
    const now = asMatrix(data[name]);
    const scale = largest(now, data.before ? data.before[name] : []) || 1;
    curve.block.hidden = data.descent.length < 2;
    curve.update(data.descent, n.total);
    blocks.before?.update(asMatrix(data.before[name]), `${drawnName(data, name)} before the last press`, scale);
    blocks.now.update(now, `${drawnName(data, name)} now`, scale);
    blocks.gradient.update(data.backward.sums[0][name], data.symbols.parameter(name), data.backward.scales[name]);
    blocks.after.update(afterUpdate(data, name), `${drawnName(data, name)} − η ${data.symbols.parameter(name)}`, scale, index);
  };
};

SUMS.update = (data, _, index) => {
  const name = data.chosenParameter;
  const now = asMatrix(data[name]);
  const [i, j] = [Math.floor(index / now[0].length), index % now[0].length];
  if (i >= now.length) return [];
  const gradient = data.backward.sums[0][name][i][j];
  const place = now[0].length === 1 ? `[${i + 1}]` : `[${i + 1}, ${j + 1}]`;
  if (Number.isNaN(data.rateNow)) return [["", `No learning rate: type a number above 0 and up to ${data.limits.rate} beside η.`]];
  const result = exact(afterUpdate(data, name)[i][j]);
  return [[drawnName(data, name), `${place} after one more update = ${factor(now[i][j])} ${MINUS} ${data.rateNow}·${factor(gradient)} ≈ ${result}`]];
};
