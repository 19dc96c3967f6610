"""From RNN to LSTM in three moves: each cell by hand in torch, and what is left of every token adds up to the state."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from seqviz.recurrent import GRU, LSTM, Elman, unroll
from seqviz.recurrent.changes import Changes, Clamp
from seqviz.recurrent.moves import MOVES, by_group, remaining, retention, state_of, three_moves
from tests.recurrent.strategies import Case, assert_same, cases, quick

drawn = cases(torch.nn.LSTM)


def by_hand(case: Case, move: str, squash: bool) -> tuple[torch.Tensor, torch.Tensor]:
    """((T+1, H) s, (T+1, H) h) by deck B's equations, one at a time, with no LSTM anywhere."""
    H = len(case.h)
    U, W = (getattr(case.module, name).detach().split(H) for name in ("weight_ih_l0", "weight_hh_l0"))
    b = sum(case.torch_biases()).split(H)
    i, f, g, o = range(4)
    s = h = torch.zeros(H).double()
    states, handed = [s], [h]
    for x in torch.tensor(case.inputs):
        if move == "plain":
            s = torch.tanh(W[g] @ s + U[g] @ x + b[g])
            h = s
        else:
            candidate = torch.tanh(W[g] @ h + U[g] @ x + b[g])
            gate = [torch.sigmoid(W[k] @ h + U[k] @ x + b[k]) for k in range(4)]
            if move == "write":
                s = candidate
            elif move == "read":
                s = s + gate[i] * candidate
            else:
                s = gate[f] * s + gate[i] * candidate
            h = gate[o] * (torch.tanh(s) if squash else s)
        states.append(s)
        handed.append(h)
    return torch.stack(states), torch.stack(handed)


@pytest.mark.parametrize("squash", [True, False])
@quick
@given(case=drawn)
def test_every_move_is_deck_bs(squash: bool, case: Case):
    cell = replace(LSTM.from_torch(case.module, case.head), squash_output=squash)
    traces = three_moves(cell, case.inputs)
    assert list(traces) == list(MOVES) == ["plain", "write", "read", "forget"]
    for move, trace in traces.items():
        states, handed = by_hand(case, move, squash)
        assert_same(state_of(trace), states)
        assert_same(trace.hidden, handed)


@quick
@given(drawn)
def test_the_third_move_is_the_lstm(case: Case):
    last = three_moves(LSTM.from_torch(case.module, case.head), case.inputs)["forget"]
    theirs, _ = case.module(torch.tensor(case.inputs))
    assert_same(last.hidden[1:], theirs)
    assert not last.changed
    if case.head is not None:
        assert_same(last.outputs, case.head(theirs))


@quick
@given(drawn, st.data())
def test_what_is_left_of_every_token_and_of_the_start_adds_up_to_the_state(case: Case, data: st.DataObject):
    at = data.draw(st.integers(1, len(case.inputs)))
    trace = unroll(LSTM.from_torch(case.module), case.inputs, case.state)
    of_start = case.c * np.prod(trace.gates["f"][:at], axis=0)
    assert_same(remaining(trace, at).sum(axis=0) + of_start, trace.cell[at])


@quick
@given(drawn, st.data())
def test_the_share_is_the_product_of_the_later_forget_gates(case: Case, data: st.DataObject):
    at = data.draw(st.integers(1, len(case.inputs)))
    trace = unroll(LSTM.from_torch(case.module), case.inputs, case.state)
    kept = retention(trace, at)
    f, written = trace.gates["f"], trace.parts["written"]
    for k in range(1, trace.steps + 1):
        size = np.sqrt((written[k - 1] ** 2).sum())
        if k > at or size == 0:
            assert np.isnan(kept.shares[k - 1])
            continue
        left = written[k - 1].copy()
        for t in range(k + 1, at + 1):
            left = left * f[t - 1]
        np.testing.assert_allclose(kept.shares[k - 1], np.sqrt((left**2).sum()) / size, rtol=1e-9, atol=1e-12)
    assert_same(kept.forget, f.mean(axis=1))
    assert kept.at == at


def test_after_read_everything_stays_and_after_write_only_the_last_token():
    torch.manual_seed(0)
    traces = three_moves(LSTM.from_torch(torch.nn.LSTM(2, 3).double()), np.random.default_rng(0).normal(size=(4, 2)))
    np.testing.assert_allclose(retention(traces["read"]).shares, [1, 1, 1, 1], rtol=1e-12)
    np.testing.assert_allclose(retention(traces["write"]).shares, [0, 0, 0, 1], rtol=1e-12)


def test_two_groups_by_hand():
    # One unit, i = f = ½: a token writes ½ g_k. After token 3, a quarter is left of the first and half of the second.
    torch.manual_seed(0)
    cell = LSTM.from_torch(torch.nn.LSTM(1, 1).double())
    inputs = np.array([[1.0], [2.0], [3.0]])
    trace = unroll(cell, inputs, changes=Changes((Clamp("i", 0.5), Clamp("f", 0.5))))
    kept = retention(trace)
    np.testing.assert_allclose(kept.shares, [0.25, 0.5, 1.0], rtol=1e-14)
    groups = by_group(
        kept, {"stop words": [True, True, False], "sentiment": [False, False, True], "none": [False, False, False]}
    )
    g = np.abs(trace.gates["g"][:, 0])
    stop, sentiment, none = groups["stop words"], groups["sentiment"], groups["none"]
    assert (stop.tokens, stop.share, stop.forget) == (2, pytest.approx(0.375), 0.5)
    assert stop.written == pytest.approx((g[0] + g[1]) / 4)
    assert (sentiment.tokens, sentiment.share) == (1, pytest.approx(1.0))
    assert none.tokens == 0
    assert np.isnan([none.share, none.written, none.forget]).all()


def test_what_is_no_lstms_trace_or_no_group_is_refused():
    inputs = np.ones((3, 2))
    gru, elman = GRU.from_torch(torch.nn.GRU(2, 3)), Elman.from_torch(torch.nn.RNN(2, 3))
    kept = retention(unroll(LSTM.from_torch(torch.nn.LSTM(2, 3)), inputs))
    for call, message in (
        (lambda: retention(unroll(gru, inputs)), "the gates are r, z, n, expected an LSTM's i, f, g, o"),
        (lambda: retention(unroll(elman, inputs)), "the gates are none, expected an LSTM's"),
        (lambda: by_group(kept, {"stop": [0, 1, 2]}), r"group 'stop' is int64 of shape \(3,\), expected bool of shape"),
        (
            lambda: by_group(kept, {"stop": [True]}),
            r"group 'stop' is bool of shape \(1,\), expected bool of",
        ),
        (lambda: retention(three_moves(LSTM.from_torch(torch.nn.LSTM(2, 3)), inputs)["read"], 4), "at is 4, expected"),
    ):
        with pytest.raises(ValueError, match=message):
            call()
