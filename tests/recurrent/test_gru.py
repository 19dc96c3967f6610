"""The GRU cell: by hand, against torch.nn.GRU, and its three other forms against a plain torch loop."""

from dataclasses import replace
from math import log

import numpy as np
import pytest
import torch
from hypothesis import given

from seqviz.recurrent import GRU, State, unroll
from seqviz.recurrent.cell import Head
from seqviz.recurrent.gru import GATES
from tests.recurrent.strategies import Case, assert_same, assert_torchs, cases, fills, quick

drawn = cases(torch.nn.GRU)
every_form = pytest.mark.parametrize(
    ("reset_after", "update_keeps"), [(True, "old"), (True, "new"), (False, "old"), (False, "new")]
)


def small() -> GRU:
    """D = 2, H = 3, every number different."""
    fill = fills(3 * (6 + 9 + 3 + 3))
    return GRU(
        {k: fill(3, 2) for k in GATES},
        {k: fill(3, 3) for k in GATES},
        {k: fill(3) for k in GATES},
        {k: fill(3) for k in GATES},
    )


def torch_loop(case: Case, reset_after: bool, update_keeps: str) -> dict[str, torch.Tensor]:
    """The GRU's equations once more, in torch, on the module's own stacked weights. Values (T, H)."""
    H = len(case.h)
    W_x, W_h = case.module.weight_ih_l0.detach(), case.module.weight_hh_l0.detach()
    b_x, b_h = case.torch_biases()
    h = torch.tensor(case.h)
    history: dict[str, list[torch.Tensor]] = {}
    for x in torch.tensor(case.inputs):
        from_x = W_x @ x  # (3H,)
        from_h = W_h @ h  # (3H,)
        gates = torch.sigmoid((from_x + from_h + b_x + b_h)[: 2 * H])
        r, z = gates[:H], gates[H:]
        if reset_after:
            recurrent = from_h[2 * H :]
            reset = r * (recurrent + b_h[2 * H :])
            before_tanh = from_x[2 * H :] + b_x[2 * H :] + reset
        else:
            reset = r * h
            recurrent = W_h[2 * H :] @ reset
            before_tanh = from_x[2 * H :] + b_x[2 * H :] + recurrent + b_h[2 * H :]
        n = torch.tanh(before_tanh)
        share_of_old = z if update_keeps == "old" else 1 - z
        values = {
            "r": r,
            "z": z,
            "n": n,
            "input_product_r": from_x[:H],
            "input_product_z": from_x[H : 2 * H],
            "input_product_n": from_x[2 * H :],
            "recurrent_product_r": from_h[:H],
            "recurrent_product_z": from_h[H : 2 * H],
            "recurrent_product_n": recurrent,
            "preactivation_r": (from_x + from_h + b_x + b_h)[:H],
            "preactivation_z": (from_x + from_h + b_x + b_h)[H : 2 * H],
            "preactivation_n": before_tanh,
            "reset": reset,
            "kept": share_of_old * h,
            "written": (1 - share_of_old) * n,
            "hidden": share_of_old * h + (1 - share_of_old) * n,
        }
        h = values["hidden"]
        for name, value in values.items():
            history.setdefault(name, []).append(value)
    return {name: torch.stack(values) for name, values in history.items()}


