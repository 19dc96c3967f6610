"""The slides' lines against autograd: the exact side is the derivative, the other is what a copied slide computes."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from seqviz.recurrent import NO_TARGET, unroll
from seqviz.recurrent.initial import random_elman
from seqviz.recurrent.slides import (
    Chain,
    Slip,
    losses_after_head_update,
    missing_recurrent_factor,
    skipped_state,
    wrong_inner_derivative,
    wrong_sign,
)

IDS, TARGETS = [0, 1, 2, 2, 3], [1, 2, 2, 3, 0]
CELL = random_elman(4, 3, 4, seed=2, scale=0.7)
TRACE = unroll(CELL, np.eye(4)[IDS])


def chain(t: int, activation: str = "tanh") -> Chain:
    cell = random_elman(4, 3, 4, seed=2, scale=0.7, activation=activation)
    return Chain.of(cell, unroll(cell, np.eye(4)[IDS]), TARGETS, "cross_entropy", t)


def autograd(t: int) -> dict[str, np.ndarray]:
    assert CELL.head is not None
    W = {
        name: torch.tensor(value, requires_grad=True)
        for name, value in [("W_xh", CELL.W_xh), ("W_hh", CELL.W_hh), ("W_hy", CELL.head.weight)]
    }
    h = torch.zeros(3, dtype=torch.float64)
    for token in IDS[:t]:
        x = F.one_hot(torch.tensor(token), 4).double()
        h = torch.tanh(W["W_xh"] @ x + W["W_hh"] @ h + torch.tensor(CELL.b))
    logits = W["W_hy"] @ h + torch.tensor(CELL.head.bias)
    F.cross_entropy(logits, torch.tensor(TARGETS[t - 1])).backward()
    return {name: value.grad.numpy() for name, value in W.items() if value.grad is not None}


@pytest.mark.parametrize("slip", [missing_recurrent_factor, wrong_sign, wrong_inner_derivative, skipped_state])
@pytest.mark.parametrize("t", [4, 5])
def test_the_exact_side_is_autograds(slip, t: int) -> None:
    found = slip(chain(t))
    np.testing.assert_allclose(found.exact, autograd(t)[found.parameter], atol=1e-12)
    assert found.relative_error > 0.1  # and the slide's line is another one


def test_without_older_states_the_first_slip_is_none() -> None:
    found = missing_recurrent_factor(chain(1))
    assert found.relative_error == 0.0  # h_0 = 0: both are 0
    assert np.isnan(found.angle)
    two = missing_recurrent_factor(chain(2))
    np.testing.assert_allclose(two.slide, two.exact, atol=1e-15)  # only h_1 counts


def test_the_sign_is_turned_around() -> None:
    found = wrong_sign(chain(3))
    assert found.angle == pytest.approx(180.0)
    assert found.relative_error == pytest.approx(2.0)


def test_the_slides_update_climbs_where_the_derivatives_descends() -> None:
    before, slide, exact = losses_after_head_update(CELL, TRACE, TARGETS, "cross_entropy", 0.01)
    assert CELL.head is not None
    weight = torch.tensor(CELL.head.weight, requires_grad=True)
    hidden, bias, targets = torch.tensor(TRACE.hidden[1:]), torch.tensor(CELL.head.bias), torch.tensor(TARGETS)

    def loss(weight: torch.Tensor) -> torch.Tensor:
        return F.cross_entropy(hidden @ weight.T + bias, targets, reduction="sum")

    loss(weight).backward()
    assert weight.grad is not None
    assert before == pytest.approx(loss(weight).item())
    assert slide == pytest.approx(loss(weight + weight.grad).item())
    assert exact == pytest.approx(loss(weight - 0.01 * weight.grad).item())
    assert exact < before < slide


def test_the_slides_sides_in_matrices() -> None:
    """Three units, tanh, a W that is not symmetric: D_k = diag(1 − h_k²), e = ∂L_4/∂h_4 as a row, all written out."""
    assert CELL.head is not None
    W, h, x = CELL.W_hh, TRACE.hidden, TRACE.inputs
    assert abs(W - W.T).max() > 0.1
    p = np.exp(CELL.head.weight @ h[4] + CELL.head.bias)
    at_logits = p / p.sum() - np.eye(4)[TARGETS[3]]
    e = at_logits @ CELL.head.weight
    D = [np.diag(1 - h[k] ** 2) for k in range(5)]
    u = [np.zeros(4), *x]  # u[k] is x_k

    def close(found: np.ndarray, wanted: np.ndarray) -> None:
        np.testing.assert_allclose(found, wanted, rtol=1e-12, atol=1e-15)

    at = chain(4)
    first = missing_recurrent_factor(at)
    close(first.slide, np.outer(e @ D[4], h[3] + h[2] + h[1] + h[0]))
    back3 = e @ D[4] @ W @ D[3]  # ∂L_4/∂z_3
    back2 = back3 @ W @ D[2]
    back1 = back2 @ W @ D[1]
    close(first.exact, np.outer(e @ D[4], h[3]) + np.outer(back3, h[2]) + np.outer(back2, h[1]))
    second = wrong_sign(at)
    close(second.slide, -np.outer(at_logits, h[4]))
    right = np.outer(e @ D[4], u[4]) + np.outer(back3, u[3]) + np.outer(back2, u[2]) + np.outer(back1, u[1])
    third = wrong_inner_derivative(at)
    skips3 = e @ D[4] @ W @ D[2]  # from z_4 to z_2 with one W and one slope
    close(third.slide, np.outer(e @ D[4], u[4]) + np.outer(skips3, u[2]) + np.outer(skips3 @ W @ D[1], u[1]))
    close(third.exact, right)
    fourth = skipped_state(at)
    J43, J32, J21 = D[4] @ W, D[3] @ W, D[2] @ W  # J_kj = ∂a_k/∂a_j
    close(e @ J43 @ J32 @ J21 @ D[1], back1)
    close(fourth.slide, right - np.outer(back1, u[1]) + np.outer(e @ J43 @ J21 @ D[1], u[1]))
    close(fourth.exact, right)


def test_a_tiny_gradient_has_a_length_and_an_angle_too() -> None:
    """Squares of 1e-170 vanish; an arc cosine cannot tell 1e-9 radians from 0."""
    tiny = Slip("W_hh", 1e-170 * np.array([[1.0, 1.0]]), 1e-170 * np.array([[1.0, 0.0]]))
    assert tiny.relative_error == pytest.approx(1.0)
    assert tiny.angle == pytest.approx(45.0)
    assert Slip("W_hh", np.array([[1.0, 1e-9]]), np.array([[1.0, 0.0]])).angle == pytest.approx(np.degrees(1e-9))


def test_one_unit_by_hand() -> None:
    """h_t = w h_{t−1} + u x_t with w = ½, u = 1, x = 1, 1, 1 (identity): h = 1, 1½, 1¾; e = ∂L_3/∂h_3."""
    from seqviz.recurrent import Elman
    from seqviz.recurrent.cell import Head

    cell = Elman([[1.0]], [[0.5]], [0.0], Head(np.array([[1.0]]), np.zeros(1)), "identity")
    trace = unroll(cell, np.ones((4, 1)))
    e = trace.hidden[3, 0] - 2.0
    three = Chain.of(cell, trace, [[np.nan], [np.nan], [2.0], [2.0]], "squared_error", 3)
    first = missing_recurrent_factor(three)
    assert first.slide[0, 0] == pytest.approx(e * (1.5 + 1.0))  # h_2 + h_1 + h_0
    assert first.exact[0, 0] == pytest.approx(e * (1.5 + 0.5 * 1.0))  # h_2 + w h_1
    third = wrong_inner_derivative(three)
    assert third.slide[0, 0] == pytest.approx(e * (1.0 + 0.5))  # x_3 + w x_1: x_2 is left out, and a w
    assert third.exact[0, 0] == pytest.approx(e * (1.0 + 0.5 + 0.25))
    four = Chain.of(cell, trace, [[np.nan], [np.nan], [np.nan], [2.0]], "squared_error", 4)
    last = skipped_state(four)
    e = trace.hidden[4, 0] - 2.0
    assert last.exact[0, 0] == pytest.approx(e * (1.0 + 0.5 + 0.25 + 0.125))
    assert last.slide[0, 0] == pytest.approx(e * (1.0 + 0.5 + 0.25 + 0.25))  # w² for w³


@pytest.mark.parametrize(("slip", "steps"), [(wrong_inner_derivative, 3), (skipped_state, 4)])
def test_too_early_a_loss_is_refused(slip, steps: int) -> None:
    with pytest.raises(ValueError, match=rf"loss is at step {steps - 1}; this line needs one at step {steps}"):
        slip(chain(steps - 1))


def test_a_step_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="t is 6, expected 1 to 5"):
        chain(6)


def test_a_step_without_a_target_has_no_gradient() -> None:
    found = Chain.of(CELL, TRACE, [1, 2, 2, 3, NO_TARGET], "cross_entropy", 5)
    assert not found.exact("W_hh").any()
