// A drawing as a file: what is on the screen, its styles written into it, made in the browser.

const SAVED_STYLES = [
  "fill", "stroke", "stroke-width", "stroke-dasharray", "stroke-linecap", "opacity", "visibility",
  "font-family", "font-size", "font-weight", "font-style", "font-variant-numeric", "text-anchor", "dominant-baseline",
];

function standaloneSvg(svg, background) {
  const copy = svg.cloneNode(true);
  const originals = svg.querySelectorAll("*");
  copy.querySelectorAll("*").forEach((node, index) => {
    const style = window.getComputedStyle(originals[index]);
    for (const name of SAVED_STYLES) node.style.setProperty(name, style.getPropertyValue(name));
  });
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  copy.style.background = background;
  return new XMLSerializer().serializeToString(copy);
}

function offerFile(blob, name) {
  const link = htmlNode("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  window.setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

function saveSvg(svg, background, name) {
  offerFile(new Blob([standaloneSvg(svg, background)], { type: "image/svg+xml" }), `${name}.svg`);
}

function savePng(svg, background, name) {
  const scale = 2;
  const { width, height } = svg.viewBox.baseVal;
  const image = new Image();
  image.onload = () => {
    const canvas = htmlNode("canvas");
    canvas.width = width * scale;
    canvas.height = height * scale;
    const context = canvas.getContext("2d");
    context.fillStyle = background;
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.drawImage(image, 0, 0, canvas.width, canvas.height);
    canvas.toBlob((blob) => offerFile(blob, `${name}.png`), "image/png");
  };
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(standaloneSvg(svg, background))}`;
}
