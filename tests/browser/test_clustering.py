"""/clustering as a reader has it: numbers read off the page against scipy, scikit-learn and scikit-fuzzy."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal
from urllib.parse import parse_qs, quote, urlsplit

import numpy as np
import pytest
import skfuzzy
from playwright.sync_api import Locator, Page, expect
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial import distance
from sklearn.cluster import KMeans

from seqviz.clustering.data import made
from seqviz.ui.clustering.compute import Data, soft_run
from tests.browser.reading import Visitor, number, server_traffic, tracebacks
from tests.browser.test_house import widths_beyond

SIMILARITY = "/clustering"
GROUPS = f"/clustering?clustering_view={quote('What a cluster is')}"
WAYS = f"/clustering?clustering_view={quote('Three ways')}"


def parameters(page: Page) -> dict[str, list[str]]:
    page.wait_for_timeout(400)  # the address is written once the reader rests
    return parse_qs(urlsplit(page.url).query)


def root(page: Page) -> Locator:
    return page.locator(".sv-root")


def status(page: Page) -> str:
    return root(page).locator(".status").inner_text()


def middle(found: Locator) -> tuple[float, float]:
    found.scroll_into_view_if_needed()
    box = found.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


# ── similarity ───────────────────────────────────────────────────────────────────────────────────────────────


def distances(page: Page) -> dict[str, float]:
    return {
        name: number(root(page).locator(f"dd.{name} .value").inner_text())
        for name in ("euclidean", "manhattan", "minkowski")
    }


def fields(page: Page) -> list[float]:
    """x1, x2, y1, y2, q as they stand in their fields."""
    return [number(field.input_value()) for field in root(page).locator("input.number").all()]


def scipys(page: Page) -> dict[str, float]:
    a, b, c, d, q = fields(page)
    x, y = (a, b), (c, d)
    return {
        "euclidean": distance.euclidean(x, y),
        "manhattan": distance.cityblock(x, y),
        "minkowski": distance.minkowski(x, y, q),
    }


def test_the_distances_are_scipy_s(visitor: Visitor) -> None:
    page = visitor.open(SIMILARITY)
    assert fields(page) == [-2, -2, 1, 2, 3]
    assert distances(page) == pytest.approx(scipys(page), abs=5.1e-5)
    for q in ("1", "1.7", "20"):
        root(page).get_by_role("textbox", name="q").fill(q)
        page.keyboard.press("Tab")
        assert distances(page) == pytest.approx(scipys(page), abs=5.1e-5)
    assert "Minkowski (q = 20) 4.0" in status(page)


def test_dragging_asks_the_server_nothing(visitor: Visitor) -> None:
    page = visitor.open(SIMILARITY)
    x, y = middle(root(page).locator(".handle.y .knob"))
    with server_traffic(page) as heard:
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x + 60, y - 40, steps=5)
        page.mouse.up()
        page.mouse.move(x + 200, y + 100)
        page.keyboard.press("ArrowLeft")
        root(page).get_by_role("slider", name="Order q").fill("7.5")
    assert heard == []
    moved = fields(page)
    assert moved[:2] == [-2, -2]
    assert moved[2] > 1
    assert moved[3] > 2
    assert moved[4] == 7.5
    assert distances(page) == pytest.approx(scipys(page), abs=5.1e-5)
    written = parameters(page)
    assert [float(part) for part in written["y"][0].split(",")] == moved[2:4]
    again = visitor.open(f"{SIMILARITY}?{urlsplit(page.url).query}")
    assert fields(again) == moved


def test_the_keyboard_moves_a_point(visitor: Visitor) -> None:
    page = visitor.open(SIMILARITY)
    root(page).get_by_role("slider", name="Point x").focus()
    for key in ("ArrowRight", "ArrowUp", "Shift+ArrowUp", "Shift+ArrowUp"):
        page.keyboard.press(key)
    assert fields(page)[:2] == [-1.9, 0.1]
    for _ in range(9):
        page.keyboard.press("Shift+ArrowUp")
    assert fields(page)[1] == 5  # the edge


def test_a_finger_drags_a_point(browser: Any, server: Any) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto(f"{server.url}{SIMILARITY}")
    handle = page.locator(".handle.x .knob")
    expect(handle).to_be_visible()
    page.wait_for_timeout(800)
    x, y = middle(handle)
    session = context.new_cdp_session(page)
    for kind, points in (
        ("touchStart", [{"x": x, "y": y}]),
        ("touchMove", [{"x": x + 30, "y": y - 30}]),
        ("touchMove", [{"x": x + 60, "y": y - 60}]),
        ("touchEnd", []),
    ):
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    page.wait_for_timeout(200)
    moved = fields(page)
    assert moved[0] > -1.5
    assert moved[1] > -1.5
    context.close()


_BALL = """(path, centre) => {
    const plane = path.ownerSVGElement;
    return path.getAttribute("d").slice(1, -1).split("L").map(place => place.split(" ").map(Number));
}"""


@pytest.mark.parametrize("ball", ["1", "y"])
def test_every_point_of_a_ball_is_as_far_from_x(ball: str, visitor: Visitor) -> None:
    page = visitor.open(f"{SIMILARITY}?ball={ball}&q=4")
    places = {
        name: np.array(re.findall(r"translate\(([\d.]+) ([\d.]+)\)", found.get_attribute("transform") or "")[0], float)
        for name, found in ((name, root(page).locator(f".handle.{name}")) for name in "xy")
    }
    scale = np.abs(places["y"] - places["x"]) / np.array([3.0, 4.0])  # px a unit, on each axis
    assert scale[0] == pytest.approx(scale[1], rel=1e-3)  # else a circle would be none
    for name, q in (("euclidean", 2.0), ("manhattan", 1.0), ("minkowski", 4.0)):
        rim = np.array(root(page).locator(f"svg.paper .ball.{name}").evaluate(_BALL), float)
        assert len(rim) == 240
        far = [distance.minkowski(place, places["x"], q) / scale[0] for place in rim]
        wanted = 1.0 if ball == "1" else distance.minkowski((3, 4), (0, 0), q)
        np.testing.assert_allclose(far, wanted, atol=2e-3)


def test_minkowski_s_exponents_in_other_places(visitor: Visitor) -> None:
    """With differences 3 and 4 and q = 3: (27 + 64)^(1/3), then 3 + 4, then 27 + 64."""
    page = visitor.open(SIMILARITY)
    values = [number(cell.inner_text()) for cell in root(page).locator(".readings .value").all()]
    assert values == pytest.approx([91 ** (1 / 3), 7, 91], abs=5.1e-5)
    off = [cell.inner_text() for cell in root(page).locator(".readings .off").all()]
    assert off[0] == "as it is meant"
    assert [number(text.removeprefix("off by ")) for text in off[1:]] == pytest.approx(
        [7 - 91 ** (1 / 3), 91 - 91 ** (1 / 3)], abs=5.1e-5
    )


@pytest.mark.parametrize(("field", "typed", "said"), [
    ("q", "0.5", "“q” is 0.5, expected a number from 1 to 20. The picture stays as it was."),
    ("q", "21", "“q” is 21, expected a number from 1 to 20. The picture stays as it was."),
    ("q", "two", "“q” is two, expected a number from 1 to 20. The picture stays as it was."),
    ("x 1", "7", "“x1” is 7, expected a number from −5 to 5. The picture stays as it was."),
    ("y 2", "<b>", "“y2” is <b>, expected a number from −5 to 5. The picture stays as it was."),
    ("y 2", "", "“y2” is empty, expected a number from −5 to 5. The picture stays as it was."),
])  # fmt: skip
def test_what_is_typed_out_of_bounds(field: str, typed: str, said: str, visitor: Visitor) -> None:
    page = visitor.open(SIMILARITY)
    before = distances(page)
    root(page).get_by_role("textbox", name=field).fill(typed)
    page.keyboard.press("Enter")
    assert status(page) == said
    assert distances(page) == before
    assert fields(page) == [-2, -2, 1, 2, 3]


@pytest.mark.parametrize("address", ["q=0.2", "q=abc", "x=9,9", "x=1", "y=,", "ball=z", "x=1,1,1"])
def test_an_address_out_of_bounds_shows_the_example(address: str, visitor: Visitor) -> None:
    page = visitor.open(f"{SIMILARITY}?{address}")
    assert fields(page) == [-2, -2, 1, 2, 3]
    assert distances(page) == pytest.approx(scipys(page), abs=5.1e-5)


def saved(page: Page, name: str) -> Path:
    root(page).locator("summary").click()
    with page.expect_download() as caught:
        root(page).locator(".menu").get_by_role("button", name=name, exact=True).click()
    return Path(caught.value.path())


def run_script(path: Path) -> dict[str, float]:
    answer = subprocess.run([sys.executable, str(path)], capture_output=True, text=True, timeout=120)
    assert answer.returncode == 0, answer.stderr
    return {line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in answer.stdout.splitlines()}


def test_what_similarity_saves(visitor: Visitor) -> None:
    page = visitor.open(f"{SIMILARITY}?x=-1.5,2&y=4,0.5&q=2.5")
    printed = run_script(saved(page, "Script"))
    assert printed == pytest.approx(scipys(page), rel=1e-11)
    rows = [line.split(",") for line in saved(page, "CSV").read_text().splitlines()]
    assert {row[0]: float(row[-1]) for row in rows[1:]} == pytest.approx(scipys(page), rel=1e-12)
    assert saved(page, "PNG").read_bytes()[:4] == b"\x89PNG"
    assert "light-dark" not in saved(page, "SVG").read_text()


# ── what a cluster is ────────────────────────────────────────────────────────────────────────────────────────


def both_cases(page: Page) -> dict[str, list[str]]:
    return {
        name: [cell.inner_text() for cell in root(page).locator(f".numbers .{name} td").all()]
        for name in ("within", "between", "ratio")
    }


def means(points: np.ndarray[Any, Any], labels: np.ndarray[Any, Any]) -> tuple[float, float]:
    apart = distance.squareform(distance.pdist(points))
    same = labels[:, None] == labels
    pairs = np.triu(np.ones_like(same), 1)
    return float(apart[same & pairs].mean()), float(apart[~same & pairs].mean())


def check_case(page: Page, case: int, points: np.ndarray[Any, Any], labels: np.ndarray[Any, Any]) -> None:
    shown = both_cases(page)
    within, between = means(points, labels)
    values = [number(shown[name][case]) for name in ("within", "between", "ratio")]
    assert values == pytest.approx([within, between, within / between], abs=5.1e-5)


def shapes(page: Page, panel: int) -> list[str]:
    """The cluster that each mark of a plane stands for, by its class: c0, c1, …"""
    found: list[str] = root(page).locator(".marks").nth(panel).locator("path").evaluate_all(
        "paths => paths.map(path => path.getAttribute('class'))"
    )  # fmt: skip
    return found


def test_both_cases_are_measured(visitor: Visitor) -> None:
    page = visitor.open(f"{GROUPS}&points=blobs&count=40&clusters=4")
    points = made("blobs", 40, 0).values
    hard = KMeans(4, n_init=10, random_state=0).fit(points)
    check_case(page, 1, points, hard.labels_)
    bands = np.empty(40, int)
    bands[np.argsort(points[:, 1])] = np.arange(40) // 10
    check_case(page, 0, points, bands)
    assert shapes(page, 0) == [f"c{label}" for label in bands]


def test_points_move_by_mouse_and_by_keys(visitor: Visitor) -> None:
    page = visitor.open(f"{GROUPS}&points=blobs&count=12&clusters=2")
    points = made("blobs", 12, 0).values
    labels = np.array([int(name[1:]) for name in shapes(page, 0)])
    with server_traffic(page) as heard:
        page.mouse.click(*middle(root(page).locator(".marks").first.locator("path").nth(5)))
        labels[5] = 1 - labels[5]
        check_case(page, 0, points, labels)
        order = np.lexsort((points[:, 1], points[:, 0]))
        at = int(np.flatnonzero(order == 5)[0])
        page.keyboard.press("ArrowLeft" if at else "ArrowRight")
        other = order[at - 1 if at else 1]
        page.keyboard.press(str(2 - labels[other]))
        labels[other] = 1 - labels[other]
        check_case(page, 0, points, labels)
        page.keyboard.press("Enter")
        labels[other] = 1 - labels[other]
        check_case(page, 0, points, labels)
    assert heard == []
    assert "Point" in status(page)
    written = parameters(page)["groups"][0]
    assert written == "".join(str(label + 1) for label in labels)
    again = visitor.open(f"{GROUPS}&points=blobs&count=12&clusters=2&groups={written}")
    assert [int(name[1:]) for name in shapes(again, 0)] == labels.tolist()


def test_painting_over_points(visitor: Visitor) -> None:
    page = visitor.open(f"{GROUPS}&points=blobs&count=30&clusters=3")
    root(page).get_by_role("button", name="A click moves a point to group 2").click()
    marks = root(page).locator(".marks").first.locator("path")
    first, last = middle(marks.nth(0)), middle(marks.nth(4))
    page.mouse.move(*first)
    page.mouse.down()
    page.mouse.move(*last, steps=12)
    page.mouse.up()
    found = shapes(page, 0)
    assert (found[0], found[4]) == ("c1", "c1")
    choose = root(page).get_by_role("combobox", name="Case I begins as")
    choose.select_option("dealt like cards")
    assert shapes(page, 0) != found
    choose.select_option("moved by hand")
    assert shapes(page, 0) == found
    for k, buttons in (("4", 5), ("3", 4)):  # another number of groups and back: what was moved is there again
        page.get_by_role("spinbutton", name="Clusters k").fill(k)
        page.keyboard.press("Enter")
        expect(root(page).locator(".brush button")).to_have_count(buttons)
        assert (shapes(page, 0) == found) == (k == "3")


def test_the_beginnings_of_case_one(visitor: Visitor) -> None:
    page = visitor.open(f"{GROUPS}&points=moons&count=30&clusters=2")
    points = made("moons", 30, 0)
    assert points.truth is not None
    choose = root(page).get_by_role("combobox", name="Case I begins as")
    choose.select_option("as they were drawn")
    check_case(page, 0, points.values, points.truth)
    choose.select_option("k-means’")
    shown = both_cases(page)
    assert all(one == other for one, other in shown.values())
    assert "Both cases have the same ratio." in root(page).locator(".facts").inner_text()
    choose.select_option("all in one")
    shown = both_cases(page)
    assert (shown["between"][0], shown["ratio"][0]) == ("–", "–")
    assert number(shown["within"][0]) == pytest.approx(distance.pdist(points.values).mean(), abs=5.1e-5)


def test_what_the_groups_save(visitor: Visitor) -> None:
    page = visitor.open(f"{GROUPS}&points=rings&count=24&clusters=2")
    printed = run_script(saved(page, "Script"))
    shown = both_cases(page)
    for case, name in enumerate(("case I", "case II")):
        for what in ("within", "between"):
            assert printed[f"{name} {what}"] == pytest.approx(number(shown[what][case]), abs=5.1e-5)
    assert len(saved(page, "CSV").read_text().splitlines()) == 25


# ── three ways ───────────────────────────────────────────────────────────────────────────────────────────────

SMALL = "points=moons&count=40&clusters=3&draw=2"
DATA = Data("moons", 40, 2, 3)


def note(page: Page, panel: int) -> str:
    return root(page).locator(".panel-note").nth(panel).text_content() or ""


def test_k_means_inertia_is_scikit_learn_s(visitor: Visitor) -> None:
    page = visitor.open(f"{WAYS}&{SMALL}")
    best = KMeans(3, n_init=50, random_state=0).fit(made("moons", 40, 2).values)
    assert number(note(page, 0).rpartition(" ")[2]) == pytest.approx(best.inertia_, abs=5.1e-4)


def test_fuzzy_c_means_step_by_step_is_scikit_fuzzy_s(visitor: Visitor) -> None:
    """Objective and shares of a point, read at iterations on the way, without a word to the server."""
    page = visitor.open(f"{WAYS}&{SMALL}&m=1.8&at=1")
    x = made("moons", 40, 2).values
    run = soft_run(DATA, 1.8)
    u = run.memberships[0]  # the draw; all that follows is scikit-fuzzy's
    point = middle(root(page).locator(".marks").first.locator("path").nth(7))
    last = int(root(page).locator(".scrub").get_attribute("max") or 0)
    assert last > 5
    with server_traffic(page) as heard:
        for _ in range(6):
            centres, following, *_rest = skfuzzy.cmeans(x.T, 3, 1.8, 0.0, 1, init=u.T)
            away = ((x[:, None] - centres) ** 2).sum(axis=2)
            assert number(note(page, 1).rpartition(" ")[2]) == pytest.approx((u**1.8 * away).sum(), abs=5.1e-4)
            page.mouse.move(*point)
            detail = root(page).locator(".detail").inner_text()
            assert detail.startswith("Point 8 (")
            shares = [float(part) for part in detail.partition("shares ")[2].partition(";")[0].split(" · ")]
            assert shares == pytest.approx(u[7].tolist(), abs=5.1e-4)
            page.mouse.move(5, 5)
            page.keyboard.press("ArrowRight")
            u = following.T
    assert heard == []
    assert parameters(page)["at"] == ["7"]
    page.keyboard.press("End")
    assert status(page).startswith(f"Iteration {last + 1} of {last + 1} ")
    final = skfuzzy.cmeans(x.T, 3, 1.8, 1e-9, 3000, init=run.memberships[0].T)
    assert number(note(page, 1).rpartition(" ")[2]) == pytest.approx(final[4][-1], abs=5.1e-4)


def shown_tree(page: Page) -> str:
    return root(page).locator(".panel-title", has_text="Hierarchical").text_content() or ""


def tree_sizes(page: Page) -> list[list[int]]:
    """Sizes of the groups of the four trees, as the page writes them."""
    notes = [note(page, 4 + tree) for tree in range(4)]
    return [[int(part) for part in text.partition(": ")[2].split(" · ")] for text in notes]


@pytest.mark.parametrize("groups", [1, 2, 5])
def test_the_cut_makes_scipy_s_groups(groups: int, visitor: Visitor) -> None:
    page = visitor.open(f"{WAYS}&{SMALL}&cut={groups}")
    x = made("moons", 40, 2).values
    for sizes, method in zip(tree_sizes(page), ("single", "complete", "average", "ward"), strict=True):
        labels = fcluster(linkage(x, method), groups, "maxclust")
        assert sizes == sorted(np.bincount(labels)[1:].tolist(), reverse=True)
    ward = fcluster(linkage(x, "ward"), groups, "maxclust")
    shown = np.array(shapes(page, 2))
    for one in range(40):
        np.testing.assert_array_equal(shown == shown[one], ward == ward[one])


def test_the_cut_is_dragged_without_the_server(visitor: Visitor) -> None:
    page = visitor.open(f"{WAYS}&{SMALL}")
    heights = linkage(made("moons", 40, 2).values, "complete")[:, 2]
    cut = root(page).get_by_role("slider", name="Complete")
    x, y = middle(cut.locator(".cut-knob"))
    with server_traffic(page) as heard:
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x, y + 30, steps=6)
        page.mouse.up()
        note_now = note(page, 2)
        groups = int(cut.get_attribute("aria-valuenow") or 0)
        page.keyboard.press("ArrowUp")
    assert heard == []
    assert groups > 3
    assert int(cut.get_attribute("aria-valuenow") or 0) == groups - 1
    found = re.fullmatch(r"cut at ([\d.]+) into (\d+) groups", note_now)
    assert found
    assert int(found[2]) == groups == 1 + int((heights > float(found[1])).sum())
    assert shown_tree(page) == "Hierarchical: complete linkage"
    written = parameters(page)
    assert (written["link"], written["cut"]) == (["complete"], [str(groups - 1)])


def rings(page: Page, panel: int, kind: str = "rings") -> int:
    path = root(page).locator(f".{kind}").nth(panel).get_attribute("d") or ""
    return path.count("M")


def test_a_branch_marks_its_points_everywhere(visitor: Visitor) -> None:
    page = visitor.open(f"{WAYS}&{SMALL}")
    merges = linkage(made("moons", 40, 2).values, "ward")
    cut = root(page).get_by_role("slider", name="Ward")
    cut.focus()
    page.keyboard.press("ArrowRight")
    marked = rings(page, 0)
    assert marked in tree_sizes(page)[3]
    assert [rings(page, panel) for panel in range(3)] == [marked] * 3
    detail = root(page).locator(".detail").inner_text()
    assert detail.startswith(f"Ward, marked branch: {marked} points, joined at height ")
    height = number(detail.partition("height ")[2].partition(";")[0])
    row = int(np.abs(merges[:, 2] - height).argmin())
    assert merges[row, 3] == marked
    written = parameters(page)["branch"]
    assert written == [f"ward-{row + 1}"]
    again = visitor.open(f"{WAYS}&{SMALL}&branch={written[0]}")
    assert rings(again, 2) == marked
    again.keyboard.press("Escape")
    assert rings(again, 2) == 0


def test_a_click_takes_the_nearest_branch(visitor: Visitor) -> None:
    """The root of the single tree: all points."""
    page = visitor.open(f"{WAYS}&{SMALL}")
    box = root(page).locator(".tree").first.locator(".branches").bounding_box()
    assert box is not None
    path = root(page).locator(".tree").first.locator(".branches").get_attribute("d") or ""
    assert path.count("M") == 39  # one broken line
    left, top, right = re.findall(r"M([\d.]+) [\d.]+V([\d.]+)H([\d.]+)", path)[-1]
    offset = root(page).locator("svg.paper").bounding_box()
    assert offset is not None
    page.mouse.click(offset["x"] + (float(left) + float(right)) / 2, offset["y"] + float(top) + 1)
    assert [rings(page, panel) for panel in range(3)] == [40] * 3
    assert "single linkage" in shown_tree(page)


def test_a_point_is_ringed_in_every_plane_and_tree(visitor: Visitor) -> None:
    page = visitor.open(f"{WAYS}&{SMALL}")
    page.mouse.move(*middle(root(page).locator(".marks").nth(2).locator("path").nth(11)))
    assert [rings(page, panel, "pointed") for panel in range(3)] == [1] * 3
    assert [rings(page, tree, "leaf-hovered") for tree in range(4)] == [1] * 4
    assert root(page).locator(".detail").inner_text().startswith("Point 12 (")


def test_shares_as_slices_and_back(visitor: Visitor) -> None:
    page = visitor.open(f"{WAYS}&{SMALL}&shares=1")
    assert root(page).locator(".shares > g").count() == 40
    root(page).get_by_role("combobox", name="Shares as").select_option("opacity")
    assert root(page).locator(".shares").count() == 0
    opacities = root(page).locator(".marks").nth(1).locator("path").evaluate_all(
        "paths => paths.map(path => Number(path.style.opacity))"
    )  # fmt: skip
    strongest = soft_run(DATA, 2.0).memberships[-1].max(axis=1)
    np.testing.assert_allclose(opacities, 0.25 + 0.75 * (strongest - 1 / 3) / (2 / 3), atol=1e-3)


def test_a_bad_m_leaves_the_drawing(visitor: Visitor, settle: Callable[[Page], None]) -> None:
    page = visitor.open(f"{WAYS}&{SMALL}&at=3&cut=5")
    before = [note(page, panel) for panel in range(7)]
    page.get_by_role("spinbutton", name="Fuzziness m").fill("1")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("stAlert")).to_contain_text("“Fuzziness m” is 1, expected")
    settle(page)
    assert [note(page, panel) for panel in range(7)] == before
    assert tracebacks(page) == 0


def test_other_points_begin_anew(visitor: Visitor, settle: Callable[[Page], None]) -> None:
    page = visitor.open(f"{WAYS}&{SMALL}&cut=5&branch=ward-30&at=2")
    page.get_by_role("spinbutton", name="Clusters k").fill("2")
    page.keyboard.press("Enter")
    expect(root(page).locator(".panel-note").nth(2)).to_contain_text("into 2 groups")
    settle(page)
    assert rings(page, 0) == 0
    written = parameters(page)
    assert not {"cut", "branch", "at"} & set(written)
    assert written["clusters"] == ["2"]


def test_it_plays_to_its_end_and_the_curve_leads_back(visitor: Visitor) -> None:
    page = visitor.open(f"{WAYS}&{SMALL}&at=1")
    run = soft_run(DATA, 2.0)
    last = len(run.objective)
    root(page).get_by_role("combobox", name="Pace").select_option("8 /s")
    with server_traffic(page) as heard:
        page.keyboard.press("End")
        for _ in range(3):
            page.keyboard.press("ArrowLeft")
        page.keyboard.press("Space")
        expect(root(page).locator(".status")).to_contain_text(f"Iteration {last} of {last} ")
        assert "no share changed by more than 0.000001" in status(page)
        curve = root(page).locator(".curve .target").bounding_box()
        assert curve is not None
        page.mouse.click(curve["x"] + 1, curve["y"] + 20)
        assert status(page).startswith(f"Iteration 1 of {last} ")
        assert "the first shares are drawn at random" in status(page)
    assert heard == []
    assert number(note(page, 1).rpartition(" ")[2]) == pytest.approx(run.objective[0], abs=5.1e-4)


def test_the_drawings_are_saved_as_pictures(visitor: Visitor) -> None:
    for address in (GROUPS, f"{WAYS}&shares=1&branch=ward-100"):
        page = visitor.open(address)
        assert saved(page, "PNG").read_bytes()[:4] == b"\x89PNG"
        picture = saved(page, "SVG").read_text()
        assert "light-dark" not in picture
        assert picture.count("<path") >= 240


_FOCUSED = """() => {
    let node = document.activeElement;
    while (node?.shadowRoot?.activeElement) node = node.shadowRoot.activeElement;
    return node.getAttribute("aria-label") ?? node.textContent.trim();
}"""


def test_the_keyboard_reaches_every_cut(visitor: Visitor) -> None:
    page = visitor.open(f"{WAYS}&{SMALL}")
    root(page).get_by_role("button", name="Present").focus()
    names = []
    for _ in range(6):
        page.keyboard.press("Tab")
        names.append(page.evaluate(_FOCUSED).partition(":")[0])
    assert names[:5] == ["Save", "Single", "Complete", "Average", "Ward"]
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("ArrowDown")
    assert all(len(sizes) == 4 for sizes in tree_sizes(page))
    assert shown_tree(page) == "Hierarchical: Ward linkage"


def test_a_finger_rings_a_point(browser: Any, server: Any) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto(f"{server.url}{WAYS}&{SMALL}")
    mark = page.locator(".marks").first.locator("path").nth(11)
    expect(mark).to_be_visible()
    page.wait_for_timeout(800)
    page.touchscreen.tap(*middle(mark))
    expect(page.locator(".sv-root .detail")).to_contain_text("Point 12 (")
    context.close()


@pytest.mark.parametrize("address", [
    f"{WAYS}&{SMALL}&link=toString&cut=0&branch=ward-999&at=0",
    f"{WAYS}&{SMALL}&link=%3Cb%3E&cut=1e9&branch=toString-1&at=9999",
    f"{WAYS}&points=nothing&count=-5&draw=inf&clusters=NaN&m=0",
    f"{GROUPS}&groups=99999&count=5",
    f"{GROUPS}&groups=%3Cimg%20src=x%3E&clusters=2.5",
])  # fmt: skip
def test_a_strange_address_is_no_trouble(address: str, visitor: Visitor) -> None:
    """The drawing stands, and where a number was refused a sentence says so."""
    page = visitor.open(address)
    assert tracebacks(page) == 0
    assert root(page).locator("svg.paper").count() == 1
    assert root(page).locator(".marks").nth(1).locator("path[class^=c]").count() >= 5
    if address.startswith(WAYS):
        sizes = tree_sizes(page)
        assert [len(one) for one in sizes] == [3, 3, 3, 3]
        assert rings(page, 0) == 0


# ── every view ───────────────────────────────────────────────────────────────────────────────────────────────

EVERY = [
    f"{SIMILARITY}?ball=y&q=1.5",
    f"{GROUPS}&points=blobs&count=60&clusters=8",
    f"{WAYS}&points=blobs&count=60&clusters=8&shares=1&branch=ward-50&cut=12",
    f"{WAYS}&points={quote('iris, petals')}&clusters=1&present=1",
]


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("address", EVERY)
def test_accessible_and_not_too_wide(
    address: str, theme: Literal["light", "dark"], width: int, visitor: Visitor, axe: Callable[[Page], list[str]]
) -> None:
    page = visitor.open(address, theme=theme, width=width, height=800)
    assert root(page).locator("svg.paper").count() == 1
    assert axe(page) == []
    assert widths_beyond(page) == []


@pytest.mark.parametrize("address", [SIMILARITY, GROUPS, WAYS])
def test_the_drawing_stands_above_the_fold(address: str, visitor: Visitor) -> None:
    page = visitor.open(address)
    box = root(page).locator("svg.paper").bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= 800


def test_a_presented_drawing_is_still_under_the_pointer(visitor: Visitor) -> None:
    """Magnified by more than a half, on a lecture hall's screen."""
    page = visitor.open(f"{WAYS}&{SMALL}&present=1", width=1920, height=1080)
    page.mouse.move(*middle(root(page).locator(".marks").first.locator("path").nth(11)))
    assert root(page).locator(".detail").inner_text().startswith("Point 12 (")
    box = root(page).locator("svg.paper").bounding_box()
    assert box is not None
    assert 0.6 * 1080 < box["height"] <= 1080 - box["y"]
    page = visitor.open(f"{SIMILARITY}?present=1", width=1920, height=1080)
    x, y = middle(root(page).locator(".handle.y .knob"))
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 150, y, steps=4)
    page.mouse.up()
    assert middle(root(page).locator(".handle.y .knob")) == pytest.approx((x - 150, y), abs=8)


def test_presenting_and_leaving(visitor: Visitor) -> None:
    for address in (SIMILARITY, GROUPS, WAYS):
        page = visitor.open(address)
        root(page).get_by_role("button", name="Present").click()
        expect(page.locator(".sv-root.presenting")).to_be_visible()
        assert parameters(page)["present"] == ["1"]
        page.keyboard.press("Escape")
        expect(page.locator(".sv-root.presenting")).to_have_count(0)
