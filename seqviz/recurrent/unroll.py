"""Steps × tokens → CellTrace: the same cell, the same weights, at every step."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from seqviz.records import Array, CellTrace, frozen_array
from seqviz.recurrent.activations import ACTIVATIONS
from seqviz.recurrent.cell import Cell, State, Step
from seqviz.recurrent.changes import Changes
from seqviz.recurrent.elman import Elman


def hidden_states(cell: Elman, ids: Sequence[int] | NDArray[np.integer]) -> Array:
    """(T+1, H) the hidden states alone over one-hot inputs with a 1 at ids (T,): W_xh x_t is a column of W_xh.

    The same numbers as `unroll` gives, in a memory that does not grow with the vocabulary: for long texts.

    Raises:
        IndexError: an id that is no column of W_xh.
    """
    hidden = np.zeros((len(ids) + 1, cell.hidden_size))
    g = ACTIVATIONS[cell.activation]
    with np.errstate(over="ignore", invalid="ignore"):
        for t, k in enumerate(ids, start=1):
            hidden[t] = g(cell.W_xh[:, k] + cell.W_hh @ hidden[t - 1] + cell.b)  # (H,) + (H, H) @ (H,) + (H,)
    return hidden


def unroll(cell: Cell, inputs: ArrayLike, state: State | None = None, changes: Changes | None = None) -> CellTrace:
    """Run `cell` over a sequence and keep everything it computed.

    Args:
        cell: an Elman, LSTM or GRU.
        inputs: (T, D), T ≥ 1.
        state: where to start; the cell's own zero state if None.
        changes: gates to clamp and units to silence on the way; the preactivations stay what the cell computed. The
            backward pass of a changed run is not supported.

    Returns:
        The trace. Where numbers overflow they become inf or nan, as on any computer;
        `CellTrace.first_overflow` tells at which step.

    Raises:
        ValueError: inputs that are not (T ≥ 1, cell.input_size), a start state of another size, or
            changes that name a gate, unit or step that is not there.
    """
    x = frozen_array("inputs", inputs, None, cell.input_size)  # (T, D)
    if len(x) == 0:
        raise ValueError("inputs have 0 steps, expected at least 1")
    first = cell.start() if state is None else state
    frozen_array("start state", first.hidden, cell.hidden_size)
    if (cell.start().cell is None) != (first.cell is None):
        raise ValueError("an LSTM starts from (h, c), every other cell from h alone")
    if first.cell is not None:
        frozen_array("start state c", first.cell, cell.hidden_size)

    changes = changes or Changes()
    changes.check(cell.gate_names, cell.hidden_size, len(x))

    steps: list[Step] = []
    current = first
    with np.errstate(over="ignore", invalid="ignore"):
        for t, x_t in enumerate(x, start=1):
            step = cell.step(x_t, current, changes.at(t))
            steps.append(step)
            current = step.state
        hidden = np.stack([first.hidden, *(step.state.hidden for step in steps)])  # (T+1, H)
        outputs = None if cell.head is None else cell.head(hidden[1:])  # (T, K)

    def stack(kind: str) -> dict[str, Array]:
        return {name: np.stack([getattr(step, kind)[name] for step in steps]) for name in getattr(steps[0], kind)}

    states = [first, *(step.state for step in steps)]
    cells = None if first.cell is None else np.array([state.cell for state in states], dtype=np.float64)  # (T+1, H)
    return CellTrace(x, hidden, cells, stack("gates"), outputs, stack("parts"), changed=bool(changes))
