"""How the gradient's size runs back through time: over the steps, and in one small panel a network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from seqviz.figures import frame
from seqviz.figures.logaxis import LogAxis
from seqviz.figures.loglines import LogLine, cross, draw
from seqviz.records import Array, GradientFlow


def _bound_name(symbol: str) -> str:
    """The bound as a formula: what it is at T, times one factor a step back."""
    return f"bound ‖∂L/∂{frame.safe(symbol)}<sub>T</sub>‖ (γ σ<sub>max</sub>)<sup>T−t</sup>"


def norms_over_time(flows: Sequence[GradientFlow], symbol: str = "h", dark: bool = False) -> go.Figure:
    """‖∂L/∂h_t‖ against the step t on a logarithmic axis, one line a network, its bound as a thin dotted line.

    Zeros stand on a floor of their own and overflow on a ceiling, so no step is dropped.

    Args:
        flows: one or more, of equally many steps.
        symbol: what the hidden state is called.
        dark: for a dark page.

    Raises:
        ValueError: there are no flows, or their lengths differ.
    """
    steps = _steps(flows)
    lines = [flow.norms for flow in flows]
    bounds = [flow.bound for flow in flows if flow.bound is not None]
    height, plot = 440, 320
    axis = LogAxis.over(lines, plot, also=bounds)
    figure = go.Figure()
    for index, flow in enumerate(flows):
        draw(figure, axis, index, _line(flow, symbol), dark)
        if flow.bound is not None:
            figure.add_trace(_bound(flow, axis, index, dark))
    bounds = [bound for bound in bounds if np.isfinite(axis.place(bound)).any()]
    if bounds:
        figure.add_trace(
            go.Scatter(  # stands in the legend for the bounds of all networks
                x=[None],
                y=[None],
                mode="lines",
                line={"color": frame.palette(dark)["muted"], "width": 1.5, "dash": "dot"},
                name=_bound_name(symbol),
            )
        )
    many = len(flows) > 1 or bool(bounds)
    figure.layout = layout_over_steps(axis, steps, symbol, dark, height) | {"showlegend": many}
    for index, flow in enumerate(flows):
        end = _end(flow)
        if end is not None:
            cross(figure, axis, index, end[0], f"{_cut(flow.name)}: {end[1]}", (steps + 1) / 2, dark)
    return figure


def small_multiples(
    flows: Mapping[tuple[str, str], GradientFlow],
    columns: int | None = None,
    symbol: str = "h",
    dark: bool = False,
    panel: int = 128,
) -> go.Figure:
    """One compact panel a network, all on the same logarithmic axis.

    Args:
        flows: (row, column) → flow, of equally many steps. Rows and columns appear in the order of their first mention.
        columns: how many panels side by side; by default one for each column, so that the panels form a table.
            With another number they follow each other, row by row: 1 suits a phone.
        symbol: what the hidden state is called.
        dark: for a dark page.
        panel: px, the height of each.

    Raises:
        ValueError: there are no flows, their lengths differ, or `columns` is below 1.
    """
    steps = _steps(list(flows.values()))
    rows, names = (list(dict.fromkeys(key[side] for key in flows)) for side in (0, 1))
    keys = [(row, name) for row in rows for name in names]
    if columns is None:
        columns = len(names)
    elif columns < 1:
        raise ValueError(f"columns is {columns}, expected 1 or more")
    if columns != len(names):
        keys = [key for key in keys if key in flows]
    down = -(-len(keys) // columns)
    gap, edge = (66, 76) if columns == 1 else (50, 62)  # px
    height = down * panel + (down - 1) * gap + edge + 44
    shown = [flows[key] for key in keys if key in flows]
    bounds = [flow.bound for flow in shown if flow.bound is not None]
    axis = LogAxis.over([flow.norms for flow in shown], panel, also=bounds, side_by_side=False)
    places = _table(len(keys), columns, panel, gap)
    axes: dict[str, Any] = {}
    wide, high = frame.whole_axis(1, steps, dark, "", most=6), axis.layout(dark, "", most=4)
    for at, (key, (across, up)) in enumerate(zip(keys, places, strict=True)):
        below = at + columns * ((len(keys) - 1 - at) // columns)  # the lowest panel of this column
        x, y = _axes_of(at)
        axes[x.replace("x", "xaxis")] = {
            **wide,
            "domain": across,
            "anchor": y,
            "visible": key in flows,
            **({"matches": _axes_of(below)[0], "showticklabels": False} if columns > 1 and below != at else {}),
        }
        axes[y.replace("y", "yaxis")] = {
            **high,
            "domain": up,
            "anchor": x,
            "visible": key in flows,
            "showticklabels": at % columns == 0,
            **({"matches": "y"} if at else {}),
        }
    # one layout at once: make_subplots and update_xaxes take five times as long
    figure = go.Figure(layout=frame.layout(dark, height, margin=frame.margin(top=44, bottom=edge), **axes))
    texts, bands = [], []
    for at, key in enumerate(keys):
        if key not in flows:
            continue
        flow = flows[key]
        index = shown.index(flow)
        x, y = _axes_of(at)
        before = len(figure.data)
        if flow.bound is not None:
            figure.add_trace(_bound(flow, axis, 0, dark))
        draw(figure, axis, index, _line(flow, symbol), dark, style=0, markers=False)
        end = _end(flow)
        if end is not None:
            cross(figure, axis, index, end[0], "", (steps + 1) / 2, dark, style=0)
        for trace in figure.data[before:]:
            trace.xaxis, trace.yaxis = x, y
        heading = f"<b>{frame.safe(key[0])}</b> · {frame.safe(key[1])}"
        quiet = f"<span style='font-size:{frame.SMALL}px;color:{frame.palette(dark)['muted']}'>{_in_short(flow)}</span>"
        texts.append(
            frame.note(
                dark,
                f"{heading}<br>{quiet}",
                x=0,
                xref=f"{x} domain",
                xanchor="left",
                y=1,
                yref=f"{y} domain",
                yanchor="bottom",
                font={"size": frame.TEXT, "color": frame.palette(dark)["ink"]},
            )
        )
        bands += axis.bands(dark, x=f"{x} domain", y=y)
    texts.append(
        frame.note(
            dark,
            f"step t, up to T = {steps} · upwards: {size_of(symbol)}"
            + (f"{'<br>' if columns == 1 else ' · '}dotted: {_bound_name(symbol)}" if bounds else ""),
            x=0,
            xref="paper",
            xanchor="left",
            y=0,
            yref="paper",
            yanchor="top",
            yshift=-26,
        )
    )
    figure.update_layout(annotations=texts, shapes=bands)
    return figure


def layout_over_steps(axis: LogAxis, steps: int, symbol: str, dark: bool, height: int) -> dict[str, Any]:
    """Norms by time step: the steps across, the norm up, the arrow that says which way they are read, a legend."""
    return frame.layout(
        dark,
        height,
        xaxis=frame.whole_axis(1, steps, dark, "step t"),
        yaxis=axis.layout(dark, size_of(symbol)),
        shapes=axis.bands(dark),
        annotations=backwards(steps, dark),
        showlegend=True,
        legend=frame.legend(dark, 1.09),
        margin=frame.margin(top=34),
    )


def size_of(symbol: str) -> str:
    """The axis title ‖∂L/∂h_t‖ with the hidden state's own letter."""
    return f"‖∂L/∂{frame.safe(symbol)}<sub>t</sub>‖"


