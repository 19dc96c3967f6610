"""View 5 of /gradients: truncated backpropagation, the terms that it drops and what that costs."""

from __future__ import annotations

import math
from collections.abc import Callable

import streamlit as st

from seqviz.figures.numbers import in_words
from seqviz.figures.terms import terms_grid
from seqviz.figures.truncation import truncation_curves
from seqviz.records import Truncation
from seqviz.recurrent.truncation import CURVES
from seqviz.ui.gradients import tables
from seqviz.ui.gradients.common import KEPT, accepted, chart, explain, is_dark, seed_control
from seqviz.ui.gradients.compute import truncation
from seqviz.ui.gradients.truncation import HIDDEN, SCALES, STEP_LIMIT, TruncationSettings
from seqviz.ui.state import keep_within

VIEW = "Truncated"
START = TruncationSettings()
_CHARACTERS = 300  # for one token can be made of several


def show(symbol: str) -> None:
    """The whole view; the letter of the hidden state stands nowhere here."""
    del symbol
    row, messages = st.container(horizontal=True, vertical_alignment="bottom", gap="small"), st.container()
    with row:
        build = _controls()
    with messages:
        found = truncation(accepted(VIEW, build, START))
    with row:
        window, log = _window(found.steps)
    dark = is_dark()
    left, right = st.columns(2, gap="medium")
    with left:
        chart(terms_grid(found.contributions, window, log, dark), "terms")
    with right:
        st.markdown(_table(found, window))
        chart(truncation_curves(found.cosine, found.ratio, window, dark), "truncation")
    st.markdown(f"- {told(found, window)}")
    with st.container(horizontal=True):
        st.download_button("Numbers (CSV)", lambda: tables.truncation_csv(found), "truncated.csv", "text/csv")
    explain(
        (
            "Each cell is one term of the sum over t and k that makes the gradient of the recurrent weights: from the "
            "loss at step t back to the use of the weights at step k. The diagonal needs no step back.",
            "A window of w keeps the terms with t − k < w. Work and memory stay the same for a text of any length; "
            "what happened more than w steps ago can no longer be learned from.",
            "Where the gradient vanishes, far terms are small and little is lost. With larger weights they "
            "are not: the truncated gradient then points elsewhere.",
        ),
        "Williams and Peng 1990; lecture deck D.",
    )


def _controls() -> Callable[[], TruncationSettings]:
    """The widgets; what comes back builds what they ask for, or refuses."""
    text = st.text_input(
        f"Text: 2 to {STEP_LIMIT} characters", START.text, key="window_text", max_chars=_CHARACTERS, width=300, **KEPT
    )
    hidden = st.slider("Hidden units", *HIDDEN, START.hidden, key="window_units", width=160, **KEPT)
    scale = st.slider("Standard deviation", *SCALES, START.scale, 0.05, key="window_scale", width=180, **KEPT)
    seed = seed_control("window_seed")
    return lambda: TruncationSettings(text=text or "", hidden=hidden, scale=float(scale), seed=seed)


def _window(steps: int) -> tuple[int, bool]:
    """The window, 1 to T, and whether the terms' colours are logarithmic."""
    window = 1
    if steps > 1:  # a slider needs two ends
        keep_within("window", 1, steps)
        window = st.slider("Window", 1, steps, min(4, steps), key="window", width=220, **KEPT)
    return window, st.toggle("Logarithmic", key="window_log", **KEPT)


def _table(found: Truncation, window: int) -> str:
    rows = [f"| window {window} of {found.steps} | cosine to the full gradient | length ratio |", "|---|---|---|"]
    for name in CURVES:
        cosine, ratio = (float(curves[name][window - 1]) for curves in (found.cosine, found.ratio))
        said = f"{cosine:.4f}" if math.isfinite(cosine) else in_words(cosine)
        rows.append(f"| {name} | {said} | {in_words(ratio)} |")
    return "\n".join(rows)


def told(found: Truncation, window: int) -> str:
    """How many terms go, and what share of all their norms that is."""
    kept, every = found.kept(window), found.kept(found.steps)
    total = found.steps * (found.steps + 1) // 2
    gone = (found.steps - window) * (found.steps - window + 1) // 2
    share = max(0.0, 1 - kept / every) if every > 0 else 0.0
    dropped = f"{gone} of {total} terms are dropped, {share:.1%} of the sum of all norms"
    return f"Window {window} of {found.steps}: {dropped}."
