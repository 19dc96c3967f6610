"""The tasks' data: every target against an oracle that parses the finished text, splits that share nothing."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqviz.recurrent import NO_TARGET
from seqviz.text import EOS, UNKNOWN, tokenize
from seqviz.text.tasks import SPLITS, Brackets, Counting, Country, Reviews, Sample, Split, Task, sentence
from seqviz.text.tasks.base import split_of
from seqviz.text.tasks.country import cores, decoy_cores
from seqviz.text.tasks.reviews import FRAMES

TASKS: tuple[Task, ...] = (Country(), Brackets(), Counting(), Reviews())


def words_of(text: str) -> set[str]:
    return set(text.split())


LANGUAGES = {
    "Spain": "Spanish",
    "France": "French",
    "Italy": "Italian",
    "Germany": "German",
    "Poland": "Polish",
    "Greece": "Greek",
    "Turkey": "Turkish",
    "Sweden": "Swedish",
    "Russia": "Russian",
    "Japan": "Japanese",
    "China": "Chinese",
    "Portugal": "Portuguese",
    "Norway": "Norwegian",
    "Denmark": "Danish",
    "Finland": "Finnish",
    "Hungary": "Hungarian",
}
quickly = settings(deadline=None, max_examples=60)
seeds = st.integers(0, 2**32 - 1)
splits = st.sampled_from(SPLITS)


def text_of(task: Task, sample: Sample) -> str:
    return (" " if task.unit == "words" else "").join(sample.tokens)


def draw(task: Task, split: Split, count: int, seed: int = 0) -> list[Sample]:
    rng = np.random.default_rng(seed)
    return [task.sample(rng, split) for _ in range(count)]


# ── all of them ──────────────────────────────────────────────────────────────────────────────────────────────


@quickly
@given(st.sampled_from(TASKS), seeds, splits)
def test_a_sample_is_text_of_its_vocabulary_and_comes_again_from_the_same_seed(task: Task, seed: int, split: Split):
    sample = task.sample(np.random.default_rng(seed), split)
    assert tokenize(text_of(task, sample), task.unit) == sample.tokens, "typed by a reader it is cut the same way"
    assert all(token in task.vocabulary for token in sample.tokens)
    assert set(sample.targets) <= {NO_TARGET, *range(len(task.classes))}
    assert sample.targets[-1] != NO_TARGET
    assert task.sample(np.random.default_rng(seed), split) == sample


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_every_word_of_the_vocabulary_and_every_class_occurs_in_training(task: Task):
    samples = draw(task, "train", 3000)  # a word that never did would be shown with an untrained vector
    assert {token for sample in samples for token in sample.tokens} == set(task.vocabulary.tokens) - {UNKNOWN}
    seen = {target for sample in samples for target in sample.targets} - {NO_TARGET}
    missing = {task.classes[k] for k in set(range(len(task.classes))) - seen}
    assert missing <= ({"a"} if task.name == "counting" else set())
    assert (UNKNOWN in task.vocabulary) == (task.unit == "words")


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_no_text_is_in_two_splits(task: Task):
    texts = [{text_of(task, sample) for sample in draw(task, split, 1500, seed=3)} for split in SPLITS]
    assert all(texts)
    assert sum(map(len, texts)) == len(set.union(*texts))
    if task.name != "counting":
        assert min(map(len, texts)) > 1000, "they are drawn from many"


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_an_unknown_split_is_refused_with_the_choices(task: Task):
    with pytest.raises(ValueError, match="split is 'exam', expected one of train, validation, test"):
        task.sample(np.random.default_rng(0), "exam")  # type: ignore[arg-type]


def test_the_shares_of_the_splits_are_as_said():
    found = Counter(split_of(f"sentence {number}") for number in range(10_000))
    assert found["train"] == pytest.approx(7000, abs=250)
    assert found["validation"] == pytest.approx(1500, abs=200)
    assert found["test"] == pytest.approx(1500, abs=200)


def test_the_tasks_need_no_torch():
    code = "import sys, seqviz.text.tasks; sys.exit('torch' in sys.modules or 'streamlit' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_sample_with_too_few_targets_is_refused():
    with pytest.raises(ValueError, match="1 targets for 2 tokens"):
        Sample(("a", "b"), (0,))


# ── country ──────────────────────────────────────────────────────────────────────────────────────────────────

HOME = re.compile(
    r"(?:grew up|was born|I lived|to school|his childhood|[Ww]e come from|mother comes from)(?: in)? (\w+)"
)


@quickly
@given(seeds, splits, st.integers(4, 150), st.sampled_from(sorted(LANGUAGES)))
def test_the_country_is_named_once_as_home_and_the_gap_is_exact(seed: int, split: Split, gap: int, country: str):
    sample = sentence(np.random.default_rng(seed), country, gap, split)
    assert HOME.findall(" ".join(sample.tokens)) == [country]
    assert sample.tokens.count(country) == 1, "no clause mentions it again"
    assert len(sample.tokens) - 1 - sample.tokens.index(country) == gap
    assert sample.targets[:-1] == (NO_TARGET,) * (len(sample.tokens) - 1)
    assert Country.classes[sample.targets[-1]] == LANGUAGES[country]


def test_countries_and_doublings_of_the_gap_are_equally_frequent():
    samples = draw(Country(shortest=4, longest=63), "train", 2000)
    languages = Counter(sample.targets[-1] for sample in samples)
    assert len(languages) == len(LANGUAGES) >= 8
    assert all(count == pytest.approx(125, abs=55) for count in languages.values())  # 5 standard deviations
    gaps = [len(s.tokens) - 1 - next(i for i, t in enumerate(s.tokens) if is_home(s.tokens, i)) for s in samples]
    doublings = Counter(int(np.log2(gap)) for gap in gaps)  # 4…7, 8…15, 16…31, 32…63
    assert sorted(doublings) == [2, 3, 4, 5]
    assert all(count == pytest.approx(500, abs=100) for count in doublings.values())


def is_home(tokens: tuple[str, ...], place: int) -> bool:
    return tokens[place] in LANGUAGES and HOME.search(" ".join(tokens[max(0, place - 3) : place + 1])) is not None


def test_every_sentence_is_made_of_clauses_of_its_own_split_alone():
    owned = {split: {" ".join(core).lower() for core in (*cores(split), *decoy_cores(split))} for split in SPLITS}
    assert sum(map(len, owned.values())) == len(set.union(*owned.values()))
    for split in SPLITS:
        others = set.union(*(owned[other] for other in SPLITS if other != split))
        for sample in draw(Country(longest=30), split, 40):
            text = f" {' '.join(sample.tokens)} ".lower()
            assert any(f" {core} " in text for core in owned[split])
            assert not any(f" {core} " in text for core in others)


def test_without_decoys_no_other_country_is_named():
    named = [sum(token in LANGUAGES for token in s.tokens) for s in draw(Country(40, 40, decoys=0.0), "test", 100)]
    assert set(named) == {1}
    named = [sum(token in LANGUAGES for token in s.tokens) for s in draw(Country(40, 40, decoys=0.5), "test", 100)]
    assert np.mean(named) > 2


# ── brackets ─────────────────────────────────────────────────────────────────────────────────────────────────


def open_after(text: str) -> str:
    """What stands open at the end of a text, by deleting what is complete: quotations, then pairs, until none is."""
    if text.count('"') % 2:
        return "in quotes"
    rest = re.sub(r"[^][()]", "", re.sub(r'"[^"]*"', "", text))
    while (shorter := rest.replace("()", "").replace("[]", "")) != rest:
        rest = shorter
    assert not set(rest) & set(")]"), "only what opens is left, so everything closed in the right order"
    return f"depth {len(rest)}"


@quickly
@given(seeds, splits, st.integers(8, 80))
def test_after_every_character_the_class_is_what_a_parser_finds_open(seed: int, split: Split, length: int):
    sample = Brackets(length, length).sample(np.random.default_rng(seed), split)
    assert len(sample.tokens) == length
    said = [Brackets.classes[target] for target in sample.targets]
    assert said == [open_after("".join(sample.tokens[: end + 1])) for end in range(length)]


def test_no_two_splits_share_a_beginning():
    starts = [{"".join(sample.tokens[:8]) for sample in draw(Brackets(), split, 1500)} for split in SPLITS]
    assert sum(map(len, starts)) == len(set.union(*starts))


# ── counting ─────────────────────────────────────────────────────────────────────────────────────────────────


@quickly
@given(st.integers(1, 60), st.booleans())
def test_the_next_letter_is_the_target(n: int, certain_only: bool):
    sample = Counting(certain_only=certain_only).string(n)
    text = "".join(sample.tokens)
    assert text == "a" * n + "X" + "b" * n
    following = [*text[1:], EOS]
    for place, target in enumerate(sample.targets):
        if certain_only and text[place] == "a":
            assert target == NO_TARGET, "another a or X could follow"
        else:
            assert Counting.classes[target] == following[place]


def test_the_counts_of_the_splits_follow_one_another_and_are_equally_frequent():
    task = Counting(1, 10, beyond=2, farthest=40)
    assert [list(task.counts(split))[:: len(task.counts(split)) - 1] for split in SPLITS] == [
        [1, 10],
        [11, 12],
        [13, 40],
    ]
    drawn = Counter(sample.tokens.count("a") for sample in draw(task, "train", 4000))
    assert sorted(drawn) == list(range(1, 11))
    assert all(count == pytest.approx(400, abs=100) for count in drawn.values())


# ── reviews ──────────────────────────────────────────────────────────────────────────────────────────────────


GOOD = words_of(
    "good great excellent wonderful lovely perfect superb outstanding pleasant amazing gripping moving funny clever "
    "touching original thrilling memorable delicious fresh tasty flavourful tender juicy fragrant heavenly clean quiet "
    "spacious comfortable charming cosy spotless sunny fast reliable precise sturdy handy elegant powerful durable "
    "loved enjoyed liked adored"
)
BAD = words_of(
    "bad terrible awful poor horrible disappointing mediocre dreadful unpleasant weak boring predictable confusing "
    "silly dull shallow tedious pointless cold stale salty greasy bland burnt soggy tasteless dirty noisy "
    "cramped shabby smelly gloomy overpriced musty slow fragile faulty flimsy useless clumsy unreliable outdated hated "
    "disliked regretted detested"
)


def deciding_part(text: str) -> str:
    """The part of a review that counts, by the conjunctions alone."""
    text = text.lower()
    for word in (", but ", "however , "):
        if word in text:
            return text.split(word)[1]
    if ", even though " in text:
        return text.split(", even though ")[0]
    if "although " in text:
        return text.split("although ")[1].split(" , ", 1)[1]
    return text


def polarity_of(clause: str) -> str:
    """Negation before a good or bad word turns it; all such words of a clause must agree."""
    found = set()
    for part in clause.split(" and "):
        tokens = part.split()
        for place, token in enumerate(tokens):
            if token in GOOD | BAD:
                denied = any(t in {"not", "wasn't", "isn't", "never", "far", "didn't"} for t in tokens[:place])
                found.add((token in GOOD) != denied)
    assert len(found) == 1, clause
    return "positive" if found.pop() else "negative"


@settings(deadline=None, max_examples=300)
@given(seeds, splits)
def test_a_review_is_judged_by_the_part_that_counts(seed: int, split: Split):
    sample = Reviews().sample(np.random.default_rng(seed), split)
    assert polarity_of(deciding_part(" ".join(sample.tokens))) == Reviews.classes[sample.targets[-1]]
    assert set(sample.targets[:-1]) == {NO_TARGET}


def test_both_judgements_are_equally_frequent_in_every_frame():
    for frame in FRAMES:
        positive = sum(sample.targets[-1] for sample in draw(Reviews(frame=frame), "train", 1000))
        assert positive == pytest.approx(500, abs=80), frame


def test_in_a_contrast_the_part_that_does_not_count_says_the_opposite():
    for sample in draw(Reviews(frame="but", neutral=0.0), "test", 200):
        first, second = " ".join(sample.tokens).lower().split(" , but ")
        assert polarity_of(first) != polarity_of(second)


def said_of(samples: list[Sample]) -> set[tuple[str, str]]:
    """Every noun with the good or bad word nearest to it in its clause."""
    nouns = words_of(
        "film movie plot ending acting script soundtrack cast story comedy pizza dessert salad fish dinner curry cake "
        "steak omelette pie hotel room bed pool lobby balcony bathroom terrace suite apartment phone camera battery "
        "screen keyboard laptop speaker charger headset printer"
    )
    pairs = set()
    for sample in samples:
        for part in re.split(r"[.,!]| and ", " ".join(sample.tokens).lower()):
            words = part.split()
            judged = [word for word in words if word in GOOD | BAD]
            if judged:
                (noun,) = [word for word in words if word in nouns]
                (word,) = judged
                pairs.add((noun, word))
    return pairs


def test_no_noun_was_seen_in_training_with_what_a_test_review_says_of_it():
    train, validation, test = (said_of(draw(Reviews(), split, 3000)) for split in SPLITS)
    assert min(len(train), len(validation), len(test)) > 200
    assert not train & test
    assert not train & validation
    assert not validation & test
    assert {word for _, word in test} <= {word for _, word in train}, "each word by itself was"
    assert {noun for noun, _ in test} <= {noun for noun, _ in train}


# ── refusals ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: Country(shortest=3), "the gap goes from 3 to 80, expected 4 to 1000, not empty"),
        (lambda: Country(shortest=9, longest=8), "the gap goes from 9 to 8"),
        (lambda: Country(decoys=1.5), "decoys is 1.5, expected a probability from 0 to 1"),
        (lambda: sentence(np.random.default_rng(0), "Atlantis", 9), "country is 'Atlantis', expected one of Spain, "),
        (lambda: sentence(np.random.default_rng(0), "Spain", 3), "gap is 3, expected at least 4"),
        (lambda: Brackets(shortest=7), "the length goes from 7 to 40, expected 8 to 1000, not empty"),
        (lambda: Counting(longest=0), "n goes from 1 to 0, expected 1 to 1000, not empty"),
        (lambda: Counting(beyond=0), "beyond is 0 and farthest 40"),
        (lambda: Counting().string(0), "n is 0, expected 1 to 1000"),
        (lambda: Reviews(negated=-0.1), "negated is -0.1, expected a probability from 0 to 1"),
        (lambda: Reviews(frame="because"), "frame is 'because', expected one of one, two, but"),
    ],
)
def test_a_value_out_of_range_is_named_with_its_bound(make: Callable[[], object], says: str):
    with pytest.raises(ValueError, match=re.escape(says)):
        make()
