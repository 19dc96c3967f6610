"""Clipping a gradient: by its norm (Pascanu, Mikolov and Bengio 2013), or each component by its value."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from seqviz.learning.limits import check_positive
from seqviz.recurrent.vectors import angle, length

DECK_VALUE = 0.5  # the lecture's threshold for clipping by value


@dataclass(frozen=True, eq=False)  # tensors have no single truth to compare or hash by
class Clipped:
    """A clipped gradient beside the one it came from.

    Attributes:
        gradients: the clipped tensors, new ones, in the order they came.
        norm_before, norm_after: the Euclidean norm over all tensors together.
        angle: degrees between the two as one long vector each, 0 to 180; nan where either is not finite.
    """

    gradients: tuple[Tensor, ...]
    norm_before: float
    norm_after: float
    angle: float


def unclipped(gradients: Sequence[Tensor]) -> Clipped:
    """The gradient as it is, with its norm."""
    norm = total_norm(gradients)
    return Clipped(tuple(g.clone() for g in gradients), norm, norm, 0.0 if math.isfinite(norm) else math.nan)


def clip_by_norm(gradients: Sequence[Tensor], threshold: float) -> Clipped:
    """g · threshold / ‖g‖ if ‖g‖ > threshold, else g: shorter, in the same direction.

    PyTorch divides by ‖g‖ + 10⁻⁶, so its result is shorter by that share. What is not finite comes out as there: one
    nan makes everything nan; an infinite component makes itself nan and the finite ones 0.

    Raises:
        ValueError: the threshold is not a finite number above 0.
    """
    check_positive("threshold", threshold)
    norm = total_norm(gradients)
    if norm <= threshold:
        return unclipped(gradients)
    factor = threshold / norm  # 0 for an infinite norm, nan for nan
    clipped = tuple(g * factor for g in gradients)
    return Clipped(clipped, norm, total_norm(clipped), 0.0 if math.isfinite(norm) else math.nan)


def clip_by_value(gradients: Sequence[Tensor], threshold: float = DECK_VALUE) -> Clipped:
    """Every component cut off at ±threshold on its own: the direction may change.

    An infinite component becomes ±threshold, nan stays nan, as in PyTorch.

    Raises:
        ValueError: the threshold is not a finite number above 0.
    """
    check_positive("threshold", threshold)
    clipped = tuple(g.clamp(-threshold, threshold) for g in gradients)
    return Clipped(clipped, total_norm(gradients), total_norm(clipped), angle_between(gradients, clipped))


def total_norm(tensors: Sequence[Tensor]) -> float:
    """The Euclidean norm of all components together, in float64: no float32 gradient that is finite overflows it."""
    return length(as_vector(tensors).numpy())


def angle_between(a: Sequence[Tensor], b: Sequence[Tensor]) -> float:
    """Degrees between two gradients; 0 if one is 0, nan if one is not finite."""
    first, second = as_vector(a).numpy(), as_vector(b).numpy()
    if not (first.any() and second.any()) and np.isfinite(first).all() and np.isfinite(second).all():
        return 0.0
    return angle(first, second)


def as_vector(tensors: Sequence[Tensor]) -> Tensor:
    """(N,) float64: all components, one tensor after another."""
    flat = [tensor.detach().cpu().flatten().double() for tensor in tensors]
    return torch.cat(flat) if flat else torch.zeros(0, dtype=torch.float64)
