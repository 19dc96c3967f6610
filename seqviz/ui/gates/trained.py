"""The networks that this visitor has trained here, among the models of /gates: each as it was when the page opened."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from seqviz.learning.revisit import file_at
from seqviz.learning.service import Unanswered
from seqviz.recurrent.stored import read_model
from seqviz.ui import shell
from seqviz.ui.gates.models import Chosen
from seqviz.ui.state import held, set_widgets, visit
from seqviz.ui.training.follow import Followed
from seqviz.ui.training.kept import GONE, kept, model_file
from seqviz.ui.training.serving import service
from seqviz.ui.training.settings import TASK_NAMES

OPTION = "run "  # in front of a run's id, among the shipped tasks
LABEL = "trained here: "


@dataclass
class Opened:
    """A run's last state when /gates was opened: while a reader looks at it, it stays as it is.

    Attributes:
        run: which. update, checkpoint: of that state. chosen: its model, once it was looked at.
    """

    run: Followed
    update: int
    checkpoint: bytes
    chosen: Chosen | None = None


def forget_opened() -> None:
    """The reader is back at the training: the next visit of /gates takes the runs as they are then."""
    kept().opened = {}


def trained() -> dict[str, str]:
    """Option → label of every run of this visitor's of which something is kept."""
    opened = kept().opened
    for run in visit().runs:
        if run.run_id not in opened:
            found = _last(run)
            if found is not None:
                opened[run.run_id] = Opened(run, *found)
    return {OPTION + name: label_of(one.run) for name, one in opened.items()}


def label_of(run: Followed) -> str:
    """ "trained here: LSTM, next character"; with what sets it apart from the runs beside it.

    Without the update, so that the address bar holds the same name while the run goes on.
    """
    return LABEL + ", ".join(dict.fromkeys((run.config.cell, run.name, TASK_NAMES[run.config.task])))


def gone(options: dict[str, str]) -> str:
    """A sentence where the run that was open here, or that the address names, is not among the options; else ""."""
    store, asked, chosen = kept(), str(held("model") or ""), st.query_params.get("model", "")
    if asked.startswith(OPTION) and asked not in options:
        set_widgets(model="country")
        known = (
            store.chosen[1] if store.chosen is not None and store.chosen[0] == asked else "the run that was open here"
        )
        return f"{known[:1].upper()}{known[1:]} is no longer kept; shown is a model that ships with this page."
    if held("model") is None and chosen.startswith(LABEL) and chosen not in options.values():
        return f"“{chosen[:80]}” is not kept for this visit; shown is a model that ships with this page."
    return ""


def chosen_trained(option: str) -> tuple[Chosen, int]:
    """The model behind an option of `trained`, and after which update it is shown.

    Raises:
        Unanswered: with a sentence. ValueError: a network that /gates cannot open, with the bound.
    """
    found: Opened | None = kept().opened.get(option.removeprefix(OPTION))
    if found is None:
        raise Unanswered(GONE)
    kept().chosen = (option, label_of(found.run))
    if found.chosen is None:
        data = file_at(model_file(found.run), found.checkpoint)
        found.chosen = Chosen(f"trained-{found.run.run_id}", read_model(data), data=data)
    return found.chosen, found.update


def link_to_gates(run: Followed) -> None:
    """A link that opens this run on /gates, once something of it is kept."""
    if run.news.checkpoints:
        shell.link("gates", "Open in Inside the gates", {"model": label_of(run)}, help="Every gate, as it is now.")


def _last(run: Followed) -> tuple[int, bytes] | None:
    """The last checkpoint that can be read: it may give way to the next meanwhile."""
    for update in reversed(service().checkpoints(run.run_id)):
        try:
            return update, service().checkpoint(run.run_id, update)
        except KeyError:
            continue
    return None
