"""The controls of /gates: widgets in, a model and settings out."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from seqviz.recurrent.changes import RANGE, Changes, Clamp, Silence
from seqviz.recurrent.notation import NOTATIONS, Notation, notation
from seqviz.recurrent.stored import StoredModel
from seqviz.ui.gates.models import CELLS, TASKS, available_tasks, shipped
from seqviz.ui.gates.run import TOKEN_LIMIT, GateSettings
from seqviz.ui.gradients.common import KEPT
from seqviz.ui.state import start_widget, visit

_GATES = {"LSTM": ("f", "i", "g", "o"), "GRU": ("r", "z", "n"), "RNN": ()}
_NAMES = {
    "i": "input gate i",
    "f": "forget gate f",
    "o": "output gate o",
    "r": "reset gate r",
    "z": "update gate z",
    "g": "candidate g",
    "n": "candidate n",
    "nothing": "nothing",
}


def notation_control() -> Notation:
    """The notation switch: every symbol and equation on the page follows."""
    key = st.selectbox(
        "Notation",
        list(NOTATIONS),
        key="notation",
        width=130,
        help="Decks A, B, C and E of the lectures, PyTorch or Keras: every symbol and equation follows.",
        **KEPT,
    )
    return notation(key)


def task_control() -> str:
    """Which of the shipped tasks."""
    tasks = available_tasks()
    return st.selectbox("Model", tasks, format_func=TASKS.__getitem__, key="model", width=230, **KEPT)


def model_controls() -> tuple[str, StoredModel]:
    """Which model: a task and a cell."""
    task = task_control()
    cell = st.segmented_control("Cell", CELLS, default=CELLS[0], required=True, key="cell", **KEPT)
    return task, shipped(task, cell or CELLS[0])


def text_control(task: str, model: StoredModel) -> str:
    """The text that the model reads; each task remembers its own."""
    key = f"text-{task}"
    first = st.query_params.get("text") if not visit().gates_opened else None
    start_widget(key, first or model.notes.example)
    visit().gates_opened = True
    label = f"Text: up to {TOKEN_LIMIT:,} {model.notes.unit}"
    return st.text_input(label, key=key, live="400ms", persist_state="session", width=430) or ""


def change_controls(model: StoredModel) -> GateSettings:
    """What if? A gate held, a unit silenced, a token swapped."""
    gates = _GATES[model.kind]
    settings = GateSettings(text="")
    clamps: tuple[Clamp, ...] = ()
    if gates:
        gate = st.selectbox("Hold", ["nothing", *gates], format_func=_NAMES.__getitem__, key="hold", **KEPT)
        if gate != "nothing":
            low, high = RANGE[gate]
            value = st.slider("at", float(low), float(high), float(high), 0.05, key=f"at_{gate}", **KEPT)
            units = st.multiselect(
                "in units (all where none is chosen)", range(1, model.hidden_size + 1), key="in_units"
            )
            clamps = (Clamp(gate, value, tuple(unit - 1 for unit in units) or None),)
    silent = st.multiselect("Silence units", range(1, model.hidden_size + 1), key="silent")
    step = st.number_input("Swap token number", min_value=0, value=0, key="swap_at", help="0 swaps none.")
    token = st.text_input("for", key="swap_for")
    swaps = ((int(step), token),) if step and token else ()
    return replace(settings, swaps=swaps, changes=Changes(clamps, tuple(Silence(unit - 1) for unit in silent)))
