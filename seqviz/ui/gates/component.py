"""The score sheet with the cell opened at the cursor: its scripts, mounted with data."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from seqviz.ui.browser import browser_component
from seqviz.ui.state import triggered, visit

_sheet = browser_component(
    "seqviz_gates",
    (
        "shared/text.js",
        "shared/player.js",
        "shared/toolbar.js",
        "shared/save.js",
        "gates/data.js",
        "gates/colours.js",
        "gates/sheet.js",
        "gates/wiring.js",
        "gates/cell.js",
        "gates/opened.js",
        "gates/main.js",
    ),
    "gates/style.css",
)


def sheet(data: Mapping[str, object], *, key: str) -> None:
    """Mount the sheet; the same key keeps its place and what is pinned when the data change."""
    _sheet(data=dict(data), key=key, on_explain_change=partial(_explain, key))


def _explain(key: str) -> None:
    """A cell of the read-out was clicked: its dependence on the tokens is asked for."""
    message = triggered(key, "explain")
    if isinstance(message, dict) and all(isinstance(message.get(name), int) for name in ("step", "output")):
        visit().explained = (message["step"], message["output"])
