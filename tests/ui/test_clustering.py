"""What /clustering computes, sends to the browser and writes to files, against scikit-learn, scipy and scikit-fuzzy."""

from __future__ import annotations

import csv
import io
import json

import numpy as np
import pytest
import skfuzzy
from scipy.cluster.hierarchy import cut_tree, linkage
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score

from seqviz.clustering import cut
from seqviz.clustering.spread import spread
from seqviz.clustering.starts import plus_plus
from seqviz.ui.clustering.compute import IRIS, SETS, Data, hard_run, partners, points_of, soft_run, three_ways
from seqviz.ui.clustering.controls import checked_data, checked_fuzziness
from seqviz.ui.clustering.files import ways_csv, ways_script
from seqviz.ui.clustering.groups import groups_data
from seqviz.ui.clustering.ways import others, ways_data
from tests.scripts import printed_by

DATA = Data("moons", 60, 3, 3)


@pytest.mark.parametrize("name", SETS)
def test_k_means_is_scikit_learn_s_and_numbered_from_left_to_right(name: str) -> None:
    data = checked_data(name, 90, 1, 3)
    run = hard_run(data)
    theirs = KMeans(3, init=run.centroids[0], n_init=1).fit(points_of(data).values)
    assert run.inertia == pytest.approx(theirs.inertia_, rel=1e-9)
    np.testing.assert_array_equal(run.labels[-1], theirs.labels_)
    assert (np.diff(run.centroids[-1][:, 0]) >= 0).all()
    starts = [plus_plus(points_of(data).values, 3, 2.0, np.random.default_rng(1 + one)) for one in range(10)]
    every = [KMeans(3, init=start, n_init=1).fit(points_of(data).values).inertia_ for start in starts]
    assert run.inertia == pytest.approx(min(every), rel=1e-9)


def test_partners_are_the_nearest_in_sum() -> None:
    first = np.array([[0.0, 0.0], [5.0, 0.0], [9.0, 0.0]])
    assert partners(first, first[[2, 0, 1]] + 0.1) == [1, 2, 0]


def test_fuzzy_clusters_stand_under_the_numbers_of_k_means() -> None:
    data = Data("blobs", 80, 2, 4)
    run, hard = soft_run(data, 2.0), hard_run(data)
    np.testing.assert_allclose(run.centroids[-1], hard.centroids[-1], atol=0.5)
    np.testing.assert_array_equal(run.memberships[-1].argmax(axis=1), hard.labels[-1])
    assert others(three_ways(data, 2.0)) == "0 of 80. For 0 no share reaches one half."


def test_what_is_sent_is_plain_json_with_the_engine_s_numbers() -> None:
    found = three_ways(DATA, 1.7)
    data = json.loads(json.dumps(ways_data(found, DATA), allow_nan=False))
    x = np.array(data["points"])
    u = np.array(data["soft"]["first"])
    centres = np.array(data["soft"]["centroids"])
    theirs = skfuzzy.cmeans(x.T, 3, 1.7, 0.0, 1, init=u.T)
    np.testing.assert_allclose(centres[0], theirs[0], rtol=1e-9)
    theirs = skfuzzy.cmeans(x.T, 3, 1.7, 1e-9, 2000, init=u.T)
    assert data["soft"]["objective"][-1] == pytest.approx(theirs[4][-1], rel=1e-6)
    for method, tree in data["trees"].items():
        np.testing.assert_allclose(tree["heights"], linkage(x, method)[:, 2])
    assert len(json.dumps(data)) < 250_000


def test_the_largest_drawing_stays_small() -> None:
    data = Data("uniform", 300, 0, 8)
    assert len(json.dumps(ways_data(three_ways(data, 8.0), data))) < 250_000


def test_groups_as_drawn_are_only_offered_where_k_has_room() -> None:
    assert groups_data(Data("moons", 20, 0, 2))["truth"] == [i % 2 for i in range(20)]
    assert groups_data(Data("moons", 20, 0, 1))["truth"] is None
    assert groups_data(Data("uniform", 20, 0, 4))["truth"] is None
    assert len(groups_data(Data(IRIS, 150, 0, 3))["points"]) == 150  # type: ignore[arg-type]


def test_the_table_holds_every_point() -> None:
    found = three_ways(DATA, 2.0)
    rows = list(csv.DictReader(io.StringIO(ways_csv(found))))
    assert len(rows) == 60
    x = np.array([[float(row["x"]), float(row["y"])] for row in rows])
    np.testing.assert_array_equal(x, points_of(DATA).values)
    shares = np.array([[float(row[f"share {j}"]) for j in (1, 2, 3)] for row in rows])
    np.testing.assert_allclose(shares, found.soft.memberships[-1])
    assert [int(row["k-means"]) - 1 for row in rows] == found.hard.labels[-1].tolist()
    for method in ("single", "complete", "average", "ward"):
        theirs = cut_tree(linkage(x, method), 3)[:, 0]
        assert adjusted_rand_score([int(row[method]) for row in rows], theirs) == 1


