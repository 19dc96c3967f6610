"""The address bar of /unrolled: it holds everything that is on the page, and no nonsense in it breaks anything."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.reading import Stepper, Visitor, text_field, tracebacks, type_weight


def parameters(page: Page) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(page.url).query, keep_blank_values=True))


def wait_for_parameters(page: Page, **expected: str | None) -> None:
    """Wait until the address says so; None for a parameter that must not be there."""

    def says(url: str) -> bool:
        found = dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))
        return all(found.get(name) == value for name, value in expected.items())

    page.wait_for_url(says, timeout=10_000)


def choose(page: Page, label: str, option: str) -> None:
    page.get_by_role("combobox", name=label, exact=True).click()
    page.get_by_role("option", name=option, exact=True).click()


def test_the_cursor_is_in_the_address(visitor: Visitor, settle: Any) -> None:
    """Without a reload and without the server's help, and a change of controls leaves it there."""
    page = visitor.open("/unrolled")
    stepper = Stepper(page)
    page.evaluate("window.untouched = true")
    before = page.evaluate("history.length")
    assert "at" not in parameters(page)
    for _ in range(10):
        stepper.press("ArrowRight")
    wait_for_parameters(page, at="2.recurrent_product")
    stepper.press("Shift+ArrowRight")
    wait_for_parameters(page, at="2.loss")
    choose(page, "Notation", "PyTorch")
    expect(stepper.root.locator(".weight-chip").first).to_contain_text("ih")
    settle(page)
    wait_for_parameters(page, at="2.loss", notation="PyTorch")
    assert stepper.cursor == 15
    stepper.button("Roll up").click()
    wait_for_parameters(page, at="2.loss", notation="PyTorch", view="rolled")
    stepper.button("Unroll").click()
    stepper.button("Home").click()
    wait_for_parameters(page, at=None, notation="PyTorch", view=None)
    assert page.evaluate("window.untouched") is True
    assert page.evaluate("history.length") == before  # Back leads to the page before, not to the step before


def test_a_shorter_text_keeps_the_cursor_inside(visitor: Visitor) -> None:
    page = visitor.open("/unrolled?at=4.loss")
    stepper = Stepper(page)
    assert stepper.cursor == 31
    text_field(page).fill("abc")
    stepper.expect_tokens("ab")
    assert stepper.cursor == 15
    wait_for_parameters(page, at="2.loss", text="abc")


def seen(page: Page) -> dict[str, Any]:
    """All that a reader sees of the experiment and where it stands."""
    stepper = Stepper(page)
    place = stepper.place
    found = {"place": place, "panel": stepper.panel, "columns": stepper.columns, "text": text_field(page).input_value()}
    found["alerts"] = page.get_by_test_id("stAlert").all_inner_texts()
    stepper.press("End")
    found["end"] = (stepper.place, stepper.panel, stepper.columns)
    stepper.scrub_to(place["cursor"])
    page.wait_for_timeout(200)  # until the address says so too
    return found


def test_everything_chosen_is_in_the_address(open_page: Any, visitor: Visitor, settle: Any) -> None:
    """Every control turned by hand; then the address alone, in a browser that has never been here."""
    page = visitor.open("/unrolled")
    stepper = Stepper(page)
    text_field(page).fill("One two ONE three & 50%")
    settle(page)
    page.get_by_role("button", name="Network").click()
    page.get_by_test_id("stPopoverBody").get_by_text("words", exact=True).click()
    page.get_by_test_id("stPopoverBody").get_by_text("Lower-case the text").click()
    choose(page, "Targets", "typed")
    settle(page)
    page.get_by_role("textbox", name="Typed targets").fill("two _ three")
    choose(page, "Activation g", "sigmoid")
    choose(page, "Loss", "squared error")
    page.get_by_role("slider", name="Hidden units").focus()
    page.keyboard.press("ArrowLeft")
    settle(page)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Weights", exact=True).click()
    choose(page, "Hidden weights", "identity")
    page.get_by_role("spinbutton", name="Seed").fill("42")
    page.get_by_role("slider", name="Standard deviation").focus()
    page.keyboard.press("ArrowRight")
    settle(page)
    page.keyboard.press("Escape")
    choose(page, "Notation", "E")
    settle(page)
    page.get_by_text("Weights as a table").click()
    settle(page)
    type_weight(page, 2, 0, "0.125", size=3)
    settle(page)
    stepper.expect_tokens(["one", "two", "one", "three", "&", "50", "%"])
    stepper.button("Roll up").click()
    stepper.scrub_to(2 * 8 + 2)

    wanted = {
        "text": "One two ONE three & 50%",
        "unit": "words",
        "lower": "true",
        "targets": "typed",
        "typed_targets": "two _ three",
        "activation": "sigmoid",
        "loss": "squared error",
        "hidden": "3",
        "start": "identity",
        "seed": "42",
        "scale": "0.75",
        "notation": "E",
        "view": "rolled",
        "at": "3.recurrent_product",
        "tables": "true",
    }
    wait_for_parameters(page, **wanted)
    found = parameters(page)
    assert json.loads(found.pop("typed")) == [["W_hh", 2, 0, 0.125]]
    assert found == wanted

    link = urlsplit(page.url)
    other = open_page(f"{link.path}?{link.query}")
    assert seen(other) == seen(page)
    wait_for_parameters(other, **parameters(page))
    assert parameters(other).keys() == {*wanted, "typed"}
    matrix = Stepper(other).panel["blocks"][0]["cells"]
    assert matrix == ["1.00", "0.00", "0.00", "0.00", "1.00", "0.00", "0.13", "0.00", "1.00"]
    other.get_by_role("button", name="Network").click()
    expect(other.get_by_role("radio", name="words")).to_be_checked()
    expect(other.get_by_role("textbox", name="Typed targets")).to_have_value("two _ three")
    other.keyboard.press("Escape")
    expect(other.get_by_text("1 of 54 typed over")).to_be_visible()


