"""Small grey pictures side by side."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from seqviz.figures import frame, theme
from seqviz.records import Array

ACROSS = 5
BETWEEN = 0.02  # of the width
UNDER = 0.47  # of a picture's height: room for the title of the one below


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
    width, height = (1 - BETWEEN * (columns - 1)) / columns, 1 / (rows + UNDER * (rows - 1))
    most = float(images.max()) or 1.0
    traces = []
    layout = frame.layout(dark, 70 + 170 * rows, margin=frame.margin(top=34), annotations=[])
    for place, (image, title) in enumerate(zip(images, titles, strict=True)):
        number = str(place + 1) if place else ""
        left, top = place % columns * (width + BETWEEN), 1 - place // columns * (1 + UNDER) * height
        layout[f"xaxis{number}"] = {
            "domain": [left, left + width],
            "anchor": f"y{number}",
            "constrain": "domain",
            "visible": False,
        }
        down = {"domain": [max(0.0, top - height), top], "anchor": f"x{number}", "scaleanchor": f"x{number}"}
        down |= {"constrain": "domain", "constraintoward": "top"}  # under its title, where the columns are narrow
        layout[f"yaxis{number}"] = {**down, "visible": False}
        traces.append(
            go.Heatmap(
                z=image[::-1],
                zmin=0.0,
                zmax=most,
                colorscale=theme.sequential(dark),
                showscale=False,
                hovertemplate="mean grey %{z:.2f}<extra></extra>",
                xaxis=f"x{number}",
                yaxis=f"y{number}",
            )
        )
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
        layout["annotations"].append(text | {"font": {"size": frame.SMALL, "color": frame.palette(dark)["ink"]}})
    return go.Figure(traces, layout)  # at once: make_subplots and what adds to its figure take several times as long
