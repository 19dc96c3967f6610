"""How many clusters: the elbow with every start, and what other criteria say of the same k."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go

from seqviz.figures import frame
from seqviz.figures.numbers import number
from seqviz.records import Array
from seqviz.records.clustering import Criterion, ElbowCurve


def elbow_curve(curve: ElbowCurve, chosen: int | None = None, dark: bool = False) -> go.Figure:
    """The least WCSS of each k, every start as a faint dot, and the suggested knee; `chosen` k has a ring."""
    colours = frame.palette(dark)
    ks = np.array(curve.ks)
    starts = curve.every.shape[1]
    figure = go.Figure()
    figure.add_trace(
        go.Scatter(
            x=np.repeat(ks, starts),
            y=curve.every.ravel(),
            mode="markers",
            marker={"size": 7, "color": colours["arrow"], "opacity": 0.45},
            name=f"each of {starts} starts",
            hovertemplate="k = %{x}<br>WCSS %{y:,.6g}<extra></extra>",
        )
    )
    figure.add_trace(
        go.Scatter(
            x=ks,
            y=curve.wcss,
            mode="lines+markers",
            line={"color": frame.colour(0, dark), "width": 2.5},
            marker={"size": 9, "color": frame.colour(0, dark)},
            name="the best of them",
            hovertemplate="k = %{x}<br>least WCSS %{y:,.6g}<extra></extra>",
        )
    )
    if chosen in curve.ks:
        figure.add_trace(
            go.Scatter(
                x=[chosen],
                y=[curve.wcss[curve.ks.index(chosen)]],
                mode="markers",
                marker={"size": 17, "symbol": "circle-open", "color": colours["accent"], "line": {"width": 3}},
                name=f"k = {chosen}, run below",
                hoverinfo="skip",
            )
        )
    shapes, notes = _knee(curve.knee, curve.ks, dark)
    figure.layout = frame.layout(
        dark,
        330,
        xaxis=frame.whole_axis(curve.ks[0], curve.ks[-1], dark, "clusters k", most=31),
        yaxis=frame.axis(dark, "WCSS at the end", rangemode="tozero"),
        shapes=shapes,
        annotations=notes,
        showlegend=True,
        legend=frame.legend(dark, 1.02),
        margin=frame.margin(top=30),
        clickmode="event+select",
    )
    return figure


def _knee(knee: int | None, ks: Sequence[int], dark: bool) -> tuple[list[dict[str, object]], list[dict[str, object]]]:
    if knee is None:
        return [], []
    line = {"type": "line", "x0": knee, "x1": knee, "yref": "paper", "y0": 0, "y1": 0.93}
    shape = {**line, "line": {"color": frame.palette(dark)["accent"], "width": 2, "dash": "dash"}}
    right = knee > (ks[0] + ks[-1]) / 2
    text = frame.note(
        dark,
        f"kneed suggests k = {knee}",
        x=knee,
        xanchor="right" if right else "left",
        xshift=-8 if right else 8,
        y=0.93,
        yref="paper",
        yanchor="top",
    )
    return [shape], [text | {"font": {"size": frame.TEXT, "color": frame.palette(dark)["ink"]}}]


def criterion_curve(criterion: Criterion, dark: bool = False) -> go.Figure:
    """One criterion over k, with its spread where it has one; the k that it names is marked, or said where the value
    there is infinite."""
    known = np.isfinite(criterion.values)
    ks = np.array(criterion.ks)
    spread = criterion.spread
    figure = go.Figure(
        go.Scatter(
            x=ks[known],
            y=criterion.values[known],
            error_y=None if spread is None else {"array": spread[known], "color": frame.palette(dark)["muted"]},
            mode="lines+markers",
            line={"color": frame.colour(0, dark), "width": 2},
            marker={"size": 7, "color": frame.colour(0, dark)},
            name=criterion.name,
            hovertemplate="k = %{x}<br>%{y:.5g}<extra></extra>",
        )
    )
    beyond = criterion.chosen is not None and not known[criterion.ks.index(criterion.chosen)]
    if criterion.chosen is not None and not beyond:
        figure.add_trace(
            go.Scatter(
                x=[criterion.chosen],
                y=[criterion.values[criterion.ks.index(criterion.chosen)]],
                mode="markers",
                marker={
                    "size": 15,
                    "symbol": "diamond-open",
                    "color": frame.palette(dark)["accent"],
                    "line": {"width": 3},
                },
                name=f"names k = {criterion.chosen}",
                hoverinfo="skip",
            )
        )
    figure.layout = frame.layout(
        dark,
        220,
        xaxis=frame.whole_axis(criterion.ks[0], criterion.ks[-1], dark, "clusters k", most=16),
        yaxis=frame.axis(dark, criterion.name, nticks=5),
        annotations=[_infinite(criterion.chosen, dark)] if beyond else [],
    )
    return figure


def _infinite(k: int | None, dark: bool) -> dict[str, object]:
    where = {"x": 1, "xref": "paper", "xanchor": "right", "y": 1, "yref": "paper", "yanchor": "top"}
    return frame.note(dark, f"names k = {k}, where it is infinite", **where)


def two_elbows(
    ks: Sequence[int], curves: Mapping[str, Array], knees: Mapping[str, int | None], dark: bool = False
) -> go.Figure:
    """Curves over k, each as a share of its value at the first k, with the knee of each.

    Raises:
        ValueError: a curve has another length, or begins at 0.
    """
    figure = go.Figure()
    for place, (name, values) in enumerate(curves.items()):
        if len(values) != len(ks) or not values[0] > 0:
            raise ValueError(
                f"{name!r} has {len(values)} values that begin at {values[0]:g}, expected {len(ks)} above 0"
            )
        shares = values / values[0]
        knee = knees[name]
        figure.add_trace(
            go.Scatter(
                x=list(ks),
                y=shares,
                mode="lines+markers",
                line=frame.line_style(place, dark),
                marker={"symbol": frame.symbol_of(place), "size": 8},
                name=name if knee is None else f"{name}: knee at {knee}",
                customdata=[number(float(value)) for value in values],
                hovertemplate=f"k = %{{x}}<br>{frame.safe(name)} %{{customdata}}<extra></extra>",
            )
        )
        if knee is not None:
            figure.add_trace(
                go.Scatter(
                    x=[knee],
                    y=[shares[list(ks).index(knee)]],
                    mode="markers",
                    marker={
                        "symbol": "circle-open",
                        "size": 17,
                        "color": frame.colour(place, dark),
                        "line": {"width": 3},
                    },
                    showlegend=False,
                    hoverinfo="skip",
                )
            )
    figure.layout = frame.layout(
        dark,
        280,
        xaxis=frame.whole_axis(ks[0], ks[-1], dark, "clusters k", most=31),
        yaxis=frame.axis(dark, f"share of the value at k = {ks[0]}", range=[0, 1.06]),
        showlegend=True,
        legend=frame.legend(dark, 1.02),
        margin=frame.margin(top=30),
    )
    return figure
