"""What clipping does to a training, update by update: the loss, the gradient's norm, and how far it is turned."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from seqviz.figures import frame
from seqviz.figures.gradients import layout_over_steps, time_line
from seqviz.figures.logaxis import LogAxis
from seqviz.figures.loglines import LogLine, cross, draw
from seqviz.figures.numbers import number
from seqviz.records import Array, ClippingRun


def clipped_losses(runs: Sequence[ClippingRun], dark: bool = False) -> go.Figure:
    """The loss before each update on a logarithmic axis; a run that was stopped ends in an × that says why.

    Raises:
        ValueError: there are no runs, or one without updates.
    """
    last = _last_update(runs)
    plot = 300
    axis = LogAxis.over([run.losses for run in runs], plot, at_most=_loudest(runs))
    figure = go.Figure()
    for index, run in enumerate(runs):
        line = LogLine(run.name, _updates(run), run.losses, "loss %{customdata[0]:.4g}", "update %{x}")
        draw(figure, axis, index, line, dark, markers=False)
    labels, right = _names_at_ends(runs, [axis.place(run.losses) for run in runs], (axis.bottom, axis.top), plot, dark)
    stopped = sum(run.stopped_at is not None for run in runs)  # their × names them
    figure.layout = {
        **_over_updates(last, dark, runs, labels, right, 370, named=len(labels) + stopped),
        "yaxis": axis.layout(dark, "loss"),
        "shapes": axis.bands(dark),
    }
    for index, run in enumerate(runs):
        if run.stopped_at is not None:
            text = f"{run.name}: {_stop(run)}"
            cross(figure, axis, index, run.stopped_at, text, (last + 1) / 2, dark, y=_at_stop(axis, run.losses))
    return figure


def clipped_norms(runs: Sequence[ClippingRun], dark: bool = False) -> go.Figure:
    """The gradient's norm at each update before (thin) and after (thick) clipping: one panel a run, one scale.

    A threshold for the norm is a line across; one for single values is no norm, and is not drawn.

    Raises:
        ValueError: there are no runs, or one without updates.
    """
    last = _last_update(runs)
    panel, gap, top, bottom = 116, 40, 56, 50  # px
    height = len(runs) * panel + (len(runs) - 1) * gap + top + bottom
    colours = frame.palette(dark)
    limits = [np.array([run.threshold]) for run in runs if run.threshold is not None and not clips_values(run)]
    every = [norms for run in runs for norms in (run.norms_before, run.norms_after)]
    axis = LogAxis.over(every, panel, also=limits, at_most=_loudest(runs, norms=True), side_by_side=False)
    plots = height - top - bottom  # px
    axes: dict[str, Any] = {}
    high = axis.layout(dark, "‖gradient‖", most=4)
    for index in range(len(runs)):
        suffix = "" if index == 0 else str(index + 1)
        lowest = index == len(runs) - 1
        end = str(len(runs)) if len(runs) > 1 else ""
        upper = 1 - index * (panel + gap) / plots
        wide = frame.whole_axis(1, last, dark, "update" if lowest else "")
        shared = {} if lowest else {"matches": f"x{end}", "showticklabels": False}
        axes[f"xaxis{suffix}"] = {**wide, "anchor": f"y{suffix}", "domain": [0.0, 1.0], **shared}
        lower = max(upper - panel / plots, 0.0)
        axes[f"yaxis{suffix}"] = {**high, "anchor": f"x{suffix}", "domain": [lower, upper]}
    # one layout at once: make_subplots and update_xaxes take several times as long
    figure = go.Figure(layout=axes)
    bands, texts = [], []
    for index, run in enumerate(runs):
        before = len(figure.data)
        suffix = "" if index == 0 else str(index + 1)
        for slot, norms, when, look in (
            (2 * index + 1, run.norms_after, "after clipping", {"width": 4}),
            (2 * index, run.norms_before, "before clipping", {"width": 1.25, "color": colours["ink"]}),
        ):
            line = LogLine(run.name, _updates(run), norms, f"{when}: %{{customdata[0]:.4g}}", "update %{x}")
            look = {"dash": "solid", **look}
            draw(figure, axis, slot, line, dark, style=index, look=look, markers=False, legend=False)
        if run.threshold is not None and not clips_values(run):
            figure.add_trace(
                go.Scatter(
                    x=[1, last],
                    y=axis.place(np.full(2, run.threshold)),
                    mode="lines",
                    line={"color": colours["ink"], "width": 1.5, "dash": "dash"},
                    hovertemplate=f"threshold {number(run.threshold)}<extra></extra>",
                    showlegend=False,
                )
            )
        if run.stopped_at is not None:
            y = _at_stop(axis, run.norms_before)
            cross(figure, axis, 2 * index, run.stopped_at, "", (last + 1) / 2, dark, y=y, style=index)
        for trace in figure.data[before:]:
            trace.xaxis, trace.yaxis = f"x{suffix}", f"y{suffix}"
        bands += axis.bands(dark, x=f"x{suffix} domain", y=f"y{suffix}")
        texts.append(
            frame.note(
                dark,
                frame.safe(run.name) + (f": {_stop(run, norms=True)}" if run.stopped_at is not None else ""),
                x=0,
                xref=f"x{suffix} domain",
                xanchor="left",
                y=1,
                yref=f"y{suffix} domain",
                yanchor="bottom",
                font={"size": frame.TEXT, "color": frame.colour(index, dark)},
            )
        )
    for name, style in (
        ("before clipping", {"width": 1.25, "color": colours["ink"]}),
        ("after", {"width": 4, "color": colours["muted"]}),
        *([("threshold", {"width": 1.5, "dash": "dash", "color": colours["ink"]})] if limits else []),
    ):
        figure.add_trace(go.Scatter(x=[None], y=[None], mode="lines", line=style, name=name))
    figure.update_layout(
        frame.layout(
            dark,
            height,
            shapes=bands,
            annotations=texts,
            showlegend=True,
            legend=frame.legend(dark) | {"y": 1 + 24 / plots},
            margin=frame.margin(top=top, bottom=bottom),
        )
    )
    return figure


def clipped_time_norms(runs: Sequence[ClippingRun], update: int, symbol: str = "h", dark: bool = False) -> go.Figure:
    """‖∂L/∂h_t‖ over the time steps at one update, before clipping; a run that was stopped earlier says so.

    Args:
        update: which one, from 1.

    Raises:
        ValueError: there are no runs, their time steps differ in number, or no run has such an update.
    """
    last = _last_update(runs)
    if not 1 <= update <= last:
        raise ValueError(f"update is {update}, expected 1 to {last}")
    lengths = sorted({run.time_norms.shape[1] for run in runs})
    if len(lengths) != 1:
        raise ValueError(f"runs have {lengths} time steps, expected the same number in each")
    steps, plot = lengths[0], 280
    here = [(index, run) for index, run in enumerate(runs) if update <= len(run.losses)]
    axis = LogAxis.over([run.time_norms[update - 1] for _, run in here], plot)
    figure = go.Figure()
    for slot, (index, run) in enumerate(here):
        draw(figure, axis, slot, time_line(run.name, run.time_norms[update - 1], symbol), dark, style=index)
    for index, run in enumerate(runs):
        if (index, run) not in here:  # named above the plot, where no line runs
            stroke = frame.line_style(index, dark)
            name = frame.safe(f"{run.name}: {_stop(run)}")
            figure.add_trace(go.Scatter(x=[None], y=[None], mode="lines", line=stroke, name=name))
    figure.layout = layout_over_steps(axis, steps, symbol, dark, 400)
    for slot, (index, run) in enumerate(here):
        norms = run.time_norms[update - 1]
        bad = np.flatnonzero(~np.isfinite(norms)) + 1
        if len(bad):
            where = "at every step" if len(bad) == steps else f"from step {bad[-1]} back"
            text = f"{run.name}: {number(float(norms[bad[-1] - 1]))} {where}"
            cross(figure, axis, slot, float(bad[-1]), text, (steps + 1) / 2, dark, style=index)
    return figure


def turned_angle(runs: Sequence[ClippingRun], dark: bool = False) -> go.Figure:
    """By how many degrees clipping turned the gradient, update by update: 0 by norm, more by value.

    Raises:
        ValueError: there are no runs, or one without updates.
    """
    last = _last_update(runs)
    plot, most = 240, max((float(run.angles[np.isfinite(run.angles)].max(initial=0)) for run in runs), default=0)
    bounds = (-0.04, 1.06) if most < 1 else (-0.04 * most, 1.06 * most)
    figure = go.Figure()
    for index, run in enumerate(runs):
        angles = np.where(np.isfinite(run.angles), run.angles, np.nan)
        name = frame.safe(run.name)
        figure.add_trace(
            go.Scatter(
                x=_updates(run),
                y=angles,
                mode="lines",
                line=frame.line_style(index, dark, 1.75),
                name=name,
                hovertemplate=f"{name}<br>update %{{x}}<br>turned by %{{y:.2f}}°<extra></extra>",
            )
        )
    whole = all(run.stopped_at is None for run in runs)  # else a legend names them all
    labels, right = _names_at_ends(runs if whole else [], [trace.y for trace in figure.data], bounds, plot, dark)
    figure.layout = {
        **_over_updates(last, dark, runs, labels, right, 300, named=len(labels)),
        "yaxis": frame.axis(dark, "turned by", range=list(bounds), ticksuffix="°", nticks=7),
    }
    return figure


def clips_values(run: ClippingRun) -> bool:
    """Whether a run clips single values, so that its threshold is no norm."""
    return run.kind == "value"


def _last_update(runs: Sequence[ClippingRun]) -> int:
    """The last update of the longest run, from 1."""
    lengths = [len(run.losses) for run in runs]
    if not lengths or min(lengths) < 1:
        raise ValueError(f"runs have {lengths or 'no'} updates, expected 1 or more in each")
    return max(lengths)


def _updates(run: ClippingRun) -> Array:
    return np.arange(1.0, len(run.losses) + 1)


def _loudest(runs: Sequence[ClippingRun], norms: bool = False) -> float:
    """In powers of ten, where the axis ends: some decades above the runs that went to their end, if any did."""
    calm = [run.norms_before if norms else run.losses for run in runs if run.stopped_at is None]
    largest = max((float(np.max(v, initial=0, where=np.isfinite(v))) for v in calm), default=0.0)
    return float(np.log10(largest)) + (2 if norms else 3) if largest > 0 else np.inf


def _at_stop(axis: LogAxis, values: Array) -> float | None:
    """Where a stopped line's last number stands; None for one that stands on the ceiling."""
    last = float(axis.place(values[-1:])[0])
    return last if np.isfinite(last) else None


