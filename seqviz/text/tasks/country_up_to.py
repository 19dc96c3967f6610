"""The task `country` for live training: gaps up to a length instead of exact ones, and so drawn thirty times faster.

`Country` throws clauses away until a gap fits to the token, which for thousands of sentences takes several seconds.
Here clauses are added while they fit. Words, clauses, splits and the kind of distraction are the same.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from seqviz.records import NO_TARGET
from seqviz.text.tasks import country_words as words
from seqviz.text.tasks.base import Sample, Split, as_written, check_split, pick
from seqviz.text.tasks.country import LEADING, Country, clause

MISSES = 2  # how many clauses may be too long before the sentence ends


@dataclass(frozen=True)
class CountryUpTo(Country):
    """Sentences with one target, at the last step: the language. No gap is above `longest`."""

    def sample(self, rng: np.random.Generator, split: Split = "train") -> Sample:
        """One sentence; every country has the same chance, and every doubling of the gap that is tried for."""
        check_split(split)
        country = pick(rng, words.COUNTRIES)
        wanted = min(self.longest, int(self.shortest * ((self.longest + 1) / self.shortest) ** rng.random()))
        opening, person = pick(rng, words.OPENINGS)
        closings = [
            (link, closing)
            for link in words.LINKS
            for closing in words.CLOSINGS[person]
            if len(link) + len(closing) <= wanted
        ]
        link, closing = pick(rng, closings)
        room, misses = wanted - len(link) - len(closing), 0
        between: tuple[str, ...] = ()
        while misses < MISSES and room > 0:
            further = (*clause(rng, split, country, self.decoys), *pick(rng, words.LINKS))
            fits = len(further) <= room
            between += further if fits else ()
            room -= len(further) if fits else 0
            misses += not fits
        lead = not between or rng.random() < LEADING
        before = (*clause(rng, split, country, self.decoys), ".") if lead else ()
        tokens = (*before, *opening, country, *link, *between, *closing)
        language = self.classes.index(words.LANGUAGES[country])
        return Sample(as_written(rng, tokens), (NO_TARGET,) * (len(tokens) - 1) + (language,))
