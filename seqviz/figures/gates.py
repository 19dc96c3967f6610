"""One gate or state over a text as a heatmap, units by tokens; what lanes are called, and how far they reach."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np
import plotly.graph_objects as go

from seqviz.figures import frame, theme
from seqviz.figures.states import as_text
from seqviz.records import Array, CellTrace

TITLES: Mapping[str, str] = MappingProxyType(  # in the order in which a step uses them
    {
        "f": "forget gate",
        "i": "input gate",
        "g": "candidate",
        "o": "output gate",
        "r": "reset gate",
        "z": "update gate",
        "n": "candidate",
        "c": "cell state",
        "h": "hidden state",
    }
)
CANDIDATES = ("g", "n")  # squashed by tanh into −1 … 1; every other gate by σ into 0 … 1
LABELLED_STEPS = 48  # up to here every step carries its token on the axis
_NOTHING = "\u200b"  # a space of no width: two columns with the same token get names of their own


def lane_values(trace: CellTrace, name: str) -> Array:
    """(T, H) of one gate by its letter, or of the state "h" or "c" after each step.

    Raises:
        ValueError: the trace has no such gate or state; the message lists those it has.
    """
    states = {"h": trace.hidden} | ({} if trace.cell is None else {"c": trace.cell})
    if name in trace.gates:
        return trace.gates[name]
    if name in states:
        return states[name][1:]
    raise ValueError(f"lane is {name!r}, expected one of {', '.join([*trace.gates, *states])}")


def gate_heatmap(
    trace: CellTrace, name: str, tokens: Sequence[str], symbol: str | None = None, dark: bool = False
) -> go.Figure:
    """Every unit (rows) at every token (columns) of one gate or state.

    Gates stand on the sequential scale from 0 to 1; candidates (to ±1) and states (to their largest value, at least
    ±1) on the diverging one. What is not finite stays blank.

    Args:
        name: a gate's letter in the trace, or "h" or "c".
        tokens: (T,) shown as text, whatever they hold.
        symbol: what the lane is called, in Plotly's markup; None: `name`.
        dark: for a dark page.

    Raises:
        ValueError: no such lane, or not one token a step.
    """
    values = lane_values(trace, name)
    if len(tokens) != trace.steps:
        raise ValueError(f"there are {len(tokens)} tokens for {trace.steps} steps, expected one a step")
    steps, units = values.shape
    shown = np.where(np.isfinite(values), values, np.nan)
    low, high = lane_range(shown, name, is_gate=name in trace.gates)
    columns, ticks = token_axis(tokens)
    labels: dict[str, object] = {}
    where = "step %{x}"
    if steps <= LABELLED_STEPS:  # a column is called by its token alone, so the pointer needs its step
        said = np.array([f"step {t} “{as_text(token)}”" for t, token in enumerate(tokens, start=1)], dtype=object)
        labels["customdata"], where = np.tile(said, (units, 1)), "%{customdata}"
    small = np.float32 if high < 1e30 else np.float64  # half the bytes, and still more digits than the pointer says
    tall = max(5.0, min(24.0, 480 / units))  # px a unit
    called = symbol or name
    return go.Figure(
        go.Heatmap(
            x=columns,
            y=np.arange(1, units + 1),
            z=shown.T.astype(small),  # (H, T)
            zmin=low,
            zmax=high,
            colorscale=theme.diverging(dark) if low < 0 else theme.sequential(dark),
            hovertemplate=f"{where}<br>unit %{{y}}: {called} = %{{z:.4f}}<extra></extra>",
            **labels,
            colorbar={
                "title": {"text": called, "font": {"size": frame.TEXT}},
                "thickness": 12,
                "outlinewidth": 0,
                "tickfont": {"size": frame.SMALL, "color": frame.palette(dark)["muted"]},
            },
            xgap=1 if steps <= LABELLED_STEPS else 0,
            ygap=1 if tall >= 8 else 0,
        ),
        layout=frame.layout(
            dark,
            int(100 + tall * units),
            xaxis=frame.axis(dark, "token", showgrid=False, **ticks),
            yaxis=frame.axis(dark, "unit", autorange="reversed", showgrid=False, **_unit_ticks(units, tall)),
        ),
    )


def lane_range(values: Array, name: str, *, is_gate: bool) -> tuple[float, float]:
    """The ends of a lane's colour scale: 0 to 1 for a gate, else symmetric about 0."""
    if is_gate and name not in CANDIDATES:
        return 0.0, 1.0
    most = 1.0 if is_gate else float(np.nanmax(np.abs(values), initial=1.0))
    limit = min(most, 1e300)  # the browser subtracts one end from the other
    return -limit, limit


def token_axis(tokens: Sequence[str]) -> tuple[list[str], dict[str, object]]:
    """Names of T columns, each its own, and the settings of an axis that shows them.

    Up to 48 tokens a column is called by its token, and the browser leaves out labels where it lacks the room; of more
    tokens it is called by its step and its token, and the axis carries a round number now and then.
    """
    steps = range(1, len(tokens) + 1)
    if len(tokens) <= LABELLED_STEPS:
        names: list[str] = []
        for name in (as_text(token, 12) for token in tokens):
            while name in names:
                name += _NOTHING
            names.append(name)
        angle = 0 if max((len(token) for token in tokens), default=0) <= 2 else -60
        return names, {"type": "category", "categoryorder": "array", "categoryarray": names, "tickangle": angle}
    names = [f"{step} “{as_text(token)}”" for step, token in zip(steps, tokens, strict=True)]
    pace = next(p for e in range(12) for p in (10**e, 2 * 10**e, 5 * 10**e) if len(tokens) // p <= 8)
    ticks = [1, *range(pace, len(tokens) + 1, pace)]
    ticked: dict[str, object] = {"tickvals": [tick - 1 for tick in ticks], "ticktext": [str(tick) for tick in ticks]}
    order: dict[str, object] = {"type": "category", "categoryorder": "array", "categoryarray": names}
    return names, order | ticked | {"tickmode": "array", "tickangle": 0}


def _unit_ticks(units: int, tall: float) -> dict[str, object]:
    """Unit 1 and as many others as there is room for."""
    pace = next(p for p in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, units) if p * tall >= 1.4 * frame.SMALL)
    ticks = [1, *(unit for unit in range(pace, units + 1, pace) if unit > max(1, pace / 2 + 1))]
    return {"tickmode": "array", "tickvals": ticks, "ticktext": [str(unit) for unit in ticks]}
