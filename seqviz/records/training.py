"""One update of a training as others see it, and one answer of the network in training."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np

from seqviz.records.arrays import Array, frozen_array


@dataclass(frozen=True, eq=False)
class TrainingStep:
    """What one update did. What costs time is measured every few updates, and empty or None at the others.

    Attributes:
        update: its number, from 1.
        loss: of its batch, before the update: mean cross-entropy in nats, or the mean squared error.
        gradient_norm: the Euclidean norm over all parameters before clipping; clipped_norm: after.
        tokens: how many steps of sequences this update read. seconds: how long it took, measuring included.
        parameter_norms: parameter → norm of its gradient before clipping.
        time_norms: (T,) ‖∂L/∂h_t‖ of the top layer, over the batch and the units; None where not measured.
        update_ratio: parameter → ‖ΔW‖ / ‖W‖.
        metrics: name → value on held-out data, after the update.
        confusion: (K, K) how many held-out steps of class (row) were answered (column); None where not counted.
        samples: what a language model writes, or held-out examples that a classifier misreads.
        diverged: "" or one sentence: at which update, what the gradient norm was, what to try. It is the last step.
    """

    update: int
    loss: float
    gradient_norm: float
    clipped_norm: float
    tokens: int
    seconds: float
    parameter_norms: Mapping[str, float] = field(default_factory=dict)
    time_norms: Array | None = None
    update_ratio: Mapping[str, float] = field(default_factory=dict)
    metrics: Mapping[str, float] = field(default_factory=dict)
    confusion: Array | None = None
    samples: tuple[str, ...] = ()
    diverged: str = ""

    def __post_init__(self) -> None:
        for name in ("parameter_norms", "update_ratio", "metrics"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))
        if self.time_norms is not None:
            object.__setattr__(self, "time_norms", frozen_array("time_norms", self.time_norms, None))
        if self.confusion is not None:
            classes = len(self.confusion)
            object.__setattr__(self, "confusion", frozen_array("confusion", self.confusion, classes, classes))

    def __reduce__(self) -> tuple[type[TrainingStep], tuple[object, ...]]:
        fields = (dict(value) if isinstance(value, Mapping) else value for value in vars(self).values())
        return TrainingStep, tuple(fields)

    @property
    def class_accuracies(self) -> Array | None:
        """(K,) the share of each class's held-out steps that is answered right; nan for a class without any."""
        if self.confusion is None:
            return None
        counts = self.confusion.sum(axis=1)
        found: Array = np.divide(np.diag(self.confusion), counts, out=np.full(len(counts), np.nan), where=counts > 0)
        return found


@dataclass(frozen=True, eq=False)
class Prediction:
    """What the network answers to one text.

    Attributes:
        tokens: the T tokens it read. unknown: those of them that it read as <unk>.
        classes: the K answers to choose from.
        steps: the S steps at which it answers, from 1.
        probabilities: (S, K) one row for each of these steps.
    """

    tokens: tuple[str, ...]
    unknown: tuple[str, ...]
    classes: tuple[str, ...]
    steps: tuple[int, ...]
    probabilities: Array

    def __post_init__(self) -> None:
        shape = len(self.steps), len(self.classes)
        object.__setattr__(self, "probabilities", frozen_array("probabilities", self.probabilities, *shape))

    @property
    def answers(self) -> tuple[str, ...]:
        """The likeliest class at each of the steps."""
        return tuple(self.classes[place] for place in self.probabilities.argmax(axis=1))
