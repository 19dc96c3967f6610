"""The panel of /training in a browser: two cursors, no trip to the server, and torch's numbers on the page."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Literal
from urllib.parse import parse_qs, urlencode, urlsplit

import numpy as np
import pytest
import torch
from playwright.sync_api import Locator, Page, expect

from seqviz.learning import one_thread
from seqviz.learning.presets import PRESETS
from seqviz.learning.training import Training
from tests.browser.reading import Visitor, number
from tests.browser.serving import wait_until_idle
from tests.browser.test_house import widths_beyond

CONFIG = replace(PRESETS["tags"], updates=60, hidden=8)
ADDRESS = {"train": "parts of speech", "tags_updates": "60", "tags_hidden": "8"}
TEXT = "The happy doctor might listen before my long teacher ."

_READ = """root => ({
    update: root.querySelector(".bar-update").textContent,
    status: root.querySelector(".status").textContent,
    updates: Number(root.querySelector(".scrub").max) + 1,
    at: Number(root.querySelector(".scrub").value),
    tokens: [...root.querySelectorAll(".sheet-token")].map(token => token.textContent),
    answers: Object.fromEntries([...root.querySelectorAll(".answer-list")].map(list => [list.dataset.update,
        [...list.querySelectorAll(".answer")].map(one => [...one.children].map(part => part.textContent))])),
    unit: Object.fromEntries([...root.querySelectorAll(".unit-numbers tr[data-lane]")].map(row => [row.dataset.lane,
        [...row.querySelectorAll("td")].map(cell => cell.textContent)])),
    far: root.querySelector(".far").textContent,
    range: root.querySelector(".lane-range").textContent,
})"""


class Reference:
    """The same training in this process: torch's states and answers at every update that is asked for."""

    def __init__(self) -> None:
        one_thread()
        self.training = Training(CONFIG)
        vocabulary = self.training.problem.vocabulary
        assert vocabulary is not None
        self.ids = [vocabulary.id(token, "unk") for token in TEXT.split()]
        self.found: dict[int, tuple[Any, Any, Any]] = {}
        self.look()
        for _ in self.training:
            self.look()

    @torch.no_grad()
    def look(self) -> None:
        model = self.training.model.eval()
        passed = model(torch.tensor([self.ids]))
        layer = model.top
        read, h = passed.inputs[0], passed.states[0]
        before = torch.cat([torch.zeros(1, h.shape[1]), h[:-1]])
        sums = read @ layer.weight_ih_l0.T + layer.bias_ih_l0 + before @ layer.weight_hh_l0.T + layer.bias_hh_l0
        forget = torch.sigmoid(sums.chunk(4, 1)[1])
        self.found[self.training.update] = h.numpy(), forget.numpy(), passed.logits.softmax(1).numpy()
        model.train()


@pytest.fixture(scope="module")
def reference() -> Reference:
    return Reference()


def trained(visitor: Visitor, width: int = 1280, theme: Literal["light", "dark"] = "light", **address: str) -> Page:
    """A page whose training has ended, with the sentence typed."""
    page = visitor.open(f"/training?{urlencode({**ADDRESS, **address})}", width=width, theme=theme)
    page.get_by_role("button", name="Train", exact=True).click()
    expect(panel(page).locator(".bar-update")).to_have_text("update 60", timeout=90_000)
    wait_until_idle(page)
    return page


def panel(page: Page) -> Locator:
    return page.get_by_role("group", name=re.compile("Your sentence through training"))


def read(page: Page) -> dict[str, Any]:
    return dict(panel(page).evaluate(_READ))


def frames(page: Page) -> list[str]:
    """What the page's websockets send and get from here on."""
    seen: list[str] = []

    def listen(socket: Any) -> None:
        socket.on("framesent", lambda _: seen.append("sent"))
        socket.on("framereceived", lambda _: seen.append("received"))

    page.on("websocket", listen)
    page.on("request", lambda request: seen.append(request.url))
    return seen


