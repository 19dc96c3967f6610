"""The score sheet as a reader reads it: its place, its lanes, the opened cell's numbers."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import numpy as np
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
        [strip.classList[1], strip.querySelector(".strip-number").textContent])),
})"""
_LANE = """(root, key) => {
    const lane = root.querySelector(`.lane[data-lane="${key}"]`);
    const label = root.querySelectorAll(".lane-name")[[...root.querySelectorAll(".lane")].indexOf(lane)];
    return {
        says: lane.querySelector(".picture").getAttribute("aria-label"),
        range: label.querySelector(".lane-range").textContent,
        tall: label.getAttribute("aria-expanded") === "true",
        height: lane.getBoundingClientRect().height,
        line: [...(lane.querySelector(".line .value")?.getAttribute("d") ?? "").matchAll(/[ML]([-\\d.]+) ([-\\d.]+)/g)]
            .map(([_, x, y]) => [Number(x), Number(y)]),
        pieces: [...lane.querySelectorAll("canvas")].map((canvas) => ({
            shape: [canvas.height, canvas.width, 4],
            data: [...canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data],
        })),
    };
}"""
_HINTS = """(root, [key, t]) => {
    const lane = root.querySelector(`.lane[data-lane="${key}"]`);
    const [box, steps] = [lane.getBoundingClientRect(), Number(root.querySelector(".scrub").max) + 1];
    const rows = lane.querySelector("canvas").height;
    return Array.from({ length: rows }, (_, row) => {
        const [x, y] = [((t + 0.5) / steps) * box.width, ((row + 0.5) / rows) * box.height];
        const there = { clientX: box.left + x, clientY: box.top + y, bubbles: true };
        lane.dispatchEvent(new PointerEvent("pointermove", there));
        return root.querySelector(".hint.on").textContent;
    });
}"""


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
        """equation, numbers, result, rows (every unit of each vector by symbol: those read, then the node's own),
        strips (the pinned unit's number on each wire, by the vector that it carries)."""
        return dict(self.root.evaluate(_OPENED))

    def lane(self, key: str) -> dict[str, Any]:
        """says (read aloud), range (beside it), tall, height, line (x and y of each step of the pinned unit, y from
        0 at the top to 100), pixels (rows, steps, 3: red, green, blue from 0 to 255)."""
        found = dict(self.root.evaluate(_LANE, key))
        pieces = [np.reshape(piece["data"], piece["shape"])[:, :, :3] for piece in found.pop("pieces")]
        return found | {"pixels": np.concatenate(pieces, axis=1)}

    def option(self, label: str) -> Locator:
        """A list to choose from above the sheet."""
        return self.root.get_by_role("combobox", name=label, exact=True)

    def hint(self, lane: str, t: int, row: float) -> str:
        """What the pointer reads over a cell of a lane; `row` from 0 to 1."""
        self.page.mouse.move(*self.point(lane, t, row))
        return self.root.locator(".hint.on").text_content() or ""

    def units_and_numbers(self, lane: str, t: int) -> list[tuple[int, str]]:
        """The unit, from 0, and the number that the pointer reads in each row of a lane of units at step t."""
        found = [re.search(r" · unit (\d+): (\S+)$", hint) for hint in self.root.evaluate(_HINTS, [lane, t])]
        return [(int(one[1]) - 1, one[2]) for one in found if one is not None]

    def pin(self, unit: int) -> None:
        """Pin a unit, from 1, by its number over the opened cell."""
        self.root.get_by_role("button", name=f"unit {unit}: pin it", exact=True).click()

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
