"""Lengths and angles of any size: squares that would overflow or vanish are never taken."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from seqviz.records import Array


def norms(vectors: ArrayLike) -> Array:
    """Euclidean norms over the last axis, each scaled by its largest component first; nan and inf where one is."""
    values = np.asarray(vectors, dtype=np.float64)
    most = np.abs(values).max(axis=-1, keepdims=True, initial=0.0)
    scaled = values / np.where((most > 0) & np.isfinite(most), most, 1.0)
    result: Array = most[..., 0] * np.linalg.norm(scaled, axis=-1)
    return np.where(most[..., 0] == 0, 0.0, result)  # where nothing is, and not where it is no number


def length(values: ArrayLike) -> float:
    """The Euclidean norm of all numbers together."""
    return float(norms(np.ravel(values)))


def angle(a: ArrayLike, b: ArrayLike) -> float:
    """Degrees between two arrays as one long vector each; nan where one of them is 0 or not finite.

    2 atan2(‖u − v‖, ‖u + v‖) of the unit vectors (Kahan 2006): exact for small angles too, where the arc cosine is not.
    """
    first, second = (np.ravel(np.asarray(values, dtype=np.float64)) for values in (a, b))
    sizes = length(first), length(second)
    if 0.0 in sizes or not all(map(math.isfinite, sizes)):
        return math.nan
    u, v = (_unit(values) for values in (first, second))
    return math.degrees(2 * math.atan2(length(u - v), length(u + v)))


def _unit(values: Array) -> Array:
    """The vector at length 1, in two divisions: its length may be beyond what one can divide by."""
    scaled = values / np.abs(values).max()
    unit: Array = scaled / np.linalg.norm(scaled)
    return unit
