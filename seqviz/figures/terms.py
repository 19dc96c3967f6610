"""The T × T terms of the gradient of the recurrent weights, and which of them truncation drops."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike

from seqviz.figures import frame, theme
from seqviz.figures.logaxis import power_ticks
from seqviz.records import Array, frozen_array

_TOKENS = 24  # up to so many steps each tick carries its token
_SEPARATE = 48  # up to so many steps the cells stand apart
_LARGEST = 1e300  # the browser subtracts one end of the scale from the other


def terms_grid(
    contributions: ArrayLike,
    window: int | None = None,
    log: bool = False,
    dark: bool = False,
    *,
    tokens: Sequence[str] = (),
) -> go.Figure:
    """The norm of each (t, k) term: from the loss at step t (rows) back to the use of the weights at step k (columns).

    Terms that truncation drops, t − k ≥ window, are grey and hatched, with an outline between them and the rest.

    Args:
        contributions: (T, T) norms; only k ≤ t is drawn. What is no finite number stays blank.
        window: how many steps truncated backpropagation goes back, the step itself included; None for all.
        log: colours on a logarithmic scale; an exact 0 is a blank cell with a small ring then.
        dark: for a dark page.
        tokens: (T,) what was read at each step, to stand beside its number; none without.

    Raises:
        ValueError: the grid is not square, a term is below 0, the window is below 1, or there are more or fewer tokens.
    """
    steps = len(np.atleast_1d(np.asarray(contributions)))
    terms = frozen_array("contributions", contributions, steps, steps)  # (T, T)
    if window is not None and window < 1:
        raise ValueError(f"window is {window}, expected 1 or more")
    if tokens and len(tokens) != steps:
        raise ValueError(f"there are {len(tokens)} tokens, expected {steps}")
    t, k = np.indices((steps, steps)) + 1
    if np.any(terms[k <= t] < 0):
        raise ValueError(f"contributions hold {np.nanmin(terms[k <= t]):g}, expected 0 or more")
    shown = (k <= t) & np.isfinite(terms)
    dropped = (k <= t) & (t - k >= (window or steps))
    colours = frame.palette(dark)
    low, high = _scale(terms[shown], log)
    ticks = power_ticks(low, high, 6) if log else None
    grey = [[0.0, colours["panel"]], [1.0, colours["arrow"]]]
    figure = go.Figure()
    for name, chosen, scale in (("kept", shown & ~dropped, theme.sequential(dark)), ("dropped", shown & dropped, grey)):
        if not chosen.any() and name == "dropped":
            continue
        heights = np.where(chosen & ((terms > 0) | (not log)), np.minimum(terms, _LARGEST), np.nan)
        figure.add_trace(
            go.Heatmap(
                x=np.arange(1, steps + 1),
                y=np.arange(1, steps + 1),
                z=np.log10(heights) if log else heights,
                zmin=low,
                zmax=high,
                colorscale=scale,
                showscale=name == "kept",
                customdata=terms,
                hovertemplate=(
                    f"loss at t = %{{y}}, weight used at k = %{{x}}:<br>%{{customdata:.4g}}, {name}<extra></extra>"
                ),
                hoverongaps=False,
                colorbar={
                    "orientation": "h",
                    "x": 0.5,
                    "y": 1.07,
                    "yanchor": "bottom",
                    "len": 240,
                    "lenmode": "pixels",
                    "title": {"text": "norm of the term", "side": "top", "font": {"size": frame.SMALL}},
                    "thickness": 10,
                    "outlinewidth": 0,
                    "tickfont": {"size": frame.SMALL, "color": colours["muted"]},
                    **({"tickvals": [at for at, _ in ticks], "ticktext": [text for _, text in ticks]} if ticks else {}),
                },
                xgap=1 if steps <= _SEPARATE else 0,
                ygap=1 if steps <= _SEPARATE else 0,
                name=name,
            )
        )
    if log:
        _rings(figure, terms, shown & (terms == 0), dropped, dark)
    if dropped.any() and window is not None:
        _hatch(figure, steps, window, dark)
    total, gone = steps * (steps + 1) // 2, int(dropped.sum())
    said = f"{gone} of {total} terms dropped (t − k ≥ {window}), hatched" if gone else f"all {total} terms kept"
    said = said if total > 1 else "the one term is kept"
    if log and bool((shown & (terms == 0)).any()):
        said += " · ring: exactly 0"
    span = [0.5, steps + 0.5]
    across, down = _with_tokens(tokens, dark, "<br>"), _with_tokens(tokens, dark, " ")
    figure.layout = frame.layout(
        dark,
        480,
        xaxis=frame.whole_axis(1, steps, dark, "weight used at step k", most=13 if steps <= 12 else 8)
        | {"range": span, **across, "tickangle": 0},
        yaxis=frame.whole_axis(1, steps, dark, "loss at step t", most=13 if steps <= 12 else 8)
        | {"range": span[::-1], **down, "scaleanchor": "x", "constrain": "domain"},
        annotations=[
            frame.note(dark, said, x=0.5, xref="paper", y=1, yref="y domain", yanchor="bottom")
            | {"yshift": 4, "font": {"size": frame.TEXT, "color": colours["ink"]}}
        ],
        margin=frame.margin(),
    )
    figure.update_xaxes(constrain="domain", showline=False)
    figure.update_yaxes(showline=False)
    return figure


def _with_tokens(tokens: Sequence[str], dark: bool, between: str) -> dict[str, Any]:
    """The ticks of an axis where the tokens are known: each step's own and its number, as long as they fit."""
    if not 0 < len(tokens) <= _TOKENS:
        return {}
    cut = [token if len(token) <= 2 else f"{token[:1]}…" for token in tokens]
    return {
        "tickvals": list(range(1, len(tokens) + 1)),
        "ticktext": [f"{frame.safe(token)}{between}{step}" for step, token in enumerate(cut, start=1)],
        "tickfont": {"size": frame.SMALL, "color": frame.palette(dark)["ink"]},
    }


