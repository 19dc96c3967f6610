"""The files that ship: their form, that every score on their card comes out again, and that they can be made again."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors import safe_open

from seqviz.learning import shipped
from seqviz.learning.fit import Score, fit, new_model
from seqviz.learning.measures import baselines, measure
from seqviz.learning.model import Notes, SequenceModel, load
from seqviz.learning.recipes import RECIPES
from seqviz.recurrent import NO_TARGET
from seqviz.text import UNKNOWN, tokenize

MODELS = Path(__file__).parents[2] / "assets" / "models"
FILES = [(task, cell) for task in ("country", "brackets", "counting", "reviews") for cell in ("rnn", "lstm", "gru")]
each_file = pytest.mark.parametrize(("task", "cell"), FILES)
each_task = pytest.mark.parametrize("task", list(RECIPES))


@cache
def model_of(task: str, cell: str) -> tuple[SequenceModel, Notes]:
    return load(MODELS / f"{task}-{cell}.safetensors")


@cache
def card_of(task: str) -> dict[str, Any]:
    return json.loads((MODELS / f"{task}.json").read_text(encoding="utf-8"))


def answer(task: str, cell: str, text: str) -> str:
    """The class that a network says at the end of a text."""
    model, notes = model_of(task, cell)
    ids = [notes.vocabulary.index(token) for token in tokenize(text, notes.unit)]  # type: ignore[arg-type]
    return notes.classes[int(model(torch.tensor([ids]))[0, -1].argmax())]


# ── form ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_folder_holds_these_files_and_no_others():
    names = {f"{task}-{cell}.safetensors" for task, cell in FILES} | {f"{task}.json" for task in RECIPES}
    assert {path.name for path in MODELS.iterdir()} == names


@each_file
def test_a_file_has_the_agreed_form(task: str, cell: str):
    path = MODELS / f"{task}-{cell}.safetensors"
    assert path.stat().st_size <= 200_000
    with safe_open(path, framework="np") as file:
        metadata, shapes = file.metadata(), {name: file.get_tensor(name).shape for name in file.keys()}  # noqa: SIM118
        assert {file.get_tensor(name).dtype for name in shapes} == {np.dtype(np.float32)}
    V, E = shapes["embedding.weight"]
    K, H = shapes["head.weight"]
    gates = {"rnn": 1, "lstm": 4, "gru": 3}[cell]
    assert shapes == {
        "embedding.weight": (V, E),
        "rnn.weight_ih_l0": (gates * H, E),
        "rnn.weight_hh_l0": (gates * H, H),
        "rnn.bias_ih_l0": (gates * H,),
        "rnn.bias_hh_l0": (gates * H,),
        "head.weight": (K, H),
        "head.bias": (K,),
    }
    assert H <= 32
    assert E <= 16
    assert metadata["cell"] == cell.upper()
    assert metadata["unit"] == ("words" if task in ("country", "reviews") else "characters")
    assert len(json.loads(metadata["vocabulary"])) == V
    assert len(json.loads(metadata["classes"])) == K
    assert json.loads(metadata["card"]) == card_of(task)


@each_task
def test_the_three_cells_share_everything_but_the_cell(task: str):
    notes = [model_of(task, cell)[1] for cell in ("rnn", "lstm", "gru")]
    assert notes[0] == notes[1] == notes[2]
    sizes = {(m.rnn.hidden_size, m.rnn.input_size) for m in (model_of(task, c)[0] for c in ("rnn", "lstm", "gru"))}
    assert len(sizes) == 1
    recipe = RECIPES[task]
    assert notes[0].vocabulary == recipe.task.vocabulary.tokens
    assert notes[0].classes == recipe.task.classes
    assert (UNKNOWN in notes[0].vocabulary) == (task in ("country", "reviews"))


@each_task
def test_the_example_is_of_the_alphabet_and_fits_a_screen(task: str):
    _, notes = model_of(task, "lstm")
    tokens = tokenize(notes.example, notes.unit)  # type: ignore[arg-type]
    assert set(tokens) <= set(notes.vocabulary) - {UNKNOWN}
    assert 15 <= len(tokens) <= 60


# ── the cards tell the truth ─────────────────────────────────────────────────────────────────────────────────


@each_file
def test_every_score_on_the_card_comes_out_of_the_file_again(task: str, cell: str):
    model, _ = model_of(task, cell)
    said, found = card_of(task)["cells"][cell], measure(model, RECIPES[task])
    assert said["test"] == pytest.approx(found.test, abs=2e-3)  # another processor may turn one close answer
    assert said["test_loss"] == pytest.approx(found.test_loss, rel=0.01, abs=1e-3)
    assert (said["curve_name"], tuple(said["curve_at"])) == (found.curve_name, found.curve_at)
    np.testing.assert_allclose(said["curve"], found.curve, atol=5e-3)
    assert said["breaks_at"] == found.breaks_at
    assert said["also"] == pytest.approx(found.also, abs=5e-3)
    assert said["parameters"] == sum(tensor.numel() for tensor in model.state_dict().values())


@each_task
def test_the_card_says_what_the_recipe_does(task: str):
    card, recipe = card_of(task), RECIPES[task]
    assert card == {**shipped.card_of(recipe, card["cells"]), "torch": card["torch"]}
    assert card["baselines"] == baselines(recipe)
    assert list(card["cells"]) == ["rnn", "lstm", "gru"]
    for said in card["cells"].values():
        assert [tried["learning_rate"] for tried in said["search"]] == list(recipe.rates)
        chosen = max(said["search"], key=lambda tried: (tried["validation"], -tried["validation_loss"]))
        assert said["learning_rate"] == chosen["learning_rate"]


def test_choosing_takes_the_most_right_answers_then_the_smallest_loss():
    model = new_model(RECIPES["counting"].config("RNN", 0.01), 3, 4)
    runs = [
        shipped.Run(rate, model, (), Score(*of)) for rate, of in enumerate([(0.8, 1, 0.1), (0.9, 0, 3), (0.9, 0, 2)])
    ]
    assert shipped.best(runs).learning_rate == 2


# ── what they are for ────────────────────────────────────────────────────────────────────────────────────────


def test_at_a_gap_of_80_the_lstm_remembers_the_country_and_the_rnn_is_near_chance():
    cells = card_of("country")["cells"]
    at = cells["lstm"]["curve_at"].index(80)
    assert cells["lstm"]["curve"][at] >= 0.99
    assert cells["gru"]["curve"][at] >= 0.99
    assert cells["rnn"]["curve"][at] <= 2.5 / 16  # one in sixteen is chance
    assert cells["rnn"]["curve"][0] > 2.5 / 16, "at a gap of 5 it is not: it learned something"
    longer = cells["rnn"]["longer"]
    assert longer["updates"] == 5 * card_of("country")["updates"]
    assert longer["curve"][at] < cells["lstm"]["curve"][at] - 0.3, "with five times the budget it is still far behind"


def test_the_lstm_counts_farther_than_the_gru_and_the_gru_farther_than_the_rnn():
    cells = card_of("counting")["cells"]
    assert all(said["test"] == 1.0 for said in cells.values()), "up to n = 10 all three are right"
    breaks = {cell: said["breaks_at"] for cell, said in cells.items()}
    assert 10 < breaks["rnn"] <= breaks["gru"] < breaks["lstm"]


def test_what_the_examples_show():
    assert answer("country", "lstm", RECIPES["country"].example) == "Spanish"
    assert answer("counting", "lstm", RECIPES["counting"].example) == "<eos>"
    assert answer("reviews", "lstm", RECIPES["reviews"].example) == "positive"
    assert answer("brackets", "lstm", 'f(a, [b, "not ])') == "in quotes"
    assert answer("brackets", "lstm", 'f(a, [b, "not ]) here"') == "depth 2"


def test_reviews_in_the_reader_s_words():
    for text, said in {
        "The film was not bad at all .": "positive",
        "The film was not good at all .": "negative",
        "The room was clean , but the bed was terrible .": "negative",
        "The room was clean , even though the bed was terrible .": "positive",
    }.items():
        assert answer("reviews", "lstm", text) == said, text


# ── they can be made again ───────────────────────────────────────────────────────────────────────────────────


@each_task
def test_the_first_updates_come_out_again(task: str):
    """The losses of the LSTM's first 20 updates; 1 in 1,000 is left for another processor's rounding."""
    recipe, said = RECIPES[task], card_of(task)["cells"]["lstm"]
    config = recipe.config("LSTM", said["learning_rate"])
    model = new_model(config, recipe.task.vocabulary.size, len(recipe.task.classes))
    steps = zip(range(20), fit(model, shipped.training_data(recipe), config), strict=False)
    np.testing.assert_allclose([step.loss for _, step in steps], said["first_losses"][:20], rtol=1e-3)


def test_the_cheapest_one_trained_from_scratch_is_as_good():
    recipe, said = RECIPES["counting"], card_of("counting")["cells"]["rnn"]
    run = shipped.run(recipe, "RNN", said["learning_rate"], shipped.training_data(recipe))
    found = measure(run.model, recipe)
    assert found.test == pytest.approx(said["test"], abs=0.02)
    assert found.breaks_at == pytest.approx(said["breaks_at"], abs=1)
    np.testing.assert_allclose(run.losses[:50], said["first_losses"], rtol=1e-3)


def test_the_command_names_the_tasks_when_it_is_given_another():
    with pytest.raises(SystemExit, match="task is 'poetry', expected one of country, brackets, counting, reviews"):
        shipped.main(["poetry"])


def test_no_target_is_what_torch_ignores():
    logits, targets = torch.randn(2, 3), torch.tensor([NO_TARGET, 1])
    alone = torch.nn.functional.cross_entropy(logits[1:], targets[1:])
    assert torch.nn.functional.cross_entropy(logits, targets) == alone
