"""What the browser draws: one run with its opened cell, several runs under one cursor, one cell in three moves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from seqviz.records import Array, CellTrace
from seqviz.recurrent import GRU, LSTM, Elman
from seqviz.recurrent.gate_notation import (
    gru_equations,
    gru_symbols,
    lstm_equations,
    lstm_symbols,
    rnn_equations,
    rnn_symbols,
)
from seqviz.recurrent.moves import state_of
from seqviz.recurrent.notation import Notation
from seqviz.recurrent.orders import unit_orders
from seqviz.text import visible
from seqviz.ui.gates.lanes import Lane, dependence_lane, gate_lane, likeliest, output_lane, packed, state_lane
from seqviz.ui.gates.run import GATES, GateRun, class_names

OUTPUT_ROWS = 6  # of the read-out, the classes that ever get the most
WEIGHT_LIMIT = 400_000  # numbers that travel to the browser: 2 MB
COMPARED_ROWS = 4  # the same where several models share the sheet
_COMPARED = {"LSTM": ("f", "c", "p"), "GRU": ("z", "h", "p"), "RNN": ("h", "p")}


def sheet_data(run: GateRun, letters: Notation) -> dict[str, object]:
    """Everything that the score sheet and the opened cell draw of one run."""
    trace, model = run.trace, run.model
    symbols = _symbols(run.cell, letters)
    form = {}
    if isinstance(run.cell, GRU):
        form = {"resetAfter": run.cell.reset_after, "updateKeeps": run.cell.update_keeps}
    untouched = None
    if run.untouched is not None:
        before = {name: packed(state) for name, state in _states(run.untouched).items()}
        untouched = {"states": before, "inputs": _inputs(run, run.untouched)}
    return _common(run) | {
        "cell": model.kind,
        "H": trace.hidden_size,
        "lanes": _lanes(run, symbols),
        "states": {name: packed(state) for name, state in _states(trace).items()},
        "inputs": _inputs(run, trace),
        "untouched": untouched,
        "weights": _weights(run.cell),
        "symbols": symbols,
        "equations": _equations(run.cell, letters),
        "orders": {"": _orders(trace.hidden)},
        "held": [(clamp.gate, clamp.units, clamp.steps) for clamp in run.changes.clamps],
        "silenced": [(silence.unit, silence.steps) for silence in run.changes.silences],
        "opens": {"LSTM": "kept", "GRU": "kept", "RNN": "h"}[model.kind],
        "activation": getattr(run.cell, "activation", "tanh"),
        "drawsCell": True,
        "start": run.turning_point,
        **form,
    }


def compared_data(runs: Mapping[str, GateRun], letters: Notation) -> dict[str, object]:
    """Several models on the same text under one cursor: of each what keeps, what is kept, and what it reads out."""
    every = [run.probabilities for run in runs.values() if run.probabilities is not None]
    answers = [k for run in runs.values() for k in _answers(run)[:1]]
    rows = likeliest(np.concatenate(every), COMPARED_ROWS, answers) if every else None
    return _common(next(iter(runs.values()))) | {
        "cell": "compared",
        "H": max(run.trace.hidden_size for run in runs.values()),
        "lanes": [
            lane
            for name, run in runs.items()
            for lane in _lanes(run, _symbols(run.cell, letters), group=name, rows=rows)
            if lane["base"] in _COMPARED[run.model.kind]
        ],
        "orders": {name: _orders(run.trace.hidden) for name, run in runs.items()},
        "drawsCell": False,
        "start": list(runs.values())[-1].turning_point,
    }


def moves_data(run: GateRun, moves: Mapping[str, CellTrace], titles: Mapping[str, str], letters: Notation) -> Lane:
    """The state after each of the three moves from RNN to LSTM, each with the gate that the move adds."""
    symbols = _symbols(run.cell, letters)
    added = {"write": "o", "read": "i", "forget": "f"}
    lanes: list[Lane] = []
    for name, trace in moves.items():
        if name in added:
            gate = added[name]
            lanes.append(gate_lane(gate, trace.gates[gate], symbols[gate], group=titles[name]))
        lanes.append(state_lane("s", state_of(trace), symbols["c"], group=titles[name]))
    return _common(run) | {
        "cell": "moves",
        "H": run.trace.hidden_size,
        "lanes": lanes,
        "orders": {titles[name]: _orders(state_of(trace)) for name, trace in moves.items()},
        "likeLane": "s",
        "drawsCell": False,
        "start": run.turning_point,
    }


def _common(run: GateRun) -> dict[str, object]:
    return {
        "T": run.trace.steps,
        "unit": run.model.notes.unit,
        "tokens": [visible(token) for token in run.tokens],
        "unknown": list(run.unknown),
        "swapped": [step - 1 for step in run.swapped],
        "likeLane": "h",
    }


def _lanes(
    run: GateRun, symbols: Mapping[str, str], group: str = "", rows: NDArray[np.intp] | None = None
) -> list[Lane]:
    """The lanes of one model: its gates, its states, its read-out and what that depended on."""
    trace, before = run.trace, run.untouched
    found = [
        gate_lane(
            name,
            trace.gates[name],
            symbols[name],
            untouched=None if before is None else before.gates[name],
            group=group,
        )
        for name in GATES[run.model.kind]
    ]
    for name, states in _states(trace).items():
        old = None if before is None else _states(before)[name]
        found.append(state_lane(name, states, symbols[name], untouched=old, group=group, sent=not group))
    if run.probabilities is not None:
        shown = likeliest(run.probabilities, OUTPUT_ROWS, _answers(run)) if rows is None else rows
        names = class_names(run.model)
        found.append(output_lane(run.probabilities, shown, names, untouched=run.untouched_probabilities, group=group))
    if run.saliency is not None:
        found.append(dependence_lane(run.saliency, run.explained_in_words))
    return found


def _inputs(run: GateRun, trace: CellTrace) -> dict[str, object]:
    """What the cell reads, (T, D); of one-hot vectors only the places of their 1 (−1: none), for they can be wide."""
    if run.model.embedding is None and run.shown.layer == 0:
        places = np.where(trace.inputs.any(axis=1), trace.inputs.argmax(axis=1), -1)
        return {"columns": trace.inputs.shape[1], "ones": places.tolist()}
    return packed(trace.inputs)


def _answers(run: GateRun) -> list[int]:
    """The classes that must have a row: the answers at the end with and without the change, and what is explained."""
    ends = [p[run.end] for p in (run.probabilities, run.untouched_probabilities) if p is not None]
    found = [int(np.nan_to_num(p).argmax()) for p in ends]
    return found if run.explained is None else [*found, run.explained[1]]


def _states(trace: CellTrace) -> dict[str, Array]:
    return ({} if trace.cell is None else {"c": trace.cell}) | {"h": trace.hidden}


def _orders(states: Array) -> dict[str, Sequence[int]]:
    return {name: order.tolist() for name, order in unit_orders(states[1:]).items()}


def _symbols(cell: Elman | LSTM | GRU, letters: Notation) -> dict[str, str]:
    if isinstance(cell, LSTM):
        return lstm_symbols(letters)
    if isinstance(cell, GRU):
        return gru_symbols(letters, cell.reset_after, cell.update_keeps)
    return rnn_symbols(letters)


def _equations(cell: Elman | LSTM | GRU, letters: Notation) -> Mapping[str, str]:
    if isinstance(cell, LSTM):
        return lstm_equations(letters)
    if isinstance(cell, GRU):
        return gru_equations(letters, cell.reset_after, cell.update_keeps)
    return rnn_equations(letters)


def _weights(cell: Elman | LSTM | GRU) -> dict[str, object] | None:
    """Name → packed matrix, so that the browser can open a gate to its sum. A bias is one row; none if many."""
    if sum(value.size for value in cell.parameters().values()) > WEIGHT_LIMIT:
        return None
    named = {"W_xh": cell.W_xh, "W_hh": cell.W_hh, "b_h": cell.b} if isinstance(cell, Elman) else cell.parameters()
    return {name: packed(value) for name, value in named.items()}
