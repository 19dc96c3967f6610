"""The training loop against one written out in plain torch; the same settings give the same numbers."""

from __future__ import annotations

from dataclasses import asdict, replace
from itertools import chain, islice

import numpy as np
import pytest
import torch
from torch import nn

from seqviz.learning.data import Examples, batches, draw, training_examples
from seqviz.learning.fit import FitConfig, FitStep, fit, mean_loss, new_model, score
from seqviz.learning.model import CELLS, SequenceModel
from seqviz.recurrent import NO_TARGET
from seqviz.text import UNKNOWN, Vocabulary
from seqviz.text.tasks import Brackets, Reviews, Sample

TASK = Brackets(shortest=8, longest=16)
SHORT = FitConfig("LSTM", hidden=6, embedding=4, updates=12, batch=8, learning_rate=0.05, clip_norm=0.3, seed=5)


def train(config: FitConfig, examples: Examples) -> tuple[SequenceModel, list[FitStep]]:
    model = new_model(config, TASK.vocabulary.size, len(TASK.classes))
    return model, list(fit(model, examples, config))


@pytest.fixture(scope="module")
def examples() -> Examples:
    return draw(TASK, "train", 60, seed=0)


@pytest.mark.parametrize("cell", list(CELLS))
def test_two_runs_of_one_config_are_equal_bit_for_bit(cell: str, examples: Examples):
    config = replace(SHORT, cell=cell)
    (one, steps), (other, again) = train(config, examples), train(FitConfig(**asdict(config)), examples)
    assert steps == again
    assert [step.update for step in steps] == list(range(12))
    for name, tensor in one.state_dict().items():
        assert torch.equal(tensor, other.state_dict()[name])
    _, with_another_seed = train(replace(config, seed=6), examples)
    assert with_another_seed[0].loss != steps[0].loss


def test_it_is_the_loop_that_torch_s_tutorials_write(examples: Examples):
    """nn.CrossEntropyLoss, clip_grad_norm_, Adam with a learning rate that falls evenly to 0."""
    model = new_model(SHORT, TASK.vocabulary.size, len(TASK.classes))
    loss_of, optimiser = nn.CrossEntropyLoss(ignore_index=NO_TARGET), torch.optim.Adam(model.parameters())
    losses, norms = [], []
    for update, batch in enumerate(islice(batches(examples, SHORT.batch, SHORT.seed), SHORT.updates)):
        for group in optimiser.param_groups:
            group["lr"] = SHORT.learning_rate * (SHORT.updates - update) / SHORT.updates
        optimiser.zero_grad()
        loss = loss_of(model(batch.ids).transpose(1, 2), batch.targets)
        loss.backward()
        norms.append(float(nn.utils.clip_grad_norm_(model.parameters(), SHORT.clip_norm)))
        optimiser.step()
        losses.append(loss.item())
    trained, steps = train(SHORT, examples)
    assert max(norms) > SHORT.clip_norm, "the clipping is at work"
    np.testing.assert_allclose([step.loss for step in steps], losses, rtol=1e-4)
    np.testing.assert_allclose([step.gradient_norm for step in steps], norms, rtol=1e-3)
    for name, tensor in trained.state_dict().items():
        torch.testing.assert_close(tensor, model.state_dict()[name], rtol=1e-3, atol=1e-4)


def test_the_first_weights_are_torch_s_own_and_leave_its_generator_alone():
    before = torch.random.get_rng_state()
    model = new_model(SHORT, 9, 3)
    assert torch.equal(torch.random.get_rng_state(), before)
    torch.manual_seed(SHORT.seed)
    expected = nn.Embedding(9, 4).weight, nn.LSTM(4, 6).weight_ih_l0
    assert torch.equal(model.embedding.weight, expected[0])
    assert torch.equal(model.rnn.get_parameter("weight_ih_l0"), expected[1])


def test_padding_changes_neither_loss_nor_score():
    samples = [Sample(("a", "b"), (NO_TARGET, 1)), Sample(("b", "a", "b", "a"), (0, NO_TARGET, 1, 0))]
    vocabulary = Vocabulary(("a", "b"))
    model = new_model(SHORT, 2, 2)
    together = Examples.of(samples, vocabulary)
    alone = [Examples.of([sample], vocabulary) for sample in samples]
    counts = [1, 3]
    expected = sum(n * mean_loss(model, one).item() for n, one in zip(counts, alone, strict=True)) / 4
    assert mean_loss(model, together).item() == pytest.approx(expected, rel=1e-6)
    found, parts = score(model, together), [score(model, one) for one in alone]
    assert found.loss == pytest.approx(expected, rel=1e-6)
    assert found.steps == pytest.approx(sum(n * part.steps for n, part in zip(counts, parts, strict=True)) / 4)
    assert found.sequences == np.mean([part.sequences for part in parts])
    cut = together.rows(np.array([0]))
    assert cut.ids.shape == (1, 2)


def test_the_score_counts_steps_and_whole_sequences():
    """A read-out that always says class 1: right in 1 of 2 and in 2 of 2 steps, so 3 of 4 and 1 of 2."""
    model = new_model(SHORT, 2, 2)
    with torch.no_grad():
        model.head.weight.zero_()
        model.head.bias.copy_(torch.tensor([0.0, 1.0]))
    samples = [Sample(("a", "b", "a"), (0, NO_TARGET, 1)), Sample(("b", "a"), (1, 1))]
    found = score(model, Examples.of(samples, Vocabulary(("a", "b"))))
    assert (found.steps, found.sequences) == (0.75, 0.5)
    assert found.loss == pytest.approx((3 * np.log(1 + np.exp(-1)) + np.log(1 + np.exp(1))) / 4)


def test_each_round_shows_every_example_once_in_a_new_order(examples: Examples):
    numbered = Examples(torch.arange(60)[:, None], torch.zeros(60, 1), torch.ones(60, dtype=torch.int64))
    drawn = [batch.ids[:, 0].tolist() for batch in islice(batches(numbered, 20, seed=0), 6)]
    first, second = (list(chain.from_iterable(drawn[start : start + 3])) for start in (0, 3))
    assert sorted(first) == sorted(second) == list(range(60))
    assert first != second
    with pytest.raises(ValueError, match="a batch is 61, expected at most 60"):
        next(batches(numbered, 61, seed=0))


def test_a_share_of_the_training_words_becomes_unknown():
    task = Reviews()
    clean, replaced = (training_examples(task, 400, 0, share) for share in (0.0, 0.1))
    unknown = task.vocabulary.id(UNKNOWN)
    own = torch.arange(clean.ids.shape[1]) < clean.lengths[:, None]  # without the padding
    assert not (clean.ids == unknown)[own].any()
    changed = (clean.ids != replaced.ids)[own]
    assert changed.double().mean().item() == pytest.approx(0.1, abs=0.02)
    assert (replaced.ids[own][changed] == unknown).all()
    assert torch.equal(clean.targets, replaced.targets)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"cell": "CNN"}, "cell is 'CNN', expected one of RNN, LSTM, GRU"),
        ({"hidden": 0}, "hidden is 0, expected a whole number from 1 to 256"),
        ({"learning_rate": 0.0}, "learning_rate is 0.0, expected a number from 1e-06 to 1"),
        ({"updates": 1.5}, "updates is 1.5, expected a whole number"),
    ],
)
def test_a_setting_out_of_range_is_named_with_its_bound(change: dict[str, object], says: str):
    with pytest.raises(ValueError, match=says):
        replace(SHORT, **change)
