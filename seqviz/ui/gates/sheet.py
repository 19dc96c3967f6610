"""A run of a model → what the browser draws: lanes, states, weights, letters. Numbers travel as 32-bit floats."""

from __future__ import annotations

import base64
from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike

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
from seqviz.recurrent.notation import Notation
from seqviz.recurrent.orders import unit_orders
from seqviz.text import visible
from seqviz.ui.gates.run import GATES, GateRun, class_names

OUTPUT_ROWS = 12  # of the read-out, the classes that ever get the most
COMPARED_ROWS = 4  # the same where several models share the sheet
_COMPARED = {"LSTM": ("f", "c", "p"), "GRU": ("z", "h", "p"), "RNN": ("h", "p")}

_TITLES = {
    "i": "input gate",
    "f": "forget gate",
    "o": "output gate",
    "r": "reset gate",
    "z": "update gate",
    "g": "candidate",
    "n": "candidate",
    "c": "cell state",
    "h": "hidden state",
}
_CANDIDATES = ("g", "n")


def packed(values: ArrayLike) -> dict[str, object]:
    """A table (rows, columns) of numbers for the browser: little-endian 32-bit floats in base64."""
    table = np.atleast_2d(np.asarray(values, dtype="<f4"))
    return {"rows": table.shape[0], "columns": table.shape[1], "packed": base64.b64encode(table.tobytes()).decode()}


def sheet_data(run: GateRun, letters: Notation) -> dict[str, object]:
    """Everything that the score sheet and the opened cell draw of one run."""
    trace, model = run.trace, run.model
    symbols = _symbols(run, letters)
    states = {"h": packed(trace.hidden)} | ({} if trace.cell is None else {"c": packed(trace.cell)})
    return {
        "cell": model.kind,
        "T": trace.steps,
        "H": trace.hidden_size,
        "unit": model.notes.unit,
        "tokens": [visible(token) for token in run.tokens],
        "unknown": list(run.unknown),
        "swapped": [step - 1 for step in run.swapped],
        "lanes": lanes(run, symbols),
        "states": states,
        "inputs": packed(trace.inputs),
        "weights": _weights(run.cell),
        "symbols": symbols,
        "equations": _equations(run, letters),
        "orders": {"": {name: order.tolist() for name, order in unit_orders(trace.hidden[1:]).items()}},
        "likeLane": "h",
        "clamped": sorted({clamp.gate for clamp in run.changes.clamps}),
        "silenced": sorted({silence.unit for silence in run.changes.silences}),
        "opens": {"LSTM": "kept", "GRU": "kept", "RNN": "h"}[model.kind],
        "activation": getattr(run.cell, "activation", "tanh"),
        "drawsCell": True,
        "start": 0,
        **_form(run.cell),
    }


def compared_data(runs: Mapping[str, GateRun], letters: Notation) -> dict[str, object]:
    """Several models on the same text under one cursor: of each what keeps, what is kept, and what it reads out."""
    first = next(iter(runs.values()))
    every = [
        lane
        for name, run in runs.items()
        for lane in lanes(run, _symbols(run, letters), group=name, output_rows=COMPARED_ROWS)
        if lane["base"] in _COMPARED[run.model.kind]
    ]
    orders = {
        name: {order: places.tolist() for order, places in unit_orders(run.trace.hidden[1:]).items()}
        for name, run in runs.items()
    }
    return {
        "cell": "compared",
        "T": first.trace.steps,
        "H": max(run.trace.hidden_size for run in runs.values()),
        "unit": first.model.notes.unit,
        "tokens": [visible(token) for token in first.tokens],
        "unknown": list(first.unknown),
        "swapped": [step - 1 for step in first.swapped],
        "lanes": every,
        "orders": orders,
        "likeLane": "h",
        "drawsCell": False,
    }


