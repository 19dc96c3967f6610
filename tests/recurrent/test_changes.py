"""Clamped gates and silenced units, against the cell's equations written once more in torch."""

import copy
from functools import partial

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from seqviz.recurrent import GRU, LSTM, Elman, backpropagate, unroll
from seqviz.recurrent.bptt import parameter_gradients, recurrent_terms
from seqviz.recurrent.changes import Changes, Clamp, Silence
from tests.recurrent.strategies import Case, assert_same, cases, quick

CELLS = {torch.nn.RNN: Elman, torch.nn.LSTM: LSTM, torch.nn.GRU: GRU}
GATES = {torch.nn.RNN: "", torch.nn.LSTM: "ifgo", torch.nn.GRU: "rzn"}
every_cell = pytest.mark.parametrize("kind", CELLS, ids=["Elman", "LSTM", "GRU"])


def steps_of(case: Case) -> st.SearchStrategy[tuple[int, int] | None]:
    T = len(case.inputs)
    return st.none() | st.tuples(st.integers(1, T), st.integers(1, T)).map(lambda pair: (min(pair), max(pair)))


@st.composite
def changes_of(draw: st.DrawFn, case: Case) -> Changes:
    H, gates = len(case.h), GATES[type(case.module)]
    units = st.none() | st.sets(st.integers(0, H - 1), min_size=1).map(tuple)
    clamps = []
    for gate in draw(st.lists(st.sampled_from(gates), max_size=3)) if gates else ():
        value = draw(st.floats(-1 if gate in "gn" else 0, 1))
        clamps.append(Clamp(gate, value, draw(units), draw(steps_of(case))))
    silences = draw(st.lists(st.builds(Silence, st.integers(0, H - 1), steps_of(case)), max_size=2))
    return Changes(tuple(clamps), tuple(silences))


def by_hand(case: Case, changes: Changes) -> dict[str, torch.Tensor]:
    """The changed run with torch tensors, on the module's stacked weights; one entry of a vector at a time."""
    H, kind = len(case.h), type(case.module)
    W_x, W_h = case.module.weight_ih_l0.detach(), case.module.weight_hh_l0.detach()
    b_x, b_h = case.torch_biases()
    h, c = torch.tensor(case.h), torch.tensor(case.c)
    rows: dict[str, list[torch.Tensor]] = {"h": [h], "c": [c]}

    def within(steps: tuple[int, int] | None, t: int) -> bool:
        return t in range(1, 100) if steps is None else t in range(steps[0], steps[1] + 1)

    def held(t: int, gate: str, value: torch.Tensor) -> torch.Tensor:
        for clamp in changes.clamps:
            for unit in range(H):
                if clamp.gate == gate and within(clamp.steps, t) and (clamp.units is None or unit in clamp.units):
                    value[unit] = clamp.value
        rows.setdefault(gate, []).append(value)
        return value

    for t, x in enumerate(torch.tensor(case.inputs), start=1):
        from_x, from_h = (W_x @ x + b_x).split(H), (W_h @ h + b_h).split(H)
        hold = partial(held, t)
        if kind is torch.nn.LSTM:
            i, f, o = (hold(k, torch.sigmoid(from_x[n] + from_h[n])) for k, n in (("i", 0), ("f", 1), ("o", 3)))
            c = f * c + i * hold("g", torch.tanh(from_x[2] + from_h[2]))
            h = o * torch.tanh(c)
        elif kind is torch.nn.GRU:
            r, z = (hold(k, torch.sigmoid(from_x[n] + from_h[n])) for k, n in (("r", 0), ("z", 1)))
            n = hold("n", torch.tanh(from_x[2] + r * from_h[2]))
            h = (1 - z) * n + z * h
        else:
            h = torch.tanh(from_x[0] + from_h[0])
        for silence in changes.silences:
            if within(silence.steps, t):
                h[silence.unit] = 0
        rows["h"].append(h)
        rows["c"].append(c)
    return {name: torch.stack(values) for name, values in rows.items()}


@every_cell
@quick
@given(data=st.data())
def test_a_changed_run_is_what_torch_computes_by_hand(kind: type[torch.nn.Module], data: st.DataObject):
    case = data.draw(cases(kind))
    changes = data.draw(changes_of(case))
    trace = unroll(CELLS[kind].from_torch(case.module, case.head), case.inputs, case.state, changes)
    theirs = by_hand(case, changes)
    assert trace.changed == bool(changes)
    assert_same(trace.hidden, theirs["h"])
    if trace.cell is not None:
        assert_same(trace.cell, theirs["c"])
    assert "".join(trace.gates) == GATES[kind]
    for name, gate in trace.gates.items():
        assert_same(gate, theirs[name])
    if case.head is not None:
        assert_same(trace.outputs, case.head(theirs["h"][1:]))


