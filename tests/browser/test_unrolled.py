"""/unrolled as a reader has it: every number against PyTorch, every way of stepping, and what can be taken away."""

from __future__ import annotations

import contextlib
import csv
import io
import re
import runpy
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest
import safetensors.torch
import torch
from PIL import Image
from playwright.sync_api import Download, Locator, Page, expect
from torch import Tensor
from torch.nn import functional as F

from seqviz.recurrent.initial import random_elman
from tests.browser.reading import PHASES, Stepper, Visitor, number, server_traffic, shows, text_field
from tests.browser.serving import wait_until_idle

VOCABULARY = "helo"
INPUTS, TARGETS = "hell", "ello"
STEPS, PHASE_COUNT = len(INPUTS), len(PHASES)
LAST = STEPS * PHASE_COUNT - 1
VERY_LAST = LAST + STEPS * 7 + 1  # seven phases a step on the way back, then the update


# ── the same network in PyTorch ──────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Reference:
    """What torch computes, float64: T steps, H = 4 hidden units, D = K tokens."""

    W_xh: Tensor  # (H, D)
    W_hh: Tensor  # (H, H)
    b: Tensor  # (H,)
    W_hy: Tensor  # (K, H)
    c: Tensor  # (K,)
    inputs: Tensor  # (T, D) one-hot
    hidden: Tensor  # (T + 1, H), row 0 the start
    logits: Tensor  # (T, K)
    predictions: Tensor  # (T, K)
    losses: Tensor  # (T,)

    @property
    def input_product(self) -> Tensor:
        return self.inputs @ self.W_xh.T  # (T, H)

    @property
    def recurrent_product(self) -> Tensor:
        return self.hidden[:-1] @ self.W_hh.T  # (T, H)

    @property
    def preactivation(self) -> Tensor:
        return self.input_product + self.recurrent_product + self.b  # (T, H)


def reference(activation: str = "tanh", loss: str = "cross_entropy", text: str = "hello") -> Reference:
    """torch.nn.RNN and Linear with the weights that seed 0 draws, and torch's own losses."""
    vocabulary = "".join(dict.fromkeys(text))
    K = len(vocabulary)
    cell = random_elman(K, 4, K, seed=0, scale=0.7)
    assert cell.head is not None
    rnn = torch.nn.RNN(K, 4, nonlinearity=activation, dtype=torch.float64)
    head = torch.nn.Linear(4, K, dtype=torch.float64)
    with torch.no_grad():
        for parameter, value in [
            (rnn.weight_ih_l0, cell.W_xh),
            (rnn.weight_hh_l0, cell.W_hh),
            (rnn.bias_ih_l0, cell.b),
            (rnn.bias_hh_l0, np.zeros(4)),
            (head.weight, cell.head.weight),
            (head.bias, cell.head.bias),
        ]:
            parameter.copy_(torch.tensor(value))
        ids = torch.tensor([vocabulary.index(letter) for letter in text])  # (T + 1,)
        inputs, targets = F.one_hot(ids[:-1], K).double(), ids[1:]  # (T, D), (T,)
        states, _ = rnn(inputs)  # (T, H)
        logits = head(states)  # (T, K)
        if loss == "cross_entropy":
            predictions = F.softmax(logits, dim=1)
            losses = F.cross_entropy(logits, targets, reduction="none")
        else:
            predictions = logits
            losses = 0.5 * F.mse_loss(logits, F.one_hot(targets, K).double(), reduction="none").sum(dim=1)
        hidden = torch.cat([torch.zeros(1, 4, dtype=torch.float64), states])
        return Reference(
            rnn.weight_ih_l0.clone(),
            rnn.weight_hh_l0.clone(),
            rnn.bias_ih_l0.clone(),
            head.weight.clone(),
            head.bias.clone(),
            inputs,
            hidden,
            logits,
            predictions,
            losses,
        )


