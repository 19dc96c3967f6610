"""What /kmeans computes and sends: points, plane, runs, packing, files; against scikit-learn and numpy by hand."""

from __future__ import annotations

import base64
import csv
import io
import json
import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from sklearn.cluster import KMeans
from sklearn.datasets import load_digits, load_iris
from sklearn.decomposition import PCA

from seqviz.clustering import kmeans
from seqviz.clustering.data import made
from seqviz.ui.kmeans.applications import means_of
from seqviz.ui.kmeans.compute import hand_starts, shown, starts_of
from seqviz.ui.kmeans.curves import found_elbow
from seqviz.ui.kmeans.files import points_csv, script, steps_csv
from seqviz.ui.kmeans.kept import rows_in, written
from seqviz.ui.kmeans.packing import box, ending, run_data
from seqviz.ui.kmeans.points import chosen_points, plane_of
from seqviz.ui.kmeans.settings import BY_HAND, OWN, Rules, Settings, Source
from seqviz.ui.kmeans.table import read_table
from seqviz.ui.kmeans.watch import say_notes, verdict
from tests.scripts import printed_by

GRID = Settings(Source("3×3 grid"), Rules(k=9), seed=3)


def doubles(packed: str) -> np.ndarray[Any, Any]:
    return np.frombuffer(base64.b64decode(packed), "<f8")


def unpacked(data: dict[str, Any], n: int) -> list[np.ndarray[Any, Any]]:
    """The labels after each assignment, as the browser makes them."""
    labels = data["labels"]
    every = [np.frombuffer(base64.b64decode(labels["first"]), "u1").copy()]
    assert len(every[0]) == n
    places = np.frombuffer(base64.b64decode(labels["places"]), "<u4")
    clusters = np.frombuffer(base64.b64decode(labels["clusters"]), "u1")
    begin = 0
    for count in labels["counts"]:
        after = every[-1].copy()
        after[places[begin : begin + count]] = clusters[begin : begin + count]
        every.append(after)
        begin += count
    assert begin == len(places) == len(clusters)
    return every


# ── what is sent ─────────────────────────────────────────────────────────────────────────────────────────────


def test_what_the_browser_gets_is_the_run():
    found = shown(GRID)
    data = json.loads(json.dumps(run_data(found)))
    np.testing.assert_array_equal(doubles(data["points"]).reshape(-1, 2), made("3×3 grid", 300, 0).values)
    np.testing.assert_array_equal(doubles(data["centroids"]).reshape(-1, 9, 2), found.run.centroids[:-1])
    for sent, labels in zip(unpacked(data, 300), found.run.labels, strict=True):
        np.testing.assert_array_equal(sent, labels)
    moved = np.linalg.norm(np.diff(found.run.centroids[:-1], axis=0), axis=2)
    np.testing.assert_allclose(doubles(data["moved"]).reshape(-1, 9), moved)
    assert data["wcss"] == found.run.wcss.tolist()
    assert data["shaded"]
    assert data["values"] is None


def test_sixty_half_steps_of_a_thousand_points_weigh_under_250_kilobytes():
    settings = Settings(Source("uniform", 1000), Rules(k=12, tolerance=0.0))
    runs = [shown(replace(settings, seed=seed)) for seed in range(5)]
    longest = max(runs, key=lambda one: one.run.assignments)
    assert 2 * longest.run.assignments - 1 >= 60
    assert len(json.dumps(run_data(longest, editable=True))) < 250_000


def test_the_box_holds_every_point_and_centroid():
    points, centroids = np.array([[0.0, 0.0], [2.0, 1.0]]), np.array([[[5.0, -1.0], [np.nan, np.nan]]])
    left, right, low, high = box(points, centroids)
    assert left < 0 < 5 < right
    assert low < -1 < 1 < high


@pytest.mark.parametrize("value", [0.0, 0.1, -3e20, 1e-9])
def test_where_all_are_the_same_the_box_has_room_all_the_same(value: float):
    """The mean of ten times 0.1 is not 0.1: the axes got ticks without end between its edges, and the tab died."""
    points = np.full((10, 2), value)
    centroids = np.array([[points.mean(axis=0)], [points[0] * (1 + 2.3e-16)]])
    left, right, low, high = box(points, centroids)
    assert left < value < right
    assert min(right - left, high - low) >= max(1.0, 0.05 * abs(value))


