"""autograd is the judge elsewhere; here it is held against the paper engine and finite differences."""

from __future__ import annotations

import numpy as np
import pytest

from seqviz.learning.autograd import autograd
from seqviz.recurrent import NO_TARGET, Elman, backpropagate, step_losses, unroll
from seqviz.recurrent.cell import Head
from seqviz.recurrent.initial import random_elman

INPUTS = np.eye(3)[[0, 2, 1, 1]]
WANTED = np.array([[0.5, 0, 1], [np.nan] * 3, [0, 0, 1], [1, -1, 0]])
IDS = np.array([1, NO_TARGET, 2, 0])


def arrays(cell: Elman) -> dict[str, np.ndarray]:
    assert cell.head is not None
    return {**cell.parameters(), "W_hy": cell.head.weight, "c": cell.head.bias}


@pytest.mark.parametrize("activation", ["tanh", "relu", "sigmoid", "identity"])
@pytest.mark.parametrize("loss", ["cross_entropy", "squared_error"])
def test_it_agrees_with_the_paper_engine(activation: str, loss: str) -> None:
    cell = random_elman(3, 4, 3, seed=5, scale=0.7, activation=activation)
    targets = IDS if loss == "cross_entropy" else WANTED
    ours = backpropagate(cell, unroll(cell, INPUTS), targets, loss).parameters
    theirs = autograd(arrays(cell), INPUTS, targets, activation=activation, loss=loss)
    for name, value in theirs.items():
        np.testing.assert_allclose(ours[name], value, atol=1e-12)
    parts = [autograd(arrays(cell), INPUTS, targets, activation=activation, loss=loss, step=t) for t in range(1, 5)]
    for name, value in theirs.items():
        np.testing.assert_allclose(sum(part[name] for part in parts), value, atol=1e-12)
    assert not parts[1]["W_hy"].any()  # no target, no gradient


def test_a_weight_by_finite_differences() -> None:
    cell = random_elman(3, 4, 3, seed=5, scale=0.7)
    weights = arrays(cell)

    def total(value: float) -> float:
        W_hh = weights["W_hh"].copy()
        W_hh[1, 2] = value
        moved = Elman(cell.W_xh, W_hh, cell.b, Head(weights["W_hy"], weights["c"]))
        outputs = unroll(moved, INPUTS).outputs
        assert outputs is not None
        return float(step_losses(outputs, IDS, "cross_entropy").sum())

    at = weights["W_hh"][1, 2]
    slope = (total(at + 1e-5) - total(at - 1e-5)) / 2e-5
    assert autograd(weights, INPUTS, IDS)["W_hh"][1, 2] == pytest.approx(slope, abs=1e-8)
