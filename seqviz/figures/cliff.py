"""The loss of a one-unit network over its weight and its bias, and what a cliff in it does to gradient descent."""

from __future__ import annotations

from typing import Any

import numpy as np
import plotly.graph_objects as go

from seqviz.figures import frame
from seqviz.figures.ground import ends, inner, labels, levels, pale, places
from seqviz.records import Array, Cliff

_LONG = 0.1  # of the picture's width: a longer step is led over the ground
_EDGE = 0.005  # of the picture's width: so little outside is still drawn at its edge
_DECADES = 2  # of colours on a logarithmic map: what is smaller wears the palest
_FLIGHT = 41  # points along one
_LIFT = 0.015  # of the height: how far the paths float above the surface, to be seen


def cliff_surface(cliff: Cliff, log: bool = False, dark: bool = False) -> go.Figure:
    """The loss as a surface over w and b, the paths as lines on it; a path shows only while it is over the surface.

    Args:
        cliff: at least 2 × 2 losses.
        log: heights as powers of ten, for losses of very different sizes.

    Raises:
        ValueError: there are fewer than 2 weights or biases, or no finite loss, or with `log` a loss below 0.
    """
    _check(cliff, log)
    colours = frame.palette(dark)
    heights = _heights(cliff.losses, log)
    low, high = float(np.nanmin(heights)), float(np.nanmax(heights))
    high = high if high > low else low + 1
    ticks = {"tickvals": places(low, high), "ticktext": labels(low, high)} if log else {}
    figure = go.Figure(
        go.Surface(
            x=cliff.weights,
            y=cliff.biases,
            z=heights,
            customdata=cliff.losses,
            colorscale=pale(dark),
            showscale=False,
            opacity=1,
            lighting={"ambient": 0.75, "diffuse": 0.5, "specular": 0.05, "roughness": 0.9},
            contours={
                "z": {
                    "show": True,
                    "color": colours["arrow"],
                    "width": 1,
                    **levels(low, high),
                    "highlight": False,
                },
                "x": {"highlight": False},
                "y": {"highlight": False},
            },
            hovertemplate="w = %{x:.3f}<br>b = %{y:.3f}<br>loss %{customdata:.4g}<extra></extra>",
            name="loss",
        )
    )
    for index, (name, path) in enumerate(cliff.paths.items()):
        inside = _inside(cliff, path)
        over = np.where(inside[:, np.newaxis], path, np.nan)  # (U+1, 3)
        z = np.clip(_heights(over[:, 2], log), low, high) + _LIFT * (high - low)
        style = _style(index, dark)
        shared: dict[str, Any] = {"legendgroup": name, "name": frame.safe(name) + _leaves(path, inside)}
        figure.add_trace(
            go.Scatter3d(
                x=over[:, 0],
                y=over[:, 1],
                z=z,
                mode="lines+markers",
                # a legend has room for dots of this width alone
                line={"color": style["color"], "width": 6, "dash": style["dash"].replace("dash", "dot")},
                marker={"size": 2.5, "color": style["color"], "symbol": "circle"},
                customdata=np.stack([np.arange(len(path)), path[:, 2]], axis=1),
                hovertemplate=(
                    f"{frame.safe(name)}<br>after update %{{customdata[0]}}<br>w = %{{x:.4f}}<br>b = %{{y:.4f}}"
                    "<br>loss %{customdata[1]:.4g}<extra></extra>"
                ),
                **shared,
            )
        )
        seen = np.flatnonzero(inside)
        if len(seen):
            marked = [0, seen[-1]] if seen[0] == 0 else [seen[-1]]
            words = ["start", "end" if seen[-1] == len(path) - 1 else "leaves"][-len(marked) :]
            figure.add_trace(
                go.Scatter3d(
                    x=over[marked, 0],
                    y=over[marked, 1],
                    z=z[marked],
                    mode="markers+text",
                    marker={
                        "size": 6,
                        "color": style["color"],
                        "symbol": [_SHAPES[word] for word in words],
                        "line": {"width": 1, "color": colours["surface"]},
                    },
                    text=["start" if word == "start" and not index else word * (word != "start") for word in words],
                    textfont={"size": frame.TEXT, "color": colours["ink"]},
                    textposition="top center",
                    hoverinfo="skip",
                    showlegend=False,
                    **shared,
                )
            )
        flights = _flights(cliff, over, z, heights, _LIFT * (high - low))
        if len(flights):
            figure.add_trace(
                go.Scatter3d(
                    x=flights[:, 0],
                    y=flights[:, 1],
                    z=flights[:, 2],
                    mode="lines",
                    line={"color": style["color"], "width": 6},  # dashes between so many points are dust
                    hoverinfo="skip",
                    showlegend=False,
                    **shared,
                )
            )
    edge = {
        "showbackground": False,
        "gridcolor": colours["line"],
        "zerolinecolor": colours["line"],
        "linecolor": colours["arrow"],
        "tickfont": {"size": frame.SMALL, "color": colours["muted"]},
        "nticks": 5,
        "showspikes": False,
    }
    figure.layout = frame.layout(
        dark,
        480,
        scene={
            "xaxis": {
                **edge,
                "title": {"text": "weight w"},
                "range": ends(cliff.weights),
                **inner(cliff.weights),
            },
            "yaxis": {**edge, "title": {"text": "bias b"}, "range": ends(cliff.biases), **inner(cliff.biases)},
            "zaxis": {**edge, "title": {"text": "loss"}, "range": [low, high + 2 * _LIFT * (high - low)], **ticks},
            "bgcolor": frame.CLEAR,
            "aspectmode": "manual",
            "aspectratio": {"x": 0.92, "y": 0.92, "z": 0.66},
            "camera": {"eye": _eye(heights), "center": {"x": 0, "y": 0, "z": -0.1}},
            "dragmode": "turntable",
        },
        showlegend=bool(cliff.paths),
        legend=frame.legend(dark, 1.0) | {"y": 1, "yanchor": "top"},
        margin=frame.margin(left=0, right=0, top=0, bottom=0),
    )
    return figure


