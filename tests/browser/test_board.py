"""The whiteboard of /gates as a reader has it: every line, gate and sum on the page against numbers worked by hand."""

from __future__ import annotations

import re
from typing import Any, Literal
from urllib.parse import quote, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.reading import Visitor, number, server_traffic
from tests.browser.test_house import widths_beyond

VIEW = "/gates?gates_view=Whiteboard"
STEPS = (  # after each step, what stands on the three lines
    ("ac = 5", "", ""),
    ("ac = 5", "bd = 33", ""),
    ("ac = 5", "bd = 33", "bd + a = 34"),
    ("ac = 5", "ac(bd + a) = 170", "bd + a = 34"),
    ("ac = 5", "ac(bd + a) = 170", "ad = 11"),
    ("ac(bd + a) + ad = 181", "ac(bd + a) = 170", "ad = 11"),
)
MOVES = 20

_READ = """root => ({
    cursor: Number(root.querySelector(".scrub").value),
    last: Number(root.querySelector(".scrub").max),
    status: root.querySelector(".status").textContent,
    job: root.querySelector(".job[aria-current] strong")?.textContent ?? "",
    boards: [...root.querySelectorAll(".board")].map(board => ({
        tray: board.querySelector(".tray").textContent,
        lines: [...board.querySelectorAll(".board-line")].map(line => ({
            text: line.querySelector(".written").textContent,
            gates: [...line.querySelectorAll(".gate-cell")].map(cell => cell.textContent),
            sum: line.querySelector(".line-sum span").textContent,
            off: line.querySelector(".off")?.textContent ?? "",
            read: line.classList.contains("read"),
            struck: getComputedStyle(line.querySelector(".written")).textDecorationLine === "line-through",
        })),
    })),
})"""


def board(page: Page) -> dict[str, Any]:
    root = page.locator(".sv-root:has(.boards)")
    expect(root.locator(".plan-step")).to_have_count(7)
    return dict(root.evaluate(_READ))


def texts(page: Page) -> tuple[str, ...]:
    return tuple(line["text"] for line in board(page)["boards"][0]["lines"])


def computed(sum_: str) -> tuple[float, float]:
    """Both sides of "0 · 33 + 1 · 170 = 170"."""
    left, right = sum_.replace(",", "").replace("(", "").replace(")", "").split(" = ")
    terms = [[number(factor) for factor in term.split(" · ")] for term in left.split(" + ")]
    return sum(a * b for a, b in terms), number(right)


def test_the_lecture_s_board_step_by_step(visitor: Visitor) -> None:
    page = visitor.open(VIEW)
    assert texts(page) == ("", "", "")
    for lines in STEPS:
        page.keyboard.press("Shift+ArrowRight")
        assert texts(page) == lines
    page.keyboard.press("Shift+ArrowRight")
    lines = board(page)["boards"][0]["lines"]
    assert [line["struck"] for line in lines] == [False, True, True]
    assert board(page)["boards"][0]["tray"] == "ac(bd + a) + ad = 181"


def test_every_sum_on_every_line_is_right_at_every_move(visitor: Visitor) -> None:
    page = visitor.open(VIEW)
    assert board(page)["last"] == MOVES - 1
    sums = 0
    for place in range(1, MOVES):
        page.keyboard.press("ArrowRight")
        found = board(page)
        assert found["cursor"] == place
        for one, exact in zip(found["boards"], (1e-9, 0.02), strict=True):  # the plain board shows two decimals
            for line in one["lines"]:
                if line["sum"]:
                    left, right = computed(line["sum"])
                    assert left == pytest.approx(right, abs=exact)
                    sums += 1
    assert sums > 80


def test_whose_job_a_move_is(visitor: Visitor) -> None:
    page = visitor.open(f"{VIEW}&at=4.erase")
    found = board(page)
    assert found["job"] == "forget gate"
    assert "Erase line 2: bd = 33." in found["status"]
    assert "f4 = (1, 0, 1)" in found["status"]
    assert ["".join(line["gates"]) for line in found["boards"][0]["lines"]] == ["110", "001", "110"]  # f, o, i
    page.keyboard.press("ArrowRight")
    found = board(page)
    assert found["job"] == "output gate"
    assert "ac · (bd + a) = 5 · 34 = 170" in found["status"]
    assert [line["read"] for line in found["boards"][0]["lines"]] == [True, False, True]
    page.keyboard.press("ArrowRight")
    found = board(page)
    assert found["job"] == "input gate"
    assert [line["sum"] for line in found["boards"][0]["lines"]] == [
        "1 · 5 + 0 · 170 = 5",
        "0 · 33 + 1 · 170 = 170",
        "1 · 34 + 0 · 170 = 34",
    ]


