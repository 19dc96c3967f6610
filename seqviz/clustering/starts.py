"""Where the centroids begin: points at random, k-means++, farthest first.

k-means++: D. Arthur and S. Vassilvitskii, k-means++: the advantages of careful seeding (2007).
Farthest first: T. Gonzalez, Clustering to minimize the maximum intercluster distance (1985).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np

from seqviz.clustering.distances import powers
from seqviz.records import Array


def at_random(points: Array, k: int, p: float, rng: np.random.Generator) -> Array:
    """(k, D) different points, each as likely as any other."""
    return points[rng.choice(len(points), k, replace=False)]


def plus_plus(points: Array, k: int, p: float, rng: np.random.Generator) -> Array:
    """(k, D) each further one drawn with a chance that grows as its |x − c|^p to the nearest one so far.

    Of 2 + ln k draws the one that lowers the objective most is taken, as the authors' own code and scikit-learn do.
    """
    trials = 2 + int(np.log(k))
    columns = points.T.copy()
    chosen = [int(rng.integers(len(points)))]
    away = powers(columns, points[chosen], p)[0]  # (N,) to the nearest chosen one
    while len(chosen) < k:
        upto = away.cumsum()
        if upto[-1] == 0.0:  # fewer different points than centroids: any that is left
            left = np.setdiff1d(np.arange(len(points)), chosen)
            chosen.append(int(rng.choice(left)))
            continue
        drawn = upto.searchsorted(rng.random(trials) * upto[-1], side="right")  # never one that is chosen already
        with_each = np.minimum(away, powers(columns, points[drawn], p))  # (trials, N)
        best = int(with_each.sum(axis=1).argmin())
        chosen.append(int(drawn[best]))
        away = with_each[best]
    return points[chosen]


def farthest_first(points: Array, k: int, p: float, rng: np.random.Generator) -> Array:
    """(k, D) a first point at random, and then always the one that is farthest from those chosen."""
    columns = points.T.copy()
    chosen = [int(rng.integers(len(points)))]
    away = powers(columns, points[chosen], p)[0]
    while len(chosen) < k:
        away[chosen] = -1.0  # among equal points, never the same one twice
        chosen.append(int(np.argmax(away)))
        away = np.minimum(away, powers(columns, points[chosen[-1:]], p)[0])
    return points[chosen]


STARTS: Mapping[str, Callable[[Array, int, float, np.random.Generator], Array]] = MappingProxyType(
    {"random": at_random, "k-means++": plus_plus, "farthest first": farthest_first}
)
