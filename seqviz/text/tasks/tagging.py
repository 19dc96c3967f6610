"""Parts of speech: a tag for every word. Sentences from a small grammar, so each word's tag is known.

Many words are a noun here and a verb there ("the walk", "they walk", "to walk"), and what stands before a word decides.
Answering each word's most frequent tag is the baseline. A noun phrase (how it is described, and the noun) belongs to
one split for ever: no described noun of the test data was seen in training, though every word was.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from itertools import product
from typing import ClassVar

import numpy as np

from seqviz.text.tasks.base import Sample, Split, as_written, check_split, pick, split_of, with_capital
from seqviz.text.tokens import Unit
from seqviz.text.vocabulary import UNKNOWN, Vocabulary

TAGS = ("DET", "ADJ", "NOUN", "PRON", "AUX", "VERB", "PART", "ADV", "ADP", "SCONJ", "CCONJ", "PUNCT")
Tagged = tuple[tuple[str, str], ...]


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


BOTH = _words("walk talk visit answer call drink cook dance play swim smile dream plan hope work guess promise")
NOUNS = _words("cat child teacher window river letter song garden house machine doctor story road bird village")
VERBS = _words("sleep laugh wait arrive sing listen begin learn fall run")
ADJECTIVES = _words("small old green quiet early fast late strange new long happy cold hard")
ADVERBS = _words("slowly often again today fast early late hard never soon")
DETERMINERS = _words("the a this that every my our her")
PRONOUNS = _words("I we you they she")
AUXILIARIES = _words("will can must should might")
ADPOSITIONS = _words("near behind after before with without")
THINKING = _words("know think believe say")
WANTING = _words("want try love need")


@dataclass(frozen=True)
class Tagging:
    """Sentences with a target at every word."""

    name: ClassVar[str] = "tags"
    unit: ClassVar[Unit] = "words"
    classes: ClassVar[tuple[str, ...]] = TAGS

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """<unk> and every word of the grammar, small and capitalised."""
        words = sorted({*BOTH, *NOUNS, *VERBS, *ADJECTIVES, *ADVERBS, *DETERMINERS, *PRONOUNS, *AUXILIARIES})
        words += [*ADPOSITIONS, *THINKING, *WANTING, "to", "and", "but", "because", "is", "."]
        return Vocabulary.of([*words, *map(with_capital, words)], markers=(UNKNOWN,))

    def sample(self, rng: np.random.Generator, split: Split = "train") -> Sample:
        """One sentence of one or two clauses."""
        check_split(split)
        tagged = clause(rng, split)
        if rng.random() < 0.5:
            link = pick(rng, (("and", "CCONJ"), ("but", "CCONJ"), ("because", "SCONJ")))
            tagged = (*tagged, link, *clause(rng, split))
        tagged = (*tagged, (".", "PUNCT"))
        tokens = as_written(rng, tuple(word for word, _ in tagged))
        return Sample(tokens, tuple(TAGS.index(tag) for _, tag in tagged))


def clause(rng: np.random.Generator, split: Split) -> Tagged:
    """Who does or will do what, with an adverb or a place; or what somebody thinks or wants."""
    form = int(rng.integers(5))
    who = (pick(rng, PRONOUNS), "PRON")
    verb = (pick(rng, (*BOTH, *VERBS)), "VERB")
    auxiliary = (pick(rng, AUXILIARIES), "AUX")
    if form == 0:
        return (*phrase(rng, split), auxiliary, verb, *ending(rng, split))
    if form == 1:
        return (who, verb, *ending(rng, split))
    if form == 2:
        return (who, (pick(rng, WANTING), "VERB"), ("to", "PART"), verb, *ending(rng, split))
    if form == 3:
        that = (who, (pick(rng, THINKING), "VERB"), ("that", "SCONJ"))
        return (*that, *phrase(rng, split), auxiliary, verb, *ending(rng, split))
    return (*phrase(rng, split), ("is", "AUX"), (pick(rng, ADJECTIVES), "ADJ"))


def ending(rng: np.random.Generator, split: Split) -> Tagged:
    """Nothing, an adverb, a place, or both."""
    adverb = ((pick(rng, ADVERBS), "ADV"),) if rng.random() < 0.5 else ()
    place = ((pick(rng, ADPOSITIONS), "ADP"), *phrase(rng, split)) if rng.random() < 0.4 else ()
    return (*adverb, *place)


def phrase(rng: np.random.Generator, split: Split) -> Tagged:
    """A determiner, perhaps an adjective, and a noun."""
    adjective, noun = pick(rng, described(split))
    middle = ((adjective, "ADJ"),) if adjective else ()
    return ((pick(rng, DETERMINERS), "DET"), *middle, (noun, "NOUN"))


@cache
def described(split: Split) -> tuple[tuple[str, str], ...]:
    """The pairs (adjective or "", noun) of the split."""
    pairs = product(("", "", *ADJECTIVES), (*NOUNS, *BOTH))
    return tuple(pair for pair in pairs if split_of(" ".join(pair)) == split)
