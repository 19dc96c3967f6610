"""k-means, S. P. Lloyd's algorithm (1982): assign each point to the nearest centroid, move each centroid to the middle
of its points, until nothing changes. Every half-step is kept.

With Minkowski's distance of order p the middle is the minimiser of Σ |x − c|^p, so the objective cannot rise; with the
mean in its place it can.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from seqviz.clustering.centres import centres
from seqviz.clustering.distances import nearest, order_of
from seqviz.clustering.starts import STARTS
from seqviz.records import Array
from seqviz.records.clustering import Emptied, KMeansRun, StopReason

EmptyRule = Literal["farthest point", "keep", "drop"]
POWERS = (-280, 280)  # exponents of ten within which |x − c|^p of the whole width stays; sums have room beyond
FARTHEST = 8e307
EMPTY_RULES = ("farthest point", "keep", "drop")


def kmeans(
    points: ArrayLike,
    k: int,
    *,
    init: str | ArrayLike = "k-means++",
    metric: str = "euclidean",
    p: float = 2.0,
    seed: int = 0,
    tolerance: float = 1e-4,
    max_iterations: int = 300,
    empty: str = "farthest point",
    centre: str = "minimiser",
) -> KMeansRun:
    """Cluster `points` (N, D) into `k`.

    Args:
        init: "random", "k-means++", "farthest first", or (k, D) centroids.
        metric: "euclidean", "manhattan", or "minkowski" with its p ≥ 1.
        seed: of what init draws.
        tolerance: it ends where Σ over centroids of the squared way they moved is at most this times the mean variance
            of the coordinates, as in scikit-learn.
        max_iterations: updates at most.
        empty: what becomes of a cluster without points: its centroid moves to the point that is farthest from its own
            ("farthest point"), stays ("keep"), or is taken out ("drop").
        centre: "minimiser" of the metric's objective, or "mean" whatever the metric, with which the objective may rise.

    Raises:
        ValueError: a setting or points that cannot be clustered, with the value and the bound.
    """
    x = checked_points(points)
    order = order_of(metric, p)
    check_powers(x, order)
    first = checked_start(x, k, init, order, seed)
    check_powers(np.concatenate([x, first]), order)
    if max_iterations < 1:
        raise ValueError(f"max_iterations is {max_iterations}, expected at least 1")
    if not tolerance >= 0.0:
        raise ValueError(f"tolerance is {tolerance:g}, expected at least 0")
    for name, value, choices in (("empty", empty, EMPTY_RULES), ("centre", centre, ("minimiser", "mean"))):
        if value not in choices:
            raise ValueError(f"{name} is {value!r}, expected one of {', '.join(choices)}")
    return lloyd(x, first, order, tolerance * float(x.var(axis=0).mean()), max_iterations, empty, centre)


def check_powers(x: Array, p: float) -> None:
    """Refuse points so far apart or so close that |x − c|^p is beyond what float64 holds.

    Raises:
        ValueError: with the width of the points and its bounds.
    """
    # column by column, for NumPy is slow along long, narrow arrays; the half has a width that float64 holds
    width = 2 * float(min(max(column.max() / 2 - column.min() / 2 for column in x.T), FARTHEST))
    low, high = (10.0 ** (power / p) for power in POWERS)
    if width and not low <= width <= high:
        raise ValueError(
            f"points and starts are {width:.3g} wide, expected from {low:.3g} to {high:.3g}: beyond, |x − c|^{p:g} "
            "is too small or too large to be computed"
        )


def lloyd(
    x: Array, first: Array, p: float, least_shift: float, max_iterations: int, empty: str, centre: str
) -> KMeansRun:
    """The loop: assign, look whether that changed anything, update, look how far that moved."""
    columns = np.ascontiguousarray(x.T)  # (D, N)
    k = len(first)
    centroids, labels, wcss = [first], [], []
    updated: list[float] = []
    emptied: list[Emptied] = []
    stop_reason: StopReason | None = None
    while True:
        found, away = nearest(columns, centroids[-1], p)
        labels.append(found)
        wcss.append(away.sum())
        if stop_reason is None and len(labels) > 1 and np.array_equal(labels[-1], labels[-2]):
            stop_reason = "assignments unchanged"
        if stop_reason is not None:
            break
        of_p = 2.0 if centre == "mean" else p  # the mean minimises Σ (x − c)²
        places = found.astype(np.intp)  # as numpy counts and takes, once
        middle = centres(columns, places, k, of_p)
        middle, met = without_empty(columns, middle, centroids[-1], places, away, empty, len(updated), of_p)
        emptied += met
        updated.append(objective(columns, middle, places, p))
        shifts = ((middle - centroids[-1]) ** 2).sum(axis=1)  # (k,) nan where a cluster was dropped
        if float(shifts[shifts >= 0.0].sum()) <= least_shift:
            stop_reason = "centroids moved less than the tolerance"
        elif len(updated) == max_iterations:
            stop_reason = "maximum of iterations"
        centroids.append(middle)
    rows = np.stack([*centroids, centroids[-1]])  # (S+1, k, D)
    return KMeansRun(x, rows, np.stack(labels), np.array(wcss), np.array(updated), tuple(emptied), stop_reason, p)


def objective(columns: Array, centroids: Array, labels: NDArray[np.integer], p: float) -> float:
    """Σ |x − c|^p, each point with its own cluster's centroid."""
    labels = labels.astype(np.intp, copy=False)
    total = 0.0
    for column, of_clusters in zip(columns, centroids.T, strict=True):
        apart = column - of_clusters.take(labels)
        total += float(apart @ apart) if p == 2.0 else float((np.abs(apart) ** p).sum())
    return total


