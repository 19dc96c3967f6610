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
        "A recurrent network reads one token at a time and keeps what it has read in a few numbers. Here you watch "
        "those numbers: every product, every state, every loss, on your own text."
    )
    st.markdown(
        "Nothing on screen is made up for show. Each number comes from the equations of the lecture, worked out in "
        "double precision, and is tested against PyTorch's own."
    )
    for page in shell.PAGES:
        if page.url_path:
            shell.card(page)

with picture:
    unrolled(unrolled_data(experiment(Settings())) | {"compact": True, "autoplay": True}, key="start")
    st.caption("The word “hello”: after each letter the network guesses the next. Untrained, it guesses badly.")
