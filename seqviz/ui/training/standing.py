"""What is said around the charts: limits, the worker and its queue, and runs that went wrong, each in plain words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from seqviz.learning.config import TrainingConfig
from seqviz.learning.facts import Facts, facts
from seqviz.learning.runs import FAILED, LIMIT, REFUSED, Limits, check_config
from seqviz.learning.service import Settings, Status
from seqviz.ui import shell
from seqviz.ui.common import as_sentence
from seqviz.ui.state import visit
from seqviz.ui.training.controls import config_of
from seqviz.ui.training.follow import Followed
from seqviz.ui.training.own import OWN, Own
from seqviz.ui.training.serving import LIMITS
from seqviz.ui.training.settings import TASK_NAMES, runs_of

WRONG = (FAILED, LIMIT, REFUSED)  # a divergence stands large in the charts themselves


def limits_told(limits: Limits, settings: Settings) -> str:
    """What one run and one visitor may cost."""
    return (
        f"At most {limits.parameters:,} parameters, {limits.updates:,} updates and {limits.minutes:g} minutes of "
        f"arithmetic a run, {settings.per_owner} runs a visitor."
    )


def status_told(status: Status, settings: Settings) -> str:
    """Whether the training process is there, and how many it works for."""
    process = {
        "idle": "The training process starts with the first run",
        "starting": "The training process is starting",
        "up": "The training process is up",
        "restarting": "The training process died and is being started again",
        "closed": "Training has ended on this server",
    }[status.state]
    crowd, most = status.crowd, settings.active
    waits = f"{crowd.waiting} in the queue (at most {settings.waiting})" if crowd.waiting else "the queue is empty"
    return f"{process}; runs of all visitors: {crowd.running} going (at most {most}), {crowd.paused} paused, {waits}."


def chosen_runs(
    task: str, source: str, chosen: dict[str, Any], own: Own | None, side: str
) -> tuple[dict[str, TrainingConfig], Facts | None]:
    """What would be trained and on what.

    Where something is refused: no run, a sentence on the page, and the data of this task that were last accepted.
    """
    place = f"training {task} {source}"
    if source == OWN and own is None:
        return {}, None
    try:
        config = config_of(task, source, chosen, own.content if own else "")
        found = own.facts if own else facts(config)
        configs = runs_of(config, side)
        check_all(configs, found, LIMITS)
    except ValueError as refusal:
        stays = " What stands below stays." if visit().runs else ""
        st.warning(shell.plain(f"{as_sentence(str(refusal))} Nothing is trained with this.{stays}"))
        return {}, visit().last_good.get(place)
    visit().last_good[place] = found
    return configs, found


def check_all(configs: dict[str, TrainingConfig], found: Facts, limits: Limits) -> None:
    """What can be refused before a run starts: its data, the size of its network, what a visitor's run may cost.

    Raises:
        ValueError: with the value and the bound.
    """
    for config in configs.values():
        check_config(config.to_json(), limits)
        found.check(config)
        if found.parameters(config) > limits.parameters:
            raise ValueError(
                f"the network has {found.parameters(config):,} parameters, expected at most {limits.parameters:,}"
            )


def set_otherwise(configs: dict[str, TrainingConfig], runs: Sequence[Followed]) -> str:
    """A sentence where the runs that stand on the page are not what the controls above them say; else ""."""
    if not configs or all(run.config in configs.values() for run in runs):
        return ""
    of = ", ".join(dict.fromkeys([TASK_NAMES[runs[0].config.task], *(run.name for run in runs)]))
    return f"Trained with other settings than those above: {of}. Train begins anew with those above."


def troubles(runs: Sequence[Followed]) -> list[str]:
    """Of every run that ended otherwise than planned: its name and its last sentence."""
    alone = len(runs) == 1
    return [
        run.news.sentences[-1] if alone else f"{run.name}: {run.news.sentences[-1]}"
        for run in runs
        if run.news.state in WRONG and run.news.sentences
    ]
