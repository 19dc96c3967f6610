"""The score sheet with the cell opened at the cursor: its scripts, mounted with data."""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping
from functools import partial

import streamlit as st

from seqviz.ui.browser import STEPPER, browser_component
from seqviz.ui.state import triggered, visit

_sheet = browser_component(
    "seqviz_gates",
    (
        *STEPPER,
        "gates/data.js",
        "gates/colours.js",
        "gates/sheet.js",
        "gates/picture.js",
        "gates/wiring.js",
        "gates/cell.js",
        "gates/opened.js",
        "gates/main.js",
    ),
    "gates/style.css",
)


About = tuple[Hashable, ...]  # what a question to the sheet is about: the model, the text, the part that is shown
_WHY = re.compile(r"(\d{1,6})-(\d{1,6})")


def sheet(
    data: Mapping[str, object], address: Mapping[str, str | None], *, key: str, about: About | None = None
) -> None:
    """Mount the sheet; the same key keeps its place and what is pinned when the data change.

    `address` goes to the address bar, None takes out. A click on the read-out asks about `about`.
    """
    _sheet(data={**data, "address": dict(address)}, key=key, on_explain_change=partial(_explain, key, about))


def explained(about: About) -> tuple[int, int] | None:
    """The (step, class) that the reader asked about on this very text, here or in the address."""
    if visit().explained is None and "why" in st.query_params:
        found = _WHY.fullmatch(st.query_params["why"])
        visit().explained = (about, (int(found[1]), int(found[2]))) if found else None
    asked = visit().explained
    return asked[1] if asked is not None and asked[0] == about else None


def written_explained(about: About) -> str | None:
    """The same for the address bar."""
    asked = explained(about)
    return None if asked is None else f"{asked[0]}-{asked[1]}"


def _explain(key: str, about: About | None) -> None:
    """A cell of the read-out was clicked: its dependence on the tokens is asked for; a second time: no more."""
    message = triggered(key, "explain")
    if about is None or not isinstance(message, dict):
        return
    step, output = message.get("step"), message.get("output")
    if isinstance(step, int) and isinstance(output, int):
        asked = (about, (step, output))
        visit().explained = (about, None) if visit().explained == asked else asked
