"""View 1 of /gradients: ‖∂L/∂h_t‖ over the steps, its bound, and where the eigenvalues lie."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
import streamlit as st

from seqviz.figures.gradients import norms_over_time
from seqviz.figures.spectrum import spectrum
from seqviz.learning.elman import ACTIVATIONS
from seqviz.learning.flow import CELLS, LIMITS, LOSSES, FlowConfig
from seqviz.learning.initialisation import INITIALISATIONS
from seqviz.records import GradientFlow
from seqviz.ui.common import (
    KEPT,
    accepted,
    bullets,
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
from seqviz.ui.gradients.compute import flow
from seqviz.ui.state import set_widgets, visit

VIEW = "Over time"
BASE = FlowConfig()
START = tuple(FlowConfig(cell=cell) for cell in CELLS)
_ELMAN = {"cells": ["Elman"], "hidden": 64, "loss": "last"}
PRESETS: Mapping[str, Mapping[str, object]] = MappingProxyType(
    {
        "vanishes": _ELMAN | {"activation": "tanh", "initialisation": "radius", "scale": 0.8, "length": 100},
        "explodes": _ELMAN | {"activation": "tanh", "initialisation": "radius", "scale": 3.0, "length": 100},
        "overflows to NaN": _ELMAN | {"activation": "relu", "initialisation": "radius", "scale": 10.0, "length": 400},
        "kept alive": _ELMAN | {"activation": "identity", "initialisation": "orthogonal", "scale": 1.0, "length": 100},
    }
)
_ABOUT = {
    "vanishes": "A simple cell whose recurrent matrix has the spectral radius 0.8.",
    "explodes": "The same cell with radius 3: its states stay within ±1, its gradient does not.",
    "overflows to NaN": "Hugely assigned weights: radius 10, ReLU, 400 steps.",
    "kept alive": "An orthogonal matrix and no squashing: no step stretches or shrinks.",
}


def show(symbol: str) -> None:
    """The whole view; `symbol` is the hidden state's letter."""
    controls = _Controls()
    configs = accepted(VIEW, controls.configs, START)
    flows = [flow(config) for config in configs]
    dark, overflows = is_dark(), any(not np.isfinite(found.norms).all() for found in flows)
    asked = controls.predict and len(flows[0].norms) > 1
    answer = _answer_to(configs)
    hidden = asked and answer is None
    left, right = st.columns([3, 2], gap="medium")
    with left:
        if hidden:
            _question(configs, flows[0])
        else:
            if controls.predict and not asked:
                st.info("With one step there is nothing to predict.")
            elif asked and answer is not None:
                st.info(words.verdict(answer, flows[0]))
            if overflows:  # there is little to see, so the words come first
                st.markdown(bullets(*map(words.told, flows)))
            chart(norms_over_time(flows, symbol, dark), "norms-over-time")
    with right:
        chart(spectrum(flows[0], dark), "spectrum")
        st.caption(words.about_spectrum(flows[0], configs[0].cell))
    if not hidden and not overflows:
        st.markdown(bullets(*map(words.told, flows)))
    cells = [config.cell for config in configs]
    st.caption(words.set_up(configs[0], lstm="LSTM" in cells))
    with st.container(horizontal=True):
        offer("Numbers (CSV)", lambda: tables.flows_csv(flows), "gradients.csv")
        offer("PyTorch script", lambda: scripts.flow_script(configs), "gradients.py")
    explain(
        words.lessons(flows, cells, symbol),
        "Hochreiter 1991; Bengio, Simard and Frasconi 1994; Pascanu, Mikolov and Bengio 2013; lecture deck A.",
    )


# ── controls ─────────────────────────────────────────────────────────────────────────────────────────────────


