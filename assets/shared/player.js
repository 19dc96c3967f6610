// One concept for stepping, playing, scrubbing and the address bar. It knows positions, not what they mean.

const PACES = [0.5, 1, 2, 4, 8]; // positions a second

const prefersStillness = () => window.matchMedia("(prefers-reduced-motion: reduce)").matches;

class Player {
  /** `onMove(cursor)` after every change of place, `onPlay(playing)` after every start or stop. */
  constructor(onMove, onPlay) {
    this.onMove = onMove;
    this.onPlay = onPlay;
    this.cursor = 0;
    this.count = 1;
    this.stops = [0]; // the positions at which a token is finished: where Shift+→ lands
    this.passes = [{ first: 0, last: 0 }]; // the whole sequence, once forward and once backward: where Home and End lead
    this.pace = 2;
    this.timer = 0;
  }

  get playing() {
    return this.timer !== 0;
  }

  setPositions(count, { tokens, passes }) {
    this.count = count;
    this.stops = tokens;
    this.passes = passes;
    this.cursor = Math.min(this.cursor, count - 1);
  }

  go(cursor) {
    this.cursor = Math.max(0, Math.min(this.count - 1, cursor));
    this.onMove(this.cursor);
  }

  /** A step that the reader asked for; it ends playing. */
  step(change) {
    this.pause();
    this.go(this.cursor + change);
  }

  token(direction) {
    this.pause();
    const ahead = this.stops.filter((stop) => (direction > 0 ? stop > this.cursor : stop < this.cursor));
    if (direction > 0) this.go(ahead.length ? ahead[0] : this.count - 1);
    else this.go(ahead.length ? ahead[ahead.length - 1] : 0);
  }

  /** To the start of this pass; from there to the start of the one before. */
  home() {
    this.pause();
    this.go(this.passes.findLast((pass) => pass.first < this.cursor)?.first ?? 0);
  }

  /** To the end of this pass; from there to the end of the next. */
  end() {
    this.pause();
    this.go(this.passes.find((pass) => pass.last > this.cursor)?.last ?? this.count - 1);
  }

  toggle() {
    if (this.playing) this.pause();
    else this.play();
  }

  play() {
    if (this.cursor >= this.count - 1) this.go(0);
    const tick = () => {
      this.timer = window.setTimeout(tick, 1000 / this.pace);
      this.go(this.cursor + 1);
      if (this.cursor >= this.count - 1 && !this.loops) this.pause();
      else if (this.cursor >= this.count - 1) {
        window.clearTimeout(this.timer);
        this.timer = window.setTimeout(() => {
          this.timer = window.setTimeout(tick, 1000 / this.pace);
          this.go(0);
        }, 2500);
      }
    };
    this.timer = window.setTimeout(tick, 1000 / this.pace);
    this.onPlay(true);
  }

  pause() {
    if (!this.playing) return;
    window.clearTimeout(this.timer);
    this.timer = 0;
    this.onPlay(false);
  }

  /** The key's action, or false where the key is not ours. */
  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return false;
    if (event.key === "ArrowRight") event.shiftKey ? this.token(1) : this.step(1);
    else if (event.key === "ArrowLeft") event.shiftKey ? this.token(-1) : this.step(-1);
    else if (event.key === "Home") this.home();
    else if (event.key === "End") this.end();
    else if (event.key === " ") this.toggle();
    else return false;
    return true;
  }
}

const TYPES_OR_CHOOSES =
  "input:not([type=range]), textarea, select, [contenteditable], [role=combobox], [role=listbox], [role=menu], " +
  "[role=slider], [role=radiogroup], [role=tablist], [role=grid], [role=dialog], canvas, iframe, .js-plotly-plot";

/** Whether a key belongs to what has the focus: a field, a menu, a scrolling table, a button under Space. */
function keyIsTaken(event) {
  const path = event.composedPath().filter((node) => node instanceof Element);
  // Space presses a button that the keyboard went to; after a click of the mouse it plays, as everywhere else
  if (event.key === " " && path[0]?.matches("button:focus-visible, summary:focus-visible, a, [role=button]")) return true;
  return path.some((node) => node.matches(TYPES_OR_CHOOSES) || (node.matches(".matrix") && node.scrollWidth > node.clientWidth));
}

// The browser keeps what the server need not know: cursor, view, presenter mode. Others' parameters stay.
const address = {
  pending: new Map(),
  timer: 0,
  read: (name) => new URLSearchParams(window.location.search).get(name),
  write(name, value) {
    this.pending.set(name, value);
    window.clearTimeout(this.timer); // once, when the reader rests: at each new address the browser asks for the tab's icon
    this.timer = window.setTimeout(() => this.flush(), 250);
  },
  /** The page is left: what was about to be written belongs to no address any more. */
  forget() {
    window.clearTimeout(this.timer);
    this.timer = 0;
    this.pending.clear();
  },
  flush() {
    window.clearTimeout(this.timer);
    this.timer = 0;
    const url = new URL(window.location.href);
    for (const [name, value] of this.pending) {
      if (value === null) url.searchParams.delete(name);
      else url.searchParams.set(name, value);
    }
    this.pending.clear();
    if (url.href !== window.location.href) window.history.replaceState(window.history.state, "", url);
  },
};