def expected_blocks(ref: Reference, step: int, phase: str, soft: bool) -> list[tuple[list[float], int]]:
    """The vectors and matrices of a phase in their order: values row by row, and how many decimals."""
    x, before, h = ref.inputs[step], ref.hidden[step], ref.hidden[step + 1]
    powers = torch.exp(ref.logits[step] - ref.logits[step].max())
    blocks: dict[str, list[tuple[Tensor, int]]] = {
        "input": [(x, 0)],
        "input_product": [(ref.W_xh, 2), (x, 0), (ref.input_product[step], 4)],
        "recurrent_product": [(ref.W_hh, 2), (before, 4), (ref.recurrent_product[step], 4)],
        "preactivation": [
            (ref.input_product[step], 4),
            (ref.recurrent_product[step], 4),
            (ref.b, 4),
            (ref.preactivation[step], 4),
        ],
        "hidden": [(ref.preactivation[step], 4), (torch.zeros(0), 4), (h, 4)],  # between them the curve of g
        "logits": [(ref.W_hy, 2), (h, 4), (ref.c, 4), (ref.logits[step], 4)],
        "prediction": [(ref.logits[step], 4), *([(powers, 4)] if soft else []), (ref.predictions[step], 4)],
        "loss": [(ref.losses[: step + 1], 4)],  # the later ones are not known yet
    }
    return [(values.flatten().tolist(), decimals) for values, decimals in blocks[phase]]


def wrong_in_panel(panel: dict[str, Any], ref: Reference, step: int, phase: str, soft: bool) -> list[str]:
    """One line for each number in the panel that is not torch's."""
    expected = expected_blocks(ref, step, phase, soft)
    cells = [[cell for cell in block["cells"] if cell != "·"] for block in panel["blocks"]]
    if [len(block) for block in cells] != [len(values) for values, _ in expected]:
        return [f"step {step + 1} {phase}: {cells} instead of {expected}"]
    return [
        f"step {step + 1} {phase} block {k + 1}: {text} instead of {value}"
        for k, (texts, (values, decimals)) in enumerate(zip(cells, expected, strict=True))
        for text, value in zip(texts, values, strict=True)
        if not shows(text, value, decimals)
    ]


def wrong_in_drawing(columns: list[dict[str, Any]], ref: Reference, position: int, soft: bool) -> list[str]:
    """One line for each number in the drawing that is not torch's, or stands there too early or not at all."""
    wrong = []
    for step, column in enumerate(columns):
        reached = min(position - step * PHASE_COUNT, PHASE_COUNT)  # phases of this step that are past or active
        units: list[float] = []
        if reached >= 1:
            units = (
                getattr(ref, PHASES[min(reached, 3)])[step].tolist() if reached < 4 else ref.hidden[step + 1].tolist()
            )
        scores = [] if reached < 5 else (ref.logits if reached == 5 else ref.predictions)[step].tolist()
        pairs = [
            ("units", [text for text in column["units"] if text], units, 2),
            ("outputs", [text for text in column["outputs"] if text], scores, 2),
            ("loss", re.findall(r"= (\S+)$", column["loss"]), ref.losses[step : step + 1].tolist() * (reached >= 7), 3),
        ]
        for what, texts, values, decimals in pairs:
            if len(texts) != len(values) or not all(map(lambda t, v, d=decimals: shows(t, v, d), texts, values)):
                wrong.append(f"position {position}, column {step + 1}: {what} {texts} instead of {values}")
        if column["names"] != list(VOCABULARY) or not column["target"].startswith(f"target {TARGETS[step]}"):
            wrong.append(f"position {position}, column {step + 1}: {column['names']}, {column['target']}")
    return wrong


def opened(panel: dict[str, Any]) -> list[float]:
    """The values to which the opened sum comes: the last number with six decimals of each line."""
    return [number(re.findall(r"[=≈] (−?\d+\.\d{6})(?!\d)", line)[-1]) for line in panel["sum"]]


