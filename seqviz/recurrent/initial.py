"""Weights to begin with: drawn from a seed, or the identity (Le, Jaitly and Hinton 2015)."""

from __future__ import annotations

import numpy as np

from seqviz.records import Array
from seqviz.recurrent.cell import Head
from seqviz.recurrent.elman import Elman


def random_elman(
    input_size: int, hidden_size: int, output_size: int, *, seed: int, scale: float, activation: str = "tanh"
) -> Elman:
    """Every weight and bias drawn from a normal distribution with mean 0 and standard deviation `scale`.

    Each parameter has a generator of its own, and input columns and output rows are drawn one after another:
    a larger vocabulary leaves the weights of the tokens before it as they were.
    """

    def draw(parameter: int, *shape: int) -> Array:
        values: Array = np.random.default_rng([seed, parameter]).normal(0.0, 1.0, shape) * scale
        return values

    D, H, K = input_size, hidden_size, output_size
    return Elman(
        W_xh=draw(0, D, H).T,  # (H, D), drawn column by column
        W_hh=draw(1, H, H),
        b=draw(2, H),
        head=Head(draw(3, K, H), draw(4, K)),
        activation=activation,
    )


def identity_elman(
    input_size: int, hidden_size: int, output_size: int, *, seed: int, scale: float, activation: str = "relu"
) -> Elman:
    """As `random_elman`, but W_hh = I and b = 0: with ReLU, a state that nothing disturbs is kept as it is."""
    drawn = random_elman(input_size, hidden_size, output_size, seed=seed, scale=scale, activation=activation)
    return Elman(drawn.W_xh, np.eye(hidden_size), np.zeros(hidden_size), drawn.head, activation)
