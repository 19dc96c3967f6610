"""/gradients : how the gradient runs back through time, what makes it vanish or explode, and what helps."""

import streamlit as st

from seqviz.ui import shell
from seqviz.ui.gradients import cliff_walk, clipping, multiples, over_time, truncated
from seqviz.ui.gradients.common import KEPT, notation_control

shell.open_page("gradients")
VIEWS = {view.VIEW: view for view in (over_time, multiples, clipping, cliff_walk, truncated)}

with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
    chosen = st.segmented_control("View", list(VIEWS), default=over_time.VIEW, required=True, key="view", **KEPT)
    symbol = notation_control()
VIEWS[chosen or over_time.VIEW].show(symbol)
