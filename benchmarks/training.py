"""`train(config)` against the loop one would write by hand in PyTorch for the same network, batches and optimiser.

Both in one process, a slice of updates of each after the other, in processor time so that others on the machine do not
count. The plain loop measures nothing and validates nothing;
it does clip, read its loss each update, and draw the same batches. A second row has the validations taken in as well.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import replace

import torch
from torch import nn

from benchmarks.report import heading
from seqviz.learning.config import TrainingConfig
from seqviz.learning.gru import GRU
from seqviz.learning.training import Training

SLICE, ROUNDS = 50, 14
BOUND = 0.95
CONFIGS = {
    "characters, LSTM 64, 32 × 64": TrainingConfig(examples=600, updates=100_000, validate_every=100),
    "reviews, LSTM 32, batch 32": TrainingConfig(task="reviews", hidden=32, updates=100_000, validate_every=100),
    "tags, RNN 32, batch 32": TrainingConfig(task="tags", cell="RNN", hidden=32, updates=100_000, validate_every=100),
    "adding, LSTM 64, 32 × 50": TrainingConfig(task="adding", length=50, updates=100_000, validate_every=100),
}


class Plain(nn.Module):
    """The same network as anybody would write it."""

    def __init__(self, config: TrainingConfig, inputs: int, outputs: int, numeric: bool) -> None:
        super().__init__()
        self.embedding = None if numeric else nn.Embedding(inputs, config.embedding)
        kind = {"RNN": nn.RNN, "LSTM": nn.LSTM, "GRU": nn.GRU}[config.cell]
        self.rnn = kind(inputs if numeric else config.embedding, config.hidden, batch_first=True)
        self.head = nn.Linear(config.hidden, outputs)

    def forward(self, x: torch.Tensor, places: torch.Tensor | None) -> torch.Tensor:
        states = self.rnn(x if self.embedding is None else self.embedding(x))[0].flatten(0, 1)
        return self.head(states if places is None else states[places])


def plain_loop(config: TrainingConfig, training: Training) -> Callable[[int], None]:
    """A function that does so many updates more."""
    problem = training.problem
    numeric = problem.vocabulary is None
    model = Plain(config, problem.inputs, problem.outputs, numeric)
    optimiser = torch.optim.Adam(model.parameters(), config.learning_rate)
    loss_of = nn.MSELoss() if numeric else nn.CrossEntropyLoss()
    done, losses = 0, []

    def updates(count: int) -> None:
        nonlocal done
        for _ in range(count):
            batch = problem.parts["train"].batch(done, config.batch, config.seed)
            optimiser.zero_grad()
            logits = model(batch.inputs, batch.places)
            loss = loss_of(logits[:, 0] if numeric else logits, batch.targets)
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), config.clip_threshold)
            optimiser.step()
            losses.append(loss.item())
            done += 1

    return updates


def compare(config: TrainingConfig) -> float:
    """How many updates a second ours does for each of the plain loop's: the median over the rounds of their ratio."""
    training = Training(config)
    plain = plain_loop(config, training)
    ratios = []
    for round_ in range(ROUNDS + 1):
        began = time.process_time()
        plain(SLICE)
        middle = time.process_time()
        for _ in range(SLICE):
            next(training)
        end = time.process_time()
        if round_:  # the first warms up
            ratios.append((middle - began) / (end - middle))
    return statistics.median(ratios)


GRU_SIZES = ((16, 64, 50), (32, 64, 64), (16, 32, 25))  # batch, hidden, steps


def compare_gru(batch: int, hidden: int, steps: int) -> tuple[float, float]:
    """How often our GRU goes forward and backward in the time of nn.GRU, and the largest difference of a gradient."""
    theirs, ours = (kind(hidden, hidden, batch_first=True) for kind in (nn.GRU, GRU))
    ours.load_state_dict(theirs.state_dict())
    x = torch.randn(batch, steps, hidden)

    def pass_through(layer: nn.GRU) -> float:
        layer.zero_grad()
        began = time.process_time()
        layer(x)[0].square().sum().backward()
        return time.process_time() - began

    ratios = [pass_through(theirs) / pass_through(ours) for _ in range(200)][20:]
    pairs = zip(theirs.parameters(), ours.parameters(), strict=True)
    return statistics.median(ratios), max(float((p.grad - q.grad).abs().max() / p.grad.abs().max()) for p, q in pairs)


def run() -> None:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    heading(f"Updates/s of train(config) as a share of a plain PyTorch loop's, one thread; median of {ROUNDS} slices")
    for name, config in CONFIGS.items():
        alone = compare(replace(config, validate_every=100_000))
        whole = compare(config)
        verdict = "within" if alone >= BOUND else "UNDER"
        print(
            f"  {name:<32} streaming and measuring {alone:5.3f}   bound {BOUND:g}: {verdict}   "
            f"with a validation every {config.validate_every} updates {whole:5.3f}",
            flush=True,
        )
    heading(
        "The GRU's own backward pass: forward and backward, times as fast as nn.GRU, one thread; bound 2 at 64 × 50"
    )
    for size in GRU_SIZES:
        ratio, apart = compare_gru(*size)
        print(
            "  batch {}, hidden {}, {} steps".format(*size),
            f"{ratio:5.2f} ×   gradients apart by {apart:.0e}",
            flush=True,
        )
    torch.set_num_threads(threads)


if __name__ == "__main__":
    run()
