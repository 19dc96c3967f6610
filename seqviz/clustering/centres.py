"""The point that a cluster's points are closest to: the minimiser of Σ |x − c|^p, coordinate by coordinate.

The mean for p = 2, the median for p = 1; between and beyond, one convex problem in one unknown each.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from seqviz.records import Array

HALVINGS = 54  # of an interval: from its whole length to less than float64 tells apart
ROUNDING = 2e-16  # of the interval


def means(columns: Array, labels: NDArray[np.integer], k: int) -> Array:
    """(k, D) the mean of each cluster of points (D, N); nan where there are none."""
    labels = labels.astype(np.intp, copy=False)  # as bincount counts, once and not for every coordinate
    counts = np.bincount(labels, minlength=k)
    found = np.empty((k, len(columns)))
    for d, column in enumerate(columns):
        found[:, d] = np.bincount(labels, weights=column, minlength=k)
    found /= np.where(counts, counts, np.nan)[:, None]
    return found


def centres(columns: Array, labels: NDArray[np.integer], k: int, p: float) -> Array:
    """(k, D) the minimiser of Σ |x − c|^p in each cluster; nan where there are no points."""
    if p == 2.0:
        return means(columns, labels, k)
    if p != 1.0:
        return minimisers(columns, labels, k, p)
    found = np.full((k, len(columns)), np.nan)
    for cluster in np.unique(labels):
        found[cluster] = np.median(columns[:, labels == cluster], axis=1)
    return found


def minimisers(columns: Array, labels: NDArray[np.integer], k: int, p: float) -> Array:
    """(k, D) argmin_c Σ_n |x_n − c|^p over each cluster of points (D, N), p > 1; nan where there are none.

    All clusters and coordinates at once: one by one, a handful of points each would be all calls and no arithmetic.
    """
    counts = np.bincount(labels, minlength=k)
    there = np.flatnonzero(counts)  # (C,) clusters that have points
    firsts = (np.cumsum(counts) - counts)[there]  # where each begins when the points stand cluster by cluster
    of = np.repeat(np.arange(len(there)), counts[there])  # (N,)
    grouped = columns[:, labels.argsort(kind="stable")]  # (D, N)
    low, high = (pick.reduceat(grouped, firsts, axis=1) for pick in (np.minimum, np.maximum))  # (D, C)
    width = np.where(high > low, high - low, 1.0)
    scaled = (grouped - low[:, of]) / width[:, of]  # in [0, 1]: no power overflows
    at = by_newton(scaled, of, firsts, p) if p >= 2.0 else by_halves(scaled, of, firsts, p)
    found = np.full((k, len(columns)), np.nan)
    found[there] = np.where(high > low, low + width * at, low).T
    return found


def by_halves(scaled: Array, of: NDArray[np.integer], firsts: NDArray[np.integer], p: float) -> Array:
    """(D, C) the same for points (D, N) within [0, 1] of cluster of[n], each beginning at firsts: the interval in which
    the slope changes its sign, halved."""
    left = np.zeros((len(scaled), len(firsts)))
    right = np.ones_like(left)
    for _ in range(HALVINGS):
        middle = (left + right) / 2
        apart = middle[:, of] - scaled  # (D, N)
        slope = np.add.reduceat(np.sign(apart) * np.abs(apart) ** (p - 1), firsts, axis=1)  # of Σ |x − c|^p / p
        left, right = np.where(slope < 0, middle, left), np.where(slope < 0, right, middle)
    return (left + right) / 2


def by_newton(scaled: Array, of: NDArray[np.integer], firsts: NDArray[np.integer], p: float) -> Array:
    """(D, C) the same for p ≥ 2: Newton's steps, and halves where one leads out or is too short.

    W. Press et al., Numerical Recipes, section 9.4: some ten passes over the points in place of fifty.
    """
    left = np.zeros((len(scaled), len(firsts)))
    right = np.ones_like(left)
    at: Array = np.add.reduceat(scaled, firsts, axis=1) / np.bincount(of)
    step = np.ones_like(left)
    for _ in range(3 * HALVINGS):
        apart = at[:, of] - scaled  # (D, N)
        near = np.abs(apart) ** (p - 2)
        slope, bend = (np.add.reduceat(each, firsts, axis=1) for each in (apart * near, (p - 1) * near))
        left, right = np.where(slope < 0, at, left), np.where(slope < 0, right, at)
        newton = slope / np.where(bend > 0, bend, 1.0)  # of Σ |x − c|^p / p, over its own slope
        good = (bend > 0) & (at - newton > left) & (at - newton < right) & (2 * np.abs(newton) < np.abs(step))
        there = (slope == 0) | ((bend > 0) & (np.abs(newton) <= ROUNDING))
        step = np.where(there, 0.0, np.where(good, -newton, (left + right) / 2 - at))
        at = at + step
        if (np.abs(step) <= ROUNDING).all():
            break
    return at
