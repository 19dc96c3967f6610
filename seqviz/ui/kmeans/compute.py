"""Settings → the run that is shown, with its points and its plane; frozen, so that one copy serves every visitor."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import streamlit as st

from seqviz.clustering import kmeans
from seqviz.clustering.distances import order_of
from seqviz.clustering.starts import STARTS
from seqviz.figures.numbers import in_words
from seqviz.records import Array
from seqviz.records.clustering import KMeansRun
from seqviz.ui.budget import Budget
from seqviz.ui.common import check_field
from seqviz.ui.kmeans.points import KEYS, Chosen, Plane, chosen_points, plane_of
from seqviz.ui.kmeans.settings import (
    BY_HAND,
    CLUSTERS,
    ITERATIONS,
    ORDERS,
    TOLERANCES,
    Row,
    Rows,
    Rules,
    Settings,
    whole,
)
from seqviz.ui.kmeans.table import Table

MINKOWSKI = 20  # times the work, where p is neither 1 nor 2
LONGEST = 5e9  # work times iterations of one run: about half a minute
REACH = 0.5  # starts lie at most this share of the data's width outside the data


@dataclass(frozen=True, eq=False)
class Shown:
    """A run and all that is needed to draw it."""

    settings: Settings
    chosen: Chosen
    plane: Plane
    run: KMeansRun
    table: Table | None = None


def shown(settings: Settings, table: Table | None = None) -> Shown:
    """Cluster as the settings say.

    Raises:
        ValueError: anything about them that cannot be computed, with the value and the bound.
    """
    chosen = chosen_points(settings.source, table)
    check_rules(settings.rules, len(chosen.values))
    if settings.way == BY_HAND:
        check_starts(settings.starts, chosen)
    check_length(settings.rules, chosen)
    return Shown(settings, chosen, plane_of(chosen, settings.drawn), run_of(settings, table), table)


@st.cache_resource(max_entries=16, show_spinner=False, hash_funcs=KEYS)  # up to 13 MB each, and quickly made again
def run_of(settings: Settings, table: Table | None) -> KMeansRun:
    """The run alone."""
    return computed(settings, table)


def computed(settings: Settings, table: Table | None) -> KMeansRun:
    """The same, not kept: for hundreds of runs of which only the end is wanted."""
    rules = settings.rules
    return kmeans(
        chosen_points(settings.source, table).values,
        rules.k,
        init=init_of(settings),
        metric=rules.metric,
        p=rules.p,
        seed=settings.seed,
        tolerance=rules.tolerance,
        max_iterations=rules.max_iterations,
        empty=rules.empty,
        centre=rules.centre,
    )


def init_of(settings: Settings) -> str | Array:
    """What `kmeans` begins with. An added point moves no start: they are drawn from the points that were there before,
    or one could not see what it alone changes."""
    if settings.way == BY_HAND:
        return np.array(settings.starts)
    source, rules = settings.source, settings.rules
    if not source.added:
        return settings.way
    before = chosen_points(replace(source, added=()), None).values
    if rules.k > len(before):
        return settings.way
    return STARTS[settings.way](before, rules.k, order_of(rules.metric, rules.p), np.random.default_rng(settings.seed))


@st.cache_resource(max_entries=4096, show_spinner=False, hash_funcs=KEYS)
def ends_of(settings: Settings, way: str, table: Table | None, first: int, last: int, _budget: Budget) -> Array:
    """(R,) the objective at the end of the runs with the seeds first … last; charged where they are not kept."""
    with _budget.charged():
        return np.array([computed(replace(settings, way=way, seed=s), table).inertia for s in range(first, last + 1)])


def work_of(found: Shown) -> float:
    """About how much one run computes: points, columns and clusters, more where each centre is a problem of its own."""
    return _work(found.chosen, found.run.k, found.run.p)


def _work(chosen: Chosen, k: int, p: float) -> float:
    return float(chosen.values.size * k * (1 if p in (1.0, 2.0) else MINKOWSKI))


def check_length(rules: Rules, chosen: Chosen) -> None:
    """Refuse a run that could take minutes.

    Raises:
        ValueError: with how many iterations there is time for.
    """
    work = _work(chosen, rules.k, order_of(rules.metric, rules.p))
    if work * rules.max_iterations > LONGEST:
        n, width = chosen.values.shape
        raise ValueError(
            f"“Iterations at most” is {rules.max_iterations}, expected at most {max(1, int(LONGEST / work))} for {n:,} "
            f"points, {width} columns and {rules.k} clusters with p = {rules.p:g}; p = 1 and p = 2 are far quicker"
        )


def check_rules(rules: Rules, count: int) -> None:
    """Refuse what a field holds, under the name that its reader sees.

    Raises:
        ValueError: a value out of its bounds.
    """
    if count < rules.k <= CLUSTERS[1]:
        raise ValueError(f"“Clusters k” is {rules.k}, expected at most {count:,}, the number of points")
    whole("Clusters k", rules.k, CLUSTERS)
    if rules.metric == "minkowski":
        check_field("p", rules.p, ORDERS)
    check_field("Tolerance", rules.tolerance, TOLERANCES)
    whole("Iterations at most", rules.max_iterations, ITERATIONS)


def check_starts(starts: Rows, chosen: Chosen) -> None:
    """Refuse starting centroids far outside the data.

    Raises:
        ValueError: with the value and where the data lie.
    """
    for c, start in enumerate(starts):
        check_place(f"centroid {c + 1} starts", start, chosen)


def check_place(what: str, place: Row, chosen: Chosen) -> None:
    """Refuse a place far outside the data; `what` is said of it: "centroid 1 starts".

    Raises:
        ValueError: with the value and where the data lie.
    """
    low, high = chosen.values.min(axis=0), chosen.values.max(axis=0)
    beyond = REACH * np.where(high > low, high - low, 1.0)
    for value, name, least, most in zip(place, chosen.columns, low - beyond, high + beyond, strict=True):
        if not least <= value <= most:
            raise ValueError(
                f"{what} at {name} = {in_words(value)}, expected from {in_words(least)} to {in_words(most)}, the data "
                "and half their width around them"
            )


def hand_starts(kept: Rows, chosen: Chosen, k: int, seed: int) -> Rows:
    """k starts: those that were dragged or typed, as many as there are, and the rest points at random."""
    width = len(chosen.columns)
    rows = [row for row in kept if len(row) == width][:k]
    missing = min(k, len(chosen.values)) - len(rows)
    if missing > 0:
        drawn = STARTS["random"](chosen.values, min(k, len(chosen.values)), 2.0, np.random.default_rng(seed))
        rows += [tuple(float(x) for x in row) for row in drawn[len(rows) :]]
    return tuple(rows)


def starts_of(run: KMeansRun) -> Rows:
    """Where a run's centroids began."""
    return tuple(tuple(float(x) for x in row) for row in run.centroids[0])


def spread(found: Array) -> tuple[float, float]:
    """The least and the greatest finite number."""
    finite = found[np.isfinite(found)]
    return float(finite.min()), float(finite.max())
