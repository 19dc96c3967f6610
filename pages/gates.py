"""/gates : every gate of a trained LSTM or GRU on every token."""

import streamlit as st

from seqviz.ui import shell
from seqviz.ui.common import KEPT, notation_control
from seqviz.ui.gates import compare, moves, one_cell, spread, whiteboard

page = shell.open_page("gates", heading=False)
VIEWS = {view.VIEW: view for view in (one_cell, compare, moves, whiteboard, spread)}

with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
    st.title(page.title, anchor=False, width="content")
    chosen = st.segmented_control("View", list(VIEWS), default=one_cell.VIEW, required=True, key="gates_view", **KEPT)
    letters = notation_control()
VIEWS[chosen or one_cell.VIEW].show(letters)
