"""k-means against scikit-learn, scipy, numbers worked by hand, and what must hold for any points."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar
from sklearn.cluster import KMeans
from sklearn.datasets import load_digits, load_iris, load_wine

from seqviz.clustering import STARTS, kmeans
from seqviz.clustering.centres import minimisers
from seqviz.clustering.distances import nearest, nearest_of_many
from seqviz.records import Array
from seqviz.records.clustering import KMeansRun

DATA = {"iris": load_iris, "wine": load_wine, "digits": load_digits}


def blobs(seed: int, n: int, k: int, d: int = 2) -> Array:
    rng = np.random.default_rng(seed)
    return rng.normal(size=(k, d))[rng.integers(k, size=n)] * 5 + rng.normal(size=(n, d))


def middle_of(rows: Array, p: float) -> Array:
    """(D,) the centre of one cluster of points (D, N)."""
    found: Array = minimisers(rows, np.zeros(rows.shape[1], np.intp), 1, p)[0]
    return found


def has_tie(run: KMeansRun) -> bool:
    """Whether a point was equally near to two centroids, to rounding: then either is right, and runs may part."""
    for centroids in run.centroids[:-1]:
        away = ((run.points[:, None] - centroids) ** 2).sum(axis=2)  # (N, k)
        if away.shape[1] > 1:
            first, second = np.partition(away, 1, axis=1)[:, :2].T
            if ((second - first) <= 1e-9 * (1.0 + second)).any():
                return True
    return False


def assert_as_sklearn(run: KMeansRun, start: Array, **options: Any) -> None:
    expected = KMeans(len(start), init=start, n_init=1, algorithm="lloyd", **options).fit(run.points)
    np.testing.assert_array_equal(run.labels[-1], expected.labels_)
    np.testing.assert_allclose(run.inertia, expected.inertia_, rtol=1e-9)
    np.testing.assert_allclose(run.centroids[-1], expected.cluster_centers_, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("name", DATA)
def test_as_sklearn_on_known_data(name: str) -> None:
    """From starts beside points, not on them: rounded measurements are often equally near to two of each other."""
    points = DATA[name]().data
    for k in (1, 2, 3, 5, 8, 10):
        for seed in range(5):
            rng = np.random.default_rng(seed)
            start = points[rng.choice(len(points), k, replace=False)] + rng.normal(0.0, 0.01, (k, points.shape[1]))
            run = kmeans(points, k, init=start)
            assert not has_tie(run)
            assert_as_sklearn(run, start)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000), n=st.integers(8, 200), k=st.integers(1, 8), d=st.integers(1, 5))
def test_as_sklearn_on_blobs(seed: int, n: int, k: int, d: int) -> None:
    points = blobs(seed, n, k, d)
    start = points[:k]
    run = kmeans(points, k, init=start)
    if not has_tie(run):
        assert_as_sklearn(run, start)


@pytest.mark.parametrize(("tolerance", "iterations", "why"), [
    (0.0, 300, "assignments unchanged"),
    (0.5, 300, "centroids moved less than the tolerance"),
    (0.0, 3, "maximum of iterations"),
])  # fmt: skip
def test_each_criterion_as_sklearn(tolerance: float, iterations: int, why: str) -> None:
    points = blobs(3, 400, 6)
    start = points[:6]
    run = kmeans(points, 6, init=start, tolerance=tolerance, max_iterations=iterations)
    assert run.stop_reason == why
    assert_as_sklearn(run, start, tol=tolerance, max_iter=iterations)


@pytest.mark.filterwarnings("ignore:.*distinct clusters")
@pytest.mark.parametrize("away", [[100.0], [100.0, -100.0], [100.0, 101.0, 102.0]])
def test_empty_clusters_go_to_the_farthest_points_as_in_sklearn(away: list[float]) -> None:
    points = blobs(1, 60, 3)
    start = np.vstack([points[:2], [[far, far] for far in away]])
    run = kmeans(points, len(start), init=start)
    assert {event.cluster for event in run.emptied} >= set(range(2, len(start)))
    for event in run.emptied:
        np.testing.assert_array_equal(run.centroids[event.iteration + 1, event.cluster], points[event.point])
    assert_as_sklearn(run, start)


@pytest.mark.parametrize(("p", "centre"), [(1.0, "minimiser"), (3.0, "minimiser"), (1.0, "mean")])
def test_a_cluster_that_gives_its_farthest_point_away_has_the_middle_of_the_others(p: float, centre: str) -> None:
    """By the centre's own rule: what is left of a mean when a point goes is not what is left of a median."""
    points = np.array([[0.0], [1.0], [2.0], [3.0], [10.0], [7.0]])
    start = [[2.0], [500.0], [600.0]]
    run = kmeans(points, 3, init=start, metric="minkowski", p=p, centre=centre)
    assert [(event.cluster, event.point) for event in run.emptied[:2]] == [(1, 4), (2, 5)]
    np.testing.assert_allclose(run.centroids[1, :, 0], [1.5, 10.0, 7.0])  # of 0, 1, 2, 3 each centre is 1.5
    points[3] = 2.5
    moved = kmeans(points, 3, init=start, metric="minkowski", p=p, centre=centre).centroids[1, 0, 0]
    rest = points[:4, 0]
    expected = rest.mean() if centre == "mean" else np.median(rest) if p == 1.0 else middle_of(rest[None], p)[0]
    assert moved == pytest.approx(expected)


