"""Training data as tensors, and the batch of any update as a function of the seed and the update's number alone.

So a training that was interrupted goes on with the batches it would have had, without anything to remember.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from seqviz.recurrent import NO_TARGET


@dataclass(frozen=True, eq=False)
class Batch:
    """B sequences of T steps, of which M have a target.

    Attributes:
        inputs: (B, T) ids or (B, T, D) numbers.
        targets: (M,) classes or numbers.
        places: (M,) where these are among the B·T steps; None where every step has one.
        tokens: how many steps belong to the sequences, without padding.
    """

    inputs: Tensor
    targets: Tensor
    places: Tensor | None
    tokens: int


@dataclass(eq=False)
class Rows:
    """N sequences of at most T steps.

    Attributes:
        inputs: (N, T) ids or (N, T, D) numbers; targets: (N, T), NO_TARGET where a step has none; both on the device.
        lengths: (N,) each sequence's own steps.
    """

    inputs: Tensor
    targets: Tensor
    lengths: NDArray[np.int64]
    _order: tuple[int, int, NDArray[np.int64]] | None = field(default=None, repr=False)

    def __len__(self) -> int:
        return len(self.lengths)

    @property
    def steps(self) -> int:
        """T, of the longest sequence."""
        return int(self.lengths.max())

    def batch(self, update: int, size: int, seed: int) -> Batch:
        """The batch of an update, from 0: shuffled anew in each round, a rest too small for a batch left out."""
        round_, place = divmod(update, len(self) // size)
        if self._order is None or self._order[:2] != (seed, round_):
            order = np.random.default_rng([seed, round_, *b"order"]).permutation(len(self))
            self._order = seed, round_, order
        return self.chosen(self._order[2][place * size : (place + 1) * size])

    def chosen(self, at: NDArray[np.int64]) -> Batch:
        """Some of the sequences, cut at the end of the longest."""
        lengths = self.lengths[at]
        end = int(lengths.max())
        rows = torch.from_numpy(at).to(self.inputs.device)
        targets = self.targets.index_select(0, rows)[:, :end].flatten()  # (B·T,)
        places = (targets != NO_TARGET).nonzero()[:, 0]  # (M,)
        inputs = self.inputs.index_select(0, rows)[:, :end]
        return Batch(inputs, targets.index_select(0, places), places, int(lengths.sum()))

    def in_order(self, size: int) -> Iterator[Batch]:
        """All of them, `size` at a time."""
        for start in range(0, len(self), size):
            yield self.chosen(np.arange(start, min(start + size, len(self))))


@dataclass(frozen=True, eq=False)
class Stream:
    """One long text, of which a batch reads windows: each step's target is the next token.

    Attributes:
        ids: (N,) of the whole text, on the device. length: of a window.
        windows: how many are read in order; None reads them all.
    """

    ids: Tensor
    length: int
    windows: int | None = None

    def __len__(self) -> int:
        found = (len(self.ids) - 1) // self.length
        return found if self.windows is None else min(found, self.windows)

    @property
    def steps(self) -> int:
        """T, of a window."""
        return self.length

    def batch(self, update: int, size: int, seed: int) -> Batch:
        """The batch of an update, from 0: windows anywhere in the text, each place with the same chance."""
        rng = np.random.default_rng([seed, update, *b"windows"])
        return self.at(rng.integers(len(self.ids) - self.length, size=size))

    def at(self, starts: NDArray[np.int64]) -> Batch:
        """The windows that begin there."""
        steps = starts[:, None] + np.arange(self.length + 1)  # (B, T+1)
        windows = self.ids[torch.from_numpy(steps).to(self.ids.device)]
        inputs = windows[:, :-1]
        return Batch(inputs, windows[:, 1:].flatten(), None, inputs.numel())

    def in_order(self, size: int) -> Iterator[Batch]:
        """Window after window, `size` at a time; what is too short for one is left out."""
        for start in range(0, len(self), size):
            yield self.at(np.arange(start, min(start + size, len(self))) * self.length)


Data = Rows | Stream
