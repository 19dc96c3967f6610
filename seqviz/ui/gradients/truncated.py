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
from seqviz.text import tokenize, visible
from seqviz.ui.common import KEPT, accepted, bullets, chart, explain, is_dark, offer, seed_control
from seqviz.ui.gradients import small_scripts, tables
from seqviz.ui.gradients.compute import truncation
from seqviz.ui.gradients.truncation import HIDDEN, SCALES, STEP_LIMIT, TruncationSettings
from seqviz.ui.state import keep_within

VIEW = "Truncated"
START = TruncationSettings()
_NONE = "none: the gradient is 0"
_CHARACTERS = 300  # for one token can be made of several


def show(symbol: str) -> None:
    """The whole view; the letter of the hidden state stands nowhere here."""
    del symbol
    row, messages = st.container(horizontal=True, vertical_alignment="bottom", gap="small"), st.container()
    with row:
        build = _controls()
    with messages:
        settings = accepted(VIEW, build, START)
        found = truncation(settings)
    with row:
        window, log = _window(found.steps)
    dark = is_dark()
    left, right = st.columns(2, gap="medium")
    tokens = [visible(token) for token in tokenize(settings.text)[:-1]]
    with left:
        chart(terms_grid(found.contributions, window, log, dark, tokens=tokens), "terms")
    with right:
        st.markdown(_table(found, window))
        chart(truncation_curves(found.cosine, found.ratio, window, dark), "truncation")
    st.markdown(bullets(told(found, window), turned(found, window)))
    st.caption(set_up(settings, found.steps))
    with st.container(horizontal=True):
        offer("Windows (CSV)", lambda: tables.windows_csv(found), "windows.csv")
        offer("Terms (CSV)", lambda: tables.terms_csv(found), "terms.csv")
        offer("PyTorch script", lambda: small_scripts.truncation_script(settings), "truncated.py")
    explain(
        (
            "Each cell is one term of the sum over t and k that makes the gradient of the recurrent weights: from the "
            "loss at step t back to the use of the weights at step k. The diagonal needs no step back.",
            "A window of w keeps the terms with t − k < w. Work and memory for a loss stay the same however long the "
            "text is; what happened w or more steps before it can no longer be learned from.",
            "Where the gradient vanishes, far terms are small and little is lost. Where they are not small, the "
            "truncated gradient can point elsewhere.",
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
        said = f"{cosine:.4f}" if math.isfinite(cosine) else _NONE
        rows.append(f"| {name} | {said} | {in_words(ratio) if math.isfinite(ratio) else _NONE} |")
    return "\n".join(rows)


def told(found: Truncation, window: int) -> str:
    """How many terms go, and what share of all their norms that is."""
    kept, every = found.kept(window), found.kept(found.steps)
    total = found.steps * (found.steps + 1) // 2
    gone = (found.steps - window) * (found.steps - window + 1) // 2
    terms = f"{total} term{' is' if total == 1 else 's are'}"
    if not every > 0:
        return f"Window {window} of {found.steps}: {gone} of {terms} dropped; all of them are 0."
    share = max(0.0, 1 - kept / every)
    return f"Window {window} of {found.steps}: {gone} of {terms} dropped, {share:.1%} of the sum of all norms."


def turned(found: Truncation, window: int) -> str:
    """Where the truncated gradient points and how long it is, or why that cannot be said."""
    name = CURVES[0]
    cosine, ratio = (float(curves[name][window - 1]) for curves in (found.cosine, found.ratio))
    if not math.isfinite(ratio):
        return f"The full gradient of the {name} is 0 or no number: there is nothing to compare with."
    if not math.isfinite(cosine):
        return f"The truncated gradient of the {name} is 0: it points nowhere."
    degrees = math.degrees(math.acos(cosine))
    return f"The truncated gradient of the {name} is turned by {degrees:.1f}° and {in_words(ratio)} times as long."


def set_up(settings: TruncationSettings, steps: int) -> str:
    """Which network reads what, and what it is asked."""
    return (
        f"A simple cell with tanh and {settings.hidden} unit{'' if settings.hidden == 1 else 's'}, its weights drawn "
        f"with this standard deviation and not trained, reads the text and is asked for the next character at every "
        f"step: {steps + 1} characters are {steps} step{'' if steps == 1 else 's'}. The loss is the cross-entropy, "
        "summed over the steps."
    )
