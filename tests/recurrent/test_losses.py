"""The loss under each step: by hand, against torch, and at the edges of what float64 can hold."""

from math import log

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from seqviz.records import Array
from seqviz.recurrent import NO_TARGET, predictions, step_losses
from tests.recurrent.strategies import assert_same, numbers, quick


@st.composite
def classified(draw: st.DrawFn, bound: float = 10.0) -> tuple[Array, np.ndarray]:
    """Logits (T, K) and ids (T,), some of them NO_TARGET."""
    T, K = draw(st.integers(1, 6)), draw(st.integers(1, 5))
    ids = draw(st.lists(st.integers(0, K - 1) | st.just(NO_TARGET), min_size=T, max_size=T))
    return draw(numbers((T, K), bound)), np.array(ids)


@st.composite
def regressed(draw: st.DrawFn) -> tuple[Array, Array]:
    """Outputs and targets, both (T, K)."""
    shape = draw(st.integers(1, 6)), draw(st.integers(1, 5))
    return draw(numbers(shape, 10)), draw(numbers(shape, 10))


def test_by_hand():
    # softmax(ln 1, ln 3) = (1/4, 3/4), so the losses are −ln ¾ = ln 4 − ln 3 and −ln ¼ = ln 4.
    logits = [[0.0, log(3)], [0.0, log(3)]]
    np.testing.assert_allclose(step_losses(logits, [1, 0], "cross_entropy"), [log(4) - log(3), log(4)], rtol=1e-14)
    np.testing.assert_allclose(predictions(np.array(logits), "cross_entropy"), [[0.25, 0.75]] * 2, rtol=1e-14)
    # ½ ((3 − 1)² + (4 − 0)²) = ½ (4 + 16) = 10.
    np.testing.assert_allclose(step_losses([[1.0, 0.0]], [[3.0, 4.0]], "squared_error"), [10.0], rtol=1e-15)


@quick
@given(classified())
def test_cross_entropy_agrees_with_torch(case: tuple[Array, np.ndarray]):
    logits, ids = case
    theirs = torch.nn.functional.cross_entropy(
        torch.tensor(logits), torch.tensor(ids), reduction="none", ignore_index=-100
    )
    assert_same(step_losses(logits, ids, "cross_entropy"), theirs)
    assert_same(predictions(logits, "cross_entropy"), torch.softmax(torch.tensor(logits), dim=1))


@quick
@given(classified(bound=1e300))
def test_cross_entropy_of_huge_logits_agrees_with_torch(case: tuple[Array, np.ndarray]):
    logits, ids = case
    theirs = torch.nn.functional.cross_entropy(
        torch.tensor(logits), torch.tensor(ids), reduction="none", ignore_index=-100
    )
    assert_same(step_losses(logits, ids, "cross_entropy"), theirs)
    probabilities = predictions(logits, "cross_entropy")
    np.testing.assert_allclose(probabilities.sum(axis=1), 1.0, rtol=1e-14)


def test_a_hopeless_prediction_still_has_a_finite_loss():
    # softmax(0, 1e4) rounds to (0, 1); the loss of class 0 is 1e4 all the same.
    np.testing.assert_array_equal(step_losses([[0.0, 1e4]] * 2, [0, 1], "cross_entropy"), [1e4, 0.0])


@quick
@given(regressed())
def test_squared_error_agrees_with_torch(case: tuple[Array, Array]):
    outputs, targets = case
    theirs = 0.5 * torch.nn.functional.mse_loss(torch.tensor(outputs), torch.tensor(targets), reduction="none").sum(
        dim=1
    )
    assert_same(step_losses(outputs, targets, "squared_error"), theirs)
    np.testing.assert_array_equal(predictions(outputs, "squared_error"), outputs)


def test_steps_without_a_target_have_no_loss():
    logits = [[1.0, 2.0], [3.0, 4.0]]
    losses = step_losses(logits, [NO_TARGET, 1], "cross_entropy")
    assert losses[0] == 0.0
    assert losses[1] > 0.0
    np.testing.assert_array_equal(step_losses(logits, [NO_TARGET] * 2, "cross_entropy"), [0.0, 0.0])
    nan = float("nan")
    np.testing.assert_array_equal(step_losses(logits, [[nan, nan], [1.0, 1.0]], "squared_error"), [0.0, 6.5])


def test_a_row_that_is_nan_in_part_is_no_missing_target():
    assert np.isnan(step_losses([[1.0, 2.0]], [[1.0, float("nan")]], "squared_error")).all()


@pytest.mark.parametrize("wrong", [2, -1, 7])
def test_refuses_an_id_outside_the_classes(wrong: int):
    with pytest.raises(ValueError, match=rf"target id {wrong} is outside 0 … 1"):
        step_losses([[1.0, 2.0], [1.0, 2.0]], [0, wrong], "cross_entropy")


@pytest.mark.parametrize(
    ("targets", "message"),
    [
        ([0, 1, 0], r"targets have shape \(3,\) and type int64, expected \(2,\) integers"),
        ([[0], [1]], r"targets have shape \(2, 1\) and type int64, expected \(2,\) integers"),
        ([0.0, 1.0], r"targets have shape \(2,\) and type float64, expected \(2,\) integers"),
    ],
)
def test_refuses_targets_that_are_no_ids(targets: list[object], message: str):
    with pytest.raises(ValueError, match=message):
        step_losses([[1.0, 2.0], [1.0, 2.0]], targets, "cross_entropy")


def test_refuses_values_of_another_shape():
    with pytest.raises(ValueError, match=r"targets has shape \(2, 3\), expected \(2, 2\)"):
        step_losses(np.zeros((2, 2)), np.zeros((2, 3)), "squared_error")
    with pytest.raises(ValueError, match=r"outputs has shape \(2,\), expected \(any, any\)"):
        step_losses(np.zeros(2), np.zeros(2), "squared_error")


def test_an_unknown_loss_is_answered_with_the_choices():
    message = "loss is 'hinge', expected one of cross_entropy, squared_error"
    with pytest.raises(ValueError, match=message):
        step_losses([[1.0]], [0], "hinge")
    with pytest.raises(ValueError, match=message):
        predictions(np.ones((1, 1)), "hinge")
