"""The LSTM cell: by hand, and every gate, product and state against torch.nn.LSTM in float64."""

from dataclasses import replace
from math import log

import numpy as np
import pytest
import torch
from hypothesis import given

from seqviz.recurrent import LSTM, State, unroll
from seqviz.recurrent.cell import Head
from seqviz.recurrent.lstm import GATES
from tests.recurrent.strategies import Case, assert_same, assert_torchs, cases, fills, quick

drawn = cases(torch.nn.LSTM)


def per_gate(**values: float) -> dict[str, np.ndarray]:
    """Gate → a (1, 1) matrix."""
    return {k: np.array([[values[k]]]) for k in GATES}


def small() -> LSTM:
    """D = 2, H = 3, every number different."""
    fill = fills(4 * (6 + 9 + 3))
    return LSTM({k: fill(3, 2) for k in GATES}, {k: fill(3, 3) for k in GATES}, {k: fill(3) for k in GATES})


def test_two_steps_by_hand():
    # σ(ln a) = a / (1 + a):                     σ(ln 3) = 0.75, σ(−ln 3) = 0.25, σ(0) = 0.5, σ(ln 4) = 0.8.
    # tanh(ln a) = (a − 1/a) / (a + 1/a):        tanh(ln 2) = 0.6.
    # tanh(½ ln a) = (a − 1) / (a + 1):          tanh(½ ln 2) = 1/3.
    cell = LSTM(
        W_x=per_gate(i=2 * log(3), f=0.0, g=log(2), o=0.0),
        W_h=per_gate(i=0.0, f=0.0, g=0.0, o=log(4) / 0.3),
        b={"i": np.array([-log(3)]), "f": np.zeros(1), "g": np.zeros(1), "o": np.zeros(1)},
        head=Head(np.array([[30.0]]), np.array([-1.0])),
    )
    c_0 = 2 * (log(2) - 0.45)
    trace = unroll(cell, [[1.0], [0.0]], State(np.array([0.0]), np.array([c_0])))
    # Step 1, x = 1, h_0 = 0:  i = σ(2 ln 3 − ln 3) = 0.75   f = σ(0) = 0.5   g = tanh(ln 2) = 0.6   o = σ(0) = 0.5
    #     kept = 0.5 · 2 (ln 2 − 0.45) = ln 2 − 0.45         written = 0.75 · 0.6 = 0.45
    #     c_1 = ln 2            squashed = tanh(ln 2) = 0.6  h_1 = 0.5 · 0.6 = 0.3
    # Step 2, x = 0:           i = σ(−ln 3) = 0.25           f = 0.5          g = tanh(0) = 0        o = σ(ln 4) = 0.8
    #     kept = ½ ln 2         written = 0.25 · 0 = 0
    #     c_2 = ½ ln 2          squashed = 1/3               h_2 = 0.8 / 3
    expected = {
        "i": [0.75, 0.25],
        "f": [0.5, 0.5],
        "g": [0.6, 0.0],
        "o": [0.5, 0.8],
        "kept": [log(2) - 0.45, 0.5 * log(2)],
        "written": [0.45, 0.0],
        "squashed": [0.6, 1 / 3],
        "recurrent_product_o": [0.0, log(4)],
        "input_product_i": [2 * log(3), 0.0],
        "preactivation_i": [log(3), -log(3)],
    }
    computed = {**trace.gates, **trace.parts}
    for name, values in expected.items():
        np.testing.assert_allclose(computed[name][:, 0], values, atol=1e-14, err_msg=name)
    np.testing.assert_allclose(trace.cell[:, 0], [c_0, log(2), 0.5 * log(2)], atol=1e-14)
    np.testing.assert_allclose(trace.hidden[:, 0], [0.0, 0.3, 0.8 / 3], atol=1e-14)
    # y_1 = 30 · 0.3 − 1 = 8;  y_2 = 30 · 0.8 / 3 − 1 = 7.
    np.testing.assert_allclose(trace.outputs[:, 0], [8.0, 7.0], rtol=1e-13)


@quick
@given(drawn)
def test_states_and_outputs_agree_with_torch(case: Case):
    assert_torchs(unroll(LSTM.from_torch(case.module, case.head), case.inputs, case.state), case)


@quick
@given(drawn)
def test_every_gate_and_part_agrees_with_torch(case: Case):
    trace = unroll(LSTM.from_torch(case.module), case.inputs, case.state)
    hidden, cell = (torch.tensor(states) for states in case.torch_states())
    of_input, of_hidden = case.torch_products(hidden.numpy())  # (T, 4H) each
    z_i, z_f, z_g, z_o = (of_input + of_hidden + sum(case.torch_biases())).chunk(4, dim=1)  # (T, H) each
    i, f, g, o = torch.sigmoid(z_i), torch.sigmoid(z_f), torch.tanh(z_g), torch.sigmoid(z_o)

    assert list(trace.gates) == ["i", "f", "g", "o"]
    for ours, theirs in zip(trace.gates.values(), (i, f, g, o), strict=True):
        assert_same(ours, theirs)
    theirs = {"kept": f * cell[:-1], "written": i * g, "squashed": torch.tanh(cell[1:])}
    for kind, stacked in (
        ("input_product", of_input),
        ("recurrent_product", of_hidden),
        ("preactivation", torch.cat([z_i, z_f, z_g, z_o], dim=1)),
    ):
        theirs |= {f"{kind}_{k}": part for k, part in zip("ifgo", stacked.chunk(4, dim=1), strict=True)}
    assert trace.parts.keys() == theirs.keys()
    for name, part in theirs.items():
        assert_same(trace.parts[name], part)


