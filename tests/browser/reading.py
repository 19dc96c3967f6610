"""What stands on the page where the stepper is, read as a reader reads it: numbers as text, places as positions.

Nothing here knows how the component is built inside, beyond the names of its parts in the page.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.browser.serving import ELSEWHERE, OPENED, wait_until_idle

PHASES = ("input", "input_product", "recurrent_product", "preactivation", "hidden", "logits", "prediction", "loss")

_PLACE = """root => ({
    cursor: Number(root.querySelector(".scrub").value),
    last: Number(root.querySelector(".scrub").max),
    status: root.querySelector(".status").textContent,
    play: root.querySelector(".play").textContent,
})"""

# Only what can be seen counts: what is kept out of sight for later is no number on the page.
_PANEL = """root => ({
    heading: root.querySelector(".panel-heading").textContent,
    sum: [...root.querySelectorAll(".sum .line")].map(line => line.textContent),
    blocks: [...root.querySelectorAll(".stage .block")].filter(block => block.checkVisibility()).map(block => ({
        title: block.querySelector(".title").textContent,
        cells: [...block.querySelectorAll(".cell")].map(cell => cell.textContent),
    })),
})"""

_COLUMNS = """root => [...root.querySelectorAll(".scroller .column")].map(column => ({
    token: column.querySelector(".token text").textContent,
    units: [...column.querySelectorAll(".units .cell text")].map(text => text.textContent),
    names: [...column.querySelectorAll(".output .name")].map(text => text.textContent),
    outputs: [...column.querySelectorAll(".output .number")].map(text => text.textContent),
    target: column.querySelector(".target").textContent,
    loss: column.querySelector(".loss").textContent,
    drawn: column.checkVisibility(),
    now: column.classList.contains("now"),
}))"""


@dataclass
class Stepper:
    """The component on `page`."""

    page: Page
    root: Locator = field(init=False)

    def __post_init__(self) -> None:
        self.root = self.page.locator(".sv-root")

    def _read(self, script: str) -> Any:
        return self.root.evaluate(script)

    @property
    def place(self) -> dict[str, Any]:
        """cursor, last (positions from 0), status (the sentence), play (what its button says)."""
        return dict(self._read(_PLACE))

    @property
    def cursor(self) -> int:
        return int(self.place["cursor"])

    @property
    def panel(self) -> dict[str, Any]:
        """heading, sum (lines), blocks (title and cells, in order) as they are seen now."""
        return dict(self._read(_PANEL))

    @property
    def columns(self) -> list[dict[str, Any]]:
        return list(self._read(_COLUMNS))

    @property
    def tokens(self) -> list[str]:
        return [column["token"] for column in self.columns]

    def button(self, name: str) -> Locator:
        """A button of the toolbar, by the name a screen reader speaks."""
        return self.root.get_by_role("toolbar").get_by_role("button", name=name, exact=True)

    def press(self, key: str) -> int:
        """Press a key wherever the focus is; where that leads."""
        self.page.keyboard.press(key)
        return self.cursor

    def scrub_to(self, position: int) -> None:
        self.root.get_by_label("Position").fill(str(position))

    def expect_tokens(self, tokens: Sequence[str]) -> None:
        """Wait until the drawing shows these inputs."""
        expect(self.root.locator(".column .token text")).to_have_text(list(tokens))

    @property
    def result(self) -> Locator:
        """The cells that open to a sum, of the phase that is shown."""
        return self.root.locator(".stage button.cell:visible")


@dataclass
class Visitor:
    """One browser that opens address after address: a new session for the server each time, its scripts loaded once.

    Attributes:
        errors: since the last `open`, exceptions that no script caught and asked-for addresses outside 127.0.0.1.
        earlier: those before.
    """

    context: BrowserContext
    url: str
    errors: list[str] = field(default_factory=list)
    earlier: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page = self.tab()

    def tab(self) -> Page:
        """A page beside the one that `open` uses."""
        page = self.context.new_page()
        page.on("request", lambda request: self._note_address(request.url))
        page.on("websocket", lambda socket: self._note_address(socket.url))
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("dialog", lambda dialog: (self.errors.append("a dialog opened"), dialog.dismiss()))
        return page

    def _note_address(self, url: str) -> None:
        if ELSEWHERE.match(url):
            self.errors.append(f"asked for {url}")

    def open(
        self,
        path: str,
        *,
        width: int = 1280,
        height: int = 800,
        theme: Literal["light", "dark"] = "light",
        reduced_motion: Literal["no-preference", "reduce"] = "reduce",
    ) -> Page:
        """`path` in place of what was there, once the app is idle."""
        self.earlier += self.errors
        self.errors.clear()
        self.page.bring_to_front()  # a tab behind others draws when it likes
        self.page.goto("about:blank")  # the same address again would else be no new visit
        self.page.set_viewport_size({"width": width, "height": height})
        self.page.emulate_media(color_scheme=theme, reduced_motion=reduced_motion)
        self.page.goto(f"{self.url}/{path.lstrip('/')}")
        wait_until_idle(self.page, OPENED)
        return self.page


@contextmanager
def visiting(browser: Browser, url: str) -> Iterator[Visitor]:
    """A visitor for as long as the block runs; no script may have thrown, no page have asked for another machine."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
    visitor = Visitor(context, url)
    yield visitor
    context.close()
    assert visitor.earlier + visitor.errors == []