@pytest.mark.parametrize(
    ("reset_after", "update_keeps", "reset", "n", "kept", "written"),
    [
        # r = σ(0) = 0.5 and z = σ(ln 3) = 0.75 in all four forms; h_0 = 0.5; the input's share of the
        # candidate is ln 2 · 1 + b_n = ln 2 − ln 2 = 0.
        # After:   W_h h_0 = 2 ln 2 · 0.5 = ln 2;  reset = 0.5 · (ln 2 + ln 2) = ln 2;  n = tanh(ln 2) = 0.6.
        # Before:  reset = r h_0 = 0.25;  W_h · 0.25 + b_h = ½ ln 2 + ln 2 = 1.5 ln 2 = ½ ln 8;
        #          n = tanh(½ ln 8) = (8 − 1) / (8 + 1) = 7/9.
        # Old:     kept = 0.75 · 0.5 = 0.375, written = 0.25 n.
        # New:     kept = 0.25 · 0.5 = 0.125, written = 0.75 n.
        (True, "old", log(2), 0.6, 0.375, 0.15),  # h_1 = 0.525
        (True, "new", log(2), 0.6, 0.125, 0.45),  # h_1 = 0.575
        (False, "old", 0.25, 7 / 9, 0.375, 7 / 36),  # h_1 = 41/72
        (False, "new", 0.25, 7 / 9, 0.125, 7 / 12),  # h_1 = 17/24
    ],
)
def test_one_step_by_hand(reset_after: bool, update_keeps: str, reset: float, n: float, kept: float, written: float):
    def each(r: float, z: float, n: float, *shape: int) -> dict[str, np.ndarray]:
        return {"r": np.full(shape, r), "z": np.full(shape, z), "n": np.full(shape, n)}

    cell = GRU(
        W_x=each(0.0, log(3), log(2), 1, 1),
        W_h=each(0.0, 0.0, 2 * log(2), 1, 1),
        b=each(0.0, 0.0, -log(2), 1),
        b_h=each(0.0, 0.0, log(2), 1),
        head=Head(np.array([[2.0]]), np.array([1.0])),
        reset_after=reset_after,
        update_keeps=update_keeps,
    )
    trace = unroll(cell, [[1.0]], State(np.array([0.5])))
    expected = {"r": 0.5, "z": 0.75, "reset": reset, "n": n, "kept": kept, "written": written}
    computed = {**trace.gates, **trace.parts}
    for name, value in expected.items():
        np.testing.assert_allclose(computed[name], [[value]], rtol=1e-14, err_msg=name)
    np.testing.assert_allclose(trace.hidden, [[0.5], [kept + written]], rtol=1e-14)
    np.testing.assert_allclose(trace.outputs, [[2 * (kept + written) + 1]], rtol=1e-14)


@quick
@given(drawn)
def test_states_and_outputs_agree_with_torch(case: Case):
    assert_torchs(unroll(GRU.from_torch(case.module, case.head), case.inputs, case.state), case)


@quick
@given(drawn)
def test_every_gate_agrees_with_torch(case: Case):
    trace = unroll(GRU.from_torch(case.module), case.inputs, case.state)
    of_input, of_hidden = case.torch_products(case.torch_states()[0])
    b_x, b_h = case.torch_biases()
    x_r, x_z, x_n = (of_input + b_x).chunk(3, dim=1)  # (T, H) each
    h_r, h_z, h_n = (of_hidden + b_h).chunk(3, dim=1)  # (T, H) each
    r, z = torch.sigmoid(x_r + h_r), torch.sigmoid(x_z + h_z)
    assert list(trace.gates) == ["r", "z", "n"]
    for ours, theirs in zip(trace.gates.values(), (r, z, torch.tanh(x_n + r * h_n)), strict=True):
        assert_same(ours, theirs)


@every_form
@quick
@given(case=drawn)
def test_every_form_agrees_with_a_plain_torch_loop(reset_after: bool, update_keeps: str, case: Case):
    cell = replace(GRU.from_torch(case.module), reset_after=reset_after, update_keeps=update_keeps)
    trace = unroll(cell, case.inputs, case.state)
    theirs = torch_loop(case, reset_after, update_keeps)
    assert_same(trace.hidden[1:], theirs.pop("hidden"))
    computed = {**trace.gates, **trace.parts}
    assert computed.keys() == theirs.keys()
    for name, values in theirs.items():
        assert_same(computed[name], values)


