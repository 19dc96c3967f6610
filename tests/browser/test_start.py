"""The start page: the network is at work when it opens, still for those who ask for stillness, one click from more."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import expect

from tests.browser.reading import Stepper, server_traffic, shows


def test_it_plays_by_itself(open_page: Any) -> None:
    page = open_page("/")
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


def test_it_begins_again_at_the_end(open_page: Any) -> None:
    stepper = Stepper(open_page("/"))
    stepper.button("Pause").click()
    stepper.page.keyboard.press("End")
    stepper.press("ArrowLeft")
    stepper.button("Play").click()
    root = stepper.root.element_handle()
    stepper.page.wait_for_function("root => Number(root.querySelector('.scrub').value) < 5", arg=root, timeout=8000)
    expect(stepper.button("Pause")).to_be_visible()


def test_it_is_still_where_stillness_is_asked_for(open_page: Any) -> None:
    page = open_page("/", reduced_motion="reduce")
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


def test_it_shows_the_same_numbers_as_the_page_behind_it(open_page: Any) -> None:
    start = Stepper(open_page("/", reduced_motion="reduce"))
    unrolled = Stepper(open_page("/unrolled", reduced_motion="reduce"))
    assert start.press("End") == unrolled.press("End") == 31
    assert start.columns == unrolled.columns
    assert start.place["status"] == unrolled.place["status"]
    assert shows(start.columns[0]["units"][0], -0.3201, 2)


def test_it_is_one_screen_and_one_click_from_the_page(open_page: Any, settle: Any) -> None:
    page = open_page("/")
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
