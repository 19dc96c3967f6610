"""What /training asks of its server: nothing more once all runs are over; and a dropped connection ends no run."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from urllib.parse import urlsplit

from playwright.sync_api import Page, WebSocket, expect
from streamlit.proto.BackMsg_pb2 import BackMsg

from tests.browser.reading import Visitor
from tests.browser.serving import Server
from tests.browser.visiting import Crowd, until
from tests.browser.visiting import Visitor as Caller

POLLS = 6  # of the page's, while a run goes on: three seconds
REST = 4000  # ms in which a page that still polled would have asked eight times


def test_a_page_asks_while_a_run_goes_on_and_no_more_once_it_is_over(
    visitor: Visitor, settle: Callable[[Page], None]
) -> None:
    polls: list[str] = []

    def listen(socket: WebSocket) -> None:
        def sent(payload: bytes | str) -> None:
            message = BackMsg.FromString(payload if isinstance(payload, bytes) else payload.encode())
            if message.rerun_script.is_auto_rerun:
                polls.append(message.rerun_script.fragment_id)

        socket.on("framesent", sent)

    visitor.page.on("websocket", listen)
    page = visitor.open("/training?train=parts+of+speech&tags_updates=20000")
    page.get_by_text("The training process is starting").wait_for(state="detached", timeout=60_000)
    page.wait_for_timeout(1000)  # so far it asked how that goes
    polls.clear()
    page.wait_for_timeout(2000)
    assert polls == []  # nothing trains yet
    page.get_by_role("button", name="Train").click()
    expect(page.locator(".progress-words")).to_contain_text(re.compile(r"Update [1-9]"), timeout=60_000)
    polls.clear()
    while len(polls) < POLLS:
        page.wait_for_timeout(100)
    page.get_by_role("button", name="stop", exact=False).first.click()
    page.get_by_text("stopped").first.wait_for()
    settle(page)
    at = len(polls)
    page.wait_for_timeout(REST)
    assert len(polls) == at


def test_a_page_that_is_loaded_anew_finds_its_runs_and_a_copied_tab_does_not(
    open_page: Callable[..., Page], settle: Callable[[Page], None]
) -> None:
    page = open_page("/training?train=parts+of+speech&tags_updates=20000")
    page.get_by_role("button", name="Train").click()
    update = page.get_by_role("progressbar").locator("..")
    expect(update).to_contain_text("of 20,000", timeout=60_000)
    stored = page.evaluate("window.sessionStorage.getItem('seqviz-training')")
    page.reload()
    expect(page.locator(".said")).to_contain_text("You are back: this run goes on.", timeout=30_000)
    assert page.evaluate("window.sessionStorage.getItem('seqviz-training')") == stored
    copied = open_page(urlsplit(page.url)._replace(scheme="", netloc="").geturl())
    copied.evaluate("ticket => window.sessionStorage.setItem('seqviz-training', ticket)", stored)
    copied.reload()
    copied.get_by_role("button", name="Train").wait_for()
    copied.wait_for_timeout(2500)  # it has asked twice
    settle(copied)
    assert copied.locator(".training-root").count() == 0
    page.get_by_role("button", name="stop", exact=False).first.click()
    page.get_by_text("stopped").first.wait_for()


def test_a_visitor_whose_connection_drops_finds_the_run_going_on(server: Server) -> None:
    crowd = Crowd()
    (visitor,) = crowd.come(server.url, "training", [{"train": "parts of speech", "tags_updates": 20000}])
    crowd.press([visitor], "Train")
    until(lambda: visitor.run["update"] > 0, "the first update", 60)
    crowd.all([visitor], Caller.close)
    crowd.all([visitor], lambda one: asyncio.sleep(0.5))
    crowd.all([visitor], Caller.open)
    until(lambda: "You are back: this run goes on." in visitor.run["sentences"], "a word of welcome", 60)
    at = visitor.run["update"]
    until(lambda: visitor.run["update"] > at, "the next update", 60)
    crowd.leave()
    assert visitor.failures == []
