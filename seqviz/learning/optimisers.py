"""The optimisers and how their learning rate falls: torch's own, chosen by name."""

from __future__ import annotations

import math
from collections.abc import Iterable

import torch
from torch import nn

from seqviz.learning.config import TrainingConfig

MOMENTUM = 0.9


def new_optimiser(parameters: Iterable[nn.Parameter], config: TrainingConfig) -> torch.optim.Optimizer:
    """The config's optimiser with its first learning rate."""
    rate, decay = config.learning_rate, config.weight_decay
    if config.optimiser == "SGD":
        return torch.optim.SGD(parameters, rate, weight_decay=decay)
    if config.optimiser == "momentum":
        return torch.optim.SGD(parameters, rate, MOMENTUM, weight_decay=decay)
    if config.optimiser == "RMSprop":
        return torch.optim.RMSprop(parameters, rate, weight_decay=decay)
    kind = torch.optim.Adam if config.optimiser == "Adam" else torch.optim.AdamW
    return kind(parameters, rate, weight_decay=decay)


def learning_rate(config: TrainingConfig, update: int) -> float:
    """The rate of an update, from 0: constant, or falling to 0 after the last, evenly or along half a cosine."""
    done = update / config.updates
    if config.schedule == "linear":
        return config.learning_rate * (1.0 - done)
    if config.schedule == "cosine":
        return config.learning_rate * 0.5 * (1.0 + math.cos(math.pi * done))
    return config.learning_rate
