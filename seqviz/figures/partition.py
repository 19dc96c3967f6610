"""What many starts led to: a histogram of the objective at the end, and partitions side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from seqviz.figures import frame
from seqviz.records import Array

BARS = 24
MANY = 1500  # points of a cluster beyond which the graphics card draws them
_PATTERNS = ("", "/")
# the first of assets/shared/marks.js: a cluster looks the same in the animation
SHAPES = ("circle", "square", "diamond", "triangle-up", "triangle-down", "star", "cross")


def shape_of(cluster: int) -> str:
    """The marker of a cluster, from 0."""
    return SHAPES[cluster % len(SHAPES)]


def bins_of(ends: Mapping[str, Array], bound: float) -> Array:
    """The edges of about BARS bars, the same for every way to start; no bar lies on both sides of `bound`."""
    every = np.concatenate(list(ends.values()))
    low, high = float(every.min()), float(every.max())
    room = (high - low) or abs(high) * 0.1 or 1.0
    if not low <= bound <= high:
        return np.linspace(low - 0.01 * room, high + 0.01 * room, BARS + 1)
    step = 1.02 * room / BARS
    first, last = (low - 0.01 * room - bound) / step, (high + 0.01 * room - bound) / step
    return bound + step * np.arange(np.floor(first), np.ceil(last) + 1)


def outcomes(ends: Mapping[str, Array], objective: str, bound: float, dark: bool = False) -> go.Figure:
    """How often runs ended where: bars for each way to start, side by side; beyond `bound` a run counts as poor.

    Args:
        ends: way to start → (R,) the objective at the end of the runs with the seeds 0, 1, …

    A bar's customdata is the way, the first seed in it, and all of its seeds in words.
    """
    edges = bins_of(ends, bound)
    middles = (edges[:-1] + edges[1:]) / 2
    figure = go.Figure()
    for place, (way, values) in enumerate(ends.items()):
        bins = np.clip(np.digitize(values, edges, right=True) - 1, 0, len(edges) - 2)  # at the bound is not yet poor
        filled = np.unique(bins)
        seeds = [np.flatnonzero(bins == one) for one in filled]
        figure.add_trace(
            go.Bar(
                x=middles[filled],
                y=[len(found) for found in seeds],
                width=(edges[1] - edges[0]) * 0.42,
                offset=(edges[1] - edges[0]) * (-0.43 if place == 0 else 0.01),
                marker={
                    "color": frame.colour(place, dark),
                    "pattern": {
                        "shape": _PATTERNS[place % 2],
                        "fillmode": "overlay",
                        "fgcolor": frame.palette(dark)["surface"],
                        "size": 6,
                        "solidity": 0.25,
                    },
                },
                name=f"{way}: {(values > bound).mean():.0%} poor",
                customdata=[[way, int(found[0]), _seeds(found)] for found in seeds],
                hovertemplate=f"{way}, %{{y}} runs<br>{objective} about %{{x:,.5g}}<br>seeds %{{customdata[2]}}"
                "<extra></extra>",
            )
        )
    line = {"type": "line", "x0": bound, "x1": bound, "yref": "paper", "y0": 0, "y1": 1}
    figure.layout = frame.layout(
        dark,
        310,
        xaxis=frame.axis(dark, f"{objective} at the end", showgrid=False, range=[edges[0], edges[-1]]),
        yaxis=frame.axis(dark, "runs"),
        shapes=[{**line, "line": {"color": frame.palette(dark)["bad"], "width": 2, "dash": "dot"}}],
        annotations=[
            frame.note(dark, "1.05 × best", x=bound, xanchor="left", xshift=16, y=1, yref="paper", yanchor="top")
        ],
        showlegend=True,
        legend=frame.legend(dark, 1.02),
        margin=frame.margin(top=30),
        clickmode="event+select",
        barmode="overlay",
    )
    return figure


def _seeds(found: NDArray[np.intp]) -> str:
    first = ", ".join(str(int(seed)) for seed in found[:8])
    return first + (f" and {len(found) - 8} more" if len(found) > 8 else "")


@dataclass(frozen=True, eq=False)
class Partition:
    """One panel: points (N, 2), their labels (N,), the centroids (k, 2), and a title."""

    points: Array
    labels: NDArray[np.int32]
    centroids: Array
    title: str


def partitions(panels: Sequence[Partition], axes: tuple[str, str], dark: bool = False) -> go.Figure:
    """Partitions side by side on the same axes; clusters told apart by colour and by marker."""
    between = 0.03
    width = (1 - between * (len(panels) - 1)) / len(panels)
    traces: list[go.Scatter | go.Scattergl] = []
    layout = frame.layout(dark, 326, margin=frame.margin(top=62), annotations=[])
    for place, panel in enumerate(panels):
        number = str(place + 1) if place else ""
        left = place * (width + between)
        across = frame.axis(dark, frame.safe(axes[0]), showgrid=False, nticks=5)
        up = frame.axis(dark, "" if place else frame.safe(axes[1]), showgrid=False, nticks=5)
        layout[f"xaxis{number}"] = across | {"domain": [left, left + width], "anchor": f"y{number}"}
        shared = {"matches": "y", "showticklabels": False} if place else {}
        layout[f"yaxis{number}"] = up | {"anchor": f"x{number}"} | shared
        ink = {"font": {"size": frame.TEXT, "color": frame.palette(dark)["ink"]}, "yshift": 4}
        title = frame.note(dark, panel.title, x=0, xref=f"x{number} domain", xanchor="left", y=1, yref="paper")
        layout["annotations"].append(title | {"yanchor": "bottom"} | ink)
        traces += _panel(panel, number, dark)
    return go.Figure(traces, layout)  # at once: make_subplots and what adds to its figure take several times as long


def _panel(panel: Partition, number: str, dark: bool) -> list[go.Scatter | go.Scattergl]:
    """The points of each cluster and its centroid, on the axes of that number."""
    traces = []
    place = {"xaxis": f"x{number}", "yaxis": f"y{number}", "mode": "markers"}
    for cluster, centroid in enumerate(panel.centroids):
        inside = panel.points[panel.labels == cluster]
        look = {"color": frame.colour(cluster, dark), "symbol": shape_of(cluster)}
        where = {"x": inside[:, 0], "y": inside[:, 1], "name": f"cluster {cluster + 1}", **place}
        told = f"cluster {cluster + 1}<br>%{{x:.4g}}, %{{y:.4g}}<extra></extra>"
        traces += [
            go.Scattergl(marker={"size": 4, **look}, hoverinfo="skip", **where)
            if len(inside) > MANY
            else go.Scatter(marker={"size": 5, **look}, hovertemplate=told, **where),
            go.Scatter(
                x=centroid[:1],
                y=centroid[1:],
                marker={"size": 13, **look, "line": {"color": frame.palette(dark)["ink"], "width": 2}},
                name=f"centroid {cluster + 1}",
                hovertemplate=f"centroid {cluster + 1}, {len(inside):,} points<extra></extra>",
                **place,
            ),
        ]
    return traces
