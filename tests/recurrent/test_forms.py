"""The other forms of GRU and LSTM on the same weights, against equations written once more."""

from __future__ import annotations

from dataclasses import replace
from math import log

import numpy as np
import pytest
import torch
from hypothesis import given

from seqviz.recurrent import GRU, LSTM, State, unroll
from seqviz.recurrent.forms import both_outputs, both_resets, with_other_update
from tests.recurrent.strategies import Case, assert_same, cases, quick
from tests.recurrent.test_gru import every_form, torch_loop

drawn = cases(torch.nn.GRU)


@every_form
@quick
@given(case=drawn)
def test_the_other_update_is_the_same_network(reset_after: bool, update_keeps: str, case: Case):
    cell = replace(GRU.from_torch(case.module, case.head), reset_after=reset_after, update_keeps=update_keeps)
    other = with_other_update(cell)
    assert {cell.update_keeps, other.update_keeps} == {"old", "new"}
    assert other.reset_after == reset_after
    own, theirs = unroll(cell, case.inputs, case.state), unroll(other, case.inputs, case.state)
    assert_same(theirs.hidden, own.hidden)
    assert_same(theirs.gates["z"], 1 - own.gates["z"])
    for name in ("kept", "written"):
        assert_same(theirs.parts[name], own.parts[name])
    for name, array in with_other_update(other).parameters().items():  # twice is nothing
        np.testing.assert_array_equal(array, cell.parameters()[name])


def test_the_decks_gru_answers_what_torchs_does():
    # The deck's own equations, z taking the new: h = (1 − z) h + z n; its z has minus torch's weights.
    torch.manual_seed(0)
    module = torch.nn.GRU(2, 3).double()
    deck = with_other_update(GRU.from_torch(module))
    inputs = torch.randn(5, 2, dtype=torch.float64)
    assert deck.update_keeps == "new"
    np.testing.assert_array_equal(deck.W_x["z"], -module.weight_ih_l0[3:6].detach().numpy())
    assert_same(unroll(deck, inputs.numpy()).hidden[1:], module(inputs)[0])


@every_form
@quick
@given(case=drawn)
def test_the_other_reset_is_the_other_network(reset_after: bool, update_keeps: str, case: Case):
    cell = replace(GRU.from_torch(case.module), reset_after=reset_after, update_keeps=update_keeps)
    both = both_resets(cell, case.inputs, case.state)
    own, other = (torch_loop(case, after, update_keeps)["hidden"].numpy() for after in (reset_after, not reset_after))
    assert_same(both.own.hidden[1:], own)
    assert_same(both.other.hidden[1:], other)
    np.testing.assert_allclose(both.largest, np.abs(own - other).max(), atol=1e-9)
    step, unit = both.place
    assert both.differences[step, unit] == both.largest
    assert (both.differences[0] == 0).all()


def test_both_outputs_by_hand():
    # g = tanh(½ ln 9) = 0.8, i = o = σ(0) = ½, f = ½, c_0 = 0: c_1 = 0.4, so h = ½ tanh(0.4) or ½ · 0.4.
    zero = {k: np.zeros((1, 1)) for k in "ifgo"}
    b = {k: np.zeros(1) for k in "ifgo"} | {"g": np.array([log(3)])}
    both = both_outputs(LSTM(zero, zero, b), [[1.0]], State(np.zeros(1), np.zeros(1)))
    np.testing.assert_allclose(both.own.hidden[1], 0.5 * np.tanh(0.4), rtol=1e-14)
    np.testing.assert_allclose(both.other.hidden[1], 0.2, rtol=1e-14)
    assert both.largest == pytest.approx(0.2 - 0.5 * np.tanh(0.4))
    assert both.place == (1, 0)


@quick
@given(cases(torch.nn.LSTM))
def test_the_unsquashed_lstm_is_deck_bs_first_form(case: Case):
    both = both_outputs(LSTM.from_torch(case.module), case.inputs, case.state)
    assert_same(both.own.hidden[1:], case.torch_hidden())
    other = both.other
    assert_same(other.hidden[1:], other.gates["o"] * other.cell[1:])
    np.testing.assert_array_equal(other.gates["o"][0], both.own.gates["o"][0])  # nothing differs before the first h