def test_the_board_without_a_choice(visitor: Visitor) -> None:
    """α = 0.3: 1.5; 0.7 · 1.5 + 0.3 · 33 = 10.95; 10.95 + 1 = 11.95; 11.25; 11.25² = 126.56; …"""
    page = visitor.open(f"{VIEW}&at=2.write")
    plain = board(page)["boards"][1]["lines"]
    assert [line["text"] for line in plain] == ["10.95"] * 3
    assert [line["gates"] for line in plain] == [["0.7", "0", "0.3"]] * 3
    assert [line["off"] for line in plain] == [
        "should be 5: off by +5.95",
        "should be 33: off by −22.05",
        "should be empty: off by +10.95",
    ]
    page.keyboard.press("End")
    assert board(page)["boards"][1]["tray"] == "It made 70.78, not 181."
    page.get_by_role("combobox", name="writes").select_option("told")
    assert board(page)["boards"][1]["tray"] == "Every line holds 87.73, not 181."
    expect(page).to_have_url(re.compile("told=1"))


def test_stepping_stays_in_the_browser_and_the_address_keeps_the_place(visitor: Visitor) -> None:
    page = visitor.open(VIEW)
    with server_traffic(page) as heard:
        for key in ("ArrowRight", "End", "ArrowLeft", "Home", "Shift+ArrowRight", "ArrowRight", "ArrowRight"):
            page.keyboard.press(key)
        expect(page).to_have_url(re.compile(r"at=2\.write"))
    assert heard == []
    again = visitor.open(urlsplit(page.url).path + "?" + urlsplit(page.url).query)
    assert texts(again) == STEPS[1]


@pytest.mark.parametrize("nonsense", ["9.write", "4", "-1.look", "4.erase.more", "<b>", "NaN"])
def test_a_place_that_is_not_there_is_the_start(nonsense: str, visitor: Visitor) -> None:
    assert board(visitor.open(f"{VIEW}&at={quote(nonsense)}"))["cursor"] == 0


def test_predict_first_and_hide_it_in_one_click(visitor: Visitor) -> None:
    page = visitor.open(f"{VIEW}&at=4.full")
    found = board(page)
    assert all(gate == "?" for line in found["boards"][0]["lines"] for gate in line["gates"])
    question = page.locator(".question")
    question.get_by_role("button", name="1: ac = 5").click()
    expect(question).to_contain_text("No: ac = 5 is still needed, in step 4.")
    question.get_by_role("button", name="2: bd = 33").click()
    expect(question).to_contain_text("Yes: bd = 33 is not needed any more.")
    page.get_by_role("button", name="Hide questions").click()
    expect(question).to_have_count(0)
    expect(page).to_have_url(re.compile("ask=0"))
    again = visitor.open(f"{VIEW}&at=5.full&ask=0")
    expect(again.locator(".question")).to_have_count(0)
    again.get_by_role("button", name="Ask first").click()
    again.locator(".question").get_by_role("button", name="1: ac = 5").click()
    expect(again.locator(".question")).to_contain_text("Yes: ac = 5 may go as well. Here line 3 goes first.")


def test_own_numbers_and_a_refusal_that_leaves_the_board(visitor: Visitor, settle: Any) -> None:
    page = visitor.open(f"{VIEW}&at=6.write&board_a=-2&board_b=7")
    assert texts(page)[0] == "ac(bd + a) + ad = −772"  # −10 · 75 − 22
    page = visitor.open(f"{VIEW}&at=6.write")
    page.get_by_role("button", name="Your numbers").click()
    field = page.get_by_role("spinbutton", name="a", exact=True)
    field.fill("120")
    field.press("Enter")
    expect(page.get_by_test_id("stAlert")).to_contain_text(
        "The number a is 120, expected a whole number from −99 to 99"
    )
    settle(page)
    assert texts(page) == STEPS[5]


def test_still_where_stillness_is_asked_for(visitor: Visitor) -> None:
    running = "root => root.getAnimations({subtree: true}).length"
    page = visitor.open(f"{VIEW}&at=1.look", reduced_motion="reduce")
    page.keyboard.press("ArrowRight")
    assert page.locator(".sv-root:has(.boards)").evaluate(running) == 0
    page = visitor.open(f"{VIEW}&at=1.look", reduced_motion="no-preference")
    page.keyboard.press("ArrowRight")
    assert page.locator(".sv-root:has(.boards)").evaluate(running) == 1


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("at", ["4.full", "4.erase", "6.look", "6.write"])
def test_accessible_at_every_kind_of_move(at: str, theme: Literal["light", "dark"], visitor: Visitor, axe: Any) -> None:
    assert axe(visitor.open(f"{VIEW}&at={at}", theme=theme)) == []


def test_the_longest_numbers_fit_a_phone(visitor: Visitor) -> None:
    page = visitor.open(f"{VIEW}&at=6.write&board_a=99&board_b=99&board_c=99&board_d=99", width=390, height=844)
    assert texts(page)[0] == "ac(bd + a) + ad = 97,039,701"
    assert widths_beyond(page) == []
    ink = page.locator(".gated .ink").first
    assert ink.evaluate("ink => ink.scrollWidth <= ink.clientWidth && ink.scrollHeight <= ink.clientHeight")


def test_the_boards_stand_above_the_fold(visitor: Visitor) -> None:
    page = visitor.open(f"{VIEW}&at=4.look")
    for tray in page.locator(".tray").all():
        box = tray.bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= 800
