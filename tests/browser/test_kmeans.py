"""/kmeans as a reader has it: played, stepped, dragged, clicked and typed into; its numbers against scikit-learn."""

from __future__ import annotations

import csv
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import numpy as np
import pytest
from playwright.sync_api import Page, expect
from sklearn.cluster import KMeans

from seqviz.clustering.data import made
from tests.browser.reading import Visitor, number, parameters, server_traffic, tracebacks
from tests.browser.test_house import widths_beyond

GRID = "/kmeans?km_data=3×3+grid&km_k=9&km_seed=3"

_READ = """root => ({
    cursor: Number(root.querySelector(".scrub").value),
    last: Number(root.querySelector(".scrub").max),
    status: root.querySelector(".status").textContent,
    rows: [...root.querySelectorAll(".numbers .clusters tbody tr")].map(row =>
        [...row.children].map(cell => cell.textContent)),
    sums: [...root.querySelectorAll(".sums li")].map(line => line.textContent),
})"""


# Where a place of the data lies on the screen: the plane says which pixel 0 is, and how many one unit has.
_SCREEN = """(plane, [x, y]) => {
    const box = plane.getBoundingClientRect();
    const [[, left, wide], [, top, tall]] = plane.dataset.scale.split(" ").map(axis => axis.split(":").map(Number));
    return [box.left + left + wide * x, box.top + top + tall * y];
}"""


def read(page: Page) -> dict[str, Any]:
    return dict(page.locator(".sv-root:has(.plane)").evaluate(_READ))


def objective(status: str) -> float:
    found = re.search(r"WCSS ([\d,.]+\d)", status)
    assert found, status
    return number(found[1].replace(",", ""))


def their_fit(points: np.ndarray[Any, Any], start: np.ndarray[Any, Any], iterations: int = 300) -> KMeans:
    return KMeans(len(start), init=start, n_init=1, max_iter=iterations, tol=1e-4, algorithm="lloyd").fit(points)


def starts_on(page: Page) -> np.ndarray[Any, Any]:
    """The starting centroids as the table shows them, to six digits."""
    values = page.locator(".start-table input").evaluate_all("all => all.map(one => one.dataset.was)")
    return np.array([float(value) for value in values]).reshape(-1, 2)


def test_played_to_its_end_it_reads_as_scikit_learn_s(visitor: Visitor) -> None:
    """From the starts on the page, so that nothing of ours is between the two but the page itself."""
    page = visitor.open(GRID, reduced_motion="no-preference")
    points, start = made("3×3 grid", 300, 0).values, starts_on(page)
    page.locator(".pace").select_option("8")
    page.get_by_role("button", name="Play").click()
    expect(page.locator(".status")).to_contain_text("The run ends", timeout=60_000)
    found = read(page)
    assert found["cursor"] == found["last"]
    fit = their_fit(points, start)
    assert objective(found["status"]) == pytest.approx(fit.inertia_, rel=1e-4)
    assert [int(row[1]) for row in found["rows"]] == np.bincount(fit.labels_, minlength=9).tolist()
    for row, centre in zip(found["rows"], fit.cluster_centers_, strict=True):
        assert [number(cell) for cell in row[2].split(", ")] == pytest.approx(centre, abs=6e-4)