@quick
@given(drawn)
def test_parts_add_up(case: Case):
    cell = LSTM.from_torch(case.module)
    trace = unroll(cell, case.inputs, case.state)
    parts = trace.parts
    for k in GATES:
        summed = parts[f"input_product_{k}"] + parts[f"recurrent_product_{k}"] + cell.b[k]
        assert_same(parts[f"preactivation_{k}"], summed)
    assert_same(trace.cell[1:], parts["kept"] + parts["written"])
    assert_same(trace.hidden[1:], trace.gates["o"] * parts["squashed"])


def test_starts_from_zero():
    start = small().start()
    np.testing.assert_array_equal(start.hidden, np.zeros(3))
    np.testing.assert_array_equal(start.cell, np.zeros(3))


def test_a_step_needs_a_cell_state():
    with pytest.raises(ValueError, match=r"an LSTM starts from \(h, c\), got h alone"):
        small().step(np.zeros(2), State(np.zeros(3)))


def test_sizes_and_weights_are_fixed():
    cell = small()
    assert (cell.input_size, cell.hidden_size) == (2, 3)
    with pytest.raises(ValueError, match="read-only"):
        cell.W_x["i"][0, 0] = 2.0
    with pytest.raises(TypeError):
        cell.W_h["i"] = np.eye(3)


def test_a_change_to_the_callers_arrays_does_not_reach_the_cell():
    b = {k: np.zeros(3) for k in GATES}
    cell = replace(small(), b=b)
    b["f"][:] = 1.0
    np.testing.assert_array_equal(cell.b["f"], np.zeros(3))


def test_gates_stand_in_one_order_whatever_the_callers():
    cell = small()
    shuffled = replace(cell, W_x={k: cell.W_x[k] for k in ("o", "g", "f", "i")})
    assert list(shuffled.W_x) == ["i", "f", "g", "o"]
    np.testing.assert_array_equal(shuffled.W_x["f"], cell.W_x["f"])


def with_gate(name: str, gate: str, values: np.ndarray) -> dict[str, object]:
    """The change that gives one gate of `small()` another array."""
    return {name: {**getattr(small(), name), gate: values}}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"W_x": {"i": np.ones((3, 2)), "o": np.ones((3, 2))}}, "W_x: missing f, g, expected exactly the gates"),
        ({"W_h": {}}, "W_h: missing i, f, g, o, expected exactly the gates i, f, g, o"),
        (with_gate("b", "c", np.ones(3)), "b: unknown c, expected exactly the gates i, f, g, o"),
        ({"b": dict.fromkeys("ifco", np.ones(3))}, "b: missing g and unknown c"),
        (with_gate("W_x", "i", np.ones((4, 2))), r"W_x\['i'\] has shape \(4, 2\), expected \(3, any\)"),
        (with_gate("W_x", "o", np.ones((3, 5))), r"W_x\['o'\] has shape \(3, 5\), expected \(3, 2\)"),
        (with_gate("W_h", "i", np.ones((3, 4))), r"W_h\['f'\] has shape \(3, 3\), expected \(3, 4\)"),
        ({"W_h": dict.fromkeys("ifgo", np.ones((3, 4)))}, r"W_h\['i'\] has shape \(3, 4\), expected \(3, 3\)"),
        (with_gate("b", "g", np.ones(2)), r"b\['g'\] has shape \(2,\), expected \(3\)"),
        ({"head": Head(np.ones((5, 4)), np.ones(5))}, r"head weight has shape \(5, 4\), expected \(any, 3\)"),
    ],
)
def test_refuses_what_does_not_fit(change: dict[str, object], message: str):
    with pytest.raises(ValueError, match=message):
        replace(small(), **change)


@pytest.mark.parametrize(
    ("module", "error", "message"),
    [
        (torch.nn.LSTM(2, 3, num_layers=2), ValueError, r"2 layer\(s\), 1 direction\(s\)"),
        (torch.nn.LSTM(2, 3, bidirectional=True), ValueError, r"1 layer\(s\), 2 direction\(s\)"),
        (torch.nn.LSTM(2, 3, proj_size=2), ValueError, "projection size 2"),
        (torch.nn.RNN(2, 3), TypeError, "expected a torch.nn.LSTM, got RNN"),
    ],
)
def test_from_torch_refuses_what_is_not_one_cell(module: torch.nn.Module, error: type[Exception], message: str):
    with pytest.raises(error, match=message):
        LSTM.from_torch(module)
