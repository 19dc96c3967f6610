"""aⁿ X bⁿ, letter by letter: after X the network has to say as many b as it has read a, and then the end.

What follows an a is open (another a, or X). From X on everything is determined: n times b, then the end. A network that
answers all of it right has counted. There are only as many strings as there are n, so what is held out are larger n.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np

from seqviz.records import NO_TARGET
from seqviz.text.tasks.base import Sample, Split, check_split
from seqviz.text.tokens import Unit
from seqviz.text.vocabulary import EOS, Vocabulary

UP, TURN, DOWN = "a", "X", "b"
CLASSES = (UP, TURN, DOWN, EOS)
LONGEST = 1000


@dataclass(frozen=True)
class Counting:
    """The strings aⁿ X bⁿ, each n of a range with the same chance; the class of a step is the next letter.

    Attributes:
        shortest, longest: the range of n in training, both included.
        beyond: how many further n the validation split has; the test split has those above.
        farthest: the largest n of the test split.
        certain_only: leave out the targets of the steps whose next letter is open.

    Raises:
        ValueError: a range that is empty or leaves 1 … LONGEST.
    """

    name: ClassVar[str] = "counting"
    unit: ClassVar[Unit] = "characters"
    classes: ClassVar[tuple[str, ...]] = CLASSES

    shortest: int = 1
    longest: int = 10
    beyond: int = 2
    farthest: int = 40
    certain_only: bool = False

    def __post_init__(self) -> None:
        if not 1 <= self.shortest <= self.longest <= LONGEST:
            raise ValueError(f"n goes from {self.shortest} to {self.longest}, expected 1 to {LONGEST}, not empty")
        if self.beyond < 1 or not self.longest + self.beyond < self.farthest <= LONGEST:
            raise ValueError(
                f"beyond is {self.beyond} and farthest {self.farthest}, expected at least 1, and "
                f"{self.longest} + {self.beyond} < farthest ≤ {LONGEST}"
            )

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The three letters; the end is only ever answered, never read."""
        return Vocabulary((UP, TURN, DOWN))

    def counts(self, split: Split = "train") -> range:
        """The n of a split; the three ranges follow one another."""
        check_split(split)
        top = self.longest + self.beyond
        return {
            "train": range(self.shortest, self.longest + 1),
            "validation": range(self.longest + 1, top + 1),
            "test": range(top + 1, self.farthest + 1),
        }[split]

    def sample(self, rng: np.random.Generator, split: Split = "train") -> Sample:
        """The string of one n of the split."""
        counts = self.counts(split)
        return self.string(counts[int(rng.integers(len(counts)))])

    def string(self, n: int) -> Sample:
        """aⁿ X bⁿ and the letter after each of its 2n + 1 letters."""
        if not 1 <= n <= LONGEST:
            raise ValueError(f"n is {n}, expected 1 to {LONGEST}")
        tokens = (*UP * n, TURN, *DOWN * n)
        targets = [CLASSES.index(token) for token in (*tokens[1:], EOS)]
        if self.certain_only:
            targets[:n] = [NO_TARGET] * n
        return Sample(tokens, tuple(targets))