def cliff_map(cliff: Cliff, log: bool = False, dark: bool = False) -> go.Figure:
    """The same from above: the loss as contour lines over w and b, the paths on it.

    Raises:
        ValueError: as `cliff_surface`.
    """
    _check(cliff, log)
    colours = frame.palette(dark)
    heights = _heights(cliff.losses, log)
    low, high = float(np.nanmin(heights)), float(np.nanmax(heights))
    high = high if high > low else low + 1
    low = max(low, high - _DECADES) if log else low  # the bottom of the valley would take all the colours
    ticks = {"tickvals": places(low, high), "ticktext": labels(low, high)} if log else {"nticks": 5}
    words_at: list[dict[str, Any]] = []
    figure = go.Figure(
        go.Contour(
            x=cliff.weights,
            y=cliff.biases,
            z=heights,
            customdata=cliff.losses,
            zmin=low,
            zmax=high,
            contours={**levels(low, high), "coloring": "fill"},
            line={"color": colours["arrow"], "width": 0.75, "smoothing": 0.6},
            colorscale=pale(dark),
            colorbar={
                "title": {"text": "loss", "side": "top", "font": {"size": frame.SMALL}},
                "thickness": 12,
                "outlinewidth": 0,
                "tickfont": {"size": frame.SMALL, "color": colours["muted"]},
                **ticks,
            },
            hovertemplate="w = %{x:.3f}<br>b = %{y:.3f}<br>loss %{customdata:.4g}<extra></extra>",
            name="loss",
        )
    )
    for index, (name, path) in enumerate(cliff.paths.items()):
        inside = _inside(cliff, path)
        finite = np.isfinite(path[:, :2]).all(axis=1, keepdims=True)
        points = np.where(finite, path[:, :2], np.nan)  # (U+1, 2); the axes cut off what leaves the picture
        style = _style(index, dark)
        shared: dict[str, Any] = {"legendgroup": name, "name": frame.safe(name) + _leaves(path, inside)}
        figure.add_trace(
            go.Scatter(
                x=points[:, 0],
                y=points[:, 1],
                mode="lines+markers",
                line={**style, "width": 3},
                marker={"size": 5, "color": style["color"], "line": {"width": 1, "color": colours["surface"]}},
                customdata=np.stack([np.arange(len(path)), path[:, 2]], axis=1),
                hovertemplate=(
                    f"{frame.safe(name)}<br>after update %{{customdata[0]}}<br>w = %{{x:.4f}}<br>b = %{{y:.4f}}"
                    "<br>loss %{customdata[1]:.4g}<extra></extra>"
                ),
                **shared,
            )
        )
        seen = np.flatnonzero(inside)
        if len(seen):
            marked = [0, seen[-1]] if seen[0] == 0 else [seen[-1]]
            words = ["start", "end" if seen[-1] == len(path) - 1 else "leaves"][-len(marked) :]
            figure.add_trace(
                go.Scatter(
                    x=points[marked, 0],
                    y=points[marked, 1],
                    mode="markers",
                    marker={
                        "size": 12,
                        "color": style["color"],
                        "symbol": [_SHAPES[word] for word in words],
                        "line": {"width": 1.5, "color": colours["surface"]},
                    },
                    hoverinfo="skip",
                    showlegend=False,
                    **shared,
                )
            )
            for at, word in zip(marked, words, strict=True):
                if word != "start" or not index:
                    words_at.append(
                        frame.note(
                            dark,
                            word,
                            x=points[at, 0],
                            y=points[at, 1],
                            yanchor="bottom",
                            yshift=9,
                            bgcolor=colours["surface"],
                            borderpad=2,
                            font={"size": frame.SMALL, "color": colours["ink"]},
                        )
                    )
    figure.layout = frame.layout(
        dark,
        430,
        xaxis=frame.axis(dark, "weight w", range=ends(cliff.weights), showgrid=False, nticks=7),
        yaxis=frame.axis(dark, "bias b", range=ends(cliff.biases), showgrid=False, nticks=7),
        annotations=words_at,
        showlegend=bool(cliff.paths),
        legend=frame.legend(dark, 1.02),
    )
    return figure


