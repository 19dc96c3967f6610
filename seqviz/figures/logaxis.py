"""A logarithmic axis on which nothing gets lost: 0 has a floor of its own below it, ∞ and NaN a ceiling above it.

Plotly's own log axis drops zeros, and has no room below 1e-300 for a floor. This one is a linear axis of log10 with
its own ticks, so that it reaches from the smallest to the largest float64.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from seqviz.figures import frame
from seqviz.figures.numbers import power_of_ten
from seqviz.records import Array

_LANE = 16  # px, floor or ceiling with one line on it
_LANE_WITH_TEXT = 20
_BREAK = 6  # px between the logarithmic range and a lane
_STEPS = (1, 2, 3, 5, 10, 20, 30, 50, 100, 200, 300)  # powers of ten from tick to tick


@dataclass(frozen=True)
class LogAxis:
    """Where numbers from 0 to ∞ stand on a linear axis of log10.

    Attributes:
        low, high: the logarithmic range, in powers of ten.
        bottom, top: the whole axis, with floor and ceiling.
        floors: for each line where its zeros stand; None without zeros.
        ceilings: for each line where its ∞ and NaN stand; None without any.
        empty: whether not one ordinary number stands on it, so that its range is invented and gets no ticks.
        beyond: what the ceiling is called: "∞", "NaN" or "∞, NaN"; empty without a ceiling.
    """

    low: float
    high: float
    bottom: float
    top: float
    floors: tuple[float | None, ...]
    ceilings: tuple[float | None, ...]
    beyond: str
    empty: bool = False

    @classmethod
    def over(
        cls,
        lines: Sequence[Array],
        plot_px: float,
        also: Sequence[Array] = (),
        at_most: float = np.inf,
        side_by_side: bool = True,
    ) -> LogAxis:
        """The axis that holds these lines.

        Args:
            lines: the numbers of each line, 0 or more.
            plot_px: about how high the plot is, so that the lanes have room.
            also: numbers that should be seen too, as long as they do not push the lines into a corner.
            at_most: in powers of ten, where the range ends at the latest.
            side_by_side: whether the lines share one plot, and so may not share a place on floor or ceiling.

        Raises:
            ValueError: a number is below 0.
        """
        for values in lines:
            lowest = float(np.min(values, initial=0.0, where=~np.isnan(values)))
            if lowest < 0:
                raise ValueError(f"a logarithmic axis got {lowest:g}, expected 0 or more")
        low, high = _range(lines, also, at_most)
        zeros = [bool(np.any(values == 0)) for values in lines]
        bad = [not np.isfinite(values).all() for values in lines]
        if side_by_side:
            floor_px, ceiling_px = _lane_px(sum(zeros), 8, _LANE), _lane_px(sum(bad), 18, _LANE_WITH_TEXT)
        else:
            floor_px, ceiling_px = _lane_px(any(zeros), 0, _LANE), _lane_px(any(bad), 0, _LANE)
        unit = (high - low) / max(plot_px - floor_px - ceiling_px, 40.0)  # powers of ten per px
        return cls(
            low=low,
            high=high,
            bottom=low - floor_px * unit,
            top=high + ceiling_px * unit,
            floors=_places(zeros, low - _BREAK * unit, low - floor_px * unit, side_by_side),
            ceilings=_places(bad, high + ceiling_px * unit, high + _BREAK * unit, side_by_side),
            beyond=", ".join(
                word
                for word, is_it in (("∞", np.isinf), ("NaN", np.isnan))
                if any(bool(is_it(values).any()) for values in lines)
            ),
            empty=not any(bool((np.isfinite(values) & (values > 0)).any()) for values in (*lines, *also)),
        )

    def place(self, values: Array) -> Array:
        """log10 of each number; nan for 0, ∞ and nan, which stand on floor and ceiling."""
        ordinary = np.isfinite(values) & (values > 0)
        placed: Array = np.log10(np.where(ordinary, values, 1.0))
        return np.where(ordinary, placed, np.nan)

    def layout(self, dark: bool, title: str, most: int = 8, **more: Any) -> dict[str, Any]:
        """The axis for Plotly's layout, with at most `most` ticks in the logarithmic range."""
        ticks = [] if self.empty else power_ticks(self.low, self.high, most)
        for places, label in ((self.floors, "0"), (self.ceilings, self.beyond)):
            used = [place for place in places if place is not None]
            if used:
                ticks.append(((max(used) + min(used)) / 2, label))
        ticks.sort()
        return frame.axis(
            dark,
            title,
            range=[self.bottom, self.top],
            tickmode="array",
            tickvals=[place for place, _ in ticks],
            ticktext=[label for _, label in ticks],
            **more,
        )

    def bands(self, dark: bool, x: str = "x domain", y: str = "y") -> list[dict[str, Any]]:
        """The shapes that set floor and ceiling apart from the logarithmic range, on these axes."""
        colours = frame.palette(dark)
        gap = {"type": "rect", "xref": x, "yref": y, "x0": 0, "x1": 1, "layer": "below", "line": {"width": 0}}
        edge = {"type": "line", "xref": x, "yref": y, "x0": 0, "x1": 1, "layer": "below"}
        stroke = {"color": colours["arrow"], "width": 1, "dash": "dot"}
        shapes: list[dict[str, Any]] = []
        for places, inner, outer in ((self.floors, self.low, self.bottom), (self.ceilings, self.high, self.top)):
            if any(place is not None for place in places):
                shapes.append({**gap, "y0": inner, "y1": outer, "fillcolor": colours["panel"]})
                shapes.append({**edge, "y0": inner, "y1": inner, "line": stroke})
        return shapes