# ── points and the plane ─────────────────────────────────────────────────────────────────────────────────────


def test_principal_components_are_scikit_learn_s_and_nothing_is_shaded():
    chosen = chosen_points(Source("iris"), None)
    plane = plane_of(chosen, ())
    theirs = PCA(2).fit(load_iris().data)
    ours = plane.of(chosen.values)
    np.testing.assert_allclose(np.abs(ours), np.abs(theirs.transform(load_iris().data)), atol=1e-9)
    assert f"{theirs.explained_variance_ratio_.sum():.1%}" in plane.note
    assert not plane.exact
    data = run_data(shown(Settings(Source("iris"), Rules(k=3))))
    assert not data["shaded"]
    np.testing.assert_array_equal(doubles(str(data["values"])).reshape(-1, 4), load_iris().data)


def test_a_centroid_dragged_in_the_plane_keeps_what_the_plane_does_not_show():
    chosen = chosen_points(Source("iris"), None)
    plane = plane_of(chosen, ())
    value, to = chosen.values[7], np.array([1.25, -0.5])
    moved = plane.moved(value, to)
    np.testing.assert_allclose(plane.of(moved), to, atol=1e-12)
    across = np.eye(4) - plane.axes.T @ plane.axes  # what lies across the plane
    np.testing.assert_allclose(across @ moved, across @ value, atol=1e-12)


def test_two_columns_are_drawn_as_they_are():
    chosen = chosen_points(Source("iris"), None)
    plane = plane_of(chosen, (chosen.columns[2], chosen.columns[0]))
    np.testing.assert_array_equal(plane.of(chosen.values), load_iris().data[:, [2, 0]])
    with pytest.raises(ValueError, match="there is no column “petal”"):
        plane_of(chosen, ("petal", chosen.columns[0]))


def test_columns_and_scaling():
    names = chosen_points(Source("iris"), None).columns
    found = chosen_points(Source("iris", columns=(names[3], names[1]), scaled=True), None)
    data = load_iris().data[:, [3, 1]]
    np.testing.assert_allclose(found.values, (data - data.mean(axis=0)) / data.std(axis=0))


def table_of(values: np.ndarray[Any, Any], name: str = "a.csv") -> Any:
    header = ",".join(f"c{j}" for j in range(values.shape[1]))
    rows = "\n".join(",".join(repr(float(x)) for x in row) for row in values)
    return read_table(f"{header}\n{rows}\n".encode(), name)


def test_200_000_rows_are_sampled_and_500_columns_projected_and_both_are_said():
    rng = np.random.default_rng(0)
    table = table_of(rng.normal(size=(200_000, 1)).round(2))
    found = chosen_points(Source(OWN, file=table.digest), table)
    assert found.values.shape == (5000, 1)
    assert found.notes == ("Of 200,000 rows 5,000 are clustered, drawn at random with seed 0.",)
    wide = table_of(rng.normal(size=(80, 500)).round(3))
    found = chosen_points(Source(OWN, file=wide.digest), wide)
    assert found.values.shape == (80, 64)
    kept = PCA(64).fit(wide.values)
    np.testing.assert_allclose(np.abs(found.values), np.abs(kept.transform(wide.values)), atol=1e-6)
    assert f"{kept.explained_variance_ratio_.sum():.1%} of the variance" in found.notes[0]


def test_added_points_are_clustered_with_the_rest():
    found = chosen_points(Source("blobs", 20, added=((1.5, 2.5),)), None)
    np.testing.assert_array_equal(found.values[-1], [1.5, 2.5])
    assert found.notes == ("1 point was added by hand; starts are drawn from the 20 before.",)
    assert found.truth is None


