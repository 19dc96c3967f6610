"""The training against loops written out in plain torch, itself resumed, and what must stop it."""

from __future__ import annotations

import math
import pickle
from dataclasses import replace
from itertools import islice

import numpy as np
import pytest
import torch
from torch import nn

from seqviz.learning.budget import parameter_count
from seqviz.learning.config import TrainingConfig
from seqviz.learning.training import Training, devices, train
from seqviz.records import TrainingStep

TEXT = "the cat sat on the mat and the dog sat on the log. " * 40
OWN = TrainingConfig(
    source="own",
    content=TEXT,
    length=12,
    batch=4,
    hidden=8,
    embedding=5,
    updates=12,
    validate_every=6,
    measure_every=4,
    learning_rate=0.01,
    clip_threshold=0.2,
)
ADDING = replace(OWN, task="adding", source="phrases", content="", examples=40, held_out=16)
TAGS = replace(ADDING, task="tags")


def same(one: TrainingStep, other: TrainingStep) -> bool:
    """Equal in everything but the time it took."""
    return all(
        np.array_equal(vars(one)[name], vars(other)[name], equal_nan=True)
        if isinstance(vars(one)[name], np.ndarray)
        else vars(one)[name] == vars(other)[name]
        for name in vars(one)
        if name != "seconds"
    )


class Plain(nn.Module):
    """The stacked network as anybody would write it."""

    def __init__(self, config: TrainingConfig, tokens: int, outputs: int) -> None:
        super().__init__()
        self.embedding = nn.Embedding(tokens, config.embedding)
        kind = getattr(nn, config.cell)
        self.rnn = kind(config.embedding, config.hidden, config.layers, batch_first=True)
        self.head = nn.Linear(config.hidden, outputs)


def plain_losses(config: TrainingConfig, training: Training) -> tuple[list[float], list[float]]:
    """nn.LSTM(num_layers), clip_grad_norm_ and torch's optimiser on the same batches: losses and norms."""
    torch.manual_seed(config.seed)
    model = Plain(config, training.problem.inputs, training.problem.outputs)
    optimiser = torch.optim.Adam(model.parameters(), config.learning_rate)
    losses, norms = [], []
    for update in range(config.updates):
        batch = training.problem.parts["train"].batch(update, config.batch, config.seed)
        for group in optimiser.param_groups:
            falling = 0.5 + 0.5 * math.cos(math.pi * update / config.updates)
            group["lr"] = config.learning_rate * (falling if config.schedule == "cosine" else 1.0)
        optimiser.zero_grad()
        state, pieces = None, []
        for piece in model.embedding(batch.inputs).split(config.window or config.length, dim=1):
            states, state = model.rnn(piece, state)
            state = tuple(one.detach() for one in state) if isinstance(state, tuple) else state.detach()
            pieces.append(states)
        logits = model.head(torch.cat(pieces, 1).flatten(0, 1))
        loss = nn.CrossEntropyLoss()(logits, batch.targets)
        loss.backward()
        norms.append(float(nn.utils.clip_grad_norm_(model.parameters(), config.clip_threshold)))
        optimiser.step()
        losses.append(loss.item())
    return losses, norms


@pytest.mark.parametrize(
    "change",
    [
        {"cell": "LSTM"},
        {"cell": "GRU", "schedule": "cosine"},
        {"cell": "RNN", "window": 5},
        {"cell": "LSTM", "layers": 2, "window": 4},
    ],
)
def test_it_is_the_loop_that_anybody_would_write(change: dict[str, object]):
    config = replace(OWN, **change)
    training = Training(config)
    losses, norms = plain_losses(config, training)
    steps = list(training)
    assert [step.update for step in steps] == list(range(1, 13))
    np.testing.assert_allclose([step.loss for step in steps], losses, rtol=1e-5)
    np.testing.assert_allclose([step.gradient_norm for step in steps], norms, rtol=1e-4)
    assert any(norm > 0.2 for norm in norms)
    np.testing.assert_allclose([s.clipped_norm for s in steps], np.minimum(norms, 0.2), rtol=1e-4)


