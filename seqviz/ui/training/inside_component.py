"""The sheet with two cursors, training time and token: its scripts, mounted with data."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from seqviz.ui.browser import browser_component

_inside = browser_component(
    "seqviz_inside",
    (
        "shared/text.js",
        "shared/player.js",
        "shared/save.js",
        "shared/view.js",
        "gates/data.js",
        "gates/colours.js",
        "gates/sheet.js",
        "training/inside_data.js",
        "training/inside_time.js",
        "training/inside_answers.js",
        "training/inside.js",
    ),
    "gates/style.css",
    "training/inside.css",
)


def inside(data: Mapping[str, object], *, key: str, on_ask: Callable[[], None]) -> None:
    """Mount the sheet; the same key keeps its cursors when the data change."""
    _inside(data=dict(data), key=key, on_ask_change=on_ask)
