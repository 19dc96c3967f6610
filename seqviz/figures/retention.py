"""How much of what each token wrote is still in the state at the end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike

from seqviz.figures import frame
from seqviz.figures.gates import token_axis
from seqviz.figures.states import as_text
from seqviz.records import Array, frozen_array

_PATTERNS = ("/", "x", ".", "\\")


def retention_bars(
    tokens: Sequence[str], shares: ArrayLike, groups: Mapping[str, Sequence[int]], dark: bool = False
) -> go.Figure:
    """One bar a token, the groups in a colour and a pattern of their own with their means as lines, the rest muted.

    Args:
        tokens: (T,) shown as text, whatever they hold.
        shares: (T,) in [0, 1]; nan where nothing can be said.
        groups: name → the places, from 0, of its tokens, e.g. "stop words" and "sentiment words"; up to 4 groups.

    Raises:
        ValueError: the lengths differ, a share is out of [0, 1], a place is no token or is in two groups, or there are
            more groups than patterns.
    """
    values = frozen_array("shares", shares, len(tokens))  # (T,)
    outside = values[(values < 0) | (values > 1) | np.isinf(values)]
    if len(outside):
        raise ValueError(f"a share is {outside[0]:g}, expected 0 to 1")
    which = _numbered(groups, len(tokens))  # (T,) the group's number, −1 for the rest
    colours = frame.palette(dark)
    figure = go.Figure()
    names, axis = token_axis(tokens)
    columns = np.array(names, dtype=object)
    label = np.array([f"step {t} “{as_text(token)}”" for t, token in enumerate(tokens, start=1)], dtype=object)
    for number, name in [*enumerate(groups), (-1, "other tokens")]:
        places = np.flatnonzero(which == number)
        if not len(places):
            continue
        mean = _mean(values[places])
        colour, opacity = (colours["arrow"], 0.45) if number < 0 else (frame.colour(number, dark), 1.0)
        pattern: dict[str, Any] = {}
        if number >= 0:
            shape, over = _PATTERNS[number], colours["surface"]
            pattern = {"shape": shape, "fillmode": "overlay", "fgcolor": over, "size": 6, "solidity": 0.25}
        figure.add_trace(
            go.Bar(
                x=columns[places],
                y=values[places],
                width=0.8,
                marker={
                    "color": colour,
                    "opacity": opacity,
                    "pattern": pattern,
                    "line": {"width": 0},
                },
                customdata=label[places],
                name=f"{frame.safe(name)} ({len(places):,})" + ("" if mean is None else f": mean {mean:.2f}"),
                hovertemplate=f"%{{customdata}}, {frame.safe(name)}<br>kept to the end: %{{y:.4f}}<extra></extra>",
            )
        )
    lines, texts = _means(values, which, groups, dark)
    figure.layout = frame.layout(
        dark,
        340,
        xaxis=frame.axis(dark, "token", range=[-0.6, len(tokens) - 0.4], showgrid=False, **axis),
        yaxis=frame.axis(dark, "kept to the end", range=[0, 1.04], tickvals=[0, 0.25, 0.5, 0.75, 1]),
        shapes=lines,
        annotations=texts,
        showlegend=True,
        legend=frame.legend(dark, 1.03),
        margin=frame.margin(top=30),
    )
    return figure


def _numbered(groups: Mapping[str, Sequence[int]], steps: int) -> np.ndarray[Any, np.dtype[np.int64]]:
    if len(groups) > len(_PATTERNS):
        raise ValueError(f"there are {len(groups)} groups, expected up to {len(_PATTERNS)}")
    which = np.full(steps, -1, dtype=np.int64)
    for number, (name, places) in enumerate(groups.items()):
        for place in places:
            if not 0 <= place < steps:
                raise ValueError(f"place {place} of group {name!r} is no token, expected 0 to {steps - 1}")
            if which[place] not in (-1, number):
                raise ValueError(f"place {place} is in two groups, expected one")
            which[place] = number
    return which


def _mean(values: Array) -> float | None:
    finite = values[np.isfinite(values)]
    return float(finite.mean()) if len(finite) else None


def _means(
    values: Array, which: np.ndarray[Any, np.dtype[np.int64]], groups: Mapping[str, Sequence[int]], dark: bool
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """A line across the plot for the mean of each group, with its number at the right end."""
    means = [(number, _mean(values[which == number])) for number in range(len(groups))]
    known = sorted((mean, number) for number, mean in means if mean is not None)
    lines, texts = [], []
    for rank, (mean, number) in enumerate(known):
        style = frame.line_style(number, dark, 2)
        lines.append({"type": "line", "x0": 0, "x1": 1, "xref": "x domain", "y0": mean, "y1": mean, "line": style})
        under = rank == 0 and len(known) > 1 and mean > 0.08  # the lower one's number stands below its line
        texts.append(
            frame.note(
                dark,
                f"<b>{mean:.2f}</b>",
                x=1,
                xref="x domain",
                xanchor="right",
                y=mean,
                yanchor="top" if under else "bottom",
                bgcolor=frame.palette(dark)["surface"],
                opacity=0.9,
            )
            | {"font": {"size": frame.TEXT, "color": frame.colour(number, dark)}}
        )
    return lines, texts
