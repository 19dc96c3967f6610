// What every stepper shares: its door to Streamlit, its keys, presenter mode, its end.

/** A component's door: one view an element. New data re-invokes the same node, so nothing flickers. */
function doorTo(View) {
  const views = new WeakMap();
  return (component) => {
    const { data, parentElement } = component;
    let view = views.get(parentElement);
    if (!view) {
      view = new View(parentElement.querySelector(".sv-root"));
      views.set(parentElement, view);
    }
    view.send = (name, value) => component.setTriggerValue(name, value);
    view.receive(data);
    return () => {
      view.leave();
      views.delete(parentElement);
    };
  };
}

/** A view has `data` once it has received some, a `status` line, paint(cursor), and redraw() after a change of size. */
class StepperView {
  constructor(root, words) {
    this.root = root;
    root.replaceChildren();
    root.tabIndex = -1;
    this.player = new Player((cursor) => this.paint(cursor), (playing) => this.showPlaying(playing));
    this.toolbar = new Toolbar(root, this.player, words);
    this.onKey = (event) => {
      if (!this.data || !root.isConnected || event.defaultPrevented || keyIsTaken(event)) return;
      if (event.key === "Escape" && this.presenting) this.setPresenting(false);
      else if (this.key(event) || this.player.key(event)) event.preventDefault();
    };
    document.addEventListener("keydown", this.onKey);
    this.watcher = new ResizeObserver(() => this.data && this.root.clientWidth !== this.width && this.redraw());
    this.watcher.observe(root);
  }

  /** A key of the view's own: whether it took it. */
  key() {
    return false;
  }

  addPresentButton() {
    this.present = this.toolbar.textButton("Present", "Large type, nothing else on the screen (Esc leaves)", () => this.setPresenting(!this.presenting));
  }

  setPresenting(on) {
    this.presenting = on;
    this.root.classList.toggle("presenting", on);
    this.present.textContent = on ? "Leave" : "Present";
    address.write("present", on ? "1" : null);
    if (!on && document.fullscreenElement) document.exitFullscreen();
    else if (on && navigator.userActivation?.isActive) {
      this.root.requestFullscreen?.().catch(() => {});
      this.root.onfullscreenchange = () => !document.fullscreenElement && this.presenting && this.setPresenting(false);
    }
    if (this.data) this.redraw();
    if (on) this.root.focus({ preventScroll: true }); // so that Space plays, not leaves
  }

  showPlaying(playing) {
    this.toolbar.showPlaying(playing);
    this.status.setAttribute("aria-live", playing ? "off" : "polite");
  }

  leave() {
    this.player.pause();
    document.removeEventListener("keydown", this.onKey);
    this.watcher.disconnect();
    address.forget();
  }
}