def test_parameters_stay_with_their_page(visitor: Visitor, settle: Any) -> None:
    """None of them on the page that the reader goes to; all of them, and what they say, on the way back."""
    page = visitor.open("/unrolled?text=abcd&at=2.hidden&view=rolled")
    page.get_by_role("link", name="Start").click()
    expect(page.get_by_role("heading", level=1)).not_to_have_text("Unrolled RNN")
    settle(page)
    page.wait_for_timeout(300)
    assert parameters(page) == {}
    page.go_back()
    settle(page)
    assert text_field(page).input_value() == "abcd"
    Stepper(page).expect_tokens("b")
    assert Stepper(page).cursor == 12


# ── nonsense ─────────────────────────────────────────────────────────────────────────────────────────────────

LONG = "x" * 5000
NONSENSE = ["abc", "-1", "99999999", "<script>alert(1)</script>", "\x00", "NaN", LONG, "1e999"]
KEYS = [
    *("text", "unit", "lower", "targets", "typed_targets", "hidden", "activation", "loss"),
    *("start", "seed", "scale", "typed", "notation", "at", "view", "present", "unit_line", "unheard_of"),
    *("updates", "tables", "slides", "slip", "autograd"),
]


def complaints(visitor: Visitor) -> list[str]:
    """What is missing from a page that stands, and what its scripts threw; nothing where all is well."""
    page, found = visitor.page, list(visitor.errors)
    if tracebacks(page):
        found.append("an exception is shown")
    if page.locator(".sv-root .column").count() == 0:
        found.append("no network is drawn")
    if page.locator(".sv-root .stage .cell").count() == 0:
        found.append("no numbers are shown")
    if page.get_by_role("heading", name="What to look at").count() == 0:
        found.append("the page ends early")
    return found


def said(page: Page) -> list[str]:
    """The sentences, without the joiners that keep Markdown from reading them."""
    return [alert.replace("\u2060", "") for alert in page.get_by_test_id("stAlert").all_inner_texts()]


@pytest.mark.parametrize("turn", range(len(NONSENSE)))
def test_nonsense_in_every_parameter(turn: int, visitor: Visitor) -> None:
    """Each key meets each value once over the turns."""
    visitor.open(
        f"/unrolled?{urlencode({key: NONSENSE[(place + turn) % len(NONSENSE)] for place, key in enumerate(KEYS)})}"
    )
    assert complaints(visitor) == []


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ('[["<img src=x onerror=alert(1)>", 0, 0, 1]]', "could not be read"),
        ('[["**b** :red[x] $y$ `c` _d_ [e](f)", 1]]', "**b** :red[x] $y$ `c` _d_ [e](f)"),
        ('[["W_hh", 0, 0, 1e299]]', "W_hh[1, 1] is 1e+299; a weight is a number from −1000 to 1000"),
        (f'[["W_hh", 0, 0, 1{"0" * 400}]]', "a weight is a number from −1000 to 1000"),
        ('[["W_xh", 0, "h", 5000]]', "W_xh[1, h] is 5000; a weight is a number from −1000 to 1000"),
        ("[" * 2000 + "]" * 2000, "could not be read"),
        ('[["W_xh", 0, "\\ud800", 5]]', "could not be read"),
        ('[["W_hh", -1, 99999, 5], ["c", "@", 0, 1]]', ""),
    ],
)
def test_typed_weights_that_cannot_be_used(typed: str, sentence: str, visitor: Visitor) -> None:
    """One plain sentence, its words as they were typed; or none, where the weight is for a unit that is not there."""
    visitor.open(f"/unrolled?{urlencode({'typed': typed, 'hidden': '2'})}")
    assert complaints(visitor) == []
    Stepper(visitor.page).expect_tokens("hell")
    assert len(said(visitor.page)) == (1 if sentence else 0)
    assert sentence in " ".join(said(visitor.page))
    assert visitor.page.get_by_test_id("stAlert").locator("script, strong, em, code, a, .katex, [onerror]").count() == 0


@pytest.mark.parametrize(
    "at", ["99.foo", "-1.hidden", "0.hidden", "5.hidden", "1.5.hidden", "1.constructor", "1.__proto__", "\x00"]
)
def test_a_cursor_that_is_nowhere(at: str, visitor: Visitor) -> None:
    visitor.open(f"/unrolled?{urlencode({'at': at})}")
    assert complaints(visitor) == []
    assert Stepper(visitor.page).cursor == 0
    assert said(visitor.page) == []


def test_parameters_given_twice_or_cut_off(visitor: Visitor) -> None:
    visitor.open("/unrolled?text=a&text=bcd&hidden=2&hidden=3&at=1.hidden&at=2.loss&seed=1&seed=&text=%E0%A4%A&=&&%")
    assert complaints(visitor) == []