def test_an_empty_cluster_is_kept_or_dropped() -> None:
    points = blobs(1, 60, 3)
    start = np.vstack([points[:2], [[100.0, 100.0]]])
    kept = kmeans(points, 3, init=start, empty="keep")
    assert (kept.centroids[:, 2] == 100.0).all()
    assert kept.sizes(-1)[2] == 0
    dropped = kmeans(points, 3, init=start, empty="drop")
    assert np.isnan(dropped.centroids[1:, 2]).all()
    assert len(dropped.emptied) == 1
    np.testing.assert_array_equal(dropped.labels[-1], kept.labels[-1])
    np.testing.assert_array_equal(dropped.labels[-1], kmeans(points, 2, init=start[:2]).labels[-1])


def test_by_hand() -> None:
    """0, 1, 9, 10 from the starts 0 and 1: {0} {1, 9, 10}, then 0 and 20/3, {0, 1} {9, 10}, then 1/2 and 19/2."""
    run = kmeans([[0.0], [1.0], [9.0], [10.0]], 2, init=[[0.0], [1.0]])
    np.testing.assert_allclose(run.centroids[:, :, 0], [[0, 1], [0, 20 / 3], [0.5, 9.5], [0.5, 9.5]])
    np.testing.assert_array_equal(run.labels, [[0, 1, 1, 1], [0, 0, 1, 1], [0, 0, 1, 1]])
    np.testing.assert_allclose(run.wcss, [145, 1 + 49 / 9 + 100 / 9, 1])
    np.testing.assert_allclose(run.updated, [(17**2 + 7**2 + 10**2) / 9, 1])
    assert run.stop_reason == "assignments unchanged"
    np.testing.assert_array_equal(run.changed(1), [1])
    np.testing.assert_allclose(run.moved(0), [0, 17 / 3])


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    k=st.integers(1, 7),
    p=st.sampled_from([1.0, 1.3, 2.0, 3.0, 7.5]),
    init=st.sampled_from(sorted(STARTS)),
    empty=st.sampled_from(["farthest point", "keep", "drop"]),
)
def test_the_objective_never_rises(seed: int, k: int, p: float, init: str, empty: str) -> None:
    run = kmeans(blobs(seed, 60, 4), k, init=init, metric="minkowski", p=p, seed=seed, empty=empty)
    assert (np.diff(run.objective) <= 1e-9 * run.objective[:-1]).all()
    away = np.abs(run.points - run.centroids[-1][run.labels[-1]]) ** p
    np.testing.assert_allclose(run.inertia, away.sum(), rtol=1e-12)


