"""The elbow of some points and what other criteria say of the same k: computed once, kept for every visitor."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from seqviz.clustering.choosing import (
    Labelled,
    calinski_harabasz,
    curve_of,
    gap,
    mixture_bic,
    several,
    silhouette,
)
from seqviz.records import Array
from seqviz.records.clustering import Criterion, ElbowCurve, KMeansRun
from seqviz.ui.budget import Budget
from seqviz.ui.kmeans.points import KEYS, chosen_points
from seqviz.ui.kmeans.settings import Source
from seqviz.ui.kmeans.table import Table

WORK, ASKED = 20_000_000, 7_000_000  # points × columns × Σ k: the elbow, and another criterion, within ten seconds
CRITERIA = ("silhouette", "Calinski–Harabasz", "BIC of a Gaussian mixture", "gap statistic")


@dataclass(frozen=True, eq=False)
class Found:
    """The elbow of some points, and what it was made of. `distance` is Σ|x − c|, not squared, and `labels` where the
    points ended, both in the best run of each k."""

    source: Source
    table: Table | None
    drawn: tuple[str, ...]
    curve: ElbowCurve
    distance: Array
    labels: Labelled


def found_elbow(source: Source, table: Table | None, ends: tuple[int, int], drawn: tuple[str, ...]) -> Found:
    """The elbow from k = ends[0] to ends[1].

    Raises:
        ValueError: more clusters than points, or points that cannot be had.
    """
    count = len(chosen_points(source, table).values)
    if ends[1] > count:
        raise ValueError(f"“Range of k” ends at {ends[1]}, expected at most {count:,}, the number of points")
    check_work(source, table, ends, WORK, "the elbow")
    return _elbow(source, table, ends, drawn)


def check_work(source: Source, table: Table | None, ends: tuple[int, int], bound: int, what: str) -> None:
    """Refuse what would take minutes.

    Raises:
        ValueError: with how many times too much it is.
    """
    points = chosen_points(source, table).values
    work = points.size * sum(range(ends[0], ends[1] + 1))
    if work > bound:
        raise ValueError(
            f"{what} of {len(points):,} points, {points.shape[1]} columns and k up to {ends[1]} is {work / bound:.1f} "
            "times what this view computes: take a shorter range or fewer points"
        )


@st.cache_resource(max_entries=64, show_spinner="k-means for every k …", hash_funcs=KEYS)
def _elbow(source: Source, table: Table | None, ends: tuple[int, int], drawn: tuple[str, ...]) -> Found:
    ks = range(ends[0], ends[1] + 1)
    runs = [_runs_of(source, table, k) for k in ks]
    curve = curve_of(ks, [run.inertias for run in runs])
    return Found(source, table, drawn, curve, np.array([run.distance for run in runs]), {r.k: r.labels for r in runs})


@dataclass(frozen=True, eq=False)
class Runs:
    """All starts of one k: where they ended; of the best, the labels and Σ|x − c|."""

    k: int
    inertias: list[float]
    labels: NDArray[np.int32]
    distance: float


@st.cache_resource(max_entries=512, show_spinner=False, hash_funcs=KEYS)
def _runs_of(source: Source, table: Table | None, k: int) -> Runs:
    """Kept by themselves, so that a longer range computes only what it adds."""
    points = chosen_points(source, table).values
    ends, best = several(points, k)
    return Runs(k, ends, best.labels[-1].copy(), summed_distance(best))  # a view would keep every half-step's labels


def summed_distance(run: KMeansRun) -> float:
    """Σ_n |x_n − c| of each point to the centroid whose squared distance the WCSS holds: not squared."""
    return float(np.linalg.norm(run.points - run.centroids[-1][run.labels[-1]], axis=1).sum())


@st.cache_resource(max_entries=1024, show_spinner="Another criterion …", hash_funcs=KEYS)
def criterion_of(
    name: str, source: Source, table: Table | None, ends: tuple[int, int], drawn: tuple[str, ...], _budget: Budget
) -> Criterion:
    """What one criterion says of every k; charged where it is not kept."""
    points, found = chosen_points(source, table).values, _elbow(source, table, ends, drawn)
    with _budget.charged():
        return gap(points, found.curve) if name == "gap statistic" else _BY_LABELS[name](points, found.labels)


_BY_LABELS: Mapping[str, Callable[[Array, Labelled], Criterion]] = MappingProxyType(
    {"silhouette": silhouette, "Calinski–Harabasz": calinski_harabasz, "BIC of a Gaussian mixture": mixture_bic}
)
