"""What pages share: a widget's manners, the notation switch, refusals, a chart, numbers in words."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, TypeVar

import plotly.graph_objects as go
import streamlit as st

from seqviz.figures.numbers import in_words
from seqviz.recurrent.notation import NOTATIONS, Notation, notation
from seqviz.ui import shell
from seqviz.ui.state import visit

Config = TypeVar("Config")

KEPT: Any = {"bind": "query-params", "persist_state": "session"}
SEED_LIMIT = 9999

NAMES: Mapping[str, str] = MappingProxyType(
    {
        "relu": "ReLU",
        "cross_entropy": "cross-entropy",
        "squared_error": "squared error",
        "radius": "random, set radius",
        "last": "last step",
        "every": "every step",
    }
)


def name_of(option: str) -> str:
    """An option as the reader and the address bar see it."""
    return NAMES.get(option, option)


def is_dark() -> bool:
    """Whether the reader's page is dark."""
    return bool(st.context.theme.type == "dark")


def notation_control(follows: str = "every symbol and equation follows") -> Notation:
    """The notation switch, the same on every page; `follows` says what changes with it here."""
    key = st.selectbox(
        "Notation",
        list(NOTATIONS),
        key="notation",
        width=130,
        help=f"Decks A, B, C and E of the lectures, PyTorch or Keras: {follows}.",
        **KEPT,
    )
    return notation(key)


def seed_control(key: str) -> int:
    """Whole numbers in a decimal field: a whole-number field fails on seed=inf in the address (Streamlit 1.67)."""
    value = st.number_input("Seed", 0.0, float(SEED_LIMIT), 0.0, step=1.0, format="%.0f", key=key, width=130, **KEPT)
    return math.floor(value + 0.5)  # as the field rounds what it shows


def forget_control(key: str, start: float) -> float:
    """The bias of an LSTM's forget gate."""
    return float(st.slider("LSTM: bias of the forget gate", -5.0, 5.0, start, 0.5, key=key, **KEPT))


def number_control(label: str, key: str, start: float, step: float, limits: tuple[float, float]) -> float:
    """A number without bounds in its field: what is out of range is refused in words, not silently dropped."""
    low, high = (in_words(limit) for limit in limits)
    value = st.number_input(
        label, value=start, step=step, format="%g", key=key, width=140, help=f"From {low} to {high}.", **KEPT
    )
    return float(start if value is None else value)


def check_field(label: str, value: float, limits: tuple[float, float]) -> None:
    """Refuse what a number field holds, under the name and in the digits that its reader sees.

    Raises:
        ValueError: the value is out of its bounds.
    """
    low, high = limits
    if low <= value <= high:
        return
    bounds = [in_words(limit) for limit in limits]
    held = in_words(value)
    if held in bounds:  # in three digits 1.0001 would be the bound itself
        held = f"{value:.12g}".replace("-", "−")
    raise ValueError(f"“{label}” is {held}, expected a number from {bounds[0]} to {bounds[1]}")


def accepted(view: str, build: Callable[[], Config], default: Config) -> Config:
    """What `build` makes of the controls; where it refuses, a sentence about it and what was shown before."""
    try:
        config = build()
    except ValueError as refusal:
        stays = "The picture stays as it was." if view in visit().last_good else "The picture is the example’s."
        st.warning(shell.plain(f"{as_sentence(str(refusal))} {stays}"))
        found: Config = visit().last_good.get(view, default)
        return found
    visit().last_good[view] = config
    return config


def as_sentence(refusal: str) -> str:
    """A refusal of the computing rooms as a reader would write it."""
    words = refusal.replace("_", " ").strip().rstrip(".")
    return f"{words[:1].upper()}{words[1:]}."


def chart(figure: go.Figure, key: str) -> None:
    """A figure across its column, with Plotly's own buttons; its camera saves an SVG named after the key."""
    options = {"format": "svg", "filename": f"seqviz-{key}"}
    st.plotly_chart(figure, key=key, config={"displaylogo": False, "toImageButtonOptions": options})


KINDS = {".csv": "text/csv", ".py": "text/x-python", ".json": "application/json"}


def offer(label: str, make: Callable[[], str | bytes] | str | bytes, name: str, *, key: str | None = None) -> None:
    """A file to take away, made when it is asked for.

    The click runs nothing again: a run would register the file anew, and where it is quicker than the browser's request
    for the old one, that request fails (Streamlit 1.67: "Deferred file … not found").
    """
    kind = KINDS.get(name[name.rfind(".") :], "application/octet-stream")
    st.download_button(label, make, name, kind, key=key, on_click="ignore")


def bullets(*sentences: str) -> str:
    """Sentences of our own as a Markdown list."""
    return "\n".join(f"- {sentence}" for sentence in sentences)


def explain(sentences: tuple[str, ...], source: str) -> None:
    """The end of every view: what to see, and who said it first."""
    st.subheader("What to see", anchor=False)
    st.markdown(bullets(*sentences))
    st.caption(f"Source: {source}")
