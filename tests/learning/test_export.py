"""A model file out of a training, opened by the paper engine, says what the network says."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from seqviz.learning.config import TrainingConfig
from seqviz.learning.training import Training
from seqviz.recurrent.stored import read_model


@pytest.mark.parametrize("cell", ["RNN", "LSTM", "GRU"])
@pytest.mark.parametrize("layers", [1, 2])
def test_the_paper_engine_reads_the_same_network(cell: str, layers: int):
    config = TrainingConfig(
        task="tags", cell=cell, nonlinearity="relu", layers=layers, hidden=7, embedding=5, examples=64, updates=3
    )
    training = Training(config)
    list(training)
    stored = read_model(training.model_file())
    assert stored.notes.classes == training.problem.classes
    assert stored.notes.card["config"]["hidden"] == 7
    assert "content" not in stored.notes.card["config"]
    tokens = stored.notes.example.replace(".", " .").split()
    ids = stored.numbered(tokens).ids
    with torch.no_grad():
        passed = training.model.eval()(torch.from_numpy(ids)[None])
    trace = stored.trace(ids, layer=layers - 1)
    np.testing.assert_allclose(trace.hidden[1:], passed.states[0].numpy(), atol=1e-5)
    np.testing.assert_allclose(trace.outputs, passed.logits.numpy(), atol=1e-4)


@pytest.mark.parametrize("task", ["characters", "words", "adding", "copy", "reviews"])
def test_every_task_has_a_file_that_opens(task: str):
    config = TrainingConfig(task=task, length=12, examples=64, batch=8, hidden=6, embedding=4)
    stored = read_model(Training(config).model_file())
    assert (stored.vocabulary is None) == (task == "adding")
    assert stored.hidden_size == 6


def test_a_text_with_characters_of_every_kind_trains_and_travels():
    content = "abc \x00 déjà vu \U0001f468\u200d\U0001f469\u200d\U0001f467 e\u0301 \r\n" * 60
    config = TrainingConfig(source="own", content=content, length=10, batch=4, hidden=6, embedding=4, updates=4)
    training = Training(TrainingConfig.from_json(config.to_json()))
    list(training)
    stored = read_model(training.model_file())
    assert stored.vocabulary == training.problem.vocabulary
    assert "\U0001f468\u200d\U0001f469\u200d\U0001f467" in stored.vocabulary
    assert Training.resume(config, training.checkpoint()).update == 4