@pytest.mark.parametrize(
    ("activation", "loss", "query"),
    [
        ("tanh", "cross_entropy", ""),
        ("tanh", "squared_error", "?loss=squared+error"),
        ("relu", "cross_entropy", "?activation=ReLU"),
    ],
)
def test_every_number_on_hello_is_torchs(activation: str, loss: str, query: str, visitor: Visitor) -> None:
    """All 32 positions by →: the panel, the opened sums and the drawing."""
    ref = reference(activation, loss)
    soft = loss == "cross_entropy"
    page = visitor.open(f"/unrolled{query}")
    stepper = Stepper(page)
    assert stepper.tokens == list(INPUTS)
    wrong: list[str] = []
    for position in range(LAST + 1):
        step, phase = divmod(position, PHASE_COUNT)
        key = PHASES[phase]
        assert stepper.cursor == position
        panel = stepper.panel
        wrong += wrong_in_panel(panel, ref, step, key, soft)
        wrong += wrong_in_drawing(stepper.columns, ref, position, soft)
        if key == "loss":
            expected = [ref.losses[step].item(), ref.losses[: step + 1].sum().item()]
            assert opened(panel) == pytest.approx(expected, abs=5.1e-7)
            assert f"“{TARGETS[step]}”" in stepper.place["status"]
        elif key in ("hidden", "prediction"):
            values = ref.hidden[step + 1] if key == "hidden" else ref.predictions[step]
            for unit in range(4 if query == "" else 1):
                stepper.result.nth(unit).click()
                assert opened(stepper.panel) == pytest.approx([values[unit].item()], abs=5.1e-7)
        stepper.press("ArrowRight")
    assert wrong == []
    assert stepper.cursor == LAST + 1  # where the backward pass begins


def test_the_sum_of_products_adds_up(visitor: Visitor) -> None:
    """Read off the page alone: the printed factors, multiplied and added, give the printed result."""
    stepper = Stepper(visitor.open("/unrolled?at=3.recurrent_product"))
    for position, constants in [(18, 0), (21, 1)]:
        stepper.scrub_to(position)
        for unit in range(4):
            stepper.result.nth(unit).click()
            (line,) = stepper.panel["sum"]
            terms, result = re.fullmatch(r".*?\] = (.*) ≈ (\S+)", line).groups()
            factors = [[number(f.strip("() ")) for f in term.split("·")] for term in terms.split(" + ")]
            assert len(factors) == 4 + constants
            assert sum(float(np.prod(pair)) for pair in factors) == pytest.approx(number(result), abs=4e-4)


def test_of_many_outputs_the_likeliest_are_drawn(visitor: Visitor) -> None:
    """Eight tokens, five rows: the likeliest first, the target always among them, all eight in the panel."""
    text = "abcdefgh"
    ref = reference(text=text)
    stepper = Stepper(visitor.open(f"/unrolled?text={text}&at=7.prediction"))
    for step, column in enumerate(stepper.columns):
        order = ref.predictions[step].argsort(descending=True).tolist()[:5]
        if step + 1 not in order:  # its target
            order[-1] = step + 1
        assert column["names"] == [text[k] for k in order]
        assert all(map(lambda number, k: shows(number, ref.predictions[step, k].item(), 2), column["outputs"], order))
    assert [len(block["cells"]) for block in stepper.panel["blocks"]] == [8, 8, 8]


# ── stepping ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def hello(visitor: Visitor) -> Stepper:
    """One visit to /unrolled for the tests that leave text and network as they are."""
    page = visitor.tab()
    page.goto(f"{visitor.url}/unrolled")
    wait_until_idle(page)
    return Stepper(page)


@pytest.fixture
def at_home(hello: Stepper) -> Stepper:
    """The same visit, back at the start with nothing focused, whatever the test before has left."""
    for name in ("Leave", "Unroll"):
        if hello.button(name).count():
            hello.button(name).click()
    while hello.cursor:
        hello.button("Home").click()
    hello.page.evaluate("document.activeElement?.blur()")
    assert hello.cursor == 0
    return hello


# what the reader does · where that leads from position 10, the third phase of the second step
MOVES = [
    ("ArrowRight", "Next", 11),
    ("ArrowLeft", "Back", 9),
    ("Shift+ArrowRight", "Token next", 15),
    ("Shift+ArrowLeft", "Token back", 7),
    ("Home", "Home", 0),
    ("End", "End", LAST),
]


@pytest.mark.parametrize(("key", "name", "leads_to"), MOVES)
def test_a_key_and_its_button_do_the_same(key: str, name: str, leads_to: int, at_home: Stepper) -> None:
    at_home.scrub_to(10)
    at_home.page.evaluate("document.activeElement?.blur()")
    assert at_home.press(key) == leads_to
    by_key = (at_home.place, at_home.panel, at_home.columns)
    at_home.scrub_to(10)
    at_home.button(name).click()
    assert (at_home.place, at_home.panel, at_home.columns) == by_key
    assert f"Step {leads_to // PHASE_COUNT + 1} of {STEPS}" in at_home.place["status"]


