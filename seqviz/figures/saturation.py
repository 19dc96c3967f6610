"""How saturated gates are: histograms of their values, and each unit's share of time at either end.

The ends are those of Karpathy, Johnson and Li 2015 (arXiv:1506.02078): a gate is left-saturated below 0.1 and
right-saturated above 0.9. A candidate, squashed into −1 … 1, is saturated where it is larger than 0.9 in size.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from seqviz.figures import frame
from seqviz.figures.gates import CANDIDATES, TITLES
from seqviz.records import Array, CellTrace

LOW, HIGH = 0.1, 0.9
_BINS = 40  # so that both ends fall on edges, from 0 to 1 and from −1 to 1
_PLOT, _BETWEEN = 150, 146  # px, the height of one histogram, and from one row of them to the next


class Saturation(NamedTuple):
    """Shares of the finite values beyond either end, and how many values there were and were not finite."""

    low: float
    high: float
    finite: int
    lost: int


def saturation(values: Array, name: str) -> Saturation:
    """How much of a gate's values (any shape) is saturated; nan shares where nothing is finite."""
    low, high = _ends(name)
    finite = values[np.isfinite(values)]
    if not len(finite):
        return Saturation(np.nan, np.nan, 0, values.size)
    shares = float(np.mean(finite < low)), float(np.mean(finite > high))
    return Saturation(*shares, len(finite), values.size - len(finite))


def unit_saturation(values: Array) -> Array:
    """(T, H) of a gate → (H, 2) each unit's fraction of time below 0.1 and above 0.9; nan where it is never finite."""
    finite = np.isfinite(values)
    count = finite.sum(axis=0)
    beyond = np.stack([(finite & (values < LOW)).sum(axis=0), (finite & (values > HIGH)).sum(axis=0)], axis=1)
    shares: Array = np.where(count[:, np.newaxis] > 0, beyond / np.maximum(count, 1)[:, np.newaxis], np.nan)
    return shares


def gate_distributions(
    traces: CellTrace | Mapping[str, CellTrace], symbols: Mapping[str, str] | None = None, dark: bool = False
) -> go.Figure:
    """Histograms of every gate's values side by side on one scale, a row for every trace.

    Bars beyond the ends are hatched; their shares stand above in numbers.

    Args:
        traces: one, or several by name.
        symbols: a gate's letter → what it is called, in Plotly's markup; the letter itself where it is missing.

    Raises:
        ValueError: none of the traces has a gate.
    """
    named = _with_gates(traces)
    rows, columns = len(named), max(len(trace.gates) for trace in named.values())
    plots = rows * _PLOT + (rows - 1) * _BETWEEN  # px
    figure = make_subplots(rows, columns, horizontal_spacing=0.16 / columns, vertical_spacing=_BETWEEN / plots)
    highest = 0.0
    texts: list[dict[str, Any]] = []
    for row, (called, trace) in enumerate(named.items(), start=1):
        for column, name in enumerate(_in_order(trace.gates), start=1):
            values = trace.gates[name]
            shares, edges = _histogram(values, name)
            highest = max(highest, float(shares.max(initial=0.0)))
            figure.add_trace(_bars(shares, edges, name, dark), row, column)
            number = (row - 1) * columns + column
            texts += _said(values, name, (symbols or {}).get(name, name), number, dark)
            span = [float(edges[0]), float(edges[-1])]
            axis = frame.axis(dark, "", range=span, showgrid=False, tickvals=[span[0], sum(span) / 2, span[1]])
            figure.update_xaxes(axis, row=row, col=column)
        if rows > 1:
            place = {"x": 0, "xanchor": "left", **_inside((row - 1) * columns + 1), "xref": "paper"}
            ink = {"size": frame.TEXT, "color": frame.palette(dark)["ink"]}
            texts.append(
                frame.note(dark, f"<b>{frame.safe(called)}</b>", y=1, yanchor="bottom", yshift=72, **place)
                | {"font": ink}
            )
    top = max(highest, 0.01) * 1.05
    for row in range(1, rows + 1):
        for column in range(1, columns + 1):
            title = "share of values" if column == 1 else ""
            more: dict[str, Any] = {} if column == 1 else {"showticklabels": False}
            axis = frame.axis(dark, title, range=[0, top], tickformat=".0%", nticks=4, **more)
            figure.update_yaxes(axis, row=row, col=column)
    above, below = (96 if rows > 1 else 76), 30
    margin = frame.margin(top=above, bottom=below)
    figure.update_layout(frame.layout(dark, plots + above + below, bargap=0, annotations=texts, margin=margin))
    return figure


