"""What a page can ask of a training in the worker: what it is, what it answers, and what it refuses."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
import pytest
import torch

from seqviz.learning.config import TrainingConfig
from seqviz.learning.factory import about, answer, training
from seqviz.learning.protocol import read, write
from seqviz.learning.training import Training
from seqviz.recurrent.stored import read_model

SMALL: dict[str, Any] = {"examples": 64, "batch": 8, "held_out": 16, "hidden": 6, "embedding": 4, "updates": 4}
CONTENT = "text,label\n" + "".join(f"Good HAT {n},yes\nBad hat {n},no\n" for n in range(60))


def made(updates: int = 2, **config: Any) -> Training:
    found = training(TrainingConfig(**{**SMALL, **config}).to_json(), None)
    for _ in range(updates):
        next(found)
    return found  # type: ignore[return-value]


@pytest.mark.parametrize("task", ["characters", "words", "reviews", "tags", "numbers", "copy", "adding"])
def test_about_is_plain_and_says_what_the_training_is(task: str):
    found = made(task=task, length=12)
    told = read(write(about(found)))
    assert isinstance(told, dict)
    assert told["parameters"] == sum(value.numel() for value in found.model.parameters())
    assert told["kind"] == found.problem.kind
    assert tuple(told["suffix"]) == found.problem.suffix
    assert (told["example"] == "") == (task == "adding")
    assert "cpu" in told["devices"]


def test_own_reviews_say_that_they_are_read_without_capitals():
    assert about(made(task="reviews", source="own", content=CONTENT))["lower"] is True
    assert about(made(task="reviews"))["lower"] is False


def test_a_checkpoint_gives_the_training_that_wrote_it():
    first = made(updates=2)
    again: Any = training(first.config.to_json(), first.checkpoint())
    assert again.update == 2
    assert again.parameters == first.model.parameter_count
    assert (
        again.answer({"ask": "predict", "text": "He"}).probabilities.tolist()
        == first.predict("He").probabilities.tolist()
    )


@pytest.mark.parametrize("task", ["characters", "tags", "reviews", "numbers"])
def test_a_prediction_is_torchs_softmax_over_the_tokens_it_says(task: str):
    found = made(task=task, length=12)
    text = {"characters": "He spent", "numbers": "forty two"}.get(task, "the dinner was good .")
    said: Any = answer(found, {"ask": "predict", "text": text})
    ids = [found.problem.vocabulary.id(token, "unk") for token in said.tokens]  # type: ignore[union-attr]
    with torch.no_grad():
        p = found.model.eval()(torch.tensor([ids])).logits.double().softmax(1).numpy()
    np.testing.assert_allclose(said.probabilities, p[[step - 1 for step in said.steps]], atol=1e-12)
    top: Any = answer(found, {"ask": "predict", "text": text, "top": 2})
    assert [pair[0][0] for pair in top["answers"]] == list(said.answers)
    for pairs, row in zip(top["answers"], said.probabilities, strict=True):
        np.testing.assert_allclose([p for _, p in pairs], np.sort(row)[::-1][:2], atol=1e-12)


def test_the_model_file_and_what_it_writes_are_the_engines():
    found = made()
    stored = read_model(base64.b64decode(answer(found, {"ask": "model"})))  # type: ignore[arg-type]
    wanted = dict(found.model.named())["rnn.weight_hh_l0"].detach().numpy()
    np.testing.assert_array_equal(stored.weights["weight_hh_l0"], wanted)
    question = {"ask": "sample", "temperature": 0.5, "length": 9, "seed": 3}
    assert answer(found, question) == found.sample(0.5, 9, 3)
    assert answer(found, {**question, "dated": True}) == {"update": 2, "answer": found.sample(0.5, 9, 3)}
    assert answer(found, {"ask": "evaluate", "split": "validation"}).metrics == found.evaluate("validation").metrics  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("predict", "the question is unknown, expected one of model, script, predict, sample, evaluate"),
        ({"ask": "__class__"}, "the question is unknown"),
        ({"ask": "predict", "text": ""}, "the text has 0 characters, expected at least 1"),
        ({"ask": "predict", "text": "a" * 3000}, "the text has more than 2,000 characters, expected at most 2,000"),
        ({"ask": "predict", "text": "He \u4e2d"}, "is not among the"),
        ({"ask": "predict", "text": "He", "top": 0}, "top is 0, expected a whole number from 1"),
        ({"ask": "sample", "temperature": -1}, "temperature is -1"),
        ({"ask": "evaluate", "split": "secret"}, "split"),
    ],
)
def test_a_wrong_question_is_refused_in_words(question: object, sentence: str):
    with pytest.raises(ValueError, match=sentence):
        answer(made(updates=0), question)


def test_a_network_of_numbers_has_no_text_and_a_classifier_writes_none():
    with pytest.raises(ValueError, match="reads numbers"):
        answer(made(task="adding", length=8), {"ask": "predict", "text": "1"})
    with pytest.raises(ValueError, match="only language models do"):
        answer(made(task="tags"), {"ask": "sample"})