def test_tokens_are_walked_whole_and_the_ends_hold(at_home: Stepper) -> None:
    ends = [7, 15, 23, LAST, 38, 45, 52, 59, VERY_LAST]  # each token's last phase, forward and backward; the update
    assert [at_home.press("Shift+ArrowRight") for _ in range(10)] == [*ends, VERY_LAST]
    assert at_home.press("ArrowRight") == VERY_LAST
    assert [at_home.press("Shift+ArrowLeft") for _ in range(10)] == [*reversed(ends[:-1]), 0, 0]
    assert at_home.press("ArrowLeft") == 0


def test_home_and_end_walk_whole_passes(at_home: Stepper) -> None:
    at_home.scrub_to(10)
    assert [at_home.press("End") for _ in range(3)] == [LAST, VERY_LAST, VERY_LAST]
    assert [at_home.press("Home") for _ in range(3)] == [LAST + 1, 0, 0]


def test_chips_and_cells_lead_to_their_phase(at_home: Stepper) -> None:
    chips = at_home.root.get_by_role("group", name="Phases of a step").get_by_role("button")
    assert chips.count() == PHASE_COUNT + 1  # and the way to the backward pass
    at_home.scrub_to(16)
    for phase in (4, 0, 7, 2, 6):
        chips.nth(phase).click()
        assert at_home.cursor == 16 + phase
        expect(at_home.root.locator(".chip[aria-current=step]")).to_have_count(1)
        expect(chips.nth(phase)).to_have_attribute("aria-current", "step")
    at_home.press("End")
    column = at_home.root.locator(".column").nth(1)
    column.locator(".units .cell").nth(2).click()
    assert at_home.cursor == 8 + PHASES.index("hidden")
    assert pressed(at_home) == [2]
    at_home.press("End")
    column.locator(".output").nth(3).click()
    assert at_home.cursor == 8 + PHASES.index("prediction")
    assert pressed(at_home) == [3]
    assert "[“o”]" in at_home.panel["sum"][0]
    at_home.press("End")
    column.locator(".token").click()
    assert at_home.cursor == 8
    at_home.press("End")
    column.locator(".loss").click()
    assert at_home.cursor == 8 + PHASES.index("loss")


def pressed(stepper: Stepper) -> list[int]:
    """Which result cells say that they are open."""
    states = stepper.result.evaluate_all("cells => cells.map(cell => cell.getAttribute('aria-pressed'))")
    return [index for index, state in enumerate(states) if state == "true"]


def test_playing_reaches_the_end_and_stops(at_home: Stepper) -> None:
    page = at_home.page
    at_home.root.get_by_label("Pace, phases a second").select_option("8")
    at_home.scrub_to(VERY_LAST - 8)
    page.evaluate("document.activeElement?.blur()")
    at_home.press("Space")
    assert "Pause" in at_home.place["play"]
    assert at_home.root.locator(".status").get_attribute("aria-live") == "off"  # eight sentences a second is noise
    page.wait_for_function("root => root.querySelector('.scrub').value === '60'", arg=at_home.root.element_handle())
    page.wait_for_timeout(300)
    assert at_home.cursor == VERY_LAST
    assert "Play" in at_home.place["play"]
    assert at_home.root.locator(".status").get_attribute("aria-live") == "polite"


def test_space_pauses_where_it_is(at_home: Stepper) -> None:
    page = at_home.page
    at_home.root.get_by_label("Pace, phases a second").select_option("8")
    page.evaluate("document.activeElement?.blur()")
    at_home.press("Space")
    page.wait_for_function("root => root.querySelector('.scrub').value >= 3", arg=at_home.root.element_handle())
    stopped = at_home.press("Space")
    assert 3 <= stopped < LAST
    page.wait_for_timeout(400)  # three more positions at this pace
    assert at_home.cursor == stopped
    assert "Play" in at_home.place["play"]


def test_any_step_ends_the_playing(at_home: Stepper) -> None:
    at_home.button("Play").click()
    expect(at_home.button("Pause")).to_be_visible()
    at_home.press("End")
    expect(at_home.button("Play")).to_be_visible()
    assert at_home.cursor == LAST


