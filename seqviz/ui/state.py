"""What the app remembers about one visitor: the only door to `st.session_state`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import streamlit as st

_KEY = "visit"


@dataclass
class Visit:
    """One visitor's memory, beside what the widgets keep themselves.

    Attributes:
        routed: whether `shell.route` has run for this visitor (see `shell.open_page`).
        last_good: page → the last settings that could be computed, so that a mistake leaves the picture standing.
        typed: weights typed over the drawn ones (`seqviz.ui.weights`); None until first read from the address.
        table: the weight table on the screen; tables_reset: how often it was put back to the drawn weights.
    """

    routed: bool = False
    last_good: dict[str, Any] = field(default_factory=dict)
    typed: Any = None
    table: Any = None
    tables_reset: int = 0


def visit() -> Visit:
    """This visitor's memory, made on the first call."""
    if _KEY not in st.session_state:
        st.session_state[_KEY] = Visit()
    found = st.session_state[_KEY]
    assert isinstance(found, Visit)
    return found


def set_widgets(**values: object) -> None:
    """Set keyed widgets from a callback, e.g. a preset; their addresses follow."""
    for key, value in values.items():
        st.session_state[key] = value


def start_widget(key: str, value: object) -> None:
    """What a keyed widget holds when this visitor first sees it."""
    if key not in st.session_state:
        st.session_state[key] = value


def has_widget(key: str) -> bool:
    """Whether a keyed widget was on the page in the run before; what it held is gone once it was not."""
    return key in st.session_state