def test_every_assignment_reads_as_numpy_s_by_hand(visitor: Visitor) -> None:
    page = visitor.open(f"{GRID}&at=0.start")
    points, centroids = made("3×3 grid", 300, 0).values, starts_on(page)
    before = np.full(300, -1)
    for i in range((read(page)["last"] + 1) // 2):
        page.keyboard.press("Shift+ArrowRight")
        found = read(page)
        assert found["status"].startswith(f"Assign {i + 1}:")
        away = ((points[:, None] - centroids) ** 2).sum(axis=2)
        labels = away.argmin(axis=1)
        assert objective(found["status"]) == pytest.approx(away.min(axis=1).sum(), rel=1e-4)
        assert [int(row[1]) for row in found["rows"]] == np.bincount(labels, minlength=9).tolist()
        if i:
            changed = int((labels != before).sum())
            assert ("no point changed" if changed == 0 else f"{changed} point") in found["status"]
        before = labels
        centroids = np.stack([points[labels == c].mean(axis=0) for c in range(9)])


def test_stepping_stays_in_the_browser_and_the_address_keeps_the_place(visitor: Visitor) -> None:
    page = visitor.open(GRID)
    with server_traffic(page) as heard:
        for key in ("ArrowRight", "End", "ArrowLeft", "Home", "Shift+ArrowRight", "ArrowRight", "ArrowRight"):
            page.keyboard.press(key)
        page.keyboard.press("Space")
        page.wait_for_timeout(700)
        page.keyboard.press("Space")
        page.locator(".curve-canvas").click(position={"x": 200, "y": 60})
        page.get_by_label("Position").fill("4")
        expect(page).to_have_url(re.compile(r"at=2\.update"))
    assert heard == []
    assert read(page)["status"].startswith("Update 2:")
    again = visitor.open(urlsplit(page.url).path + "?" + urlsplit(page.url).query)
    assert read(again)["cursor"] == 4
    assert parameters(again)["km_seed"] == ["3"]


@pytest.mark.parametrize("nonsense", ["99.assign", "0.assign", "2", "<b>", "-1.update", "1.update.x"])
def test_a_place_that_is_not_there_is_the_first_assignment(nonsense: str, visitor: Visitor) -> None:
    assert read(visitor.open(f"{GRID}&at={nonsense}"))["cursor"] == 1


def test_a_point_opens_to_its_distances(visitor: Visitor) -> None:
    page = visitor.open(f"{GRID}&at=2.assign")
    page.get_by_role("spinbutton", name="Open point").fill("17")
    page.get_by_role("spinbutton", name="Open point").press("Enter")
    found = read(page)
    point = made("3×3 grid", 300, 0).values[16]
    centroids = [[number(cell) for cell in row[2].split(", ")] for row in found["rows"]]
    away = ((np.array(centroids) - point) ** 2).sum(axis=1)
    shown = [number(line.split(" = ")[1].removesuffix("  ← nearest").replace(",", "")) for line in found["sums"]]
    assert shown == pytest.approx(away, rel=2e-2, abs=2e-2)
    assert [line.endswith("← nearest") for line in found["sums"]] == [i == away.argmin() for i in range(9)]
    expect(page).to_have_url(re.compile("point=17"))
    page.get_by_role("spinbutton", name="Open point").fill("999")
    page.get_by_role("spinbutton", name="Open point").press("Enter")
    expect(page.locator(".opened-point")).to_contain_text("Point 999 cannot be opened: there are points 1 to 300.")


def test_a_start_can_be_typed_and_a_wrong_one_leaves_the_picture(
    visitor: Visitor, settle: Callable[[Page], None]
) -> None:
    page = visitor.open("/kmeans?km_k=2")
    page.get_by_text("Type the starting centroids").click()
    field = page.get_by_label("Start 1, x")
    field.fill("-3")
    field.press("Tab")
    expect(page).to_have_url(re.compile("km_starts=by"))
    start = starts_on(page)
    assert start[0, 0] == -3
    page.keyboard.press("End")
    settle(page)
    kept = read(page)
    assert objective(kept["status"]) == pytest.approx(their_fit(made("blobs", 300, 0).values, start).inertia_, rel=1e-4)
    for typed, sentence in (
        ("900", r"Centroid 1 starts at x = 900, expected from −"),
        ("abc", "Centroid 1 starts at x = “abc”, expected a finite number."),
    ):
        page.get_by_label("Start 1, x").fill(typed)
        page.get_by_label("Start 1, x").press("Tab")
        expect(page.get_by_test_id("stAlert").first).to_contain_text(re.compile(sentence))
        expect(page.get_by_test_id("stAlert").first).to_contain_text("The picture stays as it was")
        settle(page)
        assert read(page)["rows"] == kept["rows"]


def test_a_start_can_be_dragged_and_the_link_brings_it_back(visitor: Visitor, settle: Callable[[Page], None]) -> None:
    page = visitor.open("/kmeans?km_k=2&at=0.start")
    before = starts_on(page)
    place = page.locator(".plane").evaluate(_SCREEN, before[0].tolist())
    to = page.locator(".plane").evaluate(_SCREEN, [0.0, 2.0])
    page.mouse.move(*place)
    page.mouse.down()
    page.mouse.move(place[0] + 10, place[1], steps=3)
    page.mouse.move(*to, steps=4)
    page.mouse.up()
    expect(page).to_have_url(re.compile("starts="))
    settle(page)
    after = starts_on(page)
    assert after[0] == pytest.approx([0.0, 2.0], abs=0.05)
    assert after[1] == pytest.approx(before[1], abs=1e-5)
    again = visitor.open(urlsplit(page.url).path + "?" + urlsplit(page.url).query)
    assert starts_on(again) == pytest.approx(after, abs=1e-4)


def test_a_click_adds_a_point_and_the_run_begins_anew(visitor: Visitor, settle: Callable[[Page], None]) -> None:
    page = visitor.open("/kmeans")
    page.get_by_role("button", name="Add points").click()
    page.mouse.click(*page.locator(".plane").evaluate(_SCREEN, [0.0, 0.0]))
    expect(page).to_have_url(re.compile("added="))
    settle(page)
    found = read(page)
    assert "all 301 points" in found["status"]
    assert sum(int(row[1]) for row in found["rows"]) == 301
    added = [float(cell) for cell in parameters(page)["added"][0].split(",")]
    assert added == pytest.approx([0.0, 0.0], abs=0.05)
    again = visitor.open(urlsplit(page.url).path + "?" + urlsplit(page.url).query)
    assert sum(int(row[1]) for row in read(again)["rows"]) == 301
    again.get_by_role("button", name="More").click()
    again.get_by_role("button", name="Take out the added point").click()
    settle(again)
    assert sum(int(row[1]) for row in read(again)["rows"]) == 300


def test_a_point_is_added_by_keyboard_and_what_is_no_place_is_refused(
    visitor: Visitor, settle: Callable[[Page], None]
) -> None:
    page = visitor.open("/kmeans")
    page.get_by_role("button", name="Add points").focus()
    page.keyboard.press("Enter")
    for cell in ("0.5", "−1.25"):  # the first field has the focus; with a typographic minus
        page.keyboard.type(cell)
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("added="))
    settle(page)
    assert parameters(page)["added"] == ["0.5,-1.25"]
    for cell, words in (
        ("abc", "The point lies at x = “abc”, expected a finite number"),
        ("900", "The point lies at x = 900, expected from −"),
    ):
        page.get_by_label("New point: x").fill(cell)
        page.keyboard.press("Enter")
        expect(page.get_by_text(words)).to_be_visible()
        settle(page)
        assert "all 301 points" in read(page)["status"]