def saturation_scatter(
    traces: CellTrace | Mapping[str, CellTrace], symbols: Mapping[str, str] | None = None, dark: bool = False
) -> go.Figure:
    """Each unit's fraction of time left-saturated against right-saturated, one plot a gate, one point a unit.

    On the line x + y = 1 a unit is always at one end or the other; at the origin never. Candidates have no part in it.

    Raises:
        ValueError: none of the traces has a gate.
    """
    named = _with_gates(traces)
    gates = [name for name in _in_order({n for trace in named.values() for n in trace.gates}) if name not in CANDIDATES]
    figure = make_subplots(1, len(gates), horizontal_spacing=0.14 / len(gates))
    colours = frame.palette(dark)
    texts: list[dict[str, Any]] = []
    for column, gate in enumerate(gates, start=1):
        for number, (called, trace) in enumerate(named.items()):
            if gate in trace.gates:
                first = gate == next(name for name in gates if name in trace.gates)
                figure.add_trace(_points(trace.gates[gate], gate, called, number, first, dark), 1, column)
        line = {"color": colours["arrow"], "width": 1.5, "dash": "dot"}
        figure.add_shape(type="line", x0=0, y0=1, x1=1, y1=0, line=line, layer="below", row=1, col=column)
        ticks = {"tickvals": [0, 0.5, 1], "range": [-0.06, 1.06]}
        figure.update_xaxes(frame.axis(dark, "time below 0.1", **ticks), row=1, col=column)
        more: dict[str, Any] = {} if column == 1 else {"showticklabels": False}
        title = "time above 0.9" if column == 1 else ""
        figure.update_yaxes(frame.axis(dark, title, **ticks, **more), row=1, col=column)
        texts.append(_title(gate, (symbols or {}).get(gate, gate), column, 6, dark))
    several = len(named) > 1
    layout = frame.layout(dark, 330, annotations=texts, margin=frame.margin(top=84 if several else 48))
    if several:
        layout |= {"showlegend": True, "legend": frame.legend(dark, 1.2)}
    figure.update_layout(layout)
    return figure


def _with_gates(traces: CellTrace | Mapping[str, CellTrace]) -> dict[str, CellTrace]:
    named = {"": traces} if isinstance(traces, CellTrace) else dict(traces)
    found = {name: trace for name, trace in named.items() if trace.gates}
    if not found:
        raise ValueError(f"there are {len(named)} traces and none has a gate, expected one or more")
    return found


def _in_order(names: Collection[str]) -> list[str]:
    """Gates in the order in which a step uses them, whatever the order of the trace."""
    return [name for name in TITLES if name in names] + sorted(set(names) - set(TITLES))


def _inside(number: int) -> dict[str, str]:
    """Plot `number`, from 1, as the frame of a text's place."""
    which = "" if number == 1 else str(number)
    return {"xref": f"x{which} domain", "yref": f"y{which} domain"}


def _ends(name: str) -> tuple[float, float]:
    return (-HIGH, HIGH) if name in CANDIDATES else (LOW, HIGH)


def _histogram(values: Array, name: str) -> tuple[Array, Array]:
    """Shares (_BINS,) of the finite values, and the edges (_BINS + 1,)."""
    edges = np.round(np.linspace(-1.0 if name in CANDIDATES else 0.0, 1.0, _BINS + 1), 3)
    finite = values[np.isfinite(values)]
    counts = np.histogram(np.clip(finite, edges[0], edges[-1]), edges)[0]
    return counts / max(1, len(finite)), edges


