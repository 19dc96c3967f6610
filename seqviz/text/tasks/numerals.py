"""A number in words → its digits: many in, many out, and not as many. "forty two = · · ·" → 4, 2, end.

The network reads the words, then "=", and from there answers digit by digit, the end last. What is held out are
numbers: each belongs to one split for ever by a hash, below 100 all to training so that every word occurs there.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from typing import ClassVar

import numpy as np

from seqviz.records import NO_TARGET
from seqviz.text.tasks.base import Sample, Split, check_split, pick, split_of
from seqviz.text.tokens import Unit
from seqviz.text.vocabulary import EOS, Vocabulary


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


ONES = _words(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
TENS = _words("twenty thirty forty fifty sixty seventy eighty ninety")
GO, BLANK = "=", "·"
LARGEST = 9999
DIGITS = 4


@dataclass(frozen=True)
class Numerals:
    """Numbers from 0 to LARGEST, those with fewer digits more often."""

    name: ClassVar[str] = "numbers"
    unit: ClassVar[Unit] = "words"
    classes: ClassVar[tuple[str, ...]] = (*"0123456789", EOS)

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The words of the numbers, the sign that asks, and what is read while answering."""
        return Vocabulary((*ONES, *TENS, "hundred", "thousand", "and", GO, BLANK))

    def sample(self, rng: np.random.Generator, split: Split = "train") -> Sample:
        """One number of the split; each count of digits that it has with the same chance."""
        check_split(split)
        of_digits = [numbers for numbers in by_digits(split) if numbers]
        return self.number(pick(rng, pick(rng, of_digits)))

    def number(self, value: int) -> Sample:
        """The words, then "=" and blanks; under these the digits, and the end for what is left."""
        words = in_words(value)
        answer = [*str(value), *[EOS] * (DIGITS + 1 - len(str(value)))]
        tokens = (*words, GO, *[BLANK] * DIGITS)
        return Sample(tokens, (*[NO_TARGET] * len(words), *(self.classes.index(one) for one in answer)))


def in_words(value: int) -> tuple[str, ...]:
    """The words of a number as they are said in British English: two thousand and five.

    Raises:
        ValueError: below 0 or above LARGEST.
    """
    if not 0 <= value <= LARGEST:
        raise ValueError(f"the number is {value}, expected 0 to {LARGEST}")
    thousands, rest = divmod(value, 1000)
    hundreds, rest = divmod(rest, 100)
    front = ((ONES[thousands], "thousand") if thousands else ()) + ((ONES[hundreds], "hundred") if hundreds else ())
    if front and not rest:
        return front
    tens, ones = divmod(rest, 10)
    small = (ONES[rest],) if rest < 20 else (TENS[tens - 2], *((ONES[ones],) if ones else ()))
    return (*front, *(("and",) if front else ()), *small)


@cache
def by_digits(split: Split) -> tuple[tuple[int, ...], ...]:
    """The numbers of the split with one digit, two, three and four."""
    of_split = [n for n in range(LARGEST + 1) if (split_of(str(n)) if n >= 100 else "train") == split]
    return tuple(tuple(n for n in of_split if len(str(n)) == digits) for digits in range(1, DIGITS + 1))
