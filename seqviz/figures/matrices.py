"""Small matrices side by side, every number in its cell, on one scale: for comparing them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from seqviz.figures import frame, theme
from seqviz.records import Array, frozen_array

_ROW = 30  # px
_NUMBERED = 10  # columns of one matrix up to which each cell carries its number


def matrices(
    panels: Mapping[str, Array],
    rows: Sequence[str],
    columns: Sequence[str],
    *,
    stacked: bool = False,
    dark: bool = False,
) -> go.Figure:
    """One heatmap a panel, blue below 0 and orange above, with one colour scale for all.

    Args:
        panels: title → (R, C) numbers; those that are not finite stay blank.
        rows, columns: (R,) and (C,) what stands at them; shown as text, whatever they hold.
        stacked: one below the other instead of side by side.
        dark: for a dark page.

    Raises:
        ValueError: no panel, or a shape that differs from (R, C).
    """
    if not panels:
        raise ValueError("there are 0 panels, expected at least 1")
    arrays = {title: frozen_array(title, values, len(rows), len(columns)) for title, values in panels.items()}
    finite = np.concatenate([values[np.isfinite(values)] for values in arrays.values()])
    most = min(float(np.abs(finite).max(initial=0.0)) or 1.0, 1e300)
    across, down = (1, len(arrays)) if stacked else (len(arrays), 1)
    figure = make_subplots(
        rows=down,
        cols=across,
        subplot_titles=[frame.safe(title) for title in arrays],
        horizontal_spacing=0.08,
        vertical_spacing=0.16 / max(1, down - 1) if down > 1 else 0.0,
    )
    for place, (title, values) in enumerate(arrays.items()):
        figure.add_trace(
            go.Heatmap(
                z=np.where(np.isfinite(values), values, np.nan),
                x=np.arange(len(columns)),
                y=np.arange(len(rows)),
                zmin=-most,
                zmax=most,
                colorscale=theme.diverging(dark),
                showscale=False,
                xgap=2,
                ygap=2,
                texttemplate="%{z:.3f}" if len(columns) <= _NUMBERED else None,
                textfont={"size": frame.SMALL, "color": frame.palette(dark)["ink"]},
                hovertemplate=f"{frame.safe(title)}<br>%{{y}}, %{{x}}: %{{z:.6g}}<extra></extra>",
            ),
            row=1 + place // across,
            col=1 + place % across,
        )
    ticks = {"showgrid": False, "zeroline": False, "ticks": ""}
    names = [[frame.safe(name) for name in side] for side in (rows, columns)]
    figure.update_xaxes(tickvals=np.arange(len(columns)), ticktext=names[1], side="bottom", **ticks)
    figure.update_yaxes(tickvals=np.arange(len(rows)), ticktext=names[0], autorange="reversed", **ticks)
    figure.update_layout(
        frame.layout(dark, height=70 + down * (_ROW * len(rows) + 40), margin=frame.margin(left=24, top=34, bottom=28))
    )
    return figure
