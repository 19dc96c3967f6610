"""The Elman cell: by hand, against torch.nn.RNN, and against a plain torch loop for what RNN cannot do."""

from dataclasses import replace
from math import log

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from seqviz.recurrent import Elman, unroll
from seqviz.recurrent.cell import Head
from tests.recurrent.strategies import Case, assert_same, assert_torchs, cases, quick

nonlinearities = st.sampled_from(["tanh", "relu"])
drawn = nonlinearities.flatmap(lambda name: cases(torch.nn.RNN, nonlinearity=name))


def test_two_steps_by_hand():
    # tanh(ln 2) = (2 − 1/2) / (2 + 1/2) = 0.6 and tanh(ln 3) = (3 − 1/3) / (3 + 1/3) = 0.8.
    cell = Elman(
        W_xh=np.array([[log(2), 0.0], [0.0, 2 * log(3)]]),
        W_hh=np.array([[log(3) / 0.6, 0.0], [(log(2) - log(3)) / 0.6, 0.0]]),
        b=np.array([0.0, 0.0]),
        head=Head(np.array([[10.0, 0.0], [5.0, 5.0]]), np.array([1.0, -1.0])),
    )
    trace = unroll(cell, [[1.0, 0.0], [0.0, 0.5]])
    # Step 1, x = (1, 0), h_0 = 0:  preactivation (ln 2, 0)                  → h_1 = (0.6, 0).
    # Step 2, x = (0, ½):           W_xh x = (0, ln 3), W_hh h_1 = (ln 3, ln 2 − ln 3),
    #                               preactivation (ln 3, ln 2)               → h_2 = (0.8, 0.6).
    np.testing.assert_allclose(trace.hidden, [[0, 0], [0.6, 0], [0.8, 0.6]], atol=1e-15)
    np.testing.assert_allclose(trace.parts["input_product"], [[log(2), 0], [0, log(3)]], atol=1e-15)
    np.testing.assert_allclose(trace.parts["recurrent_product"], [[0, 0], [log(3), log(2) - log(3)]], atol=1e-15)
    # y_1 = (10 · 0.6 + 1, 5 · (0.6 + 0) − 1) = (7, 2);  y_2 = (10 · 0.8 + 1, 5 · (0.8 + 0.6) − 1) = (9, 6).
    np.testing.assert_allclose(trace.outputs, [[7, 2], [9, 6]], rtol=1e-14)


@quick
@given(drawn)
def test_agrees_with_torch(case: Case):
    trace = unroll(Elman.from_torch(case.module, case.head), case.inputs, case.state)
    assert_torchs(trace, case)
    of_input, of_hidden = case.torch_products(case.torch_states()[0])
    assert_same(trace.parts["input_product"], of_input)
    assert_same(trace.parts["recurrent_product"], of_hidden)
    assert_same(trace.parts["preactivation"], of_input + of_hidden + sum(case.torch_biases()))
    assert not trace.gates


@pytest.mark.parametrize("activation", ["tanh", "relu", "sigmoid", "identity"])
@quick
@given(case=cases(torch.nn.RNN))
def test_every_activation_agrees_with_a_plain_torch_loop(activation: str, case: Case):
    g = {"tanh": torch.tanh, "relu": torch.relu, "sigmoid": torch.sigmoid, "identity": lambda z: z}[activation]
    h = torch.tensor(case.h)
    hidden = [h]
    for x in torch.tensor(case.inputs):
        h = g(case.module.weight_ih_l0 @ x + case.module.weight_hh_l0 @ h + sum(case.torch_biases()))
        hidden.append(h)
    cell = replace(Elman.from_torch(case.module), activation=activation)
    assert_same(unroll(cell, case.inputs, case.state).hidden, torch.stack(hidden))


@quick
@given(drawn)
def test_parts_add_up(case: Case):
    cell = Elman.from_torch(case.module)
    parts = unroll(cell, case.inputs, case.state).parts
    assert_same(parts["preactivation"], parts["input_product"] + parts["recurrent_product"] + cell.b)


def test_starts_from_zero():
    start = Elman(np.ones((3, 2)), np.eye(3), np.zeros(3)).start()
    np.testing.assert_array_equal(start.hidden, np.zeros(3))
    assert start.cell is None


def test_sizes_and_weights_are_fixed():
    cell = Elman(np.ones((3, 2)), np.eye(3), np.zeros(3))
    assert (cell.input_size, cell.hidden_size) == (2, 3)
    with pytest.raises(ValueError, match="read-only"):
        cell.W_hh[0, 0] = 2.0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"W_hh": np.ones((3, 2))}, r"W_hh has shape \(3, 2\), expected \(3, 3\)"),
        ({"W_xh": np.ones((4, 2))}, r"W_xh has shape \(4, 2\), expected \(3, any\)"),
        ({"b": np.ones(2)}, r"b has shape \(2,\), expected \(3\)"),
        ({"head": Head(np.ones((5, 4)), np.ones(5))}, r"head weight has shape \(5, 4\), expected \(any, 3\)"),
        ({"activation": "step"}, "activation is 'step', expected one of tanh, relu, sigmoid, identity"),
    ],
)
def test_refuses_what_does_not_fit(change: dict[str, object], message: str):
    cell = Elman(np.ones((3, 2)), np.eye(3), np.zeros(3))
    with pytest.raises(ValueError, match=message):
        replace(cell, **change)


def test_head_refuses_a_bias_of_another_length():
    with pytest.raises(ValueError, match=r"head bias has shape \(2,\), expected \(5\)"):
        Head(np.ones((5, 3)), np.ones(2))


def test_from_torch_takes_the_weights_of_a_float32_module_exactly():
    module, linear = torch.nn.RNN(2, 3), torch.nn.Linear(3, 4)
    cell = Elman.from_torch(module, linear)
    np.testing.assert_array_equal(cell.W_xh, module.weight_ih_l0.detach().numpy().astype(np.float64))
    np.testing.assert_array_equal(cell.head.weight, linear.weight.detach().numpy().astype(np.float64))


@pytest.mark.parametrize(
    ("module", "error", "message"),
    [
        (torch.nn.RNN(2, 3, num_layers=2), ValueError, r"2 layer\(s\), 1 direction\(s\)"),
        (torch.nn.RNN(2, 3, bidirectional=True), ValueError, r"1 layer\(s\), 2 direction\(s\)"),
        (torch.nn.GRU(2, 3), TypeError, "expected a torch.nn.RNN, got GRU"),
        (torch.nn.Linear(2, 3), TypeError, "expected a torch.nn.RNN, got Linear"),
    ],
)
def test_from_torch_refuses_what_is_not_one_cell(module: torch.nn.Module, error: type[Exception], message: str):
    with pytest.raises(error, match=message):
        Elman.from_torch(module)
