"""Gradient descent on paper: W ← W − η ∂L/∂W for every shared weight, all at once (decks A to E)."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from seqviz.records import Array, frozen_array
from seqviz.recurrent.bptt import parameter_gradients
from seqviz.recurrent.cell import Head
from seqviz.recurrent.elman import Elman
from seqviz.recurrent.losses import step_losses
from seqviz.recurrent.unroll import unroll


@dataclass(frozen=True, eq=False)
class Descent:
    """A run of updates.

    Attributes:
        cell: after the last one.
        losses: (U+1,) L = Σ_t L_t before the first update and after each.
        overflow: the update, from 1, that would have made a weight or the loss leave the floating-point numbers;
            it and what follows it were not applied. None if all were.
    """

    cell: Elman
    losses: Array
    overflow: int | None = None


def descend(cell: Elman, inputs: ArrayLike, targets: ArrayLike, loss: str, *, rate: float, updates: int) -> Descent:
    """Apply so many updates with the learning rate η = `rate`, each with the gradient of the whole sequence.

    Args:
        cell: with a head; it is not changed.
        inputs: (T, D); targets, loss: as in `seqviz.recurrent.step_losses`.

    Raises:
        ValueError: a rate that is not positive and finite, fewer than 0 updates, or what `backpropagate` refuses.
    """
    if not (rate > 0.0 and np.isfinite(rate)):
        raise ValueError(f"the learning rate is {rate:g}, expected a number above 0")
    if updates < 0:
        raise ValueError(f"there are {updates} updates, expected at least 0")
    x = frozen_array("inputs", inputs, None, cell.input_size)  # (T, D)
    trace = unroll(cell, x)
    losses = [_total(trace.outputs, targets, loss)]
    for update in range(1, updates + 1):
        following = updated(cell, parameter_gradients(cell, trace, targets, loss), rate)
        trace = unroll(following, x)
        total = _total(trace.outputs, targets, loss)
        if not (np.isfinite(total) and trace.first_overflow is None and _finite(following)):
            return Descent(cell, np.array(losses), update)
        cell = following
        losses.append(total)
    return Descent(cell, np.array(losses))


def updated(cell: Elman, gradients: dict[str, Array], rate: float) -> Elman:
    """The cell after W ← W − η ∂L/∂W on every parameter."""
    assert cell.head is not None
    with np.errstate(over="ignore", invalid="ignore"):
        return replace(
            cell,
            W_xh=cell.W_xh - rate * gradients["W_xh"],
            W_hh=cell.W_hh - rate * gradients["W_hh"],
            b=cell.b - rate * gradients["b"],
            head=Head(cell.head.weight - rate * gradients["W_hy"], cell.head.bias - rate * gradients["c"]),
        )


def _total(outputs: Array | None, targets: ArrayLike, loss: str) -> float:
    if outputs is None:
        raise ValueError("a cell without a head has no outputs, and so no loss to descend")
    with np.errstate(over="ignore", invalid="ignore"):
        return float(step_losses(outputs, targets, loss).sum())


def _finite(cell: Elman) -> bool:
    assert cell.head is not None
    arrays = [*cell.parameters().values(), cell.head.weight, cell.head.bias]
    return all(bool(np.isfinite(array).all()) for array in arrays)
