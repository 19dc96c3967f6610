// The sheet as a picture: the lanes as they stand, with their names, tokens and the cursor, drawn anew at twice the size.

const PICTURE = { scale: 2, most: 16000 }; // px: browsers draw no wider canvas

/** The whole sheet on one canvas, or null where it would be too wide for the browser. */
function drawSheet(sheet, root, cursor) {
  const { scale, most } = PICTURE;
  const width = GUTTER + sheet.cell * sheet.sheet.T + 40;
  const tokens = parseInt(sheet.marks.style.height, 10) + 8;
  const height = tokens + sheet.places.reduce((sum, place) => sum + place.height + 4, 0) + 8;
  if (width * scale > most) return null;
  const canvas = htmlNode("canvas");
  Object.assign(canvas, { width: width * scale, height: height * scale });
  const pen = canvas.getContext("2d");
  const colour = (name) => themeColour(root, `--sv-${name}`);
  const font = (size, style = "") => `${style} ${size}px ${window.getComputedStyle(root).fontFamily}`;
  pen.scale(scale, scale);
  pen.fillStyle = colour("surface");
  pen.fillRect(0, 0, width, height);
  pen.imageSmoothingEnabled = false;
  pen.textBaseline = "middle";
  drawTokens(pen, sheet, tokens, { font, ink: colour("ink") });
  let top = tokens;
  for (const place of sheet.places) {
    drawNames(pen, place, top, { font, ink: colour("ink"), muted: colour("muted") });
    pen.globalAlpha = place.box.classList.contains("pinned") ? 0.32 : 1; // as on the page, so that the line stands out
    place.pieces.forEach((piece, i) => pen.drawImage(piece, GUTTER + i * PIECE * sheet.cell, top, piece.width * sheet.cell, place.height));
    pen.globalAlpha = 1;
    drawPinned(pen, sheet, place, top, colour("ink"), colour("surface"));
    pen.strokeStyle = colour("line");
    pen.lineWidth = 1;
    pen.strokeRect(GUTTER, top, sheet.cell * sheet.sheet.T, place.height);
    top += place.height + 4;
  }
  pen.strokeStyle = colour("accent");
  pen.lineWidth = 2;
  pen.strokeRect(GUTTER + cursor * sheet.cell, 2, sheet.cell, top - 4);
  return canvas;
}

function drawTokens(pen, sheet, height, { font, ink }) {
  pen.fillStyle = ink;
  pen.font = font(12.5);
  const upright = sheet.marks.classList.contains("upright");
  sheet.sheet.tokens.forEach((token, t) => {
    pen.save();
    pen.translate(GUTTER + (t + 0.5) * sheet.cell, height - (upright ? 14 : 8));
    pen.textAlign = upright ? "center" : "left";
    if (!upright) pen.rotate((-58 * Math.PI) / 180);
    pen.fillText(token, 0, 0);
    pen.restore();
  });
}

function drawNames(pen, place, top, { font, ink, muted }) {
  const middle = top + place.height / 2;
  pen.textAlign = "left";
  pen.fillStyle = ink;
  pen.font = font(15, "italic");
  pen.fillText(spokenSymbol(place.lane.symbol).replace(/ (?=\S+$)/, " "), 4, middle);
  if (place.lane.group) {
    pen.font = font(11, "bold");
    pen.fillText(place.lane.group, 4, middle - 14);
  }
  pen.textAlign = "right";
  pen.fillStyle = muted;
  pen.font = font(10.5);
  if (place.rows === 1) return;
  const rows = place.lane.rowNames ?? [place.label.querySelector(".lane-range").textContent];
  rows.forEach((name, row) => pen.fillText(name, GUTTER - 5, top + ((row + 0.5) * place.height) / rows.length));
}

/** The pinned unit's line, as it stands over the lane. */
function drawPinned(pen, sheet, place, top, ink, halo) {
  const line = place.line.querySelector(".value");
  if (!line) return;
  const box = place.line.viewBox.baseVal;
  const path = new Path2D();
  path.addPath(new Path2D(line.getAttribute("d")), new DOMMatrix([1, 0, 0, place.height / box.height, GUTTER, top]));
  pen.lineJoin = "round";
  for (const [style, width] of [[halo, 5], [ink, 2]]) {
    pen.strokeStyle = style;
    pen.lineWidth = width;
    pen.stroke(path);
  }
}

function saveSheet(sheet, root, cursor, name, onFailure) {
  const canvas = drawSheet(sheet, root, cursor);
  if (!canvas) return onFailure(`a picture of ${sheet.sheet.T} tokens would be too wide for a browser`);
  canvas.toBlob((blob) => (blob ? offerFile(blob, `${name}.png`) : onFailure("the browser could not make a picture of this")), "image/png");
}
