// The row over the sheet: training time, from checkpoint to checkpoint, and the token.

class TimeBar {
  /** onTime(checkpoint), onToken(change), onPlay(): what the reader wants. */
  constructor(parent, { onTime, onToken, onPlay }) {
    this.root = htmlNode("div", "toolbar time-bar", parent);
    this.root.setAttribute("role", "toolbar");
    this.root.setAttribute("aria-label", "Training time and token");
    const button = (name, sign, hint, action) => {
      const node = htmlNode("button", `step ${name}`, this.root);
      node.type = "button";
      node.title = hint;
      node.setAttribute("aria-label", hint.replace(/ \(.*/, ""));
      const glyph = htmlNode("span", "glyph", node);
      glyph.textContent = sign;
      glyph.setAttribute("aria-hidden", "true");
      node.addEventListener("click", action);
      return node;
    };
    htmlNode("span", "bar-name", this.root).textContent = "Training";
    this.earlier = button("earlier", "◀", "Earlier checkpoint (↓)", () => onTime(this.at - 1));
    this.slider = htmlNode("input", "scrub", htmlNode("div", "scrub-place", this.root));
    Object.assign(this.slider, { type: "range", min: "0", step: "1" });
    this.slider.setAttribute("aria-label", "Checkpoint");
    this.slider.addEventListener("input", () => onTime(Number(this.slider.value)));
    this.later = button("later", "▶", "Later checkpoint (↑)", () => onTime(this.at + 1));
    this.playButton = button("play", "▶", "Play the training (Space)", onPlay);
    this.word = htmlNode("span", "word", this.playButton);
    this.playButton.removeAttribute("aria-label");
    this.update = htmlNode("strong", "bar-update", this.root);
    htmlNode("span", "bar-name", this.root).textContent = "Token";
    this.before = button("before", "◀", "Token before (←)", () => onToken(-1));
    this.after = button("after", "▶", "Token after (→)", () => onToken(1));
    this.playing(false);
  }

  playing(on) {
    this.word.textContent = on ? "Pause" : "Play";
    this.playButton.querySelector(".glyph").textContent = on ? "❚❚" : "▶";
  }

  show(updates, c, t, T) {
    this.at = c;
    this.slider.max = String(updates.length - 1);
    this.slider.value = String(c);
    this.slider.setAttribute("aria-valuetext", `update ${inThousands(updates[c])}, checkpoint ${c + 1} of ${updates.length}`);
    this.update.textContent = `update ${inThousands(updates[c])}`;
    this.earlier.disabled = c === 0;
    this.later.disabled = c === updates.length - 1;
    this.before.disabled = t === 0;
    this.after.disabled = t === T - 1;
  }
}

/** 1500 as a reader sees it: 1,500. */
const inThousands = (whole) => String(whole).replace(/\B(?=(\d{3})+$)/g, ",");
