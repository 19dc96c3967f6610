"""The words of the task `reviews`: written by hand. Opinions come in pairs of a noun and what is said of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

NEGATIVE, POSITIVE = 0, 1


@dataclass(frozen=True)
class Domain:
    """What is reviewed: its nouns, and adjectives that praise or blame them, by polarity."""

    nouns: tuple[str, ...]
    adjectives: tuple[tuple[str, ...], tuple[str, ...]]  # negative, positive


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


def _domain(nouns: str, negative: str, positive: str) -> Domain:
    return Domain(_words(nouns), (_words(negative), _words(positive)))


GENERAL = (
    _words("bad terrible awful poor horrible disappointing mediocre dreadful unpleasant weak"),
    _words("good great excellent wonderful lovely perfect superb outstanding pleasant amazing"),
)

DOMAINS = (
    _domain(
        "film movie plot ending acting script soundtrack cast story comedy",
        "boring predictable confusing silly dull shallow tedious pointless",
        "gripping moving funny clever touching original thrilling memorable",
    ),
    _domain(
        "pizza dessert salad fish dinner curry cake steak omelette pie",
        "cold stale salty greasy bland burnt soggy tasteless",
        "delicious fresh tasty flavourful tender juicy fragrant heavenly",
    ),
    _domain(
        "hotel room bed pool lobby balcony bathroom terrace suite apartment",
        "dirty noisy cramped shabby smelly gloomy overpriced musty",
        "clean quiet spacious comfortable charming cosy spotless sunny",
    ),
    _domain(
        "phone camera battery screen keyboard laptop speaker charger headset printer",
        "slow fragile faulty flimsy useless clumsy unreliable outdated",
        "fast reliable precise sturdy handy elegant powerful durable",
    ),
)

# "I … the noun": a whole opinion in one verb.
VERBS = (
    _words("hated disliked regretted detested"),
    _words("loved enjoyed liked adored"),
)

INTENSIFIERS = _words("very really so truly absolutely extremely incredibly quite")
WERE = _words("was is seemed looked felt")

# What turns an opinion round, and the intensifiers that may follow it; one that takes none is named below.
NEGATIONS = (
    ("was", "not"),
    ("wasn't",),
    ("is", "not"),
    ("isn't",),
    ("was", "never"),
    ("was", "far", "from"),
    ("did", "not", "seem"),
    ("didn't", "feel"),
)
INTENSIFIERS_AFTER_NOT = _words("very really that too particularly so")
NEGATORS = frozenset({"not", "wasn't", "isn't", "never", "far", "didn't"})

WHO = _words("I we everyone")
REMEMBER = _words("I we you")
ENDS = _words(". . . !")

# What says nothing about quality.
NEUTRAL = tuple(
    tuple(sentence.split())
    for sentence in (
        "we were there on Sunday with my sister",
        "I bought it in a small shop near the station",
        "it took about two hours",
        "this is my second review of the year",
        "we had read about it in the newspaper",
        "a colleague of mine told us about it",
        "it was a present from my uncle",
        "we came by train in the afternoon",
        "there were four of us at the table",
        "I had an hour before the meeting",
        "they open at nine and close at six",
        "it was raining on that day",
        "you will find it behind the old bridge",
        "my brother has had one for a year",
        "this was in the first week of May",
        "I paid by card",
        "we stayed until the evening",
        "the children came with us as well",
    )
)


def pairs(domain: Domain, polarity: int) -> Iterator[tuple[str, str]]:
    """Every noun with every adjective of this polarity that can be said of it, and with every verb."""
    for noun in domain.nouns:
        for word in (*GENERAL[polarity], *domain.adjectives[polarity], *VERBS[polarity]):
            yield noun, word


@cache
def opinions(polarity: int) -> frozenset[str]:
    """Every word that by itself praises (1) or blames (0)."""
    words = {*GENERAL[polarity], *VERBS[polarity]}
    return frozenset(words.union(*(domain.adjectives[polarity] for domain in DOMAINS)))
