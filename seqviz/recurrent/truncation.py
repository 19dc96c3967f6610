"""Truncated backpropagation through time at every window at once (Williams and Peng 1990; deck D).

A window of w keeps the (t, k) terms with t − k < w. Terms are collected by their lag t − k, so the gradient of every
window is a running sum over the lags, for the price of one backward pass.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import ArrayLike

from seqviz.records import Array, CellTrace
from seqviz.recurrent.bptt import backpropagate, output_gradients, walk_back
from seqviz.recurrent.cell import Cell


def truncated_gradients(cell: Cell, trace: CellTrace, targets: ArrayLike, loss: str) -> dict[str, Array]:
    """Name of a parameter → (T, …) ∂L/∂parameter, entry w − 1 with the window w; the last one is the full gradient.

    The head's weights stand outside the recurrence: theirs is the same at every window. Takes T · (number of weights)
    numbers: for sequences that are looked at.

    Raises:
        ValueError: no head, or targets that do not fit the outputs.
    """
    full = backpropagate(cell, trace, targets, loss)  # refuses what cannot be done
    assert cell.head is not None
    assert trace.outputs is not None
    steps = trace.steps
    by_lag = {name: np.zeros((steps, *value.shape)) for name, value in cell.parameters().items()}  # (T, …)
    with np.errstate(over="ignore", invalid="ignore"):
        local = output_gradients(trace.outputs, targets, loss) @ cell.head.weight  # (T, H)
        for k, _, back in walk_back(cell, trace, local):
            reach = steps - k + 1  # losses k … T, lags 0 … T − k
            for letter in back.input_side:
                side, recurrent = back.input_side[letter][k - 1 :], back.recurrent_side[letter][k - 1 :]  # (reach, H)
                by_lag[f"W_x{letter}"][:reach] += side[:, :, np.newaxis] * trace.inputs[k - 1]
                by_lag[f"W_h{letter}"][:reach] += recurrent[:, :, np.newaxis] * back.recurrent_input[letter]
                by_lag["b" if "b" in by_lag else f"b_{letter}"][:reach] += side
                if f"b_h{letter}" in by_lag:
                    by_lag[f"b_h{letter}"][:reach] += recurrent
        found = {name: np.cumsum(parts, axis=0) for name, parts in by_lag.items()}
    for name in full.parameters.keys() - found.keys():
        found[name] = np.broadcast_to(full.parameters[name], (steps, *full.parameters[name].shape))
    return found


def agreement(gradients: Mapping[str, Array], names: Iterable[str] | None = None) -> tuple[Array, Array]:
    """(T,) cosine between the truncated and the full gradient, and (T,) ratio of their lengths, for windows 1 … T.

    Args:
        gradients: as `truncated_gradients` returns them.
        names: the parameters to take as one long vector; all by default.

    Returns:
        nan where one of the two gradients is 0 or no number (the ratio: where the full one is).
    """
    chosen = [gradients[name].reshape(len(gradients[name]), -1) for name in (names or gradients)]
    vectors = np.concatenate(chosen, axis=1)  # (T, N)
    with np.errstate(all="ignore"):
        vectors = vectors / np.abs(vectors[-1]).max()  # so that squares neither overflow nor vanish
        lengths = np.linalg.norm(vectors, axis=1)
        cosine: Array = vectors @ vectors[-1] / (lengths * lengths[-1])
        ratio: Array = lengths / lengths[-1]
    return np.clip(cosine, -1.0, 1.0), ratio
