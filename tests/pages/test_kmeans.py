"""/kmeans : every view, every control, every mistake; what the component is given against scikit-learn."""

from __future__ import annotations

import base64
import json
import re
from functools import partial
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from sklearn.cluster import KMeans
from sklearn.datasets import load_digits, load_iris
from sklearn.metrics import silhouette_score

from seqviz.clustering.data import made
from seqviz.ui.budget import Budget
from seqviz.ui.kmeans import applications, elbow, starts
from tests.pages.opening import drawn, open_page, said, values

opened = partial(open_page, "pages/kmeans.py")


def doubles(packed: str, *shape: int) -> np.ndarray[Any, Any]:
    return np.frombuffer(base64.b64decode(packed), "<f8").reshape(shape)


def theirs(points: np.ndarray[Any, Any], data: dict[str, Any]) -> float:
    start = doubles(data["middles"] or data["centroids"], -1, data["k"], points.shape[1])[0]
    return float(KMeans(data["k"], init=start, n_init=1, tol=1e-4, max_iter=300).fit(points).inertia_)


def test_it_opens_on_a_run_of_scikit_learn_s_numbers() -> None:
    data = drawn(opened())
    assert data["wcss"][-1] == pytest.approx(theirs(made("blobs", 300, 0).values, data), rel=1e-9)


@pytest.mark.parametrize("name", ["3×3 grid", "moons", "rings", "stretched", "uniform", "unequal sizes"])
def test_every_made_set(name: str) -> None:
    data = drawn(opened(km_data=name, km_n="120", km_k="5", km_seed="2"))
    assert data["n"] == 120
    assert data["wcss"][-1] == pytest.approx(theirs(made(name, 120, 0).values, data), rel=1e-9)


def test_a_measured_set_with_columns_drawn_and_scaled() -> None:
    data = drawn(opened(km_data="iris", km_k="3"))
    assert data["D"] == 4
    assert data["wcss"][-1] == pytest.approx(theirs(load_iris().data, data), rel=1e-9)
    data = drawn(opened(km_data="iris", km_k="3", km_across="petal length (cm)", km_up="sepal width (cm)"))
    assert data["axes"] == ["petal length (cm)", "sepal width (cm)"]
    np.testing.assert_array_equal(doubles(data["points"], -1, 2), load_iris().data[:, [2, 1]])
    scaled = (load_iris().data - load_iris().data.mean(axis=0)) / load_iris().data.std(axis=0)
    data = drawn(opened(km_data="iris", km_k="3", km_scaled="true"))
    assert data["wcss"][-1] == pytest.approx(theirs(scaled, data), rel=1e-9)


def test_another_set_begins_with_a_k_of_its_own() -> None:
    page = opened()
    page.selectbox(key="km_data").set_value("3×3 grid").run()
    assert drawn(page)["k"] == 9
    page.selectbox(key="km_data").set_value("moons").run()
    assert drawn(page)["k"] == 2


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ({"km_k": "0"}, "“Clusters k” is 0, expected a whole number from 1 to 30. The picture"),
        ({"km_k": "2.5"}, "“Clusters k” is 2.5, expected a whole number from 1 to 30. The picture"),
        ({"km_k": "400"}, "“Clusters k” is 400, expected a whole number from 1 to 30. The picture"),
        ({"km_n": "3", "km_k": "5"}, "“Clusters k” is 5, expected at most 3, the number of points. The picture"),
        ({"km_n": "5001"}, "“Points n” is 5,001, expected a whole number from 3 to 5,000. The picture"),
        ({"km_metric": "Minkowski p", "km_p": "0.5"}, "“p” is 0.5, expected a number from 1 to 20. The picture"),
        ({"km_seed": "-1"}, "“Seed of the starts” is −1, expected a whole number from 0 to 9,999. The picture"),
        ({"km_tolerance": "-1"}, "“Tolerance” is −1, expected a number from 0 to 1. The picture"),
        ({"km_most": "0"}, "“Iterations at most” is 0, expected a whole number from 1 to 300. The picture"),
        ({"km_starts": "by hand", "starts": "0,99"}, "Centroid 1 starts at y = 99, expected from −11.5 to 11.4"),
        ({"km_data": "own CSV"}, "No CSV of your own is open yet: open one, or choose another set. The picture"),
    ],
)
def test_a_mistake_in_the_address_is_one_sentence_beside_the_example(address: dict[str, str], sentence: str) -> None:
    page = opened(**address)
    (warning,) = page.warning
    assert warning.value.replace("\u2060", "").replace("\\", "").startswith(sentence)
    assert drawn(page)["wcss"] == drawn(opened())["wcss"]