def test_keys_in_a_field_stay_there(at_home: Stepper) -> None:
    """Text fields and menus keep their keys."""
    page = at_home.page
    at_home.scrub_to(10)
    text_field(page).click()
    for key in ("ArrowLeft", "ArrowRight", "Shift+ArrowRight", "Home", "End"):
        assert at_home.press(key) == 10
    page.get_by_role("combobox", name="Notation").focus()
    for key in ("ArrowLeft", "Home", "End"):
        assert at_home.press(key) == 10
    at_home.root.get_by_label("Pace, phases a second").focus()
    assert at_home.press("End") == 10


def test_keys_step_wherever_the_reader_has_clicked(at_home: Stepper) -> None:
    """On the paper of the page, or on a button that has no use for an arrow: the keys are the stepper's again."""
    page = at_home.page
    at_home.scrub_to(10)
    text_field(page).click()
    page.get_by_role("heading", name="Unrolled RNN").click()
    assert at_home.press("ArrowRight") == 11
    page.get_by_text("Predict first").click()
    assert at_home.press("ArrowLeft") == 10
    page.get_by_role("button", name="hello").click()  # the preset that is on the page already
    assert at_home.press("ArrowRight") == 11


def test_other_peoples_shortcuts_stay_theirs(at_home: Stepper) -> None:
    at_home.scrub_to(10)
    at_home.page.evaluate("document.activeElement?.blur()")
    for key in ("Control+ArrowRight", "Alt+Shift+ArrowRight", "Meta+ArrowRight", "ArrowDown", "a"):
        assert at_home.press(key) == 10


def test_stepping_never_asks_the_server(at_home: Stepper, settle: Any) -> None:
    page = at_home.page
    with server_traffic(page) as heard:
        for key, name, _ in MOVES:
            at_home.scrub_to(12)
            at_home.press(key)
            at_home.button(name).click()
        at_home.root.locator(".chip").nth(4).click()
        at_home.result.nth(1).click()
        at_home.root.locator(".column .token").nth(1).click()
        at_home.root.locator(".weight-chip").first.hover()
        at_home.root.get_by_label("Pace, phases a second").select_option("8")
        at_home.button("Play").click()
        page.wait_for_timeout(600)
        at_home.button("Pause").click()
        at_home.button("Roll up").click()
        at_home.button("Unroll").click()
    assert heard == []
    with server_traffic(page) as heard:  # the same ear hears what does go to the server
        page.get_by_text("Show the answer").click()
        settle(page)
        page.get_by_text("Show the answer").click()
        settle(page)
    assert any(frame.startswith("sent") for frame in heard)
    assert any(frame.startswith("received") for frame in heard)


# ── shared weights, the rolled form, the status line ─────────────────────────────────────────────────────────

_LIT = """(root, weight) => {
    const arrows = [...root.querySelectorAll(`.scroller [data-weight="${weight}"] .arrow`)].map(getComputedStyle);
    return arrows.map(style => [style.stroke, parseFloat(style.strokeWidth), style.visibility]);
}"""
WEIGHTS = ["xh", "hh", "hy"]


def strokes(stepper: Stepper, weight: str) -> list[tuple[str, float, str]]:
    return [tuple(arrow) for arrow in stepper.root.evaluate(_LIT, weight)]


def accent(stepper: Stepper) -> str:
    return str(stepper.root.locator(".play").evaluate("button => getComputedStyle(button).backgroundColor"))


@pytest.mark.parametrize("how", ["hover", "keyboard"])
def test_a_weight_lights_every_place_where_it_acts(how: str, at_home: Stepper) -> None:
    page, colour = at_home.page, accent(at_home)
    calm = {weight: strokes(at_home, weight) for weight in WEIGHTS}
    assert all(len(arrows) == STEPS for arrows in calm.values())
    assert not any(stroke == colour for arrows in calm.values() for stroke, _, _ in arrows)
    if how == "keyboard":
        at_home.root.locator(".scroller").focus()
    for weight in WEIGHTS:
        if how == "hover":
            at_home.root.locator(f".weight-chip[data-weight={weight}]").hover()
        else:
            page.keyboard.press("Tab")
            expect(at_home.root.locator(f".weight-chip[data-weight={weight}]")).to_be_focused()
        for other in WEIGHTS:
            if other == weight:
                lit = strokes(at_home, other)
                assert [(stroke, seen) for stroke, _, seen in lit] == [(colour, "visible")] * STEPS
                assert all(width >= 1.8 * thin for (_, width, _), (_, thin, _) in zip(lit, calm[other], strict=True))
            else:
                assert strokes(at_home, other) == calm[other]
    if how == "hover":
        page.mouse.move(2, 2)
    else:
        page.keyboard.press("Tab")
    assert {weight: strokes(at_home, weight) for weight in WEIGHTS} == calm


