"""How a measurement is printed: what, the figure, the bound if the project has one."""

from __future__ import annotations

import math
from collections.abc import Sequence


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least `share` of the values do not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * share) - 1)]


def row(what: str, values: Sequence[float], unit: str = "ms", bound: float | None = None) -> None:
    """One line: median, p95, number of measurements; and whether the p95 is within the bound."""
    p95 = percentile(values, 0.95)
    verdict = "" if bound is None else f"   bound {bound:g} {unit}: {'within' if p95 <= bound else 'OVER'}"
    print(f"{what:<64} p50 {percentile(values, 0.5):7.2f}  p95 {p95:7.2f} {unit}  n={len(values)}{verdict}", flush=True)


def heading(text: str) -> None:
    print(f"\n{text}", flush=True)