def without_empty(
    columns: Array,
    middle: Array,
    before: Array,
    labels: NDArray[np.integer],
    away: Array,
    rule: str,
    iteration: int,
    p: float,
) -> tuple[Array, list[Emptied]]:
    """(k, D) the new centroids, those of clusters without points as the rule says, and which these were."""
    counts = np.bincount(labels, minlength=len(middle))
    if counts.all():
        return middle, []
    empty = np.flatnonzero((counts == 0) & ~np.isnan(before[:, 0]))
    if rule == "keep":
        middle[empty] = before[empty]
    if rule != "farthest point" or not len(empty):
        return middle, [Emptied(iteration, int(cluster)) for cluster in empty]
    farthest = np.argpartition(away, -len(empty))[: -len(empty) - 1 : -1]  # as many, in scikit-learn's order
    stay = labels.copy()
    for cluster, point in zip(empty, farthest, strict=True):
        old = labels[point]
        if counts[old] > 1:
            stay[point] = cluster  # it leaves its cluster, whose middle is then that of the others
            counts[old] -= 1
        middle[cluster] = columns[:, point]
    for old in np.unique(labels[farthest]):
        inside = columns[:, stay == old]
        middle[old] = centres(inside, np.zeros(inside.shape[1], np.int32), 1, p)[0]
    return middle, [Emptied(iteration, int(c), int(point)) for c, point in zip(empty, farthest, strict=True)]


def checked_points(points: ArrayLike) -> Array:
    """(N, D) float64.

    Raises:
        ValueError: another shape, no points, or a number that is not finite.
    """
    x = np.array(points, dtype=np.float64)
    if x.ndim != 2 or 0 in x.shape:
        raise ValueError(f"points have shape {x.shape}, expected (N, D) with at least 1 of each")
    if not np.isfinite(x).all():
        row, column = np.argwhere(~np.isfinite(x))[0]
        raise ValueError(f"point {row + 1:,} has {x[row, column]} as coordinate {column + 1}, expected finite numbers")
    return x


def checked_start(x: Array, k: int, init: str | ArrayLike, p: float, seed: int) -> Array:
    """(k, D) the centroids to begin with.

    Raises:
        ValueError: k outside 1 … N, an unknown way to start, or given centroids of another shape or not finite.
    """
    if not 1 <= k <= len(x):
        raise ValueError(f"k is {k}, expected from 1 to {len(x):,}, the number of points")
    if isinstance(init, str):
        if init not in STARTS:
            raise ValueError(f"init is {init!r}, expected one of {', '.join(STARTS)}, or centroids")
        return STARTS[init](x, k, p, np.random.default_rng(seed))
    given = np.array(init, dtype=np.float64)
    if given.shape != (k, x.shape[1]):
        raise ValueError(f"the given centroids have shape {given.shape}, expected ({k}, {x.shape[1]})")
    if not np.isfinite(given).all():
        raise ValueError("the given centroids hold a number that is not finite")
    return given