def power_ticks(low: float, high: float, most: int = 8) -> list[tuple[float, str]]:
    """Places and labels of at most `most` powers of ten between 10^low and 10^high; of 1, 2, 5 × where few fit."""
    for step in _STEPS:
        every = range(math.ceil(low / step) * step, math.floor(high / step) * step + 1, step)
        powers = [power for power in every if low <= power <= high]  # the division may have rounded
        if len(powers) <= most:
            break
    if len(powers) >= 3 or most < 6:
        return [(float(power), _label(1, power)) for power in powers]
    fine = [
        (power + math.log10(digit), digit, power)
        for power in range(math.floor(low), math.ceil(high) + 1)
        for digit in (1, 2, 5)
    ]
    return [(place, _label(digit, power)) for place, digit, power in fine if low <= place <= high][:most]


def _label(digit: int, power: int) -> str:
    if -3 <= power <= 3:
        return f"{digit * 10.0**power:g}"
    return power_of_ten(power) if digit == 1 else f"{digit}·{power_of_ten(power)}"


def _range(lines: Sequence[Array], also: Sequence[Array], at_most: float) -> tuple[float, float]:
    """The powers of ten to show, never less than one decade, with a little air."""
    low, high = _powers(lines)
    low_also, high_also = _powers(also)
    if low > high:  # not one ordinary number
        low, high = (low_also, high_also) if low_also <= high_also else (-1.0, 1.0)
    reach = max(3.0, (high - low) / 2)
    low, high = min(low, max(low_also, low - reach)), max(high, min(high_also, high + reach))
    high = max(min(high, at_most), low)
    if high - low < 1:
        low, high = (low + high - 1) / 2, (low + high + 1) / 2
    air = (high - low) * 0.04
    return low - air, high + air


def _powers(lines: Sequence[Array]) -> tuple[float, float]:
    """log10 of the smallest and of the largest ordinary number; (∞, −∞) where there is none."""
    ordinary = [values[np.isfinite(values) & (values > 0)] for values in lines]
    some = [np.log10(values) for values in ordinary if values.size]
    return min((float(v.min()) for v in some), default=np.inf), max((float(v.max()) for v in some), default=-np.inf)


def _lane_px(count: int, each: int, least: int) -> int:
    return _BREAK + max(least, each * count) if count else 0


def _places(used: Sequence[bool], start: float, end: float, side_by_side: bool) -> tuple[float | None, ...]:
    """Places between start and end for the lines that use a lane: all in the middle, or one below the other."""
    count = sum(used) if side_by_side else 1
    ranks = np.cumsum(used) - 1 if side_by_side else np.zeros(len(used), dtype=int)
    return tuple(
        float(start + (end - start) * (rank + 0.5) / count) if is_used else None
        for is_used, rank in zip(used, ranks, strict=True)
    )
