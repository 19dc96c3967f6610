// The plane under the pointer: starts are dragged, points added and opened, everything named.

class PointedPlane extends Plane {
  /** `on`: grab(), moveStart(cluster, x, y), addPoint(x, y), hover(what), pin(point) */
  constructor(parent, on) {
    super(parent);
    this.on = on;
    this.adding = false;
    this.hint = htmlNode("div", "hint", this.box);
    this.hint.setAttribute("aria-hidden", "true");
    this.box.addEventListener("pointermove", (event) => this.pointer(event));
    this.box.addEventListener("pointerleave", () => this.showHint(null));
    this.box.addEventListener("pointerdown", (event) => this.press(event));
    this.box.addEventListener("pointerup", (event) => this.release(event));
    this.box.addEventListener("pointercancel", () => this.drop());
  }

  place(event) {
    const box = this.box.getBoundingClientRect();
    const zoom = box.width / this.width || 1;
    return [(event.clientX - box.left) / zoom, (event.clientY - box.top) / zoom];
  }

  /** What lies under the pointer: a start (which can be dragged), a centroid, a point. */
  under([mx, my]) {
    const { run } = this;
    const near = (x, y, reach) => Math.hypot(this.px(x) - mx, this.py(y) - my) < reach;
    for (let c = 0; c < run.k; c++) if (near(this.where[2 * c], this.where[2 * c + 1], 13)) return { cluster: c, start: this.at < 2 };
    for (let c = 0; c < run.k; c++) if (this.at > 1 && near(run.centroids[2 * c], run.centroids[2 * c + 1], 10)) return { cluster: c, start: true };
    let [best, least] = [-1, 10];
    for (let i = 0; i < run.n; i++) {
      const away = Math.hypot(this.px(run.points[2 * i]) - mx, this.py(run.points[2 * i + 1]) - my);
      if (away < least) [best, least] = [i, away];
    }
    return best < 0 ? null : { point: best };
  }

  pointer(event) {
    if (!this.run) return;
    const place = this.place(event);
    if (this.dragged) {
      this.dragged.to = this.back(...place);
      this.dragged.moved ||= Math.hypot(place[0] - this.dragged.from[0], place[1] - this.dragged.from[1]) > 3;
      this.show(this.at);
      return;
    }
    const found = this.under(place);
    const grabs = this.run.editable && found?.start && !this.adding;
    this.box.style.cursor = this.adding ? "copy" : grabs ? "grab" : found ? "pointer" : "default";
    this.showHint(found, place);
  }

  press(event) {
    if (event.button !== 0 || !this.run) return;
    const place = this.place(event);
    const found = this.under(place);
    if (this.adding) return;
    if (found?.start && this.run.editable) {
      this.showHint(null);
      this.on.grab();
      const at = [...this.run.centroids.subarray(2 * found.cluster, 2 * found.cluster + 2)];
      this.dragged = { cluster: found.cluster, from: place, to: at, moved: false };
      this.box.setPointerCapture(event.pointerId);
      event.preventDefault();
    }
  }

  release(event) {
    if (!this.run) return;
    const held = this.dragged;
    const place = this.place(event);
    if (held) {
      this.dragged = null;
      if (held.moved) this.on.moveStart(held.cluster, ...this.back(...place));
      this.show(this.at);
    } else if (this.adding) this.on.addPoint(...this.back(...place));
    else {
      const found = this.under(place);
      this.on.pin(found?.point ?? null);
    }
  }

  drop() {
    this.dragged = null;
    if (this.run) this.show(this.at);
  }

  showHint(found, [x, y] = [0, 0]) {
    this.hint.classList.toggle("on", Boolean(found));
    if (!found) return;
    this.hint.textContent = this.on.hover(found);
    const room = this.width - this.hint.offsetWidth - 6;
    this.hint.style.transform = `translate(${Math.max(0, Math.min(room, x + 14))}px, ${Math.max(0, y - this.hint.offsetHeight - 10)}px)`;
  }
}
