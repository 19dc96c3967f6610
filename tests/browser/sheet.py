"""The score sheet as a reader reads it: its place, its lanes, the opened cell's numbers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Locator, Page

_READ = """root => ({
    cursor: Number(root.querySelector(".scrub").value),
    last: Number(root.querySelector(".scrub").max),
    status: root.querySelector(".status").textContent,
    play: root.querySelector(".play .word").textContent,
    lanes: [...root.querySelectorAll(".lane")].map(lane => lane.dataset.lane),
    tokens: [...root.querySelectorAll(".sheet-token")].map(token => token.textContent),
    unknown: [...root.querySelectorAll(".sheet-token.unknown")].map(token => token.textContent),
    pins: root.querySelector(".pins").textContent,
})"""
_OPENED = """root => ({
    equation: root.querySelector(".opened .equation").textContent,
    numbers: root.querySelector(".opened .numbers").textContent,
    result: root.querySelector(".opened .result")?.textContent,
    rows: Object.fromEntries([...root.querySelectorAll(".unit-row:not(.head)")].map(row => [
        row.querySelector(".unit-name").textContent,
        [...row.querySelectorAll(".unit-cell")].map(cell => cell.textContent),
    ])),
    strips: Object.fromEntries([...root.querySelectorAll(".strip")].map(strip =>
        [strip.querySelector("em").textContent, strip.querySelector(".strip-number").textContent])),
})"""


@dataclass
class Sheet:
    """The component on `page`."""

    page: Page
    root: Locator = field(init=False)

    def __post_init__(self) -> None:
        self.root = self.page.locator(".sv-root")
        self.root.locator(".scrub").wait_for()

    @property
    def place(self) -> dict[str, Any]:
        """cursor and last (from 0), status, play, lanes, tokens, unknown, pins."""
        return dict(self.root.evaluate(_READ))

    @property
    def opened(self) -> dict[str, Any]:
        """equation, numbers, result, rows (every unit of each vector), strips (the pinned unit on each wire)."""
        return dict(self.root.evaluate(_OPENED))

    def press(self, key: str) -> int:
        """Press a key wherever the focus is; where that leads."""
        self.page.keyboard.press(key)
        return int(self.place["cursor"])

    def button(self, name: str) -> Locator:
        return self.root.get_by_role("toolbar").get_by_role("button", name=name, exact=True)

    def node(self, name: str) -> Locator:
        """A node of the cell: a gate, a product, a sum."""
        return self.root.locator(f".node.gate-{name}")

    def scrub_to(self, position: int) -> None:
        self.root.get_by_label("Position").fill(str(position))

    def point(self, lane: str, t: int, row: float) -> tuple[float, float]:
        """Where on the screen a cell of a lane lies; `row` from 0 to 1."""
        box = self.root.locator(f'.lane[data-lane="{lane}"]').bounding_box()
        assert box is not None
        return box["x"] + (t + 0.5) * box["width"] / (self.place["last"] + 1), box["y"] + row * box["height"]
