"""A page that was loaded anew finds its runs again: the tab kept under which name they go."""

from __future__ import annotations

import re
from typing import Any

from seqviz.learning.config import TrainingConfig
from seqviz.ui.browser import browser_component
from seqviz.ui.state import triggered, visit
from seqviz.ui.training.follow import Followed
from seqviz.ui.training.serving import service

KEY = "training-back"
_NAME = re.compile(r"[0-9a-f]{16}")
_LONGEST = 80  # characters of a run's name

_back = browser_component("seqviz_back", ("shared/view.js", "training/ticket.js", "training/back.js"))


def ticket(runs: list[Followed]) -> dict[str, object]:
    """What the tab keeps: whose runs they are, and how each is called here."""
    return {"owner": visit().owner, "runs": [[run.run_id, run.name] for run in runs]}


def look_for_runs() -> None:
    """Ask the tab, where nothing runs here."""
    if not visit().runs:
        _back(data={}, key=KEY, on_ticket_change=_come_back)


def _come_back() -> None:
    """The tab had runs. They are this visitor's if whoever began them has left; a copied tab gets nobody's."""
    message: Any = triggered(KEY, "ticket")
    here = visit()
    if here.runs or not isinstance(message, dict) or not isinstance(message.get("runs"), list):
        return
    owner = message.get("owner")
    if not isinstance(owner, str) or not _NAME.fullmatch(owner):
        return
    configs = service().come_back(owner)
    named = {row[0]: row[1] for row in message["runs"] if isinstance(row, list) and len(row) == 2}
    names = {run: str(name)[:_LONGEST] for run, name in named.items() if run in configs}
    if names:
        here.owner = owner
        here.runs = [Followed(run, name, TrainingConfig.from_json(configs[run])) for run, name in names.items()]