def test_what_is_drawn_bit_by_bit_is_drawn_in_one_place(visitor: Visitor) -> None:
    """Two hundred runs come in pieces; each picture takes the place of the one before."""
    page = visitor.page
    page.add_init_script(
        """window.most = 0;
        new MutationObserver(() => {
            window.most = Math.max(window.most, document.querySelectorAll("[data-testid=stPlotlyChart]").length);
        }).observe(document, { childList: true, subtree: true });"""
    )
    visitor.open("/kmeans?km_view=Poor+starts&km_data=uniform&km_n=3000&km_k=20&km_points_seed=77")
    expect(page.get_by_text("of 100 runs each")).to_be_visible(timeout=60_000)
    expect(page.locator("[data-testid=stPlotlyChart]")).to_have_count(2)
    assert page.evaluate("window.most") <= 4  # the histogram of all is another than those before, for it can be clicked


def test_the_other_criteria_of_stopping_are_said(visitor: Visitor) -> None:
    for address, words in {
        f"{GRID}&km_most=1": "The run ends: the maximum of iterations is reached.",
        f"{GRID}&km_tolerance=1": "The run ends: the centroids moved no farther than the tolerance.",
        GRID: "The run ends: no assignment changed.",
    }.items():
        page = visitor.open(address)
        page.keyboard.press("End")
        assert words in read(page)["status"]


