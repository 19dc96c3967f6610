"""View 2 of /gradients: activations, initialisations and gated cells as cures, side by side on one scale."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from seqviz.figures.gradients import small_multiples
from seqviz.learning.flow import LIMITS, LOSSES, FlowConfig
from seqviz.ui.common import (
    KEPT,
    accepted,
    chart,
    explain,
    forget_control,
    is_dark,
    name_of,
    offer,
    seed_control,
)
from seqviz.ui.gradients import flows as words
from seqviz.ui.gradients import scripts, tables
from seqviz.ui.gradients.compute import multiples, networks

VIEW = "Small multiples"
START = FlowConfig()
SIZE_LIMIT = 25_600  # hidden units × steps: fifteen networks at once take a second there
LAYOUTS = ("as fits", "table", "one column")
_STYLE = """<style>
@media (max-width: 640px) { .st-key-panels-table { display: none; } }
@media (min-width: 641px) { .st-key-panels-one-column { display: none; } }
</style>"""  # the server does not know how wide a screen is: both are sent, the browser shows one


def show(symbol: str) -> None:
    """The whole view; `symbol` is the hidden state's letter."""
    build, layout = _controls()
    config = accepted(VIEW, build, START)
    panels = multiples(config)
    for shape in LAYOUTS[1:] if layout == LAYOUTS[0] else (layout,):
        with st.container(key=f"panels-{shape.replace(' ', '-')}" if layout == LAYOUTS[0] else None):
            columns = None if shape == LAYOUTS[1] else 1
            chart(small_multiples(panels, columns, symbol, is_dark(), panel=112), f"small-multiples-{shape}")
    st.html(_STYLE)
    st.markdown(words.told_of_all(panels))
    st.caption(words.set_up(config, lstm=True))
    with st.container(horizontal=True):
        flows = list(panels.values())
        offer("Numbers (CSV)", lambda: tables.flows_csv(flows), "small-multiples.csv")
        offer("PyTorch script", lambda: scripts.flow_script(networks(config)), "small-multiples.py")
    explain(
        words.lessons_of_all(panels, config),
        "Pascanu, Mikolov and Bengio 2013; Saxe, McClelland and Ganguli 2014; Le, Jaitly and Hinton 2015; deck A.",
    )


def _controls() -> tuple[Callable[[], FlowConfig], str]:
    """The widgets: what builds the networks that they ask for, or refuses; and how to lay the panels out."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        low, high = LIMITS["scale"]
        scale = st.slider("Scale of the matrix", low, high, START.scale, 0.05, key="grid_scale", width=200, **KEPT)
        first, last = (int(limit) for limit in LIMITS["length"])
        length = st.slider("Steps T", first, last, START.length, key="grid_steps", width=180, **KEPT)
        first, last = (int(limit) for limit in LIMITS["hidden"])
        hidden = st.slider(
            "Hidden units", first, last, START.hidden, key="grid_units", width=180,
            help=f"Units × steps up to {SIZE_LIMIT:,}: these are fifteen networks.", **KEPT,
        )  # fmt: skip
        loss = st.selectbox("Loss at", LOSSES, key="grid_loss", format_func=name_of, width=130, **KEPT)
        with st.popover("More"):
            forget = forget_control("grid_forget", START.forget_bias)
            seed = seed_control("grid_seed")
        layout = st.segmented_control(
            "Panels as", LAYOUTS, default=LAYOUTS[0], required=True, key="panels",
            help="As fits: a table, on a phone one column.", **KEPT,
        )  # fmt: skip

    def build() -> FlowConfig:
        if hidden * length > SIZE_LIMIT:
            raise ValueError(
                f"{hidden} hidden units × {length} steps are {hidden * length:,}, expected at most {SIZE_LIMIT:,}"
            )
        return FlowConfig(scale=float(scale), length=length, hidden=hidden, loss=loss, forget_bias=forget, seed=seed)

    return build, layout or LAYOUTS[0]
