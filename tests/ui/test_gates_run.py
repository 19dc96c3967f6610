"""A run behind /gates, held against torch: gates, changes, swaps, dependence, forms; and what is refused."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
import safetensors.torch
import torch
from torch.nn import functional as F

from seqviz.recurrent.changes import Changes, Clamp, Silence
from seqviz.recurrent.notation import notation
from seqviz.recurrent.stored import read_model
from seqviz.ui.gates.reading import CELL_LIMIT, TOKEN_LIMIT, first_text
from seqviz.ui.gates.run import GateSettings, Shown, gate_run
from seqviz.ui.gates.sheet import compared_data, sheet_data
from seqviz.ui.settings import Refusal
from tests.small_models import Network, ids_of, pair

TEXT = "the film was not good . the film was bad"
Steps = dict[str, list[torch.Tensor]]


def lstm_by_hand(module: Network, ids: torch.Tensor, hold: Mapping[str, float], silent: tuple[int, ...] = ()) -> Steps:
    """The LSTM written out, with gates held and units silenced; torch's own order of gates i, f, g, o."""
    rnn = module.rnn
    h = c = torch.zeros(rnn.hidden_size, dtype=torch.float64)
    found: Steps = {name: [] for name in "ifgohc"}
    for x in module.embedding(ids):
        z = rnn.weight_ih_l0 @ x + rnn.bias_ih_l0 + rnn.weight_hh_l0 @ h + rnn.bias_hh_l0
        gates = dict(zip("ifgo", z.chunk(4), strict=True))
        values = {k: torch.tanh(v) if k == "g" else torch.sigmoid(v) for k, v in gates.items()}
        for k, value in hold.items():
            values[k] = torch.full_like(values[k], value)
        c = values["f"] * c + values["i"] * values["g"]
        h = values["o"] * torch.tanh(c)
        h = h * torch.tensor([0.0 if unit in silent else 1.0 for unit in range(rnn.hidden_size)])
        for k, value in {**values, "h": h, "c": c}.items():
            found[k].append(value)
    return found


def stacked(steps: list[torch.Tensor]) -> np.ndarray[Any, Any]:
    return torch.stack(steps).detach().numpy()


def unpacked(table: Any) -> np.ndarray[Any, Any]:
    return np.frombuffer(base64.b64decode(table["packed"]), "<f4").reshape(table["rows"], table["columns"])


@pytest.mark.parametrize("kind", ["RNN", "LSTM", "GRU"])
def test_states_and_answers_are_torchs(kind: str):
    made = pair(kind)
    run = gate_run(made.stored, GateSettings(TEXT))
    states = made.module.rnn(made.module.embedding(ids_of(TEXT)))[0]
    np.testing.assert_allclose(run.trace.hidden[1:], states.detach(), atol=1e-12)
    np.testing.assert_allclose(run.probabilities, F.softmax(made.module.head(states), dim=-1).detach(), atol=1e-12)
    assert run.untouched is None
    assert run.tokens == tuple(TEXT.split())


@pytest.mark.parametrize(("hold", "silent"), [({"f": 0.0}, ()), ({"o": 1.0, "g": -0.5}, ()), ({}, (0, 3))])
def test_a_changed_run_is_the_changed_network(hold: dict[str, float], silent: tuple[int, ...]):
    made = pair("LSTM")
    changes = Changes(tuple(Clamp(k, v) for k, v in hold.items()), tuple(Silence(unit) for unit in silent))
    run = gate_run(made.stored, GateSettings(TEXT, changes=changes))
    wanted = lstm_by_hand(made.module, ids_of(TEXT), hold, silent)
    np.testing.assert_allclose(run.trace.hidden[1:], stacked(wanted["h"]), atol=1e-12)
    np.testing.assert_allclose(run.trace.cell[1:], stacked(wanted["c"]), atol=1e-12)
    plain = lstm_by_hand(made.module, ids_of(TEXT), {})
    assert run.untouched is not None
    np.testing.assert_allclose(run.untouched.hidden[1:], stacked(plain["h"]), atol=1e-12)
    assert np.abs(run.trace.hidden - run.untouched.hidden).max() > 0.01


