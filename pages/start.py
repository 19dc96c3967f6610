"""/ : what seqviz is, on one screen, with a network already at work."""

import streamlit as st

from seqviz.ui import shell
from seqviz.ui.components import unrolled, unrolled_data
from seqviz.ui.compute import experiment
from seqviz.ui.settings import Settings

shell.open_page("", heading=False)
words, picture = st.columns([2, 3], gap="large", vertical_alignment="center")

with words:
    st.title("See a recurrent network compute", anchor=False)
    st.markdown(
        "It reads one token at a time and keeps what it has read in a few numbers. Watch them: every product, every "
        "state, every loss, on your own text."
    )
    st.caption(
        "Nothing is made up for show: each number comes from the equations of the lecture, in double precision, and "
        "is tested against PyTorch's own."
    )
with picture:
    unrolled(unrolled_data(experiment(Settings())) | {"compact": True, "autoplay": True, "backward": None}, key="start")
    st.caption("The word “hello”: after each letter the network guesses the next. Untrained, it guesses badly.")

for page in shell.PAGES:
    if page.url_path:
        shell.card(page)