def parameters(page: Page) -> dict[str, list[str]]:
    """What stands in the address bar behind the question mark."""
    return parse_qs(urlsplit(page.url).query)


def text_field(page: Page) -> Locator:
    return page.get_by_role("textbox", name=re.compile(r"^Text\b"))


def type_weight(page: Page, row: int, column: int, value: str, *, size: int) -> None:
    """Type into the open weight table, as a reader does; row and column from 0, `size` columns. "" empties the cell."""
    table = page.get_by_test_id("stDataFrame").filter(visible=True)
    table.scroll_into_view_if_needed()
    box, before = table.bounding_box(), None
    while box != before:  # the drawer that it stands in opens slowly
        page.wait_for_timeout(120)
        box, before = table.bounding_box(), box
    assert box is not None
    names, height = 52, 35  # px: the row names, a row; the columns share the rest
    x = box["x"] + names + (column + 0.5) * (box["width"] - names) / size
    y = box["y"] + height * (row + 1.5)
    if not value:
        page.mouse.click(x, y)
        page.keyboard.press("Delete")
        return
    page.mouse.dblclick(x, y)
    over_the_cell = page.locator(".gdg-input")
    over_the_cell.wait_for()
    page.keyboard.press("Control+a")
    page.keyboard.type(value, delay=40)  # any faster and the table loses letters
    page.keyboard.press("Enter")
    over_the_cell.wait_for(state="hidden")


def tracebacks(page: Page) -> int:
    return page.get_by_test_id("stException").count()


def number(text: str) -> float:
    """A number as the page writes it."""
    return float(text.replace("−", "-").replace("∞", "inf"))


def shows(text: str, value: float, decimals: int) -> bool:
    """Whether `text` is `value` with so many decimals, or, where they are too few for its size, as a power of ten."""
    if "e" in text:
        return math.isclose(number(text), value, rel_tol=0.05)
    return len(text.partition(".")[2]) == decimals and abs(number(text) - value) <= 0.5 * 10**-decimals + 1e-9


@contextmanager
def server_traffic(page: Page) -> Iterator[list[str]]:
    """Every websocket frame to or from the server, and every request, while the block runs."""
    session = page.context.new_cdp_session(page)
    heard: list[str] = []

    def frame(direction: str) -> Callable[[dict[str, Any]], None]:
        return lambda event: heard.append(f"{direction} {event['response']['payloadData'][:60]}")

    def request(event: dict[str, Any]) -> None:
        # blob: and data: stay in the browser; "Other" is its own: it looks for the tab's icon when the address changes
        if event["request"]["url"].startswith("http") and event.get("type") != "Other":
            heard.append(f"asked for {event['request']['url']}")

    session.on("Network.webSocketFrameSent", frame("sent"))
    session.on("Network.webSocketFrameReceived", frame("received"))
    session.on("Network.requestWillBeSent", request)
    session.send("Network.enable")
    yield heard
    page.wait_for_timeout(300)  # what the last action may have sent is still under way
    session.detach()
