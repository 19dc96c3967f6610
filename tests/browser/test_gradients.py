"""/gradients as a reader has it: links that open what they say, numbers on the page, every view on a phone."""

from __future__ import annotations

import base64
from typing import Any
from urllib.parse import urlencode, urlsplit

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from seqviz.learning import FlowConfig, gradient_flow
from seqviz.ui.gradients import flows as flow_words
from seqviz.ui.gradients import truncated
from seqviz.ui.gradients.truncation import TruncationSettings, truncate
from tests.browser.reading import Visitor, parameters, tracebacks
from tests.browser.test_house import widths_beyond

VIEWS = ("Over time", "Small multiples", "Clipping", "The cliff", "Truncated")

# what each named line carries for the pointer, as it came from the server
_LINES = """plot => Object.fromEntries(plot.data.filter(trace => trace.name && trace.customdata?.shape)
    .map(({name, customdata: {bdata, dtype, shape}}) => [name, {bdata, dtype, shape}]))"""


def lines(page: Page, number: int = 0) -> dict[str, list[float]]:
    """The numbers of every line that the browser draws."""
    plot = page.locator(".js-plotly-plot").nth(number)
    expect(plot.locator(".main-svg").first).to_be_visible()
    sent = plot.evaluate(_LINES)
    assert sent
    return {
        name: np.frombuffer(base64.b64decode(data["bdata"]), data["dtype"]).reshape(-1, 2)[:, 0].tolist()
        for name, data in sent.items()
    }


def said(page: Page) -> str:
    """The sentence of the one alert, without the joiners that keep Markdown from reading it."""
    expect(page.get_by_test_id("stAlert")).to_have_count(1)
    return page.get_by_test_id("stAlert").inner_text().replace("\u2060", "")


def choose(page: Page, label: str, option: str) -> None:
    page.get_by_role("combobox", name=label, exact=True).click()
    page.get_by_role("option", name=option, exact=True).click()


def test_controls_go_to_the_address_and_a_link_brings_the_same_figure(visitor: Visitor, open_page: Any, settle: Any):
    page = visitor.open("/gradients")
    choose(page, "Activation g (Elman)", "ReLU")
    settle(page)
    page.get_by_role("button", name="GRU", exact=True).click()
    settle(page)
    page.get_by_role("slider", name="Steps T").focus()
    for _ in range(3):
        page.keyboard.press("ArrowLeft")
    settle(page)
    page.get_by_role("button", name="More").click()
    page.get_by_role("spinbutton", name="Seed").fill("7")
    page.keyboard.press("Enter")
    settle(page)
    page.keyboard.press("Escape")
    found = parameters(page)
    assert found["activation_g"] == ["ReLU"]
    assert found["length"] == ["97"]
    assert found["flow_seed"] == ["7"]
    assert sorted(",".join(found["cells"]).split(",")) == ["Elman", "LSTM"]
    link = urlsplit(page.url)
    other = open_page(f"{link.path}?{link.query}")
    assert lines(other) == lines(page)
    for cell in ("Elman", "LSTM"):
        flow = gradient_flow(FlowConfig(cell=cell, activation="relu", length=97, seed=7))
        np.testing.assert_allclose(lines(other)[flow.name], flow.norms, rtol=1e-15)
        expect(other.get_by_text(flow_words.told(flow)[:60])).to_be_visible()


def test_the_question_comes_before_the_plot(visitor: Visitor, settle: Any):
    page = visitor.open("/gradients?predict=true&cells=Elman&radius=0.8")
    expect(page.locator(".js-plotly-plot")).to_have_count(1)
    page.get_by_role("button", name="Smaller").click()
    settle(page)
    expect(page.locator(".js-plotly-plot")).to_have_count(2)
    assert said(page).startswith("Right. Elman, tanh, radius 0.8: it is smaller: 1.43")


