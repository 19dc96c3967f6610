"""View "Compare": RNN, GRU and LSTM of one size, trained on the same data from the same seed, under one cursor."""

from __future__ import annotations

import streamlit as st

from seqviz.recurrent.notation import Notation
from seqviz.ui.gates.accepted import accepted_run, say_notes, text_in_address
from seqviz.ui.gates.component import sheet
from seqviz.ui.gates.controls import task_control, text_control
from seqviz.ui.gates.explain import card
from seqviz.ui.gates.models import CELLS, card_of, chosen_shipped, shipped
from seqviz.ui.gates.run import GateSettings, gate_run
from seqviz.ui.gates.sheet import compared_data

VIEW = "Compare"


def show(letters: Notation) -> None:
    """One text, three models."""
    row, messages = st.container(horizontal=True, vertical_alignment="bottom", gap="small"), st.container()
    with row:
        task = task_control(messages)
        lstm = chosen_shipped(task, "LSTM")
        text = text_control(lstm)
    first, settings = accepted_run(VIEW, lstm, GateSettings(text))
    runs = {cell: first if cell == "LSTM" else gate_run(shipped(task, cell), settings) for cell in reversed(CELLS)}
    say_notes(first, text)
    sheet(compared_data(runs, letters), {"text": text_in_address(text, lstm)}, key="compared")
    card(card_of(task))
