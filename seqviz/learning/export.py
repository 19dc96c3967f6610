"""A network in training as a model file: the same form as the shipped ones, so every page can open it."""

from __future__ import annotations

import json
from dataclasses import asdict

import safetensors.torch

from seqviz.learning.config import TrainingConfig
from seqviz.learning.network import Network
from seqviz.learning.problems import Problem
from seqviz.learning.rows import Stream
from seqviz.text.tasks.passages import spaced

EXAMPLE = 60  # tokens of a text


def exported(network: Network, problem: Problem, config: TrainingConfig, update: int) -> bytes:
    """Weights under the names of `nn.LSTM(num_layers=…)`, and what they mean: cell, unit, tokens, classes, the config.

    `seqviz.recurrent.stored.read_model` opens it without torch. A text of one's own is not part of it.
    """
    tensors = {name: parameter.detach().float().cpu().contiguous() for name, parameter in network.named()}
    settings = {name: value for name, value in asdict(config).items() if name != "content"}
    metadata = {
        "cell": config.cell,
        **({"nonlinearity": config.nonlinearity} if config.cell == "RNN" else {}),
        "card": json.dumps({"config": settings, "updates done": update}),
    }
    if problem.vocabulary is not None:
        metadata |= {
            "unit": problem.unit,
            "vocabulary": json.dumps(problem.vocabulary.tokens),
            "classes": json.dumps(problem.classes),
            "example": example_of(problem),
        }
    return safetensors.torch.save(tensors, metadata)


def example_of(problem: Problem) -> str:
    """A held-out text to begin with."""
    part = problem.parts["validation"]
    if not isinstance(part, Stream):
        return spaced(problem.shown[0]) if problem.unit == "words" else "".join(problem.shown[0])
    assert problem.vocabulary is not None
    tokens = tuple(problem.vocabulary.token(int(place)) for place in part.ids[:EXAMPLE])
    return spaced(tokens) if problem.unit == "words" else "".join(tokens)