def lanes(
    run: GateRun, symbols: Mapping[str, str], group: str = "", output_rows: int = OUTPUT_ROWS
) -> list[dict[str, object]]:
    """The lanes of one model: its gates, its states, its read-out and what that depended on."""
    trace, before = run.trace, run.untouched
    prefix = f"{group}." if group else ""
    found: list[dict[str, object]] = []

    def add(base: str, values: Array | None, old: Array | None, **more: object) -> None:
        entry: dict[str, object] = {"key": prefix + base, "base": base, "group": group, **more}
        if values is not None:
            entry["values"] = packed(values)
        if old is not None:
            entry["untouched"] = packed(old)
        found.append(entry)

    for name in GATES[run.model.kind]:
        signed = name in _CANDIDATES
        add(
            name,
            trace.gates[name],
            None if before is None else before.gates[name],
            kind="signed" if signed else "amount",
            limit=1.0,
            range="−1 … 1" if signed else "0 … 1",
            symbol=_general(symbols[name]),
            title=_TITLES[name],
            units=True,
        )
    for name, state in _states(trace).items():
        old = None if before is None else _states(before)[name][1:]
        most = _most(state)
        add(
            name,
            None if not group else state[1:],
            old,
            kind="signed",
            limit=most,
            range=f"±{most:.3g}",
            symbol=_general(symbols[name]),
            title=_TITLES[name],
            units=True,
            **({} if group else {"state": name}),
        )
    if run.probabilities is not None:
        rows, names = _shown_outputs(run, output_rows), class_names(run.model)
        add(
            "p",
            run.probabilities[:, rows],
            None if run.untouched_probabilities is None else run.untouched_probabilities[:, rows],
            kind="amount",
            limit=1.0,
            range="0 … 1",
            symbol="p",
            title="read-out",
            rowNames=[visible(names[k]) for k in rows],
            rowIds=[int(k) for k in rows],
            output=True,
        )
    if run.saliency is not None:
        most = _most(run.saliency)
        add(
            "dependence",
            run.saliency[:, np.newaxis],
            None,
            kind="amount",
            limit=most,
            range=f"0 … {most:.2g}",
            symbol="∂p/∂x",
            title=f"how much {run.explained_in_words} depends on this token",
        )
    return found


def _states(trace: CellTrace) -> dict[str, Array]:
    return ({} if trace.cell is None else {"c": trace.cell}) | {"h": trace.hidden}


def _most(values: Array) -> float:
    finite = np.abs(values[np.isfinite(values)])
    return float(max(1e-12, finite.max(initial=0.0)))


def _general(symbol: str) -> str:
    """The symbol of no particular step: `f_{@}` → f_{t}."""
    return symbol.replace("@", "t")


def _shown_outputs(run: GateRun, count: int) -> Array:
    assert run.probabilities is not None
    most = run.probabilities.max(axis=0)  # (K,)
    best = np.argsort(-most, kind="stable")[:count]
    return np.sort(best)


def _symbols(run: GateRun, letters: Notation) -> dict[str, str]:
    if isinstance(run.cell, LSTM):
        return lstm_symbols(letters)
    if isinstance(run.cell, GRU):
        return gru_symbols(letters, run.cell.reset_after, run.cell.update_keeps)
    return rnn_symbols(letters)


def _equations(run: GateRun, letters: Notation) -> Mapping[str, str]:
    if isinstance(run.cell, LSTM):
        return lstm_equations(letters)
    if isinstance(run.cell, GRU):
        return gru_equations(letters, run.cell.reset_after, run.cell.update_keeps)
    return rnn_equations(letters)


def _form(cell: Elman | LSTM | GRU) -> dict[str, object]:
    return {"resetAfter": cell.reset_after, "updateKeeps": cell.update_keeps} if isinstance(cell, GRU) else {}


def _weights(cell: Elman | LSTM | GRU) -> dict[str, object]:
    """Name → packed matrix, so that the browser can open a gate to its sum. A bias is one row."""
    named = {"W_xh": cell.W_xh, "W_hh": cell.W_hh, "b_h": cell.b} if isinstance(cell, Elman) else cell.parameters()
    return {name: packed(value) for name, value in named.items()}