def test_the_mean_under_manhattan_raises_the_objective_and_is_said(visitor: Visitor) -> None:
    """Over all half-steps of a few seeds a rise is seen, and only with the mean."""
    rises = {"": 0, "&km_centre=mean+for+every+metric": 0}
    for centre in rises:
        for seed in range(4):
            page = visitor.open(
                f"/kmeans?km_data=unequal+sizes&km_k=4&km_metric=Manhattan&km_seed={seed}&at=0.start{centre}"
            )
            for _ in range(read(page)["last"]):
                page.keyboard.press("ArrowRight")
                rises[centre] += "The objective rose by" in read(page)["status"]
    assert rises[""] == 0
    assert rises["&km_centre=mean+for+every+metric"] > 0


def test_a_cluster_left_without_points_is_said(visitor: Visitor) -> None:
    page = visitor.open("/kmeans?km_k=2&km_starts=by+hand&starts=2,0;12,11&at=1.assign")
    found = read(page)
    assert "Cluster 2 was left without points." in found["status"]
    assert found["rows"][1][1] == "0"
    page.keyboard.press("ArrowRight")
    assert re.search(r"Cluster 2 had no points: its centroid moves to point \d+, the farthest", read(page)["status"])
    page = visitor.open("/kmeans?km_k=2&km_starts=by+hand&starts=2,0;12,11&at=1.update&km_empty=is+taken+out")
    assert "its centroid is taken out." in read(page)["status"]
    assert read(page)["rows"][1][2] == "taken out"


def test_a_rise_after_a_cluster_was_left_without_points_has_its_reason(visitor: Visitor) -> None:
    """The first start stands in the middle of all points, so that no update can lower the objective."""
    points = made("uniform", 30, 0).values
    middle, corner = points.mean(axis=0).round(4), (8.2948, 8.1828)
    address = f"/kmeans?km_data=uniform&km_n=30&km_k=3&km_starts=by+hand&starts={middle[0]},{middle[1]}"
    page = visitor.open(f"{address};{corner[0]},{corner[1]};8.6448,8.5403&at=1.update")
    away = ((points - middle) ** 2).sum(axis=1)
    far = np.argsort(away)[-2:]
    rest = np.delete(points, far, axis=0).mean(axis=0)  # where the first centroid is then
    rise = ((points - rest) ** 2).sum() - away.sum()
    said = read(page)["status"]
    assert f"The objective rose by {rise:.3f}: until the next assignment a point that a centroid went to" in said
    for point in far:
        assert f"moves to point {point + 1}, among the farthest from its own." in said


def test_rounding_is_no_rise(visitor: Visitor) -> None:
    """The mean of ten times 0.1 is not 0.1, and the objective was said to rise from 0 by 4·10⁻³³."""
    page = visitor.open("/kmeans?km_data=own+CSV&km_k=1")
    page.get_by_role("button", name="Open a CSV").click()
    file = {"name": "same.csv", "mimeType": "text/csv", "buffer": b"a,b\n" + b"0.1,0.1\n" * 10}
    page.locator("input[type=file]").set_input_files(files=[file])
    expect(page.get_by_text("it tells no points apart").first).to_be_visible()
    page.keyboard.press("Escape")
    page.locator(".scrub").press("ArrowRight")
    expect(page.locator(".status")).to_contain_text("Update 1")
    assert "rose" not in read(page)["status"]


