"""The controls of /unrolled: widgets in, settings out.

A widget's key is its name in the address bar, and what it shows is its value there, so labels are kept short.
"""

from __future__ import annotations

import math
from typing import Any, get_args

import streamlit as st

from seqviz.recurrent.activations import ACTIVATIONS
from seqviz.recurrent.losses import LOSSES
from seqviz.text import Unit
from seqviz.ui.common import KEPT, name_of, notation_control
from seqviz.ui.settings import HIDDEN_SIZES, PRESETS, SCALES, SEEDS, STEP_LIMIT, TARGETS, TEXT_LIMIT, Settings
from seqviz.ui.state import set_widgets, start_widget


def unrolled_controls() -> Settings:
    """One row: text, presets, notation, and two drawers for the network and its weights."""
    start = Settings()
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        text = _text_input(
            f"Text: up to {STEP_LIMIT} tokens to step through, up to {TEXT_LIMIT:,} for the charts below",
            "text",
            start.text,
            width=420,
        )
        for name, values in PRESETS.items():
            st.button(name, key=f"preset-{name}", on_click=set_widgets, kwargs=dict(values))
        notation = notation_control("every label on the page follows").key
        with st.popover("Network"):
            network = _network_controls(start)
        with st.popover("Weights"):
            weights = _weight_controls(start)
    return Settings(text=text, notation=notation, **network, **weights)


def _network_controls(start: Settings) -> dict[str, Any]:
    unit = st.radio("Tokens", get_args(Unit), key="unit", horizontal=True, **KEPT)
    lower = st.toggle("Lower-case the text", start.lower, key="lower", **KEPT)
    targets = st.selectbox("Targets", list(TARGETS), key="targets", format_func=TARGETS.__getitem__, **KEPT)
    typed = _text_input(
        "Typed targets, one token a step; _ for none",
        "typed_targets",
        start.typed_targets,
        disabled=targets != "typed",
    )
    hidden = st.slider("Hidden units", *HIDDEN_SIZES, start.hidden, key="hidden", **KEPT)
    activation = st.selectbox("Activation g", list(ACTIVATIONS), key="activation", format_func=name_of, **KEPT)
    loss = st.selectbox("Loss", LOSSES, key="loss", format_func=name_of, **KEPT)
    return {
        "unit": unit,
        "lower": lower,
        "targets": targets,
        "typed_targets": typed,
        "hidden": hidden,
        "activation": activation,
        "loss": loss,
    }


def _weight_controls(start: Settings) -> dict[str, Any]:
    begin = st.selectbox("Hidden weights", ["random", "identity"], key="start", format_func=name_of, **KEPT)
    # decimal numbers shown as whole ones: a whole-number field fails on seed=inf in the address (Streamlit 1.67)
    low, high, first = (float(seed) for seed in (*SEEDS, start.seed))
    seed = st.number_input("Seed", low, high, first, step=1.0, format="%.0f", key="seed", **KEPT)
    scale = st.slider("Standard deviation", *SCALES, start.scale, step=0.05, key="scale", **KEPT)
    st.caption("Every number can be typed over in the table under the drawing.")
    return {
        "start": begin,
        "seed": math.floor(seed + 0.5),  # as the field rounds what it shows
        "scale": float(scale),
    }


def _text_input(label: str, key: str, default: str, **options: Any) -> str:
    """A text field that starts from the address. It is not bound to it: a pasted book would go there whole.

    The component writes the text to the address, where it is short enough (`seqviz.ui.components.unrolled_address`).
    """
    start_widget(key, st.query_params.get(key, default))
    return st.text_input(label, key=key, live="400ms", persist_state="session", **options) or ""