@every_cell
def test_no_changes_are_no_change(kind: type[torch.nn.Module]):
    torch.manual_seed(0)
    cell = CELLS[kind].from_torch(kind(2, 3).double())
    inputs = np.random.default_rng(0).normal(size=(5, 2))
    plain, empty = unroll(cell, inputs), unroll(cell, inputs, changes=Changes())
    np.testing.assert_array_equal(plain.hidden, empty.hidden)
    assert not plain.changed
    assert not empty.changed


def test_a_change_reaches_nothing_before_it_and_leaves_the_preactivations_of_its_step():
    torch.manual_seed(0)
    cell = LSTM.from_torch(torch.nn.LSTM(2, 3).double())
    inputs = np.random.default_rng(0).normal(size=(5, 2))
    plain = unroll(cell, inputs)
    changed = unroll(cell, inputs, changes=Changes((Clamp("f", 0.0, (1,), (3, 3)),), (Silence(2, (3, 3)),)))
    np.testing.assert_array_equal(plain.hidden[:3], changed.hidden[:3])
    np.testing.assert_array_equal(plain.parts["preactivation_f"][2], changed.parts["preactivation_f"][2])
    assert changed.gates["f"][2, 1] == 0.0
    assert changed.hidden[3, 2] == 0.0
    assert changed.cell[3, 2] == plain.cell[3, 2] != 0.0  # a silenced unit's cell state goes on
    assert (changed.gates["f"][3:, 1] != 0.0).all()


def test_silence_leaves_the_preactivation_of_a_linear_unit():
    cell = Elman(
        np.ones((2, 1)), np.zeros((2, 2)), np.zeros(2), activation="identity"
    )  # h is the very same array there
    trace = unroll(cell, [[3.0]], changes=Changes(silences=(Silence(1),)))
    np.testing.assert_array_equal(trace.parts["preactivation"], [[3.0, 3.0]])
    np.testing.assert_array_equal(trace.hidden[1], [3.0, 0.0])


def test_the_later_of_two_clamps_holds():
    cell = GRU.from_torch(torch.nn.GRU(1, 2).double())
    changes = Changes((Clamp("z", 0.25), Clamp("z", 1.0, units=(1,))))
    np.testing.assert_array_equal(unroll(cell, np.ones((2, 1)), changes=changes).gates["z"], [[0.25, 1.0]] * 2)


def test_a_changed_run_has_no_backward_pass():
    torch.manual_seed(0)
    cell = LSTM.from_torch(torch.nn.LSTM(2, 3).double(), torch.nn.Linear(3, 2).double())
    trace = unroll(cell, np.ones((4, 2)), changes=Changes((Clamp("i", 1.0),)))
    for back in (backpropagate, parameter_gradients, recurrent_terms):
        with pytest.raises(ValueError, match="a run with clamped gates or silenced units has no backward pass"):
            back(cell, copy.deepcopy(trace), [0, 1, 0, 1], "cross_entropy")


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Clamp("q", 0.5), "gate is 'q', expected one of i, f, g, o, r, z, n"),
        (lambda: Clamp("f", 1.5), "gate f is clamped at 1.5, expected 0 to 1"),
        (lambda: Clamp("z", -0.1), "gate z is clamped at -0.1, expected 0 to 1"),
        (lambda: Clamp("n", -1.1), "gate n is clamped at -1.1, expected -1 to 1"),
        (lambda: Clamp("o", float("nan")), "gate o is clamped at nan, expected 0 to 1"),
        (lambda: Clamp("o", 0.5, units=()), r"gate o is clamped in 0 units, expected at least 1 \(None for all\)"),
        (lambda: Silence(0, (0, 3)), "steps are 0 to 3, expected the first from 1 and the last not before it"),
        (lambda: Clamp("o", 0.5, steps=(3, 2)), "steps are 3 to 2, expected the first from 1"),
    ],
)
def test_nonsense_is_refused_where_it_is_made(make: object, message: str):
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize(
    ("kind", "changes", "message"),
    [
        (torch.nn.LSTM, Changes((Clamp("z", 0.5),)), "gate is 'z', expected one of i, f, g, o"),
        (torch.nn.RNN, Changes((Clamp("f", 0.5),)), "gate is 'f', a simple recurrent cell has no gates"),
        (torch.nn.GRU, Changes((Clamp("z", 0.5, units=(3,)),)), "unit is 3, expected 0 to 2"),
        (torch.nn.GRU, Changes(silences=(Silence(-1),)), "unit is -1, expected 0 to 2"),
        (torch.nn.GRU, Changes(silences=(Silence(0, (2, 6)),)), "steps are 2 to 6, expected some of 1 to 5"),
        (torch.nn.GRU, Changes((Clamp("r", 0.5, steps=(6, 6)),)), "steps are 6 to 6, expected some of 1 to 5"),
    ],
)
def test_what_is_not_there_is_refused_by_the_run(kind: type[torch.nn.Module], changes: Changes, message: str):
    with pytest.raises(ValueError, match=message):
        unroll(CELLS[kind].from_torch(kind(2, 3)), np.zeros((5, 2)), changes=changes)
