"""Every ∂L/∂h_t against autograd on the layer called step by step, and every parameter's gradient with it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from seqviz.learning import backward_pass, gradient_norms
from seqviz.learning.gradient_norms import step_norms
from seqviz.learning.scans import BLOCK

many = settings(deadline=None, max_examples=40)

KINDS = [
    ("RNN", {"nonlinearity": "tanh"}),
    ("RNN", {"nonlinearity": "relu"}),
    ("LSTM", {}),
    ("GRU", {}),
]


@dataclass
class Case:
    """A layer, a batch in its layout, and one fixed weight for every number that the loss may look at."""

    module: nn.RNNBase
    batch: Tensor
    weights: Tensor  # (T, B, H)
    where: str

    def loss(self, output: Tensor) -> Tensor:
        """Curved, so that ∂L/∂h differs with h; `output` is (T, B, H), (B, T, H) or, for the last step, (B, H)."""
        if self.where == "last":
            weights = self.weights[-1]
        else:
            weights = self.weights.transpose(0, 1) if self.module.batch_first else self.weights
        return (weights * output + 0.5 * output**2).sum()


def draw_case(kind: str, options: dict, data: st.DataObject, dtype: torch.dtype) -> Case:
    steps = data.draw(st.integers(1, 2 * BLOCK + 3), label="T")
    batch, inputs, units = (data.draw(st.integers(1, 5), label=name) for name in "BDH")
    batch_first, bias = data.draw(st.booleans(), label="batch_first"), data.draw(st.booleans(), label="bias")
    where = data.draw(st.sampled_from(["every", "last"]), label="where")
    torch.manual_seed(data.draw(st.integers(0, 2**31), label="seed"))
    module = getattr(nn, kind)(inputs, units, batch_first=batch_first, bias=bias, dtype=dtype, **options)
    shape = (batch, steps, inputs) if batch_first else (steps, batch, inputs)
    return Case(module, torch.randn(shape, dtype=dtype), torch.randn(steps, batch, units, dtype=dtype), where)


def autograd(case: Case) -> tuple[Tensor, dict[str, Tensor]]:
    """(T, B, H) ∂L/∂h_t and every parameter's gradient: the layer called once a step, retain_grad on each h_t."""
    module = case.module
    module.zero_grad()
    batch = case.batch.transpose(0, 1) if module.batch_first else case.batch
    state, hidden = None, []
    for x in batch:
        step = x[:, None] if module.batch_first else x[None]
        _, state = module(step, state)
        h = state[0] if isinstance(state, tuple) else state  # (1, B, H)
        h.retain_grad()
        hidden.append(h)
    if case.where == "last":
        seen = hidden[-1][0]
    else:
        seen = torch.cat(hidden).transpose(0, 1) if module.batch_first else torch.cat(hidden)
    case.loss(seen).backward()
    zero = torch.zeros_like(hidden[0])
    gradients = torch.cat([zero if h.grad is None else h.grad for h in hidden])
    return gradients, {name: weight.grad for name, weight in module.named_parameters()}


