"""Criteria for the number of clusters: against scikit-learn, numbers by hand, and data whose number is known."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pytest
from sklearn.cluster import KMeans
from sklearn.metrics import calinski_harabasz_score, silhouette_samples
from sklearn.mixture import GaussianMixture

from seqviz.clustering import elbow, kmeans
from seqviz.clustering.choosing import Labelled, calinski_harabasz, gap, knee_of, mixture_bic, several, silhouette
from seqviz.records import Array


def groups(k: int, each: int = 30, seed: int = 0) -> Array:
    """k round groups of points, far from each other."""
    rng = np.random.default_rng(seed)
    angle = 2 * np.pi * np.arange(k) / k
    centres = 20 * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return np.repeat(centres, each, axis=0) + rng.normal(size=(k * each, 2))


def best_labels(points: Array, ks: Iterable[int]) -> Labelled:
    return {k: several(points, k)[1].labels[-1] for k in ks}


def test_the_curve_is_the_least_inertia_of_its_starts() -> None:
    points = groups(4)
    curve = elbow(points, range(1, 7), starts=3, seed=5)
    for place, k in enumerate(curve.ks):
        for start in range(3):
            first = kmeans(points, k, seed=5 + start).centroids[0]
            expected = KMeans(k, init=first, n_init=1).fit(points).inertia_
            assert curve.every[place, start] == pytest.approx(expected, rel=1e-9)
        labels = several(points, k, starts=3, seed=5)[1].labels[-1]
        within = sum(((points[labels == c] - points[labels == c].mean(axis=0)) ** 2).sum() for c in range(k))
        assert within == pytest.approx(curve.wcss[place], rel=1e-9)  # of the best, and of no other
        assert curve.wcss[place] == curve.every[place].min() == curve.every[place, curve.best[place]]
    assert curve.knee == 4


def test_the_knee_of_one_over_k_moves_with_the_range() -> None:
    """No k is special in 1/k; what is named grows with the range that is looked at."""
    knees = [knee_of(range(1, most + 1), 1.0 / np.arange(1, most + 1)) for most in (4, 10, 15, 30)]
    assert knees == sorted(set(knees))


def test_a_curve_without_a_fall_has_no_knee() -> None:
    assert knee_of([1, 2, 3], np.ones(3)) is None
    assert knee_of([1, 2], np.array([2.0, 1.0])) is None


@pytest.mark.parametrize("k", [2, 3, 5])
def test_every_criterion_finds_clear_groups(k: int) -> None:
    points = groups(k)
    curve = elbow(points, range(1, 9))
    labels = best_labels(points, curve.ks)
    found = [silhouette(points, labels), calinski_harabasz(points, labels), mixture_bic(points, labels)]
    if k < 5:  # five on a circle leave its middle empty: the gap falls from 1 to 2, and the first rule to hold says 1
        found.append(gap(points, curve, references=10))
    assert {criterion.name: criterion.chosen for criterion in found} == {criterion.name: k for criterion in found}


def test_only_two_can_say_that_there_is_one_cluster() -> None:
    points = np.random.default_rng(1).normal(size=(200, 2))
    curve = elbow(points, range(1, 7))
    labels = best_labels(points, curve.ks)
    for criterion in (silhouette(points, labels), calinski_harabasz(points, labels)):
        assert np.isnan(criterion.values[0])
        assert criterion.chosen != 1
        assert not criterion.can_say_one
    for criterion in (mixture_bic(points, labels), gap(points, curve)):
        assert criterion.chosen == 1
        assert criterion.can_say_one


@pytest.mark.parametrize("scale", [1e-8, 1e8])
def test_the_bic_names_the_same_k_in_any_unit(scale: float) -> None:
    """In small units scikit-learn's 10⁻⁶ on each variance was larger than the variance, and it named 1."""
    points = groups(3)
    labels = best_labels(points, range(1, 6))
    one, other = mixture_bic(points, labels), mixture_bic(points * scale, labels)
    assert one.chosen == other.chosen == 3
    np.testing.assert_allclose(other.values, one.values + 2 * points.size * np.log(scale), rtol=1e-6)
    expected = [GaussianMixture(k, random_state=0).fit(points).bic(points) for k in (1, 3)]
    np.testing.assert_allclose(one.values[[0, 2]], expected, rtol=1e-4)


def test_values_are_scikit_learns() -> None:
    points = groups(3)
    curve = elbow(points, [2, 3, 4])
    labels = best_labels(points, curve.ks)
    for found, of_width, k in zip(
        calinski_harabasz(points, labels).values, silhouette(points, labels).values, curve.ks, strict=True
    ):
        assert found == pytest.approx(calinski_harabasz_score(points, labels[k]))
        assert of_width == pytest.approx(silhouette_samples(points, labels[k]).mean())


def test_the_gap_by_hand() -> None:
    """With one reference there is no spread, and the gap is a difference of two logarithms."""
    points = groups(2, each=10)
    curve = elbow(points, [1, 2])
    found = gap(points, curve, references=1, seed=3)
    uniform = np.random.default_rng(3).uniform(points.min(axis=0), points.max(axis=0), points.shape)
    of_uniform = [
        KMeans(k, init=kmeans(uniform, k, seed=3).centroids[0], n_init=1).fit(uniform).inertia_ for k in curve.ks
    ]
    expected = np.log(of_uniform) - [np.mean([np.log(one) for one in row]) for row in curve.every]
    np.testing.assert_allclose(found.values, expected)
    np.testing.assert_array_equal(found.spread, 0.0)


def test_no_starts_are_refused() -> None:
    with pytest.raises(ValueError, match="starts is 0, expected at least 1"):
        elbow(groups(2), [1, 2], starts=0)


@pytest.mark.parametrize(("ks", "message"), [([], "ks are none"), ([0, 1], "ks are 0, 1"), ([3, 2], "ks are 3, 2")])
def test_numbers_that_do_not_rise_are_refused(ks: list[int], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        elbow(groups(2), ks)


def test_more_clusters_than_points_are_refused() -> None:
    with pytest.raises(ValueError, match="k is 5, expected from 1 to 4"):
        elbow(groups(2, each=2), [1, 5])


@pytest.mark.parametrize("by", [1.0, 0.1])
def test_where_nothing_is_left_within_the_ratio_of_variances_is_infinite(by: float) -> None:
    """Three places, each twenty times: scikit-learn's 1 there left k = 2 the largest; in tenths it was 10³²."""
    points = np.repeat([[0.0, 0.0], [1.0, 5.0], [9.0, 2.0]], 20, axis=0) * by
    found = calinski_harabasz(points, best_labels(points, range(1, 5)))
    assert found.values[2:].tolist() == [np.inf, np.inf]
    assert found.values[1] == pytest.approx(215.64102564)  # (B / 1) / (W / 58) with W = 20 · 13 and B = 966.67
    assert found.chosen == 3


def test_the_gap_takes_no_logarithm_of_rounding() -> None:
    """Three places, each twenty times: from k = 3 on nothing is left within, however the sums were rounded."""
    points = np.repeat(groups(3, each=1) * 100 + 1e3, 20, axis=0)
    found = gap(points, elbow(points, range(1, 7)), references=3)
    assert np.isfinite(found.values).tolist() == [True, True, False, False, False, False]
    assert found.chosen is None
