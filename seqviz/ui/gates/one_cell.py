"""View "One cell": a model's gates on every token of a text, with the cell opened at the cursor."""

from __future__ import annotations

import numpy as np
import streamlit as st

from seqviz.recurrent.notation import Notation
from seqviz.ui import shell
from seqviz.ui.gates.accepted import accepted_run, say_notes, text_in_address
from seqviz.ui.gates.component import sheet
from seqviz.ui.gates.controls import change_controls, model_controls, text_control
from seqviz.ui.gates.explain import card, downloads, equations, predict_first
from seqviz.ui.gates.models import OWN, card_of, file_of
from seqviz.ui.gates.run import NOTHING, GateRun, GateSettings, class_names
from seqviz.ui.gates.sheet import sheet_data
from seqviz.ui.gradients.common import KEPT
from seqviz.ui.state import visit

VIEW = "One cell"


def show(letters: Notation) -> None:
    """Controls, the sheet, and what was done to the text."""
    row, messages = st.container(horizontal=True, vertical_alignment="bottom", gap="small"), st.container()
    with row:
        task, model, shown = model_controls(messages)
        text = text_control(task, model)
        asking = st.toggle("What if?", key="what_if", **KEPT)
    changes, swaps = change_controls(model) if asking else (NOTHING, ())
    settings = GateSettings(text, swaps, changes, shown, visit().explained)
    run, settings = accepted_run(f"gates {task} {model.kind}", model, settings)
    say_notes(run)
    if run.untouched is not None:
        st.markdown(shell.plain(told(run)))
    sheet(sheet_data(run, letters) | {"address": text_in_address(text, model)}, key="sheet")
    predict_first(run, settings)
    path = None if task == OWN else file_of(task, model.kind)
    if path is None:
        downloads(run, settings, "model.safetensors", None)
    else:
        downloads(run, settings, path.name, path.read_bytes())
        card(card_of(task))
    st.header("What to look at", anchor=False)
    equations(run, letters)


def told(run: GateRun) -> str:
    """One sentence about what the change did to the answer at the end."""
    if run.probabilities is None or run.untouched_probabilities is None:
        return "The lanes below are those of the changed run."
    names = class_names(run.model)
    after, before = run.probabilities[-1], run.untouched_probabilities[-1]
    was, now = int(np.argmax(before)), int(np.argmax(after))
    if was == now:
        return f"At the end {names[now]} stays the answer: {before[was]:.3f} untouched, {after[now]:.3f} changed."
    return f"At the end the answer is {names[now]}, {after[now]:.3f}; untouched it is {names[was]}, {before[was]:.3f}."