def test_a_mistake_leaves_the_last_good_picture() -> None:
    page = opened(km_data="moons", km_k="3")
    before = drawn(page)
    page.number_input(key="km_k").set_value(99.0).run()
    assert "The picture stays as it was." in said(page)
    assert drawn(page)["run"] == before["run"]


def test_fewer_different_points_than_clusters_are_said() -> None:
    page = opened(km_n="5", km_k="5")
    assert "different points" not in said(page)
    page = opened(km_n="3", km_k="3", added=";".join(["1,1"] * 4))
    assert "4 points were added by hand; starts are drawn from the 3 before." in said(page)


@pytest.mark.parametrize("nonsense", ["1,2;x", "nan,1", "1,2,3", ";;;", "<b>", "1e999,0"])
def test_starts_and_points_that_cannot_be_read_are_none(nonsense: str) -> None:
    data = drawn(opened(km_starts="by hand", starts=nonsense, added=nonsense))
    assert data["n"] == 300
    assert data["k"] == 4


def test_the_question_is_answered_by_twenty_other_runs() -> None:
    page = opened(km_data="3×3 grid", km_k="9")
    toggle = next(one for one in page.toggle if one.label == "Show the answer")
    toggle.set_value(True).run()
    points = made("3×3 grid", 300, 0).values
    mine = drawn(page)["wcss"][-1]
    rng = [points[np.random.default_rng(seed).choice(300, 9, replace=False)] for seed in range(1, 21)]
    ends = [KMeans(9, init=start, n_init=1, tol=1e-4).fit(points).inertia_ for start in rng]
    lower = sum(end < mine * (1 - 1e-9) for end in ends)
    assert f"Yes, {lower} of 20: the best ends at {min(ends):,.4g}" in said(page)


# ── poor starts ──────────────────────────────────────────────────────────────────────────────────────────────


def test_the_share_of_poor_starts_is_that_of_a_hundred_fits() -> None:
    page = opened(km_view="Poor starts", km_data="3×3 grid", km_k="9")
    points = made("3×3 grid", 300, 0).values
    picks = [points[np.random.default_rng(seed).choice(300, 9, replace=False)] for seed in range(starts.SEEDS)]
    ends = np.array([KMeans(9, init=start, n_init=1, tol=1e-4).fit(points).inertia_ for start in picks])
    best = min(ends.min(), KMeans(9, n_init=20, random_state=0).fit(points).inertia_)
    assert f"**{(ends > 1.05 * best).mean():.0%}** from random" in said(page)
    assert len(page.get("plotly_chart")) == 2


def test_the_first_of_the_runs_are_those_of_all_of_them() -> None:
    settings = starts.Settings()
    first, every = (starts.ends_so_far(settings, None, Budget(seconds)) for seconds in (0.0, 60.0))
    assert (first.seeds, every.seeds) == (starts.BLOCK, starts.SEEDS)
    for way in starts.COMPARED:
        np.testing.assert_array_equal(first.objective[way], every.objective[way][: starts.BLOCK])
    shown = starts.shown(settings)
    assert "of the first 5 of 100 runs each, these end" in starts.told(shown, first).replace("\\", "")
    assert "of 100 runs each, these end" in starts.told(shown, every).replace("\\", "")


