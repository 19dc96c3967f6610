"""The start page: the network is at work when it opens, still for those who ask for stillness, one click from more."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import expect

from tests.browser.reading import Stepper, Visitor, server_traffic, shows


def test_it_plays_by_itself(visitor: Visitor) -> None:
    page = visitor.open("/", reduced_motion="no-preference")
    stepper = Stepper(page)
    first = stepper.place
    assert "Pause" in first["play"]
    assert stepper.root.locator(".status").get_attribute("aria-live") == "off"
    with server_traffic(page) as heard:
        page.wait_for_function(
            "([root, from]) => root.querySelector('.scrub').value >= from + 3",
            arg=[stepper.root.element_handle(), first["cursor"]],
        )
    assert heard == []
    assert stepper.place["status"] != first["status"]
    stepper.button("Pause").click()
    stopped = stepper.cursor
    page.wait_for_timeout(800)
    assert stepper.cursor == stopped
    assert stepper.root.locator(".status").get_attribute("aria-live") == "polite"
    assert page.url.rstrip("/").endswith(page.url.split("/")[2])  # nothing of it in the address


def test_it_begins_again_at_the_end(visitor: Visitor) -> None:
    """After a rest at the last position, from the very first, which is seen as long as any other."""
    page = visitor.open("/", reduced_motion="no-preference")
    stepper = Stepper(page)
    stepper.button("Pause").click()
    page.keyboard.press("End")
    stepper.press("ArrowLeft")
    root = stepper.root.element_handle()
    page.evaluate(
        """root => {
            window.seen = [];
            const look = () => {
                const at = Number(root.querySelector(".scrub").value);
                if (window.seen.at(-1) !== at) window.seen.push(at);
                requestAnimationFrame(look);
            };
            look();
        }""",
        root,
    )
    stepper.button("Play").click()
    page.wait_for_function("window.seen.includes(2)", timeout=8000)
    assert page.evaluate("window.seen") == [30, 31, 0, 1, 2]
    expect(stepper.button("Pause")).to_be_visible()


def test_it_is_still_where_stillness_is_asked_for(visitor: Visitor) -> None:
    page = visitor.open("/")
    stepper = Stepper(page)
    assert stepper.cursor == 0
    assert "Play" in stepper.place["play"]
    page.wait_for_timeout(1500)  # three positions at the first pace
    assert stepper.cursor == 0
    assert stepper.press("ArrowRight") == 1
    stepper.button("Next").click()
    stepper.button("Next").click()
    stepper.button("Back").click()
    assert stepper.cursor == 2
    stepper.button("Play").click()
    page.wait_for_function("root => root.querySelector('.scrub').value > 2", arg=stepper.root.element_handle())


def test_it_shows_the_same_numbers_as_the_page_behind_it(visitor: Visitor) -> None:
    seen = []
    for path in ("/", "/unrolled"):
        stepper = Stepper(visitor.open(path))
        assert stepper.press("End") == 31
        seen.append((stepper.columns, stepper.place["status"]))
    assert seen[0] == seen[1]
    assert shows(seen[0][0][0]["units"][0], -0.3201, 2)


def test_it_is_one_screen_and_one_click_from_the_page(visitor: Visitor, settle: Any) -> None:
    page = visitor.open("/", reduced_motion="no-preference")
    for element in (
        page.get_by_role("heading", level=1),
        Stepper(page).button("Pause"),
        page.locator(".sv-root .column .token").last,
        page.get_by_role("link", name="Open Unrolled RNN"),
    ):
        expect(element).to_be_in_viewport(ratio=1)
    page.get_by_role("link", name="Open Unrolled RNN").click()
    page.wait_for_url("**/unrolled")
    settle(page)
    stepper = Stepper(page)
    expect(stepper.root).to_have_count(1)
    assert stepper.cursor == 0
    assert "Play" in stepper.place["play"]
    page.wait_for_timeout(700)
    assert stepper.cursor == 0  # what played on the start page is gone
    assert stepper.press("ArrowRight") == 1  # one step, not one for each page