def test_the_active_product_is_drawn_edge_by_edge(at_home: Stepper) -> None:
    """At W_hh h, one line for each of the H × H products, signed by colour and dash, wider where larger."""
    at_home.scrub_to(8 + PHASES.index("recurrent_product"))
    edges = at_home.root.locator(".edges path[d]").evaluate_all(
        """paths => paths.map(path => {
            const style = getComputedStyle(path);
            return [style.stroke, style.strokeDasharray, parseFloat(style.strokeWidth)];
        })"""
    )
    ref = reference()
    products = (ref.W_hh * ref.hidden[1]).flatten().tolist()  # (H, H): each weight times the unit it reads
    assert len(edges) == len(products)
    looks = {(stroke, dash) for (stroke, dash, _), product in zip(edges, products, strict=True) if product > 0}
    others = {(stroke, dash) for (stroke, dash, _), product in zip(edges, products, strict=True) if product < 0}
    assert len(looks) == len(others) == 1
    assert looks.pop()[0] != next(iter(others))[0]
    assert {dash for _, dash in others} != {"none"}
    order = np.argsort(np.abs(products))
    widths = np.array([width for *_, width in edges])[order]
    assert (np.diff(widths) >= 0).all()
    assert widths[-1] > 3 * widths[0]


def test_the_rolled_form_is_one_column(at_home: Stepper) -> None:
    at_home.scrub_to(8 + PHASES.index("loss"))
    unrolled = at_home.columns[1]
    at_home.button("Roll up").click()
    (column,) = at_home.columns
    assert {**column, "now": True} == {**unrolled, "now": True}
    memory = at_home.root.locator(".memory .cell text").all_text_contents()
    assert all(map(lambda text, value: shows(text, value, 2), memory, reference().hidden[1].tolist()))
    at_home.press("ArrowRight")
    assert at_home.tokens == ["l"]
    memory = at_home.root.locator(".memory .cell text").all_text_contents()
    assert all(map(lambda text, value: shows(text, value, 2), memory, reference().hidden[2].tolist()))
    at_home.page.wait_for_url("**view=rolled**")
    at_home.button("Unroll").click()
    assert at_home.tokens == list(INPUTS)


def test_the_status_line_is_spoken(at_home: Stepper) -> None:
    """A live region that says the step, and that a symbol in it is read in one piece."""
    status = at_home.root.get_by_role("status")
    expect(status).to_have_count(1)
    assert status.get_attribute("aria-live") in (None, "polite")  # the role is a polite region by itself
    said = [at_home.place["status"]]
    for _ in range(LAST):
        at_home.press("ArrowRight")
        said.append(at_home.place["status"])
    assert len(set(said)) > STEPS * 4
    assert all(sentence.startswith(f"Step {k // PHASE_COUNT + 1} of {STEPS} ") for k, sentence in enumerate(said))
    assert all(sentence.endswith((".", "elsewhere.")) for sentence in said)


# ── presenting ───────────────────────────────────────────────────────────────────────────────────────────────

_COVERS = """root => {
    const inside = (x, y) => {
        let found = document.elementFromPoint(x, y);
        while (found?.shadowRoot?.elementFromPoint(x, y) && found.shadowRoot.elementFromPoint(x, y) !== found)
            found = found.shadowRoot.elementFromPoint(x, y);
        return root === found || root.contains(found);
    };
    const [w, h] = [window.innerWidth, window.innerHeight];
    return [[1, 1], [w - 20, 1], [1, h - 2], [w - 20, h - 2], [w / 2, 4], [w / 2, h / 2]].filter(p => !inside(...p));
}"""