def test_a_bar_replays_its_run(visitor: Visitor, settle: Callable[[Page], None]) -> None:
    page = visitor.open("/kmeans?km_view=Poor+starts&km_data=3×3+grid&km_k=9")
    expect(page.get_by_test_id("stMarkdown").filter(has_text="of 100 runs each")).to_contain_text(
        re.compile(r"\d+% from random, \d+%")
    )
    bars = page.locator(".js-plotly-plot").first.locator(".bars .point path")
    bars.last.click(force=True)
    expect(page).to_have_url(re.compile("km_replay_seed=|km_replay="))
    settle(page)
    page.keyboard.press("End")
    chosen = parameters(page)
    way, seed = chosen.get("km_replay", ["random"])[0], int(float(chosen.get("km_replay_seed", ["0"])[0]))
    assert way == "k-means++"
    page.get_by_role("button", name="Worst").click()
    settle(page)
    page.keyboard.press("End")
    worst = objective(read(page)["status"])
    title = page.locator(".js-plotly-plot").nth(1).get_by_text("worst:")
    assert worst == pytest.approx(
        number(re.search(r"worst: ([\d,.]+)", (title.text_content() or ""))[1].replace(",", "")), rel=1e-4
    )  # type: ignore[index]
    assert seed >= 0


def test_a_point_of_the_elbow_runs_its_k(visitor: Visitor, settle: Callable[[Page], None]) -> None:
    page = visitor.open("/kmeans?km_view=Elbow")
    page.locator(".js-plotly-plot").first.locator(".scatterlayer .trace").nth(1).locator(".points path").nth(6).click(
        force=True
    )
    expect(page).to_have_url(re.compile("km_run_k=7"))
    settle(page)
    assert len(read(page)["rows"]) == 7


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(
    "address",
    [
        "/kmeans?km_data=3×3+grid&km_k=12&at=3.update&point=4",
        "/kmeans?km_view=Poor+starts&km_data=3×3+grid&km_k=9",
        "/kmeans?km_view=Elbow&km_criteria=silhouette&km_criteria=gap+statistic",
        "/kmeans?km_view=Applications",
        "/kmeans?km_view=Applications&km_use=A+photograph’s+colours",
        "/kmeans?km_view=Applications&km_use=Your+table",
    ],
)
def test_accessible_in_every_view(
    address: str, theme: Literal["light", "dark"], visitor: Visitor, axe: Callable[[Page], list[str]]
) -> None:
    page = visitor.open(address, theme=theme)
    assert axe(page) == []
    assert tracebacks(page) == 0


@pytest.mark.parametrize("view", ["Watch", "Poor+starts", "Elbow", "Applications"])
def test_every_view_fits_a_phone(view: str, visitor: Visitor) -> None:
    page = visitor.open(f"/kmeans?km_view={view}", width=390, height=844)
    assert widths_beyond(page) == []


def test_the_plane_and_the_curve_stand_above_the_fold(visitor: Visitor) -> None:
    page = visitor.open("/kmeans")
    for part in (".plane", ".curve", ".numbers .clusters"):
        box = page.locator(part).first.bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= 800