ON_CENTROIDS = Data("moons", 8, 0, 8), 1.05  # as many clusters as points
SCRIPTS = [(DATA, 1.05), (DATA, 3.0), ON_CENTROIDS]
Printed = dict[tuple[Data, float], dict[str, list[float]]]


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> Printed:
    """What the scripts of SCRIPTS print: the numbers of each line behind its first word."""
    scripts = [ways_script(three_ways(data, fuzziness), data) for data, fuzziness in SCRIPTS]
    answers = printed_by(*scripts, folder=tmp_path_factory.mktemp("scripts"))
    lines = [[line.split() for line in answer.splitlines()] for answer in answers]
    found = [{name: [float(part) for part in parts] for name, *parts in each} for each in lines]
    return dict(zip(SCRIPTS, found, strict=True))


@pytest.mark.parametrize("fuzziness", [1.05, 3.0])
def test_the_script_prints_the_same_numbers(fuzziness: float, printed: Printed) -> None:
    found, said = three_ways(DATA, fuzziness), printed[DATA, fuzziness]
    assert said["inertia"] == pytest.approx([found.hard.inertia], rel=1e-9)
    assert said["sizes"] == np.bincount(found.hard.labels[-1], minlength=3).tolist()
    assert said["objective"] == pytest.approx([found.soft.objective[-1]], rel=1e-9)
    for method, tree in found.trees.items():
        assert said[method] == sorted(np.bincount(cut(tree, 3)).tolist(), reverse=True)


def test_the_script_knows_points_that_lie_on_a_centroid(printed: Printed) -> None:
    """0 / 0 made every share nan."""
    assert printed[ON_CENTROIDS]["objective"] == pytest.approx([three_ways(*ON_CENTROIDS).soft.objective[-1]], rel=1e-9)


@pytest.mark.parametrize(("fields", "message"), [
    (("blobs", 20, 0, 0), "“Clusters k” is 0, expected a number from 1 to 8"),
    (("blobs", 20, 0, 9), "“Clusters k” is 9, expected a number from 1 to 8"),
    (("blobs", 4, 0, 6), "“Clusters k” is 6, expected a number from 1 to 4, the number of points"),
    (("blobs", 301, 0, 3), "“How many” is 301, expected a number from 3 to 300"),
    (("blobs", 20, -1, 3), "“Seed” is −1, expected a number from 0 to 999"),
    (("blobs", 20, 0, 2.5), "“Clusters k” is 2.5, expected a whole number"),
    (("blobs", float("nan"), 0, 2), "“How many” is NaN, expected a number from 3 to 300"),
    (("blobs", 300.0001, 0, 2), "“How many” is 300.0001, expected a number from 3 to 300"),
])  # fmt: skip
def test_what_cannot_be_drawn_is_refused(fields: tuple[str, float, float, float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        checked_data(*fields)


@pytest.mark.parametrize("m", [1.0, 0.5, 8.5, float("nan")])
def test_a_fuzziness_out_of_bounds_is_refused(m: float) -> None:
    with pytest.raises(ValueError, match=r"“Fuzziness m” is .*, expected a number from 1.05 to 8"):
        checked_fuzziness(m)


def test_iris_has_its_own_count() -> None:
    assert checked_data(IRIS, 10, 0, 8).count == 150


# ── what the page says in words ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("name", "k"), [("unequal sizes", 3), ("moons", 2), ("rings", 2)])
def test_k_means_has_a_smaller_ratio_than_the_groups_as_drawn(name: str, k: int) -> None:
    data = Data(name, 120, 0, k)
    points = points_of(data)
    assert points.truth is not None
    ours, drawn = spread(points.values, hard_run(data).labels[-1]), spread(points.values, points.truth)
    assert ours.ratio < drawn.ratio


@pytest.mark.parametrize("seed", range(4))
def test_what_single_linkage_is_said_to_do(seed: int) -> None:
    moons = three_ways(Data("moons", 120, seed, 2), 2.0)
    assert adjusted_rand_score(moons.points.truth, cut(moons.trees["single"], 2)) == 1
    assert adjusted_rand_score(moons.points.truth, moons.hard.labels[-1]) < 0.7
    stretched = three_ways(Data("stretched", 120, seed, 3), 2.0)
    assert np.bincount(cut(stretched.trees["single"], 3)).max() >= 115


@pytest.mark.parametrize(("name", "k"), [("blobs", 4), ("unequal sizes", 3), ("moons", 2), ("uniform", 4)])
def test_what_the_fuzziness_is_said_to_do(name: str, k: int) -> None:
    data = Data(name, 120, 0, k)
    assert (soft_run(data, 1.05).memberships[-1].max(axis=1) > 0.9).mean() > 0.9
    assert soft_run(data, 8.0).memberships[-1].max(axis=1).mean() < 1 / k + 0.15
