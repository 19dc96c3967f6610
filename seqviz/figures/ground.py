"""The ground that a path walks on: its colours, its contour levels and the ticks along its edges."""

from __future__ import annotations

import numpy as np

from seqviz.figures import theme
from seqviz.figures.logaxis import power_ticks
from seqviz.records import Array

LEVELS = 12  # contour lines, about


def levels(low: float, high: float) -> dict[str, float]:
    """About LEVELS round contour levels."""
    rough = (high - low) / LEVELS
    power = 10.0 ** np.floor(np.log10(rough))
    size = float(next(digit for digit in (1, 2, 5, 10) if digit * power >= rough * 0.999) * power)
    return {"start": float(np.ceil(low / size) * size), "end": float(np.floor(high / size) * size), "size": size}


def pale(dark: bool) -> list[list[float | str]]:
    """The paler half of the sequential scale: the paths are what is loud."""
    scale = theme.sequential(dark)
    return [[0.0, scale[0][1]], [1.0, scale[1][1]]]


def ends(values: Array) -> list[float]:
    return [float(values.min()), float(values.max())]


def inner(values: Array) -> dict[str, list[float]]:
    """The range of an axis, with ticks that keep clear of the corners, where those of two axes would overprint."""
    low, high = ends(values)
    step = levels(low, high)["size"] * (2 if high - low > 2 else 1)
    ticks = np.arange(np.ceil(low / step), np.floor(high / step) + 1) * step
    return {
        "tickvals": [float(tick) for tick in ticks if low + 0.03 * (high - low) < tick < high - 0.03 * (high - low)]
    }


def places(low: float, high: float) -> list[float]:
    return [place for place, _ in power_ticks(low, high, 6)]


def labels(low: float, high: float) -> list[str]:
    return [label for _, label in power_ticks(low, high, 6)]
