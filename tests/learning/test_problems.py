"""What each task gives to a training, what it refuses, and what answers without a network reach."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
import torch

from seqviz.learning.config import TrainingConfig
from seqviz.learning.guesses import Bigrams, of_text, unigrams
from seqviz.learning.problems import problem
from seqviz.learning.rows import Rows, Stream

SMALL = TrainingConfig(examples=64, held_out=32, length=12, batch=8)
TEXT = "the cat sat on the mat. " * 60


def csv(rows: int, labels: int = 2) -> str:
    return "text,label\n" + "".join(f'"text number {n}, a",label {n % labels}\n' for n in range(rows))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"source": "own", "content": "short text"}, "the text has 8 characters to train on, expected at least 97"),
        ({"source": "own", "content": "ab " * 40, "batch": 1, "length": 20}, "leaves 12 characters to be held out"),
        ({"task": "words", "source": "own", "content": "a b " * 50}, "the text has 80 words to train on"),
        (
            {"source": "own", "content": "".join(chr(0x4E00 + n) for n in range(50_000 // 10))
             + "".join(chr(0xAC00 + n) for n in range(6000))},
            "the text has 11,000 different characters, expected at most 5,000",
        ),
        ({"task": "reviews", "source": "own", "content": csv(10)}, "the CSV has 10 rows, expected 20 to 50,000"),
        ({"task": "reviews", "source": "own", "content": csv(30, 1)}, "1 different labels, all 'label 0', expected 2"),
        ({"task": "reviews", "source": "own", "content": "a,x\nb,y\nc,x\n" * 9}, "3 different texts, expected"),
        ({"task": "reviews", "source": "own", "content": csv(200, 60)}, "60 different labels, expected 2 to 50"),
        ({"task": "reviews", "source": "own", "content": csv(20), "batch": 32}, "14 sequences to train on, expected"),
        ({"task": "reviews", "source": "own", "content": csv(30) + f"{'word ' * 501},label 1\n"}, "than 500 words"),
        (
            {"task": "reviews", "source": "own", "content": csv(30) + f"a,{'b' * 101}\n"},
            "the label 'bbbbbbbbbbbbbbbbbbbb'… has 101 characters, expected at most 100",
        ),
        ({"task": "tags", "examples": 16, "batch": 17}, "there are 16 sequences to train on, expected at least 17"),
    ],
)  # fmt: skip
def test_data_that_cannot_be_trained_on_is_refused(change: dict[str, object], says: str):
    with pytest.raises(ValueError, match=says):
        problem(replace(SMALL, **change))


@pytest.mark.parametrize("task", ["characters", "words", "reviews", "country", "tags", "copy", "numbers", "adding"])
def test_every_task_gives_batches_that_fit_its_names(task: str):
    found = problem(replace(SMALL, task=task))
    batch = found.parts["train"].batch(0, 8, seed=0)
    assert batch.inputs.shape[0] == 8
    assert len(batch.targets) == (batch.inputs.shape[:2].numel() if batch.places is None else len(batch.places))
    if task != "adding":
        assert int(batch.inputs.max()) < found.inputs
        assert 0 <= int(batch.targets.min()) <= int(batch.targets.max()) < len(found.classes)
    assert found.baselines
    assert all(math.isfinite(baseline.value) for baseline in found.baselines)
    again = problem(replace(SMALL, task=task)).parts["train"].batch(0, 8, seed=0)
    assert torch.equal(batch.inputs, again.inputs)
    assert torch.equal(batch.targets, again.targets)


def test_own_text_is_cut_in_three_and_windows_predict_the_next_character():
    found = problem(replace(SMALL, source="own", content=TEXT))
    parts = {split: part for split, part in found.parts.items() if isinstance(part, Stream)}
    said = "".join("".join(found.vocabulary.token(int(i)) for i in parts[s].ids) for s in parts)
    assert said == TEXT
    assert len(parts["train"].ids) == len(TEXT) * 80 // 100
    batch = found.parts["train"].batch(3, 8, seed=1)
    targets = batch.targets.reshape(8, 12)
    assert torch.equal(batch.inputs[:, 1:], targets[:, :-1])
    for row, last in zip(batch.inputs, targets[:, -1], strict=True):
        window = "".join(found.vocabulary.token(int(i)) for i in [*row, last])
        assert window in TEXT


def test_each_round_shows_every_row_once():
    rows = Rows(torch.arange(30)[:, None], torch.zeros(30, 1, dtype=torch.int64), np.ones(30, np.int64))
    rounds = [
        [int(i) for update in range(start, start + 3) for i in rows.batch(update, 10, 0).inputs] for start in (0, 3)
    ]
    assert sorted(rounds[0]) == sorted(rounds[1]) == list(range(30))
    assert rounds[0] != rounds[1]


def test_own_texts_with_labels_keep_equal_texts_together():
    table = csv(60) + csv(60).partition("\n")[2]
    found = problem(replace(SMALL, task="reviews", source="own", content=table))
    assert found.classes == ("label 0", "label 1")
    words = {
        split: {tuple(row.tolist()) for row in part.inputs} for split, part in found.parts.items() if split != "train"
    }
    assert len(found.parts["train"]) == 2 * 42
    assert len(words["validation"]) <= len(found.parts["validation"]) == 18


def test_the_n_grams_are_counted_as_by_hand():
    """abacab, V = 3: a is followed by b, c, b; P(b|a) = (2 + 2 · P(b)) / (3 + 2), P(b) = (2 + 1) / (6 + 3)."""
    ids = np.array([0, 1, 0, 2, 0, 1])
    single = unigrams(ids, 3)
    np.testing.assert_allclose(single, [4 / 9, 3 / 9, 2 / 9])
    every = np.arange(3)
    pairs = np.array([Bigrams(ids, single).shares(np.full(3, a), every) for a in every])  # (V, V)
    assert pairs[0, 1] == pytest.approx((2 + 2 * 3 / 9) / 5)
    np.testing.assert_allclose(pairs.sum(1), 1.0)
    np.testing.assert_array_equal(Bigrams(ids, single).likeliest(), pairs.argmax(1))
    found = {b.name: b.value for b in of_text(ids, np.array([0, 1, 0]), 3, "characters") if b.metric != "accuracy"}
    assert found["bigrams"] == pytest.approx(-(math.log2(pairs[0, 1]) + math.log2(pairs[1, 0])) / 2)
    assert found["how often each occurs"] == pytest.approx(-(math.log2(3 / 9) + math.log2(4 / 9)) / 2)


def test_the_likeliest_follower_is_the_largest_share():
    ids = np.random.default_rng(0).integers(0, 12, 300) ** 2 // 8
    pairs = Bigrams(ids, unigrams(ids, 20))
    every = np.arange(20)
    shares = np.array([pairs.shares(np.full(20, a), every) for a in every])
    np.testing.assert_allclose(shares.sum(1), 1.0)
    np.testing.assert_allclose(shares[every, pairs.likeliest()], shares.max(1))


def test_the_baselines_are_those_of_the_held_out_data():
    found = problem(replace(SMALL, task="tags", examples=500, held_out=200))
    part = found.parts["validation"]
    targets = [int(t) for batch in part.in_order(64) for t in batch.targets]
    train = [int(t) for batch in found.parts["train"].in_order(64) for t in batch.targets]
    common = Counter(train).most_common(1)[0][0]
    by_name = {b.name: b.value for b in found.baselines}
    assert by_name["always the most frequent answer"] == pytest.approx(targets.count(common) / len(targets))
    assert by_name["the most frequent tag of each word"] < 0.95
    adding = problem(replace(SMALL, task="adding", held_out=5000))
    assert adding.baselines[0].value == pytest.approx(1 / 6, abs=0.01)