# ── runs ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", ["3×3 grid", "iris", "digits"])
def test_the_run_that_is_shown_is_scikit_learn_s(name: str):
    found = shown(Settings(Source(name), Rules(k=9, max_iterations=300), seed=1))
    points = {"iris": load_iris().data, "digits": load_digits().data}.get(name, found.chosen.values)
    fit = KMeans(9, init=found.run.centroids[0], n_init=1, tol=1e-4, algorithm="lloyd").fit(points)
    assert found.run.inertia == pytest.approx(fit.inertia_, rel=1e-9)
    np.testing.assert_array_equal(found.run.labels[-1], fit.labels_)


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        (replace(GRID, rules=Rules(k=0)), "“Clusters k” is 0, expected a whole number from 1 to 30"),
        (replace(GRID, rules=Rules(k=31)), "“Clusters k” is 31, expected a whole number from 1 to 30"),
        (Settings(Source("blobs", 5), Rules(k=6)), "“Clusters k” is 6, expected at most 5, the number of points"),
        (Settings(Source("blobs", 2)), "the number of points is 2, expected from 3 to 5,000"),
        (replace(GRID, rules=Rules(metric="minkowski", p=0.5)), "“p” is 0.5, expected a number from 1 to 20"),
        (replace(GRID, rules=Rules(tolerance=-1.0)), "“Tolerance” is −1, expected a number from 0 to 1"),
        (replace(GRID, rules=Rules(max_iterations=0)), "“Iterations at most” is 0, expected a whole number from 1"),
        (Settings(Source(OWN)), "No CSV of your own is open yet"),
        (Settings(Source("iris", columns=("petal",))), "there is no column “petal”, expected some of sepal length"),
        (
            Settings(Source("blobs"), Rules(k=1), BY_HAND, starts=((0.0, 99.0),)),
            "centroid 1 starts at y = 99, expected from −11.5 to 11.4",
        ),
    ],
)
def test_what_cannot_be_run_is_said_with_the_value_and_the_bound(settings: Settings, sentence: str):
    with pytest.raises(ValueError) as refusal:
        shown(settings)
    assert str(refusal.value).startswith(sentence)


def test_a_run_that_could_take_minutes_is_refused_at_once():
    """5,000 points, 64 columns, 30 clusters and p = 3 took more than a second an iteration."""
    slow = Settings(Source("digits"), Rules(k=30, metric="minkowski", p=3.0, max_iterations=300))
    with pytest.raises(
        ValueError, match="“Iterations at most” is 300, expected at most 72 for 1,797 points, 64 columns"
    ):
        shown(slow)
    assert len(shown(replace(slow, rules=replace(slow.rules, k=2, max_iterations=3))).run.updated) == 3
    for metric in ("euclidean", "manhattan"):
        assert shown(replace(slow, rules=replace(slow.rules, k=3, metric=metric))).run.k == 3


def test_a_column_called_group_or_rows_hides_no_number_of_ours():
    table = read_table(b"group,rows,a\n1,2,3\n4,5,6\n9,8,7\n", "g.csv")
    found = means_of(shown(Settings(Source(OWN, file=table.digest), Rules(k=2)), table))
    assert list(found) == ["group", "rows", "group (column)", "rows (column)", "a"]
    assert found["group"] == [1, 2]
    assert sum(found["rows"]) == 3


def test_means_of_a_table_in_a_small_unit_are_not_0():
    table = read_table(b"a,b\n1e-6,10\n3e-6,30\n8e-6,1234567.5\n", "small.csv")
    found = means_of(shown(Settings(Source(OWN, file=table.digest), Rules(k=3), "k-means++"), table))
    assert sorted(found["a"]) == [1e-6, 3e-6, 8e-6]
    assert sorted(found["b"]) == [10, 30, 1234567.5]


def test_above_nothing_there_is_no_share():
    """The other runs ended at 0, and this one "inf % above"."""
    table = read_table(b"a\n" + b"1\n" * 6 + b"5\n" * 6 + b"9\n" * 6, "three.csv")
    rules = Rules(k=3, empty="keep")
    runs = [shown(Settings(Source(OWN, file=table.digest), rules, seed=seed), table) for seed in range(6)]
    poor = next(run for run in runs if run.run.inertia > 0)
    assert poor.run.inertia == 48  # 5 and 9 in one cluster: twelve times 2²
    assert re.fullmatch(r"Yes, \d+ of 20: the best ends at 0, this run at 48\.", verdict(poor))


