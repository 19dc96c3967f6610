"""The adding problem: two of many numbers are marked, and their sum is to be said at the end.

Hochreiter and Schmidhuber 1997 in the form of Arjovsky, Shah and Bengio 2016: T numbers even in [0, 1], one of them
marked in the first half and one in the second. Always answering 1 has a mean squared error of 1/6 = 0.167, the variance
of a sum of two.
"""

from __future__ import annotations

import numpy as np

from seqviz.records import Array

ALWAYS_ONE = 1.0


def adding(rng: np.random.Generator, count: int, length: int) -> tuple[Array, Array]:
    """`count` sequences: inputs (N, T, 2), each step a number and its mark 0 or 1; the sums (N,).

    Raises:
        ValueError: a length below 2.
    """
    if length < 2:
        raise ValueError(f"length is {length}, expected at least 2")
    inputs = np.zeros((count, length, 2))  # (N, T, 2)
    inputs[:, :, 0] = rng.random((count, length))
    half, every = length // 2, np.arange(count)
    first, second = rng.integers(half, size=count), rng.integers(half, length, size=count)
    inputs[every, first, 1] = inputs[every, second, 1] = 1.0
    return inputs, (inputs[:, :, 0] * inputs[:, :, 1]).sum(axis=1)
