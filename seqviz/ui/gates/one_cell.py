"""View "One cell": a model's gates on every token of a text, with the cell opened at the cursor."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from seqviz.recurrent.notation import Notation
from seqviz.ui import shell
from seqviz.ui.gates.component import sheet
from seqviz.ui.gates.controls import change_controls, model_controls, text_control
from seqviz.ui.gates.run import GateSettings, gate_run
from seqviz.ui.gates.sheet import sheet_data
from seqviz.ui.settings import Refusal
from seqviz.ui.state import visit

VIEW = "One cell"


def show(letters: Notation) -> None:
    """Controls, the sheet, and what was done to the text."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        task, model = model_controls()
        text = text_control(task, model)
        with st.popover("What if?"):
            settings = replace(change_controls(model), text=text, explained=visit().explained)
    place = f"gates {task} {model.kind}"
    try:
        run = gate_run(model, settings)
        visit().last_good[place] = settings
    except Refusal as refusal:
        st.warning(shell.plain(f"{refusal} The picture stays as it was."))
        good: GateSettings = visit().last_good.get(place, GateSettings(text=model.notes.example))
        run = gate_run(model, good)
    for note in run.notes:
        st.info(shell.plain(note))
    address = {"text": text if text != model.notes.example else None}
    sheet(sheet_data(run, letters) | {"address": address}, key="sheet")
