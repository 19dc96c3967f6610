"""View 4 of /gradients: the wall in the loss of one unit with two parameters, and two paths that meet it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
import streamlit as st

from seqviz.figures.cliff import cliff_map, cliff_surface
from seqviz.figures.numbers import in_words
from seqviz.learning.cliff import BOUND, LIMITS, CliffConfig
from seqviz.records import Array
from seqviz.ui.gradients import tables
from seqviz.ui.gradients.common import KEPT, accepted, bullets, chart, explain, is_dark, number_control
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
        st.markdown(bullets(*(told(name, path) for name, path in found.paths.items())))
        st.caption("Drag to turn the surface; the map shows the same from above, and suits a phone.")
    with st.container(horizontal=True):
        st.download_button("Numbers (CSV)", lambda: tables.cliff_csv(found), "cliff.csv", "text/csv")
    explain(
        (
            "One unit, fifty steps, a loss at the end alone. At the wall the unit tips from one resting point to "
            "another: a tiny change of w or b decides where it ends after fifty steps.",
            "**Without clipping** one step on the wall has the length of its gradient and throws the path far away. "
            "**Clipped by norm** the same step stays short, in the same direction.",
            "Here small steps only put it off: with a learning rate of 0.02 the path meets the wall later and is "
            "thrown all the same. That is no law: in the clipping view a tenth of the rate is enough.",
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
        return CliffConfig(
            w=float(w),
            b=float(b),
            learning_rate=rate,
            threshold=threshold,
            updates=updates,
            resolution=START.resolution,
        )

    return build, drawn_as or DRAWN_AS[0], log


def told(name: str, path: Array) -> str:
    """Where a path goes, in a sentence."""
    jumps = np.hypot(*np.diff(path[:, :2], axis=0).T)
    far = int(np.argmax(jumps))
    longest = f"Its longest step, at update {far + 1}, is {in_words(float(jumps[far]))} long."
    w, b, loss = (float(value) for value in path[-1])
    if not (abs(w) <= BOUND and abs(b) <= BOUND):
        return f"**{name}** leaves ±{BOUND:g} at update {len(path) - 1}. {longest}"
    return f"**{name}** ends at w = {in_words(w)}, b = {in_words(b)} with a loss of {in_words(loss)}. {longest}"
