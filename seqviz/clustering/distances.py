"""How far a point is from a centroid: Minkowski's distance of order p, (Σ |x − c|^p)^(1/p).

p = 1 is Manhattan's, p = 2 Euclid's. k-means only compares, and sums |x − c|^p, so no root is drawn here.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from seqviz.records import Array

METRICS = {"euclidean": 2.0, "manhattan": 1.0}  # and "minkowski", whose p is chosen


def order_of(metric: str, p: float) -> float:
    """p of a metric.

    Raises:
        ValueError: an unknown metric, or a p below 1, where the triangle inequality no longer holds.
    """
    if metric in METRICS:
        return METRICS[metric]
    if metric != "minkowski":
        raise ValueError(f"metric is {metric!r}, expected one of {', '.join([*METRICS, 'minkowski'])}")
    if not (np.isfinite(p) and p >= 1.0):
        raise ValueError(f"p is {p:g}, expected a finite number of at least 1")
    return float(p)


def powers(columns: Array, centroids: Array, p: float) -> Array:
    """(k, N) Σ_d |x_d − c_d|^p of points given coordinate by coordinate, (D, N), to each of the centroids (k, D)."""
    found: Array = np.subtract(columns[0], centroids[:, :1])  # (N,) − (k, 1)
    to_power(found, p)
    apart = np.empty_like(found)
    for d in range(1, len(columns)):
        np.subtract(columns[d], centroids[:, d, None], out=apart)
        to_power(apart, p)
        found += apart
    return found


def to_power(apart: Array, p: float) -> None:
    """|·|^p of every element, in place."""
    if p == 2.0:
        np.multiply(apart, apart, out=apart)
        return
    np.abs(apart, out=apart)
    if p != 1.0:
        np.power(apart, p, out=apart)


MANY = 20_000  # points beyond which squared distances are compared by one matrix product a chunk
CHUNK = 8192  # points: their k comparisons then stay in a core's own cache
FAR = 1e9  # times the squared distance of the nearest two centroids: a border then lies within 10⁻⁶ of its place
COMPARED = 32_768  # distances that are held at a time: 256 KB


def nearest(columns: Array, centroids: Array, p: float) -> tuple[NDArray[np.int32], Array]:
    """(N,) the nearest centroid of each point, the first of equally near ones, and (N,) |x − c|^p to it.

    Args:
        columns: (D, N) the points, each coordinate in one piece, so that a pass over all points is fast.
        centroids: (k, D); rows of nan are nobody's.
    """
    count = columns.shape[1]
    gone = np.isnan(centroids[:, 0])
    if p == 2.0 and count > MANY and are_told_apart(centroids[~gone]):
        return nearest_of_many(columns, centroids)
    if gone.any():
        there = np.flatnonzero(~gone).astype(np.int32)
        labels, least = nearest(columns, centroids[there], p)
        return there[labels], least
    k = len(centroids)
    labels, least = np.empty(count, np.int32), np.empty(count)
    # the first of equal ones has the largest number when they are counted down: no search along the points
    down = np.arange(k, 0, -1, dtype=np.min_scalar_type(k))[:, None]
    size = max(1, COMPARED // k)
    for start in range(0, count, size):
        part = slice(start, start + size)
        away = powers(columns[:, part], centroids, p)  # (k, n)
        smallest = away.min(axis=0, out=least[part])
        np.subtract(k, np.multiply(away == smallest, down).max(axis=0), out=labels[part], dtype=np.int32)
    return labels, least


def are_told_apart(centroids: Array) -> bool:
    """Whether |c|² − 2 x·c tells the nearest two of the centroids (k, D) apart: with a third one a billion times as far
    away, its square leaves no digits for them."""
    apart = centroids - centroids.mean(axis=0)
    farthest = float((apart**2).sum(axis=1).max())
    between = powers(np.ascontiguousarray(apart.T), apart, 2.0)  # (k, k)
    return bool((between[between > 0.0] > farthest / FAR).all())  # of two at one place either will do


def nearest_of_many(columns: Array, centroids: Array) -> tuple[NDArray[np.int32], Array]:
    """The same for p = 2, several times as fast: |x − c|² is smallest where |c|² − 2 x·c is.

    Points that are equally near to rounding may go to either centroid. All are measured from the centroids' middle,
    for |c|² − 2 x·c cancels far from 0, and what is returned as |x − c|² is the difference squared.
    """
    count = columns.shape[1]
    there = np.flatnonzero(~np.isnan(centroids[:, 0]))  # not dropped
    k = len(there)
    origin = centroids[there].mean(axis=0)[:, None]  # (D, 1)
    kept = np.ascontiguousarray(centroids[there].T) - origin  # (D, k)
    terms = np.hstack([-2.0 * kept.T, (kept**2).sum(axis=0)[:, None]])  # (k, D+1): −2 c, |c|²
    number = np.int8 if k <= 127 else np.int32
    labels, least = np.empty(count, np.intp), np.empty(count)
    scores, block = np.empty((k, CHUNK)), np.ones((len(columns) + 1, CHUNK))  # a row of ones for |c|²
    nearer, later, place = np.empty(CHUNK, bool), np.empty(CHUNK, number), np.empty(CHUNK, number)
    for start in range(0, count, CHUNK):
        size = min(CHUNK, count - start)
        part = np.subtract(columns[:, start : start + size], origin, out=block[:-1, :size])  # (D, n)
        score = np.matmul(terms, block[:, :size], out=scores[:, :size])  # (k, D+1) @ (D+1, n)
        best, less, step, label = score[0], nearer[:size], later[:size], place[:size]
        label.fill(0)
        for cluster in range(1, k):
            np.less(score[cluster], best, out=less)
            np.minimum(best, score[cluster], out=best)
            np.multiply(less, number(cluster), out=step)  # a later one that is nearer has a larger number: no branch
            np.maximum(label, step, out=label)
        chosen = labels[start : start + size]
        chosen[:] = label
        apart = np.subtract(part, kept.take(chosen, axis=1), out=part)
        np.einsum("dn,dn->n", apart, apart, out=least[start : start + size])
    return there[labels].astype(np.int32) if k < len(centroids) else labels.astype(np.int32), least
