"""View "Compare": RNN, GRU and LSTM of one size, trained on the same data from the same seed, under one cursor."""

from __future__ import annotations

import streamlit as st

from seqviz.recurrent.notation import Notation
from seqviz.ui import shell
from seqviz.ui.gates.component import sheet
from seqviz.ui.gates.controls import example, task_control, text_control
from seqviz.ui.gates.models import CELLS, shipped
from seqviz.ui.gates.run import GateSettings, gate_run
from seqviz.ui.gates.sheet import compared_data
from seqviz.ui.settings import Refusal
from seqviz.ui.state import visit

VIEW = "Compare"


def show(letters: Notation) -> None:
    """One text, three models."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        task = task_control()
        models = {cell: shipped(task, cell) for cell in reversed(CELLS)}
        text = text_control(task, models["LSTM"])
    place = f"compare {task}"
    try:
        runs = {cell: gate_run(model, GateSettings(text)) for cell, model in models.items()}
        visit().last_good[place] = text
    except Refusal as refusal:
        st.warning(shell.plain(f"{refusal} The picture stays as it was."))
        good = visit().last_good.get(place, example(models["LSTM"]))
        runs = {cell: gate_run(model, GateSettings(good)) for cell, model in models.items()}
    for note in runs["LSTM"].notes:
        st.info(shell.plain(note))
    address = {"text": text if text != example(models["LSTM"]) else None}
    sheet(compared_data(runs, letters) | {"address": address}, key="compared")
