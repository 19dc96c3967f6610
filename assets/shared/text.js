// Numbers and symbols as the reader sees them. Everything goes in through textContent: user text is never markup.

const MINUS = "\u2212";

/** A number with a true minus sign. Where `digits` decimals are too few for its size it turns to powers of ten, except
 *  that two decimals or fewer are an overview: there, what rounds to 0 is shown as 0. */
function formatNumber(value, digits) {
  if (Number.isNaN(value)) return "NaN";
  const size = Math.abs(value);
  const sign = value < 0 ? MINUS : "";
  if (size === Infinity) return sign + "∞";
  const tooSmall = digits > 2 && size !== 0 && size < 0.5 * 10 ** -digits;
  if (size >= 1e4 || tooSmall) return sign + size.toExponential(1).replace("-", MINUS).replace("+", "");
  const text = size.toFixed(digits);
  return (Number(text) === 0 ? "" : sign) + text;
}

/** `h_{@}` at step 3 is `h_{3}`; `<` is the step before, `>` the one after. */
function symbolAt(markup, index) {
  const previous = typeof index === "number" ? String(index - 1) : index + MINUS + "1";
  const next = typeof index === "number" ? String(index + 1) : `${index}+1`;
  return markup.replaceAll("@", String(index)).replaceAll("<", previous).replaceAll(">", next);
}

/** `W_{xh}` → [["W", ""], ["xh", "sub"]] */
function parseSymbol(markup) {
  const pieces = [];
  for (const match of markup.matchAll(/([_^])\{([^}]*)\}|[^_^]+|[_^]/g)) {
    if (match[1]) pieces.push([match[2], match[1] === "_" ? "sub" : "sup"]);
    else pieces.push([match[0], ""]);
  }
  return pieces;
}

/** The same symbol read aloud: `W_{hh} h_{1}` → "W hh h 1". */
function spokenSymbol(markup) {
  return parseSymbol(markup).map(([text]) => text).join(" ").replace(/\s+/g, " ").trim();
}

function symbolToHtml(element, markup) {
  if (element.dataset.symbol === markup) return;
  element.dataset.symbol = markup;
  element.replaceChildren(
    ...parseSymbol(markup).map(([text, kind]) => {
      if (!kind) return document.createTextNode(text);
      const node = document.createElement(kind);
      node.textContent = text;
      return node;
    }),
  );
}

function symbolToSvg(element, markup) {
  if (element.dataset.symbol === markup) return;
  element.dataset.symbol = markup;
  let lift = 0; // SVG's dy is relative, so each piece first undoes the shift of the one before
  element.replaceChildren(
    ...parseSymbol(markup).map(([text, kind]) => {
      const node = svgNode("tspan", {});
      const wanted = kind === "sub" ? 4 : kind === "sup" ? -5 : 0;
      if (wanted !== lift) node.setAttribute("dy", String(wanted - lift));
      lift = wanted;
      if (kind) node.setAttribute("font-size", "0.78em");
      node.textContent = text;
      return node;
    }),
  );
}

function svgNode(tag, attributes, parent) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, String(value));
  if (parent) parent.append(node);
  return node;
}

function htmlNode(tag, className, parent) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (parent) parent.append(node);
  return node;
}

/** Paint a signed value: sign by class (and by the minus in its text), size by the variable --size in 0 … 1. */
function tint(node, value, scale) {
  const size = Number.isFinite(value) ? Math.min(1, Math.abs(value) / (scale || 1)) : 1;
  node.style.setProperty("--size", size.toFixed(3));
  node.classList.toggle("negative", value < 0);
}

function largest(...lists) {
  let most = 0;
  for (const list of lists.flat(Infinity)) if (Number.isFinite(list)) most = Math.max(most, Math.abs(list));
  return most;
}
