"""All gates of every step against what a user would pick instead, on torch.nn.LSTM, GRU and RNN.

The measure is the module's own forward over the same text, which shows h alone. The usual way to the gates is a loop
with one step's equations in torch. One round of each after the other, in one process.
"""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable

import torch
from torch import Tensor, nn

from benchmarks.report import heading
from seqviz.recurrent.probe import probe

HIDDEN, STEPS, ROUNDS = 256, 1000, 21
BOUND = 2.0


@torch.no_grad()
def plain(module: nn.RNNBase, inputs: Tensor) -> Tensor:
    return module(inputs)[0]


@torch.no_grad()
def step_loop(module: nn.RNNBase, inputs: Tensor) -> list[tuple[Tensor, ...]]:
    """One step after another on the module's own weights, every gate kept."""
    W_x, W_h = module.weight_ih_l0.t(), module.weight_hh_l0.t()
    b_x, b_h = module.bias_ih_l0, module.bias_hh_l0
    h = c = torch.zeros(HIDDEN)
    kept = []
    for x in inputs:
        from_x, from_h = torch.addmv(b_x, W_x.t(), x), torch.addmv(b_h, W_h.t(), h)
        if isinstance(module, nn.LSTM):
            i, f, g, o = (from_x + from_h).chunk(4)
            i, f, g, o = i.sigmoid(), f.sigmoid(), g.tanh(), o.sigmoid()
            c = f * c + i * g
            h = o * c.tanh()
            kept.append((i, f, g, o, c, h))
        elif isinstance(module, nn.GRU):
            (x_r, x_z, x_n), (h_r, h_z, h_n) = from_x.chunk(3), from_h.chunk(3)
            r, z = (x_r + h_r).sigmoid(), (x_z + h_z).sigmoid()
            n = (x_n + r * h_n).tanh()
            h = n + z * (h - n)
            kept.append((r, z, n, h))
        else:
            h = (from_x + from_h).tanh()
            kept.append((h,))
    return kept


def timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - start)


def compare(kind: type[nn.RNNBase]) -> dict[str, float]:
    """Median ms of each way, interleaved."""
    torch.manual_seed(0)
    module, inputs = kind(HIDDEN, HIDDEN), torch.randn(STEPS, HIDDEN)
    ways: dict[str, Callable[[], object]] = {
        "plain": lambda: plain(module, inputs),
        "probe": lambda: probe(module, inputs),
        "loop": lambda: step_loop(module, inputs),
    }
    assert abs(probe(module, inputs).hidden[-1] - step_loop(module, inputs)[-1][-1].numpy()).max() < 1e-5
    times: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(ROUNDS + 2):  # the first two warm up
        for name, work in ways.items():
            gc.collect()
            times[name].append(timed(work))
    return {name: statistics.median(values[2:]) for name, values in times.items()}


def run() -> None:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    heading(f"All gates of {STEPS:,} tokens, hidden {HIDDEN}, batch 1, float32, one thread; median ms of {ROUNDS}")
    for kind in (nn.LSTM, nn.GRU, nn.RNN):
        ms = compare(kind)
        ratio = {name: value / ms["plain"] for name, value in ms.items()}
        verdict = f"   bound {BOUND:g} ×: {'within' if ratio['probe'] <= BOUND else 'OVER'}" if kind is nn.LSTM else ""
        print(
            f"  nn.{kind.__name__:<5} its own forward {ms['plain']:6.1f} ms   probe {ms['probe']:6.1f} ms = "
            f"{ratio['probe']:4.2f} ×   step loop {ms['loop']:6.1f} ms = {ratio['loop']:5.2f} ×{verdict}",
            flush=True,
        )
    torch.set_num_threads(threads)


if __name__ == "__main__":
    run()
