"""View 2 of /gradients: activations, initialisations and gated cells as cures, side by side on one scale."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import streamlit as st

from seqviz.figures.gradients import small_multiples
from seqviz.figures.numbers import in_words
from seqviz.learning.flow import LIMITS, LOSSES, FlowConfig
from seqviz.records import GradientFlow
from seqviz.ui.gradients import tables
from seqviz.ui.gradients.common import KEPT, accepted, bullets, chart, explain, is_dark, name_of, seed_control
from seqviz.ui.gradients.compute import multiples

VIEW = "Small multiples"
START = FlowConfig()
SIZE_LIMIT = 25_600  # hidden units × steps: fifteen networks at once take a second there
LAYOUTS = ("table", "one column")

Panels = Mapping[tuple[str, str], GradientFlow]


def show(symbol: str) -> None:
    """The whole view; `symbol` is the hidden state's letter."""
    build, layout = _controls()
    config = accepted(VIEW, build, START)
    panels = multiples(config)
    columns = None if layout == LAYOUTS[0] else 1
    chart(small_multiples(panels, columns, symbol, is_dark(), panel=112), "small-multiples")
    st.markdown(told(panels))
    with st.container(horizontal=True):
        flows = list(panels.values())
        st.download_button("Numbers (CSV)", lambda: tables.flows_csv(flows), "small-multiples.csv", "text/csv")
    explain(
        (
            "All networks of one seed read the same numbers and share one scale. The sigmoid's slope is at most ¼, so "
            "its gradient is gone after a few dozen steps, however the matrix begins. tanh has the slope 1 at 0 alone.",
            "ReLU has the slope 1 where a unit is on: with the identity to begin with, what is kept going forward is "
            "kept going back (Le, Jaitly and Hinton 2015). It has no ceiling either: a larger scale makes it explode.",
            "LSTM and GRU come with a way past the matrix. How much they keep depends on their gates, and an untrained "
            "gate stands about half open: training has to open it.",
        ),
        "Pascanu, Mikolov and Bengio 2013; Saxe, McClelland and Ganguli 2014; Le, Jaitly and Hinton 2015; deck A.",
    )


def _controls() -> tuple[Any, str]:
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
        seed = seed_control("grid_seed")
        layout = st.segmented_control(
            "Panels as", LAYOUTS, default=LAYOUTS[0], required=True, key="panels", help="One column suits a phone.",
            **KEPT,
        )  # fmt: skip

    def build() -> FlowConfig:
        if hidden * length > SIZE_LIMIT:
            raise ValueError(
                f"{hidden} hidden units × {length} steps are {hidden * length:,}, expected at most {SIZE_LIMIT:,}"
            )
        return FlowConfig(scale=float(scale), length=length, hidden=hidden, loss=loss, seed=seed)

    return build, layout or LAYOUTS[0]


def told(panels: Panels) -> str:
    """Who kept the most of the gradient and who the least, with both numbers."""
    kept = {key: _kept(flow) for key, flow in panels.items()}
    comparable = {key: share for key, share in kept.items() if np.isfinite(share) and share > 0}
    lines = []
    if comparable:
        lines = [
            f"{word}: **{network}, {start}**. At t = 1 the norm is {in_words(comparable[start, network])} times that "
            "at t = T."
            for word, (start, network) in (
                ("Nearest to keeping it", min(comparable, key=lambda key: abs(np.log10(comparable[key])))),
                ("Least is left", min(comparable, key=comparable.__getitem__)),
                ("It grows most", max(comparable, key=comparable.__getitem__)),
            )
            if word != "It grows most" or comparable[start, network] > 1
        ]
    gone, lost = sum(share == 0 for share in kept.values()), sum(not np.isfinite(share) for share in kept.values())
    lines += [f"In {gone} of {len(kept)} networks exactly nothing arrives."] if gone else []
    lines += [f"In {lost} of {len(kept)} networks the numbers overflow."] if lost else []
    return bullets(*lines)


def _kept(flow: GradientFlow) -> float:
    """‖∂L/∂h_1‖ / ‖∂L/∂h_T‖; 0 if nothing arrives, nan where one is no number or nothing sets out."""
    first, last = float(flow.norms[0]), float(flow.norms[-1])
    if not (np.isfinite(first) and np.isfinite(last)) or (last == 0.0 and first > 0.0):
        return float("nan")
    return first / last if last else 0.0
