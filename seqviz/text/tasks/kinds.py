"""Groups of words that matter for a task, so that what a network does with them can be told apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from seqviz.text.tasks import country_words, reviews_words


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# words that carry grammar rather than meaning, as lists of stop words have them
STOP_WORDS = _words(
    "a an the this that these those i we you he she it they my our your his her its their of in on at to from by with "
    "for as into near and or so then there was is were are be been has had have do did will would can could it's"
)


def kinds_of_words(task: str, tokens: Sequence[str]) -> Mapping[str, list[int]]:
    """Group → the places, from 0, of its tokens; a token is in one group or in none.

    Groups: sentiment words and negations in "reviews", countries in "country", and stop words in both. The tasks of
    characters have no words, and so no groups.
    """
    found: dict[str, list[int]]
    if task == "reviews":
        opinions = reviews_words.opinions(0) | reviews_words.opinions(1)
        found = {
            "sentiment words": _places(tokens, opinions),
            "negations": _places(tokens, reviews_words.NEGATORS),
        }
    elif task == "country":
        found = {"countries": _places(tokens, {name.lower() for name in country_words.COUNTRIES})}
    else:
        return {}
    taken = {place for places in found.values() for place in places}
    return found | {"stop words": [place for place in _places(tokens, STOP_WORDS) if place not in taken]}


def _places(tokens: Sequence[str], words: frozenset[str] | set[str]) -> list[int]:
    return [place for place, token in enumerate(tokens) if token.lower() in words]
