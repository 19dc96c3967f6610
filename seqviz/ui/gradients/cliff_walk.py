"""View 4 of /gradients: the wall in the loss of one unit with two parameters, and two paths that meet it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
import streamlit as st

from seqviz.figures.cliff import cliff_map, cliff_surface
from seqviz.figures.numbers import in_words
from seqviz.learning.cliff import BOUND, LIMITS, CliffConfig
from seqviz.records import Array, Cliff
from seqviz.ui.common import (
    KEPT,
    accepted,
    bullets,
    chart,
    check_field,
    explain,
    is_dark,
    number_control,
    offer,
)
from seqviz.ui.gradients import small_scripts, tables
from seqviz.ui.gradients.compute import walked
from seqviz.ui.state import set_widgets

VIEW = "The cliff"
START = CliffConfig(resolution=121)  # half the numbers to send, and the wall as sharp
DRAWN_AS = ("3-D", "map")
_SHARED = {"from_w": START.w, "from_b": START.b, "walk_clip": START.threshold, "walk_updates": START.updates}
PRESETS: Mapping[str, Mapping[str, object]] = MappingProxyType(
    {
        "thrown off": _SHARED | {"eta": START.learning_rate},
        "out of sight": _SHARED | {"eta": 0.05},
        "small steps": _SHARED | {"eta": 0.02, "walk_updates": 500},
    }
)


def show(symbol: str) -> None:
    """The whole view; the letter of the hidden state stands nowhere here."""
    del symbol
    build, drawn_as, log = _controls()
    config = accepted(VIEW, build, START)
    found = walked(config)
    draw = cliff_surface if drawn_as == DRAWN_AS[0] else cliff_map
    left, right = st.columns([5, 2], gap="medium", vertical_alignment="center")
    with left:
        chart(draw(found, log, is_dark()), "cliff")
    with right:
        with st.container(horizontal=True):
            for name, values in PRESETS.items():
                st.button(name, key=f"preset-{name}", on_click=set_widgets, kwargs=dict(values))
        st.markdown(bullets(*(told(name, found, config) for name in found.paths)))
        st.caption("Drag to turn the surface; the map shows the same from above, and suits a phone.")
    with st.container(horizontal=True):
        offer("Paths (CSV)", lambda: tables.paths_csv(found), "cliff-paths.csv")
        offer("Surface (CSV)", lambda: tables.surface_csv(found), "cliff-surface.csv")
        offer("PyTorch script", lambda: small_scripts.cliff_script(config), "cliff.py")
    explain(
        (
            "One unit, fifty steps, a loss at the end alone. At the wall the unit tips from one resting point to "
            "another: a tiny change of w or b decides where it ends after fifty steps.",
            "A step is η times the gradient. **Without clipping** that throws the path far away where it steps on the "
            "wall. **Clipped by norm** no step is longer than η times the limit, and the direction stays.",
            "Small steps put it off. From w = 5.5, b = −2.5 with a learning rate of 0.02 the path walks quietly for "
            "some 200 updates; then it meets the wall, and where that throws it is chance. In the clipping view a "
            "tenth of the rate is enough for seed 0.",
        ),
        "Pascanu, Mikolov and Bengio 2013, figure 6; lecture deck A.",
    )


def _controls() -> tuple[Callable[[], CliffConfig], str, bool]:
    """The widgets: what builds the walk or refuses, how to draw it, and whether heights are logarithmic."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        (left, right), (near, far) = START.weights, START.biases
        w = st.slider("Start at w", left, right, START.w, 0.05, key="from_w", width=140, **KEPT)
        b = st.slider("and at b", near, far, START.b, 0.05, key="from_b", width=140, **KEPT)
        rate = number_control("Learning rate η", "eta", START.learning_rate, 0.05, LIMITS["learning_rate"])
        threshold = number_control("Clip norm at", "walk_clip", START.threshold, 0.1, LIMITS["threshold"])
        first, last = (int(limit) for limit in LIMITS["updates"])
        updates = st.slider("Updates", first, last, START.updates, key="walk_updates", width=140, **KEPT)
        drawn_as = st.segmented_control(
            "Drawn as", DRAWN_AS, default=DRAWN_AS[0], required=True, key="drawn_as", **KEPT
        )
        log = st.toggle("Logarithmic", key="cliff_log", **KEPT)

    def build() -> CliffConfig:
        check_field("Learning rate η", rate, LIMITS["learning_rate"])
        check_field("Clip norm at", threshold, LIMITS["threshold"])
        return CliffConfig(
            w=float(w),
            b=float(b),
            learning_rate=rate,
            threshold=threshold,
            updates=updates,
            resolution=START.resolution,
        )

    return build, drawn_as or DRAWN_AS[0], log


def told(name: str, found: Cliff, config: CliffConfig) -> str:
    """Where a path goes, in a sentence or two, as far as that can be known."""
    path, chance = found.paths[name], found.chance.get(name)
    w, b, loss = (float(value) for value in path[-1])
    last = len(path) - 1
    gone = not (abs(w) <= BOUND and abs(b) <= BOUND)
    if chance is not None:
        return (
            f"**{name}**: from update {chance} on where it goes hangs on rounding. A start moved by one part in 10¹³ "
            f"leads elsewhere, so its end is chance. {_longest(path[:chance], config, 'Until then its')}"
        )
    where = f"leaves ±{BOUND:g} at update {last}" if gone else f"ends at w = {in_words(w)}, b = {in_words(b)}"
    end = "" if gone else f" with a loss of {in_words(loss)}"
    return f"**{name}** {where}{end}. {_longest(path, config, 'Its')}"


def _longest(path: Array, config: CliffConfig, whose: str) -> str:
    """The longest step of a path, the first of its length, and what it is made of: η times the gradient it takes."""
    if len(path) < 2:
        return ""
    jumps = np.hypot(*np.diff(path[:, :2], axis=0).T)
    longest = float(jumps.max())
    update = int((jumps >= longest * (1 - 1e-6)).argmax()) + 1
    norm = longest / config.learning_rate
    return (
        f"{whose} longest step, first at update {update}, is {in_words(longest)}: η times a norm of {in_words(norm)}."
    )
