"""The copy problem: ten symbols, a long wait, then the same ten symbols again.

Hochreiter and Schmidhuber 1997 in the form of Arjovsky, Shah and Bengio 2016: 10 symbols of 8 kinds, T − 1 blanks, a
delimiter, 10 blanks; while the last 10 are read the symbols are to be said. Here only those 10 steps have a target
(the paper also asks for blanks before). Answering without memory is right in 1 of 8, with a cross-entropy of ln 8.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np

from seqviz.records import NO_TARGET
from seqviz.text.tasks.base import Sample, Split, check_split
from seqviz.text.tokens import Unit
from seqviz.text.vocabulary import Vocabulary

SYMBOLS = "abcdefgh"
BLANK, GO = "·", "?"
COPIED = 10
LONGEST = 1000


@dataclass(frozen=True)
class Copying:
    """Ten random symbols, `delay` steps of waiting of which the last is the delimiter, ten steps of answers.

    Splits share a text with a probability of 8⁻¹⁰ a pair, so they are drawn freely.

    Raises:
        ValueError: a delay outside 1 … LONGEST.
    """

    name: ClassVar[str] = "copy"
    unit: ClassVar[Unit] = "characters"
    classes: ClassVar[tuple[str, ...]] = tuple(SYMBOLS)

    delay: int = 20

    def __post_init__(self) -> None:
        if not 1 <= self.delay <= LONGEST:
            raise ValueError(f"delay is {self.delay}, expected 1 to {LONGEST}")

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The symbols, the blank and the delimiter."""
        return Vocabulary((*SYMBOLS, BLANK, GO))

    def sample(self, rng: np.random.Generator, split: Split = "train") -> Sample:
        """One sequence of 20 + delay steps."""
        check_split(split)
        drawn = tuple(int(place) for place in rng.integers(len(SYMBOLS), size=COPIED))
        tokens = (*(SYMBOLS[place] for place in drawn), *BLANK * (self.delay - 1), GO, *BLANK * COPIED)
        return Sample(tokens, (NO_TARGET,) * (COPIED + self.delay) + drawn)