def test_a_swapped_token_is_the_other_text():
    made = pair("GRU")
    swapped = gate_run(made.stored, GateSettings(TEXT, swaps=((4, "the"),)))
    other = gate_run(made.stored, GateSettings(TEXT.replace("not", "the")))
    np.testing.assert_array_equal(swapped.trace.hidden, other.trace.hidden)
    assert swapped.swapped == (4,)
    assert swapped.tokens[3] == "the"
    assert swapped.untouched is not None
    np.testing.assert_array_equal(swapped.untouched.hidden, gate_run(made.stored, GateSettings(TEXT)).trace.hidden)


@pytest.mark.parametrize("kind", ["RNN", "LSTM", "GRU"])
@pytest.mark.parametrize("explained", [None, (3, 0)])
def test_dependence_is_autograds(kind: str, explained: tuple[int, int] | None):
    made = pair(kind)
    run = gate_run(made.stored, GateSettings(TEXT, explained=explained))
    x = made.module.embedding(ids_of(TEXT)).detach().requires_grad_()
    logits = made.module.head(made.module.rnn(x)[0])
    step, k = explained or (len(x), int(logits[-1].argmax()))
    assert run.explained == (step, k)
    F.log_softmax(logits[step - 1], dim=-1)[k].backward()
    assert x.grad is not None
    np.testing.assert_allclose(run.saliency, x.grad.norm(dim=1), atol=1e-10)
    assert not x.grad[step:].any()  # what comes later cannot matter


def test_an_explanation_that_is_not_there_gives_way_to_the_last_step():
    assert gate_run(pair("LSTM").stored, GateSettings("the film", explained=(3, 0))).explained in {(2, 0), (2, 1)}


def test_a_grus_z_can_keep_either_state_and_nothing_else_changes():
    made = pair("GRU")
    old = gate_run(made.stored, GateSettings(TEXT))
    new = gate_run(made.stored, GateSettings(TEXT, shown=Shown(update_keeps="new")))
    np.testing.assert_allclose(new.trace.hidden, old.trace.hidden, atol=1e-12)
    np.testing.assert_allclose(new.trace.gates["z"], 1.0 - old.trace.gates["z"], atol=1e-12)


def test_the_reset_gate_before_the_product_is_another_network_and_says_so():
    made = pair("GRU")
    run = gate_run(made.stored, GateSettings(TEXT, shown=Shown(reset_after=False)))
    rnn = made.module.rnn
    trained = rnn(made.module.embedding(ids_of(TEXT)))[0].detach().numpy()
    h = torch.zeros(5, dtype=torch.float64)
    for x, have in zip(made.module.embedding(ids_of(TEXT)), run.trace.hidden[1:], strict=True):
        (x_r, x_z, x_n), (W_r, W_z, W_n) = (rnn.weight_ih_l0 @ x + rnn.bias_ih_l0).chunk(3), rnn.weight_hh_l0.chunk(3)
        b_r, b_z, b_n = rnn.bias_hh_l0.chunk(3)
        r, z = torch.sigmoid(x_r + W_r @ h + b_r), torch.sigmoid(x_z + W_z @ h + b_z)
        h = (1 - z) * torch.tanh(x_n + W_n @ (r * h) + b_n) + z * h
        np.testing.assert_allclose(have, h.detach(), atol=1e-12)
    gap = np.abs(run.trace.hidden[1:] - trained)
    step, unit = np.unravel_index(gap.argmax(), gap.shape)
    assert f"differ by up to {gap.max():.2g} in h: in unit {unit + 1} at step {step + 1}." in run.notes[0]


def test_the_direction_from_right_to_left_stands_in_the_order_of_reading():
    made = pair("LSTM", bidirectional=True)
    run = gate_run(made.stored, GateSettings("the film was zzz", shown=Shown(reverse=True)))
    states = made.module.rnn(made.module.embedding(ids_of("the film was zzz")))[0]
    assert run.tokens == ("zzz", "was", "film", "the")
    assert run.unknown == (0,)
    np.testing.assert_allclose(run.trace.hidden[1:], states[:, 5:].flip(0).detach(), atol=1e-12)
    wanted = F.softmax(made.module.head(states), dim=-1).flip(0).detach()
    np.testing.assert_allclose(run.probabilities, wanted, atol=1e-12)


