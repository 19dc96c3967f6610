"""/gradients : how the gradient runs back through time, what makes it vanish or explode, and what helps."""

import streamlit as st

from seqviz.ui import shell
from seqviz.ui.gradients import clipping, over_time
from seqviz.ui.gradients.common import KEPT, notation_control

shell.open_page("gradients")
VIEWS = {view.VIEW: view for view in (over_time, clipping)}

with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
    chosen = st.segmented_control("View", list(VIEWS), default=over_time.VIEW, required=True, key="view", **KEPT)
    symbol = notation_control()
VIEWS[chosen or over_time.VIEW].show(symbol)
