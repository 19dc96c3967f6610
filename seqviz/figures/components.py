"""What clipping does to one gradient: how large its components are before and after, and where it points."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike

from seqviz.figures import frame
from seqviz.figures.clipping import clips_values
from seqviz.figures.logaxis import power_ticks
from seqviz.figures.numbers import number
from seqviz.records import Array, ClippingRun, frozen_array

_BINS = 81  # odd: one bin has 0 in its middle
_NONE = 0.5  # where the outline of an empty bin runs: below 1, the smallest count


def component_histogram(run: ClippingRun, dark: bool = False, style: int = 0) -> go.Figure:
    """How large the gradient's components were before (outline) and after clipping (bars), counts on a log axis.

    What lies beyond the picture is counted in the outermost bins, which are hatched then.

    Args:
        style: the number of the run, whose colour is that of its line.

    Raises:
        ValueError: no component is finite.
    """
    before = run.components[np.isfinite(run.components)]
    after = run.components_after[np.isfinite(run.components_after)]
    if not len(before) and not len(after):
        raise ValueError(f"run {run.name!r} has {len(run.components)} components, expected one or more finite ones")
    colours = frame.palette(dark)
    reach = _reach(before, after)
    edges = np.linspace(-reach, reach, _BINS + 1)  # (_BINS + 1,)
    middles = (edges[:-1] + edges[1:]) / 2
    first, then = (np.histogram(np.clip(part, -reach, reach), edges)[0] for part in (before, after))  # (_BINS,)
    outside = np.zeros(_BINS, dtype=bool)
    outside[[0, -1]] = np.any(before < -reach), np.any(before > reach)
    bars: dict[str, Any] = {"x": middles, "width": edges[1] - edges[0]}
    figure = go.Figure()
    if outside.any():
        figure.add_trace(
            go.Bar(
                **bars,
                y=np.where(outside, first, np.nan),
                marker={
                    "color": frame.CLEAR,
                    "line": {"width": 0},
                    "pattern": {"shape": "/", "fgcolor": colours["muted"], "size": 5, "solidity": 0.35},
                },
                name=f"beyond ±{number(reach)}",
                legendrank=1002,
                hoverinfo="skip",
            )
        )
    figure.add_trace(
        go.Bar(
            **bars,
            y=np.where(then > 0, then, np.nan),
            marker={"color": frame.colour(style, dark), "opacity": 0.6, "line": {"width": 0}},
            name="after clipping",
            legendrank=1001,
            hovertemplate="about %{x:.3g}<br>%{y} components after clipping<extra></extra>",
        )
    )
    figure.add_trace(
        go.Scatter(
            x=edges,
            y=np.maximum(np.append(first, first[-1]), _NONE),
            mode="lines",
            line={"color": colours["ink"], "width": 1.75, "shape": "hv"},
            customdata=np.append(first, first[-1]),
            name="before",
            hovertemplate="from %{x:.3g}<br>%{customdata} components before clipping<extra></extra>",
        )
    )
    lost = len(run.components) - len(before)
    said = f"{frame.safe(run.name)}, update {run.inspected}" + (f" · {lost} not finite" if lost else "")
    texts = [frame.note(dark, said, x=0, xref="paper", xanchor="left", y=1, yref="paper", yanchor="bottom", yshift=22)]
    shapes: list[dict[str, Any]] = []
    if run.threshold is not None and clips_values(run):
        for at in (-run.threshold, run.threshold):
            stroke = {"color": colours["ink"], "width": 1.5, "dash": "dash"}
            shapes.append({"type": "line", "x0": at, "x1": at, "y0": 0, "y1": 1, "yref": "y domain", "line": stroke})
            texts.append(
                frame.note(dark, number(at), x=at, y=1, yref="paper", yanchor="bottom")
                | {"font": {"size": frame.SMALL, "color": colours["ink"]}}
            )
    top = float(np.log10(max(first.max(), then.max(), 2))) * 1.06
    ticks = power_ticks(0, top, 6)
    figure.layout = frame.layout(
        dark,
        340,
        xaxis=frame.axis(dark, "component of the gradient", range=[-reach, reach], showgrid=False, nticks=7),
        yaxis=frame.axis(
            dark,
            "how many",
            type="log",
            range=[float(np.log10(_NONE)), top],
            tickmode="array",
            tickvals=[10**place for place, _ in ticks],
            ticktext=[label for _, label in ticks],
        ),
        barmode="overlay",
        bargap=0,
        shapes=shapes,
        annotations=texts,
        showlegend=True,
        legend=frame.legend(dark, 1.18),
        margin=frame.margin(top=44),
    )
    return figure


def before_after(
    before: ArrayLike,
    after: ArrayLike,
    threshold: float,
    kind: Literal["norm", "value"],
    dark: bool = False,
    *,
    names: tuple[str, str] = ("first component", "second component"),
    whole: float | None = None,
    style: int = 0,
) -> go.Figure:
    """Two components of a gradient as an arrow, before and after clipping, with the region that clipping allows.

    Args:
        before, after: (2,) the two components.
        threshold: of the whole gradient's norm, or of each component's value.
        kind: which clipping it was.
        names: what the two components are.
        whole: the norm of the whole gradient before clipping, of which the limit leaves these two their share; None if
            they are the whole gradient.
        style: the number of the run, whose colour is that of its line.

    Raises:
        ValueError: a shape is not (2,), a component is not finite, the threshold is not positive or the kind unknown.
    """
    raw, clipped = frozen_array("before", before, 2), frozen_array("after", after, 2)
    if not (np.isfinite(raw).all() and np.isfinite(clipped).all()):
        raise ValueError(f"the gradient is {raw.tolist()} → {clipped.tolist()}, expected finite components")
    if not 0 < threshold < np.inf:
        raise ValueError(f"threshold is {threshold}, expected a finite number above 0")
    if kind not in ("norm", "value"):
        raise ValueError(f"kind is {kind!r}, expected 'norm' or 'value'")
    colours = frame.palette(dark)
    size = float(np.hypot(*raw))
    reach = threshold * (size / whole) if kind == "norm" and whole and size else threshold
    low, high = (float(f([0, *raw, *clipped, -reach, reach])) for f in (np.min, np.max))
    air = 0.14 * (high - low)
    if kind == "norm":
        turn = np.linspace(0, 2 * np.pi, 181)
        x, y, name = np.cos(turn), np.sin(turn), f"norm ≤ {number(threshold)}"
        name += "" if whole is None else f" for all: {number(reach)} for these two"
    else:
        x, y = np.array([-1.0, 1, 1, -1, -1]), np.array([-1.0, -1, 1, 1, -1])
        name = f"each component within ±{number(threshold)}"
    figure = go.Figure(
        go.Scatter(
            x=reach * x,
            y=reach * y,
            mode="lines",
            line={"color": colours["muted"], "width": 1.5, "dash": "dot", "simplify": False},
            fill="toself",
            fillcolor=colours["panel"],
            hoverinfo="skip",
            name=name,
        )
    )
    for vector, name, dash, own in (
        (raw, "before", "dash", colours["ink"]),
        (clipped, "after clipping", "solid", frame.colour(style, dark)),
    ):
        figure.add_trace(
            go.Scatter(
                x=[0, vector[0]],
                y=[0, vector[1]],
                mode="lines+markers",
                line={"color": own, "width": 3, "dash": dash},
                marker={
                    "symbol": "arrow",
                    "angleref": "previous",
                    "size": [0, 16],
                    "color": own,
                    "opacity": 1,
                    "line": {"width": 0},
                },
                name=f"{name}: {_pair(vector)}, norm {number(float(np.hypot(*vector)))}",
                hovertemplate=f"{name}<br>{_pair(vector)}<extra></extra>",
            )
        )
    span = {"range": [low - air, high + air], "constrain": "domain", "nticks": 7, "zeroline": True}
    figure.layout = frame.layout(
        dark,
        400,
        xaxis=frame.axis(dark, frame.safe(names[0]), zerolinecolor=colours["arrow"], **span),
        yaxis=frame.axis(dark, frame.safe(names[1]), zerolinecolor=colours["arrow"], scaleanchor="x", **span),
        showlegend=True,
        legend=frame.legend(dark, 1.03) | {"x": 0.5, "xanchor": "center"},
    )
    return figure


def _reach(before: Array, after: Array) -> float:
    """Half the width of the picture: all of what is left after clipping, and of what was before as much as fits."""
    widest = float(np.abs(before).max(initial=0))
    kept = float(np.abs(after).max(initial=0))
    reach = min(widest, 4 * kept) if kept > 0 else widest
    return max(reach, kept) * 1.001 or 1.0


def _pair(vector: Array) -> str:
    return f"({number(float(vector[0]))}, {number(float(vector[1]))})"
