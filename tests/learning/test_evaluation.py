"""What is said of held-out data against scikit-learn, and of answers and samples against the network itself."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import islice

import numpy as np
import pytest
import torch
from sklearn import metrics

from seqviz.learning.config import TrainingConfig
from seqviz.learning.protocol import write
from seqviz.learning.slices import MOST_LINE
from seqviz.learning.training import Training
from seqviz.records import NO_TARGET, TrainingStep
from seqviz.text import UNKNOWN

SMALL = TrainingConfig(
    task="tags", examples=200, held_out=150, hidden=12, embedding=6, batch=16, length=12, updates=30, validate_every=30
)


def trained(**change: object) -> tuple[Training, TrainingStep]:
    training = Training(replace(SMALL, **change))
    return training, list(training)[-1]


@pytest.mark.parametrize("task", ["tags", "reviews", "country", "copy", "numbers", "characters"])
def test_the_metrics_are_scikit_learn_s(task: str):
    """Every held-out sequence through the network one at a time, without padding."""
    training, step = trained(task=task)
    model, part = training.model.eval(), training.problem.parts["validation"]
    right, answers, shares, whole = [], [], [], []
    with torch.no_grad():
        for batch in part.in_order(1):
            logits = model(batch.inputs, batch.places).logits
            right += batch.targets.tolist()
            answers += logits.argmax(1).tolist()
            shares.append(logits.double().softmax(1).numpy())
            whole.append(bool((logits.argmax(1) == batch.targets).all()))
    classes = range(len(training.problem.classes))
    found = step.metrics
    assert found["accuracy"] == pytest.approx(metrics.accuracy_score(right, answers))
    loss = metrics.log_loss(right, np.concatenate(shares), labels=list(classes))
    assert found["loss"] == pytest.approx(loss, rel=1e-5)
    assert step.confusion is not None
    np.testing.assert_array_equal(step.confusion, metrics.confusion_matrix(right, answers, labels=list(classes)))
    present = sorted(set(right))
    recalls = metrics.recall_score(right, answers, labels=present, average=None, zero_division=0)
    np.testing.assert_allclose(step.class_accuracies[present], recalls)
    assert np.isnan(np.delete(step.class_accuracies, present)).all()
    if training.problem.kind == "steps":
        assert found["whole sequences"] == pytest.approx(np.mean(whole))
    if task == "characters":
        assert found["perplexity"] == pytest.approx(math.exp(loss), rel=1e-5)
        assert found["bits per character"] == pytest.approx(loss / math.log(2), rel=1e-5)


def test_the_adding_problem_is_measured_by_scikit_learn_s_error():
    training, step = trained(task="adding")
    part = training.problem.parts["validation"]
    with torch.no_grad():
        said = training.model.eval()(part.inputs).logits[:, 0].reshape(150, 12)[:, -1]
    sums = (part.inputs[:, :, 0] * part.inputs[:, :, 1]).sum(1)
    expected = metrics.mean_squared_error(sums, said)
    assert step.metrics["mean squared error"] == step.metrics["loss"] == pytest.approx(expected, rel=1e-5)
    assert step.confusion is None
    assert int((part.targets != NO_TARGET).sum()) == 150


def test_validation_leaves_the_training_as_it_was():
    often, seldom = (Training(replace(SMALL, dropout=0.2, validate_every=n)) for n in (1, 30))
    assert [step.loss for step in often] == [step.loss for step in seldom]


def test_misread_texts_of_any_length_fit_what_may_be_kept_of_a_step():
    rows = "".join(f"begin{n:02}{'x' * 60_000}end{n:02},label {n % 7 % 3}\n" for n in range(20))
    content = "text,label\n" + "".join(f"text {n} or so,label {n % 3}\n" for n in range(20)) + rows
    _, step = trained(task="reviews", source="own", content=content, batch=8, updates=2, learning_rate=1e-6)
    long = [sample for sample in step.samples if "begin" in sample]
    assert long
    assert all("end" in sample and len(sample) < 600 for sample in long)
    assert len(write(step)) < MOST_LINE


def test_misread_examples_are_misread():
    training, step = trained(task="reviews", updates=5, validate_every=5)
    assert 0 < len(step.samples) <= 5
    for said in step.samples:
        text, _, verdict = said.partition(" → ")
        answer, _, right = verdict.partition(", expected ")
        assert {answer, right} == {"negative", "positive"}
        assert training.predict(text).answers == (answer,)


def test_a_prediction_is_the_softmax_of_the_network_s_logits():
    training, _ = trained()
    found = training.predict("The zebra can sleep .")
    assert found.unknown == ("zebra",)
    vocabulary = training.problem.vocabulary
    ids = [vocabulary.id(token) for token in ("The", UNKNOWN, "can", "sleep", ".")]
    with torch.no_grad():
        logits = training.model.eval()(torch.tensor([ids])).logits
    np.testing.assert_allclose(found.probabilities, logits.softmax(1).numpy(), rtol=1e-5)
    assert found.steps == (1, 2, 3, 4, 5)
    assert len(found.answers) == 5
    number = Training(replace(SMALL, task="numbers"))
    for text in ("forty two", "forty two = · · · ·"):
        asked = number.predict(text)
        assert asked.tokens == ("forty", "two", "=", "·", "·", "·", "·")
        assert asked.steps == (3, 4, 5, 6, 7)
    copied = Training(replace(SMALL, task="copy")).predict("abcabcabca")
    assert len(copied.tokens) == 10 + 12 + 10
    assert copied.probabilities.shape == (10, 8)
    review, _ = trained(task="reviews")
    assert review.predict("The film was good .").probabilities.shape == (1, 2)


@pytest.mark.parametrize(
    ("task", "text", "says"),
    [
        ("tags", "", "the text has 0 words, expected at least 1"),
        ("tags", "word " * 2001, "the text has more than 2,000 words"),
        ("adding", "1 2", "reads numbers"),
        ("copy", "xyz", "'x' is not among the 10 characters of the training"),
    ],
)
def test_a_text_that_cannot_be_read_is_refused(task: str, text: str, says: str):
    with pytest.raises(ValueError, match=says):
        Training(replace(SMALL, task=task)).predict(text)


def test_a_cold_sample_is_the_likeliest_next_character_again_and_again():
    training, step = trained(task="characters", examples=40)
    text = training.sample(temperature=0.0, length=8, seed=0, prompt="The")
    read = "The"
    for expected in text:
        assert training.predict(read).answers == (expected,)
        read += expected
    warm = [training.sample(temperature=1.0, length=30, seed=seed) for seed in (1, 1, 2)]
    assert warm[0] == warm[1] != warm[2]
    assert len(step.samples[0]) == 100


def test_samples_are_drawn_as_often_as_they_are_likely():
    training, _ = trained(task="characters", examples=40)
    for temperature in (1.0, 2.0):
        drawn = [training.sample(temperature=temperature, length=1, seed=seed, prompt="The c") for seed in range(600)]
        shares = training.predict("The c").probabilities[0] ** (1 / temperature)
        shares /= shares.sum()
        counts = np.array([drawn.count(token) for token in training.problem.classes])
        spread = np.sqrt(600 * shares * (1 - shares))
        assert (np.abs(counts - 600 * shares) < 5 * spread + 1).all()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"temperature": -1.0}, "temperature is -1.0, expected a number from 0 to 10"),
        ({"temperature": math.nan}, "temperature is nan"),
        ({"length": 5000}, "length is 5000, expected a whole number from 1 to 2000"),
        ({"prompt": "\u2603"}, "'☃' is not among"),
    ],
)
def test_a_sample_that_cannot_be_written_is_refused(change: dict[str, object], says: str):
    training = Training(replace(SMALL, task="characters", examples=40))
    with pytest.raises(ValueError, match=says):
        training.sample(**change)
    with pytest.raises(ValueError, match="only language models"):
        Training(SMALL).sample()


def test_a_word_model_never_writes_unknown_and_spaces_its_words():
    content = "The cat sat, the dog sat. A cat ran; the dog ran! " * 60 + "once seen"
    training = Training(replace(SMALL, task="words", source="own", content=content, updates=3))
    list(islice(training, 3))
    text = training.sample(temperature=1.5, length=60, seed=0)
    assert UNKNOWN not in text
    assert " ," not in text
    assert " ." not in text
