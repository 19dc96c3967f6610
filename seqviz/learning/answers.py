"""The worker's side of a question: asked of the run as it is, or of one of its checkpoints."""

from __future__ import annotations

import logging
from collections import OrderedDict
from typing import Any

from seqviz.learning.protocol import MOST_BLOB, Frame, read, write
from seqviz.learning.slices import Seat, Slices, own_randomness, where

REMEMBERED = 4  # trainings rebuilt from a checkpoint to be asked: the next question is often to the same

log = logging.getLogger(__name__)


class Answers:
    """Trainings that are asked but not trained, the last few of them."""

    def __init__(self, slices: Slices) -> None:
        self._slices = slices
        self._rebuilt: OrderedDict[tuple[str, int, int], Any] = OrderedDict()

    def answer(self, frame: Frame) -> None:
        """Say what a training answers: its `answer(question)`, plain data, or the sentence of its ValueError."""
        run = frame.get("run", str)
        head: dict[str, object] = {"kind": "answer", "run": run, "number": frame.whole("number"), "sentence": ""}
        blob = b"null"
        with self._slices.blamed(run), own_randomness(Stranger()):
            try:
                blob = write(self._training(run, frame).answer(read(frame.get("question", str).encode())))
            except ValueError as error:
                head["sentence"] = str(error) or "There is no answer to this."
            except Exception as error:
                log.warning("a question to run %s failed: %s", run, where(error))
                head["sentence"] = f"This could not be answered ({type(error).__name__})."
        if len(blob) > MOST_BLOB:
            head["sentence"] = f"The answer has {len(blob):,} bytes, at most {MOST_BLOB:,} are sent."
            blob = b"null"
        self._slices.say(head, blob)

    def _training(self, run: str, frame: Frame) -> Any:
        seat: Seat | None = self._slices.seats.get(run)
        update = frame.get("update", int)
        if update < 0:
            if seat is None or seat.training is None:
                raise ValueError("This run is just beginning or ending: ask again in a moment.")
            return seat.training
        key = (run, frame.whole("generation"), update)
        if key not in self._rebuilt:
            self._rebuilt[key] = self._slices.factory(frame.get("config", str), frame.blob or None)
        self._rebuilt.move_to_end(key)
        while len(self._rebuilt) > REMEMBERED:
            self._rebuilt.popitem(last=False)
        return self._rebuilt[key]


class Stranger:
    """Has no stream of random numbers yet: one and the same for every question."""

    randomness: Any = None
