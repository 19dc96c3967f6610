"""How many clusters? The elbow, and four answers that need no eye.

The elbow is no criterion: a pure 1/k curve has a "knee" wherever the range ends, and so has data without clusters
(E. Schubert, Stop using the elbow criterion for k-means, 2023).
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from seqviz.clustering.kmeans import checked_points, kmeans
from seqviz.records import Array
from seqviz.records.clustering import Criterion, ElbowCurve, KMeansRun

STARTS_EACH = 5
REFERENCES = 20  # uniform data sets for the gap statistic
ROUNDING = 1e-14  # of the sum of squares of all points


def elbow(
    points: Array, ks: Sequence[int], *, starts: int = STARTS_EACH, init: str = "k-means++", seed: int = 0
) -> ElbowCurve:
    """The least within-cluster sum of squares for each k, from starts seeded seed, seed + 1, …

    Raises:
        ValueError: no k, ks that do not rise, or a k that is more than the points, or no starts.
    """
    x, wanted = checked_points(points), checked_ks(ks)
    if starts < 1:
        raise ValueError(f"starts is {starts}, expected at least 1")
    return curve_of(wanted, [several(x, k, starts=starts, init=init, seed=seed)[0] for k in wanted])


def several(
    points: Array, k: int, *, starts: int = STARTS_EACH, init: str = "k-means++", seed: int = 0
) -> tuple[list[float], KMeansRun]:
    """Runs of the same k, from starts seeded seed, seed + 1, …: where each ended, and the first of the best."""
    best = kmeans(points, k, init=init, seed=seed)
    ends = [best.inertia]
    for start in range(1, starts):
        run = kmeans(points, k, init=init, seed=seed + start)
        ends.append(run.inertia)
        best = min(best, run, key=lambda one: one.inertia)
    return ends, best


def curve_of(ks: Sequence[int], ends: Sequence[Sequence[float]]) -> ElbowCurve:
    """The elbow whose runs ended there: ends[i] of as many starts for ks[i]."""
    every = np.array(ends)  # (M, R)
    best = tuple(int(place) for place in every.argmin(axis=1))
    wcss: Array = every.min(axis=1)
    return ElbowCurve(tuple(ks), wcss, every, best, knee_of(ks, wcss))


def knee_of(ks: Sequence[int], wcss: Array) -> int | None:
    """The k that kneed suggests for a falling, convex curve."""
    from kneed import KneeLocator

    if len(ks) < 3 or not (np.diff(wcss) < 0).any():
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = KneeLocator(list(ks), wcss.tolist(), curve="convex", direction="decreasing").knee
    return None if found is None else int(found)


def checked_ks(ks: Sequence[int]) -> tuple[int, ...]:
    """The numbers of clusters.

    Raises:
        ValueError: none, below 1, or not rising.
    """
    wanted = tuple(int(k) for k in ks)
    if not wanted or wanted[0] < 1 or any(b <= a for a, b in pairwise(wanted)):
        raise ValueError(f"ks are {', '.join(map(str, wanted)) or 'none'}, expected rising numbers from 1")
    return wanted


Labelled = Mapping[int, NDArray[np.int32]]  # k → the labels of its best run


def silhouette(points: Array, labels: Labelled) -> Criterion:
    """The mean over points of (b − a) / max(a, b), a the mean distance within, b to the nearest other cluster.

    P. Rousseeuw, Silhouettes (1987). It has no answer for k = 1.
    """
    from sklearn.metrics import silhouette_score

    return largest("silhouette", labels, lambda found: silhouette_score(points, found), len(points))


def calinski_harabasz(points: Array, labels: Labelled) -> Criterion:
    """Variance between clusters over variance within, each by its degrees of freedom.

    T. Caliński and J. Harabasz, A dendrite method for cluster analysis (1974). No answer for k = 1; infinite where
    nothing is left within, which scikit-learn calls 1, or 10³³ where the sums were rounded.
    """
    from sklearn.metrics import calinski_harabasz_score

    x = np.asarray(points, float)
    least = rounding_of(x)

    def ratio(found: NDArray[np.int32]) -> float:
        inside = (x[found == cluster] for cluster in np.unique(found))
        within = sum(float(((each - each.mean(axis=0)) ** 2).sum()) for each in inside)
        return float(calinski_harabasz_score(x, found)) if within > least else float("inf")

    return largest("Calinski–Harabasz", labels, ratio, len(x))


def rounding_of(x: Array) -> float:
    """The sum of squares up to which a WCSS of these points is the rounding of one that is 0."""
    return ROUNDING * float(((x - x.mean(axis=0)) ** 2).sum())


def largest(name: str, labels: Labelled, score: Callable[[NDArray[np.int32]], float], count: int) -> Criterion:
    """A criterion whose largest value names k; nan where it is not defined: for one cluster, or one a point."""
    values = [score(found) if 1 < len(np.unique(found)) < count else np.nan for found in labels.values()]
    return Criterion(name, tuple(labels), np.array(values), chosen_at(tuple(labels), np.array(values)))


def chosen_at(ks: Sequence[int], values: Array) -> int | None:
    """The k of the largest value; None where there is none."""
    return None if np.isnan(values).all() else int(ks[int(np.nanargmax(values))])


def mixture_bic(points: Array, labels: Labelled) -> Criterion:
    """BIC of a mixture of k Gaussians with full covariances, fitted from k-means' clusters: less is better. It can
    say 1.

    G. Schwarz, Estimating the dimension of a model (1978).
    """
    x = np.asarray(points, float)
    spread = x.std(axis=0).max() or 1.0  # what scikit-learn adds to each variance, 10⁻⁶, is then small in any unit
    of_unit = 2 * x.size * np.log(spread)  # the density is one per unit of each coordinate
    values = np.array([fitted_bic(x / spread, found, k) + of_unit for k, found in labels.items()])
    return Criterion("BIC of a Gaussian mixture", tuple(labels), values, chosen_at(list(labels), -values), None, True)


def fitted_bic(x: Array, found: NDArray[np.int32], k: int) -> float:
    """The BIC at the end of EM, which begins with the share, mean and covariance of each cluster; nan where a cluster
    has no points or a covariance collapses."""
    from sklearn.mixture import GaussianMixture

    counts = np.bincount(found, minlength=k)
    if not counts.all():
        return float("nan")
    means = np.stack([x[found == c].mean(axis=0) for c in range(k)])  # (k, D)
    small = GaussianMixture().reg_covar * np.eye(x.shape[1])
    covariances = np.stack([np.cov(x[found == c].T, bias=True) + small for c in range(k)])  # (k, D, D)
    start = {"weights_init": counts / len(x), "means_init": means, "precisions_init": np.linalg.inv(covariances)}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a fit that ends at its maximum of iterations
        try:
            return float(GaussianMixture(k, **start).fit(x).bic(x))
        except ValueError:
            return float("nan")


def gap(points: Array, curve: ElbowCurve, *, references: int = REFERENCES, seed: int = 0) -> Criterion:
    """The mean of ln WCSS over uniform data in the same box, minus ln WCSS. It can say 1.

    Both are of single starts, one for each uniform data set, the mean over the curve's starts for the points: were the
    best of several set against single ones, every k would gain by it, and the larger ones more.

    The smallest k with Gap(k) ≥ Gap(k + 1) − s(k + 1), s being the standard deviation over the references times
    √(1 + 1/B). R. Tibshirani, G. Walther and T. Hastie, Estimating the number of clusters in a data set via the gap
    statistic (2001).
    """
    x = np.asarray(points, float)
    rng = np.random.default_rng(seed)
    low, high = x.min(axis=0), x.max(axis=0)
    logs = np.empty((references, len(curve.ks)))  # (B, M)
    for row in logs:
        uniform = rng.uniform(low, high, x.shape)
        row[:] = [np.log(kmeans(uniform, k, seed=seed).inertia or np.nan) for k in curve.ks]
    least = rounding_of(x)
    values = logs.mean(axis=0) - np.log(np.where(curve.every > least, curve.every, np.nan)).mean(axis=1)
    spread = logs.std(axis=0) * np.sqrt(1 + 1 / references)
    chosen = None
    for place, k in enumerate(curve.ks[:-1]):
        if values[place] >= values[place + 1] - spread[place + 1]:
            chosen = k
            break
    return Criterion("gap statistic", curve.ks, values, chosen, spread, can_say_one=True)
