"""Where branches stand, against scipy's own drawing, and on a chain that scipy's cannot draw."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.cluster.hierarchy import dendrogram, linkage
from scipy.spatial.distance import pdist

from seqviz.figures.dendrogram import branches
from seqviz.records.clustering import Tree


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 1000),
    n=st.integers(2, 30),
    method=st.sampled_from(["single", "complete", "average", "ward"]),
    equal=st.booleans(),
)
def test_leaves_and_brackets_stand_where_scipy_puts_them(seed: int, n: int, method: str, equal: bool) -> None:
    points = np.random.default_rng(seed).normal(size=(n, 2))
    if equal:  # many equal distances
        points = points.round()
    merges = linkage(pdist(points), method)
    found = branches(Tree(points, merges, method))
    wanted = dendrogram(merges, no_plot=True)
    assert found.order.tolist() == wanted["leaves"]
    x = (np.array(wanted["icoord"]) - 5) / 10  # scipy's leaves stand at 5, 15, 25, …
    y = np.array(wanted["dcoord"])
    ours = {(*leg, *foot, top) for leg, foot, top in zip(found.legs, found.feet, found.heights, strict=True)}
    theirs = {(a, d, e, g, f) for (a, _, _, d), (e, f, _, g) in zip(x, y, strict=True)}
    np.testing.assert_allclose(sorted(ours), sorted(theirs))


def test_by_hand() -> None:
    """Points at 0, 10, 11: the last two are joined at 1, the first comes at 10."""
    tree = Tree(np.array([[0.0], [10.0], [11.0]]), np.array([[1, 2, 1.0, 2], [0, 3, 10.0, 3]]), "single")
    found = branches(tree)
    assert found.order.tolist() == [0, 1, 2]
    assert found.legs.tolist() == [[1, 2], [0, 1.5]]
    assert found.feet.tolist() == [[0, 0], [0, 1]]
    assert found.heights.tolist() == [1, 10]
    assert found.spans.tolist() == [[1, 2], [0, 2]]


def test_a_chain_of_a_thousand_is_drawn() -> None:
    points = np.arange(1000.0)[:, None] ** 1.5
    merges = linkage(points, "single")
    with pytest.raises(RecursionError):
        dendrogram(merges, no_plot=True)
    found = branches(Tree(points, merges, "single"))
    assert sorted(found.order.tolist()) == list(range(1000))
    below = found.order[found.spans[-2, 0] : found.spans[-2, 1] + 1]
    assert len(below) == merges[-2, 3]
