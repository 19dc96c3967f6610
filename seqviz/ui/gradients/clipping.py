"""View 3 of /gradients: a training that explodes, and the same with its gradient clipped."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType

import numpy as np
import streamlit as st

from seqviz.figures.clipping import clipped_losses, clipped_norms, clipped_time_norms, turned_angle
from seqviz.figures.components import before_after, component_histogram
from seqviz.learning.explosion import ACTIVATIONS, LIMITS, ExplosionConfig, component_name
from seqviz.records import ClippingRun
from seqviz.ui.common import (
    KEPT,
    accepted,
    bullets,
    chart,
    check_field,
    explain,
    is_dark,
    name_of,
    number_control,
    offer,
    seed_control,
)
from seqviz.ui.gradients import outcomes, scripts, tables
from seqviz.ui.gradients.compute import clipped, components
from seqviz.ui.state import keep_within, set_widgets

VIEW = "Clipping"
START = ExplosionConfig(hidden=16, length=30, updates=100, learning_rate=0.03)
TENTH = START.learning_rate / 10
PRESETS: Mapping[str, Mapping[str, object]] = MappingProxyType(
    {
        name: {
            "rate": rate,
            "clip_norm": START.norm_threshold,
            "clip_value": START.value_threshold,
            "start_radius": START.radius,
            "clip_g": START.activation,
            "clip_steps": START.length,
            "updates": START.updates,
            "clip_seed": 0.0,
        }
        for name, rate in (("explodes", START.learning_rate), ("a tenth of the rate", TENTH))
    }
)
CLOSER = ("over time steps", "components", "two components as arrows", "angle")


def show(symbol: str) -> None:
    """The whole view; `symbol` is the hidden state's letter."""
    config = accepted(VIEW, _controls(), START)
    runs = clipped(config)
    dark = is_dark()
    left, right = st.columns(2, gap="medium")
    with left:
        chart(clipped_losses(runs, dark), "loss-over-updates")
        st.markdown(outcomes.table(runs))
        st.markdown(bullets(*filter(None, map(outcomes.told, runs))))
    with right:
        chart(clipped_norms(runs, dark), "norms-over-updates")
    _closer(config, symbol)
    with st.container(horizontal=True):
        offer("Numbers (CSV)", lambda: tables.runs_csv(runs), "clipping.csv")
        offer("PyTorch script", lambda: scripts.clipping_script(config), "clipping.py")
    explain(
        outcomes.lessons(config, runs, START),
        "Pascanu, Mikolov and Bengio 2013; lecture deck A (clipvalue 0.5).",
    )


# ── controls ─────────────────────────────────────────────────────────────────────────────────────────────────


def _controls() -> Callable[[], ExplosionConfig]:
    """The widgets; what comes back builds what they ask for, or refuses."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        rate = number_control("Learning rate η", "rate", START.learning_rate, 0.01, LIMITS["learning_rate"])
        by_norm = number_control("Clip norm at", "clip_norm", START.norm_threshold, 0.5, LIMITS["norm_threshold"])
        by_value = number_control("Clip values at", "clip_value", START.value_threshold, 0.1, LIMITS["value_threshold"])
        first, last = (int(limit) for limit in LIMITS["updates"])
        updates = st.slider("Updates", first, last, START.updates, key="updates", width=160, **KEPT)
        activation = st.selectbox("Activation g", ACTIVATIONS, key="clip_g", format_func=name_of, width=130, **KEPT)
        with st.popover("More"):
            low, high = LIMITS["radius"]
            radius = st.slider("Radius to begin with", low, high, START.radius, 0.05, key="start_radius", **KEPT)
            first, last = (int(limit) for limit in LIMITS["length"])
            length = st.slider("Steps T", first, last, START.length, key="clip_steps", **KEPT)
            seed = seed_control("clip_seed")
            st.caption(f"{START.hidden} hidden units, {START.batch} new sequences an update.")
        for name, values in PRESETS.items():
            st.button(name, key=f"preset-{name}", on_click=set_widgets, kwargs=dict(values))

    def build() -> ExplosionConfig:
        check_field("Learning rate η", rate, LIMITS["learning_rate"])
        check_field("Clip norm at", by_norm, LIMITS["norm_threshold"])
        check_field("Clip values at", by_value, LIMITS["value_threshold"])
        return replace(
            START,
            learning_rate=rate,
            norm_threshold=by_norm,
            value_threshold=by_value,
            updates=updates,
            activation=activation,
            radius=float(radius),
            length=length,
            seed=seed,
        )

    return build


# ── closer ───────────────────────────────────────────────────────────────────────────────────────────────────


@st.fragment
def _closer(config: ExplosionConfig, symbol: str) -> None:
    """One update under the glass; moving its slider draws nothing else anew."""
    dark = is_dark()
    runs = clipped(config)
    longest = max(len(run.losses) for run in runs)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        which = st.segmented_control("Look closer", CLOSER, default=CLOSER[0], required=True, key="closer", **KEPT)
        update = 1
        if which != "angle" and longest > 1:
            keep_within("at_update", 1, longest)
            update = st.slider("At update", 1, longest, min(9, longest), key="at_update", width=320, **KEPT)
    if which == "angle":
        chart(turned_angle(runs, dark), "angle")
    elif which == "components":
        for column, (style, run) in zip(st.columns(3), enumerate(components(config, update)), strict=True):
            with column:
                _one(config, run, update, style)
    elif which == "two components as arrows":
        st.caption("W_hh[8, 12] is row 8, column 12 of the recurrent matrix, counted from 1.")
        for column, style in zip(st.columns(2), (1, 2), strict=True):
            with column:
                _one(config, components(config, update)[style], update, style, arrows=True)
    else:
        chart(clipped_time_norms(runs, update, symbol, dark), "norms-over-time-steps")


def _one(config: ExplosionConfig, run: ClippingRun, update: int, style: int, arrows: bool = False) -> None:
    """One run's gradient at one update, or at the last finite one before it."""
    if run.inspected < update:
        st.caption(f"{run.name} was stopped at update {run.stopped_at}: this is update {run.inspected}.")
    if not np.isfinite(run.components).all():
        st.caption(f"{run.name}, update {run.inspected}: this gradient is no finite number.")
    elif not arrows:
        chart(component_histogram(run, is_dark(), style), f"components-{run.kind}")
    elif run.threshold is not None and run.kind != "none":
        pair = outcomes.arrow_pair(run.components, run.threshold if run.kind == "value" else None)
        first, second = (component_name(config, place) for place in pair)
        st.markdown(outcomes.pair_told(run, pair, (first, second)))
        figure = before_after(
            run.components[pair],
            run.components_after[pair],
            run.threshold,
            run.kind,
            is_dark(),
            names=(f"∂L/∂{first}", f"∂L/∂{second}"),
            whole=float(run.norms_before[run.inspected - 1]) if run.kind == "norm" else None,
            style=style,
        )
        chart(figure, f"arrows-{run.kind}")
