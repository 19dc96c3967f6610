"""Truncated backpropagation through time at every window at once (Williams and Peng 1990; deck D).

A window of w keeps the (t, k) terms with t − k < w. Terms are collected by their lag t − k, so the gradient of every
window is a running sum over the lags, for the price of one backward pass.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import ArrayLike

from seqviz.records import Array, CellTrace, Truncation
from seqviz.recurrent.bptt import output_gradients, refuse_what_has_no_way_back, walk_back
from seqviz.recurrent.cell import Cell
from seqviz.recurrent.vectors import norms

CURVES = ("recurrent weights", "all parameters")


def truncation(cell: Cell, trace: CellTrace, targets: ArrayLike, loss: str) -> Truncation:
    """The size of every term, and how near the gradient of every window comes to the full one.

    Raises:
        ValueError: as `truncated_gradients`.
    """
    gradients, contributions = _by_window(cell, trace, targets, loss)
    recurrent = [name for name in gradients if name.startswith("W_h") and name != "W_hy"]
    found = {CURVES[0]: agreement(gradients, recurrent), CURVES[1]: agreement(gradients)}
    return Truncation(
        contributions=contributions,
        cosine={name: pair[0] for name, pair in found.items()},
        ratio={name: pair[1] for name, pair in found.items()},
    )


def truncated_gradients(cell: Cell, trace: CellTrace, targets: ArrayLike, loss: str) -> dict[str, Array]:
    """Name of a parameter → (T, …) ∂L/∂parameter, entry w − 1 with the window w; the last one is the full gradient.

    The head's weights stand outside the recurrence: theirs is the same at every window. Takes T · (number of weights)
    numbers: for sequences that are looked at.

    Raises:
        ValueError: no head, a changed run, or targets that do not fit the outputs.
    """
    return _by_window(cell, trace, targets, loss)[0]


def _by_window(cell: Cell, trace: CellTrace, targets: ArrayLike, loss: str) -> tuple[dict[str, Array], Array]:
    """The gradients as `truncated_gradients` says, and (T, T) the norms of the terms, from one walk back."""
    refuse_what_has_no_way_back(cell, trace)
    assert cell.head is not None
    assert trace.outputs is not None
    steps = trace.steps
    by_lag = {name: np.zeros((steps, *value.shape)) for name, value in cell.parameters().items()}  # (T, …)
    contributions = np.zeros((steps, steps))
    with np.errstate(over="ignore", invalid="ignore"):
        outputs = output_gradients(trace.outputs, targets, loss)  # (T, K)
        for k, _, back in walk_back(cell, trace, outputs @ cell.head.weight):  # (T, K) @ (K, H) → (T, H)
            reach = steps - k + 1  # losses k … T, lags 0 … T − k
            for letter in back.input_side:
                side, recurrent = back.input_side[letter][k - 1 :], back.recurrent_side[letter][k - 1 :]  # (reach, H)
                read = back.recurrent_input[letter]  # (H,)
                by_lag[f"W_x{letter}"][:reach] += side[:, :, np.newaxis] * trace.inputs[k - 1]
                by_lag[f"W_h{letter}"][:reach] += recurrent[:, :, np.newaxis] * read
                by_lag["b" if "b" in by_lag else f"b_{letter}"][:reach] += side
                if f"b_h{letter}" in by_lag:
                    by_lag[f"b_h{letter}"][:reach] += recurrent
                column = contributions[k - 1 :, k - 1]
                np.hypot(column, norms(recurrent) * norms(read), out=column)  # ‖u vᵀ‖ = ‖u‖ ‖v‖
        found = {name: np.cumsum(parts, axis=0) for name, parts in by_lag.items()}
        head = {"W_hy": outputs.T @ trace.hidden[1:], "c": outputs.sum(axis=0)}  # (K, T) @ (T, H) → (K, H)
    found |= {name: np.broadcast_to(value, (steps, *value.shape)) for name, value in head.items()}
    return found, contributions


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