def test_downloads(visitor: Visitor, tmp_path: Path) -> None:
    page = visitor.open(GRID)
    files = {}
    for name in ("Half-steps (CSV)", "Points (CSV)", "Python script"):
        with page.expect_download() as download:
            page.get_by_role("button", name=name).click()
        files[name] = tmp_path / download.value.suggested_filename
        download.value.save_as(files[name])
    page.keyboard.press("End")
    end = objective(read(page)["status"])
    steps = list(csv.DictReader(files["Half-steps (CSV)"].read_text(encoding="utf-8").splitlines()))
    assert float(steps[-1]["objective"]) == pytest.approx(end, rel=1e-4)
    answer = subprocess.run(
        [sys.executable, str(files["Python script"])], capture_output=True, text=True, timeout=120, cwd=tmp_path
    )
    assert answer.returncode == 0, answer.stderr
    said = [line for line in answer.stdout.splitlines() if line.startswith("WCSS")]
    assert float(said[-1].split()[-1]) == pytest.approx(float(steps[-1]["objective"]), rel=1e-10)
    with page.expect_download() as download:
        page.locator(".save summary").click()
        page.get_by_role("button", name="PNG").click()
    assert download.value.suggested_filename.startswith("kmeans-")
    assert download.value.suggested_filename.endswith(".png")


def test_one_view_after_another_keeps_what_was_chosen(visitor: Visitor, settle: Callable[[Page], None]) -> None:
    page = visitor.open("/kmeans?km_data=moons&km_k=3&km_n=90")
    for view in ("Poor starts", "Elbow", "Applications", "Watch", "Elbow", "Watch"):
        page.get_by_role("radio", name=view).click()
        settle(page)
        assert tracebacks(page) == 0
    assert "all 90 points" in read(page)["status"]
    assert len(read(page)["rows"]) == 3


def test_the_range_of_k_is_in_the_link(visitor: Visitor) -> None:
    page = visitor.open("/kmeans?km_view=Elbow&km_range=2&km_range=15&km_run_k=12")
    expect(page.get_by_text("From k = 2 to 15 kneed")).to_be_visible()
    assert len(read(page)["rows"]) == 12


def test_presenting_shows_nothing_else(visitor: Visitor) -> None:
    page = visitor.open(GRID)
    page.get_by_role("button", name="Present").click()
    page.wait_for_timeout(200)
    box = page.locator(".presenting").bounding_box()
    assert box is not None
    assert (box["x"], box["y"]) == (0, 0)
    page.keyboard.press("ArrowRight")
    assert read(page)["status"].startswith("Update 1:")
    page.get_by_role("button", name="Leave").click()
    expect(page.locator(".presenting")).to_have_count(0)


def test_a_file_of_one_s_own_and_a_bad_one_that_leaves_it_open(
    visitor: Visitor, settle: Callable[[Page], None], tmp_path: Path
) -> None:
    rng = np.random.default_rng(0)
    rows = np.concatenate([rng.normal(0, 1, (20, 3)), rng.normal(8, 1, (20, 3))]).round(3)
    good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
    body = "".join(",".join(map(str, row)) + ",<b>x</b>\n" for row in rows)
    good.write_text(f"a,<img src=x>,c,word\n{body}", encoding="utf-8")
    bad.write_text("a,b\n", encoding="utf-8")
    page = visitor.open("/kmeans?km_data=own+CSV&km_k=2")
    expect(page.get_by_test_id("stAlert")).to_contain_text("No CSV of your own is open yet")
    page.get_by_role("button", name="Open a CSV").click()
    page.locator("input[type=file]").set_input_files(good)
    expect(page.locator(".status")).to_contain_text("all 40 points")
    settle(page)
    page.keyboard.press("Escape")
    page.keyboard.press("End")
    fit = KMeans(2, n_init=5, random_state=0).fit(rows)
    assert objective(read(page)["status"]) == pytest.approx(fit.inertia_, rel=1e-3)
    words = page.get_by_test_id("stAlert").first.inner_text().replace("\u2060", "")  # an invisible word joiner
    assert words == "Column “word” holds text (“<b>x</b>” in row 2): it is left out."
    kept = read(page)["rows"]
    page.get_by_role("button", name="Open a CSV").click()
    page.locator("input[type=file]").set_input_files(bad)
    alert = page.get_by_test_id("stAlert").filter(has_text="has a header and 0 rows")
    expect(alert).to_contain_text("Still open is good")
    settle(page)
    assert read(page)["rows"] == kept
