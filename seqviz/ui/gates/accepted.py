"""What can be run is run; what cannot is said, and the picture stays the last one that could be."""

from __future__ import annotations

import streamlit as st

from seqviz.recurrent.stored import StoredModel
from seqviz.ui import shell
from seqviz.ui.gates.controls import example
from seqviz.ui.gates.run import GateRun, GateSettings, gate_run
from seqviz.ui.settings import ADDRESS_LIMIT, Refusal
from seqviz.ui.state import visit


def accepted_run(place: str, model: StoredModel, settings: GateSettings) -> tuple[GateRun, GateSettings]:
    """The run asked for and its settings, or with a warning the last one that `place` has accepted."""
    try:
        run = gate_run(model, settings)
    except Refusal as refusal:
        st.warning(shell.plain(f"{refusal} The picture stays as it was."))
        settings = visit().last_good.get(place, GateSettings(example(model)))
        return gate_run(model, settings), settings
    visit().last_good[place] = settings
    return run, settings


def say_notes(run: GateRun) -> None:
    """What was done to the text, one line each."""
    for note in run.notes:
        st.info(shell.plain(note))


def text_in_address(text: str, model: StoredModel) -> dict[str, str | None]:
    """What the browser keeps of the text in the address bar; None takes it out."""
    short = text if len(text) <= ADDRESS_LIMIT else None
    return {"text": short if text != example(model) else None}