@pytest.mark.parametrize("config", [OWN, ADDING, TAGS, replace(OWN, dropout=0.3, layers=2, optimiser="momentum")])
def test_the_same_config_gives_the_same_numbers_and_a_checkpoint_goes_on_with_them(config: TrainingConfig):
    """Resumed in the middle, with other training and drawing in between: the same further steps, bit for bit."""
    whole = list(train(config))
    training = Training(config)
    first = list(islice(training, 5))
    data = training.checkpoint()
    torch.manual_seed(99)
    other = Training(replace(config, seed=9))
    rest = []
    resumed = Training.resume(TrainingConfig.from_json(config.to_json()), data)
    assert resumed.update == 5
    for step in resumed:
        next(other, None)
        torch.rand(3)
        rest.append(step)
    assert all(same(a, b) for a, b in zip(whole, first + rest, strict=True))
    assert [a.loss for a in whole] == [b.loss for b in first + rest]
    for name, value in training.model.state_dict().items():
        assert value.shape == resumed.model.state_dict()[name].shape


@pytest.mark.parametrize("optimiser", ["SGD", "momentum", "RMSprop", "Adam", "AdamW"])
def test_every_optimiser_rests_and_resumes(optimiser: str):
    config = replace(ADDING, optimiser=optimiser, weight_decay=0.01)
    training = Training(config)
    list(islice(training, 6))
    resumed = Training.resume(config, training.checkpoint())
    assert [s.loss for s in training] == [s.loss for s in resumed]


def test_a_checkpoint_at_the_very_start_is_the_start():
    data = Training(OWN).checkpoint()
    assert [s.loss for s in Training.resume(OWN, data)] == [s.loss for s in train(OWN)]


def test_a_checkpoint_of_something_else_is_refused():
    with pytest.raises(ValueError, match="cannot be read as safetensors"):
        Training.resume(OWN, b"not a checkpoint")
    with pytest.raises(ValueError, match="is not of this configuration"):
        Training.resume(replace(OWN, hidden=9), Training(OWN).checkpoint())
    with pytest.raises(ValueError, match="is not of this configuration"):
        Training.resume(replace(OWN, layers=2), Training(OWN).checkpoint())


def test_measuring_changes_no_number():
    often, seldom = list(train(replace(OWN, measure_every=1))), list(train(replace(OWN, measure_every=1000)))
    assert [s.loss for s in often] == [s.loss for s in seldom]
    assert seldom[1].time_norms is None
    assert not seldom[1].parameter_norms
    assert all(s.time_norms is not None for s in often)


@pytest.mark.parametrize("cell", ["RNN", "LSTM", "GRU"])
@pytest.mark.parametrize(("layers", "window"), [(1, None), (2, None), (1, 5), (2, 5)])
def test_the_norms_by_step_are_autograd_s(cell: str, layers: int, window: int | None):
    """The top layer called once a step, every h_t asked for its gradient; cut where the window ends."""
    config = replace(OWN, cell=cell, layers=layers, window=window, updates=1, clipping="none")
    training = Training(config)
    batch = training.problem.parts["train"].batch(0, config.batch, config.seed)
    model, problem = training.model, training.problem
    vectors = model.embedding(batch.inputs)
    states: list[object] = [None] * layers
    hidden = []
    for t in range(config.length):
        x = vectors[:, t : t + 1]
        for at, layer in enumerate(model.rnn):
            if window and t % window == 0 and states[at] is not None:
                held = states[at]
                states[at] = tuple(s.detach() for s in held) if isinstance(held, tuple) else held.detach()
            x, states[at] = layer(x, states[at])
            if at == layers - 1:
                top = states[at][0] if isinstance(states[at], tuple) else states[at]
                top.retain_grad()
                hidden.append(top)
                x = top.transpose(0, 1)
    loss = nn.functional.cross_entropy(model.head(torch.cat(hidden).transpose(0, 1).flatten(0, 1)), batch.targets)
    loss.backward()
    expected = [float(h.grad.norm()) for h in hidden]
    by_name = {name: float(p.grad.norm()) for name, p in model.named()}
    before = {name: p.detach().clone() for name, p in model.named()}
    step = next(training)
    assert problem.kind == "next"
    assert step.loss == pytest.approx(loss.item(), rel=1e-6)
    np.testing.assert_allclose(step.time_norms, expected, rtol=2e-4)
    for name, parameter in model.named():
        assert step.parameter_norms[name] == pytest.approx(by_name[name], rel=1e-3, abs=1e-8)
        ratio = float((parameter.detach() - before[name]).norm() / before[name].norm())
        assert step.update_ratio[name] == pytest.approx(ratio, rel=1e-4)
    total = math.sqrt(sum(norm**2 for norm in by_name.values()))
    assert step.gradient_norm == step.clipped_norm == pytest.approx(total, rel=1e-4)