def test_the_best_of_several_runs_by_counting_every_pick() -> None:
    ends = starts.Ends({"random": np.array([1.0, 2.0, 2.0, 1.0, 3.0]), "k-means++": np.array([1.0] * 5)})
    poor = [False, True, True, False, True]
    for runs in (1, 2, 3, 4):
        picks = [all(pick) for pick in combinations(poor, runs)]
        assert ends.all_poor("random", runs) == pytest.approx(sum(picks) / len(picks))
        assert ends.all_poor("k-means++", runs) == 0.0
    page = opened(km_view="Poor starts", km_data="3×3 grid", km_k="9")
    share = re.search(r"\*\*(\d+)%\*\* from random", said(page))
    assert share is not None
    assert re.search(rf"\| 1 \| {share[1]} % \|", said(page))


def test_other_settings_are_run_when_they_are_asked_for() -> None:
    page = opened(km_view="Poor starts")
    assert "blobs, 300 points, k = 4" in said(page)
    page.number_input(key="km_k").set_value(3.0).run()
    assert "Below is still blobs, 300 points, k = 4." in said(page)
    next(button for button in page.button if button.label == "Run 100 seeds of each").click().run()
    assert "Below is still" not in said(page)
    assert "blobs, 300 points, k = 3" in said(page)


def test_too_much_work_is_refused_with_a_number() -> None:
    page = opened(km_view="Poor starts", km_data="digits", km_k="10")
    assert "are 2.9 times what this view computes at once" in said(page)


# ── the elbow ────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_elbow_s_curve_is_below_scikit_learn_s_best_and_its_k_is_run() -> None:
    page = opened(km_view="Elbow")
    points = made("blobs", 300, 0).values
    figure = json.loads(page.get("plotly_chart")[0].proto.spec)
    line = next(trace for trace in figure["data"] if trace["name"] == "the best of them")
    wcss = values(line["y"])
    for k in (1, 2, 4):
        assert wcss[k - 1] == pytest.approx(KMeans(k, n_init=10, random_state=0).fit(points).inertia_, rel=1e-6)
    assert "kneed **suggests k = 4**" in said(page)
    data = drawn(page)
    assert data["k"] == 4
    assert data["wcss"][-1] == pytest.approx(wcss[3])
    page.selectbox(key="km_run_k").set_value(7).run()
    assert drawn(page)["wcss"][-1] == pytest.approx(wcss[6])


def test_criteria_disagree_on_points_without_clusters() -> None:
    page = opened(km_view="Elbow", km_data="uniform")
    page.multiselect(key="km_criteria").set_value(list(elbow.CRITERIA)).run(timeout=120)
    words = said(page)
    assert "They disagree: the elbow k = " in words
    assert "gap statistic k = 1" in words
    assert "(silhouette and Calinski–Harabasz cannot answer 1.)" in words
    assert len(page.get("plotly_chart")) == 2 + 4


def test_a_criterion_on_the_page_is_scikit_learn_s() -> None:
    found = elbow.criterion_of("silhouette", elbow.Source("blobs"), None, (1, 6), (), Budget(1.0))
    points = made("blobs", 300, 0).values
    fit = KMeans(4, n_init=10, random_state=0).fit(points)
    assert found.chosen == 4
    assert found.values[3] == pytest.approx(silhouette_score(points, fit.labels_))


def test_the_slide_s_distance_beside_its_square() -> None:
    page = opened(km_view="Elbow")
    points = made("blobs", 300, 0).values
    fit = KMeans(4, n_init=10, random_state=0).fit(points)
    distance = np.linalg.norm(points - fit.cluster_centers_[fit.labels_], axis=1).sum()
    assert f"the first is {distance:,.6g}, the second {fit.inertia_:,.6g}" in said(page)