def test_presenting_covers_the_screen_and_leaves(at_home: Stepper) -> None:
    page = at_home.page
    at_home.scrub_to(10)
    page.set_viewport_size({"width": 1920, "height": 1080})
    small = at_home.root.locator(".status").bounding_box()["height"]
    at_home.button("Present").click()
    page.wait_for_timeout(200)
    assert at_home.root.evaluate(_COVERS) == []
    assert at_home.cursor == 10
    assert at_home.root.locator(".status").bounding_box()["height"] > 1.4 * small  # large type
    page.evaluate("document.activeElement?.blur()")
    assert at_home.press("ArrowRight") == 11
    page.wait_for_url("**present=1**")
    at_home.button("Leave").click()
    expect(page.get_by_role("heading", name="Unrolled RNN")).to_be_in_viewport()
    page.wait_for_url(lambda url: "present" not in url)
    assert page.evaluate("document.fullscreenElement") is None
    assert at_home.cursor == 11
    page.set_viewport_size({"width": 1280, "height": 800})


def test_a_presenting_link_covers_the_screen_and_escape_leaves(visitor: Visitor) -> None:
    page = visitor.open("/unrolled?present=1&at=2.hidden")
    stepper = Stepper(page)
    assert stepper.root.evaluate(_COVERS) == []
    assert stepper.cursor == 12
    assert stepper.press("ArrowRight") == 13
    page.keyboard.press("Escape")
    expect(stepper.button("Present")).to_be_visible()
    assert stepper.root.evaluate(_COVERS) != []
    page.wait_for_url(lambda url: "present" not in url)
    assert stepper.cursor == 13


# ── what can be taken away ───────────────────────────────────────────────────────────────────────────────────


def download(page: Page, button: Locator, folder: Path) -> Path:
    with page.expect_download() as waiting:
        button.click()
    file: Download = waiting.value
    path = folder / file.suggested_filename
    file.save_as(path)
    return path


def save_as(stepper: Stepper, kind: str, folder: Path) -> Path:
    menu = stepper.root.locator("details.save")
    if menu.get_attribute("open") is None:
        menu.locator("summary").click()
    return download(stepper.page, menu.get_by_role("button", name=kind), folder)


def svg_texts(path: Path) -> list[str]:
    """The texts that a saved drawing shows, in order; nothing that its own styles hide."""
    tree = ElementTree.fromstring(path.read_text(encoding="utf-8"))
    assert tree.tag == "{http://www.w3.org/2000/svg}svg"

    def walk(node: ElementTree.Element) -> Iterator[str]:
        if "display: none" in node.get("style", ""):
            return
        if node.tag.endswith("}text"):
            yield "".join(node.itertext())
        for child in node:
            yield from walk(child)

    return [text for text in walk(tree) if text]


def test_the_drawing_is_saved_as_svg_and_png(at_home: Stepper, tmp_path: Path) -> None:
    at_home.press("End")
    svg = save_as(at_home, "SVG", tmp_path)
    assert re.fullmatch(r"[\w.-]+\.svg", svg.name)
    texts = svg_texts(svg)
    ref = reference()
    for value in [*ref.hidden.flatten().tolist(), *ref.predictions.flatten().tolist()]:
        assert any(shows(text, value, 2) for text in texts if re.fullmatch(r"−?\d\.\d\d", text))
    assert [text for text in texts if text in INPUTS][-1]
    source = svg.read_text(encoding="utf-8")
    assert "var(--" not in source  # a file has no theme to ask
    assert "<script" not in source
    assert "http" not in source.replace("http://www.w3.org/", "")

    png = save_as(at_home, "PNG", tmp_path)
    assert png.read_bytes().startswith(b"\x89PNG\r\n\x1a\n")
    with Image.open(png) as image:
        image.load()
        drawn = at_home.root.locator(".scroller > svg").bounding_box()
        assert image.width == pytest.approx(2 * drawn["width"], abs=2)
        assert image.height == pytest.approx(2 * drawn["height"], abs=2)
        assert len(image.convert("RGB").getcolors(maxcolors=1 << 24)) > 50
        corner = image.convert("RGB").getpixel((2, 2))
    assert corner == (255, 255, 255)


