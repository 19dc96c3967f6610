"""A checkpoint put into a model file, without torch, is the network that torch had at that update."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from seqviz.learning.config import TrainingConfig
from seqviz.learning.revisit import file_at
from seqviz.learning.training import Training
from seqviz.learning.typed import first_asked, read_typed
from seqviz.recurrent.stored import read_model
from seqviz.text import UNKNOWN, Vocabulary

SMALL: dict[str, Any] = {"task": "tags", "examples": 64, "batch": 8, "hidden": 6, "embedding": 4, "updates": 6}


@pytest.mark.parametrize("cell", ["RNN", "LSTM", "GRU"])
@pytest.mark.parametrize("layers", [1, 2])
def test_every_layer_says_what_torchs_modules_say_with_that_checkpoint(cell: str, layers: int):
    training = Training(TrainingConfig(cell=cell, layers=layers, dropout=0.3, **SMALL))
    kept = {0: training.checkpoint()}
    states = {}
    text = "The dinner looked pleasant ."
    for at in (0, 3):
        while training.update < at:
            next(training)
        kept[at] = training.checkpoint()
        ids = [training.problem.vocabulary.id(token, "unk") for token in text.split()]  # type: ignore[union-attr]
        with torch.no_grad():
            passed = training.model.eval()(torch.tensor([ids]))
        training.model.train()
        states[at] = passed.states[0].numpy(), passed.logits.softmax(1).numpy()
    file = training.model_file()
    next(training)
    for at, (hidden, p) in states.items():
        model = read_model(file_at(file, kept[at]))
        assert model.notes.card["updates done"] == at
        assert model.notes.classes == training.problem.classes
        trace = model.trace(model.numbered(text.split()).ids, layers - 1)
        np.testing.assert_allclose(trace.hidden[1:], hidden, atol=1e-6)
        assert trace.outputs is not None
        odds = np.exp(trace.outputs - trace.outputs.max(1, keepdims=True))
        np.testing.assert_allclose(odds / odds.sum(1, keepdims=True), p, atol=1e-6)


def test_a_checkpoint_of_another_network_or_none_is_refused():
    first, wider = Training(TrainingConfig(**SMALL)), Training(TrainingConfig(**{**SMALL, "hidden": 7}))
    with pytest.raises(ValueError, match="not those of this model"):
        file_at(first.model_file(), wider.checkpoint())
    with pytest.raises(ValueError, match="cannot be read as safetensors"):
        file_at(first.model_file(), b"no checkpoint")


def test_a_typed_text_gets_behind_it_what_asks_for_the_answer_once():
    vocabulary = Vocabulary(("forty", "two", "=", "·"))
    for text in ("forty two", "forty two = ·"):
        assert read_typed(text, "words", vocabulary, ("=", "·")).tokens == ("forty", "two", "=", "·")
    assert read_typed("Forty", "words", vocabulary, lower=True).ids == [0]
    with pytest.raises(ValueError, match="'three' is not among the 4 words of the training"):
        read_typed("three", "words", vocabulary)
    with pytest.raises(ValueError, match="the text has 3 words, expected at most 2"):
        read_typed("two two two", "words", vocabulary, most=2)
    assert read_typed("three", "words", Vocabulary(("two", UNKNOWN))) == (("three",), ("three",), [1])


@pytest.mark.parametrize(("kind", "asked", "first"), [("next", 0, 0), ("steps", 0, 0), ("steps", 3, 7), ("last", 0, 9)])
def test_where_answers_are_asked(kind: str, asked: int, first: int):
    assert first_asked(10, kind, asked) == first
