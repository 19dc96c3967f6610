"""The loss under each step, L_t; the whole loss is their sum, L = Σ_t L_t (decks A, B and E)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from seqviz.records import NO_TARGET, Array, frozen_array
from seqviz.recurrent.activations import log_softmax, softmax

LOSSES = ("cross_entropy", "squared_error")


def predictions(outputs: Array, loss: str) -> Array:
    """φ of the read-out: softmax for cross-entropy, the identity for squared error. (T, K) → (T, K)."""
    _check_loss(loss)
    with np.errstate(over="ignore", invalid="ignore"):
        return softmax(outputs) if loss == "cross_entropy" else outputs


def step_losses(outputs: ArrayLike, targets: ArrayLike, loss: str) -> Array:
    """L_t for every step.

    Args:
        outputs: (T, K) the head's linear outputs (logits).
        targets: cross_entropy: (T,) ids in 0 … K−1, or NO_TARGET; squared_error: (T, K) values,
            where a row of NaN is a step without a target.
        loss: "cross_entropy": L_t = −log softmax(outputs_t)[target_t];
            "squared_error": L_t = ½ Σ_k (target_tk − outputs_tk)².

    Returns:
        (T,) losses, 0 where there is no target.

    Raises:
        ValueError: an unknown loss, shapes that differ, or an id outside 0 … K−1.
    """
    _check_loss(loss)
    y = frozen_array("outputs", outputs, None, None)  # (T, K)
    steps, size = y.shape
    with np.errstate(over="ignore", invalid="ignore"):
        if loss == "squared_error":
            wanted = frozen_array("targets", targets, steps, size)  # (T, K)
            counted = ~np.isnan(wanted).all(axis=1)  # (T,)
            return np.where(counted, 0.5 * ((wanted - y) ** 2).sum(axis=1), 0.0)
        ids = target_ids(targets, steps, size)  # (T,)
        has_target = ids != NO_TARGET
        picked = log_softmax(y)[np.arange(steps), np.where(has_target, ids, 0)]  # (T,)
        return np.where(has_target, -picked, 0.0) + 0.0  # no minus zero for a certain, correct guess


def target_ids(targets: ArrayLike, steps: int, size: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Targets as (T,) integers, each checked to be NO_TARGET or in 0 … K−1."""
    ids = np.asarray(targets)
    if ids.shape != (steps,) or not np.issubdtype(ids.dtype, np.integer):
        raise ValueError(f"targets have shape {ids.shape} and type {ids.dtype}, expected ({steps},) integers")
    wrong = ids[(ids != NO_TARGET) & ((ids < 0) | (ids >= size))]
    if wrong.size:
        raise ValueError(f"target id {wrong[0]} is outside 0 … {size - 1}")
    return ids.astype(np.int64)


def _check_loss(loss: str) -> None:
    if loss not in LOSSES:
        raise ValueError(f"loss is {loss!r}, expected one of {', '.join(LOSSES)}")
