// Shown where no run is: a tab that had some says so. The server may not have seen the old page go yet, so it is said again.

const TRIES = 8;
const AGAIN = 1000; // ms

class Back {
  constructor() {
    this.left = TRIES;
    this.ask = () => {
      const ticket = readTicket();
      if (!ticket || this.left === 0) return;
      this.left -= 1;
      this.send("ticket", { ...ticket, try: this.left });
      this.timer = window.setTimeout(this.ask, AGAIN);
    };
  }

  receive() {
    if (this.left === TRIES) this.ask();
  }

  leave() {
    window.clearTimeout(this.timer);
    this.left = 0;
  }
}

export default doorTo(Back);