def _stop(run: ClippingRun, norms: bool = False) -> str:
    """What a run was stopped by, in two or three words: its loss, or with `norms` its gradient, first."""
    kinds = [("", run.losses), ("gradient ", run.norms_before)]
    for what, values in kinds[::-1] if norms else kinds:
        if not np.isfinite(values[-1]):
            return f"{what}{number(float(values[-1]))} at update {run.stopped_at}"
    return f"stopped at update {run.stopped_at}"


def _names_at_ends(
    runs: Sequence[ClippingRun], placed: Sequence[Array], bounds: tuple[float, float], plot: float, dark: bool
) -> tuple[list[dict[str, Any]], int]:
    """The names of the runs that reach the right edge, at the ends of their lines."""
    longest = max(len(values) for values in placed)
    ends = [
        float(values[-1]) if len(values) == longest and run.stopped_at is None and np.isfinite(values[-1]) else None
        for run, values in zip(runs, placed, strict=bool(runs))
    ]
    return frame.end_labels([run.name for run in runs], ends, bounds, plot, dark)


def _over_updates(
    last: int,
    dark: bool,
    runs: Sequence[ClippingRun],
    labels: list[dict[str, Any]],
    right: int,
    height: int,
    named: int,
) -> dict[str, Any]:
    """The layout of a figure over updates; with a legend where the line ends do not name every run."""
    return frame.layout(
        dark,
        height,
        xaxis=frame.whole_axis(1, last, dark, "update", most=7),
        annotations=labels,
        showlegend=named < len(runs),
        legend=frame.legend(dark, 1.02),
        margin=frame.margin(right=right, top=12),
    )
