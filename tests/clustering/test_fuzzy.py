"""Fuzzy c-means against scikit-fuzzy, k-means, and numbers worked by hand."""

from __future__ import annotations

import numpy as np
import pytest
import skfuzzy
from hypothesis import given, settings
from hypothesis import strategies as st

from seqviz.clustering import fuzzy_cmeans, kmeans
from seqviz.clustering.fuzzy import memberships_of


def points(seed: int, n: int = 60) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return rng.normal(size=(3, 2))[rng.integers(3, size=n)] * 6 + rng.normal(size=(n, 2))


@pytest.mark.parametrize("fuzziness", [1.2, 2.0, 5.0])
def test_every_iteration_as_scikit_fuzzy(fuzziness: float) -> None:
    x = points(0)
    run = fuzzy_cmeans(x, 3, fuzziness=fuzziness, max_iterations=12, tolerance=0.0)
    u = run.memberships[0]
    for step in range(12):
        centres, following, _, _, objective, _, _ = skfuzzy.cmeans(x.T, 3, fuzziness, 0.0, 1, init=u.T)
        np.testing.assert_allclose(run.centroids[step], centres, rtol=1e-6)
        if step < 11:
            np.testing.assert_allclose(run.memberships[step + 1], following.T, atol=1e-6)
            u = run.memberships[step + 1]
        assert objective[0] == pytest.approx(
            ((run.memberships[step] ** fuzziness) * ((x[:, None] - run.centroids[step]) ** 2).sum(axis=2)).sum(),
            rel=1e-6,
        )


def test_by_hand() -> None:
    """At 1, between 0 and 3, squared distances are 1 and 4: with m = 2 shares 4 : 1, with m = 3 shares 2 : 1."""
    x, centroids = np.array([[1.0], [0.0]]), np.array([[0.0], [3.0]])
    np.testing.assert_allclose(memberships_of(x, centroids, 2.0), [[0.8, 0.2], [1.0, 0.0]])
    np.testing.assert_allclose(memberships_of(x, centroids, 3.0), [[2 / 3, 1 / 3], [1.0, 0.0]])


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 1000), k=st.integers(1, 5), fuzziness=st.sampled_from([1.01, 1.05, 1.5, 2.0, 8.0]))
def test_it_never_rises_and_shares_are_shares(seed: int, k: int, fuzziness: float) -> None:
    run = fuzzy_cmeans(points(seed), k, fuzziness=fuzziness, seed=seed)
    np.testing.assert_allclose(run.memberships.sum(axis=2), 1.0)
    assert (run.memberships >= 0).all()
    assert (np.diff(run.objective) <= 1e-9 * run.objective[:-1]).all()


def test_close_to_one_it_is_k_means() -> None:
    x = points(1)
    start = x[:3]
    hard, soft = kmeans(x, 3, init=start), fuzzy_cmeans(x, 3, init=start, fuzziness=1.01)
    np.testing.assert_array_equal(soft.memberships[-1].argmax(axis=1), hard.labels[-1])
    np.testing.assert_allclose(soft.centroids[-1], hard.centroids[-1], atol=1e-6)


def test_very_fuzzy_memberships_come_near_one_another() -> None:
    from_equal = [
        np.abs(fuzzy_cmeans(points(2), 3, fuzziness=m).memberships[-1] - 1 / 3).mean()
        for m in (1.05, 1.5, 2.0, 4.0, 8.0)
    ]
    assert (np.diff(from_equal) < 0).all()
    assert from_equal[0] > 0.43  # of 4/9 where each point belongs to one alone
    assert from_equal[-1] < 0.15


@pytest.mark.parametrize("unit", [1e-170, 1e170])
def test_squares_that_no_float_holds_are_refused(unit: float) -> None:
    """All shares were equal, or nan."""
    with pytest.raises(ValueError, match=r"are [0-9.]+e[-+]\d+ wide, expected from 1e-140 to 1e\+140"):
        fuzzy_cmeans(points(0) * unit, 2)


@pytest.mark.parametrize("fuzziness", [1.0, 0.5, float("nan"), 101.0])
def test_a_fuzziness_out_of_bounds_is_refused(fuzziness: float) -> None:
    with pytest.raises(ValueError, match=r"the fuzziness m is .*, expected above 1 and up to 100"):
        fuzzy_cmeans(points(0), 2, fuzziness=fuzziness)
