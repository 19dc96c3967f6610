"""The presets are what they say they are, and follow their seed."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.decomposition import PCA
from sklearn.preprocessing import StandardScaler

from seqviz.clustering import kmeans
from seqviz.clustering.data import COUNTS, MADE, MEASURED, made, measured, photograph, principal_axes, scaled


@pytest.mark.parametrize("name", MADE)
@pytest.mark.parametrize("n", [COUNTS[0], 300, COUNTS[1]])
def test_made_points_follow_their_seed(name: str, n: int) -> None:
    one, again, other = made(name, n, 1), made(name, n, 1), made(name, n, 2)
    assert one.values.shape == (n, 2)
    np.testing.assert_array_equal(one.values, again.values)
    assert not np.array_equal(one.values, other.values)
    if one.truth is not None:
        assert len(one.truth) == n


def test_the_grid_has_nine_groups_of_one_size() -> None:
    points = made("3×3 grid", 900, 0)
    assert np.bincount(points.truth).tolist() == [100] * 9
    best = min((kmeans(points.values, 9, seed=seed) for seed in range(5)), key=lambda run: run.inertia)
    assert sorted(best.sizes(-1)) == pytest.approx([100] * 9, abs=2)


def test_rings_have_one_mean_and_moons_no_straight_border() -> None:
    ring = made("rings", 5000, 0)
    means = [ring.values[ring.truth == group].mean(axis=0) for group in (0, 1)]
    assert np.abs(means[0] - means[1]).max() < 0.3
    moon = made("moons", 1000, 0)
    labels = kmeans(moon.values, 2).labels[-1]
    right = (labels == moon.truth).mean()
    assert 0.6 < max(right, 1 - right) < 0.95


@pytest.mark.parametrize("name", MEASURED)
def test_measured_points_have_names_and_groups(name: str) -> None:
    points = measured(name)
    assert points.values.shape == {"iris": (150, 4), "wine": (178, 13), "digits": (1797, 64)}[name]
    assert len(points.columns) == points.values.shape[1]
    assert len(points.groups) == len(np.unique(points.truth))


def test_a_photograph_and_pixels_of_it() -> None:
    picture, pixels = photograph(200, seed=3)
    assert picture.ndim == 3 and picture.shape[2] == 3  # noqa: PT018
    assert 0.0 <= picture.min() < picture.max() <= 1.0
    seen = {tuple(pixel) for pixel in picture.reshape(-1, 3).tolist()}
    assert all(tuple(pixel) in seen for pixel in pixels.tolist())


def test_scaling_and_projecting_as_scikit_learn() -> None:
    values = measured("wine").values
    np.testing.assert_allclose(scaled(values), StandardScaler().fit_transform(values), atol=1e-10)
    middle, axes, kept = principal_axes(values)
    pca = PCA(2).fit(values)
    np.testing.assert_allclose(middle, pca.mean_)
    np.testing.assert_allclose(np.abs((values - middle) @ axes.T), np.abs(pca.transform(values)), atol=1e-8)
    assert (axes[[0, 1], np.abs(axes).argmax(axis=1)] > 0).all()
    assert kept == pytest.approx(pca.explained_variance_ratio_.sum())
    np.testing.assert_array_equal(scaled(np.ones((4, 1))), np.zeros((4, 1)))
    np.testing.assert_array_equal(scaled(np.full((10, 1), 0.1)), np.zeros((10, 1)))  # whose mean is not 0.1
    assert principal_axes(np.ones((4, 3)))[2] == 1.0


@pytest.mark.parametrize(("name", "n", "message"), [
    ("stars", 10, "the set is 'stars', expected one of blobs"),
    ("blobs", 2, "the number of points is 2, expected from 3 to 5,000"),
    ("blobs", 5001, "the number of points is 5,001, expected from 3 to 5,000"),
])  # fmt: skip
def test_unknown_sets_and_sizes_are_refused(name: str, n: int, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        made(name, n, 0)
    with pytest.raises(ValueError, match="expected one of iris, wine, digits"):
        measured("stars")