def _scale(values: Array, log: bool) -> tuple[float, float]:
    """The two ends of the colour scale; powers of ten if it is logarithmic, at least one decade."""
    if not log:
        return 0.0, min(float(values.max(initial=0)), _LARGEST) or 1.0
    some = np.log10(values[values > 0])
    if not some.size:
        return -1.0, 0.0
    high = float(some.max())
    return min(float(some.min()), high - 1), high


def _rings(figure: go.Figure, terms: Array, zeros: np.ndarray, dropped: np.ndarray, dark: bool) -> None:
    """A ring in each cell that is exactly 0, which a logarithmic scale has no colour for."""
    if not zeros.any():
        return
    t, k = np.nonzero(zeros)
    figure.add_trace(
        go.Scatter(
            x=k + 1,
            y=t + 1,
            mode="markers",
            marker={
                "symbol": "circle-open",
                "size": 5 if len(terms) <= _SEPARATE else 3,
                "color": frame.palette(dark)["muted"],
            },
            customdata=["dropped" if dropped[at] else "kept" for at in zip(t, k, strict=True)],
            hovertemplate="loss at t = %{y}, weight used at k = %{x}:<br>exactly 0, %{customdata}<extra></extra>",
            name="exactly 0",
        )
    )


def _hatch(figure: go.Figure, steps: int, window: int, dark: bool) -> None:
    """Strokes through the dropped cells, along t + k = const, and the stairs between them and the kept ones."""
    colours = frame.palette(dark)
    x: list[float | None] = []
    y: list[float | None] = []
    for total in range(window + 2, 2 * steps - window + 1):  # t + k of the dropped cells
        last = (total - window) // 2  # the largest k with t − k ≥ window
        first = max(1, total - steps)
        x += [first - 0.5, last + 0.5, None]
        y += [total - first + 0.5, total - last - 0.5, None]
    figure.add_trace(
        go.Scatter(
            x=x,
            y=y,
            mode="lines",
            line={"color": colours["muted"], "width": 1},
            hoverinfo="skip",
            name="dropped",
        )
    )
    stairs_x: list[float] = [0.5]
    stairs_y: list[float] = [window + 0.5]
    for k in range(1, steps - window + 1):  # along the top of the dropped cells of column k, then down its side
        stairs_x += [k + 0.5, k + 0.5]
        stairs_y += [k + window - 0.5, k + window + 0.5]
    figure.add_trace(
        go.Scatter(
            x=stairs_x,
            y=stairs_y,
            mode="lines",
            line={"color": colours["ink"], "width": 2},
            hoverinfo="skip",
            name="edge of the window",
        )
    )
