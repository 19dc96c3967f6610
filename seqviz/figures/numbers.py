"""Numbers as a reader would write them, in three digits: 0.0123, 1,080, 4.1·10⁻³⁰⁰, ∞, NaN, 0."""

from __future__ import annotations

import math
from collections.abc import Callable

_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def in_words(value: float) -> str:
    """A number in a sentence: "4.1·10⁻³⁰⁰"."""
    return _written(value, lambda power: f"10{str(power).translate(_RAISED)}")


def number(value: float) -> str:
    """A number in a figure, in Plotly's markup: "4.1·10<sup>−300</sup>"."""
    return _written(value, power_of_ten)


def power_of_ten(power: int) -> str:
    """10 with its exponent raised, in Plotly's markup: many fonts lack some of Unicode's raised digits. 1 stays 1."""
    return "1" if power == 0 else f"10<sup>{power}</sup>".replace("-", "−")


def _written(value: float, power_of: Callable[[int], str]) -> str:
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    written = f"{value:.3g}"
    if 1000 <= abs(float(written)) < 100_000:  # judged by what is written: 999.6 is 1,000
        written = f"{float(written):,.0f}"
    elif "e" in written:
        digits, power = written.split("e")
        written = f"{digits}·{power_of(int(power))}"
    return written.replace("-", "−")
