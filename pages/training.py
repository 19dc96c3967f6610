"""/training : small networks trained live, beside each other, and looked into at any point of their training."""

import streamlit as st

from seqviz.learning.config import TrainingConfig
from seqviz.ui import shell
from seqviz.ui.common import accepted
from seqviz.ui.training import inside, live
from seqviz.ui.training.controls import config_of, settings_controls, side_control, task_control
from seqviz.ui.training.settings import runs_of

page = shell.open_page("training", heading=False)
with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
    st.title(page.title, anchor=False, width="content")
    task = task_control()
    side = side_control()
    with st.popover("Settings", width="content"):
        chosen = settings_controls(task)
    nothing: dict[str, TrainingConfig] = {}
    configs = accepted("training", lambda: runs_of(config_of(task, chosen, ""), side), nothing)
    st.button("Train", type="primary", on_click=live.start, args=(configs,), disabled=not configs)
live.show()
inside.show()
