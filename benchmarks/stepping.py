"""/unrolled in a browser: from a key to the painted frame."""

from __future__ import annotations

import random
import time
from urllib.parse import urlencode

from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.report import heading, row
from tests.browser.serving import ARGUMENTS, find_chromium, wait_until_idle

KEYS = 300
BACKWARD = "32.output_gradient"  # where the backward pass begins
TEXTS = {
    "4 letters": "hellohellohellohellohellohellohello"[:31],
    "22 letters": "the quick brown fox jumps over ",
}
# A key's own time stamp → the frame it changed has been handed to the compositor: the first message after the frame.
MEASURE = """() => {
    window.painted = [];
    document.addEventListener("keydown", (event) => {
        const pressed = event.timeStamp;
        requestAnimationFrame(() => {
            const channel = new MessageChannel();
            channel.port1.onmessage = () => window.painted.push(performance.now() - pressed);
            channel.port2.postMessage(0);
        });
    }, true);
}"""


def run(url: str) -> None:
    chromium = find_chromium()
    if chromium is None:
        print("no Chromium was found: nothing measured in a browser")
        return
    with sync_playwright() as playwright:
        for free, words in ((False, "display at 60 Hz"), (True, "no wait for the display")):
            extra = ["--disable-frame-rate-limit", "--disable-gpu-vsync"] if free else []
            browser = playwright.chromium.launch(executable_path=chromium, args=[*ARGUMENTS, *extra])
            heading(f"Key press → painted frame, 32 tokens × 8 units, 1280×800; {words}")
            row("  a page that only counts key presses (the floor)", floor(browser))
            for name, text in TEXTS.items():
                row(f"  /unrolled forward, vocabulary of {name}", keys(browser, url, text, "1.input", 8), bound=16.7)
                row(f"  /unrolled backward, vocabulary of {name}", keys(browser, url, text, BACKWARD, 7), bound=16.7)
            browser.close()


def press(page: Page, count: int) -> list[float]:
    """Right arrows at uneven intervals, so that they do not fall in step with the frames."""
    page.evaluate(MEASURE)
    pick = random.Random(0)
    for _ in range(count):
        page.keyboard.press("ArrowRight")
        time.sleep(0.025 + 0.03 * pick.random())
    page.wait_for_timeout(300)
    return list(page.evaluate("painted"))


def floor(browser: Browser) -> list[float]:
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.set_content("<p id=n>0</p><script>n=0;onkeydown=()=>document.getElementById('n').textContent=++n</script>")
    times = press(page, KEYS)
    page.close()
    return times


def keys(browser: Browser, url: str, text: str, start: str, phases: int) -> list[float]:
    """From `start` on, one pass over all 32 steps but the first, of so many phases each."""
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    place = {"text": text, "hidden": 8, "targets": "next token, sos to eos", "at": start}
    page.goto(f"{url}/unrolled?" + urlencode(place))
    page.locator(".scrub").wait_for()
    wait_until_idle(page)
    page.wait_for_timeout(500)
    assert int(page.locator(".scrub").get_attribute("max") or 0) == 32 * (8 + 7)
    # once through a token's phases first: each phase's tables are made when they are first shown
    for _ in range(phases):
        page.keyboard.press("ArrowRight")
    times = press(page, 30 * phases)
    page.close()
    return times