def test_0_and_minus_0_are_one_point(monkeypatch: pytest.MonkeyPatch):
    table = read_table(b"a\n0\n-0\n1\n", "zeros.csv")
    told: list[str] = []
    monkeypatch.setattr("streamlit.info", told.append)
    say_notes(shown(Settings(Source(OWN, file=table.digest), Rules(k=3)), table))
    assert told == ["There are 2 different points for 3 clusters: 1 of them must stay empty."]


def test_duplicate_points_and_one_column_can_be_run():
    table = read_table(b"a\n1\n1\n1\n5\n", "same.csv")
    found = shown(Settings(Source(OWN, file=table.digest), Rules(k=3)), table)
    assert found.run.inertia == 0
    assert found.plane.note == "One column: the points lie on a line."
    assert run_data(found)["axes"] == ["a", ""]


def test_starts_by_hand_keep_what_was_given_and_draw_the_rest():
    chosen = chosen_points(Source("blobs"), None)
    given = ((1.0, 2.0), (3.0, 4.0))
    assert hand_starts(given, chosen, 1, 0) == given[:1]
    three = hand_starts(given, chosen, 3, 0)
    assert three[:2] == given
    assert (chosen.values == np.array(three[2])).all(axis=1).any()
    assert len(hand_starts(((1.0, 2.0, 3.0),), chosen, 2, 0)) == 2  # of another width: none of it


def test_rows_in_the_address():
    assert rows_in("1.5,2;-3,4e2") == ((1.5, 2.0), (-3.0, 400.0))
    assert written(((1.5, 2.0), (-3.0, 400.0))) == "1.5,2;-3,400"
    assert written(()) is None
    assert written(((1.23456, 2.34567),) * 500) is None  # too long for a link
    for nonsense in ("a,b", "1,nan", "1,,2", "inf"):
        with pytest.raises(ValueError):
            rows_in(nonsense)


def test_the_distance_of_the_elbow_is_to_the_centroids_that_its_wcss_is_of():
    """On uniform points the best run of k = 2 ends by the tolerance, before its centroids are the means of its groups;
    measured to the means, the distance was 889.87 beside a WCSS of other centres."""
    points = made("uniform", 300, 0).values
    found = found_elbow(Source("uniform"), None, (2, 2), ())
    start = kmeans(points, 2, seed=found.curve.best[0]).centroids[0]
    fit = KMeans(2, init=start, n_init=1, tol=1e-4).fit(points)
    assert found.curve.wcss[0] == pytest.approx(fit.inertia_)
    distance = np.linalg.norm(points - fit.cluster_centers_[fit.labels_], axis=1).sum()
    assert found.distance[0] == pytest.approx(distance, rel=1e-9)
    assert found.labels[2].base is None  # of one assignment, not a window on all of them


# ── files ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_half_steps_as_csv_are_the_run():
    found = shown(GRID)
    rows = list(csv.DictReader(io.StringIO(steps_csv(found))))
    assert len(rows) == 2 * found.run.assignments * 9
    objective = [float(row["objective"]) for row in rows[9::9]]
    assert objective == found.run.objective.tolist()
    last = rows[-9:]
    assert [row["kind"] for row in last] == ["assign"] * 9
    assert [int(row["points"]) for row in last] == np.bincount(found.run.labels[-1], minlength=9).tolist()
    np.testing.assert_array_equal([[float(row["x"]), float(row["y"])] for row in last], found.run.centroids[-1])


def test_the_points_as_csv_hold_their_distances():
    found = shown(Settings(Source("wine"), Rules(k=3, metric="manhattan")))
    rows = list(csv.reader(io.StringIO(points_csv(found))))
    assert len(rows) == 179
    away = np.array([[float(cell) for cell in row[-3:]] for row in rows[1:]])
    np.testing.assert_allclose(away, np.abs(found.run.points[:, None] - found.run.centroids[-1]).sum(axis=2))
    assert [int(row[-4]) - 1 for row in rows[1:]] == away.argmin(axis=1).tolist()
    assert away.min(axis=1).sum() == pytest.approx(found.run.inertia)


