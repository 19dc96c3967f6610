"""/unrolled : step through a recurrent network on your own text."""

from dataclasses import replace

import streamlit as st

from seqviz.recurrent.notation import notation
from seqviz.ui import shell
from seqviz.ui.components import left_out_of_address, unrolled, unrolled_address, unrolled_data
from seqviz.ui.compute import drawn_weights, experiment
from seqviz.ui.controls import unrolled_controls
from seqviz.ui.explain import equations, predict_first
from seqviz.ui.long_view import downloads, hidden_over_text
from seqviz.ui.settings import Refusal, Settings
from seqviz.ui.slips import slips
from seqviz.ui.state import visit
from seqviz.ui.updates import with_updates
from seqviz.ui.weights import typed_so_far, weight_drawer

shell.open_page("unrolled")
asked = unrolled_controls()
messages, drawing, question = st.container(), st.container(), st.container()

# What cannot be done is said, and the picture stays the last one that could be: first for the text, then the weights.
good = visit().last_good.get("unrolled", Settings())
good = replace(good, notation=asked.notation)
typed, unread = typed_so_far()
problems = []
settings = asked
try:
    drawn = drawn_weights(settings)
except Refusal as refusal:
    problems.append(f"{refusal} The picture stays as it was.")
    settings = good
    drawn = drawn_weights(settings)
typed = weight_drawer(*drawn, settings, notation(asked.notation))
settings, refused = with_updates(replace(settings, typed=typed), good)
try:
    shown = experiment(settings)
except Refusal as refusal:
    problems.append(f"{refusal} The picture stays as it was.")
    shown = experiment(replace(good, updates=visit().updates or ()))
visit().last_good["unrolled"], visit().updates = shown.settings, shown.settings.updates

wanted = replace(asked, typed=typed, updates=shown.settings.updates)
if problems and left_out_of_address(wanted):  # what is refused and too long for a link: the link is of the picture
    wanted = replace(wanted, text=shown.settings.text, typed_targets=shown.settings.typed_targets)
with messages:
    for problem in filter(None, [*problems, unread, refused]):
        st.warning(shell.plain(problem))
    for note in filter(None, [*shown.notes, left_out_of_address(wanted)]):
        st.info(shell.plain(note))
with drawing:
    more = {"address": unrolled_address(wanted), "presses": visit().presses}
    unrolled(unrolled_data(shown) | more, key="stepper")
with question:
    predict_first(shown)

st.header("The hidden state over the whole text", anchor=False)
hidden_over_text(shown)
downloads(shown)
slips(shown)
st.header("What to look at", anchor=False)
equations(shown)
