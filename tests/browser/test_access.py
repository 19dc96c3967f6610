"""/unrolled without a mouse, without colour vision tricks, and on a phone: every state that it can be in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import pytest
from playwright.sync_api import Page, expect

from tests.browser.reading import Stepper, Visitor, text_field

_SIDEWAYS = """() => [document.scrollingElement, ...document.querySelectorAll('[data-testid="stMain"]')]
    .filter(box => box.scrollWidth > box.clientWidth + 1)
    .map(box => `${box.tagName}: ${box.scrollWidth} > ${box.clientWidth}`)"""


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_serious_finding_in_any_state(
    theme: Literal["light", "dark"],
    width: int,
    visitor: Visitor,
    settle: Callable[[Page], None],
    axe: Callable[[Page], list[str]],
) -> None:
    """Midway with a sum open, rolled, presenting, with the drawers open, and after a refusal."""
    page = visitor.open("/unrolled?at=2.logits", width=width, height=800, theme=theme)
    stepper = Stepper(page)
    found: dict[str, list[str]] = {}

    def look(state: str) -> None:
        found[state] = axe(page) + page.evaluate(_SIDEWAYS)

    stepper.result.nth(1).click()
    look("midway")
    stepper.button("Present").click()
    page.wait_for_timeout(200)
    look("presenting")
    stepper.button("Leave").click()
    stepper.scrub_to(32 + 3 * 7 - 1)
    look("backward, the weights of step 2")
    stepper.press("End")
    look("update")
    stepper.press("Home")
    stepper.press("Home")
    stepper.button("Roll up").click()
    stepper.press("End")
    text_field(page).fill("")
    expect(page.get_by_test_id("stAlert")).to_be_visible()
    settle(page)
    look("rolled, after a refusal")
    page.get_by_role("button", name="Network").click()
    expect(page.get_by_test_id("stPopoverBody")).to_be_visible()
    page.wait_for_timeout(300)
    look("network drawer")
    assert {state: findings for state, findings in found.items() if findings} == {}


_FOCUSED = """() => {
    let node = document.activeElement;
    while (node?.shadowRoot?.activeElement) node = node.shadowRoot.activeElement;
    const style = getComputedStyle(node);
    const ring = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0;
    const name = node.getAttribute("aria-label") ?? node.innerText.replace(/\\s+/g, " ").trim();
    return {name, ring, inside: node.getRootNode() !== document, kind: node.className};
}"""


def test_the_keyboard_alone_reaches_everything(visitor: Visitor) -> None:
    """Tab from the top of the page: toolbar, phases, drawing, weights, numbers; Enter opens a sum."""
    page = visitor.open("/unrolled?at=2.hidden")
    stepper = Stepper(page)
    stops: list[dict[str, Any]] = []
    for _ in range(60):
        page.keyboard.press("Tab")
        stop = page.evaluate(_FOCUSED)
        if stops and stops[-1]["inside"] and not stop["inside"]:
            break
        stops.append(stop)
    inside = [stop for stop in stops if stop["inside"]]
    names = [stop["name"] for stop in inside]
    in_order = [
        *("Home", "Token back", "Back", "Play", "Next", "Token next", "End"),
        *("Position", "Pace", "Roll up", "Present", "Save"),
        *("Learning rate", "Update", "×10", "×100"),
        "The network, step by step",
        *("W xh", "W hh", "W sh"),
        "Vectors and matrices",
        *("h 2, 1:", "h 2, 2:", "h 2, 3:", "h 2, 4:"),
    ]
    at = -1
    for wanted in in_order:
        found = [k for k, name in enumerate(names) if wanted in name and k > at]
        assert found, f"{wanted} is not reached after {names[at] if at >= 0 else 'the top'}: {names}"
        at = found[0]
    assert [stop["name"] for stop in inside if not stop["ring"]] == [], "what has the focus must be seen to have it"
    assert sum("chip" in stop["kind"].split() for stop in inside) == 9

    closed = stepper.panel["sum"]
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Shift+Tab")
    assert page.evaluate(_FOCUSED)["name"].startswith("h 2, 3:")
    page.keyboard.press("Enter")
    assert stepper.panel["sum"] != closed
    assert "[3]" in stepper.panel["sum"][0]
    assert stepper.result.nth(2).get_attribute("aria-pressed") == "true"


def test_the_focus_is_not_lost_by_stepping(visitor: Visitor) -> None:
    """From an open sum on to the next phase: the reader's place stays among the numbers."""
    page = visitor.open("/unrolled?at=2.hidden")
    stepper = Stepper(page)
    stepper.result.nth(2).focus()
    page.keyboard.press("Enter")
    for position in (13, 14, 15, 16):
        assert stepper.press("ArrowRight") == position
        assert page.evaluate(_FOCUSED)["inside"], f"at position {position} the focus has left the stepper"


def test_everything_is_there_on_a_phone(visitor: Visitor) -> None:
    """390 px: every button has its name, its size for a thumb, and the drawing keeps the active step in sight."""
    page = visitor.open("/unrolled?text=abcdefghij", width=390, height=844)
    stepper = Stepper(page)
    for name in ("Home", "Token back", "Back", "Play", "Next", "Token next", "End", "Roll up", "Present"):
        box = stepper.button(name).bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390
        assert min(box["width"], box["height"]) >= 24  # WCAG 2.2, target size
    for key in ("End", "Home", "Shift+ArrowRight", "Shift+ArrowRight", "Shift+ArrowRight", "Shift+ArrowRight"):
        stepper.press(key)
        pill = stepper.root.locator(".column.now .token").bounding_box()
        assert pill is not None
        assert 0 <= pill["x"] <= 390 - pill["width"]


def test_a_wide_matrix_on_a_phone_is_reached_by_the_keyboard(visitor: Visitor, axe: Any) -> None:
    """Eight columns fit a lecture hall's screen and not a phone's."""
    assert axe(visitor.open("/unrolled?hidden=8&at=1.recurrent_product", width=390, height=844)) == []
