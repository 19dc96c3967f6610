"""The records: shapes checked at the door, arrays that nobody can change afterwards."""

import pickle
from dataclasses import FrozenInstanceError

import numpy as np
import pytest

from seqviz.records import CellTrace, frozen_array


def trace(**changes: object) -> CellTrace:
    """T = 3, D = 2, H = 4, K = 5, with whatever the test changes."""
    fields: dict[str, object] = {
        "inputs": np.ones((3, 2)),
        "hidden": np.ones((4, 4)),
        "cell": np.ones((4, 4)),
        "gates": {"i": np.ones((3, 4))},
        "outputs": np.ones((3, 5)),
        "parts": {"input_product": np.ones((3, 7))},
    }
    return CellTrace(**{**fields, **changes})


def test_frozen_array_is_a_read_only_float64_copy():
    ours = np.array([[1, 2], [3, 4]])
    frozen = frozen_array("weights", ours, 2, None)
    ours[0, 0] = 9
    assert frozen.dtype == np.float64
    np.testing.assert_array_equal(frozen, [[1.0, 2.0], [3.0, 4.0]])
    with pytest.raises(ValueError, match="read-only"):
        frozen[0, 0] = 9.0


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        ((3, 2), r"weights has shape \(2, 3\), expected \(3, 2\)"),
        ((None, 2), r"weights has shape \(2, 3\), expected \(any, 2\)"),
        ((None,), r"weights has shape \(2, 3\), expected \(any\)"),
        ((2, 3, 1), r"weights has shape \(2, 3\), expected \(2, 3, 1\)"),
    ],
)
def test_frozen_array_refuses_another_shape_and_names_both(shape: tuple[int | None, ...], message: str):
    with pytest.raises(ValueError, match=message):
        frozen_array("weights", np.ones((2, 3)), *shape)


def test_sizes_are_read_off_the_arrays():
    assert (trace().steps, trace().hidden_size) == (3, 4)
    bare = CellTrace(np.ones((3, 2)), np.ones((4, 4)))
    assert (bare.cell, bare.outputs, dict(bare.gates), dict(bare.parts)) == (None, None, {}, {})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"inputs": np.ones(3)}, r"inputs has shape \(3,\), expected \(any, any\)"),
        ({"hidden": np.ones((3, 4))}, r"hidden has shape \(3, 4\), expected \(4, any\)"),
        ({"cell": np.ones((4, 3))}, r"cell has shape \(4, 3\), expected \(4, 4\)"),
        ({"cell": np.ones((3, 4))}, r"cell has shape \(3, 4\), expected \(4, 4\)"),
        ({"outputs": np.ones((4, 5))}, r"outputs has shape \(4, 5\), expected \(3, any\)"),
        ({"gates": {"f": np.ones((3, 5))}}, r"gates\['f'\] has shape \(3, 5\), expected \(3, 4\)"),
        ({"gates": {"f": np.ones((4, 4))}}, r"gates\['f'\] has shape \(4, 4\), expected \(3, 4\)"),
        ({"parts": {"kept": np.ones((4, 4))}}, r"parts\['kept'\] has shape \(4, 4\), expected \(3, any\)"),
    ],
)
def test_refuses_shapes_that_do_not_fit_and_names_both(change: dict[str, object], message: str):
    with pytest.raises(ValueError, match=message):
        trace(**change)


def test_nothing_in_a_trace_can_be_changed():
    whole = trace()
    arrays = [whole.inputs, whole.hidden, whole.cell, whole.outputs, whole.gates["i"]]
    for array in [*arrays, whole.parts["input_product"]]:
        with pytest.raises(ValueError, match="read-only"):
            array[0, 0] = 2.0
    for mapping in (whole.gates, whole.parts):
        with pytest.raises(TypeError):
            mapping["i"] = np.ones((3, 4))
    with pytest.raises(FrozenInstanceError):
        whole.hidden = np.ones((4, 4))


def test_a_change_to_the_callers_arrays_does_not_reach_the_trace():
    hidden, gates = np.ones((4, 4)), {"i": np.ones((3, 4))}
    whole = trace(hidden=hidden, gates=gates)
    hidden[:] = 2.0
    gates["i"][:] = 2.0
    gates["f"] = np.ones((3, 4))
    np.testing.assert_array_equal(whole.hidden, np.ones((4, 4)))
    np.testing.assert_array_equal(whole.gates["i"], np.ones((3, 4)))
    assert list(whole.gates) == ["i"]


@pytest.mark.parametrize("value", [np.inf, -np.inf, np.nan])
@pytest.mark.parametrize("name", ["hidden", "cell"])
def test_first_overflow_is_the_first_step_that_is_not_finite(name: str, value: float):
    states = np.ones((4, 4))
    assert trace(**{name: states}).first_overflow is None
    states[3, 0] = value
    assert trace(**{name: states}).first_overflow == 3
    states[2, 1] = value
    assert trace(**{name: states}).first_overflow == 2


def test_first_overflow_looks_at_hidden_and_cell_together():
    hidden, cell = np.ones((4, 4)), np.ones((4, 4))
    hidden[3], cell[1] = np.inf, np.inf
    assert trace(hidden=hidden, cell=cell).first_overflow == 1
    assert trace(hidden=hidden, cell=None).first_overflow == 3


def test_a_trace_survives_pickling() -> None:
    trace = CellTrace(np.ones((2, 1)), np.zeros((3, 2)), gates={"z": np.full((2, 2), 0.5)})
    again = pickle.loads(pickle.dumps(trace))
    np.testing.assert_array_equal(again.gates["z"], trace.gates["z"])
    assert not again.hidden.flags.writeable


def test_an_array_is_copied_while_anybody_could_write_to_it_and_kept_as_it_is_after_that():
    mine = np.ones((2, 3))
    view = mine[:]
    view.setflags(write=False)
    for writable in (mine, view, mine.astype(np.float32), [[1.0, 1.0, 1.0]] * 2):
        kept = frozen_array("mine", writable, 2, 3)
        assert not np.shares_memory(kept, mine)
        assert not kept.flags.writeable
    frozen = frozen_array("mine", mine, 2, 3)
    assert frozen_array("mine", frozen, 2, 3) is frozen
    assert np.shares_memory(frozen_array("row", frozen[0], 3), frozen)
