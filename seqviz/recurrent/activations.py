"""Activation functions g and the softmax φ, on float64 arrays of any shape."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from seqviz.records import Array


def sigmoid(z: Array) -> Array:
    """σ(z) = 1 / (1 + e^−z), written as ½(1 + tanh(z/2)) so that no z overflows."""
    result: Array = 0.5 * (1.0 + np.tanh(0.5 * z))
    return result


def relu(z: Array) -> Array:
    """max(0, z); NaN stays NaN."""
    return np.maximum(z, 0.0)


def tanh(z: Array) -> Array:
    """The hyperbolic tangent, between −1 and 1."""
    result: Array = np.tanh(z)
    return result


def identity(z: Array) -> Array:
    """z itself: a linear recurrent network."""
    return z


ACTIVATIONS: Mapping[str, Callable[[Array], Array]] = {
    "tanh": tanh,
    "relu": relu,
    "sigmoid": sigmoid,
    "identity": identity,
}


# g′ written by the value h = g(z) itself where that suffices, as the lectures do: tanh′ = 1 − h², σ′ = h(1 − h)
DERIVATIVES: Mapping[str, Callable[[Array, Array], Array]] = {
    "tanh": lambda z, h: 1.0 - h * h,
    "relu": lambda z, h: np.where(z > 0.0, 1.0, 0.0),  # 0 at z = 0, as PyTorch
    "sigmoid": lambda z, h: h * (1.0 - h),
    "identity": lambda z, h: np.ones_like(z),
}


def softmax(logits: Array) -> Array:
    """e^z / Σ e^z over the last axis; the largest logit is subtracted first, which changes nothing else.

    Where a logit is infinite or no number, neither is the result one.
    """
    with np.errstate(invalid="ignore"):  # ∞ − ∞
        shifted = np.exp(logits - logits.max(axis=-1, keepdims=True))
    result: Array = shifted / shifted.sum(axis=-1, keepdims=True)
    return result


def log_softmax(logits: Array) -> Array:
    """log of the softmax over the last axis, exact where the softmax itself would round to 0."""
    shifted = logits - logits.max(axis=-1, keepdims=True)
    result: Array = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return result
