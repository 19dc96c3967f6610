"""The point that a cluster's points are closest to: the minimiser of Σ |x − c|^p, coordinate by coordinate.

The mean for p = 2, the median for p = 1; between and beyond, one convex problem in one unknown each.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from seqviz.records import Array

HALVINGS = 80  # of an interval: from its whole length to less than float64 tells apart


def means(columns: Array, labels: NDArray[np.integer], k: int) -> Array:
    """(k, D) the mean of each cluster of points (D, N); nan where there are none."""
    labels = labels.astype(np.intp, copy=False)  # as bincount counts, once and not for every coordinate
    counts = np.bincount(labels, minlength=k)
    sums = np.stack([np.bincount(labels, weights=column, minlength=k) for column in columns], axis=1)  # (k, D)
    with np.errstate(invalid="ignore"):
        found: Array = sums / counts[:, None]
    return found


def centres(columns: Array, labels: NDArray[np.integer], k: int, p: float) -> Array:
    """(k, D) the minimiser of Σ |x − c|^p in each cluster; nan where there are no points."""
    if p == 2.0:
        return means(columns, labels, k)
    found = np.full((k, len(columns)), np.nan)
    for cluster in range(k):
        inside = columns[:, labels == cluster]  # (D, n)
        if inside.shape[1]:
            found[cluster] = np.median(inside, axis=1) if p == 1.0 else minimisers(inside, p)
    return found


def minimisers(columns: Array, p: float) -> Array:
    """(D,) argmin_c Σ_n |x_n − c|^p for each row, p > 1: the interval in which the slope changes its sign, halved."""
    low, high = columns.min(axis=1), columns.max(axis=1)  # (D,)
    width = np.where(high > low, high - low, 1.0)
    scaled = (columns - low[:, None]) / width[:, None]  # (D, n) in [0, 1]: no power overflows
    if p >= 2.0:
        steep: Array = np.where(high > low, low + width * by_newton(scaled, p), low)
        return steep
    left, right = np.zeros(len(columns)), np.ones(len(columns))
    for _ in range(HALVINGS):
        middle = (left + right) / 2
        apart = middle[:, None] - scaled
        slope = (np.sign(apart) * np.abs(apart) ** (p - 1)).sum(axis=1)  # of Σ |x − c|^p / p
        left, right = np.where(slope < 0, middle, left), np.where(slope < 0, right, middle)
    found: Array = np.where(high > low, low + width * (left + right) / 2, low)
    return found


def by_newton(scaled: Array, p: float) -> Array:
    """(D,) the same for p ≥ 2 and rows within [0, 1]: Newton's steps, and halves where one leads out or is too short.

    W. Press et al., Numerical Recipes, section 9.4: some ten passes over the points in place of eighty.
    """
    left, right = np.zeros(len(scaled)), np.ones(len(scaled))
    at: Array = scaled.mean(axis=1)
    step = np.ones(len(scaled))
    for _ in range(2 * HALVINGS):
        apart = at[:, None] - scaled
        near = np.abs(apart) ** (p - 2)
        slope, bend = (apart * near).sum(axis=1), (p - 1) * near.sum(axis=1)  # of Σ |x − c|^p / p, and its slope's
        left, right = np.where(slope < 0, at, left), np.where(slope < 0, right, at)
        newton = at - slope / np.where(bend > 0, bend, 1.0)
        good = (bend > 0) & (newton > left) & (newton < right) & (np.abs(2 * slope) < np.abs(step * bend))
        after = np.where(slope == 0, at, np.where(good, newton, (left + right) / 2))
        step = after - at
        at = after
        if (np.abs(step) <= 1e-16).all():
            break
    return at
