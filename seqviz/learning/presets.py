"""One config for each task that reaches a good score in well under a minute on one core: where a reader begins."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from seqviz.learning.config import TrainingConfig

_BASE = TrainingConfig(learning_rate=0.01, schedule="linear")


class Goal(NamedTuple):
    """What a preset reaches on held-out data: a metric, and the value that it is at or beyond at the end."""

    metric: str
    value: float
    falls: bool = False  # whether less is better

    def reached(self, value: float) -> bool:
        """Whether a run with this value is there."""
        return value <= self.value if self.falls else value >= self.value


PRESETS: dict[str, TrainingConfig] = {
    "characters": replace(_BASE, examples=1500, updates=1500),
    "words": replace(_BASE, task="words", embedding=32, length=20, examples=3000, updates=1500),
    "reviews": replace(_BASE, task="reviews", hidden=32, examples=6000, updates=2500),
    "country": replace(_BASE, task="country", hidden=32, length=40, updates=1500),
    "tags": replace(_BASE, task="tags", hidden=32, updates=500, validate_every=50),
    "copy": replace(
        _BASE,
        task="copy",
        cell="RNN",
        initialisation="orthogonal",
        hidden=128,
        length=10,
        learning_rate=0.001,
        schedule="constant",
        examples=20_000,
        updates=800,
        validate_every=50,
    ),
    "adding": replace(_BASE, task="adding", length=50, forget_bias=1.0, examples=20_000, updates=2500),
    "numbers": replace(_BASE, task="numbers", updates=1500),
}
GOALS: dict[str, Goal] = {
    "characters": Goal("bits per character", 1.2, falls=True),
    "words": Goal("bits per word", 2.5, falls=True),
    "reviews": Goal("accuracy", 0.95),
    "country": Goal("accuracy", 0.95),
    "tags": Goal("accuracy", 0.98),
    "copy": Goal("accuracy", 0.99),
    "adding": Goal("mean squared error", 0.01, falls=True),
    "numbers": Goal("whole sequences", 0.95),
}
