"""The part of /training that moves: it asks the service twice a second while something trains."""

from __future__ import annotations

from typing import Any

import streamlit as st

from seqviz.learning.config import TrainingConfig
from seqviz.learning.runs import ACTIONS, REFUSED
from seqviz.learning.service import Refused
from seqviz.ui import shell
from seqviz.ui.common import as_sentence
from seqviz.ui.state import triggered, visit
from seqviz.ui.training.back import ticket
from seqviz.ui.training.component import charts
from seqviz.ui.training.data import charts_data
from seqviz.ui.training.follow import Followed
from seqviz.ui.training.serving import LIMITS, owner, service
from seqviz.ui.training.standing import limits_told, set_otherwise, status_told, troubles

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
        here.earlier_runs, here.runs = here.runs, begun
        here.prepared = {}


def show(configs: dict[str, TrainingConfig]) -> None:
    """The charts of the runs that stand side by side, kept up to date; `configs`: what Train would begin."""
    service()  # whoever opens the page will press Train: torch is imported by then
    if visit().runs:
        owner()  # after a dropped connection this says that the visitor is back, and the runs go on
    for run in visit().runs:
        run.poll(service())
    going = _moves(visit().runs)
    st.fragment(_show, run_every=PACE if going else None)(going, configs)


def _moves(runs: list[Followed]) -> bool:
    """Whether something may change by itself: a run, or the training process on its way up."""
    return any(run.live for run in runs) or service().status().state in ("starting", "restarting")


def _show(going: bool, configs: dict[str, TrainingConfig]) -> None:
    runs: list[Followed] = visit().runs
    if runs:
        owner()
    for run in runs:
        run.poll(service())
    runs = without_refused()
    if _moves(runs) != going:
        st.rerun()  # the rhythm changes with the whole page
    with st.container(key="troubles"):  # one element, full or empty: the charts below keep their place
        for sentence in [visit().refused_run, *troubles(runs)]:
            if sentence:
                st.warning(shell.plain(sentence))
        if told := set_otherwise(configs, runs):
            st.caption(shell.plain(told))
    if runs:
        charts(charts_data(runs) | {"ticket": ticket(runs)}, key=KEY, on_control=_control)
    st.caption(f"{limits_told(LIMITS, service().settings)} {status_told(service().status(), service().settings)}")


def without_refused() -> list[Followed]:
    """The runs that stand here; those that the worker refused are taken out with a sentence.

    Where all were, what stood here before comes back.
    """
    here = visit()
    refused = [run for run in here.runs if run.news.state == REFUSED]
    if refused:
        first = refused[0]
        said = as_sentence(first.news.sentences[-1] if first.news.sentences else "this run was refused")
        here.refused_run = said if len(here.runs) == 1 else f"{first.name}: {said}"
        here.runs = [run for run in here.runs if run not in refused] or here.earlier_runs
        here.earlier_runs = []
    return here.runs


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
