"""Followed runs → what the browser draws: series of bounded length, looks, states."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from seqviz.figures import theme
from seqviz.learning.config import TrainingConfig
from seqviz.learning.presets import GOALS
from seqviz.records import Array
from seqviz.ui.training.follow import Followed, Seen
from seqviz.ui.training.settings import TASK_NAMES

MOST_POINTS = 800  # of a series: beyond it updates are drawn in groups, their mean between their least and their most


def charts_data(runs: Sequence[Followed]) -> dict[str, Any]:
    """All runs that stand side by side; they share task, budget and clipping threshold."""
    first = runs[0]
    goal = GOALS[first.config.task]
    group = group_of(max(len(run.seen.updates) for run in runs))  # the same for all, so that lines can be compared
    return {
        "task": first.config.task,
        "taskName": TASK_NAMES[first.config.task],
        "updates": first.config.updates,
        "kind": first.about.get("kind"),
        "metric": goal.metric,
        "falls": goal.falls,  # whether less of the metric is better
        "baselines": first.about.get("baselines", []),
        "classes": first.about.get("classes", []),
        "colours": {
            "light": list(theme.CATEGORICAL_LIGHT[: len(runs)]),
            "dark": list(theme.CATEGORICAL_DARK[: len(runs)]),
        },
        "runs": [run_data(run, group) for run in runs],
    }


def run_data(run: Followed, group: int) -> dict[str, Any]:
    """One run. Packed series are little-endian 32-bit floats in base64."""
    news, seen = run.news, run.seen
    clips = run.config.clipping != "none"
    return {
        "id": run.run_id,
        "name": run.name,
        "state": news.state,
        "stepping": news.stepping,
        "generation": news.generation,
        "update": news.update,
        "place": news.place,
        "sentences": list(news.sentences),
        "seconds": news.seconds,
        "rate": rate_of(seen),
        "plan": plan_of(run.config),
        "validateEvery": run.config.validate_every,
        "parameters": run.about.get("parameters"),
        "clip": {"kind": run.config.clipping, "at": run.config.clip_threshold} if clips else None,
        "checkpoints": list(news.checkpoints),
        "series": series(seen, group),
        "looks": looks(seen, written=run.about.get("kind") == "next"),
        "measured": [
            {**step, "time_norms": packed(step["time_norms"])} for step in seen.measured
        ],
    }  # fmt: skip


def plan_of(config: TrainingConfig) -> str:
    """What is trained, in one line: "LSTM with 64 hidden units, Adam at 0.01, batches of 32, clipping by norm at 1"."""
    layers = f" in each of {config.layers} layers" if config.layers > 1 else ""
    clip = "no clipping" if config.clipping == "none" else f"clipping by {config.clipping} at {config.clip_threshold:g}"
    network = f"{config.cell} with {config.hidden} hidden units{layers}"
    return f"{network}, {config.optimiser} at {config.learning_rate:g}, batches of {config.batch}, {clip}"


def rate_of(seen: Seen) -> float | None:
    """Updates in a second of arithmetic, over the last hundred; None before the first."""
    spent = seen.seconds[-100:]
    total = sum(spent)
    return len(spent) / total if total > 0 else None


def group_of(count: int) -> int:
    """How many neighbours are drawn as one, so that at most MOST_POINTS are."""
    group = 1
    while count > MOST_POINTS * group:
        group *= 2
    return group


def series(seen: Seen, group: int) -> dict[str, Any]:
    """Loss and gradient norms, one point an update; or in groups of `group` neighbours, the last group maybe shorter.

    `kept` is how many of the updates made are known: the service thins a long training out. `updates` are the last of
    each group; `loss` and `norm` are means, with `low` and `high` of each where group > 1.
    """
    count = len(seen.updates)
    starts = np.arange(0, count, group)
    ends = np.minimum(starts + group, count) - 1
    sizes = ends - starts + 1
    found: dict[str, Any] = {"group": group, "kept": count, "updates": packed(np.asarray(seen.updates, float)[ends])}
    for name in ("loss", "norm"):
        values: Array = np.asarray(getattr(seen, name), float)  # (S,)
        with np.errstate(invalid="ignore", over="ignore"):
            sums = np.add.reduceat(values, starts) if count else values
        found[name] = packed(sums / sizes)
        if group > 1 and count:
            found[f"{name}_low"] = packed(np.minimum.reduceat(values, starts))
            found[f"{name}_high"] = packed(np.maximum.reduceat(values, starts))
    return found


def looks(seen: Seen, written: bool) -> list[dict[str, Any]]:
    """Each look at held-out data, without the confusion matrix of what is `written`."""
    found = []
    for look in seen.looks:
        confusion = None if written else look["confusion"]
        found.append({**look, "confusion": confusion and np.asarray(confusion, int).tolist()})
    return found


def packed(values: ArrayLike) -> str:
    """Numbers as little-endian 32-bit floats in base64."""
    with np.errstate(over="ignore"):
        return base64.b64encode(np.asarray(values, "<f4").tobytes()).decode()
