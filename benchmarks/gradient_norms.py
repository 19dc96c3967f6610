"""‖∂L/∂h_t‖ for every step against what a user would pick instead, on torch.nn.LSTM, GRU and RNN.

The measure is one plain forward and backward of the same layer on the same batch, all in one process, one round of
each after the other. `retain_grad` is the usual way to the same norms: the layer called once a step.
"""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable

import torch
from torch import Tensor, nn

from benchmarks.report import heading
from seqviz.learning import backward_pass, gradient_norms

HIDDEN, STEPS, ROUNDS = 128, 200, 15
BOUND = 1.5


def plain(module: nn.RNNBase, batch: Tensor, at_output: Tensor) -> None:
    module.zero_grad()
    module(batch)[0].backward(at_output)


def retained(module: nn.RNNBase, batch: Tensor, at_output: Tensor) -> Tensor:
    module.zero_grad()
    state, hidden = None, []
    for x in batch:
        _, state = module(x[None], state)
        h = state[0] if isinstance(state, tuple) else state
        h.retain_grad()
        hidden.append(h)
    torch.cat(hidden).backward(at_output)
    return torch.stack([h.grad.norm() for h in hidden])


def timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - start)


def compare(kind: type[nn.RNNBase], sequences: int) -> dict[str, float]:
    """Median ms of each way, interleaved."""
    torch.manual_seed(0)
    module = kind(HIDDEN, HIDDEN)
    batch, at_output = torch.randn(STEPS, sequences, HIDDEN), torch.randn(STEPS, sequences, HIDDEN)
    ways: dict[str, Callable[[], object]] = {
        "plain": lambda: plain(module, batch, at_output),
        "norms": lambda: gradient_norms(module, batch, at_output),
        "everything": lambda: backward_pass(module, batch, at_output),
        "retain_grad": lambda: retained(module, batch, at_output),
    }
    times: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(ROUNDS + 2):  # the first two warm up
        for name, work in ways.items():
            gc.collect()
            times[name].append(timed(work))
    return {name: statistics.median(values[2:]) for name, values in times.items()}


def run() -> None:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    for sequences in (16, 1):
        heading(f"All ‖∂L/∂h_t‖, hidden {HIDDEN}, length {STEPS}, batch {sequences}, float32, one thread; median ms")
        for kind in (nn.LSTM, nn.GRU, nn.RNN):
            ms = compare(kind, sequences)
            ratio = {name: value / ms["plain"] for name, value in ms.items()}
            verdict = (
                f"   bound {BOUND:g} ×: {'within' if ratio['norms'] <= BOUND else 'OVER'}" if sequences > 1 else ""
            )
            print(
                f"  nn.{kind.__name__:<5} plain forward + backward {ms['plain']:6.1f} ms   "
                f"gradient_norms {ms['norms']:6.1f} ms = {ratio['norms']:4.2f} ×   "
                f"with all parameters' gradients {ms['everything']:6.1f} ms = {ratio['everything']:4.2f} ×   "
                f"retain_grad loop {ms['retain_grad']:6.1f} ms = {ratio['retain_grad']:5.2f} ×{verdict}",
                flush=True,
            )
    torch.set_num_threads(threads)


if __name__ == "__main__":
    run()