def test_an_overflow_is_said_in_words(visitor: Visitor, settle: Any):
    page = visitor.open("/gradients")
    page.get_by_role("button", name="overflows to NaN").click()
    settle(page)
    expect(page.get_by_text("From step 370 of 400 on the state is no finite number any more")).to_be_visible()


def test_the_rate_can_be_typed_and_a_wrong_one_is_refused(visitor: Visitor, settle: Any):
    page = visitor.open("/gradients?view=Clipping&updates=5&clip_steps=5")
    before = lines(page)
    field = page.get_by_role("spinbutton", name="Learning rate")
    for typed, shown in (("0", "0"), ("-3", "−3"), ("1e9", "1·10⁹")):
        field.fill(typed)
        field.press("Enter")
        settle(page)
        assert said(page).startswith(f"“Learning rate η” is {shown}, expected a number from 1·10⁻⁶ to 1.")
        assert lines(page) == before
    field.fill("0.001")
    field.press("Enter")
    settle(page)
    expect(page.get_by_test_id("stAlert")).to_have_count(0)
    assert lines(page) != before
    assert parameters(page)["rate"] == ["0.001"]


def test_the_window_is_moved_by_the_keyboard_and_shrinks_with_the_text(visitor: Visitor, settle: Any):
    page = visitor.open("/gradients?view=Truncated")
    page.get_by_role("slider", name="Window").focus()
    page.keyboard.press("End")
    settle(page)
    assert parameters(page)["window"] == ["17"]
    page.get_by_role("textbox", name="Text").fill("abcd")
    page.keyboard.press("Enter")
    settle(page)
    expect(page.get_by_text(truncated.told(truncate(TruncationSettings(text="abcd")), 3))).to_be_visible()
    assert not tracebacks(page)
    assert parameters(page)["window_text"] == ["abcd"]


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_on_a_screen(view: str, visitor: Visitor, axe: Any):
    """The main picture needs no scrolling; no serious accessibility finding in light."""
    page = visitor.open(f"/gradients?{urlencode({'view': view})}")
    box = page.locator(".js-plotly-plot").first.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= 830, box  # of 800 all but the margin under the axis title
    assert axe(page) == []
    assert not tracebacks(page)
    assert visitor.errors == []


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_on_a_phone(view: str, visitor: Visitor, axe: Any):
    """Nothing to push sideways; no serious accessibility finding in dark."""
    address = urlencode({"view": view, "drawn_as": "map"})
    page = visitor.open(f"/gradients?{address}", width=390, height=844, theme="dark")
    assert widths_beyond(page) == []
    assert axe(page) == []
    assert not tracebacks(page)


NONSENSE = ["abc", "-1", "99999999", "<script>alert(1)</script>", "\x00", "NaN", "x" * 3000, "1e999", ""]
KEYS = [
    *("view", "notation", "cells", "activation_g", "matrix", "radius", "length", "units", "loss_at", "flow_seed"),
    *("predict", "rate", "clip_norm", "clip_value", "updates", "clip_g", "start_radius", "clip_steps", "clip_seed"),
    *("closer", "at_update", "grid_scale", "grid_steps", "grid_units", "grid_loss", "grid_seed", "panels", "from_w"),
    *("from_b", "eta", "walk_clip", "walk_updates", "drawn_as", "cliff_log", "window_text", "window_units"),
    *("window_scale", "window_seed", "window", "window_log", "unheard_of"),
]


@pytest.mark.parametrize("turn", range(len(VIEWS)))
def test_nonsense_in_every_parameter(turn: int, visitor: Visitor):
    given = {key: NONSENSE[(place + 2 * turn) % len(NONSENSE)] for place, key in enumerate(KEYS)}
    page = visitor.open(f"/gradients?{urlencode(given | {'view': VIEWS[turn]})}")
    assert not tracebacks(page)
    assert visitor.errors == []
    expect(page.get_by_role("heading", name="What to see")).to_be_visible()
