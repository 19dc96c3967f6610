"""/unrolled : step through a recurrent network on your own text."""

from dataclasses import replace

import streamlit as st

from seqviz.recurrent.notation import notation
from seqviz.ui import shell
from seqviz.ui.components import unrolled, unrolled_address, unrolled_data
from seqviz.ui.compute import drawn_weights, experiment
from seqviz.ui.controls import unrolled_controls
from seqviz.ui.explain import equations, predict_first
from seqviz.ui.long_view import downloads, hidden_over_text
from seqviz.ui.settings import Refusal, Settings
from seqviz.ui.state import visit
from seqviz.ui.weights import typed_so_far, weight_table

shell.open_page("unrolled")
asked = unrolled_controls()
messages, drawing, question = st.container(), st.container(), st.container()

typed, problem = typed_so_far()
try:
    with st.expander("Weights as a table: type a lecture's own numbers"):
        typed = weight_table(*drawn_weights(asked), asked, notation(asked.notation))
    shown = experiment(replace(asked, typed=typed))
    visit().last_good["unrolled"] = shown.settings
except Refusal as refusal:
    problem = f"{refusal} The picture below is the last one that could be drawn."
    good = visit().last_good.get("unrolled", Settings())
    shown = experiment(replace(good, notation=asked.notation))

with messages:
    for sentence in [problem] if problem else []:
        st.warning(shell.plain(sentence))
    for note in shown.notes:
        st.info(shell.plain(note))
with drawing:
    unrolled(unrolled_data(shown) | {"address": unrolled_address(replace(asked, typed=typed))}, key="stepper")
with question:
    predict_first(shown)

st.header("The hidden state over the whole text", anchor=False)
hidden_over_text(shown)
downloads(shown)
st.header("What to look at", anchor=False)
equations(shown)
