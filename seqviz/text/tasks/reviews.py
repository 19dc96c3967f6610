"""Short reviews and whether they praise or blame: many words in, one answer at the end.

The reviews are composed from hand-written phrases, not collected: sentences about films, food, hotels and gadgets with
negation ("was not bad at all"), intensifiers and contrast. In a contrast one part decides: what follows "but" and
"however", and the main clause beside "although" and "even though", whether it comes first or last.
Each pair of a noun and what is said of it belongs to one split for ever: no pair of the test data was seen in training.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from itertools import product
from typing import ClassVar

import numpy as np

from seqviz.records import NO_TARGET
from seqviz.text.tasks import reviews_words as words
from seqviz.text.tasks.base import Sample, Split, as_written, check_split, pick, split_of, with_capital
from seqviz.text.tokens import Unit
from seqviz.text.vocabulary import UNKNOWN, Vocabulary

Tokens = tuple[str, ...]

FRAMES = ("one", "two", "but", "however", "although", "even though")
CONTRASTS = FRAMES[2:]


@dataclass(frozen=True)
class Reviews:
    """Reviews with one target, at the last step: negative or positive, each with the same chance.

    Attributes:
        negated: the probability that an opinion is given by denying its opposite.
        contrast: the probability that a review has two opinions of which one does not count.
        neutral: the probability of a sentence that says nothing, once in front and once at the end.
        frame: one of FRAMES for every review, or None to draw it.

    Raises:
        ValueError: a probability outside 0 … 1, or an unknown frame.
    """

    name: ClassVar[str] = "reviews"
    unit: ClassVar[Unit] = "words"
    classes: ClassVar[tuple[str, ...]] = ("negative", "positive")

    negated: float = 0.35
    contrast: float = 0.5
    neutral: float = 0.6
    frame: str | None = None

    def __post_init__(self) -> None:
        for name in ("negated", "contrast", "neutral"):
            if not 0.0 <= getattr(self, name) <= 1.0:
                raise ValueError(f"{name} is {getattr(self, name)}, expected a probability from 0 to 1")
        if self.frame is not None and self.frame not in FRAMES:
            raise ValueError(f"frame is {self.frame!r}, expected one of {', '.join(FRAMES)}")

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """<unk> and every word of the phrases, small and capitalised where it can open a sentence."""
        return Vocabulary.of(every_token(), markers=(UNKNOWN,))

    def sample(self, rng: np.random.Generator, split: Split = "train") -> Sample:
        """One review, of one domain."""
        check_split(split)
        polarity = int(rng.integers(2))
        drawn = pick(rng, CONTRASTS if rng.random() < self.contrast else FRAMES[:2])
        frame = self.frame or drawn
        domain = pick(rng, words.DOMAINS)
        wanted = self.opinion(rng, domain, polarity, split)
        other = self.opinion(rng, domain, polarity if frame == "two" else 1 - polarity, split)
        body = {
            "one": wanted,
            "two": (*wanted, "and", *other),
            "but": (*other, ",", "but", *wanted),
            "however": (*other, ".", "however", ",", *wanted),
            "although": ("although", *other, ",", *wanted),
            "even though": (*wanted, ",", "even", "though", *other),
        }[frame]
        before = (*pick(rng, words.NEUTRAL), ".") if rng.random() < self.neutral else ()
        behind = (*pick(rng, words.NEUTRAL), ".") if rng.random() < self.neutral else ()
        tokens = as_written(rng, (*before, *body, pick(rng, words.ENDS), *behind))
        return Sample(tokens, (NO_TARGET,) * (len(tokens) - 1) + (polarity,))

    def opinion(self, rng: np.random.Generator, domain: words.Domain, polarity: int, split: Split) -> Tokens:
        """One clause of this polarity, said straight or by denying the opposite."""
        denied = rng.random() < self.negated
        noun, word = pick(rng, pairs(split, domain, 1 - polarity if denied else polarity))
        if word in words.VERBS[0] + words.VERBS[1]:
            who = pick(rng, words.WHO)
            return (who, "never", word, "the", noun) if denied else (who, word, "the", noun)
        if denied:
            negation = pick(rng, words.NEGATIONS)
            plain = "from" in negation  # "far from good" takes no more
            how = (pick(rng, words.INTENSIFIERS_AFTER_NOT),) if not plain and rng.random() < 0.3 else ()
            end = ("at", "all") if not plain and not how and rng.random() < 0.3 else ()
            return ("the", noun, *negation, *how, word, *end)
        how = (pick(rng, words.INTENSIFIERS),) if rng.random() < 0.4 else ()
        forms: tuple[Tokens, ...] = (
            ("the", noun, pick(rng, words.WERE), *how, word),
            (pick(rng, words.REMEMBER), "remember", "the", word, noun),
            (pick(rng, words.WHO), "found", "the", noun, *how, word),
        )
        return pick(rng, forms)


@cache
def pairs(split: Split, domain: words.Domain, polarity: int) -> tuple[tuple[str, str], ...]:
    """The pairs (noun, what is said of it) of this domain and polarity that belong to the split."""
    return tuple(pair for pair in words.pairs(domain, polarity) if split_of(" ".join(pair)) == split)


def every_token() -> list[str]:
    """Every token of a review, some of them twice: as it stands inside a sentence, and capitalised."""
    firsts = ["the", "although", "however", *words.WHO, *words.REMEMBER, *(sentence[0] for sentence in words.NEUTRAL)]
    found = [".", ",", *firsts, *(with_capital(token) for token in firsts)]
    found += ["!", "and", "but", "even", "though", "found", "remember", "never", "at", "all"]
    for phrase in (*words.NEUTRAL, *words.NEGATIONS):
        found += phrase
    found += [*words.WERE, *words.INTENSIFIERS, *words.INTENSIFIERS_AFTER_NOT]
    for domain, polarity in product(words.DOMAINS, (words.NEGATIVE, words.POSITIVE)):
        for pair in words.pairs(domain, polarity):
            found += pair
    return found
