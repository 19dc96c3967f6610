"""Token sequences for a network: markers, padding to one length, overlapping n-grams (decks B, D)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from seqviz.text.vocabulary import EOS, PAD, SOS, Ids, Unknown, Vocabulary


class PaddedBatch(NamedTuple):
    """B sequences of one length T: ids (B, T), and mask (B, T), True at a sequence's own tokens."""

    ids: Ids
    mask: NDArray[np.bool_]


def with_markers(tokens: Iterable[str], sos: bool = True, eos: bool = True) -> tuple[str, ...]:
    """<sos>, the tokens, <eos>; either marker can be left out."""
    return (*([SOS] if sos else []), *tokens, *([EOS] if eos else []))


def pad_batch(
    sequences: Sequence[Sequence[str]],
    vocabulary: Vocabulary,
    length: int | None = None,
    unknown: Unknown = "error",
) -> PaddedBatch:
    """B token sequences → ids (B, T) filled up with <pad> at the end, and the mask of what is not filling.

    length: T; None takes the longest sequence's. unknown: as in `Vocabulary.ids`.

    Raises:
        ValueError: `length` is shorter than the longest sequence, a token is unknown, or <pad> has no id.
    """
    longest = max(map(len, sequences), default=0)
    steps = longest if length is None else length
    if steps < longest:
        raise ValueError(f"length is {steps}, expected at least {longest}, the longest sequence")
    lengths = np.array([len(sequence) for sequence in sequences], dtype=np.int64)  # (B,)
    ids = np.full((len(sequences), steps), vocabulary.id(PAD), dtype=np.int64)
    for row, sequence in zip(ids, sequences, strict=True):
        row[: len(sequence)] = vocabulary.ids(sequence, unknown)
    return PaddedBatch(ids, np.arange(steps) < lengths[:, np.newaxis])  # both (B, T)


def ngrams(tokens: Sequence[str], n: int) -> tuple[tuple[str, ...], ...]:
    """The T − n + 1 overlapping groups of n neighbouring tokens (deck D), of characters or of words.

    Raises:
        ValueError: n is below 1 or above the number of tokens T.
    """
    if n < 1:
        raise ValueError(f"n is {n}, expected at least 1")
    if n > len(tokens):
        raise ValueError(f"n is {n}, expected at most {len(tokens)}, the number of tokens")
    return tuple(tuple(tokens[start : start + n]) for start in range(len(tokens) - n + 1))
