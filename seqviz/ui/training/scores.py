"""What followed runs have reached: their last look at held-out data, ranked, and beside answers without a network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from seqviz.learning.guesses import Baseline
from seqviz.learning.presets import GOALS
from seqviz.ui.training.follow import Followed


class Score(NamedTuple):
    """A run's last look: the metric of its task, after an update."""

    name: str
    metric: str
    value: float
    update: int


def score_of(run: Followed) -> Score | None:
    """Its last look; None before the first, or where what it saw is no number."""
    metric = GOALS[run.config.task].metric
    for look in reversed(run.seen.looks):
        value = look["metrics"].get(metric)
        return Score(run.name, metric, float(value), int(look["update"])) if _finite(value) else None
    return None


def _finite(value: object) -> bool:
    return isinstance(value, int | float) and bool(np.isfinite(value))


def ranking(runs: Sequence[Followed]) -> list[Score]:
    """The last looks of those that have one, the best first."""
    found = [score for run in runs if (score := score_of(run)) is not None]
    falls = bool(runs) and GOALS[runs[0].config.task].falls
    return sorted(found, key=lambda score: score.value if falls else -score.value)


def best_baseline(baselines: Sequence[Baseline | Mapping[str, Any]], task: str) -> Baseline | None:
    """The best answer without a network, by the metric of the task."""
    goal = GOALS[task]
    every = [one if isinstance(one, Baseline) else Baseline(**one) for one in baselines]
    same = [one for one in every if one.metric == goal.metric]
    return (min if goal.falls else max)(same, key=lambda one: one.value, default=None)


def baseline_of(run: Followed) -> Baseline | None:
    """The best that its training has counted."""
    return best_baseline(run.about.get("baselines", []), run.config.task)


def compared(score: Score, run: Followed) -> bool | None:
    """Whether a score is better than the best answer without a network; None where there is none to compare with."""
    beaten = baseline_of(run)
    if beaten is None:
        return None
    return score.value < beaten.value if GOALS[run.config.task].falls else score.value > beaten.value
