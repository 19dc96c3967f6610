"""An early country decides a late language: "I grew up in Spain . … I still speak fluent" → Spanish.

The example of decks A, D and E for long memory. Between the country and the answer lie clauses about other things; how
many tokens that are is the gap. Some clauses mention another country that does not matter ("a friend flew to Italy"):
to answer right, a network has to keep the one word and to let the others pass. A clause's core (who did what) belongs
to one split for ever, and each sentence has at least one clause: no core of the test data was seen in training.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from typing import ClassVar

import numpy as np

from seqviz.records import NO_TARGET
from seqviz.text.tasks import country_words as words
from seqviz.text.tasks.base import Sample, Split, as_written, check_split, pick, split_of
from seqviz.text.tokens import Unit
from seqviz.text.vocabulary import UNKNOWN, Vocabulary

Tokens = tuple[str, ...]
SHORTEST, LONGEST = 4, 1000
DECOYS = 0.4  # how many clauses mention a country that does not matter
LEADING = 0.5  # how often a clause stands before the one that counts


@dataclass(frozen=True)
class Country:
    """Sentences with one target, at the last step: the language.

    Attributes:
        shortest, longest: the range of the gap, the number of tokens between the country and the answer. It is drawn
            so that each doubling has the same chance.
        decoys: the probability that a clause mentions another country.

    Raises:
        ValueError: a range that is empty or leaves SHORTEST … LONGEST, or a probability outside 0 … 1.
    """

    name: ClassVar[str] = "country"
    unit: ClassVar[Unit] = "words"
    classes: ClassVar[tuple[str, ...]] = tuple(words.LANGUAGES.values())

    shortest: int = SHORTEST
    longest: int = 80
    decoys: float = DECOYS

    def __post_init__(self) -> None:
        if not SHORTEST <= self.shortest <= self.longest <= LONGEST:
            raise ValueError(
                f"the gap goes from {self.shortest} to {self.longest}, expected {SHORTEST} to {LONGEST}, not empty"
            )
        if not 0.0 <= self.decoys <= 1.0:
            raise ValueError(f"decoys is {self.decoys}, expected a probability from 0 to 1")

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """<unk> and every word of the grammar, small and capitalised where it can open a sentence."""
        return Vocabulary.of(words.every_token(), markers=(UNKNOWN,))

    def sample(self, rng: np.random.Generator, split: Split = "train") -> Sample:
        """One sentence; every country has the same chance."""
        gap = int(self.shortest * ((self.longest + 1) / self.shortest) ** rng.random())
        return sentence(rng, pick(rng, words.COUNTRIES), min(gap, self.longest), split, self.decoys)


def sentence(
    rng: np.random.Generator, country: str, gap: int, split: Split = "train", decoys: float = DECOYS
) -> Sample:
    """The sentence up to the word before the language, with exactly `gap` tokens behind the country.

    Raises:
        ValueError: a country without a language here, or a gap below SHORTEST.
    """
    if country not in words.LANGUAGES:
        raise ValueError(f"country is {country!r}, expected one of {', '.join(words.LANGUAGES)}")
    if gap < SHORTEST:
        raise ValueError(f"gap is {gap}, expected at least {SHORTEST}")
    check_split(split)
    opening, person = pick(rng, words.OPENINGS)
    while True:
        link, closing = pick(rng, words.LINKS), pick(rng, words.CLOSINGS[person])
        rest = gap - len(link) - len(closing)
        if rest == 0 or rest >= shortest_clause(split):
            break
    before = (*clause(rng, split, country, decoys), ".") if rest == 0 or rng.random() < LEADING else ()
    tokens = (*before, *opening, country, *link)
    end = len(tokens) + rest
    while len(tokens) < end:
        further = (*clause(rng, split, country, decoys), *pick(rng, words.LINKS))
        left = end - len(tokens) - len(further)
        if left == 0 or left >= shortest_clause(split):
            tokens += further
    tokens += closing
    language = Country.classes.index(words.LANGUAGES[country])
    return Sample(as_written(rng, tokens), (NO_TARGET,) * (len(tokens) - 1) + (language,))


def clause(rng: np.random.Generator, split: Split, country: str, decoys: float) -> Tokens:
    """One clause: with the probability `decoys` about another country, perhaps with a place and a time."""
    core = pick(rng, decoy_cores(split) if rng.random() < decoys else cores(split))
    while country in core:
        core = pick(rng, decoy_cores(split))
    place = pick(rng, words.PLACES) if rng.random() < 0.4 else ()
    time = pick(rng, words.TIMES) if rng.random() < 0.4 and core not in words.DATED else ()
    return (*time, ",", *core, *place) if time and rng.random() < 0.4 else (*core, *place, *time)


@cache
def cores(split: Split) -> tuple[Tokens, ...]:
    """Every core of a clause that belongs to the split."""
    return tuple(core for core in words.every_core() if split_of(" ".join(core)) == split)


@cache
def decoy_cores(split: Split) -> tuple[Tokens, ...]:
    """Every core of the split that mentions some other country."""
    return tuple(core for core in words.every_decoy() if split_of(" ".join(core)) == split)


@cache
def shortest_clause(split: Split) -> int:
    """The length of the split's shortest core with a link of one token; every greater length exists as well."""
    return min(map(len, cores(split))) + 1