class _Controls:
    """The widgets, with their values as attributes."""

    def __init__(self) -> None:
        with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
            self.cells = st.pills("Cells", CELLS, default=CELLS, selection_mode="multi", key="cells", **KEPT)
            self.activation = st.selectbox(
                "Activation g (Elman)", list(ACTIVATIONS), key="activation_g", format_func=name_of, width=150, **KEPT
            )
            self.initialisation = st.selectbox(
                "Recurrent matrix",
                INITIALISATIONS,
                index=INITIALISATIONS.index(BASE.initialisation),
                key="matrix",
                format_func=name_of,
                width=180,
                **KEPT,
            )
            low, high = LIMITS["scale"]
            self.scale = st.slider(
                "Radius or scale", low, high, BASE.scale, step=0.05, key="radius", width=200,
                help="The spectral radius where it is set; else the factor of the matrix. The limit is 10.", **KEPT,
            )  # fmt: skip
            first, last = (int(limit) for limit in LIMITS["length"])
            self.length = st.slider("Steps T", first, last, BASE.length, key="length", width=180, **KEPT)
            with st.popover("More"):
                first, last = (int(limit) for limit in LIMITS["hidden"])
                self.hidden = st.slider("Hidden units", first, last, BASE.hidden, key="units", **KEPT)
                self.loss = st.radio("Loss at", LOSSES, key="loss_at", format_func=name_of, horizontal=True, **KEPT)
                self.forget_bias = forget_control("forget_bias", BASE.forget_bias)
                self.seed = seed_control("flow_seed")
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            for name, values in PRESETS.items():
                st.button(name, key=f"preset-{name}", on_click=set_widgets, kwargs=_as_widgets(values))
            self.predict = st.toggle("Predict first", key="predict", **KEPT)
            if about := self._about_preset():
                st.caption(about)

    def _about_preset(self) -> str:
        """What the preset is that the widgets hold now; empty for none. No tooltip: it would lie over the controls."""
        held = {name: getattr(self, name) for name in PRESETS["vanishes"]} | {"cells": list(self.cells or ())}
        return next((_ABOUT[name] for name, values in PRESETS.items() if dict(values) == held), "")

    def configs(self) -> tuple[FlowConfig, ...]:
        """One network a chosen cell.

        Raises:
            ValueError: none is chosen, or a value is out of its bounds.
        """
        if not self.cells:
            raise ValueError(f"no cell is chosen, expected 1 or more of {', '.join(CELLS)}")
        return tuple(
            FlowConfig(
                cell=cell,
                activation=self.activation,
                initialisation=self.initialisation,
                scale=float(self.scale),
                hidden=self.hidden,
                length=self.length,
                loss=self.loss,
                forget_bias=self.forget_bias,
                seed=self.seed,
            )
            for cell in CELLS
            if cell in self.cells
        )


_KEYS = {
    "activation": "activation_g",
    "initialisation": "matrix",
    "scale": "radius",
    "hidden": "units",
    "loss": "loss_at",
}


def _as_widgets(values: Mapping[str, object]) -> dict[str, object]:
    return {_KEYS.get(name, name): value for name, value in values.items()}


# ── predict first ────────────────────────────────────────────────────────────────────────────────────────────


def _answer_to(configs: tuple[FlowConfig, ...]) -> str | None:
    """What the reader answered to this very question; None if it was not asked yet."""
    guess = visit().guess
    return guess[1] if guess is not None and guess[0] == configs else None


def _question(configs: tuple[FlowConfig, ...], first: GradientFlow) -> None:
    def answer(said: str) -> None:
        visit().guess = configs, said

    with st.container(border=True):
        st.markdown(f"**Predict first.** {first.name}, {len(first.norms)} steps.")
        st.markdown("Will the norm at t = 1 be larger or smaller than at t = T?")
        with st.container(horizontal=True):
            for said in ("larger", "smaller", "skip"):
                st.button(said.capitalize(), key=f"guess-{said}", on_click=answer, args=(said,))
        st.caption("The plot appears with your answer. The eigenvalues beside this are a hint.")
