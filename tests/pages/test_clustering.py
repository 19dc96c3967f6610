"""/clustering as the address shows it: its three views, and what it says of numbers that it cannot take."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
from sklearn.datasets import load_iris
from streamlit.testing.v1 import AppTest

from tests.pages.opening import drawn, open_page

opened = partial(open_page, "pages/clustering.py")
GROUPS, WAYS = "What a cluster is", "Three ways"


def warned(page: AppTest) -> str:
    (warning,) = page.warning
    return str(warning.value).replace("\u2060", "").replace("\\", "")


def set_number(page: AppTest, label: str, value: float) -> AppTest:
    next(field for field in page.number_input if field.label == label).set_value(value)
    return page.run()


def test_it_opens_on_two_points() -> None:
    assert drawn(opened()) == {}


def test_the_address_says_which_points() -> None:
    page = opened(clustering_view=WAYS, points="moons", count="40", draw="5", clusters="2", m="1.5")
    data = drawn(page)
    assert len(data["points"]) == 40
    assert (data["k"], data["soft"]["m"]) == (2, 1.5)
    other = drawn(opened(clustering_view=GROUPS, points="moons", count="40", draw="5", clusters="2"))
    assert other["points"] == data["points"]
    assert other["hard"] == data["hard"]["labels"]


@pytest.mark.parametrize(("label", "value", "said"), [
    ("Clusters k", 0, "“Clusters k” is 0, expected a number from 1 to 8. The picture stays as it was."),
    ("Clusters k", 45, "“Clusters k” is 45, expected a number from 1 to 8. The picture stays as it was."),
    ("Fuzziness m", 1, "“Fuzziness m” is 1, expected a number from 1.05 to 8. The picture stays as it was."),
    ("How many", 200_000, "“How many” is 2·10⁵, expected a number from 3 to 300. The picture stays as it was."),
])  # fmt: skip
def test_a_number_out_of_bounds_leaves_the_picture(label: str, value: float, said: str) -> None:
    page = opened(clustering_view=WAYS, points="moons", count="40", clusters="2")
    before = drawn(page)
    set_number(page, label, value)
    assert warned(page) == said
    assert drawn(page) == before


def test_more_clusters_than_points() -> None:
    page = opened(clustering_view=GROUPS, count="5", clusters="4")
    before = drawn(page)
    set_number(page, "Clusters k", 7)
    assert warned(page) == (
        "“Clusters k” is 7, expected a number from 1 to 5, the number of points. The picture stays as it was."
    )
    assert drawn(page) == before


@pytest.mark.parametrize("view", [GROUPS, WAYS])
@pytest.mark.parametrize("points", ["blobs", "3×3 grid", "uniform", "iris, petals"])
@pytest.mark.parametrize("clusters", ["1", "8"])
def test_every_corner_opens(view: str, points: str, clusters: str) -> None:
    page = opened(clustering_view=view, points=points, count="9", clusters=clusters)
    data = drawn(page)
    assert len(data["points"]) == (150 if points == "iris, petals" else 9)
    assert [warning.value for warning in page.warning] == []
    (answer,) = page.toggle
    answer.set_value(True).run()
    drawn(page)


@pytest.mark.parametrize("view", [GROUPS, WAYS])
def test_iris_says_what_it_is(view: str) -> None:
    page = opened(clustering_view=view, points="iris, petals", count="30")
    assert page.caption[0].value == (
        "Iris has its 150 flowers, however many are asked for. Across: petal length (cm), up: petal width (cm)."
    )
    assert np.array(drawn(page)["points"]) == pytest.approx(load_iris().data[:, 2:])


def test_three_points_are_enough() -> None:
    data = drawn(opened(clustering_view=WAYS, count="3", clusters="3"))
    assert data["hard"]["inertia"] == 0
    assert len(data["trees"]["ward"]["heights"]) == 2


def test_the_controls_are_kept_from_view_to_view() -> None:
    page = opened(clustering_view=WAYS, points="rings", count="33")
    page.segmented_control[0].set_value(GROUPS).run()
    assert len(drawn(page)["points"]) == 33
