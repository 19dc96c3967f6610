"""View "One cell": a model's gates on every token of a text, with the cell opened at the cursor."""

from __future__ import annotations

import streamlit as st

from seqviz.recurrent.notation import Notation
from seqviz.ui import shell
from seqviz.ui.common import KEPT
from seqviz.ui.gates.accepted import accepted_run, say_notes, text_in_address
from seqviz.ui.gates.component import explained, sheet, written_explained
from seqviz.ui.gates.controls import change_controls, model_controls, text_control
from seqviz.ui.gates.explain import answer, card, downloads, equations, predict_first
from seqviz.ui.gates.models import card_of, file_of
from seqviz.ui.gates.run import NOTHING, GateRun, GateSettings
from seqviz.ui.gates.sheet import sheet_data

VIEW = "One cell"


def show(letters: Notation) -> None:
    """Controls, the sheet, and what was done to the text."""
    row, messages = st.container(horizontal=True, vertical_alignment="bottom", gap="small"), st.container()
    with row:
        chosen, shown = model_controls(messages)
        text = text_control(chosen)
        asking = st.toggle("What if?", key="what_if", **KEPT)
    model = chosen.model
    changes, swaps = change_controls(model, messages) if asking else (NOTHING, ())
    about = (chosen.name, text, shown)
    run, settings = accepted_run(VIEW, chosen, GateSettings(text, swaps, changes, shown, explained(about)))
    say_notes(run, text)
    if run.untouched is not None:
        st.markdown(shell.plain(told(run)))
    address = {"text": text_in_address(text, chosen), "why": written_explained(about)}
    sheet(sheet_data(run, letters), address, key="sheet", about=about)
    predict_first(run, settings, chosen.name)
    if chosen.task is None:
        downloads(run, "model.safetensors", chosen.data)
    else:
        downloads(run, chosen.name, file_of(chosen.task, model.kind).read_bytes())
        card(card_of(chosen.task))
    st.header("What to look at", anchor=False)
    equations(run, letters)


def told(run: GateRun) -> str:
    """One sentence about what the change did to the answer at the end of the text."""
    before, after = answer(run, run.untouched_probabilities), answer(run, run.probabilities)
    if before is None or after is None:
        return "The lanes below are those of the changed run; at its end there is no number to read out."
    if before[0] == after[0]:
        return f"At the end {after[0]} stays the answer: {before[1]:.3f} untouched, {after[1]:.3f} changed."
    return f"At the end the answer is {after[0]}, {after[1]:.3f}; untouched it is {before[0]}, {before[1]:.3f}."
