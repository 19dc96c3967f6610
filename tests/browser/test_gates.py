"""/gates in a browser: every number on the page is torch's algebra on the shipped file; stepping asks nobody."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlencode

import pytest
import torch
from PIL import Image
from playwright.sync_api import Page, expect
from safetensors import safe_open

from tests.browser.reading import Visitor, server_traffic, shows, text_field, visiting
from tests.browser.serving import wait_until_idle
from tests.browser.sheet import Sheet

MODELS = Path(__file__).resolve().parents[2] / "assets" / "models"
TEXT = "She grew up in Turkey . My aunt sold apples"
STEPS = len(TEXT.split())
ORDER = {"LSTM": "ifgo", "GRU": "rzn"}


@pytest.fixture(scope="module")
def visitor(browser: Any, server: Any) -> Iterator[Visitor]:
    with visiting(browser, server.url) as found:
        yield found


class Torch:
    """A shipped model under torch alone: its file, its gates written out, its answers."""

    def __init__(
        self, kind: str, text: str = TEXT, task: str = "country", hold: dict[str, float] | None = None
    ) -> None:
        with safe_open(MODELS / f"{task}-{kind.lower()}.safetensors", "pt") as file:
            about = file.metadata()
            w = {name: file.get_tensor(name).double() for name in sorted(file.keys())}
        vocabulary, self.classes = json.loads(about["vocabulary"]), json.loads(about["classes"])
        self.kind, self.w = kind, w
        ids = [vocabulary.index(word) for word in (text.split() if about["unit"] == "words" else text)]
        size = w["rnn.weight_hh_l0"].shape[1]
        h = c = torch.zeros(size, dtype=torch.float64)
        self.steps: list[dict[str, torch.Tensor]] = []
        for x in w["embedding.weight"][ids]:
            step = {"x": x, "h_prev": h, "c_prev": c}
            ih, hh = w["rnn.weight_ih_l0"] @ x + w["rnn.bias_ih_l0"], w["rnn.weight_hh_l0"] @ h + w["rnn.bias_hh_l0"]
            if kind == "LSTM":
                z = dict(zip("ifgo", (ih + hh).chunk(4), strict=True))
                gate = {k: torch.tanh(v) if k == "g" else torch.sigmoid(v) for k, v in z.items()}
                gate |= {k: torch.full_like(gate[k], value) for k, value in (hold or {}).items()}
                c = gate["f"] * c + gate["i"] * gate["g"]
                h = gate["o"] * torch.tanh(c)
                step |= gate | {"kept": gate["f"] * step["c_prev"], "written": gate["i"] * gate["g"], "c": c}
                step |= {"squashed": torch.tanh(c)}
            elif kind == "GRU":
                (xr, xz, xn), (hr, hz, hn) = ih.chunk(3), hh.chunk(3)
                r, z = torch.sigmoid(xr + hr), torch.sigmoid(xz + hz)
                n = torch.tanh(xn + r * hn)
                h = (1 - z) * n + z * h
                step |= {"r": r, "z": z, "n": n, "rest": 1 - z, "kept": z * step["h_prev"], "written": (1 - z) * n}
                step |= {"product": hn, "reset": r * hn}
            else:
                h = torch.tanh(ih + hh)
                step |= {"z": ih + hh}
            self.steps.append(step | {"h": h, "p": torch.softmax(w["head.weight"] @ h + w["head.bias"], 0)})


def test_the_hand_written_algebra_is_torchs_own():
    """What the page is compared with is nn.LSTM, nn.GRU and nn.RNN themselves."""
    for kind in ("LSTM", "GRU", "RNN"):
        model = Torch(kind)
        size = model.w["rnn.weight_hh_l0"].shape[1]
        module = getattr(torch.nn, kind)(model.w["embedding.weight"].shape[1], size).double()
        module.load_state_dict({name[4:]: value for name, value in model.w.items() if name.startswith("rnn.")})
        states = module(torch.stack([step["x"] for step in model.steps]))[0]
        assert torch.allclose(states, torch.stack([step["h"] for step in model.steps]), atol=1e-12)


NODES = {
    "LSTM": ("f", "i", "g", "o", "kept", "written", "c", "squashed", "h"),
    "GRU": ("r", "z", "n", "rest", "kept", "written", "reset", "product", "h"),
    "RNN": ("z", "h"),
}


@pytest.mark.parametrize("kind", ["LSTM", "GRU", "RNN"])
def test_every_node_opens_to_torchs_numbers(kind: str, visitor: Visitor):
    model = Torch(kind)
    page = visitor.open("/gates?" + urlencode({"text": TEXT, "cell": kind, "unit": "2", "notation": "PyTorch"}))
    sheet = Sheet(page)
    for t in (0, 4, STEPS - 1):
        sheet.scrub_to(t)
        for name in NODES[kind]:
            sheet.node(name).click()
            opened = sheet.opened
            want = model.steps[t][name]
            assert opened["numbers"].startswith("unit 2: ")
            if opened["result"] is not None:
                assert shows(opened["result"], float(want[1]), 4), (t, name, opened)
            else:
                assert shows(opened["numbers"].rsplit("= ", 1)[1], float(want[1]), 4), (t, name, opened)
            last = [*opened["rows"].values()][-1]
            assert len(last) == len(want)
            assert all(shows(text, float(value), 2) for text, value in zip(last, want, strict=True)), (t, name)


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


def test_hovering_gives_the_number(visitor: Visitor):
    model = Torch("LSTM")
    sheet = Sheet(visitor.open("/gates?" + urlencode({"text": TEXT})))
    size = len(model.steps[0]["h"])
    for lane, title in (("f", "forget gate"), ("c", "cell state"), ("h", "hidden state")):
        unit = size // 2
        sheet.page.mouse.move(*sheet.point(lane, 6, (unit + 0.5) / size))
        text = sheet.root.locator(".hint.on").text_content() or ""
        assert re.match(rf"My · {title}[^·]* · unit {unit + 1}: ", text)
        assert shows(text.rsplit(" ", 1)[1], float(model.steps[6][lane][unit]), 4)


def test_keys_step_and_the_server_hears_nothing(visitor: Visitor):
    sheet = Sheet(visitor.open("/gates?at=1"))
    last = sheet.place["last"]
    assert last >= 12
    with server_traffic(sheet.page) as heard:
        assert [sheet.press(key) for key in ("ArrowRight", "ArrowRight", "ArrowLeft")] == [1, 2, 1]
        assert [sheet.press("Shift+ArrowRight"), sheet.press("Shift+ArrowLeft")] == [10, 0]
        assert [sheet.press("End"), sheet.press("Home")] == [last, 0]
        sheet.root.locator(".lanes").focus()
        sheet.press("ArrowDown")
        sheet.press("ArrowDown")
        assert sheet.place["pins"].startswith("Unit 2 is pinned")
        sheet.node("f").click()
        sheet.root.get_by_label("Units").select_option("clusters")
        sheet.root.get_by_label("Units").select_option("like")
        sheet.root.locator(".lane-name").first.click()
        sheet.root.get_by_label("Pace").select_option("8")
        sheet.button("Play").click()
        sheet.page.wait_for_timeout(700)
        sheet.button("Pause").click()
        assert 2 <= sheet.place["cursor"] <= 7
    assert heard == []


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
    assert sheet.root.get_by_label("Units").input_value() == "activity"
    sheet.press("ArrowLeft")
    sheet.page.wait_for_timeout(400)
    assert "at=3" in sheet.page.url


def test_a_held_gate_changes_everything_after_it(visitor: Visitor):
    model, plain = Torch("LSTM", hold={"f": 0.0}), Torch("LSTM")
    place = {"text": TEXT, "what_if": "true", "hold_LSTM": "forget gate f", "at": str(STEPS), "node": "c", "unit": "1"}
    page = visitor.open("/gates?" + urlencode(place))
    sheet = Sheet(page)
    assert shows(sheet.opened["result"], float(model.steps[-1]["c"][0]), 4)
    best, was = int(model.steps[-1]["p"].argmax()), int(plain.steps[-1]["p"].argmax())
    status = sheet.place["status"]
    assert f"{model.classes[best]} {float(model.steps[-1]['p'][best]):.3f}" in status
    assert f"(untouched: {model.classes[was]} {float(plain.steps[-1]['p'][was]):.3f})" in status
    sheet.root.locator(".option", has_text="Run").locator("select").select_option("difference")
    page.mouse.move(*sheet.point("c", STEPS - 1, 0.01))
    wanted = float(model.steps[-1]["c"][0] - plain.steps[-1]["c"][0])
    assert shows((sheet.root.locator(".hint.on").text_content() or "").rsplit(" ", 1)[1], wanted, 4)
    sheet.node("f").click()
    assert "; held, it is not σ(" in sheet.opened["numbers"]


def test_a_click_on_the_read_out_asks_what_it_depended_on(visitor: Visitor, settle: Callable[[Page], None]):
    model = Torch("LSTM")
    page = visitor.open("/gates?" + urlencode({"text": TEXT}))
    sheet = Sheet(page)
    before = page.locator(".lane.dependence .picture").get_attribute("aria-label") or ""
    assert f"at step {STEPS}" in before
    page.mouse.click(*sheet.point("p", 4, 0.5 / min(6, len(model.classes))))
    settle(page)
    expect(page.locator(".lane.dependence .picture")).to_have_attribute(
        "aria-label", re.compile(rf"log p\({re.escape(sheet_first_class(model))}\) at step 5 ")
    )
    assert sheet.place["cursor"] == 4


def sheet_first_class(model: Torch) -> str:
    """The class in the uppermost row: the rows keep the order of the classes."""
    p = torch.stack([step["p"] for step in model.steps]).max(dim=0).values
    return str(model.classes[min(p.argsort(descending=True)[:6].tolist())])


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


def test_the_sheet_is_saved_as_a_picture_of_what_stands_there(visitor: Visitor, tmp_path: Path):
    model = Torch("LSTM")
    page = visitor.open("/gates?" + urlencode({"text": TEXT}))
    page.locator(".save summary").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="PNG").click()
    download.value.save_as(tmp_path / "sheet.png")
    picture = Image.open(tmp_path / "sheet.png").convert("RGB")
    cell = int(page.locator(".cursor").evaluate("node => parseFloat(node.style.width)"))
    assert picture.width == 2 * (78 + cell * STEPS + 40)
    lanes = page.locator(".lane")
    box, first = lanes.nth(0).bounding_box(), page.locator(".tokens").bounding_box()
    assert box is not None
    assert first is not None
    units = len(model.steps[0]["f"])
    values = torch.stack([step["f"] for step in model.steps])  # (T, H)
    t, unit = divmod(int((values - 1.0).abs().argmin()), units)  # the gate that stands widest open
    x = 2 * (78 + (t + 0.5) * cell)
    y = 2 * (first["height"] + 8 + (unit + 0.5) * box["height"] / units)
    assert picture.getpixel((round(x), round(y))) == (15, 118, 110)  # the accent, the end of the scale


_SIDEWAYS = """() => [document.scrollingElement, ...document.querySelectorAll('[data-testid="stMain"]')]
    .filter(box => box.scrollWidth > box.clientWidth + 1)
    .map(box => `${box.tagName}: ${box.scrollWidth} > ${box.clientWidth}`)"""


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_serious_finding_in_any_state(
    theme: Literal["light", "dark"], width: int, visitor: Visitor, axe: Callable[[Page], list[str]]
) -> None:
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
        page = visitor.open("/gates?" + urlencode(place), width=width, theme=theme)
        Sheet(page)
        wait_until_idle(page)
        found[state] = axe(page) + page.evaluate(_SIDEWAYS)
    assert {state: findings for state, findings in found.items() if findings} == {}