@pytest.mark.parametrize(("kind", "options"), KINDS, ids=str)
@many
@given(data=st.data())
def test_in_float64_every_gradient_equals_autograds(kind: str, options: dict, data: st.DataObject):
    case = draw_case(kind, options, data, torch.float64)
    want, weights = autograd(case)
    got = backward_pass(case.module, case.batch, case.loss, where=case.where)
    np.testing.assert_allclose(got.hidden, want, rtol=1e-10, atol=1e-10)
    np.testing.assert_allclose(got.norms, want.flatten(1).norm(dim=1), rtol=1e-10, atol=1e-10)
    assert set(got.parameters) == set(weights)
    for name, gradient in weights.items():
        np.testing.assert_allclose(got.parameters[name], gradient, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize(("kind", "options"), KINDS, ids=str)
@many
@given(data=st.data())
def test_in_float32_every_norm_equals_autograds(kind: str, options: dict, data: st.DataObject):
    case = draw_case(kind, options, data, torch.float32)
    want, _ = autograd(case)
    norms = want.double().flatten(1).norm(dim=1)
    # relative to each norm; one that is tiny beside the largest may carry the largest's rounding
    np.testing.assert_allclose(
        gradient_norms(case.module, case.batch, case.loss, where=case.where), norms, rtol=1e-5, atol=1e-7 * norms.max()
    )


@pytest.mark.parametrize(("kind", "options"), KINDS, ids=str)
@pytest.mark.parametrize("batch_first", [False, True])
@pytest.mark.parametrize("where", ["every", "last"])
def test_a_gradient_at_the_output_does_as_well_as_a_loss(kind: str, options: dict, batch_first: bool, where: str):
    torch.manual_seed(1)
    module = getattr(nn, kind)(3, 4, batch_first=batch_first, **options)
    batch = torch.randn(2, 7, 3)
    output = module(batch)[0].detach()
    if where == "last":
        output = output[:, -1] if batch_first else output[-1]
    got = gradient_norms(module, batch, 2 * output, where=where)
    np.testing.assert_array_equal(got, gradient_norms(module, batch, lambda h: (h**2).sum(), where=where))
    assert got.shape == ((7,) if batch_first else (2,))
    assert got.dtype == np.float64


def test_one_backward_pass_is_all_that_a_training_step_needs():
    """Loss, layer and head: what autograd puts into .grad, and nothing of it is put there."""
    torch.manual_seed(2)
    module, head, batch = nn.LSTM(2, 5), nn.Linear(5, 1), torch.randn(9, 3, 2)

    def loss(h: Tensor) -> Tensor:
        return (head(h) - 1.0).square().mean()

    got = backward_pass(module, batch, loss, where="last", head=list(head.parameters()))
    assert all(weight.grad is None for weight in [*module.parameters(), *head.parameters()])
    value = loss(module(batch)[0][-1])
    value.backward()
    assert got.loss == pytest.approx(value.item(), rel=1e-6)
    for name, weight in module.named_parameters():
        np.testing.assert_allclose(got.parameters[name], weight.grad, rtol=1e-4, atol=1e-7)
    for gradient, weight in zip(got.head, head.parameters(), strict=True):
        np.testing.assert_allclose(gradient, weight.grad, rtol=1e-5, atol=1e-7)


def test_by_hand():
    """One ReLU unit, w = 3, three steps, L = h_3: ∂L/∂h_t = 3^(3−t); with L = h_1 + h_2 + h_3: 13, 4, 1."""
    module = nn.RNN(1, 1, nonlinearity="relu", bias=False, dtype=torch.float64)
    with torch.no_grad():
        module.weight_ih_l0.fill_(1.0)
        module.weight_hh_l0.fill_(3.0)
    batch = torch.ones(3, 1, 1, dtype=torch.float64)
    np.testing.assert_array_equal(gradient_norms(module, batch, torch.sum, where="last"), [9, 3, 1])
    np.testing.assert_array_equal(gradient_norms(module, batch, torch.sum), [13, 4, 1])


def test_a_norm_whose_square_overflows_or_vanishes_is_still_right():
    values = torch.tensor([[[3e-200, 4e-200]], [[3e200, 4e200]], [[0.0, 0.0]]], dtype=torch.float64)
    np.testing.assert_allclose(step_norms(values), [5e-200, 5e200, 0.0], rtol=1e-15)
    np.testing.assert_array_equal(
        step_norms(torch.tensor([[[np.inf, 1.0]], [[np.nan, 1.0]], [[-np.inf, 0.0]]])), [np.inf, np.nan, np.inf]
    )


LAYER = nn.RNN(2, 3)
BATCH = torch.zeros(4, 1, 2)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: gradient_norms(nn.RNN(2, 3, num_layers=2), BATCH, torch.sum), "got 2 layer"),
        (lambda: gradient_norms(nn.GRU(2, 3, bidirectional=True), BATCH, torch.sum), r"2 direction\(s\)"),
        (lambda: gradient_norms(nn.LSTM(2, 3, proj_size=1), BATCH, torch.sum), "projection size 1"),
        (lambda: gradient_norms(LAYER, BATCH[..., :1], torch.sum), r"\(4, 1, 1\), expected \(T, B, D\) with D = 2"),
        (lambda: gradient_norms(LAYER, BATCH[0], torch.sum), r"shape \(1, 2\), expected"),
        (lambda: gradient_norms(LAYER, BATCH[:0], torch.sum), "none of them 0"),
        (lambda: gradient_norms(LAYER, BATCH, torch.sum, where="first"), "'first', expected one of every, last"),
        (lambda: gradient_norms(LAYER, BATCH, lambda h: h), r"the loss has shape \(4, 1, 3\)"),
        (lambda: gradient_norms(LAYER, BATCH, lambda h: torch.tensor(1.0)), "does not depend"),
        (lambda: gradient_norms(LAYER, BATCH, BATCH), r"shape \(4, 1, 2\), expected \(4, 1, 3\)"),
        (lambda: backward_pass(LAYER, BATCH, torch.zeros(4, 1, 3), head=[torch.ones(1)]), "as a function"),
    ],
)
def test_what_cannot_be_is_refused(call, sentence: str):
    with pytest.raises(ValueError, match=sentence):
        call()


def test_another_module_is_refused():
    with pytest.raises(TypeError, match="got Linear"):
        gradient_norms(nn.Linear(2, 3), BATCH, torch.sum)
