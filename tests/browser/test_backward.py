"""/unrolled backward: every gradient that stands on the page is autograd's, every update is torch.optim.SGD's."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import numpy as np
import pytest
import torch
from playwright.sync_api import Page, expect
from torch.nn import functional as F

from seqviz.recurrent.bptt import recurrent_terms
from seqviz.recurrent.initial import random_elman
from seqviz.recurrent.notation import NOTATIONS
from seqviz.ui.compute import experiment
from seqviz.ui.settings import Settings
from tests.browser.reading import Stepper, Visitor, number, server_traffic, shows, tracebacks

BACK_PHASES = (
    "output_gradient",
    "head_terms",
    "local_gradient",
    "incoming_gradient",
    "hidden_gradient",
    "preactivation_gradient",
    "weight_terms",
)
IDS, TARGETS, STEPS, K, H = [0, 1, 2, 2], [1, 2, 2, 3], 4, 4, 4  # "hell" → "ello"
Tensor = torch.Tensor


class Autograd:
    """The network of "hello" with seed 0, step by step under autograd, each step with its own copy of the weights."""

    def __init__(self, loss: str = "cross_entropy") -> None:
        cell = random_elman(K, H, K, seed=0, scale=0.7)
        assert cell.head is not None
        values = {"W_xh": cell.W_xh, "W_hh": cell.W_hh, "b": cell.b, "W_hy": cell.head.weight, "c": cell.head.bias}
        self.values = {name: torch.tensor(value) for name, value in values.items()}
        self.copies = [
            {name: value.clone().requires_grad_() for name, value in self.values.items()} for _ in range(STEPS)
        ]
        h = torch.zeros(H, dtype=torch.float64)
        self.hidden, self.z, self.logits, losses = [h], [], [], []
        for copy, x, target in zip(self.copies, F.one_hot(torch.tensor(IDS), K).double(), TARGETS, strict=True):
            z = copy["W_xh"] @ x + copy["W_hh"] @ h + copy["b"]
            h = torch.tanh(z)
            logits = copy["W_hy"] @ h + copy["c"]
            wanted = torch.tensor(target)
            if loss == "cross_entropy":
                losses.append(F.cross_entropy(logits, wanted, reduction="sum"))
            else:
                losses.append(0.5 * ((F.one_hot(wanted, K) - logits) ** 2).sum())
            for kept in (z, h, logits):
                kept.retain_grad()
            self.z.append(z)
            self.hidden.append(h)
            self.logits.append(logits)
        self.losses = losses
        self.total = torch.stack(losses).sum()

    def gradient(self, of: Tensor, by: Tensor) -> Tensor:
        """∂of/∂by; 0 where one does not depend on the other."""
        (found,) = torch.autograd.grad(of, by, retain_graph=True, allow_unused=True)
        return torch.zeros_like(by) if found is None else found

    def term(self, t: int, k: int) -> Tensor:
        """The loss of step t by the copy of W_hh that acts at step k, both from 0."""
        return self.gradient(self.losses[t], self.copies[k]["W_hh"])

    def so_far(self, name: str, step: int) -> Tensor:
        return torch.stack([self.gradient(self.total, self.copies[s][name]) for s in range(step, STEPS)]).sum(dim=0)


def expected(ref: Autograd, step: int, key: str) -> list[list[Tensor]]:
    """The blocks of a phase, each with its numbers; an empty list is a block that is not compared."""
    h, z, logits = ref.hidden[step + 1], ref.z[step], ref.logits[step]
    output = ref.gradient(ref.total, logits)
    local, total = ref.gradient(ref.losses[step], h), ref.gradient(ref.total, h)
    last = step == STEPS - 1
    after = torch.zeros(0) if last else ref.gradient(ref.total, ref.hidden[step + 2])
    factor = (
        torch.zeros(0)
        if last
        else torch.stack([ref.gradient(ref.hidden[step + 2][i], h) for i in range(H)]).T  # (∂h_{t+1}/∂h_t)ᵀ
    )
    slope = 1 - h.detach() ** 2

    def terms(*names: str) -> list[Tensor]:
        both = [(ref.gradient(ref.total, ref.copies[step][name]), ref.so_far(name, step)) for name in names]
        return [block for pair in both for block in pair]

    blocks: dict[str, list[Tensor]] = {
        "output_gradient": [
            torch.softmax(logits, 0).detach(),
            F.one_hot(torch.tensor(TARGETS[step]), K).double(),
            output,
        ],
        "head_terms": terms("W_hy", "c"),
        "local_gradient": [ref.values["W_hy"].T, output, local],
        "incoming_gradient": [factor, after, total - local],
        "hidden_gradient": [local, total - local, total],
        "preactivation_gradient": [total, slope, ref.gradient(ref.total, z)],
        "weight_terms": terms("W_hh", "W_xh", "b"),
    }
    return blocks[key]


DECIMALS = {"output_gradient": (4, 0, 4), "local_gradient": (2, 4, 4), "incoming_gradient": (2, 4, 4)}


def wrong_numbers(panel: dict[str, Any], ref: Autograd, step: int, key: str) -> list[str]:
    blocks = expected(ref, step, key)
    decimals = DECIMALS.get(key, (3,) * 6 if key.endswith("terms") else (4,) * 3)
    cells = [[cell for cell in block["cells"] if cell != "·"] for block in panel["blocks"]]
    if [len(block) for block in cells] != [block.numel() for block in blocks]:
        return [f"step {step + 1} {key}: {cells}"]
    return [
        f"step {step + 1} {key} block {b + 1}: {text} instead of {value}"
        for b, (texts, block) in enumerate(zip(cells, blocks, strict=True))
        for text, value in zip(texts, block.flatten().tolist(), strict=True)
        if not shows(text, value, decimals[b])
    ]


def test_every_gradient_on_hello_is_autograds(visitor: Visitor) -> None:
    """All 28 positions backward by →, then back by ←: the panel, the drawing and the opened sums."""
    ref = Autograd()
    stepper = Stepper(visitor.open("/unrolled?at=4.loss"))
    wrong = []
    for step in reversed(range(STEPS)):
        for key in BACK_PHASES:
            stepper.press("ArrowRight")
            assert visitor_at(stepper) == (step, key)
            wrong += wrong_numbers(stepper.panel, ref, step, key)
            if key in ("local_gradient", "hidden_gradient", "preactivation_gradient"):
                value = expected(ref, step, key)[2][0].item()
                (line,) = stepper.panel["sum"]
                assert number(re.findall(r"≈ (\S+)$", line)[0]) == pytest.approx(value, abs=5.1e-7)
        column = stepper.columns[step]
        z = ref.gradient(ref.total, ref.z[step])
        assert same(column["units"], z.tolist(), 3)
    assert wrong == []
    assert stepper.press("ArrowRight") == 60
    for column, h in zip(stepper.columns, ref.hidden[1:], strict=True):
        assert same(column["units"], ref.gradient(ref.total, h).tolist(), 3)
    for _ in range(29):
        stepper.press("ArrowLeft")
    assert stepper.cursor == 31
    assert stepper.columns[3]["units"] == [f"{v:.2f}".replace("-", "−") for v in ref.hidden[4].tolist()]


def same(texts: list[str], values: Any, decimals: int) -> bool:
    """Whether each text is its number, and none is missing."""
    return all(shows(text, value, decimals) for text, value in zip(texts, values, strict=True))


def visitor_at(stepper: Stepper) -> tuple[int, str]:
    rest = stepper.cursor - 32
    return STEPS - 1 - rest // 7, BACK_PHASES[rest % 7]


def test_squared_error_goes_back_too(visitor: Visitor) -> None:
    ref = Autograd("squared_error")
    stepper = Stepper(visitor.open("/unrolled?loss=squared+error&at=1.weight_terms"))
    (_, sums, *_rest) = stepper.panel["blocks"]
    for text, value in zip(sums["cells"], ref.so_far("W_hh", 0).flatten().tolist(), strict=True):
        assert shows(text, value, 3)


def test_the_grid_opens_each_term(visitor: Visitor) -> None:
    """Every (t, k) pair: its matrix and its norm by autograd; nothing before the pass has come there."""
    ref = Autograd()
    page = visitor.open("/unrolled?at=update")
    terms = page.locator(".terms")
    for t in range(STEPS):
        for k in range(t + 1):
            terms.get_by_label("Loss at step t").fill(str(t + 1))
            terms.get_by_label("Loss at step t").press("Enter")
            terms.get_by_label("Weights used at step k").fill(str(k + 1))
            terms.get_by_label("Weights used at step k").press("Enter")
            term = ref.term(t, k)
            shown = number(terms.locator(".value").inner_text().removeprefix("norm ").split(",")[0])
            assert shown == pytest.approx(term.norm().item(), abs=5.1e-5, rel=0.06)
            texts = terms.locator(".matrix .cell").all_inner_texts()
            assert same(texts, term.flatten().tolist(), 3)
    assert terms.locator("rect.known").count() == 10
    Stepper(page).scrub_to(32 + 7)  # step 3 has begun: only the terms of k = 4 are known
    assert terms.locator("rect.known").count() == 1


def sgd(rate: float, updates: int) -> tuple[list[float], torch.nn.RNN, torch.nn.Linear]:
    """Losses before each update and after the last, by torch.optim.SGD on torch.nn.RNN."""
    cell = random_elman(K, H, K, seed=0, scale=0.7)
    assert cell.head is not None
    rnn, head = torch.nn.RNN(K, H, dtype=torch.float64), torch.nn.Linear(H, K, dtype=torch.float64)
    with torch.no_grad():
        pairs = [(rnn.weight_ih_l0, cell.W_xh), (rnn.weight_hh_l0, cell.W_hh), (rnn.bias_ih_l0, cell.b)]
        for parameter, value in [*pairs, (head.weight, cell.head.weight), (head.bias, cell.head.bias)]:
            parameter.copy_(torch.tensor(value))
        rnn.bias_hh_l0.zero_()
    rnn.bias_hh_l0.requires_grad_(False)
    parameters = [p for p in [*rnn.parameters(), *head.parameters()] if p.requires_grad]
    optimiser = torch.optim.SGD(parameters, lr=rate)
    inputs, targets = F.one_hot(torch.tensor(IDS), K).double(), torch.tensor(TARGETS)
    losses = []
    for _ in range(updates + 1):
        loss = F.cross_entropy(head(rnn(inputs)[0]), targets, reduction="sum")
        losses.append(loss.item())
        if len(losses) <= updates:
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
    return losses, rnn, head


def readout(page: Page) -> str:
    return page.locator(".learning .readout").inner_text()


def wait_for_updates(page: Page, count: int) -> None:
    expect(page.locator(".learning .readout")).to_contain_text(re.compile(rf"^{count} updates?,"))
    expect(page.locator(".learning")).to_have_attribute("aria-busy", "false")


def test_updates_are_torchs_and_rewind_is_exact(visitor: Visitor) -> None:
    page = visitor.open("/unrolled?at=update")
    stepper = Stepper(page)
    start = (stepper.columns, stepper.panel, readout(page))
    learning = page.locator(".learning")

    learning.get_by_role("button", name="Update").click()
    wait_for_updates(page, 1)
    losses, rnn, _ = sgd(0.1, 1)
    assert readout(page) == f"1 update, loss {losses[1]:.4f}"
    now, _, _, before = (block for block in stepper.panel["blocks"] if "4 × 4" in block["title"])
    drawn = random_elman(K, H, K, seed=0, scale=0.7).W_hh.flatten()
    assert same(before["cells"], drawn, 3)
    assert same(now["cells"], rnn.weight_hh_l0.flatten().tolist(), 3)

    learning.get_by_role("button", name="×100").click()
    wait_for_updates(page, 101)
    learning.get_by_role("button", name="×10", exact=True).click()
    wait_for_updates(page, 111)
    losses, rnn, _ = sgd(0.1, 111)
    assert readout(page) == f"111 updates, loss {losses[-1]:.4f}"
    assert all("✓" in column["target"] for column in stepper.columns)  # every next letter right
    page.wait_for_url("**updates=111%400.1**")

    again = visitor.tab()
    again.goto(page.url)
    wait_for_updates(again, 111)
    other = Stepper(again)
    assert other.columns == stepper.columns
    states = rnn(F.one_hot(torch.tensor(IDS), K).double())[0]
    other.button("Home").click()
    other.button("Home").click()
    other.press("End")
    for column, h in zip(other.columns, states.tolist(), strict=True):
        assert same(column["units"], h, 2)
    again.close()

    learning.get_by_role("button", name="Rewind").click()
    wait_for_updates(page, 0)
    assert (stepper.columns, stepper.panel, readout(page)) == start
    page.wait_for_function("!location.search.includes('updates')")


def test_three_hundred_updates_answer_at_once(visitor: Visitor) -> None:
    page = visitor.open("/unrolled?updates=299%400.1")
    wait_for_updates(page, 299)
    assert tracebacks(page) == 0
    page.locator(".learning").get_by_role("button", name="Update").click()
    wait_for_updates(page, 300)
    losses, *_ = sgd(0.1, 300)
    assert readout(page) == f"300 updates, loss {losses[-1]:.4f}"


@pytest.mark.parametrize("rate", ["0", "-0.5", "1e9", ""])
def test_a_learning_rate_that_is_none_is_one_sentence(rate: str, visitor: Visitor) -> None:
    page = visitor.open("/unrolled")
    stepper, learning = Stepper(page), page.locator(".learning")
    learning.get_by_label("Learning rate η").fill(rate)
    before = stepper.columns
    with server_traffic(page) as heard:
        learning.get_by_role("button", name="×100").click()
    assert heard == []
    said = stepper.place["status"]
    assert "above 0 and up to 10" in said
    assert (rate or "empty") in said
    assert learning.get_by_label("Learning rate η").input_value() == rate
    assert stepper.columns == before


def test_more_updates_than_the_limit_are_refused(visitor: Visitor) -> None:
    page = visitor.open("/unrolled?updates=950%400.1")
    wait_for_updates(page, 950)
    page.locator(".learning").get_by_role("button", name="×100").click()
    assert "makes 1050 updates; the limit is 1000" in Stepper(page).place["status"]


@pytest.mark.parametrize("nonsense", ["zz", "5@0", "1@1e9", "9999@0.1", "1@nan", "0@0.1"])
def test_nonsense_updates_in_the_address_are_one_sentence(nonsense: str, visitor: Visitor) -> None:
    page = visitor.open(f"/unrolled?updates={nonsense.replace('@', '%40')}")
    expect(page.get_by_test_id("stAlert")).to_contain_text("The updates in the address could not be read")
    wait_for_updates(page, 0)
    assert tracebacks(page) == 0


def test_too_large_a_rate_says_where_it_stopped(visitor: Visitor) -> None:
    page = visitor.open("/unrolled?activation=identity&loss=squared+error&updates=300%4010")
    said = page.get_by_test_id("stAlert").filter(has_text=re.compile(r"Update \d+ would take the weights or the loss"))
    expect(said).to_have_count(1)
    assert tracebacks(page) == 0


def test_after_too_large_a_rate_the_bar_still_works(visitor: Visitor) -> None:
    """What could not be applied is not counted, a smaller rate goes on from there, and Rewind leads back."""
    page = visitor.open("/unrolled?activation=identity&loss=squared+error&at=update")
    start, learning = readout(page), page.locator(".learning")
    learning.get_by_label("Learning rate η").fill("10")
    learning.get_by_role("button", name="×100").click()
    expect(page.get_by_test_id("stAlert").filter(has_text="would take the weights or the loss")).to_have_count(1)
    expect(learning).to_have_attribute("aria-busy", "false")
    made = int(readout(page).split()[0])
    assert 0 < made < 100
    page.wait_for_url(f"**updates={made}%4010.0**")
    expect(learning.get_by_role("button", name="Rewind")).to_be_enabled()
    learning.get_by_role("button", name="Rewind").click()
    wait_for_updates(page, 0)
    assert readout(page) == start


def test_two_presses_at_once_leave_the_bar_free(visitor: Visitor) -> None:
    page = visitor.open("/unrolled?updates=1%400.1")
    learning = page.locator(".learning")
    wait_for_updates(page, 1)
    learning.get_by_role("button", name="Update").evaluate("button => { button.click(); button.click(); }")
    wait_for_updates(page, 2)  # the second press came while the first was under way
    learning.get_by_role("button", name="Rewind").click()
    wait_for_updates(page, 0)


def test_a_press_beside_a_refused_weight_is_seen_at_once(visitor: Visitor) -> None:
    page = visitor.open('/unrolled?typed=[["W_hh",0,1,5000]]')
    expect(page.get_by_test_id("stAlert")).to_contain_text("is 5000")
    page.locator(".learning").get_by_role("button", name="×10", exact=True).click()
    wait_for_updates(page, 10)
    losses, *_ = sgd(0.1, 10)
    assert readout(page) == f"10 updates, loss {losses[-1]:.4f}"


@pytest.mark.parametrize(("activation", "loss"), [("ReLU", "cross-entropy"), ("sigmoid", "squared error")])
def test_terms_of_other_networks_are_the_engines(activation: str, loss: str, visitor: Visitor) -> None:
    """The browser goes back by itself for the grid; the engine's terms are autograd's (tests/recurrent)."""
    text = "abracadabra"
    settings = Settings(text=text, activation=activation.lower(), loss=loss.replace("-", "_").replace(" ", "_"))
    shown = experiment(replace(settings, hidden=3))
    terms = recurrent_terms(shown.cell, shown.trace, shown.loss_targets, settings.loss)["W_hh"]
    page = visitor.open(
        f"/unrolled?{urlencode({'text': text, 'activation': activation, 'loss': loss, 'hidden': 3})}&at=update"
    )
    grid = page.locator(".terms")
    grid.scroll_into_view_if_needed()
    for t, k in [(10, 1), (10, 10), (6, 2), (9, 7)]:
        for label, place in [("Loss at step t", t), ("Weights used at step k", k)]:
            grid.get_by_label(label).fill(str(place))
            grid.get_by_label(label).press("Enter")
        assert same(grid.locator(".matrix .cell").all_inner_texts(), terms[t - 1, k - 1].flatten().tolist(), 3)


@pytest.mark.parametrize("key", NOTATIONS)
def test_the_read_out_is_transposed_in_every_dialect(key: str, visitor: Visitor) -> None:
    """Drawn H × K on the way back; Keras stores its kernel that way round, so there it carries no ᵀ."""
    page = visitor.open(f"/unrolled?notation={key}&hidden=3&at=4.local_gradient")
    title = Stepper(page).panel["blocks"][0]["title"]
    assert title.endswith("3 × 4")
    assert ("ᵀ" in title) == (key != "Keras")


def test_other_letters_keep_the_updates_another_text_does_not(visitor: Visitor) -> None:
    page = visitor.open("/unrolled?updates=10%400.1")
    wait_for_updates(page, 10)
    page.get_by_role("combobox", name="Notation").click()
    page.get_by_role("option", name="E", exact=True).click()
    expect(page.locator(".terms")).to_be_hidden()
    wait_for_updates(page, 10)
    page.get_by_role("button", name="NAMASTE").click()
    wait_for_updates(page, 0)


def test_stepping_backward_asks_the_server_nothing(visitor: Visitor) -> None:
    page = visitor.open("/unrolled?at=4.loss")
    stepper = Stepper(page)
    with server_traffic(page) as heard:
        for _ in range(29):
            stepper.press("ArrowRight")
        for _ in range(10):
            stepper.press("ArrowLeft")
    assert heard == []
    assert stepper.cursor == 50


def test_without_a_target_there_is_no_way_back(visitor: Visitor) -> None:
    page = visitor.open("/unrolled?text=a&at=1.weight_terms")
    stepper = Stepper(page)
    assert stepper.cursor == 0
    assert [stepper.press("End") for _ in range(2)] == [7, 7]
    expect(page.locator(".learning")).to_be_hidden()
    assert np.isfinite(stepper.place["last"])
