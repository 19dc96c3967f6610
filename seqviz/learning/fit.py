"""A plain training loop, seen from outside one update at a time: the same settings, the same numbers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import nn
from torch.nn import functional as F

from seqviz.learning.clipping import clip_by_norm
from seqviz.learning.data import Examples, batches
from seqviz.learning.limits import Limits, check_choice, check_numbers
from seqviz.learning.model import CELLS, SequenceModel
from seqviz.recurrent import NO_TARGET

LIMITS: Limits = {
    "hidden": (1, 256),
    "embedding": (1, 256),
    "updates": (1, 100_000),
    "batch": (1, 1024),
    "learning_rate": (1e-6, 1.0),
    "clip_norm": (1e-3, 1e3),
    "seed": (0, 2**32 - 1),
}


@dataclass(frozen=True)
class FitConfig:
    """One training: the network, the budget and the optimiser. Plain values only, so that it can be written down.

    Attributes:
        cell: "RNN", "LSTM" or "GRU". hidden: H. embedding: E.
        updates: the budget. batch: sequences an update.
        learning_rate: of Adam at the first update; it falls evenly, to 0 after the last.
        clip_norm: the gradient's norm is held at or below this.
        seed: of the first weights and of the order of the batches.

    Raises:
        ValueError: a value outside LIMITS, or an unknown cell.
    """

    cell: str
    hidden: int
    embedding: int
    updates: int
    batch: int = 32
    learning_rate: float = 0.003
    clip_norm: float = 1.0
    seed: int = 0

    def __post_init__(self) -> None:
        check_choice("cell", self.cell, tuple(CELLS))
        check_numbers(self, LIMITS)


@dataclass(frozen=True)
class FitStep:
    """One update: its number from 0, the mean loss of its batch before it, the gradient's norm before clipping."""

    update: int
    loss: float
    gradient_norm: float


def new_model(config: FitConfig, tokens: int, classes: int) -> SequenceModel:
    """The network before its first update: drawn as torch draws it, from the config's own stream of random numbers."""
    with torch.random.fork_rng(devices=()):
        torch.manual_seed(config.seed)
        return SequenceModel(config.cell, tokens, config.embedding, config.hidden, classes)


def fit(model: SequenceModel, examples: Examples, config: FitConfig) -> Iterator[FitStep]:
    """Train the network in place by Adam on the cross-entropy of the steps with a target; one record an update."""
    parameters = list(model.parameters())
    optimiser = torch.optim.Adam(parameters, lr=config.learning_rate)
    schedule = torch.optim.lr_scheduler.LinearLR(optimiser, 1.0, 1.0 / config.updates, config.updates - 1)
    model.train()
    for update, batch in zip(range(config.updates), batches(examples, config.batch, config.seed), strict=False):
        loss = mean_loss(model, batch)
        gradients = torch.autograd.grad(loss, parameters)
        clipped = clip_by_norm(gradients, config.clip_norm)
        for parameter, gradient in zip(parameters, clipped.gradients, strict=True):
            parameter.grad = gradient
        optimiser.step()
        schedule.step()
        yield FitStep(update, loss.item(), clipped.norm_before)
    model.eval()


def mean_loss(model: nn.Module, examples: Examples) -> torch.Tensor:
    """The mean of −log softmax(logits)[target] over the steps that have a target."""
    logits = model(examples.ids)  # (B, T, K)
    return F.cross_entropy(logits.flatten(0, 1), examples.targets.flatten(), ignore_index=NO_TARGET)


@dataclass(frozen=True)
class Score:
    """How good the answers are.

    Attributes:
        steps: the share of the steps with a target that are right.
        sequences: the share of the sequences in which every such step is right.
        loss: the mean cross-entropy of those steps.
    """

    steps: float
    sequences: float
    loss: float


@torch.no_grad()
def score(model: SequenceModel, examples: Examples) -> Score:
    """The network's answers, the largest logit each, against the targets."""
    logits = model(examples.ids)  # (N, T, K)
    has_target = examples.targets != NO_TARGET  # (N, T)
    right = (logits.argmax(-1) == examples.targets) & has_target
    loss = F.cross_entropy(logits.flatten(0, 1), examples.targets.flatten(), ignore_index=NO_TARGET)
    every = (right == has_target).all(1)  # (N,)
    return Score(right.sum().item() / has_target.sum().item(), every.double().mean().item(), loss.item())
