"""What is taken away from a training is the training: its losses again from the script, every number of the CSV."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load

from seqviz.learning.config import TrainingConfig
from seqviz.learning.service import Limits, Service
from seqviz.learning.training import Training, train
from seqviz.recurrent.stored import read_model
from seqviz.ui.training.follow import Followed
from seqviz.ui.training.take_away import Prepared, config_json, metrics_csv, prepare, stem, update_of
from tests.learning.serving import until
from tests.scripts import printed_by

TEXT = "the cat sat on the mat, and \"that\" was '=that'.\n" * 30
CONFIG = TrainingConfig(
    source="own", content=TEXT, length=12, batch=4, held_out=16, hidden=8, embedding=4, updates=110, validate_every=50,
    clip_threshold=0.2, schedule="linear", seed=5,
)  # fmt: skip


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    made = Service()
    yield made
    made.close()


@pytest.fixture(scope="module")
def followed(service: Service) -> Followed:
    run = Followed(service.submit(CONFIG.to_json(), Limits(), "ada"), "LSTM", CONFIG)

    def ended() -> bool:
        run.poll(service)
        return run.over

    until(ended, "the end of the run")
    assert run.news.state == "finished"
    return run


@pytest.fixture(scope="module")
def prepared(service: Service, followed: Followed) -> Prepared:
    return prepare(service, followed.run_id)


def test_the_script_alone_repeats_the_first_losses(followed: Followed, prepared: Prepared, tmp_path: Path):
    (printed,) = printed_by(prepared.script, folder=tmp_path)
    rows = np.array([line.split() for line in printed.splitlines()], float)  # (100, 3)
    np.testing.assert_array_equal(rows[:, 0], np.arange(1, 101))
    np.testing.assert_allclose(rows[:, 1], followed.seen.loss[:100], atol=1e-5, rtol=0)


def test_the_model_is_that_of_the_last_update_and_opens_without_torch(prepared: Prepared):
    assert prepared.refusals == ()
    assert prepared.update == update_of(prepared.model) == CONFIG.updates
    model = read_model(prepared.model)
    assert model.kind == "LSTM"
    again = Training(CONFIG)
    assert len(list(again)) == CONFIG.updates
    tensors = load(prepared.model)
    named = dict(again.model.named())
    assert set(tensors) == set(named)
    for name, weight in named.items():
        np.testing.assert_array_equal(tensors[name], weight.detach().numpy())
    assert TEXT.encode() not in prepared.model  # only the example is in it


def test_the_csv_holds_every_update_of_every_run_in_full(followed: Followed):
    other = Followed("none", "=RNN", CONFIG)
    other.seen.add(
        {"update": 1, "loss": 0.1 + 0.2, "gradient_norm": 3.0, "clipped_norm": None, "seconds": 1e-3, "tokens": 9}
    )
    rows = list(csv.DictReader(io.StringIO(metrics_csv([followed, other]))))
    steps = list(train(CONFIG))
    assert [int(row["update"]) for row in rows] == [step.update for step in steps]
    for name, field in (("loss", "loss"), ("gradient norm", "gradient_norm"), ("clipped norm", "clipped_norm")):
        assert [float(row[f"LSTM: {name}"]) for row in rows] == [getattr(step, field) for step in steps]
    for row, step in zip(rows, steps, strict=True):
        for metric in ("loss", "accuracy", "bits per character"):
            cell = row[f"LSTM: held-out {metric}"]
            assert (float(cell) if cell else None) == step.metrics.get(metric)
    assert float(rows[0]["'=RNN: loss"]) == 0.1 + 0.2  # no spreadsheet takes the name for a formula
    assert rows[0]["'=RNN: clipped norm"] == "nan"
    assert rows[1]["'=RNN: loss"] == ""


def test_the_config_comes_back(followed: Followed):
    assert TrainingConfig.from_json(config_json(followed)) == CONFIG
    assert json.loads(config_json(followed))["seed"] == 5


def test_a_run_that_is_gone_gives_sentences_instead(service: Service):
    found = prepare(service, "nobody")
    assert (found.model, found.script, found.update) == (b"", "", -1)
    assert found.refusals == (
        "There is no model: this run is no longer kept.",
        "There is no script: this run is no longer kept.",
    )
    assert update_of(b"not a model") == -1


def test_file_names_are_plain():
    assert stem(Followed("x", "rate 0.01", CONFIG)) == "characters-rate-0-01"
