"""View 3 of /gradients: a training that explodes, and the same with its gradient clipped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Literal

import numpy as np
import streamlit as st

from seqviz.figures.clipping import clipped_losses, clipped_norms, clipped_time_norms, turned_angle
from seqviz.figures.components import before_after, component_histogram
from seqviz.figures.numbers import in_words
from seqviz.learning.explosion import ACTIVATIONS, BASELINE, LIMITS, ExplosionConfig
from seqviz.records import Array, ClippingRun
from seqviz.ui.gradients import scripts, tables
from seqviz.ui.gradients.common import (
    KEPT,
    accepted,
    bullets,
    chart,
    explain,
    is_dark,
    name_of,
    number_control,
    seed_control,
)
from seqviz.ui.gradients.compute import clipped
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
_LAST = 10  # updates over which the final loss is a mean: each sees a new batch


def show(symbol: str) -> None:
    """The whole view; `symbol` is the hidden state's letter."""
    config = accepted(VIEW, _controls(), START)
    runs = clipped(config)
    dark = is_dark()
    left, right = st.columns(2, gap="medium")
    with left:
        chart(clipped_losses(runs, dark), "loss-over-updates")
        st.markdown(_table(runs))
        st.markdown(bullets(*filter(None, map(told, runs))))
    with right:
        chart(clipped_norms(runs, dark), "norms-over-updates")
    _closer(config, symbol)
    with st.container(horizontal=True):
        st.download_button("Numbers (CSV)", lambda: tables.runs_csv(runs), "clipping.csv", "text/csv")
        st.download_button("PyTorch script", lambda: scripts.clipping_script(config), "clipping.py", "text/x-python")
    explain(
        (
            "The task is to remember a running sum; who always answers the mean has a loss of 1. To solve it the "
            "network has to bring an eigenvalue up to 1. Just beyond, the loss grows like its power 2T: a wall.",
            "**By norm** shortens the gradient and keeps its direction: the angle is 0. **By value** cuts every "
            "component on its own, so the gradient may turn, here by tens of degrees.",
            f"Clipping makes the larger learning rate safe. It is not always needed: at a tenth of it, {TENTH:g}, "
            "the training without clipping gets through as well, and steps clipped at norm 1 are then too short to "
            "arrive in 100 updates. The button above shows it.",
        ),
        "Pascanu, Mikolov and Bengio 2013; lecture deck A (clipvalue 0.5).",
    )


# ── controls ─────────────────────────────────────────────────────────────────────────────────────────────────


def _controls() -> Any:
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
    return lambda: replace(
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


# ── closer ───────────────────────────────────────────────────────────────────────────────────────────────────


@st.fragment
def _closer(config: ExplosionConfig, symbol: str) -> None:
    """One update under the glass; moving its slider draws nothing else anew."""
    dark = is_dark()
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        which = st.segmented_control("Look closer", CLOSER, default=CLOSER[0], required=True, key="closer", **KEPT)
        update = 0
        if which != "angle" and config.updates > 1:
            keep_within("at_update", 0, config.updates - 1)
            start = min(8, config.updates - 1)
            update = st.slider("At update", 0, config.updates - 1, start, key="at_update", width=320, **KEPT)
    single = which in ("components", "two components as arrows")  # a record keeps the components of one update alone
    runs = clipped(replace(config, inspect=update) if single else config)
    longest = max(len(run.losses) for run in runs) - 1
    if which == "angle":
        chart(turned_angle(runs, dark), "angle")
    elif which == "components":
        for column, run in zip(st.columns(3), runs, strict=True):
            with column:
                _one(run, "components", dark)
    elif which == "two components as arrows":
        st.caption("Two of the gradient's components, before and after: by value, one beyond the limit and one within.")
        for column, run in zip(st.columns(2), runs[1:], strict=True):
            with column:
                _one(run, "arrows", dark)
    else:
        chart(clipped_time_norms(runs, min(update, longest), symbol, dark), "norms-over-time-steps")


def _one(run: ClippingRun, what: str, dark: bool) -> None:
    """One run's gradient at the update that its record keeps."""
    if not np.isfinite(run.components).all():
        st.caption(f"{run.name}, update {run.inspected}: this gradient is no finite number.")
    elif what == "components":
        chart(component_histogram(run, dark), f"components-{run.name.split()[1]}")
    elif run.threshold is not None:
        kind: Literal["norm", "value"] = "value" if "value" in run.name else "norm"
        pair = arrow_pair(run.components, run.threshold if kind == "value" else None)
        st.markdown(f"**{run.name}**, update {run.inspected}: components {pair[0] + 1} and {pair[1] + 1}")
        before, after = run.components[pair], run.components_after[pair]
        chart(before_after(before, after, run.threshold, kind, dark), f"arrows-{kind}")


def arrow_pair(components: Array, limit: float | None) -> list[int]:
    """Which two components to draw: the largest; where values are clipped, one beyond the limit and one within."""
    sizes = np.abs(components)
    if limit is None:
        return [int(place) for place in np.argsort(-sizes, kind="stable")[:2]]
    first = int(np.argmin(np.abs(sizes - 3 * limit)))
    others = np.abs(sizes - limit / 2)
    others[first] = np.inf
    return [first, int(np.argmin(others))]


# ── words ────────────────────────────────────────────────────────────────────────────────────────────────────


def _table(runs: Sequence[ClippingRun]) -> str:
    """The three outcomes as a Markdown table."""
    rows = [f"| run | final loss (mean of {_LAST}) | stopped at | largest angle |", "|---|---|---|---|"]
    for run in runs:
        stopped = "ran to its end" if run.stopped_at is None else f"update {run.stopped_at}"
        rows.append(f"| {run.name} | {in_words(final_loss(run))} | {stopped} | {largest_angle(run):.1f}° |")
    return "\n".join(rows)


def final_loss(run: ClippingRun) -> float:
    """The mean over the last updates; what the run stopped on, where it was stopped."""
    return float(run.losses[-1] if run.stopped_at is not None else run.losses[-_LAST:].mean())


def largest_angle(run: ClippingRun) -> float:
    """Degrees by which clipping turned a gradient at most."""
    return float(run.angles[np.isfinite(run.angles)].max(initial=0.0))


def told(run: ClippingRun) -> str:
    """What became of a run that did not simply learn; empty for one that did."""
    if run.stopped_at is not None:
        return f"**{run.name}** was stopped at update {run.stopped_at}. {run.reason}"
    if final_loss(run) > BASELINE:
        return f"**{run.name}** did not overflow, but ends worse than who always answers the mean."
    return ""
