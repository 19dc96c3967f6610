"""/kmeans : k-means half-step by half-step, poor starts, the elbow, and what it is used for."""

import streamlit as st

from seqviz.ui import shell
from seqviz.ui.common import KEPT
from seqviz.ui.kmeans import applications, elbow, starts, watch

page = shell.open_page("kmeans", heading=False)
VIEWS = {view.VIEW: view for view in (watch, starts, elbow, applications)}

with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
    st.title(page.title, anchor=False, width="content")
    chosen = st.segmented_control("View", list(VIEWS), default=watch.VIEW, required=True, key="km_view", **KEPT)
VIEWS[chosen or watch.VIEW].show()
