"""/gates in a browser: from a key to the painted frame, and from a control to the finished page."""

from __future__ import annotations

from urllib.parse import urlencode

from playwright.sync_api import Browser, sync_playwright

from benchmarks.report import heading, row
from benchmarks.stepping import press
from tests.browser.serving import ARGUMENTS, find_chromium, wait_until_idle

TOKENS = 200
CLAUSE = "my brother planted a small tree in the garden , and every morning the baker sold apples at the market . "
STATES = {
    "the cell open": {},
    "a gate opened to its sum": {"node": "f"},
    "a unit pinned, its line in every lane": {"unit": "4"},
    "three models under one cursor": {"gates_view": "Compare"},
}


def run(url: str) -> None:
    chromium = find_chromium()
    if chromium is None:
        print("no Chromium was found: nothing measured in a browser")
        return
    text = " ".join(["I", "grew", "up", "in", "Spain", ".", *(CLAUSE * 20).split()][:TOKENS])
    with sync_playwright() as playwright:
        for free, words in ((False, "display at 60 Hz"), (True, "no wait for the display")):
            extra = ["--disable-frame-rate-limit", "--disable-gpu-vsync"] if free else []
            browser = playwright.chromium.launch(executable_path=chromium, args=[*ARGUMENTS, *extra])
            heading(f"Key press → painted frame, /gates, {TOKENS} tokens × 32 units × 6 lanes, 1280×800; {words}")
            for name, place in STATES.items():
                row(f"  {name}", steps(browser, url, {"text": text, "at": "1", **place}), bound=16.7)
            browser.close()


def steps(browser: Browser, url: str, place: dict[str, str]) -> list[float]:
    """Every token but the last, one key after another."""
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.goto(f"{url}/gates?" + urlencode(place))
    page.locator(".scrub").wait_for()
    wait_until_idle(page)
    page.wait_for_timeout(500)
    assert page.locator(".scrub").get_attribute("max") == str(TOKENS - 1)
    times = press(page, TOKENS - 5)
    page.close()
    return times