def test_too_long_a_range_of_digits_is_refused_with_a_number() -> None:
    page = opened(km_view="Elbow", km_data="digits", km_range=["1", "30"])
    assert "is 2.7 times what this view computes" in said(page)


def test_the_curve_and_the_ends_as_csv() -> None:
    found = elbow.found_elbow(elbow.Source("blobs"), None, (1, 5), ())
    rows = [line.split(",") for line in elbow.elbow_csv(found).splitlines()]
    assert [int(row[0]) for row in rows[1:]] == [1, 2, 3, 4, 5]
    for row in rows[1:]:
        assert float(row[1]) == min(float(cell) for cell in row[3:])
    one = made("blobs", 300, 0).values
    assert float(rows[1][2]) == pytest.approx(np.linalg.norm(one - one.mean(axis=0), axis=1).sum())
    ends = starts.Ends({"random": np.array([3.0, 2.0]), "k-means++": np.array([2.0, 2.5])})
    assert starts.ends_csv(ends).splitlines()[1:] == [
        "random,0,3.0",
        "random,1,2.0",
        "k-means++,0,2.0",
        "k-means++,1,2.5",
    ]
    assert (ends.extreme(worst=True), ends.extreme(worst=False)) == (("random", 0), ("random", 1))
    assert (ends.share("random"), ends.share("k-means++")) == (0.5, 0.5)


def test_a_range_beyond_the_points_is_refused() -> None:
    page = opened(km_view="Elbow", km_n="7")
    assert "“Range of k” ends at 10, expected at most 7, the number of points. The picture" in said(page)


# ── applications ─────────────────────────────────────────────────────────────────────────────────────────────


def test_mean_images_are_the_means_of_their_pictures() -> None:
    found = applications.digits(10, 0)
    labels, data = found.run.labels[-1], load_digits()
    for c in range(10):
        np.testing.assert_allclose(found.images[c].ravel(), data.data[labels == c].mean(axis=0))
        np.testing.assert_array_equal(found.counts[c], np.bincount(data.target[labels == c], minlength=10))
    right = sum(np.bincount(data.target[labels == c]).max() for c in range(10))
    assert found.purity == pytest.approx(right / 1797)
    page = opened(km_view="Applications")
    assert f"**{right / 1797:.1%}**" in said(page)


def test_every_pixel_has_the_nearest_of_the_colours() -> None:
    found = applications.quantised(5, 0)
    assert found.picture.shape == found.original.shape == (427, 640, 3)
    colours = {tuple(colour) for colour in found.colours.tolist()}
    assert {tuple(pixel) for pixel in np.unique(found.picture.reshape(-1, 3), axis=0).tolist()} <= colours
    pixels = found.original.reshape(-1, 3)[::997].astype(float)
    nearest = ((pixels[:, None] - found.colours.astype(float)) ** 2).sum(axis=2)
    chosen = found.picture.reshape(-1, 3)[::997].astype(float)
    taken = ((pixels - chosen) ** 2).sum(axis=1)
    np.testing.assert_allclose(np.sqrt(taken), np.sqrt(nearest.min(axis=1)), atol=2)  # colours are rounded to bytes
    assert found.shares.sum() == pytest.approx(1)
    apart = found.original.astype(float) - found.picture.astype(float)
    assert found.error == pytest.approx(np.sqrt((apart**2).mean()), abs=0.05)


def test_a_table_s_groups_are_scikit_learn_s_means() -> None:
    page = opened(km_view="Applications", km_use="Your table", km_k="3")
    assert [error.value for error in page.exception] == []
    assert "3 groups in 178 rows, by 13 columns" in said(page)
    table = page.dataframe[0].value
    assert table["rows"].sum() == 178
    assert (table.drop(columns=["group", "rows"]).mul(table["rows"], axis=0).sum().abs() < 0.1).all()  # scaled: mean 0
