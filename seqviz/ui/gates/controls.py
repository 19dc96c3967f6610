"""The controls of /gates: widgets in, a model and settings out."""

from __future__ import annotations

from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from seqviz.learning.service import Unanswered
from seqviz.recurrent.changes import RANGE, Changes, Clamp, Silence
from seqviz.recurrent.stored import StoredModel
from seqviz.ui import shell
from seqviz.ui.common import KEPT
from seqviz.ui.gates.models import CELLS, OWN, TASKS, Chosen, available_tasks, chosen_shipped, own_model
from seqviz.ui.gates.reading import TOKEN_LIMIT, first_text, token_limit
from seqviz.ui.gates.run import GATES, Shown, Swaps
from seqviz.ui.gates.trained import OPTION, chosen_trained, gone, trained
from seqviz.ui.state import start_widget, visit

_GATE_NAMES = {
    "i": "input gate i",
    "f": "forget gate f",
    "o": "output gate o",
    "r": "reset gate r",
    "z": "update gate z",
    "g": "candidate g",
    "n": "candidate n",
}
READS_NUMBERS = (
    "This network reads two numbers a step, a value and a mark. One token of a text stands here for the value 1 "
    "without a mark, another for the value 0 with it."
)
_FORMS = {"after": "r after the product", "before": "r before the product"}


def task_control(messages: DeltaGenerator) -> str:
    """Which of the shipped tasks, in a view of the shipped models alone."""
    task = _task(messages)
    if task == OWN or task.startswith(OPTION):
        messages.info("This view shows the shipped models: choose a task. Shown is country → language.")
        return "country"
    return task


def _task(messages: DeltaGenerator) -> str:
    """A task, a run of the reader's own training, or the reader's own file; the same choice in every view."""
    runs = trained()
    names = {**TASKS, **runs, OWN: "your own file"}
    options = [*available_tasks(), *runs, OWN]
    sentence = gone(runs)
    if sentence:
        messages.warning(shell.plain(sentence))
    task: str = st.selectbox(
        "Model", options, format_func=names.__getitem__, key="model", width=300 if runs else 220, **KEPT
    )
    return task


def model_controls(messages: DeltaGenerator) -> tuple[Chosen, Shown]:
    """Which model, and which layer and direction of it; what there is to say about a file goes to `messages`."""
    task = _task(messages)
    if task.startswith(OPTION):
        try:
            found, update = chosen_trained(task)
        except (Unanswered, ValueError) as why:
            messages.warning(shell.plain(f"{why} Shown is the LSTM that ships with this page."))
            return chosen_shipped("country", "LSTM"), Shown()
        messages.caption(f"Trained here, and shown as it was after update {update:,}.")
        if found.model.vocabulary is None:
            messages.info(READS_NUMBERS)
        return found, _layer_controls(found.model)
    if task == OWN:
        own, refused = own_model()
        if refused:
            kept = " Still open is the file before it." if own else ""
            messages.warning(shell.plain(refused + kept))
        if own is not None:
            return own, _layer_controls(own.model)
        messages.info("No file of your own is open yet; shown is the LSTM that ships with this page.")
        return chosen_shipped("country", "LSTM"), Shown()
    cell = st.segmented_control("Cell", CELLS, default=CELLS[0], required=True, key="cell", **KEPT)
    found = chosen_shipped(task, cell or CELLS[0])
    return found, _layer_controls(found.model)


def _layer_controls(model: StoredModel) -> Shown:
    layer, reverse = 1, False
    if model.layers > 1:
        layer = st.selectbox("Layer", range(1, model.layers + 1), key="layer", width=90, **KEPT)
    if model.directions == 2:
        reverse = st.toggle("Right to left", key="reverse", **KEPT)
    form, keeps = "after", "old"
    if model.kind == "GRU":
        form = st.selectbox(
            "Form",
            list(_FORMS),
            format_func=_FORMS.__getitem__,
            key="form",
            width=175,
            help="Where the reset gate acts: on the product W h, as in PyTorch, or on h before it, as in Cho et al. "
            "(2014) and the decks. The same weights, another network.",
            **KEPT,
        )
        keeps = st.selectbox(
            "z keeps the",
            ("old", "new"),
            format_func="{} state".format,
            key="keeps",
            width=120,
            help="PyTorch and Keras: z = 1 keeps the old state. The decks: z = 1 takes the new one. The weights of z "
            "change their sign, so that every state stays the same.",
            **KEPT,
        )
    return Shown(layer - 1, reverse, reset_after=form == "after", update_keeps=keeps)


def text_control(chosen: Chosen) -> str:
    """The text that the model reads; each task, and each file, remembers its own."""
    key = f"text-{chosen.task or chosen.name}"
    first = None if visit().gates_opened else st.query_params.get("text")
    start_widget(key, first or first_text(chosen.model))
    visit().gates_opened = True
    label = f"Text: up to {token_limit(chosen.model):,} {chosen.model.notes.unit}"
    return st.text_input(label, key=key, live="400ms", persist_state="session", width="stretch") or ""


def change_controls(model: StoredModel, messages: DeltaGenerator) -> tuple[Changes, Swaps]:
    """Gates held, units silenced, a token swapped: one row of controls."""
    size = model.hidden_size  # units of another model are other units: each size keeps its own choice
    every = range(1, size + 1)
    clamps: tuple[Clamp, ...] = ()
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        gates = _held_gates(model)
        if gates:
            values = [_value_control(gate) for gate in gates]
            units = st.multiselect("in units", every, key=f"in_units_{size}", placeholder="all", width=110, **KEPT)
            first = _step("from token", "from_token")
            last = _step("to token", "to_token", "0: to the last")
            if last and last < first:
                messages.warning(f"The held tokens run from {first:,} to {last:,}, backwards: nothing is held.")
            else:
                span = (first or 1, last or None) if first or last else None
                where = tuple(unit - 1 for unit in units) or None
                clamps = tuple(Clamp(gate, value, where, span) for gate, value in zip(gates, values, strict=True))
        silent = st.multiselect("Silence units", every, key=f"silent_{size}", placeholder="none", width=120, **KEPT)
        place = _step("Swap token", "swap_at", "Which token, counted from 1; 0 swaps none.")
        token = _token_control(model) if place else None
    swaps: Swaps = ((place, token),) if place and token else ()
    return Changes(clamps, tuple(Silence(unit - 1) for unit in silent)), swaps


def _held_gates(model: StoredModel) -> list[str]:
    gates = GATES[model.kind]
    if not gates:
        return []
    key = f"hold_{model.kind}"
    return list(st.multiselect("Hold", gates, format_func=_GATE_NAMES.__getitem__, key=key, width=200, **KEPT))


def _value_control(gate: str) -> float:
    low, high = (float(bound) for bound in RANGE[gate])
    return float(st.slider(f"{gate} at", low, high, low, 0.05, key=f"at_{gate}", width=110, **KEPT))


def _step(label: str, key: str, help: str | None = None) -> int:
    value = st.number_input(label, min_value=0, max_value=TOKEN_LIMIT, value=0, key=key, width=105, help=help, **KEPT)
    return int(value)


def _token_control(model: StoredModel) -> str | None:
    known: list[Any] = [] if model.vocabulary is None else sorted(model.vocabulary.tokens)
    chosen = st.selectbox(
        "for",
        known,
        index=None,
        key="swap_for",
        accept_new_options=True,
        placeholder="a token",
        width=150,
        **KEPT,
    )
    return None if chosen is None else str(chosen)
