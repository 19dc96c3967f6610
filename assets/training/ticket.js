// Whose runs these are, kept by this tab of the browser until it is closed: a page that is loaded anew finds them again.

const TICKET = "seqviz-training";

function keepTicket(ticket) {
  try {
    window.sessionStorage.setItem(TICKET, JSON.stringify(ticket));
  } catch {
    // a browser that keeps nothing: the runs are then found as long as the page is not loaded anew
  }
}

/** What was kept, where this page was loaded anew or come back to. A link followed in the same tab begins afresh. */
function readTicket() {
  const arrived = performance.getEntriesByType("navigation")[0]?.type;
  try {
    if (arrived === "navigate") window.sessionStorage.removeItem(TICKET);
    return JSON.parse(window.sessionStorage.getItem(TICKET));
  } catch {
    return null;
  }
}
