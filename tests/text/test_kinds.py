"""Groups of words: every token in one at most, found whatever its case."""

from __future__ import annotations

import numpy as np
import pytest

from seqviz.text.tasks import Country, Reviews
from seqviz.text.tasks.kinds import STOP_WORDS, kinds_of_words
from seqviz.text.tasks.reviews_words import NEGATORS, opinions


def test_the_groups_of_a_review_worked_by_hand():
    tokens = ["The", "room", "was", "not", "bad", "at", "all", ".", "I", "Loved", "it"]
    assert kinds_of_words("reviews", tokens) == {
        "sentiment words": [4, 9],
        "negations": [3],
        "stop words": [0, 2, 5, 8, 10],
    }


def test_the_groups_of_a_country_sentence():
    tokens = ["I", "grew", "up", "in", "Spain", ".", "My", "aunt", "saw", "Italy"]
    assert kinds_of_words("country", tokens) == {"countries": [4, 9], "stop words": [0, 3, 6]}


def test_the_letter_a_is_no_stop_word():
    assert kinds_of_words("counting", ["a", "X", "b"]) == {}


@pytest.mark.parametrize("task", [Reviews(), Country()])
def test_no_token_is_in_two_groups(task: Reviews | Country):
    drawn = np.random.default_rng(0)
    for _ in range(50):
        tokens = task.sample(drawn).tokens
        places = [place for group in kinds_of_words(task.name, tokens).values() for place in group]
        assert len(places) == len(set(places))
        assert all(0 <= place < len(tokens) for place in places)


def test_no_stop_word_praises_or_denies():
    assert not STOP_WORDS & (opinions(0) | opinions(1) | NEGATORS)
