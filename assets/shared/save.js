// A drawing as a file: what is on the screen, its styles written into it, made in the browser.

const SAVED_STYLES = [
  "fill", "stroke", "stroke-width", "stroke-dasharray", "stroke-linecap", "stroke-linejoin", "paint-order", "opacity", "visibility",
  "font-family", "font-size", "font-weight", "font-style", "font-variant-numeric", "text-anchor", "dominant-baseline",
  "text-decoration-line", "rx",
];

/** Any CSS colour as #rrggbb, or with its opacity: other programs know neither oklab() nor light-dark(). */
function plainColour(colour) {
  const context = (plainColour.context ??= htmlNode("canvas").getContext("2d", { willReadFrequently: true }));
  plainColour.known ??= new Map();
  let plain = plainColour.known.get(colour);
  if (plain === undefined) {
    context.clearRect(0, 0, 1, 1);
    context.fillStyle = colour;
    context.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = context.getImageData(0, 0, 1, 1).data;
    plain = a === 255 ? `rgb(${r}, ${g}, ${b})` : a === 0 ? "none" : `rgba(${r}, ${g}, ${b}, ${(a / 255).toFixed(3)})`;
    plainColour.known.set(colour, plain);
  }
  return plain;
}

/** What a variable of the theme comes to on this element: light-dark() is only resolved where it is used. */
function themeColour(element, variable) {
  const probe = htmlNode("span", "", element);
  probe.style.color = `var(${variable})`;
  const { color } = window.getComputedStyle(probe);
  probe.remove();
  return plainColour(color);
}

function standaloneSvg(svg, background, arrow) {
  const copy = svg.cloneNode(true);
  const originals = svg.querySelectorAll("*");
  copy.querySelectorAll("*").forEach((node, index) => {
    const style = window.getComputedStyle(originals[index]);
    for (const name of SAVED_STYLES) {
      let value = style.getPropertyValue(name);
      if (name === "fill" || name === "stroke") value = value.startsWith("context") ? arrow : value === "none" ? value : plainColour(value);
      node.style.setProperty(name, value);
    }
  });
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  const { width, height } = svg.viewBox.baseVal;
  copy.prepend(svgNode("rect", { width, height, fill: background })); // as a shape: not every program reads a CSS background
  return new XMLSerializer().serializeToString(copy);
}

function offerFile(blob, name) {
  const link = htmlNode("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  window.setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

function saveSvg(svg, root, name) {
  const text = standaloneSvg(svg, themeColour(root, "--sv-surface"), themeColour(root, "--sv-arrow"));
  offerFile(new Blob([text], { type: "image/svg+xml" }), `${name}.svg`);
}

/** `onFailure()` where the browser cannot make a picture of it. */
function savePng(svg, root, name, onFailure) {
  const scale = 2;
  const { width, height } = svg.viewBox.baseVal;
  const text = standaloneSvg(svg, themeColour(root, "--sv-surface"), themeColour(root, "--sv-arrow"));
  const image = new Image();
  image.onerror = onFailure;
  image.onload = () => {
    const canvas = htmlNode("canvas");
    canvas.width = width * scale;
    canvas.height = height * scale;
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    canvas.toBlob((blob) => (blob ? offerFile(blob, `${name}.png`) : onFailure()), "image/png");
  };
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
}
