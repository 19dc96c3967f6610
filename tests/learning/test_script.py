"""The script, run by an interpreter that cannot see seqviz, says the losses that the training said."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice

import numpy as np
import pytest

from seqviz.learning.config import TrainingConfig
from seqviz.learning.script import script
from seqviz.learning.training import train
from tests.scripts import printed_by

TEXT = 'Größe: "x" isn\'t {y} \\ and so on, the cat sat on the mat. ' * 30
CHARACTERS = TrainingConfig(
    source="own",
    content=TEXT,
    length=16,
    batch=8,
    hidden=16,
    embedding=6,
    learning_rate=0.01,
    forget_bias=1.0,
)
REVIEWS = TrainingConfig(
    task="reviews",
    examples=200,
    held_out=16,
    hidden=12,
    embedding=6,
    cell="GRU",
    updates=120,
    schedule="linear",
    learning_rate=0.02,
    initialisation="orthogonal",
    optimiser="RMSprop",
    layers=2,
)
ADDING = TrainingConfig(
    task="adding",
    cell="RNN",
    nonlinearity="relu",
    initialisation="identity",
    length=10,
    examples=200,
    held_out=16,
    hidden=8,
    updates=60,
    window=4,
    clipping="value",
    clip_threshold=0.05,
    optimiser="momentum",
    schedule="cosine",
)


CONFIGS = {config.task: config for config in (CHARACTERS, REVIEWS, ADDING)}


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What the script of each task prints."""
    scripts = [script(config) for config in CONFIGS.values()]
    assert not any("seqviz" in text.partition("import")[2] for text in scripts)
    return dict(zip(CONFIGS, printed_by(*scripts, folder=tmp_path_factory.mktemp("scripts")), strict=True))


@pytest.mark.parametrize("task", CONFIGS)
def test_the_first_losses_are_those_of_the_training(task: str, printed: dict[str, str]):
    config = CONFIGS[task]
    rows = np.array([line.split() for line in printed[task].splitlines()], float)  # (U, 3)
    steps = list(islice(train(config), 100))
    np.testing.assert_array_equal(rows[:, 0], [step.update for step in steps])
    np.testing.assert_allclose(rows[:, 1], [step.loss for step in steps], atol=1e-5, rtol=0)
    np.testing.assert_allclose(rows[:, 2], [step.gradient_norm for step in steps], rtol=1e-3)


def test_a_script_without_the_same_numbers_is_not_written():
    with pytest.raises(ValueError, match=r"dropout is 0\.2, expected 0"):
        script(replace(CHARACTERS, dropout=0.2))
    with pytest.raises(ValueError, match="updates is 0, expected a whole number from 1 to 1000"):
        script(CHARACTERS, 0)


def test_of_large_batches_fewer_updates_are_written():
    """A hundred batches of 512 × 1000 took the process that trains for everybody minutes to pack."""
    text = "the cat sat on the mat. " * 25_000
    config = replace(CHARACTERS, content=text, length=1000, batch=400, hidden=1, embedding=1)
    written = script(config)
    assert written.startswith('"""The task \'characters\', its first 2 updates')
    assert script(replace(config, length=100)).startswith('"""The task \'characters\', its first 25 updates')
