"""Backpropagation through time on paper (Rumelhart, Hinton and Williams 1986; Werbos 1990; decks A, B, C and E).

The loss at step t reaches the recurrent weights once for every step k ≤ t at which they acted:

    ∂L_t/∂W = Σ_{k ≤ t} ∂L_t/∂h_t · ∂h_t/∂h_k · ∂h_k/∂W      (deck B; ∂h_k/∂W with h_{k−1} held fixed)

Here the T losses walk back side by side, one row each, so that every (t, k) term is at hand; the sum over t and k
is the gradient. Truncation leaves out the terms that reach further back than a window.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike

from seqviz.records import NO_TARGET, Array, CellTrace, GradientTrace, frozen_array
from seqviz.recurrent.activations import softmax
from seqviz.recurrent.cell import Cell, StepBack
from seqviz.recurrent.losses import step_losses, target_ids
from seqviz.recurrent.vectors import norms


def backpropagate(
    cell: Cell, trace: CellTrace, targets: ArrayLike, loss: str, *, window: int | None = None
) -> GradientTrace:
    """Every gradient of L = Σ_t L_t.

    Args:
        cell: the cell that made `trace`; it needs a head.
        trace: as `unroll` returns it.
        targets, loss: as in `seqviz.recurrent.step_losses`.
        window: truncated BPTT: keep only the terms with t − k < window. None, or T, keeps all.

    Returns:
        The gradients; where numbers overflow they become inf or nan, as in any framework.

    Raises:
        ValueError: no head, a changed run, a window below 1, or targets that do not fit the outputs.
    """
    refuse_what_has_no_way_back(cell, trace)
    assert cell.head is not None
    assert trace.outputs is not None
    steps, units = trace.steps, trace.hidden_size
    with np.errstate(over="ignore", invalid="ignore"):
        outputs = output_gradients(trace.outputs, targets, loss)  # (T, K)
        local = outputs @ cell.head.weight  # (T, K) @ (K, H) → (T, H)
        hidden = np.zeros((steps + 1, units))
        cells = None if trace.cell is None else np.zeros((steps + 1, units))
        contributions = np.zeros((steps, steps))
        inputs = np.zeros_like(trace.inputs)  # (T, D)
        jacobians = np.zeros((steps, units, units))
        preactivations: dict[str, Array] = {}
        weights = cell.parameters()
        gradients = {name: np.zeros_like(value) for name, value in weights.items()}

        back = None
        for k, rows, back in walk_back(cell, trace, local, window):
            hidden[k] = rows.sum(axis=0)
            if cells is not None and back.cell_total is not None:
                cells[k] = back.cell_total.sum(axis=0)
            sizes = np.zeros(steps)  # of row t's term at step k, over all recurrent matrices
            for letter, side in back.recurrent_side.items():
                read = norms(back.recurrent_input[letter])
                sizes = np.hypot(sizes, norms(side) * read)  # ‖u vᵀ‖ = ‖u‖ ‖v‖
                total = back.input_side[letter].sum(axis=0)  # (H,)
                inputs[k - 1] += total @ weights[f"W_x{letter}"]  # (H,) @ (H, D)
                preactivations.setdefault(letter, np.zeros((steps, units)))[k - 1] = total
            _add_step(gradients, back, trace.inputs[k - 1])
            contributions[k - 1 :, k - 1] = sizes[k - 1 :]  # no loss reaches a later step
            jacobians[k - 1] = jacobian(cell, trace, k)
        assert back is not None
        kept = slice(None) if window is None else slice(0, max(0, window - 1))  # t − 0 < window
        hidden[0] = back.hidden[kept].sum(axis=0)
        if cells is not None and back.cell is not None:
            cells[0] = back.cell[kept].sum(axis=0)
        gradients |= _head_gradients(outputs, trace)
        return GradientTrace(
            losses=step_losses(trace.outputs, targets, loss),
            hidden=hidden,
            contributions=contributions,
            parameters=gradients,
            cell=cells,
            local=local,
            jacobians=jacobians,
            inputs=inputs,
            outputs=outputs,
            preactivations=preactivations,
        )


def parameter_gradients(cell: Cell, trace: CellTrace, targets: ArrayLike, loss: str) -> dict[str, Array]:
    """∂L/∂parameter alone, as every framework computes it: the losses' gradients summed up on the way back.

    Takes and raises what `backpropagate` does, in a fraction of its time: for many updates in a row.
    """
    refuse_what_has_no_way_back(cell, trace)
    assert cell.head is not None
    assert trace.outputs is not None
    with np.errstate(over="ignore", invalid="ignore"):
        outputs = output_gradients(trace.outputs, targets, loss)  # (T, K)
        local = outputs @ cell.head.weight  # (T, K) @ (K, H) → (T, H)
        gradients = {name: np.zeros_like(value) for name, value in cell.parameters().items()}
        hidden = np.zeros((1, trace.hidden_size))
        flowing = None if trace.cell is None else np.zeros_like(hidden)
        for k in range(trace.steps, 0, -1):
            back = cell.step_back(trace, k, hidden + local[k - 1], flowing)
            _add_step(gradients, back, trace.inputs[k - 1])
            hidden, flowing = back.hidden, back.cell
        return gradients | _head_gradients(outputs, trace)


def refuse_what_has_no_way_back(cell: Cell, trace: CellTrace) -> None:
    """Raises ValueError where there is no loss to go back from, or where the run was changed on the way."""
    if cell.head is None or trace.outputs is None:
        raise ValueError("a cell without a head has no outputs, and so no loss to go back from")
    if trace.changed:
        raise ValueError("a run with clamped gates or silenced units has no backward pass")


def _add_step(gradients: dict[str, Array], back: StepBack, x: Array) -> None:
    """Add what one step puts into the gradients of the shared weights; x (D,) is its input."""
    for letter, side in back.input_side.items():
        total = side.sum(axis=0)  # (B, H) → (H,)
        recurrent = back.recurrent_side[letter].sum(axis=0)  # (H,)
        gradients[f"W_x{letter}"] += np.outer(total, x)
        gradients[f"W_h{letter}"] += np.outer(recurrent, back.recurrent_input[letter])
        gradients["b" if "b" in gradients else f"b_{letter}"] += total
        if f"b_h{letter}" in gradients:
            gradients[f"b_h{letter}"] += recurrent


def _head_gradients(outputs: Array, trace: CellTrace) -> dict[str, Array]:
    return {"W_hy": outputs.T @ trace.hidden[1:], "c": outputs.sum(axis=0)}  # (K, T) @ (T, H) → (K, H)


def walk_back(
    cell: Cell, trace: CellTrace, local: Array, window: int | None = None
) -> Iterator[tuple[int, Array, StepBack]]:
    """Go from step T to step 1 with one row a loss.

    Yields:
        k from T to 1, ∂L_t/∂h_k as row t − 1 of a (T, H) array (0 for t < k), and the step back from k.

    Raises:
        ValueError: a window below 1.
    """
    if window is not None and window < 1:
        raise ValueError(f"window is {window}, expected at least 1 step")
    rows = np.zeros_like(local)  # (T, H)
    cell_rows = None if trace.cell is None else np.zeros_like(local)
    for k in range(trace.steps, 0, -1):
        rows = rows.copy()
        rows[k - 1] += local[k - 1]  # the loss of step k enters here
        if window is not None:
            rows[k - 1 + window :] = 0.0  # losses with t − k ≥ window go no further back
            if cell_rows is not None:
                cell_rows = cell_rows.copy()
                cell_rows[k - 1 + window :] = 0.0
        back = cell.step_back(trace, k, rows, cell_rows)
        yield k, rows, back
        rows, cell_rows = back.hidden, back.cell


def recurrent_terms(cell: Cell, trace: CellTrace, targets: ArrayLike, loss: str) -> dict[str, Array]:
    """Every (t, k) term itself: name of a recurrent matrix → (T, T, H, H), [t − 1, k − 1] its term, 0 for k > t.

    Their sum over the first two axes is ∂L/∂W. It takes T² H² numbers: for sequences that are looked at.
    """
    steps, units = trace.steps, trace.hidden_size
    terms: dict[str, Array] = {}
    for k, back in _steps_back(cell, trace, targets, loss):
        for letter, side in back.recurrent_side.items():
            term = terms.setdefault(f"W_h{letter}", np.zeros((steps, steps, units, units)))
            term[:, k - 1] = side[:, :, np.newaxis] * back.recurrent_input[letter]  # (T, H, 1) · (H,) → (T, H, H)
    return terms


def _steps_back(cell: Cell, trace: CellTrace, targets: ArrayLike, loss: str) -> Iterator[tuple[int, StepBack]]:
    """k from T to 1 and the step back from k, with one row a loss.

    Raises:
        ValueError: no head, a changed run, or targets that do not fit the outputs.
    """
    refuse_what_has_no_way_back(cell, trace)
    assert cell.head is not None
    assert trace.outputs is not None
    local = output_gradients(trace.outputs, targets, loss) @ cell.head.weight  # (T, H)
    return ((k, back) for k, _, back in walk_back(cell, trace, local))


def jacobian(cell: Cell, trace: CellTrace, t: int) -> Array:
    """(H, H) ∂h_t/∂h_{t−1}, c_{t−1} held fixed: H gradients sent back at once, one for each unit of h_t."""
    every = np.eye(trace.hidden_size)
    return cell.step_back(trace, t, every, None if trace.cell is None else np.zeros_like(every)).hidden


def output_gradients(outputs: ArrayLike, targets: ArrayLike, loss: str) -> Array:
    """(T, K) ∂L/∂y_t at the head's linear outputs: softmax − one-hot, or y − target; 0 where there is no target."""
    y = frozen_array("outputs", outputs, None, None)
    steps, size = y.shape
    if loss == "squared_error":
        difference = y - frozen_array("targets", targets, steps, size)
        return np.where(np.isnan(np.asarray(targets)).all(axis=1, keepdims=True), 0.0, difference)
    step_losses(y, targets, loss)  # refuses an unknown loss and targets that do not fit
    ids = target_ids(targets, steps, size)
    gradient = softmax(y)
    has_target = ids != NO_TARGET
    gradient[np.flatnonzero(has_target), ids[has_target]] -= 1.0
    gradient[~has_target] = 0.0
    return gradient
