"""What stands open: the depth of nested ( ) and [ ], or a quotation, after each character.

Brackets inside quotes do not count, so while a quotation runs the network has to hold the depth without showing it:
when the quotes close the depth comes back. The text is a random walk, and brackets always close in the right order.
A text belongs to one split by a hash of how it begins, so that no two splits share a beginning of 8 characters.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import ClassVar

import numpy as np

from seqviz.text.tasks.base import Sample, Split, check_split, pick, split_of
from seqviz.text.tokens import Unit
from seqviz.text.vocabulary import Vocabulary

PAIRS = {"(": ")", "[": "]"}
QUOTE = '"'
PLAIN = "abcdefghijklmnopqrstuvwxyz0123456789 .,;:+-*=<>"
DEEPEST = 4
IN_QUOTES = DEEPEST + 1  # the class that follows the depths
SHORTEST, LONGEST = 8, 1000  # of a text; the split hangs on its first 8 characters

# How often each kind of character is tried, outside quotes and inside; the shares summed up.
KINDS = ("open", "close", "quote", "plain")
OUTSIDE = np.cumsum([0.22, 0.20, 0.08, 0.50])
INSIDE = np.cumsum([0.15, 0.15, 0.15, 0.55])


@dataclass(frozen=True)
class Brackets:
    """Random texts with a target at every step: the depth after this character, or that a quotation is open.

    Attributes:
        shortest, longest: the range of the length, each with the same chance.

    Raises:
        ValueError: a range that is empty or leaves SHORTEST … LONGEST.
    """

    name: ClassVar[str] = "brackets"
    unit: ClassVar[Unit] = "characters"
    classes: ClassVar[tuple[str, ...]] = (*(f"depth {depth}" for depth in range(DEEPEST + 1)), "in quotes")

    shortest: int = 12
    longest: int = 40

    def __post_init__(self) -> None:
        if not SHORTEST <= self.shortest <= self.longest <= LONGEST:
            raise ValueError(
                f"the length goes from {self.shortest} to {self.longest}, expected {SHORTEST} to {LONGEST}, not empty"
            )

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The brackets, the quote, small letters, digits, the space and some signs."""
        return Vocabulary((*PAIRS, *PAIRS.values(), QUOTE, *PLAIN))

    def sample(self, rng: np.random.Generator, split: Split = "train") -> Sample:
        """One text of the split."""
        check_split(split)
        length = int(rng.integers(self.shortest, self.longest + 1))
        while True:
            text = Text()
            text.grow(rng, SHORTEST)
            if split_of("".join(text.tokens)) == split:
                break
        text.grow(rng, length)
        return Sample(tuple(text.tokens), tuple(text.targets))


@dataclass
class Text:
    """A text while it grows.

    Attributes:
        tokens: its characters. targets: the class after each.
        closers: what closes the brackets that are open, the innermost last.
        quoted: whether a quotation is open.
    """

    tokens: list[str] = field(default_factory=list)
    targets: list[int] = field(default_factory=list)
    closers: list[str] = field(default_factory=list)
    quoted: bool = False

    def grow(self, rng: np.random.Generator, length: int) -> None:
        """Add characters until there are `length`; what is open then stays open."""
        while len(self.tokens) < length:
            token = self.next_token(rng)
            if token:
                self.tokens.append(token)
                self.targets.append(IN_QUOTES if self.quoted else len(self.closers))

    def next_token(self, rng: np.random.Generator) -> str:
        """One step of the walk: the next character, or "" where what was drawn does not fit."""
        kind = KINDS[int(np.searchsorted(INSIDE if self.quoted else OUTSIDE, rng.random(), side="right"))]
        if kind == "plain":
            return pick(rng, PLAIN)
        if kind == "quote":
            self.quoted = not self.quoted
            return QUOTE
        if self.quoted:
            return pick(rng, tuple(PAIRS) if kind == "open" else tuple(PAIRS.values()))
        if kind == "open" and len(self.closers) < DEEPEST:
            token = pick(rng, tuple(PAIRS))
            self.closers.append(PAIRS[token])
            return token
        return self.closers.pop() if kind == "close" and self.closers else ""
