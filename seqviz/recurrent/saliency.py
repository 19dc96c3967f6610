"""What did it depend on? The gradient of one output to every token's input vector (Simonyan et al. 2013).

One gradient walks back once, with what each step needs and no Jacobian: T · H numbers are kept, so that long texts
are no matter. A gradient says what a small change would do; what a whole other word would do is another run, with
another id.
"""

from __future__ import annotations

import numpy as np

from seqviz.records import Array, CellTrace, Saliency
from seqviz.recurrent.activations import log_softmax
from seqviz.recurrent.bptt import refuse_what_has_no_way_back
from seqviz.recurrent.cell import Cell
from seqviz.recurrent.stored import StoredModel
from seqviz.recurrent.unroll import unroll
from seqviz.text.vocabulary import Ids

KINDS = ("logit", "log_probability")


def saliency(cell: Cell, trace: CellTrace, output: int, *, step: int | None = None, of: str = "logit") -> Saliency:
    """The gradient of one output at one step to x_1 … x_T.

    Args:
        cell: the cell that made `trace`; it needs a head.
        trace: as `unroll` returns it, without changes.
        output: which of the K outputs, from 0.
        step: after which step, from 1; the last if None.
        of: "logit", or "log_probability" for the logarithm of its softmax.

    Raises:
        ValueError: no head, a changed run, an output or step that is not there, or an unknown `of`.
    """
    refuse_what_has_no_way_back(cell, trace)
    assert cell.head is not None
    assert trace.outputs is not None
    step = trace.steps if step is None else step
    value, local = _at_output(trace.outputs, cell.head.weight, output, step, of)
    return Saliency(trace.inputs, input_gradients(cell, trace, local), output, step, value)


def model_saliency(
    model: StoredModel, ids: Ids, output: int, *, step: int | None = None, of: str = "logit"
) -> Saliency:
    """The same through all layers and directions of a stored model, to the vectors of its tokens.

    Raises:
        ValueError: as `saliency`, or ids that no token has.
    """
    if model.head is None:
        raise ValueError("a model without a head has no outputs to ask about")
    directions = (False, True)[: model.directions]
    reads = below = model.inputs(ids)  # (T, D)
    layers: list[list[tuple[Cell, CellTrace]]] = []
    for layer in range(model.layers):
        cells: list[Cell] = [model.cell(layer, reverse) for reverse in directions]
        runs = [(cell, unroll(cell, flipped(below, d))) for cell, d in zip(cells, directions, strict=True)]
        below = np.hstack([flipped(run.hidden[1:], d) for (_, run), d in zip(runs, directions, strict=True)])  # (T, ·H)
        layers.append(runs)
    step = len(below) if step is None else step
    value, gradient = _at_output(model.head(below), model.head.weight, output, step, of)
    for runs in reversed(layers):
        shares = np.split(gradient, len(runs), axis=1)  # (T, H) for each direction
        gradient = np.zeros_like(runs[0][1].inputs)
        for (cell, run), share, reverse in zip(runs, shares, directions, strict=True):
            gradient = gradient + flipped(input_gradients(cell, run, flipped(share, reverse)), reverse)
    return Saliency(reads, gradient, output, step, value)


def input_gradients(cell: Cell, trace: CellTrace, local: Array) -> Array:
    """(T, H) what is put in at every h_t → (T, D) the gradient at every x_t."""
    weights = cell.parameters()
    sides: dict[str, Array] = {}  # gate → (T, H) the gradient at its preactivation
    hidden = np.zeros((1, trace.hidden_size))
    flowing = None if trace.cell is None else np.zeros_like(hidden)
    last = int(np.flatnonzero(local.any(axis=1)).max(initial=-1)) + 1  # nothing flows back from later steps
    with np.errstate(over="ignore", invalid="ignore"):
        for t in range(last, 0, -1):
            back = cell.step_back(trace, t, hidden + local[t - 1], flowing)
            for letter, side in back.input_side.items():
                if letter not in sides:
                    sides[letter] = np.zeros_like(local)
                sides[letter][t - 1] = side[0]
            hidden, flowing = back.hidden, back.cell
        found = np.zeros_like(trace.inputs)
        for letter, side in sides.items():
            found = found + side @ weights[f"W_x{letter}"]  # (T, H) @ (H, D) → (T, D)
    return found


def flipped(rows: Array, reverse: bool) -> Array:
    """The rows in the order in which a direction reads them, or back."""
    return rows[::-1] if reverse else rows


def _at_output(outputs: Array, weight: Array, output: int, step: int, of: str) -> tuple[float, Array]:
    """The value that was asked about, and (T, ·) its gradient at what the head reads."""
    steps, size = outputs.shape
    if of not in KINDS:
        raise ValueError(f"of is {of!r}, expected one of {', '.join(KINDS)}")
    if not 0 <= output < size:
        raise ValueError(f"output is {output}, expected 0 to {size - 1}")
    if not 1 <= step <= steps:
        raise ValueError(f"step is {step}, expected 1 to {steps}")
    logits = outputs[step - 1]  # (K,)
    at_logits = np.zeros(size)
    at_logits[output] = 1.0
    value = logits[output]
    with np.errstate(over="ignore", invalid="ignore"):
        if of == "log_probability":
            logs = log_softmax(logits)
            value, at_logits = logs[output], at_logits - np.exp(logs)
        local = np.zeros((steps, weight.shape[1]))
        local[step - 1] = at_logits @ weight  # (K,) @ (K, H) → (H,)
    return float(value), local