def test_clipping_by_value_cuts_each_component():
    config = replace(OWN, clipping="value", clip_threshold=0.001, updates=1)
    training = Training(config)
    step = next(training)
    largest = max(float(p.grad.abs().max()) for p in training.model.parameters())
    assert largest == pytest.approx(0.001)
    norm = math.sqrt(sum(float(p.grad.norm()) ** 2 for p in training.model.parameters()))
    assert step.clipped_norm == pytest.approx(norm, rel=1e-5)
    assert step.gradient_norm > norm


def test_a_run_that_diverges_says_when_and_what_to_try():
    config = replace(ADDING, learning_rate=10.0, optimiser="SGD", clipping="none", updates=200)
    steps = list(train(config))
    last = steps[-1]
    assert last.diverged.startswith(f"Update {last.update}: the loss is ")
    assert "try a learning rate below 10" in last.diverged
    assert "the gradient's norm is" in last.diverged
    assert all(not step.diverged for step in steps[:-1])
    assert len(steps) < 200


def test_a_loss_that_is_no_number_stops_the_run_before_the_weights_move():
    training = Training(OWN)
    next(training)
    with torch.no_grad():
        training.model.head.bias[0] = math.nan
    kept = [p.detach().clone() for p in training.model.parameters()]
    step = next(training)
    assert "no longer finite (nan)" in step.diverged
    assert all(
        torch.equal(a, b.detach()) or bool(a.isnan().any())
        for a, b in zip(kept, training.model.parameters(), strict=True)
    )
    assert step.update == training.update + 1 == 2
    with pytest.raises(StopIteration):
        next(training)


def test_a_step_travels_to_another_process():
    step = next(iter(train(OWN)))
    again = pickle.loads(pickle.dumps(step))
    assert dict(again.parameter_norms) == dict(step.parameter_norms)
    np.testing.assert_array_equal(again.time_norms, step.time_norms)
    with pytest.raises(ValueError, match="read-only"):
        step.time_norms[0] = 1.0


def test_a_device_that_is_not_here_is_refused():
    missing = next(name for name in ("mps", "cuda") if name not in devices())
    with pytest.raises(ValueError, match=f"device is '{missing}', expected one of cpu"):
        Training(replace(OWN, device=missing))


@pytest.mark.parametrize("cell", ["RNN", "LSTM", "GRU"])
@pytest.mark.parametrize("config", [OWN, ADDING, replace(OWN, layers=3)])
def test_the_parameters_are_counted_before_they_are_made(config: TrainingConfig, cell: str):
    training = Training(replace(config, cell=cell))
    problem = training.problem
    counted = parameter_count(training.config, problem.inputs, problem.outputs, problem.vocabulary is None)
    assert counted == training.model.parameter_count == sum(p.numel() for p in training.model.parameters())


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"hidden": 512, "layers": 4}, r"the number of parameters is 7,\d{3},\d{3}, expected at most 4,000,000"),
        ({"hidden": 256, "batch": 60, "length": 1000, "held_out": 16, "task": "adding", "source": "phrases",
          "content": "", "examples": 100},
         r"batch × steps × \(hidden × layers \+ answers\) is 15,420,000, expected at most 10,000,000"),
        ({"length": 1000, "task": "copy", "source": "phrases", "content": "", "examples": 50_000},
         "examples × length is 50,000,000, expected at most 2,000,000"),
    ],
)  # fmt: skip
def test_a_training_that_is_too_large_is_refused(change: dict[str, object], says: str):
    with pytest.raises(ValueError, match=says):
        Training(replace(OWN, **change))


def test_a_gradient_too_long_for_float32_squares_is_clipped_all_the_same():
    training = Training(replace(OWN, optimiser="SGD"))
    next(training)
    for parameter in training.model.parameters():
        parameter.grad = torch.full_like(parameter, 1e20)
    before, after = training._clip()
    assert before == pytest.approx(1e20 * math.sqrt(training.model.parameter_count))
    assert after == pytest.approx(0.2)
    norm = math.sqrt(sum(float(p.grad.double().norm()) ** 2 for p in training.model.parameters()))
    assert norm == pytest.approx(0.2, rel=1e-4)


@pytest.mark.parametrize("optimised", ["cpu", *(name for name in devices() if name != "cpu")])
def test_it_trains_on_every_device_that_is_here(optimised: str):
    steps = list(train(replace(OWN, device=optimised)))
    assert steps[-1].loss < steps[0].loss
    assert steps[-1].metrics["accuracy"] > 0
