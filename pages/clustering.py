"""/clustering : what is similar, what a cluster is, and three ways to find some in the same points."""

import streamlit as st

from seqviz.ui import shell
from seqviz.ui.clustering import groups, similarity, ways
from seqviz.ui.common import KEPT

page = shell.open_page("clustering", heading=False)
VIEWS = {view.VIEW: view for view in (similarity, groups, ways)}

with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
    st.title(page.title, anchor=False, width="content")
    chosen = st.segmented_control(
        "View", list(VIEWS), default=similarity.VIEW, required=True, key="clustering_view", **KEPT
    )
VIEWS[chosen or similarity.VIEW].show()