@pytest.mark.parametrize(("theme", "ground"), [("light", (255, 255, 255)), ("dark", (17, 21, 26))])
def test_a_saved_picture_looks_like_the_screen(
    theme: Literal["light", "dark"], ground: tuple[int, int, int], visitor: Visitor, tmp_path: Path
) -> None:
    """Its ground is the theme's, and where the screen shows a label the file has ink, not a blot."""
    stepper = Stepper(visitor.open("/unrolled?at=4.loss", theme=theme))
    drawn = stepper.root.locator(".scroller > svg").bounding_box()
    labels = stepper.root.locator(".scroller .symbol").all()
    boxes = [box for box in (label.bounding_box() for label in labels) if box is not None]
    with Image.open(save_as(stepper, "PNG", tmp_path)) as image:
        picture = image.convert("RGB")
    assert picture.getpixel((2, 2)) == ground
    assert len(boxes) == 5
    for box in boxes:
        x, y = box["x"] - drawn["x"], box["y"] - drawn["y"]
        part = np.asarray(picture)[2 * int(y) : 2 * int(y + box["height"]), 2 * int(x) : 2 * int(x + box["width"])]
        behind = np.median(part.reshape(-1, 3), axis=0)
        share = (np.abs(part - behind).sum(axis=2) > 150).mean()
        assert 0.03 < share < 0.5


def test_a_drawing_with_an_unassigned_character_is_saved_too(visitor: Visitor, tmp_path: Path) -> None:
    stepper = Stepper(visitor.open("/unrolled?text=a%EF%BF%BFb"))
    stepper.expect_tokens(["a", "‹U+FFFF›"])
    ElementTree.fromstring(save_as(stepper, "SVG", tmp_path).read_text(encoding="utf-8"))
    with Image.open(save_as(stepper, "PNG", tmp_path)) as image:
        assert image.width > 100


def test_a_saved_drawing_has_every_column(visitor: Visitor, tmp_path: Path) -> None:
    """Also those that are out of sight, on a narrow screen with a long text."""
    text = "abcdefghijklmnopqrstuvwxyz123456"
    stepper = Stepper(visitor.open(f"/unrolled?text={text}&targets=next+token%2C+last+open", width=390, height=844))
    texts = svg_texts(save_as(stepper, "SVG", tmp_path))
    assert sum(found in ("no target", *(f"target {token}" for token in text)) for found in texts) == len(text)


def test_the_downloads_hold_these_numbers(at_home: Stepper, tmp_path: Path) -> None:
    page, ref = at_home.page, reference()

    table = download(page, page.get_by_role("button", name="Numbers (CSV)"), tmp_path)
    rows = list(csv.DictReader(io.StringIO(table.read_text(encoding="utf-8"))))
    assert [row["token"] for row in rows] == list(INPUTS)
    assert [row["target"] for row in rows] == list(TARGETS)
    hidden = [[float(row[f"h{i}"]) for i in range(1, 5)] for row in rows]
    predicted = [[float(row[f"p({letter})"]) for letter in VOCABULARY] for row in rows]
    np.testing.assert_allclose(hidden, ref.hidden[1:], rtol=0, atol=1e-12)
    np.testing.assert_allclose(predicted, ref.predictions, rtol=0, atol=1e-12)
    np.testing.assert_allclose([float(row["loss"]) for row in rows], ref.losses, rtol=0, atol=1e-12)

    weights = download(page, page.get_by_role("button", name="Weights (safetensors)"), tmp_path)
    tensors = safetensors.torch.load_file(weights)
    rnn = torch.nn.RNN(4, 4, dtype=torch.float64)
    rnn.load_state_dict({name.removeprefix("rnn."): t for name, t in tensors.items() if name.startswith("rnn.")})
    with torch.no_grad():
        states, _ = rnn(ref.inputs)
    torch.testing.assert_close(states, ref.hidden[1:], rtol=0, atol=1e-12)
    torch.testing.assert_close(tensors["head.weight"], ref.W_hy, rtol=0, atol=0)
    torch.testing.assert_close(tensors["head.bias"], ref.c, rtol=0, atol=0)

    script = download(page, page.get_by_role("button", name="PyTorch script"), tmp_path)
    said = io.StringIO()
    try:
        with contextlib.redirect_stdout(said):
            runpy.run_path(str(script))
    finally:
        torch.set_default_dtype(torch.float32)
    lines = [line.split() for line in said.getvalue().splitlines()]
    printed = [[float(value) for value in line[2:]] for line in lines if line[0] == "h"]
    np.testing.assert_allclose(printed, ref.hidden[1:], rtol=0, atol=1e-11)
    losses = [float(line[2]) for line in lines if line[0] == "L"]
    np.testing.assert_allclose(losses, ref.losses, rtol=0, atol=1e-11)
    (total,) = (float(line[1]) for line in lines if line[0] == "loss")
    assert total == pytest.approx(ref.losses.sum().item(), abs=1e-10)