_SHAPES = {"start": "circle", "end": "square", "leaves": "x"}


def _check(cliff: Cliff, log: bool) -> None:
    if min(cliff.losses.shape) < 2:
        raise ValueError(f"losses has shape {cliff.losses.shape}, expected 2 or more biases and weights")
    finite = cliff.losses[np.isfinite(cliff.losses)]
    if not finite.size:
        raise ValueError("losses hold no finite number")
    if log and finite.min() < 0:
        raise ValueError(f"losses hold {finite.min():g}, expected 0 or more on a logarithmic scale")


def _heights(losses: Array, log: bool) -> Array:
    """What is drawn: the loss or its log10; nan where there is no number. A loss of 0 stands at the smallest one."""
    finite = np.where(np.isfinite(losses), losses, np.nan)
    if not log:
        return finite
    positive = finite[finite > 0]
    heights: Array = np.log10(np.maximum(finite, positive.min() if positive.size else 1.0))
    return heights


def _inside(cliff: Cliff, path: Array) -> np.ndarray:
    """(U+1,) whether a point of a path stands in the picture, its very edge included."""
    (left, right), (near, far) = ends(cliff.weights), ends(cliff.biases)
    along, across = _EDGE * (right - left), _EDGE * (far - near)
    left, right, near, far = left - along, right + along, near - across, far + across
    w, b = path[:, 0], path[:, 1]
    inside: np.ndarray = np.isfinite(path).all(axis=1) & (w >= left) & (w <= right) & (b >= near) & (b <= far)
    return inside


def _flights(cliff: Cliff, path: Array, z: Array, heights: Array, lift: float) -> Array:
    """(N, 3) the long steps of a path led over the ground, where a straight line would run beneath it; nan between.

    Args:
        path: (U+1, 3), nan where it is not in the picture. z: (U+1,) where its points are drawn.
        heights: (B, A) the ground as it is drawn. lift: how far above it a line is seen.
    """
    spans = np.array([np.ptp(ends(cliff.weights)), np.ptp(ends(cliff.biases))])
    lengths = np.hypot(*(np.diff(path[:, :2], axis=0) / spans).T)  # (U,) in parts of the picture; nan outside
    share = np.linspace(0, 1, _FLIGHT)[:, np.newaxis]
    found = []
    for start in np.flatnonzero(lengths > _LONG):
        x, y = (path[start, :2] + share * (path[start + 1, :2] - path[start, :2])).T
        chord = z[start] + share[:, 0] * (z[start + 1] - z[start])
        found += [
            np.stack([x, y, np.fmax(chord, _ground(cliff, heights, x, y) + lift)], axis=1),
            np.full((1, 3), np.nan),
        ]
    return np.concatenate(found) if found else np.empty((0, 3))


def _ground(cliff: Cliff, heights: Array, x: Array, y: Array) -> Array:
    """The height of the ground at points within it: the highest of the four corners around each."""
    column = np.clip(np.searchsorted(cliff.weights, x) - 1, 0, len(cliff.weights) - 2)
    row = np.clip(np.searchsorted(cliff.biases, y) - 1, 0, len(cliff.biases) - 2)
    corners = np.stack([heights[row + down, column + right] for down in (0, 1) for right in (0, 1)])
    highest: Array = np.fmax.reduce(corners)
    return highest


def _leaves(path: Array, inside: np.ndarray) -> str:
    """What to add to a path's name if it leaves the picture or the numbers."""
    out = np.flatnonzero(~inside)
    if not len(out):
        return ""
    where = "leaves the picture" if np.isfinite(path[out[0]]).all() else "no number any more"
    return f": {where} at update {out[0]}"


def _style(index: int, dark: bool) -> dict[str, str]:
    return {"color": frame.colour(index, dark), "dash": ("dash", "solid", "dot", "longdash")[index % 4]}


def _eye(heights: Array) -> dict[str, float]:
    """The camera stands over the lower halves of the ground, so that the wall of a cliff is in view."""
    half_b, half_w = (length // 2 for length in heights.shape)
    east = np.nanmean(heights[:, half_w:]) <= np.nanmean(heights[:, :half_w])
    north = np.nanmean(heights[half_b:]) <= np.nanmean(heights[:half_b])
    return {"x": 1.0 if east else -1.0, "y": 1.55 if north else -1.55, "z": 0.95}