def _bars(shares: Array, edges: Array, name: str, dark: bool) -> go.Bar:
    low, high = _ends(name)
    colours = frame.palette(dark)
    middles = (edges[:-1] + edges[1:]) / 2
    left, right = middles < low, middles > high
    ends = ("negative", "positive") if name in CANDIDATES else ("arrow", "accent")
    fills = np.where(left, colours[ends[0]], np.where(right, colours[ends[1]], colours["line"]))
    return go.Bar(
        x=middles,
        y=shares,
        width=edges[1] - edges[0],
        marker={
            "color": fills.tolist(),
            "line": {"width": 0},
            "pattern": {
                "shape": np.where(left, "/", np.where(right, "\\", "")).tolist(),
                "fillmode": "overlay",
                "fgcolor": colours["surface"],
                "size": 5,
                "solidity": 0.25,
            },
        },
        customdata=np.stack([edges[:-1], edges[1:]], axis=1),
        hovertemplate="%{customdata[0]:.3g} to %{customdata[1]:.3g}: %{y:.1%} of the values<extra></extra>",
    )


def _said(values: Array, name: str, symbol: str, number: int, dark: bool) -> list[dict[str, Any]]:
    """Above a histogram: what it is of, and how much lies beyond either end."""
    found = saturation(values, name)
    low, high = _ends(name)
    place: dict[str, Any] = {**_inside(number), "y": 1, "yanchor": "bottom", "yshift": 2}
    texts = [_title(name, symbol, number, 36, dark)]
    if not found.finite:
        return [*texts, frame.note(dark, "nothing finite", x=0, xanchor="left", **place)]
    ink = {"font": {"size": frame.SMALL, "color": frame.palette(dark)["ink"]}}
    below, above = f"&lt; {low:g}".replace("-", "−"), f"&gt; {high:g}"  # short: on a phone a plot is 65 px wide
    texts.append(frame.note(dark, f"<b>{found.low:.0%}</b><br>{below}", x=0, xanchor="left", **place) | ink)
    texts.append(
        frame.note(dark, f"<b>{found.high:.0%}</b><br>{above}", x=1, xanchor="right", align="right", **place) | ink
    )
    if found.lost:
        texts.append(frame.note(dark, f"{found.lost:,} not finite", x=0.5, xanchor="center", **place | {"y": 0.9}))
    return texts


def _title(name: str, symbol: str, number: int, shift: int, dark: bool) -> dict[str, Any]:
    return frame.note(
        dark,
        f"<b><i>{symbol}</i></b><br><span style='font-size:{frame.SMALL}px'>{TITLES.get(name, 'gate')}</span>",
        x=0,
        xanchor="left",
        y=1,
        yanchor="bottom",
        yshift=shift,
        **_inside(number),
    ) | {"font": {"size": frame.TEXT, "color": frame.palette(dark)["ink"]}}


def _points(values: Array, gate: str, called: str, number: int, first: bool, dark: bool) -> go.Scatter:
    shares = unit_saturation(values)  # (H, 2)
    whose = f"{frame.safe(called)}, " if called else ""
    return go.Scatter(
        x=shares[:, 0],
        y=shares[:, 1],
        mode="markers",
        marker={
            "size": 9,
            "symbol": frame.symbol_of(number),
            "color": frame.colour(number, dark),
            "opacity": 0.7,
            "line": {"width": 1, "color": frame.palette(dark)["surface"]},
        },
        customdata=_units_at(shares),
        name=frame.safe(called),
        legendgroup=str(number),
        showlegend=first,
        cliponaxis=False,
        hovertemplate=f"{whose}%{{customdata}}, {TITLES.get(gate, gate)}<br>below 0.1: %{{x:.1%}} of the time"
        "<br>above 0.9: %{y:.1%}<extra></extra>",
    )


def _units_at(points: Array) -> list[str]:
    """(H, 2) → for each unit the numbers of all that stand in its place: "unit 3", "units 3, 7"."""
    together: dict[tuple[float, ...], list[str]] = {}
    places = [tuple(point) for point in points.tolist()]
    for unit, place in enumerate(places, start=1):
        together.setdefault(place, []).append(str(unit))
    return [f"unit{'s' if len(together[place]) > 1 else ''} {', '.join(together[place])}" for place in places]
