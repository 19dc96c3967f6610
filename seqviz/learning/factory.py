"""What the worker makes of a config: the training of this room, new or as its checkpoint left it."""

from __future__ import annotations

import base64
from functools import partial
from typing import Any

import torch._dynamo  # noqa: F401  torch's optimisers import it at their first step, a second that no run should wait for

from seqviz.learning.config import TrainingConfig
from seqviz.learning.export import example_of
from seqviz.learning.presets import GOALS
from seqviz.learning.slices import Training
from seqviz.learning.training import Training as Engine
from seqviz.learning.training import devices

QUESTIONS = ("predict", "sample", "evaluate")


def training(config_json: str, checkpoint: bytes | None) -> Training:
    """The training that a config describes.

    Raises:
        ValueError: a config or a checkpoint that cannot be trained on, in one sentence.
    """
    config = TrainingConfig.from_json(config_json)
    made: Any = Engine(config) if checkpoint is None else Engine.resume(config, checkpoint)
    made.parameters = made.model.parameter_count
    made.about = about(made)
    made.answer = partial(answer, made)
    return made  # type: ignore[no-any-return]


def about(made: Engine) -> dict[str, object]:
    """What a page says of a training before its first update, as plain data."""
    problem = made.problem
    reads_text = problem.vocabulary is not None
    return {
        "parameters": made.model.parameter_count,
        "metric": GOALS[made.config.task].metric,
        "baselines": [baseline._asdict() for baseline in made.baselines],
        "kind": problem.kind,
        "unit": problem.unit,
        "classes": list(problem.classes) if len(problem.classes) <= 100 else [],
        "example": example_of(problem) if reads_text else "",
        "devices": list(devices()),
    }


def answer(made: Engine, question: object) -> object:
    """{"ask": "predict", "text": …}, {"ask": "sample", …} or {"ask": "evaluate", "split": …}, with their other options.

    {"ask": "model"}: the model file as base64.

    Raises:
        ValueError: another question, or the engine's own refusal.
    """
    options = dict(question) if isinstance(question, dict) else {}
    what = options.pop("ask", None)
    if what == "model":
        return base64.b64encode(made.model_file()).decode()
    if what not in QUESTIONS:
        raise ValueError(f"the question is unknown, expected one of model, {', '.join(QUESTIONS)}")
    found: object = getattr(made, what)(**options)
    return found
