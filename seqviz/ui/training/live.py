"""The part of /training that moves: it asks the service twice a second while something trains."""

from __future__ import annotations

from typing import Any

import streamlit as st

from seqviz.learning.config import TrainingConfig
from seqviz.learning.runs import ACTIONS
from seqviz.learning.service import Refused
from seqviz.ui import shell
from seqviz.ui.state import triggered, visit
from seqviz.ui.training.component import charts
from seqviz.ui.training.data import charts_data
from seqviz.ui.training.follow import Followed
from seqviz.ui.training.serving import LIMITS, owner, service

KEY = "training"
PACE = 0.5  # seconds between two polls


def start(configs: dict[str, TrainingConfig]) -> None:
    """End what still goes on of this visitor's, and begin anew."""
    here = visit()
    for run in here.runs:
        if not run.over:
            service().control(run.run_id, "stop")
    begun: list[Followed] = []
    here.refused_run = None
    for name, config in configs.items():
        try:
            begun.append(Followed(service().submit(config.to_json(), LIMITS, owner()), name, config))
        except Refused as refusal:
            here.refused_run = str(refusal)
            break
    if begun:
        here.runs = begun


def show() -> None:
    """The charts of the runs that stand side by side, kept up to date."""
    for run in visit().runs:
        run.poll(service())
    going = any(run.live for run in visit().runs)
    st.fragment(_show, run_every=PACE if going else None)(going)


def _show(going: bool) -> None:
    runs: list[Followed] = visit().runs
    for run in runs:
        run.poll(service())
    if any(run.live for run in runs) != going:
        st.rerun()  # the rhythm changes with the whole page
    refused = visit().refused_run
    if refused:
        st.warning(shell.plain(refused))
    if runs:
        charts(charts_data(runs), key=KEY, on_control=_control)


def _control() -> None:
    """A button of the component."""
    message: Any = triggered(KEY, "control")
    if not isinstance(message, dict) or message.get("action") not in ACTIONS:
        return
    to = message.get("to")
    for run in visit().runs:
        if message.get("run") in (None, run.run_id):
            kept = [update for update in run.news.checkpoints if isinstance(to, int) and update <= to]
            service().control(run.run_id, message["action"], max(kept, default=0))
