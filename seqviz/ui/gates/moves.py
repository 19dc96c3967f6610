"""View "Three moves": from RNN to LSTM, one gate after another, on one trained LSTM's weights and one text."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import streamlit as st

from seqviz.recurrent import LSTM
from seqviz.recurrent.moves import three_moves
from seqviz.recurrent.notation import Notation
from seqviz.ui import shell
from seqviz.ui.gates.component import sheet
from seqviz.ui.gates.controls import example, task_control, text_control
from seqviz.ui.gates.models import shipped
from seqviz.ui.gates.run import GateSettings, gate_run
from seqviz.ui.gates.sheet import moves_data
from seqviz.ui.settings import Refusal
from seqviz.ui.state import visit

VIEW = "Three moves"
TITLES: Mapping[str, str] = MappingProxyType(
    {"plain": "no gate", "write": "+ write", "read": "+ read", "forget": "+ forget"}
)


def show(letters: Notation) -> None:
    """One text through four cells: without a gate, then with o, then with i, then with f."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        task = task_control()
        model = shipped(task, "LSTM")
        text = text_control(task, model)
    place = f"moves {task}"
    try:
        run = gate_run(model, GateSettings(text))
        visit().last_good[place] = text
    except Refusal as refusal:
        st.warning(shell.plain(f"{refusal} The picture stays as it was."))
        run = gate_run(model, GateSettings(visit().last_good.get(place, example(model))))
    assert isinstance(run.cell, LSTM)
    moves = three_moves(run.cell, run.trace.inputs)
    address = {"text": text if text != example(model) else None}
    sheet(moves_data(run, moves, TITLES, letters) | {"address": address}, key="moves")
