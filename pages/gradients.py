"""/gradients : how the gradient runs back through time, what makes it vanish or explode, and what helps."""

import streamlit as st

from seqviz.ui import shell
from seqviz.ui.common import KEPT, notation_control
from seqviz.ui.gradients import cliff_walk, clipping, multiples, over_time, truncated

shell.open_page("gradients")
VIEWS = {view.VIEW: view for view in (over_time, multiples, clipping, cliff_walk, truncated)}

with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
    chosen = st.segmented_control("View", list(VIEWS), default=over_time.VIEW, required=True, key="view", **KEPT)
    hidden = notation_control("the hidden state's letter follows").hidden
symbol = hidden.split("_")[0].split("^")[0]
VIEWS[chosen or over_time.VIEW].show(symbol)
