"""/gates in a browser: every number on the page is torch's algebra on the shipped file; stepping asks nobody."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from itertools import product
from typing import Literal
from urllib.parse import urlencode

import pytest
import safetensors.torch
import torch
from playwright.sync_api import Page, expect

from tests.browser.reading import Visitor, number, server_traffic, shows, text_field
from tests.browser.serving import wait_until_idle
from tests.browser.sheet import Sheet
from tests.browser.torch_models import TEXT, Torch

STEPS = len(TEXT.split())
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


def test_the_hand_written_algebra_is_torchs_own():
    """What the page is compared with is nn.LSTM, nn.GRU and nn.RNN themselves."""
    for kind in ("LSTM", "GRU", "RNN"):
        model = Torch(kind)
        size = model.w["rnn.weight_hh_l0"].shape[1]
        module = getattr(torch.nn, kind)(model.w["embedding.weight"].shape[1], size).double()
        module.load_state_dict({name[4:]: value for name, value in model.w.items() if name.startswith("rnn.")})
        states = module(torch.stack([step["x"] for step in model.steps]))[0]
        assert torch.allclose(states, torch.stack([step["h"] for step in model.steps]), atol=1e-12)


# every node of each cell, and what it reads; nothing where it is a sum over a matrix's row
NODES: dict[str, dict[str, tuple[str, ...]]] = {
    "LSTM": {
        **dict.fromkeys("figo", ()),
        "kept": ("f", "c_prev"),
        "written": ("i", "g"),
        "c": ("kept", "written"),
        "squashed": ("c",),
        "h": ("o", "squashed"),
    },
    "GRU": {
        **dict.fromkeys("rzn", ()),
        "product": (),
        "rest": ("z",),
        "kept": ("z", "h_prev"),
        "written": ("rest", "n"),
        "h": ("kept", "written"),
        "reset": ("r", "product"),
    },
    "RNN": {"input": (), "recurrent": (), "z": ("input", "recurrent"), "h": ("z",)},
}
BEFORE, NEW = {"reset": ("r", "h_prev")}, {"kept": ("rest", "h_prev"), "written": ("z", "n")}
FORMS: dict[str, tuple[str, dict[str, str], dict[str, bool], dict[str, tuple[str, ...]]]] = {
    "LSTM": ("LSTM", {}, {}, {}),
    "RNN": ("RNN", {}, {}, {}),
    "GRU": ("GRU", {}, {}, {}),
    "GRU, r before": ("GRU", {"form": "r before the product"}, {"before": True}, BEFORE),
    "GRU, z takes the new": ("GRU", {"keeps": "new state"}, {"new": True}, NEW),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_node_and_wire_carries_torchs_numbers(form: str, visitor: Visitor):
    kind, place, options, reads = FORMS[form]
    model = Torch(kind, **options)
    address = {"text": TEXT, "cell": kind, "unit": "2", "notation": "PyTorch", **place}
    sheet = Sheet(visitor.open("/gates?" + urlencode(address)))
    for t in (0, 4, STEPS - 1):
        step = model.steps[t]
        sheet.scrub_to(t)
        strips = sheet.opened["strips"]
        assert strips.pop("x") == ""  # it has features, no units
        assert {name for name in strips if not shows(strips[name], float(step[name][1]), 2)} == set(), (t, strips)
        for name, operands in (NODES[kind] | reads).items():
            sheet.node(name).click()
            opened = sheet.opened
            assert opened["numbers"].startswith("unit 2: ")
            result = opened["result"] or opened["numbers"].rsplit("= ", 1)[1]
            assert shows(result, float(step[name][1]), 4), (t, name, opened)
            if name in model.sums[t]:
                squashed = re.search(r"= (\S+); (σ|tanh)\(", opened["numbers"])
                assert squashed is not None
                assert abs(number(squashed[1]) - float(model.sums[t][name][1])) < 1e-4, (t, name, opened)
            assert len(opened["rows"]) == len(operands) + 1
            for key, row in zip((*operands, name), opened["rows"].values(), strict=True):
                assert all(shows(text, float(v), 2) for text, v in zip(row, step[key], strict=True)), (t, name, key)


def test_a_gate_opens_to_the_sum_that_made_it(visitor: Visitor):
    """The terms shown, the smaller ones summed up and the bias come to what is squashed."""
    model = Torch("LSTM")
    page = visitor.open("/gates?" + urlencode({"text": TEXT, "at": "5", "unit": "3", "node": "f"}))
    numbers = Sheet(page).opened["numbers"].replace("−", "-")
    z = float(torch.logit(model.steps[4]["f"][2]))
    assert re.search(r"= (-?[\d.]+); σ", numbers), numbers
    assert abs(float(re.search(r"= (-?[\d.]+); σ", numbers)[1]) - z) < 2e-4  # type: ignore[index]
    plain = re.sub(r"\[\d+\]", "", numbers.split(": ", 1)[1].split(" = ")[0])
    products = re.findall(r"([+-]?) ?([\d.]+) · \(?(-?[\d.]+)\)?", plain)
    rest = re.findall(r"([+-]) ([\d.]+) (?:from|bias)", plain)
    total = sum(float(f"{s}{w}") * float(v) for s, w, v in products) + sum(float(f"{s}{v}") for s, v in rest)
    assert len(products) == 5
    assert abs(total - z) < 3e-3  # four decimals a factor


def test_the_status_line_reads_out_torchs_answer(visitor: Visitor):
    model = Torch("LSTM")
    sheet = Sheet(visitor.open("/gates?" + urlencode({"text": TEXT})))
    for t in (0, STEPS - 1):
        sheet.scrub_to(t)
        best = int(model.steps[t]["p"].argmax())
        said = sheet.place["status"]
        assert said.startswith(f"Token {t + 1} of {STEPS} {TEXT.split()[t]}")
        assert model.classes[best] in said
        assert shows(said.rsplit(" ", 1)[1], float(model.steps[t]["p"][best]), 3)


def test_keys_step_and_the_server_hears_nothing(visitor: Visitor):
    sheet = Sheet(visitor.open("/gates?at=1"))
    last = sheet.place["last"]
    assert last >= 12
    with server_traffic(sheet.page) as heard:
        assert [sheet.press(key) for key in ("ArrowRight", "ArrowRight", "ArrowLeft")] == [1, 2, 1]
        assert [sheet.press("Shift+ArrowRight"), sheet.press("Shift+ArrowLeft")] == [10, 0]
        assert [sheet.press("End"), sheet.press("Home")] == [last, 0]
        sheet.node("f").click()
        sheet.press("ArrowDown")
        sheet.press("ArrowDown")
        assert sheet.place["pins"].startswith("Unit 2 is pinned")
        sheet.option("Units").select_option("clusters")
        sheet.option("Units").select_option("like")
        sheet.root.locator(".lane-name").first.click()
        sheet.root.get_by_label("Pace").select_option("8")
        sheet.button("Play").click()
        sheet.page.wait_for_timeout(700)
        sheet.button("Pause").click()
        assert 2 <= sheet.place["cursor"] <= 7
    assert heard == []


_SCROLLED = "() => document.querySelector('[data-testid=\"stMain\"]').scrollTop"


def test_up_and_down_pin_in_the_sheet_and_scroll_elsewhere(visitor: Visitor):
    page = visitor.open("/gates?" + urlencode({"text": TEXT, "unit": "31"}), height=500)
    sheet = Sheet(page)
    page.get_by_role("heading", name="Gates", exact=False).first.click()
    sheet.press("ArrowDown")
    page.wait_for_function(f"({_SCROLLED})() > 0")
    assert sheet.place["pins"].startswith("Unit 31 is pinned")
    sheet.node("f").click()
    page.wait_for_timeout(200)  # until scrolling rests
    before = page.evaluate(_SCROLLED)
    sheet.press("ArrowDown")
    page.wait_for_timeout(200)
    assert sheet.place["pins"].startswith("Unit 32 is pinned")
    assert page.evaluate(_SCROLLED) == before
    sheet.press("ArrowDown")  # past the last unit
    page.wait_for_function(f"({_SCROLLED})() > {before}")
    assert sheet.place["pins"].startswith("Unit 32 is pinned")
    sheet.press("ArrowUp")
    assert sheet.place["pins"].startswith("Unit 31 is pinned")


def test_a_deep_link_opens_place_unit_node_and_order(visitor: Visitor):
    place = {
        "text": TEXT,
        "at": "4",
        "unit": "7",
        "node": "written",
        "order": "activity",
        "cell": "GRU",
        "notation": "B",
    }
    sheet = Sheet(visitor.open("/gates?" + urlencode(place)))
    assert sheet.place["cursor"] == 3
    assert sheet.opened["numbers"].startswith("unit 7: ")
    assert sheet.opened["equation"].startswith("(1−i4)⊙s̃4") or sheet.opened["equation"].startswith("i4⊙s̃4")
    assert sheet.option("Units").input_value() == "activity"
    sheet.press("ArrowLeft")
    sheet.page.wait_for_timeout(400)
    assert "at=3" in sheet.page.url


def test_a_held_gate_changes_everything_after_it(visitor: Visitor):
    model, plain = Torch("LSTM", hold={"f": 0.0}), Torch("LSTM")
    place = {"text": TEXT, "what_if": "true", "hold_LSTM": "forget gate f", "at": str(STEPS), "node": "c", "unit": "1"}
    sheet = Sheet(visitor.open("/gates?" + urlencode(place)))
    assert shows(sheet.opened["result"], float(model.steps[-1]["c"][0]), 4)
    (now, p), (was, q) = model.answer(-1), plain.answer(-1)
    assert sheet.place["status"].endswith(f"reads out {now} {p:.3f} (untouched: {was} {q:.3f})")


def test_only_what_is_held_or_silenced_is_called_so(visitor: Visitor):
    """f in the units 2 and 3 at the tokens 3 to 6, and unit 4 at every token."""
    place = {
        "text": TEXT,
        "what_if": "true",
        "hold_LSTM": "forget gate f",
        "in_units_32": ["2", "3"],
        "from_token": "3",
        "to_token": "6",
        "silent_32": "4",
    }
    sheet = Sheet(visitor.open("/gates?" + urlencode(place, doseq=True)))
    told = {"held": "; held, it is not σ(", "silenced": "; silenced, it is set to 0.0000"}

    def noted(run: str, node: str, *places: tuple[int, int]) -> list[str | None]:
        """What is said of a node in a run at each (unit, step), both from 1."""
        sheet.option("Run").select_option(run)
        sheet.node(node).click()
        whose, found = "untouched" if run == "untouched" else "with the change", []
        for unit, t in places:
            sheet.pin(unit)
            sheet.scrub_to(t - 1)
            numbers = sheet.opened["numbers"]
            assert numbers.startswith(f"unit {unit}, {whose}: ")
            said = [name for name, words in told.items() if words in numbers]
            assert len(said) < 2
            found.append(said[0] if said else None)
        return found

    everywhere = [*product((1, 2, 3, 4), (2, 3, 6, 7))]
    held = ["held" if unit in (2, 3) and 3 <= t <= 6 else None for unit, t in everywhere]
    assert noted("changed", "f", *everywhere) == held
    assert noted("changed", "h", (3, 4), (4, 1), (4, STEPS)) == [None, "silenced", "silenced"]
    assert noted("changed", "i", (2, 3)) == noted("changed", "c", (4, 3)) == [None]
    assert noted("difference", "f", (2, 3)) == ["held"]
    assert noted("untouched", "f", (2, 3)) == noted("untouched", "h", (4, 3)) == [None]


def test_a_network_without_an_embedding_reads_one_hot_tokens(visitor: Visitor, settle: Callable[[Page], None]):
    """Of these only the place of the 1 travels. A token that the vocabulary lacks has none; a swapped one another."""
    torch.manual_seed(0)
    module = torch.nn.LSTM(4, 6)
    about = {"cell": "LSTM", "unit": "words", "vocabulary": json.dumps(["a", "b", "c", "d"])}
    file = safetensors.torch.save({f"rnn.{name}": value * 3 for name, value in module.state_dict().items()}, about)
    text = "d a strange b"
    place = {"model": "your own file", "what_if": "true", "swap_at": "2", "swap_for": "c"}
    page = visitor.open("/gates?" + urlencode(place))
    page.get_by_role("button", name="Open a .safetensors file").click()
    page.locator("input[type=file]").set_input_files(
        {"name": "made.safetensors", "mimeType": "application/octet-stream", "buffer": file}
    )
    expect(page.locator(".unit-head")).to_have_count(6)
    page.keyboard.press("Escape")
    settle(page)
    text_field(page).fill(text)
    expect(page.locator(".sheet-token").nth(2)).to_have_text("strange")
    settle(page)
    sheet = Sheet(page)
    for run, read in (("changed", "d c strange b"), ("untouched", text)):
        sheet.option("Run").select_option(run)
        model = Torch("LSTM", read, file=file)
        for t, step in enumerate(model.steps):
            sheet.scrub_to(t)
            for node in "fg":
                sheet.node(node).click()
                numbers = sheet.opened["numbers"]
                squashed = re.search(r"= (\S+); ", numbers)
                assert squashed is not None
                assert abs(number(squashed[1]) - float(model.sums[t][node][0])) < 1e-4, (run, t, numbers)
                assert shows(sheet.opened["result"], float(step[node][0]), 4)


def test_unknown_words_stand_underlined_and_a_refusal_keeps_the_picture(
    visitor: Visitor, settle: Callable[[Page], None]
):
    page = visitor.open("/gates?" + urlencode({"text": "She grew up in Zubrowka . *x* in"}))
    sheet = Sheet(page)
    assert sheet.place["unknown"] == ["Zubrowka", "*", "x", "*"]
    expect(page.get_by_test_id("stAlert")).to_contain_text("The model's vocabulary lacks “Zubrowka”, “*”, “x”: read as")
    text_field(page).fill("a " * 2001)
    expect(page.get_by_test_id("stAlert").first).to_contain_text("The text has 2,001 words; the limit is 2,000")
    settle(page)
    assert sheet.place["tokens"][4] == "Zubrowka"


@pytest.mark.parametrize("view", ["Compare", "Three moves"])
def test_the_other_views_step_under_one_cursor(view: str, visitor: Visitor):
    sheet = Sheet(visitor.open("/gates?" + urlencode({"gates_view": view, "text": TEXT, "at": "3"})))
    assert sheet.place["cursor"] == 2
    groups = {lane.split(".")[0] for lane in sheet.place["lanes"]}
    assert groups == ({"RNN", "GRU", "LSTM"} if view == "Compare" else {"no gate", "+ write", "+ read", "+ forget"})
    assert sheet.press("ArrowRight") == 3


_SIDEWAYS = """() => [document.scrollingElement, ...document.querySelectorAll('[data-testid="stMain"]')]
    .filter(box => box.scrollWidth > box.clientWidth + 1)
    .map(box => `${box.tagName}: ${box.scrollWidth} > ${box.clientWidth}`)"""


@pytest.mark.parametrize("width", [1280, 390])
def test_no_serious_finding_in_any_state(width: int, visitor: Visitor, axe: Callable[[Page], list[str]]) -> None:
    found: dict[str, list[str]] = {}
    states = {
        "one cell": {"at": "5", "unit": "3", "node": "f"},
        "a GRU before the product": {"cell": "GRU", "form": "r before the product", "node": "product"},
        "what if": {"what_if": "true", "hold_LSTM": "forget gate f", "text": TEXT + " Zubrowka"},
        "presenting": {"present": "1"},
        "compare": {"gates_view": "Compare"},
        "three moves": {"gates_view": "Three moves"},
    }
    for state, place in states.items():
        page = visitor.open("/gates?" + urlencode(place), width=width)
        Sheet(page)
        found[state] = page.evaluate(_SIDEWAYS)
        for theme in THEMES:
            page.emulate_media(color_scheme=theme)
            wait_until_idle(page)
            found[state] += [f"{theme}: {finding}" for finding in axe(page)]
    assert {state: findings for state, findings in found.items() if findings} == {}
