"""Every preset trained to its end: its score on test data, the best answer without a network, processor seconds.

Then the adding problem for the plain tanh cell and the LSTM, with the preset's budget and each of the learning rates.
A few minutes on one core: `python -m benchmarks.presets`, or with the names of some tasks.
"""

from __future__ import annotations

import sys
import time
from dataclasses import replace

import torch

from benchmarks.report import heading
from seqviz.learning.config import TrainingConfig
from seqviz.learning.presets import GOALS, PRESETS
from seqviz.learning.training import Training

RATES = (0.001, 0.003, 0.01, 0.03)


def run_one(name: str, config: TrainingConfig) -> None:
    """Train and print one line."""
    goal = GOALS[config.task]
    began = time.process_time()
    training = Training(config)
    ready = time.process_time()
    last = list(training)[-1]
    seconds = time.process_time() - ready
    value = training.evaluate("test").metrics[goal.metric]
    others = [b.value for b in training.baselines if b.metric == goal.metric]
    best = (min(others) if goal.falls else max(others)) if others else float("nan")
    print(
        f"  {name:<22} {goal.metric:<20} {value:7.4f}   goal {goal.value:5.3f} "
        f"{'reached' if goal.reached(value) else 'MISSED '}   without a network {best:6.3f}   "
        f"data {ready - began:4.1f} s, training {seconds:5.1f} s   {last.diverged}",
        flush=True,
    )


def run(names: list[str]) -> None:
    torch.set_num_threads(1)
    heading("Presets, trained to their end; on test data, which nothing was chosen by; processor seconds")
    for name in names or list(PRESETS):
        run_one(name, PRESETS[name])
        if name == "adding":
            for cell in ("RNN", "LSTM"):
                for rate in RATES:
                    run_one(f"adding, {cell}, {rate:g}", replace(PRESETS[name], cell=cell, learning_rate=rate))


if __name__ == "__main__":
    run(sys.argv[1:])
