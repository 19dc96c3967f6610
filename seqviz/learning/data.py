"""Samples of a task as tensors: drawn once, padded, handed out in batches."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from seqviz.learning.sources import draw_samples
from seqviz.recurrent import NO_TARGET
from seqviz.text.tasks import Sample, Split, Task
from seqviz.text.vocabulary import UNKNOWN, Vocabulary


@dataclass(frozen=True, eq=False)
class Examples:
    """N sequences of at most T steps.

    Attributes:
        ids: (N, T) token ids; behind a sequence's end anything, 0 here, since the network reads from the left.
        targets: (N, T) classes; NO_TARGET where a step has none, and behind the end.
        lengths: (N,) each sequence's own steps.
    """

    ids: Tensor
    targets: Tensor
    lengths: Tensor

    @classmethod
    def of(cls, samples: Sequence[Sample], vocabulary: Vocabulary) -> Examples:
        """The samples one below the other."""
        lengths = [len(sample.tokens) for sample in samples]
        shape = len(samples), max(lengths)
        ids, targets = np.zeros(shape, np.int64), np.full(shape, NO_TARGET)  # (N, T)
        for row, sample in enumerate(samples):
            ids[row, : lengths[row]] = vocabulary.ids(sample.tokens)
            targets[row, : lengths[row]] = sample.targets
        return cls(torch.from_numpy(ids), torch.from_numpy(targets), torch.tensor(lengths))

    def __len__(self) -> int:
        return len(self.ids)

    def rows(self, places: NDArray[np.int64]) -> Examples:
        """Some of them, cut at the end of their longest."""
        at = torch.from_numpy(places)
        lengths = self.lengths[at]
        end = int(lengths.max())
        return Examples(self.ids[at, :end], self.targets[at, :end], lengths)

    def with_unknown(self, share: float, unknown: int, rng: np.random.Generator) -> Examples:
        """The same with each token replaced by the id of <unk> with the probability `share`."""
        replaced = torch.from_numpy(rng.random(self.ids.shape) < share)
        return Examples(self.ids.masked_fill(replaced, unknown), self.targets, self.lengths)


def draw(task: Task, split: Split, count: int, seed: int) -> Examples:
    """The same as tensors."""
    return Examples.of(draw_samples(task, split, count, seed), task.vocabulary)


def training_examples(task: Task, count: int, seed: int, unknown_share: float) -> Examples:
    """`count` samples of the training split, where the task knows <unk> with a share of their tokens replaced by it."""
    examples = draw(task, "train", count, seed)
    if UNKNOWN not in task.vocabulary:
        return examples
    rng = np.random.default_rng([seed, *UNKNOWN.encode()])
    return examples.with_unknown(unknown_share, task.vocabulary.id(UNKNOWN), rng)


def batches(examples: Examples, size: int, seed: int) -> Iterator[Examples]:
    """For ever: the examples shuffled anew in each round, `size` at a time; a rest too small for a batch is left out.

    Raises:
        ValueError: there are fewer examples than a batch takes.
    """
    if len(examples) < size:
        raise ValueError(f"a batch is {size}, expected at most {len(examples)}, the number of examples")
    rng = np.random.default_rng([seed, *b"batches"])
    while True:
        order = rng.permutation(len(examples))
        for start in range(0, len(order) - size + 1, size):
            yield examples.rows(order[start : start + size])
