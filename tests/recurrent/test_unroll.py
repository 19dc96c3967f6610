"""Unrolling: one cell over many steps, the same whether done at once or in pieces."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from seqviz.records import CellTrace
from seqviz.recurrent import GRU, LSTM, Elman, State, unroll
from tests.recurrent.strategies import Case, assert_same, cases, quick

CELLS = {torch.nn.RNN: Elman, torch.nn.LSTM: LSTM, torch.nn.GRU: GRU}
every_cell = pytest.mark.parametrize("kind", CELLS, ids=["Elman", "LSTM", "GRU"])


def cell_of(case: Case) -> Elman | LSTM | GRU:
    """The paper cell that a drawn case belongs to."""
    return CELLS[type(case.module)].from_torch(case.module, case.head)


def last_state(trace: CellTrace) -> State:
    """What the step after the last would start from."""
    return State(trace.hidden[-1], None if trace.cell is None else trace.cell[-1])


@every_cell
@quick
@given(data=st.data())
def test_two_halves_equal_the_whole(kind: type[torch.nn.Module], data: st.DataObject):
    case = data.draw(cases(kind).filter(lambda case: len(case.inputs) > 1))
    cut = data.draw(st.integers(1, len(case.inputs) - 1))
    cell = cell_of(case)
    whole = unroll(cell, case.inputs, case.state)
    first = unroll(cell, case.inputs[:cut], case.state)
    second = unroll(cell, case.inputs[cut:], last_state(first))

    np.testing.assert_array_equal(whole.hidden, np.concatenate([first.hidden, second.hidden[1:]]))
    if whole.cell is not None:
        np.testing.assert_array_equal(whole.cell, np.concatenate([first.cell, second.cell[1:]]))
    if whole.outputs is not None:
        # One product over all steps may round in another order than two products over a few.
        assert_same(whole.outputs, np.concatenate([first.outputs, second.outputs]))
    for name, gate in whole.gates.items():
        np.testing.assert_array_equal(gate, np.concatenate([first.gates[name], second.gates[name]]))
    for name, part in whole.parts.items():
        np.testing.assert_array_equal(part, np.concatenate([first.parts[name], second.parts[name]]))


@every_cell
@quick
@given(data=st.data())
def test_a_trace_holds_what_went_in_and_one_row_a_step(kind: type[torch.nn.Module], data: st.DataObject):
    case = data.draw(cases(kind))
    cell = cell_of(case)
    trace = unroll(cell, case.inputs, case.state)
    (T, D), H = case.inputs.shape, len(case.h)
    assert (cell.input_size, cell.hidden_size) == (D, H)
    assert (trace.steps, trace.hidden_size) == (T, H)
    np.testing.assert_array_equal(trace.inputs, case.inputs)
    np.testing.assert_array_equal(trace.hidden[0], case.h)
    if trace.cell is not None:
        np.testing.assert_array_equal(trace.cell[0], case.c)
    assert all(values.shape == (T, H) for values in [*trace.gates.values(), *trace.parts.values()])
    assert trace.first_overflow is None


@every_cell
@quick
@given(data=st.data())
def test_a_step_sees_nothing_that_comes_later(kind: type[torch.nn.Module], data: st.DataObject):
    case = data.draw(cases(kind))
    cut = data.draw(st.integers(0, len(case.inputs) - 1))
    changed = case.inputs.copy()
    changed[cut:] += 1.0
    cell = cell_of(case)
    before, after = unroll(cell, case.inputs, case.state), unroll(cell, changed, case.state)
    np.testing.assert_array_equal(before.hidden[: cut + 1], after.hidden[: cut + 1])


@every_cell
def test_without_a_state_it_starts_from_zero(kind: type[torch.nn.Module]):
    cell = CELLS[kind].from_torch(kind(2, 3))
    inputs = np.random.default_rng(0).normal(size=(4, 2))
    zeros = State(np.zeros(3), np.zeros(3) if kind is torch.nn.LSTM else None)
    np.testing.assert_array_equal(unroll(cell, inputs).hidden, unroll(cell, inputs, zeros).hidden)
    np.testing.assert_array_equal(unroll(cell, inputs).hidden[0], np.zeros(3))


@every_cell
def test_agrees_with_torch_over_a_long_sequence(kind: type[torch.nn.Module]):
    torch.manual_seed(0)
    module, head = kind(16, 32).double(), torch.nn.Linear(32, 10).double()
    inputs = torch.randn(200, 16, dtype=torch.float64)
    trace = unroll(CELLS[kind].from_torch(module, head), inputs.numpy())
    hidden, _ = module(inputs)
    assert_same(trace.hidden[1:], hidden)
    assert_same(trace.outputs, head(hidden))


@every_cell
def test_refuses_inputs_that_do_not_fit(kind: type[torch.nn.Module]):
    cell = CELLS[kind].from_torch(kind(2, 3))
    with pytest.raises(ValueError, match=r"inputs has shape \(4, 5\), expected \(any, 2\)"):
        unroll(cell, np.zeros((4, 5)))
    with pytest.raises(ValueError, match=r"inputs has shape \(2,\), expected \(any, 2\)"):
        unroll(cell, np.zeros(2))
    with pytest.raises(ValueError, match="inputs have 0 steps, expected at least 1"):
        unroll(cell, np.zeros((0, 2)))


@every_cell
def test_refuses_a_start_that_does_not_fit(kind: type[torch.nn.Module]):
    cell = CELLS[kind].from_torch(kind(2, 3))
    inputs = np.zeros((4, 2))
    other = State(np.zeros(3), None if kind is torch.nn.LSTM else np.zeros(3))
    with pytest.raises(ValueError, match=r"start state has shape \(4,\), expected \(3\)"):
        unroll(cell, inputs, State(np.zeros(4), np.zeros(4) if kind is torch.nn.LSTM else None))
    with pytest.raises(ValueError, match=r"an LSTM starts from \(h, c\), every other cell from h alone"):
        unroll(cell, inputs, other)


def test_refuses_a_cell_state_of_another_size_than_the_hidden_state():
    cell = LSTM.from_torch(torch.nn.LSTM(2, 3))
    with pytest.raises(ValueError, match="shape"):
        unroll(cell, np.zeros((4, 2)), State(np.zeros(3), np.zeros(2)))


def test_overflow_is_found_at_its_step_and_raises_no_warning():
    # x = 1e200 once, then h is multiplied by 1e100 a step: 1e200, 1e300, inf.
    cell = Elman(np.array([[1.0]]), np.array([[1e100]]), np.zeros(1), activation="relu")
    trace = unroll(cell, [[1e200], [0.0], [0.0], [0.0]])
    np.testing.assert_allclose(trace.hidden[:3, 0], [0.0, 1e200, 1e300], rtol=1e-12)
    assert trace.first_overflow == 3
    assert unroll(replace(cell, activation="tanh"), trace.inputs).first_overflow is None
