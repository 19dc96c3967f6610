"""Small grey pictures side by side."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from seqviz.figures import frame, theme
from seqviz.records import Array

ACROSS = 5


def digit_means(images: Array, titles: Sequence[str], dark: bool = False) -> go.Figure:
    """Mean images (k, height, width), all on one scale from none to the greatest value, each with its title.

    Raises:
        ValueError: another number of titles than of images.
    """
    count = len(images)
    if len(titles) != count:
        raise ValueError(f"there are {len(titles)} titles for {count} images")
    rows = -(-count // ACROSS)
    columns = min(count, ACROSS)
    figure = make_subplots(rows, columns, horizontal_spacing=0.02, vertical_spacing=0.32 / max(rows, 2))
    for place, image in enumerate(images):
        figure.add_trace(
            go.Heatmap(
                z=image[::-1],
                zmin=0.0,
                zmax=float(images.max()) or 1.0,
                colorscale=theme.sequential(dark),
                showscale=False,
                hovertemplate="mean grey %{z:.2f}<extra></extra>",
            ),
            place // columns + 1,
            place % columns + 1,
        )
    figure.update_layout(frame.layout(dark, 70 + 170 * rows, margin=frame.margin(top=34)))
    figure.update_xaxes(visible=False, constrain="domain")
    figure.update_yaxes(visible=False)
    for place, title in enumerate(titles):
        number = "" if place == 0 else str(place + 1)
        figure.update_layout({f"yaxis{number}": {"scaleanchor": f"x{number}"}})
        text = frame.note(
            dark,
            title.replace(" · ", "<br>"),
            x=0.5,
            xref=f"x{number} domain",
            y=1,
            yref=f"y{number} domain",
            yanchor="bottom",
            align="center",
        )
        figure.add_annotation(text | {"font": {"size": frame.SMALL, "color": frame.palette(dark)["ink"]}})
    return figure