def test_a_column_named_like_a_formula_is_text_in_the_csv():
    table = read_table(b"=1+1,b\n1,2\n3,4\n5,6\n", "f.csv")
    found = shown(Settings(Source(OWN, file=table.digest), Rules(k=2)), table)
    assert "'=1+1" in points_csv(found).splitlines()[0]


FAR = (2.0, 0.0), (12.0, 11.0)


SCRIPTS = [
    GRID,
    Settings(Source("iris"), Rules(k=4), "k-means++"),
    Settings(Source("blobs"), Rules(k=4, metric="manhattan")),
    Settings(Source("blobs", 60), Rules(k=3, metric="minkowski", p=3.0)),
    Settings(Source("blobs"), Rules(k=4, metric="manhattan", centre="mean")),
    Settings(Source("blobs"), Rules(k=2, empty="keep"), BY_HAND, starts=FAR),
    Settings(Source("blobs"), Rules(k=2, empty="drop"), BY_HAND, starts=FAR),
    Settings(Source("blobs"), Rules(k=2), BY_HAND, starts=FAR),
    Settings(Source("blobs"), Rules(k=2, metric="manhattan"), BY_HAND, starts=FAR),
    Settings(Source("blobs"), Rules(k=4, max_iterations=2)),
]


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What the scripts of SCRIPTS print."""
    return printed_by(*(script(shown(settings)) for settings in SCRIPTS), folder=tmp_path_factory.mktemp("scripts"))


@pytest.mark.parametrize(
    "settings",
    SCRIPTS,
    ids=lambda one: f"{one.source.name} {one.rules.metric} {one.rules.centre} {one.rules.empty} {one.way}",
)
def test_the_script_prints_the_same_numbers(settings: Settings, printed: list[str]):
    found, answer = shown(settings), printed[SCRIPTS.index(settings)]
    lines = [line.split() for line in answer.splitlines()]
    told = {int(line[1]): float(line[2]) for line in lines if line[0] in ("WCSS", "objective")}
    assert max(told) == found.run.assignments
    for assignment, value in told.items():
        assert value == pytest.approx(found.run.wcss[assignment - 1], rel=1e-7)
    centroids = np.array([[float(cell) for cell in line[2:]] for line in lines if line[0] == "centroid"])
    np.testing.assert_allclose(centroids, found.run.centroids[-1], rtol=1e-5, atol=1e-6)
    assert f"stopped: {found.run.stop_reason}" in answer


def test_starts_of_a_run_start_the_same_run():
    found = shown(GRID)
    again = shown(replace(GRID, way=BY_HAND, starts=starts_of(found.run)))
    np.testing.assert_array_equal(again.run.labels[-1], found.run.labels[-1])
    assert again.run.inertia == found.run.inertia


def test_centroids_that_do_not_move_at_all_are_said_to_stand_still():
    """Under the first criterion of the deck, not under a tolerance that nobody set."""
    points = np.array([[0.0], [2.0], [10.0], [12.0]])
    still = kmeans(points, 2, init=[[1.0], [11.0]], tolerance=0.0)
    assert ending(still) == "The run ends: no centroid moved."
    moved = kmeans(points, 2, init=[[1.5], [11.0]], tolerance=1.0)
    assert ending(moved) == "The run ends: the centroids moved no farther than the tolerance."


@pytest.mark.parametrize("way", ["random", "k-means++", "farthest first"])
def test_an_added_point_moves_no_start(way: str):
    """Else its own effect could not be seen: an outlier seemed to mend a poor run, for it drew other starts."""
    before = Settings(Source("blobs", 60), Rules(k=3), way, seed=4)
    after = replace(before, source=replace(before.source, added=((8.0, -8.0), (0.0, 0.0))))
    one, other = shown(before).run, shown(after).run
    assert len(other.points) == len(one.points) + 2
    np.testing.assert_array_equal(other.centroids[0], one.centroids[0])
    few = Settings(Source("blobs", 3, added=((8.0, -8.0),)), Rules(k=4), way)
    assert len(shown(few).run.centroids[0]) == 4  # where the points before are too few, the added ones may start
