"""/gates : every gate of a trained LSTM or GRU on every token."""

from dataclasses import replace

import streamlit as st

from seqviz.recurrent.notation import NOTATIONS, notation
from seqviz.ui import shell
from seqviz.ui.gates.component import sheet
from seqviz.ui.gates.controls import change_controls, model_controls, text_control
from seqviz.ui.gates.run import GateSettings, gate_run
from seqviz.ui.gates.sheet import sheet_data
from seqviz.ui.gradients.common import KEPT
from seqviz.ui.settings import Refusal
from seqviz.ui.state import visit

shell.open_page("gates")

with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
    task, model = model_controls()
    text = text_control(task, model)
    letters = notation(st.selectbox("Notation", list(NOTATIONS), key="notation", width=120, **KEPT))
    with st.popover("What if?"):
        changed = change_controls(model)
settings = replace(changed, text=text, explained=visit().explained)
good = visit().last_good.get("gates")
try:
    run = gate_run(model, settings)
    visit().last_good["gates"] = run
except Refusal as refusal:
    st.warning(shell.plain(f"{refusal} The picture stays as it was."))
    run = good or gate_run(model, GateSettings(text=model.notes.example))
for note in run.notes:
    st.info(shell.plain(note))
address = {"text": text if text != model.notes.example else None}
sheet(sheet_data(run, letters) | {"address": address}, key="sheet")