def backwards(steps: int, dark: bool) -> list[dict[str, Any]]:
    """An arrow over the plot from the last step to the first, and what it means."""
    colours = frame.palette(dark)
    text = frame.note(
        dark, "the gradient travels back through time", x=0.5, xref="paper", y=1, yref="paper", yanchor="bottom"
    )
    if steps < 2:
        return [text]
    arrow = {
        "text": "",
        "showarrow": True,
        "x": 1,
        "ax": steps,
        "xref": "x",
        "axref": "x",
        "y": 1,
        "yref": "paper",
        "ay": 0,
        "yshift": 6,
        "arrowhead": 2,
        "arrowwidth": 1.5,
        "arrowcolor": colours["arrow"],
    }
    return [arrow, {**text, "yshift": 8}]


def time_line(name: str, norms: Array, symbol: str) -> LogLine:
    """‖∂L/∂h_t‖ over t = 1 … T as a line; the pointer reads its orders of magnitude against t = T."""
    last = float(norms[-1]) if len(norms) else np.nan
    comparable = np.isfinite(norms) & (norms > 0) & (np.isfinite(last) and last > 0)
    ratio = np.log10(np.where(comparable, norms, 1.0)) - np.log10(last if comparable.any() else 1.0)
    against = "<br>%{customdata[1]:+.1f} orders of magnitude against t = T" if comparable.any() else ""
    return LogLine(
        name=name,
        x=np.arange(1.0, len(norms) + 1),
        values=norms,
        said=f"{size_of(symbol)} = %{{customdata[0]:.3e}}{against}",
        where="step t = %{x}",
        extra=ratio,
    )