def test_an_unknown_token_is_read_as_unk_and_named():
    run = gate_run(pair("LSTM").stored, GateSettings("the fjord was good"))
    assert run.unknown == (1,)
    assert run.notes == ("The model's vocabulary lacks “fjord”: read as <unk>.",)
    assert run.tokens[1] == "fjord"


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        (GateSettings(""), "The text is empty; type at least 1 token."),
        (GateSettings("  \n "), "The text is nothing but white space; type at least 1 token."),
        (GateSettings("a " * (TOKEN_LIMIT + 1)), "The text has 2,001 words; the limit is 2,000."),
        (GateSettings("x" * 20_001), "The text is 20,001 characters long; the limit is 20,000."),
        (GateSettings("a b", swaps=((3, "c"),)), "Token 3 cannot be swapped: the text has 2."),
        (
            GateSettings("a b", changes=Changes((Clamp("f", 0.0, steps=(2, 3)),))),
            "Tokens 2 to 3 cannot be changed: the text has 2.",
        ),
    ],
)
def test_what_cannot_be_run_is_refused_in_one_sentence(settings: GateSettings, sentence: str):
    with pytest.raises(Refusal, match=r"\.$") as refusal:
        gate_run(pair("LSTM").stored, settings)
    assert str(refusal.value).startswith(sentence)


def test_tokens_times_units_are_bounded():
    wide = pair("RNN", hidden=200).stored
    steps = CELL_LIMIT // 200 + 1
    with pytest.raises(Refusal, match=rf"has {steps:,} words; the limit is 640 for a model of this width \(200 units"):
        gate_run(wide, GateSettings("a " * steps))


def test_two_thousand_tokens_are_taken():
    assert gate_run(pair("LSTM").stored, GateSettings("film " * TOKEN_LIMIT)).trace.steps == TOKEN_LIMIT


@pytest.mark.parametrize("kind", ["RNN", "LSTM", "GRU"])
def test_the_sheet_carries_the_runs_numbers(kind: str):
    run = gate_run(pair(kind).stored, GateSettings(TEXT, changes=Changes(silences=(Silence(0),))))
    data: Any = sheet_data(run, notation("PyTorch"))
    lanes = {lane["key"]: lane for lane in data["lanes"]}
    assert [*lanes][:4] == {"RNN": ["h", "p"], "LSTM": ["f", "i", "g", "o"], "GRU": ["r", "z", "n", "h"]}[kind][:4] + (
        ["dependence"] if kind == "RNN" else []
    )
    assert run.untouched is not None
    for name, gate in run.trace.gates.items():
        np.testing.assert_array_equal(unpacked(lanes[name]["values"]), gate.astype("<f4"))
        np.testing.assert_array_equal(unpacked(lanes[name]["untouched"]), run.untouched.gates[name].astype("<f4"))
    np.testing.assert_array_equal(unpacked(data["states"]["h"]), run.trace.hidden.astype("<f4"))
    np.testing.assert_array_equal(unpacked(lanes["h"]["untouched"]), run.untouched.hidden[1:].astype("<f4"))
    np.testing.assert_array_equal(unpacked(lanes["p"]["values"]), run.probabilities.astype("<f4"))
    assert lanes["p"]["rowNames"] == ["negative", "positive"]
    assert data["silenced"] == [(0, None)]


def test_a_held_span_may_run_to_the_end_and_reverse_counts_in_the_text():
    made = pair("LSTM", bidirectional=True)
    held = Changes((Clamp("f", 0.0, steps=(2, None)),), (Silence(1, (1, 2)),))
    forward = gate_run(made.stored, GateSettings("the film was not good", changes=held))
    assert (forward.trace.gates["f"] == 0).all(axis=1).tolist() == [False, True, True, True, True]
    assert (forward.trace.hidden[1:, 1] == 0).tolist() == [True, True, False, False, False]
    back = gate_run(made.stored, GateSettings("the film was not good", changes=held, shown=Shown(reverse=True)))
    assert back.tokens[0] == "good"
    assert (back.trace.gates["f"] == 0).all(axis=1).tolist() == [True, True, True, True, False]
    assert (back.trace.hidden[1:, 1] == 0).tolist() == [False, False, False, True, True]


