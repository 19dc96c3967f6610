"""View "Distributions": a lane as a heatmap to take away, how saturated the gates are, every number as a table."""

from __future__ import annotations

import streamlit as st

from seqviz.recurrent.notation import Notation
from seqviz.ui.gates import distributions
from seqviz.ui.gates.accepted import accepted_run, say_notes, text_in_address
from seqviz.ui.gates.controls import model_controls, text_control
from seqviz.ui.gates.run import GateSettings

VIEW = "Distributions"


def show(letters: Notation) -> None:
    """One model on one text, in figures."""
    row, messages = st.container(horizontal=True, vertical_alignment="bottom", gap="small"), st.container()
    with row:
        chosen, shown = model_controls(messages)
        text = text_control(chosen)
    run, _ = accepted_run(VIEW, chosen, GateSettings(text, shown=shown))
    say_notes(run, text)
    written = text_in_address(text, chosen)
    if written is not None:
        st.query_params["text"] = written
    elif "text" in st.query_params:
        del st.query_params["text"]
    distributions.show(run, letters)
