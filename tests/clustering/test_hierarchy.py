"""Agglomerative clustering against distances between all pairs of clusters, worked out anew at every merge."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqviz.clustering import cut, hierarchy
from seqviz.clustering.hierarchy import METHODS
from seqviz.records import Array


def apart(a: Array, b: Array, method: str) -> float:
    """The distance of two clusters by the definition of the method."""
    pairs = np.sqrt(((a[:, None] - b) ** 2).sum(axis=2))
    if method == "ward":  # √(2 × the rise of the within-cluster sum of squares)
        weight = len(a) * len(b) / (len(a) + len(b))
        return float(np.sqrt(2 * weight * ((a.mean(axis=0) - b.mean(axis=0)) ** 2).sum()))
    return float({"single": pairs.min, "complete": pairs.max, "average": pairs.mean}[method]())


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 1000), n=st.integers(2, 14), method=st.sampled_from(METHODS))
def test_every_merge_joins_the_two_nearest(seed: int, n: int, method: str) -> None:
    points = np.random.default_rng(seed).normal(size=(n, 2))
    tree = hierarchy(points, method)
    clusters = {i: [i] for i in range(n)}
    for number, (a, b, height, size) in enumerate(tree.merges):
        least = min(
            apart(points[one], points[other], method)
            for i, one in clusters.items() for j, other in clusters.items() if i < j
        )  # fmt: skip
        assert height == pytest.approx(least)
        assert apart(points[clusters[int(a)]], points[clusters[int(b)]], method) == pytest.approx(least)
        clusters[n + number] = clusters.pop(int(a)) + clusters.pop(int(b))
        assert len(clusters[n + number]) == size
        labels = cut(tree, len(clusters))
        assert {frozenset(np.flatnonzero(labels == one).tolist()) for one in set(labels.tolist())} == {
            frozenset(members) for members in clusters.values()
        }
    np.testing.assert_array_equal(cut(tree, n), np.arange(n))


@pytest.mark.parametrize("method", METHODS)
def test_among_merges_at_one_height_the_later_ones_are_undone(method: str) -> None:
    """As the drawing cuts. Points on a grid, some twice: many heights are the same."""
    points = np.random.default_rng(0).integers(0, 6, (60, 2)).astype(float)
    tree = hierarchy(points, method)
    assert len(np.unique(tree.heights)) < len(tree.heights)
    clusters = {i: [i] for i in range(60)}
    for number, (a, b) in enumerate(tree.merges[:, :2].astype(int)):
        clusters[60 + number] = clusters.pop(a) + clusters.pop(b)
        labels = cut(tree, len(clusters))
        members = sorted((sorted(one) for one in clusters.values()), key=min)
        assert [np.flatnonzero(labels == one).tolist() for one in range(len(clusters))] == members


def test_a_long_chain_is_no_trouble() -> None:
    tree = hierarchy(np.arange(1500.0)[:, None] ** 1.01, "single")
    assert len(set(cut(tree, 40).tolist())) == 40


@pytest.mark.parametrize(("count", "method", "message"), [
    (5, "median", "method is 'median', expected one of single, complete, average, ward"),
    (1, "ward", "there are 1 points, expected from 2 to 2,000"),
    (2001, "ward", "there are 2,001 points, expected from 2 to 2,000"),
])  # fmt: skip
def test_what_cannot_be_joined_is_refused(count: int, method: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        hierarchy(np.random.default_rng(0).normal(size=(count, 2)), method)


@pytest.mark.parametrize("k", [0, 6])
def test_a_cut_outside_the_tree_is_refused(k: int) -> None:
    with pytest.raises(ValueError, match=f"k is {k}, expected from 1 to 5"):
        cut(hierarchy(np.random.default_rng(0).normal(size=(5, 2))), k)


def test_two_points_that_look_like_distances_are_points() -> None:
    """(0, 1) and (1, 0): a symmetric matrix with nothing on its diagonal, at which scipy warns."""
    assert hierarchy([[0.0, 1.0], [1.0, 0.0]], "single").merges.tolist() == [[0, 1, 2**0.5, 2]]
