"""Hidden states over a whole text: all units as a heatmap, one unit as a line."""

from __future__ import annotations

import html
from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
import regex  # type: ignore[import-untyped]

from seqviz.figures import theme
from seqviz.records import CellTrace

_MARGIN = {"l": 48, "r": 8, "t": 8, "b": 40}  # px
_LABELLED_STEPS = 48  # up to here every step carries its token on the axis


def hidden_heatmap(trace: CellTrace, tokens: Sequence[str], symbol: str = "h", dark: bool = False) -> go.Figure:
    """Every hidden unit (rows) at every step (columns), blue below 0 and orange above.

    Args:
        trace: T steps, H units; steps that are not finite stay blank.
        tokens: (T,) what stands at each step; shown as text, whatever it holds.
        symbol: what the hidden state is called.
        dark: for a dark page.

    Raises:
        ValueError: not one token a step.
    """
    _check(trace, tokens)
    states = _finite(trace.hidden[1:]).T  # (H, T)
    most = float(np.nanmax(np.abs(states), initial=0.0))
    steps = np.arange(1, trace.steps + 1)
    safe = [f"step {t} “{as_text(token)}”" for t, token in enumerate(tokens, start=1)]
    limit = min(max(1.0, most), 1e300)  # the browser subtracts one end from the other
    return go.Figure(
        go.Heatmap(
            x=steps,
            y=np.arange(1, trace.hidden_size + 1),
            z=states,
            zmin=-limit,
            zmax=limit,
            colorscale=theme.diverging(dark),
            customdata=np.tile(np.array(safe, dtype=object), (trace.hidden_size, 1)),
            hovertemplate="%{customdata}<br>unit %{y}: %{z:.4f}<extra></extra>",
            colorbar={"title": {"text": symbol}, "thickness": 12},
            xgap=1 if trace.steps <= _LABELLED_STEPS else 0,
            ygap=1,
        ),
        layout={
            "xaxis": {"title": {"text": "step"}, **_ticks(steps, tokens)},
            "yaxis": {"title": {"text": "unit"}, "dtick": 1, "autorange": "reversed"},
            "height": 110 + 24 * trace.hidden_size,
            "margin": _MARGIN,
        },
    )


def unit_line(trace: CellTrace, tokens: Sequence[str], unit: int, symbol: str = "h", dark: bool = False) -> go.Figure:
    """One hidden unit over the steps, on a scale that always holds 0.

    Args:
        unit: which one, from 0.

    Raises:
        ValueError: there is no such unit, or not one token a step.
    """
    _check(trace, tokens)
    if not 0 <= unit < trace.hidden_size:
        raise ValueError(f"unit is {unit}, expected 0 to {trace.hidden_size - 1}")
    steps = np.arange(1, trace.steps + 1)
    safe = [f"step {t} “{as_text(token)}”" for t, token in enumerate(tokens, start=1)]
    colours = theme.CATEGORICAL_DARK if dark else theme.CATEGORICAL_LIGHT
    return go.Figure(
        go.Scatter(
            x=steps,
            y=_finite(trace.hidden[1:, unit]),
            mode="lines+markers" if trace.steps <= 200 else "lines",
            line={"color": colours[unit % len(colours)], "width": 2},
            customdata=safe,
            hovertemplate="%{customdata}: %{y:.4f}<extra></extra>",
        ),
        layout={
            "xaxis": {"title": {"text": "step"}, **_ticks(steps, tokens)},
            "yaxis": {"title": {"text": f"{symbol}[{unit + 1}]"}, "rangemode": "tozero", "zeroline": True},
            "height": 220,
            "margin": _MARGIN,
        },
    )


def _check(trace: CellTrace, tokens: Sequence[str]) -> None:
    if len(tokens) != trace.steps:
        raise ValueError(f"there are {len(tokens)} tokens for {trace.steps} steps, expected one a step")


def as_text(token: str, length: int | None = None) -> str:
    """A token that Plotly, which reads a few tags and entities, shows as it is; cut between whole characters."""
    letters: list[str] = regex.findall(r"\X", token)[:length]
    return html.escape("".join(letters), quote=False)


def _ticks(steps: np.ndarray, tokens: Sequence[str]) -> dict[str, object]:
    if len(steps) > _LABELLED_STEPS:
        return {}
    return {
        "tickmode": "array",
        "tickvals": steps,
        "ticktext": [as_text(token, 12) for token in tokens],
        "tickangle": 0,
    }


def _finite(values: np.ndarray) -> np.ndarray:
    return np.where(np.isfinite(values), values, np.nan)
