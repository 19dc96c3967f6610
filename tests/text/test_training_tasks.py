"""The tasks made for live training, against what their papers and grammars say."""

from __future__ import annotations

import numpy as np
import pytest

from seqviz.records import NO_TARGET
from seqviz.text.tasks import SPLITS, Copying, CountryUpTo, Numerals, Tagging
from seqviz.text.tasks.adding import adding
from seqviz.text.tasks.base import split_of
from seqviz.text.tasks.country import cores, decoy_cores
from seqviz.text.tasks.country_words import COUNTRIES, LANGUAGES
from seqviz.text.tasks.labelled import Labelled
from seqviz.text.tasks.numerals import LARGEST, by_digits, in_words
from seqviz.text.tasks.passages import phrases, python_source
from seqviz.text.tasks.tagging import TAGS, described


def test_the_copy_problem_is_asked_ten_symbols_back():
    sample = Copying(delay=7).sample(np.random.default_rng(0))
    assert len(sample.tokens) == 27
    assert [t == NO_TARGET for t in sample.targets] == [True] * 17 + [False] * 10
    assert "".join(Copying.classes[t] for t in sample.targets[17:]) == "".join(sample.tokens[:10])
    assert sample.tokens[16] == "?"
    assert set(sample.tokens[10:16] + sample.tokens[17:]) == {"·"}
    with pytest.raises(ValueError, match="delay is 0, expected 1 to 1000"):
        Copying(delay=0)


@pytest.mark.parametrize("length", [2, 3, 50])
def test_the_adding_problem_marks_one_number_in_each_half(length: int):
    inputs, sums = adding(np.random.default_rng(0), 4000, length)
    marks = inputs[:, :, 1]
    assert (marks[:, : length // 2].sum(1) == 1).all()
    assert (marks[:, length // 2 :].sum(1) == 1).all()
    for row, total in zip(inputs[:20], sums, strict=False):
        assert total == pytest.approx(sum(value for value, mark in row if mark))
    assert np.mean((sums - 1) ** 2) == pytest.approx(1 / 6, abs=0.01)
    with pytest.raises(ValueError, match="length is 1, expected at least 2"):
        adding(np.random.default_rng(0), 1, 1)


@pytest.mark.parametrize("longest", [4, 12, 60])
def test_no_gap_is_above_the_longest_and_the_country_decides(longest: int):
    task, rng = CountryUpTo(longest=longest), np.random.default_rng(0)
    gaps = []
    for _ in range(400):
        sample = task.sample(rng, "test")
        text = " ".join(sample.tokens).lower()
        language = task.classes[sample.targets[-1]]
        at = [i for i, token in enumerate(sample.tokens) if token in COUNTRIES and LANGUAGES[token] == language]
        assert len(at) == 1
        gaps.append(len(sample.tokens) - 1 - at[0])
        assert all(token in task.vocabulary for token in sample.tokens)
        assert any(" ".join(core).lower() in text for core in (*cores("test"), *decoy_cores("test")))
    assert max(gaps) <= longest
    assert longest < 10 or max(gaps) > 0.8 * longest


def test_numbers_in_words_by_hand():
    known = {
        0: "zero",
        7: "seven",
        13: "thirteen",
        20: "twenty",
        42: "forty two",
        100: "one hundred",
        110: "one hundred and ten",
        999: "nine hundred and ninety nine",
        1000: "one thousand",
        2005: "two thousand and five",
        3040: "three thousand and forty",
        4300: "four thousand three hundred",
    }
    assert {n: " ".join(in_words(n)) for n in known} == known
    assert len({in_words(n) for n in range(LARGEST + 1)}) == LARGEST + 1
    with pytest.raises(ValueError, match="the number is 10000, expected 0 to 9999"):
        in_words(10_000)


def test_a_number_is_answered_digit_by_digit_and_no_split_shares_one():
    task = Numerals()
    sample = task.number(205)
    assert sample.tokens == ("two", "hundred", "and", "five", "=", "·", "·", "·", "·")
    assert [task.classes[t] for t in sample.targets[4:]] == ["2", "0", "5", "<eos>", "<eos>"]
    numbers = [{n for digits in by_digits(split) for n in digits} for split in SPLITS]
    assert set.union(*numbers) == set(range(LARGEST + 1))
    assert sum(map(len, numbers)) == LARGEST + 1
    drawn = [task.sample(np.random.default_rng(0), split) for split in SPLITS]
    assert all(token in task.vocabulary for sample in drawn for token in sample.tokens)


def test_tags_are_those_of_the_grammar_and_words_change_them():
    task, rng = Tagging(), np.random.default_rng(0)
    tags: dict[str, set[str]] = {}
    for _ in range(2000):
        sample = task.sample(rng)
        for token, target in zip(sample.tokens, sample.targets, strict=True):
            assert token in task.vocabulary
            tags.setdefault(token.lower(), set()).add(TAGS[target])
    assert tags["walk"] == tags["dream"] == {"NOUN", "VERB"}
    assert tags["that"] == {"DET", "SCONJ"}
    assert tags["fast"] == {"ADJ", "ADV"}
    assert tags["the"] == {"DET"}
    assert tags["to"] == {"PART"}
    assert {tag for found in tags.values() for tag in found} == set(TAGS)


def test_a_described_noun_belongs_to_one_split():
    pairs = {split: set(described(split)) for split in SPLITS}
    assert all(pairs.values())
    assert not pairs["train"] & pairs["test"]
    assert not pairs["train"] & pairs["validation"]
    assert all(split_of(" ".join(pair)) == split for split in SPLITS for pair in pairs[split])
    words = {word for pair in pairs["train"] for word in pair}
    assert {word for split in SPLITS for pair in pairs[split] for word in pair} == words


def test_the_written_text_is_one_sentence_a_line_and_drawn_again_the_same():
    text = phrases("train", 30)
    assert len(text.splitlines()) == 30
    assert text == phrases.__wrapped__("train", 30)
    assert phrases("validation", 30) != text
    assert " ." not in text


def test_python_s_source_is_python():
    for split in SPLITS:
        compile(python_source(split), split, "exec", dont_inherit=True)
    assert len({python_source(split) for split in SPLITS}) == 3


def test_own_texts_do_not_depend_on_the_order_of_their_rows():
    rows = tuple((f"text number {n}", "ab"[n % 2]) for n in range(40))
    one, other = Labelled.of(rows), Labelled.of(rows[::-1])
    assert all(sorted(one.parts[s], key=str) == sorted(other.parts[s], key=str) for s in SPLITS)
    assert [len(one.parts[split]) for split in SPLITS] == [28, 6, 6]
