"""What the worker makes of a config: the training of this room, new or as its checkpoint left it."""

from __future__ import annotations

import importlib
from functools import partial
from typing import Any

from seqviz.learning.slices import Training

engine: Any = importlib.import_module("seqviz.learning.training")  # with torch, before the worker says that it listens


def training(config_json: str, checkpoint: bytes | None) -> Training:
    """The training that a config describes.

    Raises:
        ValueError: a config or a checkpoint that cannot be trained on, in one sentence.
    """
    config = engine.TrainingConfig.from_json(config_json)
    made: Any = engine.Training(config) if checkpoint is None else engine.Training.resume(config, checkpoint)
    made.parameters = sum(parameter.numel() for parameter in made.model.parameters())
    made.about = {"parameters": made.parameters, "baselines": made.baselines}
    made.answer = partial(answer, made)
    return made  # type: ignore[no-any-return]


def answer(made: Any, question: object) -> object:
    """{"ask": "predict", "text": …}, {"ask": "sample", …} or {"ask": "evaluate", "split": …}, with their other options.

    Raises:
        ValueError: another question, or the engine's own refusal.
    """
    options = dict(question) if isinstance(question, dict) else {}
    what = options.pop("ask", None)
    if what not in ("predict", "sample", "evaluate"):
        raise ValueError("the question is unknown, expected one of predict, sample, evaluate")
    found: object = getattr(made, what)(**options)
    return found
