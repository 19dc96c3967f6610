"""What /clustering computes, kept for every visitor: the records are frozen, so one copy serves all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import streamlit as st
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist

from seqviz.clustering import fuzzy_cmeans, hierarchy, kmeans
from seqviz.clustering.data import MADE, Points, made, measured
from seqviz.clustering.hierarchy import METHODS
from seqviz.figures.dendrogram import Branches, branches
from seqviz.records import Array
from seqviz.records.clustering import FuzzyRun, KMeansRun, Tree

IRIS = "iris, petals"
SETS = (*MADE, IRIS)
COUNTS = (3, 300)  # points: all pairs are joined four times over, and each point is drawn three times
SEEDS = (0, 999)
CLUSTERS = (1, 8)  # as many colours as can be told apart
FUZZINESS = (1.05, 8.0)
STARTS = 10  # of k-means; the best one is shown


@dataclass(frozen=True)
class Data:
    """Which points, and how many clusters are looked for in them.

    Attributes:
        name: one of SETS. count: of points; iris always has its 150. seed: of the made-up points and of all starts.
        k: clusters.
    """

    name: str = "unequal sizes"
    count: int = 120
    seed: int = 0
    k: int = 3


@dataclass(frozen=True, eq=False)
class Ways:
    """Three ways to cluster the same points; the clusters of the first two are numbered from left to right.

    Attributes:
        hard: k-means, the best of STARTS starts. soft: fuzzy c-means, its clusters under the numbers of the nearest of
            k-means'. trees, drawn: by linkage.
    """

    points: Points
    hard: KMeansRun
    soft: FuzzyRun
    trees: Mapping[str, Tree]
    drawn: Mapping[str, Branches]


@st.cache_resource(max_entries=64, show_spinner=False)
def points_of(data: Data) -> Points:
    """The points in the plane."""
    if data.name == IRIS:
        iris = measured("iris")
        return Points(IRIS, iris.values[:, 2:], iris.columns[2:], iris.truth, iris.groups)
    return made(data.name, data.count, data.seed)


@st.cache_resource(max_entries=64, show_spinner=False)
def hard_run(data: Data) -> KMeansRun:
    """k-means++ from STARTS seeds, the run with the least inertia, its clusters numbered from left to right.

    Raises:
        ValueError: k is more than there are points.
    """
    x = points_of(data).values
    runs = [kmeans(x, data.k, seed=data.seed + start) for start in range(STARTS)]
    best = min(runs, key=lambda run: run.inertia)
    order = np.lexsort(best.centroids[-1].T[::-1])  # by x, then by y
    return kmeans(x, data.k, init=best.centroids[0][order])


@st.cache_resource(max_entries=64, show_spinner=False)
def soft_run(data: Data, fuzziness: float) -> FuzzyRun:
    """Fuzzy c-means, each cluster under the number of the centroid of k-means that it ends nearest to, in pairs.

    Raises:
        ValueError: as k-means, or a fuzziness that is not above 1.
    """
    run = fuzzy_cmeans(points_of(data).values, data.k, fuzziness=fuzziness, seed=data.seed)
    order = partners(hard_run(data).centroids[-1], run.centroids[-1])
    return replace(run, memberships=run.memberships[:, :, order], centroids=run.centroids[:, order])


def partners(first: Array, second: Array) -> list[int]:
    """For each row of `first` (k, D) a row of `second` (k, D), all different, the distances being least in sum."""
    found: list[int] = linear_sum_assignment(cdist(first, second))[1].tolist()
    return found


@st.cache_resource(max_entries=16, show_spinner=False)
def grown(name: str, count: int, seed: int) -> tuple[Mapping[str, Tree], Mapping[str, Branches]]:
    """The four trees of these points, and where their branches stand."""
    x = points_of(Data(name, count, seed)).values
    trees = {method: hierarchy(x, method) for method in METHODS}
    return trees, {method: branches(tree) for method, tree in trees.items()}


def three_ways(data: Data, fuzziness: float) -> Ways:
    """All three on the same points.

    Raises:
        ValueError: as k-means and fuzzy c-means.
    """
    trees, drawn = grown(data.name, data.count, data.seed)
    return Ways(points_of(data), hard_run(data), soft_run(data, fuzziness), trees, drawn)
