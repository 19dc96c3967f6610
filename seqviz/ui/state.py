"""What the app remembers about one visitor: the only door to `st.session_state`."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
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
        tables: parameter → the weight table on the screen.
        tables_reset: how often they were put back to the drawn weights.
        updates: those made on /unrolled (`seqviz.ui.updates`), None before the first run.
        refused_update: a sentence about the last press of Update, if it was refused.
        presses: how often a button of the learning bar was pressed; each must be answered, changed or not.
        guess: on /gradients, what the reader was asked about and what the answer was.
        gates_opened: whether /gates has read the text in the address.
        explained: on /gates, the text and the (step, class) of its read-out whose dependence on the tokens is shown.
        own_model: on /gates, the model in the reader's own file.
        owner: what this visitor is called in the training service; "" before the first training.
        runs: on /training, the runs that stand side by side. refused_run: a sentence about one that was not taken.
        earlier_runs: those that stood there before; they come back where the new ones are refused.
        own: on /training, task → the reader's own data, as last read.
        training_guess: on /training, which runs the reader was asked about and what the answer was.
        prepared: on /training, run → its model file and script, made when asked for.
        inside: what was computed of those runs (`seqviz.ui.training.kept`), None before the first look.
        kmeans: what was dragged, clicked, opened and asked for on /kmeans (`seqviz.ui.kmeans.kept`).
    """

    routed: bool = False
    last_good: dict[str, Any] = field(default_factory=dict)
    typed: Any = None
    tables: dict[str, Any] = field(default_factory=dict)
    tables_reset: int = 0
    updates: Any = None
    refused_update: str | None = None
    presses: int = 0
    guess: tuple[Any, str] | None = None
    gates_opened: bool = False
    explained: Any = None
    own_model: Any = None
    owner: str = ""
    runs: list[Any] = field(default_factory=list)
    refused_run: str | None = None
    earlier_runs: list[Any] = field(default_factory=list)
    own: dict[str, Any] = field(default_factory=dict)
    training_guess: tuple[Any, str] | None = None
    prepared: dict[str, Any] = field(default_factory=dict)
    inside: Any = None
    kmeans: Any = None


def visit() -> Visit:
    """This visitor's memory, made on the first call."""
    if _KEY not in st.session_state:
        st.session_state[_KEY] = Visit()
    found = st.session_state[_KEY]
    if not isinstance(found, Visit):  # our modules were loaded anew, as `make run WATCH=auto` does
        known = {one.name for one in fields(Visit)}
        found = st.session_state[_KEY] = Visit(**{name: value for name, value in vars(found).items() if name in known})
    return found


def set_widgets(**values: object) -> None:
    """Set keyed widgets from a callback, e.g. a preset; their addresses follow."""
    for key, value in values.items():
        st.session_state[key] = value


def start_widget(key: str, value: object) -> None:
    """What a keyed widget holds when this visitor first sees it."""
    if key not in st.session_state:
        st.session_state[key] = value


def triggered(key: str, name: str) -> object:
    """What a component has just sent under `name`; None where it sent nothing."""
    return st.session_state[key].get(name) if key in st.session_state else None


def held(key: str, default: object = None) -> object:
    """What a keyed widget holds; `default` where it holds nothing or was not on the page in the run before."""
    return st.session_state.get(key, default)


def has_widget(key: str) -> bool:
    """Whether a keyed widget was on the page in the run before; what it held is gone once it was not."""
    return key in st.session_state


def keep_within(key: str, low: float, high: float) -> None:
    """Pull what a keyed slider holds back into its range, where other controls have just moved the range.

    Streamlit raises on a stored value outside; call it before the slider.
    """
    if key in st.session_state and isinstance(st.session_state[key], int | float):
        held = st.session_state[key]
        if not low <= held <= high:
            st.session_state[key] = min(max(held, low), high)
