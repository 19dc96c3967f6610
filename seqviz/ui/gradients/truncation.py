"""A text → the terms of its gradient, and how near every window comes to it."""

from __future__ import annotations

from dataclasses import dataclass

from seqviz.records import Array, Truncation
from seqviz.recurrent import Elman, unroll
from seqviz.recurrent.initial import random_elman
from seqviz.recurrent.truncation import truncation
from seqviz.text import Vocabulary, tokenize
from seqviz.text.vocabulary import Ids

STEP_LIMIT = 60  # characters
HIDDEN = (1, 16)
SCALES = (0.0, 3.0)


@dataclass(frozen=True)
class TruncationSettings:
    """What to read and with which network: a simple cell with tanh, asked for the next character at every step.

    Raises:
        ValueError: the text has fewer than 2 or more than STEP_LIMIT characters.
    """

    text: str = "hello world, hello"
    hidden: int = 8
    scale: float = 0.35
    seed: int = 0

    def __post_init__(self) -> None:
        count = len(tokenize(self.text))
        if not 2 <= count <= STEP_LIMIT:
            raise ValueError(f"the text has {count} character{'' if count == 1 else 's'}, expected 2 to {STEP_LIMIT}")


def reader_of(settings: TruncationSettings) -> tuple[Elman, Array, Ids]:
    """The network, the (T, D) one-hot characters that it reads, and the (T,) ids of those that it should name next."""
    tokens = tokenize(settings.text)
    vocabulary = Vocabulary.of(tokens)
    size, ids = vocabulary.size, vocabulary.ids(tokens)
    cell = random_elman(size, settings.hidden, size, seed=settings.seed, scale=settings.scale)
    return cell, vocabulary.one_hot(ids[:-1]), ids[1:]


def truncate(settings: TruncationSettings) -> Truncation:
    """Read the text, walk back once, compare every window with the whole."""
    cell, inputs, targets = reader_of(settings)
    return truncation(cell, unroll(cell, inputs), targets, "cross_entropy")
