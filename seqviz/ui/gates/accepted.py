"""What can be run is run; what cannot is said, and the picture stays the last one that could be."""

from __future__ import annotations

import streamlit as st

from seqviz.ui import shell
from seqviz.ui.gates.models import Chosen
from seqviz.ui.gates.reading import first_text
from seqviz.ui.gates.run import GateRun, GateSettings, gate_run
from seqviz.ui.settings import ADDRESS_LIMIT, Refusal
from seqviz.ui.state import visit


def accepted_run(view: str, chosen: Chosen, settings: GateSettings) -> tuple[GateRun, GateSettings]:
    """The run asked for and its settings, or with a warning the last one of this view and model that could be run."""
    place = f"gates {view} {chosen.name}"
    try:
        run = gate_run(chosen.model, settings)
    except Refusal as refusal:
        st.warning(shell.plain(f"{refusal} The picture stays as it was."))
        settings = visit().last_good.get(place, GateSettings(first_text(chosen.model)))
        return gate_run(chosen.model, settings), settings
    visit().last_good[place] = settings
    return run, settings


def say_notes(run: GateRun, text: str = "") -> None:
    """What was done to the text, and what a link leaves out of it, one line each."""
    for note in run.notes:
        st.info(shell.plain(note))
    if len(text) > ADDRESS_LIMIT:
        st.info(
            f"The address bar carries up to {ADDRESS_LIMIT:,} characters and leaves out the text ({len(text):,}): a "
            "copied link, or this page loaded anew, opens without."
        )


def text_in_address(text: str, chosen: Chosen) -> str | None:
    """What stands in the address bar of the text; None takes it out."""
    return text if len(text) <= ADDRESS_LIMIT and text != first_text(chosen.model) else None
