"""The presets are sound, and some are seen to learn; benchmarks/presets.py trains them all to the end."""

from __future__ import annotations

from dataclasses import replace

import pytest

from seqviz.learning.config import TASKS, TrainingConfig
from seqviz.learning.presets import GOALS, PRESETS
from seqviz.learning.training import Training


def test_there_is_a_preset_and_a_goal_for_every_task():
    assert tuple(PRESETS) == tuple(GOALS) == TASKS
    assert all(config.task == task for task, config in PRESETS.items())
    assert all(TrainingConfig.from_json(config.to_json()) == config for config in PRESETS.values())


@pytest.mark.parametrize(
    ("task", "updates", "metric", "at_least"),
    [("tags", 150, "accuracy", 0.97), ("numbers", 300, "accuracy", 0.8), ("country", 400, "accuracy", 0.85)],
)
def test_a_part_of_the_budget_is_enough_to_beat_every_answer_without_a_network(
    task: str, updates: int, metric: str, at_least: float
):
    config = replace(PRESETS[task], updates=updates, validate_every=updates)
    training = Training(config)
    step = list(training)[-1]
    assert step.metrics[metric] >= at_least
    assert step.metrics[metric] > max(b.value for b in training.baselines if b.metric == metric)


def test_the_character_model_beats_bigrams():
    training = Training(replace(PRESETS["characters"], examples=600, updates=150, length=40))
    step = list(training)[-1]
    bits = "bits per character"
    assert step.metrics[bits] < min(b.value for b in training.baselines if b.metric == bits)


def test_the_lstm_solves_a_short_adding_problem():
    training = Training(replace(PRESETS["adding"], length=8, hidden=32, updates=600))
    assert list(training)[-1].metrics["mean squared error"] < 0.02
