"""Refusing a number that is out of range, in one sentence with the value and the bound."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

Limits = Mapping[str, tuple[float, float]]


def check_numbers(settings: object, limits: Limits) -> None:
    """Every field named in `limits` lies within its bounds, both of them allowed; whole where its bounds are ints.

    Raises:
        ValueError: naming the first that does not.
    """
    for name, (low, high) in limits.items():
        value = getattr(settings, name)
        whole = isinstance(low, int) and isinstance(high, int)
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if not is_number or not low <= value <= high or (whole and not isinstance(value, int)):
            kind = "a whole number" if whole else "a number"
            raise ValueError(f"{name} is {value!r}, expected {kind} from {low:g} to {high:g}")


def check_choice(name: str, value: object, choices: Sequence[str]) -> None:
    """`value` is one of `choices`.

    Raises:
        ValueError: listing them.
    """
    if value not in choices:
        raise ValueError(f"{name} is {value!r}, expected one of {', '.join(choices)}")


def check_positive(name: str, value: float) -> None:
    """`value` is a finite number above 0.

    Raises:
        ValueError: saying so.
    """
    if not (math.isfinite(value) and value > 0):
        raise ValueError(f"{name} is {value!r}, expected a finite number above 0")


def check_at_most(name: str, value: int, most: int) -> None:
    """`value` is not above `most`.

    Raises:
        ValueError: with both.
    """
    if value > most:
        raise ValueError(f"{name} is {value:,}, expected at most {most:,}")
