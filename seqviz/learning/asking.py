"""A question to a training, such as what it makes of a sentence: asked of the worker, answered within a time."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count

from seqviz.learning.link import Link
from seqviz.learning.protocol import Broken, Frame, read

LOST = "The training process died before it answered: ask again in a moment."


class Unanswered(Exception):
    """There is no answer, with the sentence that says why."""


@dataclass(eq=False)
class Question:
    """One that waits for its answer."""

    link: Link
    done: threading.Event = field(default_factory=threading.Event)
    answer: bytes = b"null"
    sentence: str = ""

    def end(self, sentence: str, answer: bytes = b"null") -> None:
        self.sentence, self.answer = sentence, answer
        self.done.set()


class Questions:
    """Those that wait; called from any thread."""

    def __init__(self) -> None:
        self._waiting: dict[int, Question] = {}
        self._numbers = count()

    def ask(self, link: Link, head: Mapping[str, object], blob: bytes, timeout: float) -> object:
        """Send a question and wait for its answer.

        Raises:
            Unanswered: it took too long, the worker died, or it has no answer to this.
        """
        number, question = next(self._numbers), Question(link)
        self._waiting[number] = question
        try:
            link.send({**head, "kind": "ask", "number": number}, blob)
            if not link.is_up:  # it went before the question was among those that its death ends
                raise Unanswered(LOST)
            if not question.done.wait(timeout):
                raise Unanswered(f"There was no answer within {timeout:g} seconds: many are training. Ask again.")
        finally:
            self._waiting.pop(number, None)
        if question.sentence:
            raise Unanswered(question.sentence)
        try:
            return read(question.answer)
        except Broken:
            raise Unanswered("The answer could not be read.") from None

    def answered(self, link: Link, frame: Frame) -> None:
        question = self._waiting.get(frame.whole("number"))
        if question is not None and question.link is link:
            question.end(frame.get("sentence", str), frame.blob)

    def lost(self, link: Link) -> None:
        for question in list(self._waiting.values()):
            if question.link is link:
                question.end(LOST)
