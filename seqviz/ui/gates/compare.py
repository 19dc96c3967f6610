"""View "Compare": RNN, GRU and LSTM of one size, trained on the same data from the same seed, under one cursor."""

from __future__ import annotations

import streamlit as st

from seqviz.recurrent.notation import Notation
from seqviz.ui.gates.accepted import accepted_run, say_notes, text_in_address
from seqviz.ui.gates.component import sheet
from seqviz.ui.gates.controls import task_control, text_control
from seqviz.ui.gates.explain import card
from seqviz.ui.gates.models import CELLS, card_of, shipped
from seqviz.ui.gates.run import GateSettings, gate_run
from seqviz.ui.gates.sheet import compared_data

VIEW = "Compare"


def show(letters: Notation) -> None:
    """One text, three models."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        task = task_control()
        models = {cell: shipped(task, cell) for cell in reversed(CELLS)}
        text = text_control(task, models["LSTM"])
    first, settings = accepted_run(f"compare {task}", models["LSTM"], GateSettings(text))
    runs = {cell: first if cell == "LSTM" else gate_run(model, settings) for cell, model in models.items()}
    say_notes(first)
    sheet(compared_data(runs, letters) | {"address": text_in_address(text, models["LSTM"])}, key="compared")
    card(card_of(task))
