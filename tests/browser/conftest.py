"""A real Chromium in front of a real server, as a reader has it.

    def test_something(open_page, settle):
        page = open_page("/unrolled?text=hello", width=390, height=844, theme="dark")
        page.get_by_role("button", name="Next").click()
        settle(page)

`open_page` is a new browser profile each time; `visitor.open` stays in one for a whole file, which has loaded the app's
scripts once and is two to three times as fast: the one to take where nothing asks for a profile that is empty.
`server` is shared by the tests of one worker; `fresh_server` is a new process whose first visitor is the test.
Playwright's loop lives as long as one test file, so that no other test finds a running event loop in its thread.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Playwright, sync_playwright

from tests.browser.reading import Visitor, visiting
from tests.browser.serving import ARGUMENTS, ELSEWHERE, OPENED, Server, find_chromium, start_server, wait_until_idle

HERE = Path(__file__).resolve().parent
# Routes would keep other machines out too, but with a route the browser's cache is off.
OFFLINE = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
PROBE = re.compile(r"^http://127\.0\.0\.1:\d+/\w+/_stcore/(?:health|host-config)$")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.browser)


# ── the browser ──────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """The Chromium that CHROMIUM names, else one on the PATH, else Playwright's own."""
    found = find_chromium()
    if found is not None:
        return found
    sentence = "no Chromium was found: not in CHROMIUM, not on the PATH, not Playwright's own."
    if os.environ.get("CI", "").lower() in {"1", "true"}:
        pytest.fail(sentence)
    pytest.skip(sentence)


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="module")
def browser(chromium_path: str, playwright: Playwright) -> Iterator[Browser]:
    launched = playwright.chromium.launch(executable_path=chromium_path, args=[*ARGUMENTS, OFFLINE])
    yield launched
    launched.close()


# ── the server ───────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The app, running; shared by the tests of this worker."""
    started = start_server(tmp_path_factory.mktemp("server"))
    yield started
    started.stop()


@pytest.fixture
def fresh_server(tmp_path: Path) -> Iterator[Server]:
    """The app in a new process that nobody has visited yet."""
    started = start_server(tmp_path)
    yield started
    started.stop(at_once=True)


# ── a visit ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def settle() -> Callable[[Page], None]:
    """settle(page): wait until the app is idle again, after a click or a key."""
    return wait_until_idle


@pytest.fixture(scope="module")
def visitor(browser: Browser, server: Server) -> Iterator[Visitor]:
    """One reader for a whole file, whose browser has loaded the app's scripts after the first page."""
    with visiting(browser, server.url) as found:
        yield found


@dataclass
class Visits:
    """Opens pages and keeps what went wrong on them.

    Attributes:
        console_errors: what the pages wrote to the console as errors, for the test to judge; without the two
            404s with which Streamlit looks, on a deep link, for where its server begins (/page/_stcore/…).
        page_errors: exceptions that no script caught; any of them fails the test.
        left: addresses outside 127.0.0.1 that a page asked for (and did not get); any of them fails the test.
    """

    browser: Browser
    server: Server
    contexts: list[BrowserContext] = field(default_factory=list)
    console_errors: list[str] = field(default_factory=list)
    page_errors: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)

    def __call__(
        self,
        path: str = "/",
        *,
        width: int = 1280,
        height: int = 800,
        theme: Literal["light", "dark"] = "light",
        reduced_motion: Literal["no-preference", "reduce"] = "no-preference",
        server: Server | None = None,
    ) -> Page:
        """A new visitor on `path`, with an empty browser profile, once the app is idle."""
        context = self.browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=theme, reduced_motion=reduced_motion
        )
        self.contexts.append(context)
        context.on("request", lambda request: self._note_address(request.url))
        page = context.new_page()
        page.on("websocket", lambda socket: self._note_address(socket.url))
        page.on("pageerror", lambda error: self.page_errors.append(str(error)))
        page.on("console", self._note_message)
        page.goto(f"{(server or self.server).url}/{path.lstrip('/')}")
        wait_until_idle(page, OPENED)
        return page

    def _note_address(self, url: str) -> None:
        if ELSEWHERE.match(url):
            self.left.append(url)

    def _note_message(self, message: ConsoleMessage) -> None:
        address = message.location["url"]
        if message.type == "error" and not PROBE.match(address):
            self.console_errors.append(f"{message.text} ({address})")

    def close(self) -> None:
        for context in self.contexts:
            context.close()


@pytest.fixture
def open_page(browser: Browser, server: Server) -> Iterator[Visits]:
    """open_page(path, width=, height=, theme=, reduced_motion=, server=) → a Playwright page on the idle app."""
    visits = Visits(browser, server)
    yield visits
    visits.close()
    assert visits.left == [], "a page asked for something outside 127.0.0.1"
    assert visits.page_errors == [], "a page threw an exception that nothing caught"


@pytest.fixture
def axe() -> Callable[[Page], list[str]]:
    """axe(page) → the serious and critical accessibility findings, one readable line each."""

    def findings(page: Page) -> list[str]:
        if not page.evaluate("'axe' in window"):
            page.evaluate(Axe().axe_script)
        violations = page.evaluate("axe.run({resultTypes: ['violations']}).then(found => found.violations)")
        return [
            f"{violation['id']} ({violation['impact']}): {violation['help']}; {node['target']}: {node['html'][:160]}"
            for violation in violations
            if violation["impact"] in {"serious", "critical"}
            for node in violation["nodes"]
        ]

    return findings


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """A failed test shows the end of its server's log."""
    report = yield
    if report.failed:
        for name in ("server", "fresh_server"):
            found = getattr(item, "funcargs", {}).get(name)
            if isinstance(found, Server):
                report.sections.append((f"log of {name}", found.log[-4000:]))
    return report
