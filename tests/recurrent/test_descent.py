"""Updates against torch.optim.SGD, by hand, and where numbers end."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from seqviz.recurrent import NO_TARGET, Elman, unroll
from seqviz.recurrent.bptt import backpropagate, parameter_gradients
from seqviz.recurrent.cell import Head
from seqviz.recurrent.descent import descend
from seqviz.recurrent.initial import random_elman


@pytest.mark.parametrize("loss", ["cross_entropy", "squared_error"])
def test_many_updates_equal_torch_sgd(loss: str) -> None:
    torch.manual_seed(0)
    rnn, head = torch.nn.RNN(3, 5, dtype=torch.float64), torch.nn.Linear(5, 3, dtype=torch.float64)
    rnn.bias_hh_l0.requires_grad_(False).zero_()  # the cell on paper has one bias
    inputs = torch.randn(6, 3, dtype=torch.float64)
    ids = torch.tensor([0, 2, 1, NO_TARGET, 1, 2])
    wanted = torch.randn(6, 3, dtype=torch.float64)
    cell = Elman.from_torch(rnn, head)
    targets = ids.numpy() if loss == "cross_entropy" else wanted.numpy()
    run = descend(cell, inputs.numpy(), targets, loss, rate=0.05, updates=20)

    optimiser = torch.optim.SGD([*(p for p in rnn.parameters() if p.requires_grad), *head.parameters()], lr=0.05)
    losses = []
    for _ in range(21):
        y = head(rnn(inputs)[0])
        if loss == "cross_entropy":
            total = torch.nn.functional.cross_entropy(y, ids, reduction="sum")
        else:
            total = 0.5 * ((wanted - y) ** 2).sum()
        losses.append(total.item())
        if len(losses) == 21:
            break
        optimiser.zero_grad()
        total.backward()
        optimiser.step()
    np.testing.assert_allclose(run.losses, losses, rtol=1e-10)
    np.testing.assert_allclose(run.cell.W_hh, rnn.weight_hh_l0.detach().numpy(), atol=1e-10)
    assert run.cell.head is not None
    np.testing.assert_allclose(run.cell.head.weight, head.weight.detach().numpy(), atol=1e-10)
    assert run.overflow is None


def test_one_update_by_hand() -> None:
    """h = w·1, y = v·h with w = 2, v = 3, target 5, η = 0.1: L = ½, ∂L/∂v = 1·2, ∂L/∂w = 1·3, biases 3 and 1."""
    cell = Elman(np.array([[2.0]]), np.zeros((1, 1)), np.zeros(1), Head(np.array([[3.0]]), np.zeros(1)), "identity")
    run = descend(cell, [[1.0]], [[5.0]], "squared_error", rate=0.1, updates=1)
    assert run.cell.head is not None
    assert run.losses[0] == 0.5
    assert (run.cell.W_xh[0, 0], run.cell.b[0]) == pytest.approx((1.7, -0.3))
    assert (run.cell.head.weight[0, 0], run.cell.head.bias[0]) == pytest.approx((2.8, -0.1))
    after = 2.8 * (1.7 - 0.3) - 0.1
    assert run.losses[1] == pytest.approx(0.5 * (5 - after) ** 2)


def test_no_updates_change_nothing() -> None:
    cell = random_elman(2, 3, 2, seed=1, scale=0.7)
    run = descend(cell, np.eye(2), [1, 0], "cross_entropy", rate=1.0, updates=0)
    assert run.cell is cell
    assert len(run.losses) == 1


def test_the_last_finite_weights_are_kept() -> None:
    cell = random_elman(2, 3, 2, seed=1, scale=0.7, activation="identity")
    run = descend(cell, 10.0 * np.eye(2), [[100.0, -100.0]] * 2, "squared_error", rate=10.0, updates=50)
    assert run.overflow is not None
    assert len(run.losses) == run.overflow
    assert np.isfinite(run.losses).all()
    assert np.isfinite(run.cell.W_hh).all()


def test_lean_and_full_gradients_agree() -> None:
    cell = random_elman(4, 5, 4, seed=3, scale=0.7)
    trace = unroll(cell, np.eye(4)[[0, 1, 2, 2, 3]])
    targets = np.array([1, 2, 2, NO_TARGET, 0])
    full = backpropagate(cell, trace, targets, "cross_entropy").parameters
    lean = parameter_gradients(cell, trace, targets, "cross_entropy")
    assert lean.keys() == full.keys()
    for name, value in full.items():
        np.testing.assert_allclose(lean[name], value, atol=1e-12)


@pytest.mark.parametrize("size", [1e-200, 1.0, 1e160])
def test_the_norm_of_a_term_is_its_norm_at_any_size(size: float) -> None:
    """A one-unit line: the (2, 2) term is e·h_1 with h_1 = size; no square of it may overflow or vanish."""
    cell = Elman(np.array([[size]]), np.zeros((1, 1)), np.zeros(1), Head(np.array([[1.0]]), np.zeros(1)), "identity")
    trace = unroll(cell, np.ones((2, 1)))
    grid = backpropagate(cell, trace, [[np.nan], [size - 1.0 if size == 1.0 else 0.0]], "squared_error").contributions
    assert grid[1, 1] == pytest.approx(size * size if size < 1e100 else math.inf)
    assert grid[1, 0] == grid[0, 0] == 0.0  # h_0 = 0, also where the other side is large


@pytest.mark.parametrize("rate", [0.0, -0.1, math.inf, math.nan])
def test_a_learning_rate_is_positive(rate: float) -> None:
    with pytest.raises(ValueError, match=r"learning rate is .*above 0"):
        descend(random_elman(2, 3, 2, seed=1, scale=0.7), np.eye(2), [1, 0], "cross_entropy", rate=rate, updates=1)