def test_a_swap_in_a_file_without_a_vocabulary_leaves_the_other_tokens_alone():
    module = pair("LSTM").module
    bare = read_model(safetensors.torch.save({k: v.contiguous() for k, v in module.rnn.state_dict().items()}))
    run = gate_run(bare, GateSettings("a b a b a", swaps=((1, "c"),)))
    assert run.untouched is not None
    assert (run.trace.inputs != run.untouched.inputs).any(axis=1).tolist() == [True, False, False, False, False]
    assert run.trace.inputs[0].argmax() == 2  # the third token that this file has met
    assert "names no tokens" in run.notes[0]


@pytest.mark.parametrize("swaps", [(), ((3, "good"),)])
def test_dependence_is_that_of_the_tokens_on_the_sheet(swaps: tuple[tuple[int, str], ...]):
    made = pair("GRU")
    run = gate_run(made.stored, GateSettings(TEXT, swaps=swaps))
    x = made.module.embedding(ids_of(" ".join(run.tokens))).detach().requires_grad_()
    logits = made.module.head(made.module.rnn(x)[0])
    assert run.explained == (len(x), int(logits[-1].argmax()))
    F.log_softmax(logits[-1], dim=-1).max().backward()
    assert x.grad is not None
    np.testing.assert_allclose(run.saliency, x.grad.norm(dim=1), atol=1e-10)
    assert "untouched" not in run.explained_in_words


def test_with_a_gate_held_the_dependence_is_the_untouched_runs_and_says_so():
    made = pair("LSTM")
    held = gate_run(made.stored, GateSettings(TEXT, changes=Changes((Clamp("o", 1.0),))))
    plain = gate_run(made.stored, GateSettings(TEXT))
    np.testing.assert_array_equal(held.saliency, plain.saliency)
    assert held.explained_in_words.endswith("of the untouched run")


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("kind", ["LSTM", "GRU"])
def test_dependence_goes_through_every_layer_and_both_directions(kind: str, reverse: bool):
    made = pair(kind, bidirectional=True, num_layers=2)
    shown = Shown(layer=1, reverse=reverse, update_keeps="new" if kind == "GRU" else "old")
    run = gate_run(made.stored, GateSettings(TEXT, shown=shown, explained=(4, 1)))
    x = made.module.embedding(ids_of(TEXT)).detach().requires_grad_()
    logits = made.module.head(made.module.rnn(x)[0])
    place = len(x) - 4 if reverse else 3
    F.log_softmax(logits[place], dim=-1)[1].backward()
    assert x.grad is not None
    wanted = x.grad.norm(dim=1)
    np.testing.assert_allclose(run.saliency, wanted.flip(0) if reverse else wanted, atol=1e-10)
    p = F.softmax(logits, dim=-1).detach()
    np.testing.assert_allclose(run.probabilities, p.flip(0) if reverse else p, atol=1e-10)
    assert run.end == (0 if reverse else len(x) - 1)


def test_in_the_decks_form_z_is_held_the_other_way_round():
    made = pair("GRU")
    old = gate_run(made.stored, GateSettings(TEXT, changes=Changes((Clamp("z", 0.2),))))
    new = gate_run(
        made.stored, GateSettings(TEXT, changes=Changes((Clamp("z", 0.8),)), shown=Shown(update_keeps="new"))
    )
    np.testing.assert_allclose(new.trace.hidden, old.trace.hidden, atol=1e-12)
    assert np.allclose(new.trace.gates["z"], 0.8)


