"""A training as a script that needs only PyTorch and NumPy and gives the same first losses.

The script holds the batches of its updates, packed, and the tokens that their ids stand for; the network, its first
weights, the optimiser, the schedule, clipping and truncation are written out in plain torch.
"""

from __future__ import annotations

import base64
import inspect
import textwrap
import zlib
from collections.abc import Sequence

import numpy as np

from seqviz.learning import gru, scans
from seqviz.learning.config import TrainingConfig
from seqviz.learning.limits import check_numbers
from seqviz.learning.optimisers import MOMENTUM
from seqviz.learning.problems import Problem, problem
from seqviz.learning.rows import Batch
from seqviz.recurrent import NO_TARGET

UPDATES = 100
MOST_UPDATES = 1000
MOST_STEPS = 1_000_000  # of all its batches: packing them holds up whoever else trains in this process


def script(config: TrainingConfig, updates: int = UPDATES) -> str:
    """The script's text; it prints a line an update: its number, its loss, the gradient's norm.

    Of large batches it holds fewer than `updates`, those that make up MOST_STEPS, and one at least.

    Raises:
        ValueError: a config that cannot be trained, updates outside 1 … MOST_UPDATES, or dropout, whose random numbers
            belong to a stream of the training's own.
    """
    check_numbers(type("Asked", (), {"updates": updates}), {"updates": (1, MOST_UPDATES)})
    if config.dropout:
        raise ValueError(f"dropout is {config.dropout:g}, expected 0 for a script that gives the same losses")
    of = problem(config)
    fit = max(1, MOST_STEPS // (config.batch * of.parts["train"].steps))
    count = min(updates, config.updates, fit)
    batches = [of.parts["train"].batch(update, config.batch, config.seed) for update in range(count)]
    words = []
    if of.vocabulary is not None:
        classes = "TOKENS" if of.kind == "next" else listed(of.classes)
        words = [f"TOKENS = {listed(of.vocabulary.tokens)}", f"CLASSES = {classes}"]
    parts = [
        HEAD.format(task=config.task, count=count, device=config.device),
        *words,
        sums(config, count) if of.vocabulary is None else packed_batches(batches),
        *([own_gru()] if config.cell == "GRU" and config.device == "cpu" else []),
        network(config, of),
        loop(config, of),
    ]
    return "\n\n\n".join(part.strip("\n") for part in parts) + "\n"


def sums(config: TrainingConfig, count: int) -> str:
    """The adding problem drawn again: thousands of random numbers would fill the script."""
    return SUMS.format(
        seed=config.seed, examples=config.examples, length=config.length, batch=config.batch, count=count,
        no_target=NO_TARGET,
    )  # fmt: skip


def packed_batches(batches: list[Batch]) -> str:
    """The inputs and targets of every batch as two packed arrays, and how long each batch is."""
    inputs, targets = [], []
    for batch in batches:
        wide = np.full(batch.inputs.numel(), NO_TARGET, np.int16)  # (B·T,)
        places = slice(None) if batch.places is None else batch.places.cpu().numpy()
        wide[places] = batch.targets.cpu().numpy()
        targets.append(wide)
        inputs.append(batch.inputs.cpu().numpy().astype(np.int16).ravel())
    return UNPACK.format(
        no_target=NO_TARGET,
        rows=len(batches[0].inputs),
        steps=listed([batch.inputs.shape[1] for batch in batches]),
        inputs=packed(np.concatenate(inputs)),
        targets=packed(np.concatenate(targets)),
    )


def packed(values: np.ndarray[tuple[int, ...], np.dtype[np.generic]]) -> str:
    """An array as the lines of a string in a script."""
    text = base64.b85encode(zlib.compress(values.tobytes(), 9)).decode()
    return "\n".join(f"    {line!r}" for line in textwrap.wrap(text, 110, break_on_hyphens=False))


def listed(values: Sequence[object]) -> str:
    """A list as the lines of a script."""
    lines, line = [], ""
    for value in values:
        if len(line) + len(repr(value)) > 108:
            lines.append(line.rstrip())
            line = ""
        line += f"{value!r}, "
    return "[\n    " + "\n    ".join([*lines, line.rstrip(" ")]) + "\n]"


def own_gru() -> str:
    """The layer that a GRU trains with on the CPU: torch's own differs by rounding, and a hundred updates make that
    visible.
    """
    sources = (scans.Block, scans.blocks, scans.gru_back, gru.GRUScan, gru.GRU)
    return "\n\n\n".join(
        [GRU_HEAD.format(block=gru.BLOCK).strip("\n"), *(inspect.getsource(one).rstrip() for one in sources)]
    )


def network(config: TrainingConfig, of: Problem) -> str:
    """The network and how its first weights are drawn."""
    numeric = of.vocabulary is None
    width = of.inputs if numeric else config.embedding
    nonlinearity = f", nonlinearity={config.nonlinearity!r}" if config.cell == "RNN" else ""
    changes = {
        "torch": "",
        "orthogonal": "nn.init.orthogonal_(gate)",
        "identity": "nn.init.eye_(gate)",
        "xavier": "nn.init.xavier_uniform_(gate)",
    }[config.initialisation]
    lines = ["with torch.no_grad():", f"    for layer in range({config.layers}):"]
    if changes:
        lines.append(f'        for gate in model.rnn.get_parameter(f"weight_hh_l{{layer}}").split({config.hidden}):')
        lines.append(f"            {changes}")
    if config.cell == "LSTM" and config.forget_bias:
        place = f"[{config.hidden}:{2 * config.hidden}]"
        lines.append(f'        model.rnn.get_parameter(f"bias_hh_l{{layer}}"){place} += {config.forget_bias!r}')
    return NETWORK.format(
        embedding="" if numeric else f"        self.embedding = nn.Embedding({of.inputs}, {config.embedding})\n",
        kind="GRU" if config.cell == "GRU" and config.device == "cpu" else f"nn.{config.cell}",
        width=width,
        hidden=config.hidden,
        layers=config.layers,
        nonlinearity=nonlinearity,
        outputs=of.outputs,
        vectors="x" if numeric else "self.embedding(x)",
        window="x.shape[1]" if config.window is None else config.window,
        seed=config.seed,
        draw="\n".join([*lines, ""]) if len(lines) > 2 else "",
    )


def loop(config: TrainingConfig, of: Problem) -> str:
    """The optimiser and the updates."""
    decay = f", weight_decay={config.weight_decay!r}"
    optimiser = {
        "SGD": f"SGD(model.parameters(), RATE{decay})",
        "momentum": f"SGD(model.parameters(), RATE, momentum={MOMENTUM}{decay})",
        "RMSprop": f"RMSprop(model.parameters(), RATE{decay})",
        "Adam": f"Adam(model.parameters(), RATE{decay})",
        "AdamW": f"AdamW(model.parameters(), RATE{decay})",
    }[config.optimiser]
    rate = {
        "constant": "RATE",
        "linear": f"RATE * (1 - update / {config.updates})",
        "cosine": f"RATE * 0.5 * (1 + math.cos(math.pi * update / {config.updates}))",
    }[config.schedule]
    clip = {
        "none": "",
        "norm": f"    nn.utils.clip_grad_norm_(model.parameters(), {config.clip_threshold!r})\n",
        "value": f"    nn.utils.clip_grad_value_(model.parameters(), {config.clip_threshold!r})\n",
    }[config.clipping]
    loss = "mse_loss(logits[:, 0], wanted)" if of.kind == "number" else "cross_entropy(logits, wanted)"
    return LOOP.format(
        rate=config.learning_rate,
        optimiser=optimiser,
        falls=rate,
        loss=loss,
        clip=clip,
        no_target=NO_TARGET,
    )


HEAD = '''
"""The task {task!r}, its first {count} updates: the losses that seqviz showed. Needs PyTorch and NumPy alone."""

import base64
import math
import zlib

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

torch.set_num_threads(1)
DEVICE = "{device}"
'''

UNPACK = """
# The batches, update after update: what is read, and what is to be answered ({no_target}: nothing at this step).
STEPS = {steps}  # of each batch
INPUTS = (
{inputs}
)
TARGETS = (
{targets}
)


def unpacked(text):
    return np.frombuffer(zlib.decompress(base64.b85decode(text)), "int16").astype("int64")


def batches():
    inputs, targets, start = unpacked(INPUTS), unpacked(TARGETS), 0
    for steps in STEPS:
        part = slice(start, start + {rows} * steps)
        x, y = torch.from_numpy(inputs[part].reshape({rows}, steps)), torch.from_numpy(targets[part])
        yield x.to(DEVICE), y.to(DEVICE)
        start = part.stop
"""

SUMS = """
def batches():
    rng = np.random.default_rng([{seed}, *b"train"])
    every, half = np.arange({examples}), {length} // 2
    inputs = np.zeros(({examples}, {length}, 2))
    inputs[:, :, 0] = rng.random(({examples}, {length}))
    first, second = rng.integers(half, size={examples}), rng.integers(half, {length}, size={examples})
    inputs[every, first, 1] = inputs[every, second, 1] = 1.0  # one mark in each half
    targets = np.full(({examples}, {length}), {no_target}.0)  # {no_target}: nothing to be answered at this step
    targets[:, -1] = (inputs[:, :, 0] * inputs[:, :, 1]).sum(axis=1)
    for update in range({count}):
        round_, place = divmod(update, {examples} // {batch})
        order = np.random.default_rng([{seed}, round_, *b"order"]).permutation({examples})
        rows = order[place * {batch} : (place + 1) * {batch}]
        x, y = torch.from_numpy(inputs[rows]), torch.from_numpy(targets[rows]).flatten()
        yield x.float().to(DEVICE), y.float().to(DEVICE)
"""

GRU_HEAD = """
# nn.GRU with its backward pass written out, as in the training that this script repeats.
from collections.abc import Iterator  # noqa: E402
from typing import Any, NamedTuple  # noqa: E402

from torch import Tensor  # noqa: E402
from torch.autograd.function import once_differentiable  # noqa: E402

BLOCK = {block}
"""

NETWORK = """
class Network(nn.Module):
    def __init__(self):
        super().__init__()
{embedding}        self.rnn = {kind}({width}, {hidden}, num_layers={layers}, batch_first=True{nonlinearity})
        self.head = nn.Linear({hidden}, {outputs})

    def forward(self, x, asked):
        state, said = None, []
        for piece in {vectors}.split({window}, dim=1):  # the state goes on, its gradient ends here
            states, state = self.rnn(piece, state)
            state = tuple(s.detach() for s in state) if isinstance(state, tuple) else state.detach()
            said.append(states)
        return self.head(torch.cat(said, dim=1).flatten(0, 1)[asked])


torch.manual_seed({seed})
model = Network()
{draw}model.to(DEVICE)
"""

LOOP = """
RATE = {rate!r}
optimiser = torch.optim.{optimiser}
for update, (x, y) in enumerate(batches()):
    for group in optimiser.param_groups:
        group["lr"] = {falls}
    asked = (y != {no_target}).nonzero()[:, 0]
    logits, wanted = model(x, asked), y[asked]
    loss = F.{loss}
    optimiser.zero_grad()
    loss.backward()
    norm = nn.utils.get_total_norm([p.grad for p in model.parameters() if p.grad is not None])
{clip}    optimiser.step()
    print(update + 1, f"{{loss.item():.9g}}", f"{{norm.item():.9g}}", flush=True)
"""
