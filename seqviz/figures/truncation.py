"""How near a truncated gradient comes to the full one, over all windows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import plotly.graph_objects as go

from seqviz.figures import frame
from seqviz.records import Array, frozen_array

_LANES = ((0.56, 1.0), (0.0, 0.44))  # the share of the height that each of the two plots has


def truncation_curves(
    cosine: Mapping[str, Array], ratio: Mapping[str, Array], window: int, dark: bool = False
) -> go.Figure:
    """Direction (cosine) and length (ratio) of the truncated gradient against the full one, window by window.

    Args:
        cosine, ratio: name → (T,) for the windows 1 … T; the same names. What is no finite number is left out.
        window: the one that is chosen, marked in both.
        dark: for a dark page.

    Raises:
        ValueError: there are no curves, names or lengths differ, or there is no such window.
    """
    lengths = sorted({len(values) for curves in (cosine, ratio) for values in curves.values()})
    if len(lengths) != 1 or lengths[0] < 1 or list(cosine) != list(ratio):
        raise ValueError(
            f"curves are {list(cosine)} and {list(ratio)} over {lengths or 'no'} windows, expected the same names and "
            "lengths, 1 or more"
        )
    last = lengths[0]
    if not 1 <= window <= last:
        raise ValueError(f"window is {window}, expected 1 to {last}")
    windows = np.arange(1.0, last + 1)
    colours = frame.palette(dark)
    figure = go.Figure()
    ends: list[list[float]] = []
    for row, (what, curves) in enumerate((("cosine", cosine), ("length ratio", ratio))):
        axes = {"xaxis": "x", "yaxis": "y2" if row else "y"}
        low, high = 0.0, 1.0
        for index, (name, given) in enumerate(curves.items()):
            values = frozen_array(name, given, last)
            shown = np.where(np.isfinite(values), values, np.nan)
            low, high = (float(f([edge, *shown[np.isfinite(shown)]])) for f, edge in ((min, low), (max, high)))
            chosen = np.where(windows == window, shown, np.nan)
            shared: dict[str, Any] = {"name": frame.safe(name), "legendgroup": name, **axes}
            figure.add_trace(
                go.Scatter(
                    x=windows,
                    y=shown,
                    mode="lines" if last > 1 else "markers",
                    line=frame.line_style(index, dark),
                    marker={"color": frame.colour(index, dark), "size": 8},
                    hovertemplate=f"{frame.safe(name)}<br>window %{{x}}: {what} %{{y:.4f}}<extra></extra>",
                    showlegend=not row,
                    **shared,
                )
            )
            figure.add_trace(
                go.Scatter(
                    x=windows,
                    y=chosen,
                    mode="markers",
                    marker={"symbol": frame.symbol_of(index), "size": 10, "color": frame.colour(index, dark)},
                    hoverinfo="skip",
                    showlegend=False,
                    **shared,
                )
            )
        air = 0.06 * (high - low)
        ends.append([low - air, high + air])
    full = {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": 1, "y1": 1, "layer": "below"}
    chosen_line = {"type": "line", "xref": "x", "x0": window, "x1": window, "yref": "paper", "y0": 0, "y1": 1}
    figure.layout = frame.layout(
        dark,
        380,
        xaxis=frame.whole_axis(1, last, dark, "window (steps back, the step itself included)") | {"anchor": "y2"},
        yaxis=frame.axis(dark, "cosine", range=ends[0], nticks=5, domain=list(_LANES[0])),
        yaxis2=frame.axis(dark, "length ratio", range=ends[1], nticks=5, domain=list(_LANES[1])),
        shapes=[
            {**full, "yref": "y", "line": {"color": colours["muted"], "width": 1, "dash": "dot"}},
            {**full, "yref": "y2", "line": {"color": colours["muted"], "width": 1, "dash": "dot"}},
            {**chosen_line, "line": {"color": colours["accent"], "width": 2}, "layer": "below"},
        ],
        showlegend=True,
        legend=frame.legend(dark, 1.02),
    )
    return figure
