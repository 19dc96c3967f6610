// The row of buttons above a stepper: stepping, playing, scrubbing, and what a view adds to it.

/** Each button's name, word, sign and hint; `words` says what a step, a leap and a pass are called here. */
const buttonsFor = ({ step, leap, leapWord, pass }) => [
  ["home", "Home", "❘◀◀", `To the start of this ${pass} (Home)`],
  ["token-back", `${leapWord} back`, "◀◀", `One ${leap} back (Shift+←)`],
  ["back", "Back", "◀❘", `One ${step} back (←)`],
  ["play", "Play", "▶", "Play or pause (Space)"],
  ["next", "Next", "❘▶", `One ${step} on (→)`],
  ["token-next", `${leapWord} next`, "▶▶", `One ${leap} on (Shift+→)`],
  ["end", "End", "▶▶❘", `To the end of this ${pass} (End)`],
];

class Toolbar {
  constructor(parent, player, words = { step: "phase", leap: "token", leapWord: "Token", pass: "pass" }) {
    this.root = htmlNode("div", "toolbar", parent);
    this.root.setAttribute("role", "toolbar");
    this.root.setAttribute("aria-label", "Stepping");
    const actions = {
      home: () => player.home(),
      "token-back": () => player.token(-1),
      back: () => player.step(-1),
      play: () => player.toggle(),
      next: () => player.step(1),
      "token-next": () => player.token(1),
      end: () => player.end(),
    };
    this.buttons = {};
    for (const [name, label, sign, hint] of buttonsFor(words)) {
      const button = htmlNode("button", `step ${name}`, this.root);
      button.type = "button";
      button.title = hint;
      const glyph = htmlNode("span", "glyph", button);
      glyph.textContent = sign;
      glyph.setAttribute("aria-hidden", "true");
      htmlNode("span", "word", button).textContent = label;
      button.addEventListener("click", actions[name]);
      this.buttons[name] = button;
    }
    this.scrub = htmlNode("input", "scrub", htmlNode("div", "scrub-place", this.root));
    Object.assign(this.scrub, { type: "range", min: "0", step: "1", title: `Scrub through the ${words.step}s` });
    this.scrub.setAttribute("aria-label", "Position");
    this.scrub.addEventListener("input", () => {
      player.pause();
      player.go(Number(this.scrub.value));
    });
    const pace = htmlNode("select", "pace", this.root);
    pace.setAttribute("aria-label", `Pace, ${words.step}s a second`);
    for (const choice of PACES) {
      const option = htmlNode("option", "", pace);
      option.value = String(choice);
      option.textContent = `${choice} /s`;
      option.selected = choice === player.pace;
    }
    pace.addEventListener("change", () => (player.pace = Number(pace.value)));
  }

  textButton(label, hint, action, parent = this.root) {
    const button = htmlNode("button", "text-button", parent);
    button.type = "button";
    button.textContent = label;
    button.title = hint;
    button.addEventListener("click", action);
    return button;
  }

  /** A menu of files to save: [label, hint, action]. */
  saveMenu(entries) {
    const save = htmlNode("details", "save", this.root);
    htmlNode("summary", "text-button", save).textContent = "Save";
    const menu = htmlNode("div", "menu", save);
    for (const entry of entries) this.textButton(...entry, menu);
    menu.addEventListener("click", () => (save.open = false));
  }

  showPlaying(playing) {
    const button = this.buttons.play;
    button.querySelector(".word").textContent = playing ? "Pause" : "Play";
    button.querySelector(".glyph").textContent = playing ? "❚❚" : "▶";
  }
}

/** `label`, and a menu of [value, text] that calls `action(value)`. */
function chooser(parent, label, choices, value, action) {
  const place = htmlNode("label", "option", parent);
  htmlNode("span", "", place).textContent = label;
  const select = htmlNode("select", "", place);
  for (const [key, text] of choices) {
    const option = htmlNode("option", "", select);
    option.value = key;
    option.textContent = text;
    option.selected = key === value;
  }
  select.addEventListener("change", () => action(select.value));
  return select;
}