def test_the_turning_point_is_where_the_read_out_changes_most():
    run = gate_run(pair("LSTM").stored, GateSettings(TEXT))
    assert run.probabilities is not None
    steps = [np.abs(b - a).sum() for a, b in zip(run.probabilities, run.probabilities[1:], strict=False)]
    assert run.turning_point == 1 + steps.index(max(steps))
    assert gate_run(pair("LSTM").stored, GateSettings("film")).turning_point == 0


def test_both_runs_of_a_state_share_one_scale_and_few_outliers_take_no_colour():
    made = pair("LSTM")
    run = gate_run(made.stored, GateSettings(TEXT, changes=Changes((Clamp("f", 1.0), Clamp("i", 1.0)))))
    assert run.trace.cell is not None
    assert run.untouched is not None
    assert run.untouched.cell is not None
    data: Any = sheet_data(run, notation("A"))
    (c,) = (lane for lane in data["lanes"] if lane["key"] == "c")
    every = np.abs(np.concatenate([run.trace.cell, run.untouched.cell]))
    assert c["lineLimit"] == every.max()
    assert (every <= c["limit"]).mean() >= 0.95
    assert c["limit"] == max(1.0, np.sort(every.ravel())[int(np.ceil(0.95 * (every.size - 1)))])


def test_the_rows_of_the_read_out_hold_the_answers_of_both_runs():
    classes = [f"class {k}" for k in range(30)]
    made = pair("LSTM", classes=classes)
    run = gate_run(made.stored, GateSettings(TEXT, changes=Changes((Clamp("o", 0.0),))))
    assert run.probabilities is not None
    assert run.untouched_probabilities is not None
    (p,) = (lane for lane in _lanes_of(run) if lane["key"] == "p")
    assert {int(run.probabilities[-1].argmax()), int(run.untouched_probabilities[-1].argmax())} <= {*p["rowIds"]}
    assert len(p["rowIds"]) == 6


def _lanes_of(run: Any) -> Any:
    return sheet_data(run, notation("A"))["lanes"]


def test_one_hot_inputs_travel_as_their_places():
    module = pair("LSTM").module
    bare = read_model(safetensors.torch.save({k: v.contiguous() for k, v in module.rnn.state_dict().items()}))
    data: Any = sheet_data(gate_run(bare, GateSettings("a b a")), notation("A"))
    assert data["inputs"] == {"columns": 3, "ones": [0, 1, 0]}


@pytest.mark.parametrize(("tokens", "example"), [(("<unk>",), ""), (("a", "b"), "x" * 30_000), (("☃", "b"), "  ")])
def test_every_model_finds_a_text_to_begin_with(tokens: tuple[str, ...], example: str):
    made = pair("RNN", tokens=tokens, example=example[:9000])
    assert gate_run(made.stored, GateSettings(first_text(made.stored))).trace.steps >= 1


def test_a_state_that_overflows_is_drawn_as_far_as_it_goes():
    run = gate_run(pair("RNN", scale=600.0, nonlinearity="relu").stored, GateSettings("film good " * 100))
    step = run.trace.first_overflow
    assert step is not None
    assert 2 < step < 200
    assert f"at token {step}: from there on" in run.notes[-1]
    assert run.saliency is None
    data: Any = sheet_data(run, notation("A"))
    assert "NaN" not in json.dumps(data)
    (p,) = (lane for lane in data["lanes"] if lane["base"] == "p")
    assert p["answers"][0] is not None
    assert p["answers"][-1] is None


def test_the_compared_models_show_the_same_classes():
    runs = {kind: gate_run(pair(kind).stored, GateSettings(TEXT)) for kind in ("RNN", "GRU", "LSTM")}
    data: Any = compared_data(runs, notation("A"))
    answers = [lane for lane in data["lanes"] if lane["base"] == "p"]
    assert [lane["group"] for lane in answers] == ["RNN", "GRU", "LSTM"]
    assert len({tuple(lane["rowNames"]) for lane in answers}) == 1
    kept = {lane["group"]: unpacked(lane["values"]) for lane in data["lanes"] if lane["base"] == "c"}
    np.testing.assert_array_equal(kept["LSTM"], runs["LSTM"].trace.cell[1:].astype("<f4"))
