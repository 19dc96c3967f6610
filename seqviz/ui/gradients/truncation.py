"""A text → the terms of its gradient, and how near every window comes to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from seqviz.records import Array
from seqviz.recurrent import backpropagate, unroll
from seqviz.recurrent.initial import random_elman
from seqviz.recurrent.truncation import agreement, truncated_gradients
from seqviz.text import Vocabulary, tokenize

STEP_LIMIT = 60  # characters
HIDDEN = (1, 16)
SCALES = (0.0, 3.0)
CURVES = ("recurrent weights", "all parameters")


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


@dataclass(frozen=True, eq=False)
class Truncation:
    """What truncation does to one gradient.

    Attributes:
        steps: T.
        contributions: (T, T) the norm of every term for the recurrent weights.
        cosine, ratio: name in CURVES → (T,) for the windows 1 … T.
    """

    steps: int
    contributions: Array
    cosine: Mapping[str, Array]
    ratio: Mapping[str, Array]

    def kept(self, window: int) -> float:
        """The sum of the norms of the terms that a window keeps."""
        t, k = np.indices(self.contributions.shape)
        return float(self.contributions[(t - k >= 0) & (t - k < window)].sum())


def truncate(settings: TruncationSettings) -> Truncation:
    """Read the text, walk back once, compare every window with the whole."""
    tokens = tokenize(settings.text)
    vocabulary = Vocabulary.of(tokens)
    size, ids = vocabulary.size, vocabulary.ids(tokens)
    cell = random_elman(size, settings.hidden, size, seed=settings.seed, scale=settings.scale)
    trace = unroll(cell, vocabulary.one_hot(ids[:-1]))
    gradients = truncated_gradients(cell, trace, ids[1:], "cross_entropy")
    curves = {CURVES[0]: agreement(gradients, ["W_hh"]), CURVES[1]: agreement(gradients)}
    return Truncation(
        steps=trace.steps,
        contributions=backpropagate(cell, trace, ids[1:], "cross_entropy").contributions,
        cosine={name: pair[0] for name, pair in curves.items()},
        ratio={name: pair[1] for name, pair in curves.items()},
    )
