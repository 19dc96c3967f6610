"""What a reader takes away from /unrolled: the numbers, the weights, and a PyTorch script that makes them again."""

from __future__ import annotations

import csv
import io
import json

import numpy as np
import safetensors.numpy

from seqviz.recurrent import NO_TARGET
from seqviz.text import visible
from seqviz.ui.compute import Experiment


def trace_csv(experiment: Experiment) -> str:
    """One row a step: token, target, hidden units, predictions, loss, ∂L/∂h and ∂L/∂z; full precision."""
    out = io.StringIO()
    table = csv.writer(out)
    units = range(1, experiment.cell.hidden_size + 1)
    names = [visible(token) for token in experiment.vocabulary.tokens]  # two tokens may look alike
    outputs = [f"p({name})" if names.count(name) == 1 else f"p({name}, id {k})" for k, name in enumerate(names)]
    gradient = experiment.gradient
    dz = np.empty((0, 0)) if gradient is None else gradient.preactivations["h"]  # (T, H)
    gradients = [] if gradient is None else [f"dL/d{what}{i}" for what in "hz" for i in units]
    table.writerow(["step", "token", "target", *(f"h{i}" for i in units), *outputs, "loss", *gradients])
    for t, token in enumerate(experiment.tokens):
        target = experiment.targets[t]
        wanted = "" if target == NO_TARGET else visible(experiment.vocabulary.token(int(target)))
        hidden = experiment.trace.hidden[t + 1].tolist()
        loss = "" if target == NO_TARGET else float(experiment.losses[t])
        table.writerow(
            [t + 1, as_cell(visible(token)), as_cell(wanted), *hidden, *experiment.predictions[t].tolist(), loss]
            + ([] if gradient is None else [*gradient.hidden[t + 1].tolist(), *dz[t].tolist()])
        )
    return out.getvalue()


def as_cell(text: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@") else text


def weights_safetensors(experiment: Experiment) -> bytes:
    """The five parameters under PyTorch's names, float64; rnn.bias_hh_l0 is zero, for the cell has one bias."""
    cell = experiment.cell
    assert cell.head is not None
    tensors = {
        "rnn.weight_ih_l0": cell.W_xh,
        "rnn.weight_hh_l0": cell.W_hh,
        "rnn.bias_ih_l0": cell.b,
        "rnn.bias_hh_l0": np.zeros_like(cell.b),
        "head.weight": cell.head.weight,
        "head.bias": cell.head.bias,
    }
    about = {
        "activation": cell.activation,
        "vocabulary": json.dumps(experiment.vocabulary.tokens, ensure_ascii=False),
    }
    return safetensors.numpy.save({name: np.ascontiguousarray(value) for name, value in tensors.items()}, about)


_SCRIPT = '''"""A recurrent network from seqviz, in PyTorch: the same weights, the same text, the same numbers.

{updates}
"""

import torch

torch.set_default_dtype(torch.float64)

vocabulary = {vocabulary}
ids = torch.tensor({ids})
targets = torch.tensor({targets})  # {no_target}: this step has no target
W_xh = torch.tensor({W_xh}, requires_grad=True)
W_hh = torch.tensor({W_hh}, requires_grad=True)
b = torch.tensor({b}, requires_grad=True)
W_hy = torch.tensor({W_hy}, requires_grad=True)
c = torch.tensor({c}, requires_grad=True)


def g(z):
    return {g}


h = torch.zeros(len(b))
loss = torch.zeros(())
for t, (token, target) in enumerate(zip(ids, targets), start=1):
    x = torch.nn.functional.one_hot(token, len(vocabulary)).double()
    h = g(W_xh @ x + W_hh @ h + b)
    logits = W_hy @ h + c
    L = {loss}
    if target != {no_target}:
        loss = loss + L
    print("h", t, *(f"{{value:.12g}}" for value in h.tolist()))
    print("L", t, f"{{L.item():.12g}}" if target != {no_target} else "none")
print("loss", f"{{loss.item():.12g}}")

if loss.requires_grad:
    loss.backward()
    for name, weight in [("W_xh", W_xh), ("W_hh", W_hh), ("b", b), ("W_hy", W_hy), ("c", c)]:
        print(f"|dL/d{{name}}|", f"{{weight.grad.norm().item():.12g}}")
'''
_ACTIVATION = {"tanh": "torch.tanh(z)", "relu": "torch.relu(z)", "sigmoid": "torch.sigmoid(z)", "identity": "z"}
_LOSS = {
    "cross_entropy": "torch.nn.functional.cross_entropy(logits, target, reduction='sum')",
    "squared_error": "0.5 * ((torch.nn.functional.one_hot(target.clamp(min=0), len(vocabulary)) - logits) ** 2).sum()",
}


def pytorch_script(experiment: Experiment) -> str:
    """A script that prints every hidden state and loss of this experiment, computed by PyTorch alone."""
    cell = experiment.cell
    assert cell.head is not None
    return _SCRIPT.format(
        updates=_updates(experiment),
        vocabulary=ascii(list(experiment.vocabulary.tokens)),
        ids=experiment.ids.tolist(),
        targets=experiment.targets.tolist(),
        no_target=NO_TARGET,
        W_xh=cell.W_xh.tolist(),
        W_hh=cell.W_hh.tolist(),
        b=cell.b.tolist(),
        W_hy=cell.head.weight.tolist(),
        c=cell.head.bias.tolist(),
        g=_ACTIVATION[cell.activation],
        loss=_LOSS[experiment.settings.loss],
    )


def _updates(experiment: Experiment) -> str:
    made = [f"{times} with a learning rate of {rate:g}" for times, rate in experiment.settings.updates]
    return f"The weights after these updates: {', '.join(made)}." if made else "The weights before any update."