def test_both_cursors_step_without_the_server_and_show_torchs_numbers(visitor: Visitor, reference: Reference) -> None:
    seen = frames(visitor.page)
    page = trained(visitor, tags_sentence=TEXT)
    assert seen
    panel(page).focus()
    wait_until_idle(page)
    page.wait_for_timeout(500)  # what the focus itself may set off
    seen.clear()
    visited = set()
    steps = len(TEXT.split())
    classes = reference.training.problem.classes
    for t in reversed(range(steps)):
        for _ in range(2):
            now = read(page)
            update = int(now["update"].removeprefix("update "))
            visited.add(update)
            assert now["tokens"] == TEXT.split()
            assert f"token {t + 1} of {steps}" in now["status"]
            h, _, p = reference.found[update]
            first = reference.found[0]
            best = np.argsort(-p[t], kind="stable")[:5]
            shown = now["answers"][str(update)]
            np.testing.assert_allclose([number(value) for _, value in shown], p[t][best], atol=2e-3)
            assert shown[0][0] == classes[best[0]]
            columns = [0] if update == 0 else [0, update]
            for name, place in (("h", 0), ("f", 1)):
                wanted = [reference.found[one][place][t, 0] for one in columns]
                np.testing.assert_allclose([number(value) for value in now["unit"][name]], wanted, atol=3e-4)
            far = float(np.linalg.norm(h[t] - first[0][t]))
            np.testing.assert_allclose(number(now["far"]), far, atol=1e-3)
            page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowLeft")
    assert visited >= {0, 1, 2, 5, 10, 20, 50, 60}
    page.wait_for_timeout(600)  # the address is written when the reader rests
    # at a new address the browser asks for the tab's icon, and for nothing else
    assert [one for one in seen if not re.fullmatch(r"http://[\d.:]+/media/\w+\.png", one)] == []
    query = parse_qs(urlsplit(page.url).query)
    assert (query["look"], query["token"]) == (["0"], ["1"])
    page.keyboard.press("ArrowUp")
    page.keyboard.press("End")
    assert read(page)["update"] == "update 1"
    assert f"token {steps} of {steps}" in read(page)["status"]


def test_the_charts_training_time_is_followed_and_led(visitor: Visitor) -> None:
    page = trained(visitor)
    page.evaluate(
        """() => {
            window.told = [];
            window.addEventListener("seqviz:training-time", (event) => window.told.push(event.detail));
        }"""
    )
    page.evaluate(
        "window.dispatchEvent(new CustomEvent('seqviz:training-time', { detail: { update: 33, run: null } }))"
    )
    assert read(page)["update"] == "update 20"  # the last checkpoint at or before it
    assert len(page.evaluate("window.told")) == 1  # it does not answer itself
    panel(page).get_by_role("button", name="Later checkpoint").click()
    told = page.evaluate("window.told")
    assert [one["update"] for one in told] == [33, 50]
    assert told[1]["run"]
    panel(page).get_by_role("slider", name="Checkpoint").fill("0")
    assert page.evaluate("window.told")[-1]["update"] == 0
    assert read(page)["update"] == "update 0"
    for value in ("what", None, float("nan")):
        page.evaluate(
            "u => window.dispatchEvent(new CustomEvent('seqviz:training-time', { detail: { update: u } }))", value
        )
    assert read(page)["update"] == "update 0"


def test_a_link_opens_both_cursors_and_a_click_sets_the_token_and_the_unit(visitor: Visitor) -> None:
    page = visitor.open(f"/training?{urlencode({**ADDRESS, 'tags_sentence': TEXT, 'look': '20', 'token': '3'})}")
    page.get_by_role("button", name="Train", exact=True).click()
    expect(panel(page).locator(".bar-update")).to_have_text("update 20", timeout=90_000)
    expect(panel(page).locator(".scrub")).to_have_attribute("max", re.compile("[7-9]"), timeout=90_000)
    assert "token 3 of 10" in read(page)["status"]
    panel(page).locator('.lane[data-lane="h"]').scroll_into_view_if_needed()
    box = panel(page).locator('.lane[data-lane="h"]').bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + 5.5 * box["width"] / 10, box["y"] + 2.5 * box["height"] / 8)
    assert "token 6 of 10" in read(page)["status"]
    assert panel(page).get_by_role("combobox", name="Numbers of unit").input_value() == "2"  # the third, from 0


def test_the_change_since_the_first_checkpoint_is_drawn_in_place(visitor: Visitor) -> None:
    page = trained(visitor)
    before = read(page)["range"]
    panel(page).get_by_label("change since update 0").check()
    assert read(page)["range"].startswith("±")
    assert read(page)["range"] != before
    panel(page).get_by_role("slider", name="Checkpoint").fill("0")  # nothing has changed yet
    assert read(page)["far"] == "0.0000"
    panel(page).get_by_label("change since update 0").uncheck()
    assert read(page)["range"] == before


def test_asking_at_a_checkpoint_says_so_and_the_link_leads_to_the_gates(visitor: Visitor) -> None:
    page = trained(visitor)
    panel(page).get_by_role("slider", name="Checkpoint").fill("0")
    panel(page).get_by_role("button", name="Ask the network at update 0").click()
    expect(page.get_by_text("After update 0:")).to_be_visible()
    page.get_by_role("link", name="Open in Inside the gates").click()
    expect(page.get_by_text("Trained here, and shown as it was after update 60.")).to_be_visible()
    assert page.get_by_test_id("stException").count() == 0


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_serious_finding_and_nothing_sideways(
    theme: Literal["light", "dark"], width: int, visitor: Visitor, axe: Callable[[Page], list[str]]
) -> None:
    page = trained(visitor, width, theme)
    assert [finding for finding in axe(page) if "<p>Train</p>" not in finding] == []  # not of this panel
    assert widths_beyond(page) == []