def _line(flow: GradientFlow, symbol: str) -> LogLine:
    return time_line(flow.name, flow.norms, symbol)


def _bound(flow: GradientFlow, axis: LogAxis, style: int, dark: bool) -> go.Scatter:
    bound = np.asarray(flow.bound)
    name = frame.safe(flow.name)
    return go.Scatter(
        x=np.arange(1.0, len(bound) + 1),
        y=axis.place(bound),
        mode="lines",
        line={"color": frame.colour(style, dark), "width": 1.5, "dash": "dot"},
        customdata=bound,
        hovertemplate=f"{name}, bound<br>step t = %{{x}}<br>%{{customdata:.3e}}<extra></extra>",
        name=f"{name}, bound",
        showlegend=False,
    )


def _end(flow: GradientFlow) -> tuple[float, str] | None:
    """The step where a line that meets no number is marked, and what is said there."""
    bad = np.flatnonzero(~np.isfinite(flow.norms)) + 1  # steps
    if not len(bad):
        return None
    if flow.overflow is not None:
        return float(max(flow.overflow, 1)), f"overflow from step {flow.overflow}"
    return float(bad[-1]), f"overflow from step {bad[-1]} back"


def _table(panels: int, columns: int, panel: int, gap: int) -> list[tuple[list[float], list[float]]]:
    """Where each panel stands, row by row from the top: its share of the figure's width and of its height."""
    rows, between = -(-panels // columns), 0.03 if columns > 1 else 0.0
    width = (1 - between * (columns - 1)) / columns
    height = rows * panel + (rows - 1) * gap  # px
    found = []
    for at in range(panels):
        left, top = at % columns * (width + between), 1 - at // columns * (panel + gap) / height
        found.append(([left, min(left + width, 1.0)], [max(top - panel / height, 0.0), top]))
    return found


def _axes_of(at: int) -> tuple[str, str]:
    """Plotly's names for the axes of panel number `at`, from 0."""
    return (f"x{at + 1}", f"y{at + 1}") if at else ("x", "y")


def _cut(name: str) -> str:
    """A name that leaves room for what is said about it."""
    return name if len(name) <= 24 else f"{name[:23]}…"


def _in_short(flow: GradientFlow) -> str:
    """What the line does, in a few words."""
    end = _end(flow)
    if end is not None:
        return end[1]
    zeros = np.flatnonzero(flow.norms == 0) + 1
    if len(zeros):
        return f"exactly 0 up to step {zeros[-1]}" if len(zeros) == zeros[-1] else f"exactly 0 at {len(zeros)} steps"
    orders = np.log10(flow.norms[0]) - np.log10(flow.norms[-1])
    if abs(orders) < 0.05:
        return "about as large as at T"
    return f"{frame.signed(float(orders))} orders of magnitude"


def _steps(flows: Sequence[GradientFlow]) -> int:
    """T, the same for all flows."""
    lengths = sorted({len(flow.norms) for flow in flows})
    if len(lengths) != 1 or lengths[0] < 1:
        raise ValueError(f"flows have {lengths or 'no'} steps, expected the same number in each, 1 or more")
    return lengths[0]
