"""Lines on a logarithmic axis: the ordinary numbers as a line, zeros on the floor, ∞ and NaN on the ceiling."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go

from seqviz.figures import frame
from seqviz.figures.logaxis import LogAxis
from seqviz.records import Array

_MOST_MARKERS = 13


@dataclass(frozen=True)
class LogLine:
    """One line to draw.

    Attributes:
        name: as the reader sees it.
        x: (N,) where its numbers stand.
        values: (N,) the numbers, 0 or more, ∞ or NaN.
        said: what the pointer reads at an ordinary number: a Plotly template of x, customdata[0] (the number) and
            customdata[1] (`extra`); the name is added.
        where: what the pointer reads about the place: a Plotly template of x.
        extra: (N,) a second number for the pointer; None without one.
    """

    name: str
    x: Array
    values: Array
    said: str
    where: str
    extra: Array | None = None


def draw(
    figure: go.Figure,
    axis: LogAxis,
    number: int,
    line: LogLine,
    dark: bool,
    *,
    style: int | None = None,
    look: Mapping[str, Any] | None = None,
    markers: bool = True,
    legend: bool = True,
) -> None:
    """Add one line to a figure: one trace for its ordinary numbers, one for zeros and one for ∞ and NaN if any.

    Args:
        axis: made from all the lines of this plot.
        number: which of them this is, from 0.
        style: the number whose colour, dash and marker it wears; its own by default.
        look: of Plotly's line entries what differs from that.
        legend: whether it stands in the legend.
    """
    style = number if style is None else style
    name = frame.safe(line.name)
    stroke = {**frame.line_style(style, dark), **(look or {})}
    shared: dict[str, Any] = {"name": name, "legendgroup": f"{number} {name}"}
    extra = np.zeros(len(line.values)) if line.extra is None else line.extra
    dot = {"symbol": frame.symbol_of(style), "size": 8, "color": stroke["color"]}
    alone = np.count_nonzero(np.isfinite(axis.place(line.values))) == 1  # a single point needs its dot to be seen
    figure.add_trace(
        go.Scatter(
            x=line.x,
            y=axis.place(line.values),
            mode="lines+markers" if markers or alone else "lines",
            line=stroke,
            marker={**dot, "maxdisplayed": 0 if len(line.values) <= _MOST_MARKERS else _MOST_MARKERS},
            customdata=np.stack([line.values, extra], axis=1),  # (N, 2)
            hovertemplate=f"{name}<br>{line.where}<br>{line.said}<extra></extra>",
            showlegend=legend,
            **shared,
        ),
    )
    floor, ceiling = axis.floors[number], axis.ceilings[number]
    if floor is not None:
        zeros = line.values == 0
        figure.add_trace(
            go.Scatter(
                x=line.x,
                y=np.where(zeros, floor, np.nan),
                mode="lines+markers",
                line={**stroke, "width": 1.5},
                marker={**dot, "symbol": f"{dot['symbol']}-open", "size": 7, "maxdisplayed": _MOST_MARKERS},
                customdata=line.values,
                hovertemplate=f"{name}<br>{line.where}<br>exactly 0<extra></extra>",
                showlegend=False,
                **shared,
            ),
        )
    if ceiling is not None:
        bad = ~np.isfinite(line.values)
        figure.add_trace(
            go.Scatter(
                x=line.x,
                y=np.where(bad, ceiling, np.nan),
                mode="lines",
                line={**stroke, "width": 1.5, "dash": "dot"},
                customdata=["NaN" if np.isnan(value) else "∞" for value in line.values],
                hovertemplate=f"{name}<br>{line.where}<br>%{{customdata}}<extra></extra>",
                showlegend=False,
                **shared,
            ),
        )


def cross(
    figure: go.Figure,
    axis: LogAxis,
    number: int,
    at: float,
    text: str,
    middle: float,
    dark: bool,
    *,
    y: float | None = None,
    style: int | None = None,
) -> None:
    """Mark where a line ends in no number: an × with a text that runs towards the middle of the plot.

    Call it once the figure has its layout: the text is an annotation more.

    Args:
        middle: of the x-axis.
        y: where the × stands; on the line's place on the ceiling by default.
    """
    height = y if y is not None else axis.ceilings[number]
    own = frame.colour(number if style is None else style, dark)
    figure.add_trace(
        go.Scatter(
            x=[at],
            y=[axis.high if height is None else height],
            mode="markers",
            marker={"symbol": "x", "size": 11, "color": own, "line": {"width": 0}},
            cliponaxis=False,
            hoverinfo="skip",
            showlegend=False,
        ),
    )
    if text:
        right = at <= middle
        words = frame.note(
            dark,
            frame.safe(text),
            x=at,
            xanchor="left" if right else "right",
            xshift=10 if right else -10,
            y=axis.high if height is None else height,
            yanchor="middle",
            bgcolor=frame.palette(dark)["panel"],
            borderpad=1,
            font={"size": frame.SMALL, "color": own},
        )
        figure.add_annotation(words)