@pytest.mark.parametrize("reset_after", [True, False])
@quick
@given(case=drawn)
def test_minus_z_turns_one_update_into_the_other(reset_after: bool, case: Case):
    old = replace(GRU.from_torch(case.module), reset_after=reset_after)
    flipped = {name: {**getattr(old, name), "z": -getattr(old, name)["z"]} for name in ("W_x", "W_h", "b", "b_h")}
    new = replace(old, update_keeps="new", **flipped)
    by_old, by_new = (unroll(cell, case.inputs, case.state) for cell in (old, new))
    assert_same(by_new.hidden, by_old.hidden)
    assert_same(by_new.gates["z"], 1 - by_old.gates["z"])
    for name in ("kept", "written"):
        assert_same(by_new.parts[name], by_old.parts[name])


@every_form
@quick
@given(case=drawn)
def test_parts_add_up(reset_after: bool, update_keeps: str, case: Case):
    cell = replace(GRU.from_torch(case.module), reset_after=reset_after, update_keeps=update_keeps)
    trace = unroll(cell, case.inputs, case.state)
    parts = trace.parts
    for k in GATES:
        recurrent = parts[f"recurrent_product_{k}"] + cell.b_h[k]
        if k == "n" and reset_after:
            recurrent = trace.gates["r"] * recurrent
            assert_same(parts["reset"], recurrent)
        assert_same(parts[f"preactivation_{k}"], parts[f"input_product_{k}"] + cell.b[k] + recurrent)
    assert_same(trace.hidden[1:], parts["kept"] + parts["written"])


def test_starts_from_zero():
    start = small().start()
    np.testing.assert_array_equal(start.hidden, np.zeros(3))
    assert start.cell is None


def test_sizes_and_weights_are_fixed():
    cell = small()
    assert (cell.input_size, cell.hidden_size) == (2, 3)
    with pytest.raises(ValueError, match="read-only"):
        cell.b_h["n"][0] = 2.0
    with pytest.raises(TypeError):
        cell.W_h["n"] = np.eye(3)


def with_gate(name: str, gate: str, values: np.ndarray) -> dict[str, object]:
    """The change that gives one gate of `small()` another array."""
    return {name: {**getattr(small(), name), gate: values}}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"W_h": {"z": np.ones((3, 3))}}, "W_h: missing r, n, expected exactly the gates r, z, n"),
        ({"b_h": {"n": np.ones(3)}}, "b_h: missing r, z, expected exactly the gates r, z, n"),
        (with_gate("W_x", "h", np.ones((3, 2))), "W_x: unknown h, expected exactly the gates r, z, n"),
        (with_gate("W_x", "n", np.ones((3, 5))), r"W_x\['n'\] has shape \(3, 5\), expected \(3, 2\)"),
        (with_gate("W_h", "z", np.ones((2, 2))), r"W_h\['z'\] has shape \(2, 2\), expected \(3, 3\)"),
        (with_gate("b", "z", np.ones(2)), r"b\['z'\] has shape \(2,\), expected \(3\)"),
        (with_gate("b_h", "z", np.ones(2)), r"b_h\['z'\] has shape \(2,\), expected \(3\)"),
        ({"head": Head(np.ones((5, 4)), np.ones(5))}, r"head weight has shape \(5, 4\), expected \(any, 3\)"),
        ({"update_keeps": "both"}, "update_keeps is 'both', expected one of old, new"),
    ],
)
def test_refuses_what_does_not_fit(change: dict[str, object], message: str):
    with pytest.raises(ValueError, match=message):
        replace(small(), **change)


@pytest.mark.parametrize(
    ("module", "error", "message"),
    [
        (torch.nn.GRU(2, 3, num_layers=2), ValueError, r"2 layer\(s\), 1 direction\(s\)"),
        (torch.nn.GRU(2, 3, bidirectional=True), ValueError, r"1 layer\(s\), 2 direction\(s\)"),
        (torch.nn.LSTM(2, 3), TypeError, "expected a torch.nn.GRU, got LSTM"),
    ],
)
def test_from_torch_refuses_what_is_not_one_cell(module: torch.nn.Module, error: type[Exception], message: str):
    with pytest.raises(error, match=message):
        GRU.from_torch(module)
