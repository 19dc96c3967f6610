"""What the figures of one page share: type sizes, a frame without clutter, line styles, labels at the line ends."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from typing import Any

from seqviz.figures import theme

TEXT, SMALL = 14, 12  # px, the two type sizes
CLEAR = "rgba(0,0,0,0)"  # the page shows through, so light and dark match it
DASHES = ("solid", "dash", "dashdot", "longdash", "longdashdot")  # "dot" is kept for bounds
SYMBOLS = ("circle", "square", "diamond", "triangle-up", "star", "pentagon", "hexagon")  # "x" is kept for overflow
_LETTER = 7.4  # px, the width of a letter at TEXT, rather too wide than too narrow
_LABEL_GAP = 19  # px between two labels at the line ends
_LONGEST_LABEL = 20  # letters; beyond, the line ends carry no label


def palette(dark: bool) -> Mapping[str, str]:
    """The theme's colours for a light or a dark page."""
    return theme.DARK if dark else theme.LIGHT


def colour(number: int, dark: bool) -> str:
    """The colour of the line with this number, from 0."""
    colours = theme.CATEGORICAL_DARK if dark else theme.CATEGORICAL_LIGHT
    return colours[number % len(colours)]


def line_style(number: int, dark: bool, width: float = 2.5) -> dict[str, Any]:
    """Colour and dash of the line with this number, from 0."""
    return {"color": colour(number, dark), "dash": DASHES[number % len(DASHES)], "width": width}


def symbol_of(number: int) -> str:
    """The marker of the line with this number, from 0."""
    return SYMBOLS[number % len(SYMBOLS)]


def safe(text: str) -> str:
    """Text that Plotly, which reads a few tags and entities, shows as it is."""
    return html.escape(text, quote=False)


def signed(number: float, digits: int = 1) -> str:
    """A number with its sign, the minus being a minus: "+3.0", "−12.4"."""
    return f"{number:+.{digits}f}".replace("-", "−")


def layout(dark: bool, height: int, **more: Any) -> dict[str, Any]:
    """A transparent frame with tight margins; axes widen them by what their labels need.

    Args:
        height: px of the whole figure.
        more: further entries of Plotly's layout; they win over the ones here.
    """
    colours = palette(dark)
    return {
        "height": height,
        "margin": margin(),
        "paper_bgcolor": CLEAR,
        "plot_bgcolor": CLEAR,
        "font": {"size": TEXT, "color": colours["ink"]},
        "hoverlabel": {
            "font": {"size": TEXT, "color": colours["ink"]},
            "bgcolor": colours["panel"],
            "bordercolor": colours["line"],
            "align": "left",
        },
        "hovermode": "closest",
        "showlegend": False,
        **more,
    }


def margin(left: int = 8, right: int = 12, top: int = 8, bottom: int = 8) -> dict[str, int]:
    """Margins in px, and none between plot and ticks, where Streamlit's theme would put some."""
    return {"l": left, "r": right, "t": top, "b": bottom, "pad": 0}


def legend(dark: bool, y: float = 1.0) -> dict[str, Any]:
    """A legend in rows above the plot, its lower edge at `y` of the plot's height."""
    return {
        "orientation": "h",
        "x": 0,
        "xanchor": "left",
        "y": y,
        "yanchor": "bottom",
        "font": {"size": TEXT, "color": palette(dark)["ink"]},
        "bgcolor": CLEAR,
        "itemwidth": 40,
        "traceorder": "normal",
        "title": {"text": ""},
    }


def axis(dark: bool, title: str, **more: Any) -> dict[str, Any]:
    """One axis with its title, a quiet grid and no zero line; `more` wins over the entries here."""
    colours = palette(dark)
    return {
        "title": {"text": title, "standoff": 6, "font": {"size": TEXT, "color": colours["ink"]}},
        "tickfont": {"size": SMALL, "color": colours["muted"]},
        "gridcolor": colours["line"],
        "linecolor": colours["arrow"],
        "showgrid": True,
        "showline": True,
        "zeroline": False,
        "ticks": "",
        "automargin": True,
        **more,
    }


def note(dark: bool, text: str, **more: Any) -> dict[str, Any]:
    """A text in the plot, without an arrow; `more` wins over the entries here."""
    return {
        "text": text,
        "showarrow": False,
        "align": "left",
        "font": {"size": SMALL, "color": palette(dark)["muted"]},
        **more,
    }


def end_labels(
    names: Sequence[str], ends: Sequence[float | None], axis_range: tuple[float, float], plot_px: float, dark: bool
) -> tuple[list[dict[str, Any]], int]:
    """Names at the right ends of lines, pushed apart where they would overlap.

    Args:
        names: one a line; the number of the line gives the colour.
        ends: where each line ends on the y-axis; None for a line that needs no label here.
        axis_range: bottom and top of the y-axis.
        plot_px: about how high the plot is.

    Returns:
        Plotly annotations, and the right margin in px that they need; none, and a narrow margin, where a name is
        too long to stand there.
    """
    places = [(float(end), number) for number, end in enumerate(ends) if end is not None]
    letters = max((len(names[number]) for _, number in places), default=0)
    if not places or letters > _LONGEST_LABEL:
        return [], 12
    unit = plot_px / (axis_range[1] - axis_range[0])  # px per unit
    wanted = sorted(((end - axis_range[0]) * unit, number) for end, number in places)  # px from the bottom
    spread: list[float] = []
    for place, _ in wanted:
        spread.append(max(place, spread[-1] + _LABEL_GAP) if spread else place)
    middle = sum(place for place, _ in wanted) / len(wanted) - sum(spread) / len(spread)
    least = 8 - spread[0]  # the lowest label stays in the plot
    moved = [place + max(middle, least) for place in spread]
    labels = [
        note(
            dark,
            safe(names[number]),
            x=1,
            xref="paper",
            xanchor="left",
            xshift=6,
            y=axis_range[0] + place / unit,
            yref="y",
            yanchor="middle",
            font={"size": TEXT, "color": colour(number, dark)},
        )
        for place, (_, number) in zip(moved, wanted, strict=True)
    ]
    return labels, int(letters * _LETTER) + 14


def whole_axis(first: int, last: int, dark: bool, title: str, most: int = 9, **more: Any) -> dict[str, Any]:
    """An axis of whole numbers (steps, updates) from `first` to `last`, with a tick at the first and at round ones."""
    pace = next(p for e in range(12) for p in (10**e, 2 * 10**e, 5 * 10**e) if (last - first) // p < most)
    ticks = [first, *(n for n in range(0, last + 1, pace) if n - first >= max(pace * 0.5, 1))]
    side = max(0.5, 0.02 * (last - first))
    return axis(
        dark,
        title,
        range=[first - side, last + side],
        showgrid=False,
        tickmode="array",
        tickvals=ticks,
        ticktext=[str(tick) for tick in ticks],
        **more,
    )
