"""What the worker makes of a config: the training of this room, new or as its checkpoint left it."""

from __future__ import annotations

import base64
from functools import partial
from typing import Any

import numpy as np
import torch._dynamo  # noqa: F401  torch's optimisers import it at their first step, a second that no run should wait for

from seqviz.learning.config import TrainingConfig
from seqviz.learning.export import example_of
from seqviz.learning.presets import GOALS
from seqviz.learning.script import script
from seqviz.learning.slices import Training
from seqviz.learning.training import Training as Engine
from seqviz.learning.training import devices
from seqviz.records import Prediction
from seqviz.text.tasks.base import check_split

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
        "suffix": list(problem.suffix),
        "asked": problem.asked,
        "lower": made.config.source == "own" and problem.kind == "last",
        "devices": list(devices()),
    }


def answer(made: Engine, question: object) -> object:
    """{"ask": "predict", "text": …}, {"ask": "sample", …} or {"ask": "evaluate", "split": …}, with their other options.

    {"ask": "model"}: the model file as base64. {"ask": "script"}: the first updates as a PyTorch script. {"ask":
    "predict", …, "top": k}: of every step the k likeliest alone, as "answers": [[class, probability], …]. With "dated":
    true, {"update": the update that answers, "answer": …}.

    Raises:
        ValueError: another question, or the engine's own refusal.
    """
    options = dict(question) if isinstance(question, dict) else {}
    what = options.pop("ask", None)
    if what == "model":
        return base64.b64encode(made.model_file()).decode()
    if what == "script":
        return script(made.config)
    if what not in QUESTIONS:
        raise ValueError(f"the question is unknown, expected one of model, script, {', '.join(QUESTIONS)}")
    dated, most = options.pop("dated", False), options.pop("top", None)
    if "split" in options:
        check_split(options["split"])
    found: object = getattr(made, what)(**options)
    if isinstance(found, Prediction) and most is not None:
        found = likeliest(found, most)
    return {"update": made.update, "answer": found} if dated else found


def likeliest(found: Prediction, most: object) -> dict[str, object]:
    """A prediction without what is unlikely: with thousands of classes it would be megabytes on its way to a page.

    Raises:
        ValueError: `most` is no whole number from 1.
    """
    if type(most) is not int or most < 1:
        raise ValueError(f"top is {most!r}, expected a whole number from 1")
    ranked = np.argsort(-found.probabilities, axis=1, kind="stable")[:, :most]  # (S, k)
    return {
        "tokens": found.tokens,
        "unknown": found.unknown,
        "steps": found.steps,
        "answers": [
            [(found.classes[place], float(row[place])) for place in places]
            for row, places in zip(found.probabilities, ranked, strict=True)
        ],
    }
