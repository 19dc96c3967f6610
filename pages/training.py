"""/training : small networks trained live, beside each other, and looked into at any point of their training."""

import streamlit as st

from seqviz.ui import shell
from seqviz.ui.common import explain
from seqviz.ui.state import visit
from seqviz.ui.training import guess, inside, live, words
from seqviz.ui.training.back import look_for_runs
from seqviz.ui.training.card import card
from seqviz.ui.training.controls import settings_controls, side_control, task_control
from seqviz.ui.training.own import OWN, data_control, own_controls
from seqviz.ui.training.reopen import reopen_control
from seqviz.ui.training.standing import chosen_runs
from seqviz.ui.training.take_away import take_away

page = shell.open_page("training", heading=False)
bar = st.container(horizontal=True, vertical_alignment="bottom", gap="small")
with bar:
    st.title(page.title, anchor=False, width="content")
    task = task_control()
    source = data_control(task)
    side = side_control()
    with st.popover("Settings", width="content"):
        chosen = settings_controls(task, side)
        reopen_control()
    train = st.container(width="content")
    asks = guess.predict_control()
own = own_controls(task) if source == OWN else None
configs, facts = chosen_runs(task, source, chosen, own, side)
waits = asks and facts is not None and guess.question(configs, facts)
with train:
    st.button("Train", type="primary", on_click=live.start, args=(configs,), disabled=not configs or waits)
live.show(configs)
guess.show_verdict()
inside.show()
if facts is not None:
    card(source, facts, open_=not visit().runs)
take_away()
explain(words.lessons(task, visit().runs), words.source(task))
look_for_runs()
