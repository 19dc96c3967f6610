"""What one visitor's looks into runs have cost already: model files, states at checkpoints, answers."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from seqviz.learning.service import Unanswered
from seqviz.ui.state import visit
from seqviz.ui.training.follow import Followed
from seqviz.ui.training.serving import service

PATIENCE = 5.0  # seconds that an answer may take
GONE = "This run is no longer kept."


@dataclass
class Kept:
    """One visitor's.

    Attributes:
        files: run → its model file, asked of the worker once.
        sights_of: the run, its generation and the tokens that `sights` are of: update → `looking.Sight`.
        packed_of: what `packed`, the data for the browser, was made of.
        asked_at: the run and the update at which the reader asked what the network says. answers: question → answer.
        opened: on /gates, run → the model as it was when the page was opened (`seqviz.ui.gates.trained`).
        chosen: on /gates, the run that is open and its name in the list.
    """

    files: dict[str, bytes] = field(default_factory=dict)
    sights_of: object = None
    sights: dict[int, Any] = field(default_factory=dict)
    packed_of: object = None
    packed: dict[str, object] = field(default_factory=dict)
    asked_at: tuple[str, int] | None = None
    answers: dict[object, Any] = field(default_factory=dict)
    opened: dict[str, Any] = field(default_factory=dict)
    chosen: tuple[str, str] | None = None


def kept() -> Kept:
    """This visitor's."""
    here = visit()
    if here.inside is None:
        here.inside = Kept()
    found: Kept = here.inside
    return found


def model_file(run: Followed) -> bytes:
    """What the run's network is, with its weights at some update: cell, tokens, classes.

    Raises:
        Unanswered: with a sentence.
    """
    files = kept().files
    if run.run_id not in files:
        answer = ask(run.run_id, {"ask": "model"})
        try:
            data = base64.b64decode(answer if isinstance(answer, str) else "", validate=True)
        except binascii.Error:
            data = b""
        if not data:
            raise Unanswered("The model file could not be read.")
        ours = {one.run_id for one in visit().runs}
        kept().files = {name: file for name, file in files.items() if name in ours} | {run.run_id: data}
        return data
    return files[run.run_id]


def ask(run_id: str, question: Mapping[str, object], update: int = -1, timeout: float = PATIENCE) -> object:
    """`Service.ask`, where a run that is gone is a sentence too.

    Raises:
        Unanswered: with a sentence. KeyError: nothing is kept (any more) of this update.
    """
    try:
        return service().ask(run_id, dict(question), update, timeout)
    except KeyError:
        if update >= 0 and service().checkpoints(run_id):
            raise
        raise Unanswered(GONE) from None
