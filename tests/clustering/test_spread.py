"""Mean distances within and between groups, by hand and pair by pair."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqviz.clustering.spread import spread


def test_by_hand() -> None:
    """0 and 3 apart from 10 and 14: within 3 and 4, between 10, 14, 7 and 11."""
    found = spread([[0.0], [3.0], [10.0], [14.0]], np.array([0, 0, 1, 1]))
    assert (found.within, found.between) == (3.5, 10.5)
    assert found.ratio == pytest.approx(1 / 3)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 1000), n=st.integers(2, 20), k=st.integers(1, 4))
def test_pair_by_pair(seed: int, n: int, k: int) -> None:
    rng = np.random.default_rng(seed)
    points, labels = rng.normal(size=(n, 3)), rng.integers(k, size=n)
    pairs: dict[bool, list[float]] = {True: [], False: []}
    for i in range(n):
        for j in range(i):
            pairs[bool(labels[i] == labels[j])].append(math.dist(points[i], points[j]))
    found = spread(points, labels)
    for value, every in ((found.within, pairs[True]), (found.between, pairs[False])):
        assert math.isnan(value) if not every else value == pytest.approx(sum(every) / len(every))


def test_one_group_has_nothing_between() -> None:
    found = spread([[0.0], [1.0]], np.array([0, 0]))
    assert found.within == 1
    assert math.isnan(found.between)
    assert math.isnan(found.ratio)


def test_equal_points_in_two_groups_have_no_ratio() -> None:
    assert math.isnan(spread([[1.0], [1.0]], np.array([0, 1])).ratio)


def test_another_number_of_labels_is_refused() -> None:
    with pytest.raises(ValueError, match=r"labels have shape \(3,\), expected \(2,\)"):
        spread([[0.0], [1.0]], np.array([0, 0, 1]))