def test_with_the_mean_for_manhattan_it_rises() -> None:
    rises = 0
    for seed in range(40):
        skewed = np.random.default_rng(seed).exponential(size=(80, 2)) ** 2
        run = kmeans(skewed, 4, metric="manhattan", centre="mean", init="random", seed=seed)
        rises += bool((np.diff(run.objective) > 1e-9).any())
        exact = kmeans(skewed, 4, metric="manhattan", init="random", seed=seed)
        assert (np.diff(exact.objective) <= 1e-9).all()
    assert rises > 20


@settings(max_examples=40, deadline=None)
@given(
    values=st.lists(st.floats(-1e3, 1e3).map(lambda one: round(one, 9)), min_size=1, max_size=20),
    p=st.sampled_from([1.1, 1.5, 2.0, 3.0, 10.0]),
)
def test_the_middle_is_scipys_minimum(values: list[float], p: float) -> None:
    row = np.array(values)
    found = middle_of(row[None], p)[0]

    def loss(c: float) -> float:
        return float((np.abs((row - c) / (np.ptp(row) or 1.0)) ** p).sum())

    best = minimize_scalar(
        loss, bounds=(row.min() - 1e-9, row.max() + 1e-9), method="bounded", options={"xatol": 1e-12}
    )
    assert loss(found) <= best.fun * (1 + 1e-12) + 1e-300


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 1000), n=st.integers(1, 20_000), k=st.integers(1, 12), d=st.integers(1, 4))
def test_many_points_at_once_are_compared_as_few_are(seed: int, n: int, k: int, d: int) -> None:
    columns, centroids = blobs(seed, n, 3, d).T.copy(), blobs(seed + 1, k, 3, d)
    if k > 2:
        centroids[1] = np.nan  # dropped
    labels, least = nearest(columns, centroids, 2.0)
    of_many, least_of_many = nearest_of_many(columns, centroids)
    np.testing.assert_allclose(least_of_many, least, rtol=1e-9, atol=1e-12)
    assert (labels != of_many).mean() <= 1e-3


def test_many_points_far_from_0_find_their_own_groups() -> None:
    near = blobs(0, 21_000, 4)
    start = near[[0, 1, 2, 3]]
    runs = [kmeans(near + far, 4, init=start + far) for far in (0.0, 1e9)]
    assert runs[1].stop_reason != "maximum of iterations"
    assert runs[1].inertia == pytest.approx(runs[0].inertia, rel=1e-5)


def test_one_point_far_off_hides_no_border_between_the_near_ones() -> None:
    """Its centroid's square, 10¹⁸, left no digits for the others: two of three groups became one."""
    groups = np.repeat([0.0, 1.0, 2.0], 7000) + np.random.default_rng(0).uniform(-0.2, 0.2, 21_000)
    points = np.append(groups, 1e9)[:, None]
    start = np.array([[0.0], [1.0], [2.0], [1e9]])
    run = kmeans(points, 4, init=start)
    assert run.sizes(-1).tolist() == [7000, 7000, 7000, 1]
    assert run.inertia == pytest.approx(KMeans(4, init=start, n_init=1).fit(points).inertia_, rel=1e-6)
    twice = np.vstack([start, start[:1]])  # two at one place, and the first of them has the points
    assert kmeans(points, 5, init=twice, empty="drop").sizes(-1).tolist() == [7000, 7000, 7000, 1, 0]


