"""A typed text as a network in training reads it: the same in the worker, which answers, and on the page."""

from __future__ import annotations

from typing import NamedTuple

from seqviz.text import UNKNOWN, Unit, Vocabulary, count_tokens_up_to, tokenize, visible

LONGEST = 2000  # tokens


class Typed(NamedTuple):
    """The T tokens that are read, those of them that are not known, and all their ids."""

    tokens: tuple[str, ...]
    unknown: tuple[str, ...]
    ids: list[int]


def read_typed(
    text: str,
    unit: Unit,
    vocabulary: Vocabulary,
    suffix: tuple[str, ...] = (),
    lower: bool = False,
    most: int = LONGEST,
) -> Typed:
    """Cut a text, and put behind it what asks for the answer, unless it stands there already.

    Raises:
        ValueError: nothing to read, too much, or a token that is not in the vocabulary where <unk> is not either.
    """
    found = count_tokens_up_to(text, unit, LONGEST)
    if found > most:
        told = f"more than {LONGEST:,}" if found > LONGEST else f"{found:,}"
        raise ValueError(f"the text has {told} {unit}, expected at most {most:,}")
    tokens = tokenize(text, unit, lower)
    if not tokens:
        raise ValueError(f"the text has 0 {unit}, expected at least 1")
    unknown = tuple(token for token in tokens if token not in vocabulary)
    if unknown and UNKNOWN not in vocabulary:
        raise ValueError(f"{visible(unknown[0])!r} is not among the {vocabulary.size} {unit} of the training")
    if tokens[len(tokens) - len(suffix) :] != suffix:
        tokens += suffix
    return Typed(tokens, unknown, [vocabulary.id(token, "unk") for token in tokens])


def first_asked(steps: int, kind: str, asked: int) -> int:
    """The first of T steps, from 0, that has an answer: all have one, or the last `asked`, or the last alone."""
    return max(0, steps - (asked or (1 if kind in ("last", "number") else steps)))
