"""Fuzzy c-means: every point belongs to every cluster, more to the nearer ones.

J. Bezdek, Pattern Recognition with Fuzzy Objective Function Algorithms (1981): it lowers Σ u^m |x − c|² with
memberships u that sum to 1 for each point. m → 1 is k-means; with a large m all memberships come near 1/k.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from seqviz.clustering.kmeans import check_powers, checked_points, checked_start
from seqviz.records import Array
from seqviz.records.clustering import FuzzyRun

MOST_FUZZY = 100.0
SHARES = "random memberships"


def fuzzy_cmeans(
    points: ArrayLike,
    k: int,
    *,
    fuzziness: float = 2.0,
    init: str | ArrayLike = SHARES,
    seed: int = 0,
    tolerance: float = 1e-6,
    max_iterations: int = 300,
) -> FuzzyRun:
    """Cluster `points` (N, D) into `k` clusters that overlap.

    Args:
        fuzziness: m.
        init: "random memberships", or centroids as for k-means, from which the first memberships follow. With a large m
            a centroid that begins on a point hardly leaves it.
        tolerance: it ends where no membership changed by more than this.

    Raises:
        ValueError: as k-means, units included, or a fuzziness that is not above 1.
    """
    x = checked_points(points)
    check_powers(x, 2.0)
    if not 1.0 < fuzziness <= MOST_FUZZY:
        raise ValueError(f"the fuzziness m is {fuzziness:g}, expected above 1 and up to {MOST_FUZZY:g}")
    if max_iterations < 1:
        raise ValueError(f"max_iterations is {max_iterations}, expected at least 1")
    if isinstance(init, str) and init == SHARES:
        checked_start(x, k, "random", 2.0, seed)  # k itself
        u = np.random.default_rng(seed).dirichlet(np.ones(k), len(x))  # (N, k)
        centroids = middles(x, u**fuzziness, np.tile(x.mean(axis=0), (k, 1)))
    else:
        centroids = checked_start(x, k, init, 2.0, seed)
        u = memberships_of(x, centroids, fuzziness)
    memberships: list[Array] = []
    found: list[Array] = []
    objective: list[float] = []
    converged = False
    while len(found) < max_iterations and not converged:
        if found:
            u = memberships_of(x, centroids, fuzziness)
        weights = u**fuzziness
        centroids = middles(x, weights, centroids)
        if memberships:
            converged = bool(np.abs(u - memberships[-1]).max() <= tolerance)
        memberships.append(u)
        found.append(centroids)
        objective.append(float((weights * squared(x, centroids)).sum()))
    return FuzzyRun(x, np.stack(memberships), np.stack(found), np.array(objective), fuzziness, converged)


def middles(x: Array, weights: Array, before: Array) -> Array:
    """(k, D) the weighted mean of all points for each cluster; as before where no weight is left."""
    totals = weights.sum(axis=0)[:, None]  # (k, 1)
    found: Array = np.divide(weights.T @ x, totals, out=before.copy(), where=totals > 0)  # (k, N) @ (N, D)
    return found


def memberships_of(x: Array, centroids: Array, fuzziness: float) -> Array:
    """(N, k) u_j = 1 / Σ_l (d_j / d_l)^(2 / (m − 1)); a point on a centroid belongs to that alone."""
    away = squared(x, centroids)
    nearest = away.min(axis=1, keepdims=True)  # (N, 1)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        shares = (nearest / away) ** (1.0 / (fuzziness - 1.0))  # in [0, 1], so nothing overflows however small m − 1
    shares[np.broadcast_to(nearest == 0.0, away.shape)] = 0.0
    shares[away == 0.0] = 1.0
    found: Array = shares / shares.sum(axis=1, keepdims=True)
    return found


def squared(x: Array, centroids: Array) -> Array:
    """(N, k) |x − c|²."""
    found: Array = ((x[:, None] - centroids) ** 2).sum(axis=2)
    return found