def test_more_clusters_than_a_byte_counts() -> None:
    columns = np.arange(1000.0)[None]
    labels, _ = nearest_of_many(columns, np.arange(0.0, 1000.0, 5.0)[:, None])
    np.testing.assert_array_equal(labels, np.minimum((np.arange(1000) + 2) // 5, 199))


@pytest.mark.parametrize("init", sorted(STARTS))
def test_starts_are_different_points_and_follow_the_seed(init: str) -> None:
    points = blobs(0, 50, 4)
    one, again, other = (kmeans(points, 6, init=init, seed=seed).centroids[0] for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, again)
    assert not np.array_equal(one, other)
    assert len(np.unique(one, axis=0)) == 6
    assert all((points == row).all(axis=1).any() for row in one)


def test_farthest_first_by_hand() -> None:
    points = np.array([[0.0], [1.0], [4.0], [10.0]])
    for seed in range(8):
        found = kmeans(points, 3, init="farthest first", seed=seed).centroids[0, :, 0].tolist()
        expected = {0.0: [0, 10, 4], 1.0: [1, 10, 4], 4.0: [4, 10, 0], 10.0: [10, 0, 4]}[found[0]]
        assert found == expected


def test_k_means_plus_plus_draws_in_proportion_to_squared_distance() -> None:
    """Two points at 0 and single ones at 1 and 3: from 0, 3 is drawn with 9/10; the better of two draws, 99 of 100."""
    points = np.array([[0.0], [0.0], [1.0], [3.0]])
    found = [kmeans(points, 2, seed=seed).centroids[0, :, 0].tolist() for seed in range(2000)]
    seconds = [second for first, second in found if first == 0.0]
    assert len(seconds) > 800
    assert seconds.count(3.0) / len(seconds) == pytest.approx(0.99, abs=0.012)


def test_duplicates_and_as_many_clusters_as_points() -> None:
    points = np.array([[1.0, 1.0]] * 5)
    for init in STARTS:
        assert kmeans(points, 3, init=init).inertia == 0.0
    apart = blobs(0, 6, 6)
    assert kmeans(apart, 6, init="random").inertia == 0.0


@pytest.mark.parametrize(("given_", "message"), [
    ({"k": 0}, "k is 0, expected from 1 to 4"),
    ({"k": 5}, "k is 5, expected from 1 to 4"),
    ({"init": "best"}, "init is 'best', expected one of random, k-means"),
    ({"init": [[0.0, 0.0]]}, r"given centroids have shape \(1, 2\), expected \(2, 1\)"),
    ({"init": [[0.0], [np.inf]]}, "given centroids hold a number that is not finite"),
    ({"metric": "cosine"}, "metric is 'cosine', expected one of euclidean, manhattan, minkowski"),
    ({"metric": "minkowski", "p": 0.5}, "p is 0.5, expected a finite number of at least 1"),
    ({"max_iterations": 0}, "max_iterations is 0, expected at least 1"),
    ({"tolerance": -1.0}, "tolerance is -1, expected at least 0"),
    ({"empty": "cry"}, "empty is 'cry', expected one of farthest point, keep, drop"),
    ({"centre": "mode"}, "centre is 'mode', expected one of minimiser, mean"),
    ({"points": [1.0, 2.0]}, r"points have shape \(2,\), expected \(N, D\)"),
    ({"points": [[1.0], [np.nan]]}, "point 2 has nan as coordinate 1, expected finite numbers"),
])  # fmt: skip
def test_what_cannot_be_clustered_is_refused(given_: dict[str, Any], message: str) -> None:
    options = {"points": [[0.0], [1.0], [2.0], [5.0]], "k": 2, **given_}
    with pytest.raises(ValueError, match=message):
        kmeans(options.pop("points"), options.pop("k"), **options)


@pytest.mark.parametrize(("p", "scale"), [(2.0, 1e200), (2.0, 1e-200), (4.0, 1e100), (20.0, 1e20), (20.0, 1e-20)])
def test_powers_that_no_float_holds_are_refused(p: float, scale: float) -> None:
    """They became one group with an objective of 0, or of infinity."""
    with pytest.raises(ValueError, match=r"are [0-9.]+e[-+]\d+ wide, expected from .* to "):
        kmeans(blobs(0, 60, 4) * scale, 4, metric="minkowski", p=p)


@pytest.mark.parametrize(("p", "scale"), [(1.0, 1e100), (2.0, 1e100), (2.0, 1e-100), (20.0, 1e10), (20.0, 1e-10)])
def test_a_run_does_not_hang_on_the_unit(p: float, scale: float) -> None:
    points = blobs(0, 60, 4)
    one, other = (kmeans(points * by, 4, metric="minkowski", p=p, init=points[:4] * by) for by in (1.0, scale))
    np.testing.assert_array_equal(one.labels, other.labels)
    np.testing.assert_allclose(other.centroids, one.centroids * scale, rtol=1e-6, atol=1e-9 * scale)
    np.testing.assert_allclose(other.moved(0), one.moved(0) * scale, rtol=1e-6, atol=1e-9 * scale)


def test_a_short_way_is_no_standstill() -> None:
    """(2·10⁻¹⁷)²⁰ is 0 in float64, and so was the way of both centroids."""
    points = np.array([[0.0, 0.0], [4e-17, 0.0], [1e-13, 0.0], [1e-13, 4e-17]])
    run = kmeans(points, 2, init=points[[0, 2]], metric="minkowski", p=20.0, tolerance=0.0)
    np.testing.assert_allclose(run.moved(0), 2e-17)
    dropped = kmeans(points, 2, init=[[0.0, 0.0], [1e-12, 0.0]], metric="minkowski", p=20.0, empty="drop")
    np.testing.assert_array_equal(np.isnan(dropped.moved(0)), [False, True])
    assert run.moved(1).tolist() == [0.0, 0.0]


@pytest.mark.parametrize("p", [2.0, 2.5, 3.0, 7.0, 20.0])
def test_newton_s_centre_is_where_the_slope_changes_its_sign(p: float):
    """Skewed, rounded, far from 0, a single point, all points the same."""
    rng = np.random.default_rng(int(10 * p))
    for columns in (
        rng.exponential(size=(3, 40)) ** 4,
        np.round(rng.normal(size=(3, 25)), 1) + 1000.0,
        rng.normal(size=(2, 1)),
        np.full((2, 7), 3.25),
        np.array([[0.0, 0.0, 0.0, 1.0], [0.0, 1.0, 1.0, 1.0]]),
    ):
        found = middle_of(columns, p)
        width = np.maximum(columns.max(axis=1) - columns.min(axis=1), 1e-12)
        for side, sign in ((-1e-9, -1), (1e-9, 1)):
            apart = (found + side * width)[:, None] - columns
            slope = (np.sign(apart) * np.abs(apart) ** (p - 1)).sum(axis=1)
            assert (sign * slope >= 0).all()


@pytest.mark.parametrize("p", [1.3, 2.5, 7.0])
def test_the_centres_of_all_clusters_are_those_of_each_alone(p: float):
    """One cluster without points, one with a single point, one with a coordinate in which all are equal."""
    rng = np.random.default_rng(3)
    labels = np.array([0, 3, 3, 0, 4, 0, 3, 0, 1])  # nobody is in 2
    columns = rng.normal(size=(2, 9)) * [[1.0], [1e4]]
    columns[1, labels == 3] = -7.0
    found = minimisers(columns, labels, 5, p)
    assert np.isnan(found[2]).all()
    for cluster in (0, 1, 3, 4):
        for d in (0, 1):
            inside = columns[d, labels == cluster]
            width = np.ptp(inside) or 1.0
            best = minimize_scalar(
                lambda c, inside=inside, width=width: (np.abs((inside - c) / width) ** p).sum(),
                bounds=(inside.min() - 1e-9 * width, inside.max() + 1e-9 * width),
                method="bounded",
                options={"xatol": 1e-10 * width},
            )
            assert found[cluster, d] == pytest.approx(best.x, abs=1e-6 * width)
