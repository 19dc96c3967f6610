"""Runnable PyTorch scripts for the cliff and for truncated backpropagation, without seqviz."""

from __future__ import annotations

from dataclasses import asdict

from seqviz.learning import CliffConfig
from seqviz.ui.gradients.truncation import TruncationSettings, reader_of

_CLIFF = '''"""Gradient descent on the cliff of Pascanu, Mikolov and Bengio (2013, figure 6), from seqviz, in PyTorch.

Needs torch. Prints path, update, w, b and loss. On the wall a rounding error grows a thousandfold in a step: where the
page says that a path hangs on rounding, this one goes elsewhere.
"""

import torch

torch.set_default_dtype(torch.float64)
settings = {settings}


def loss_of(w, b):
    h = torch.tensor(settings["start"])
    for _ in range(settings["steps"]):
        h = w * torch.sigmoid(h) + b
    return (torch.sigmoid(h) - settings["target"]) ** 2


for name, threshold in (("no clipping", None), ("by norm", settings["threshold"])):
    point = torch.tensor([settings["w"], settings["b"]], requires_grad=True)
    for update in range(settings["updates"] + 1):
        loss = loss_of(*point)
        print(name.replace(" ", "_"), update, *(f"{{value:.12g}}" for value in (*point.tolist(), loss.item())))
        if not point.abs().max() <= {bound}:
            break
        (gradient,) = torch.autograd.grad(loss, point)
        if threshold is not None and gradient.norm() > threshold:
            gradient = gradient * (threshold / gradient.norm())
        point = (point - settings["learning_rate"] * gradient).detach().requires_grad_()
'''


def cliff_script(config: CliffConfig) -> str:
    """A script that prints one line a point of both paths."""
    from seqviz.learning.cliff import BOUND

    return _CLIFF.format(settings=repr(asdict(config)), bound=BOUND)


_TRUNCATION = '''"""Truncated backpropagation through time at every window, from seqviz, in PyTorch.

Needs torch. Prints window, cosine and length ratio to the full gradient: of the recurrent weights, then of all.
"""

import torch

torch.set_default_dtype(torch.float64)
x = torch.nn.functional.one_hot(torch.tensor({inputs}), {size}).double()  # (T, D)
targets = torch.tensor({targets})
weights = [torch.tensor(w, requires_grad=True) for w in {weights}]  # W_xh, W_hh, b, W_hy, c
T = len(x)


def gradient(window):
    """Each loss walks back through its own last steps: what came before is a constant for it."""
    W_xh, W_hh, b, W_hy, c = weights
    with torch.no_grad():
        states = [torch.zeros(len(b))]
        for t in range(T):
            states.append(torch.tanh(W_xh @ x[t] + W_hh @ states[-1] + b))
    loss = 0.0
    for t in range(T):
        first = max(0, t - window + 1)
        h = states[first]
        for k in range(first, t + 1):
            h = torch.tanh(W_xh @ x[k] + W_hh @ h + b)
        loss = loss + torch.nn.functional.cross_entropy(W_hy @ h + c, targets[t])
    return torch.autograd.grad(loss, weights)


def flat(parts):
    return torch.cat([part.flatten() for part in parts])


full = gradient(T)
for window in range(1, T + 1):
    cut = gradient(window)
    found = [window]
    for a, b in ((flat([cut[1]]), flat([full[1]])), (flat(cut), flat(full))):
        found += [(a @ b / a.norm() / b.norm()).item(), (a.norm() / b.norm()).item()]
    print(*(f"{{value:.12g}}" for value in found))
'''


def truncation_script(settings: TruncationSettings) -> str:
    """A script that prints one line a window: cosine and length ratio of both curves."""
    cell, inputs, targets = reader_of(settings)
    assert cell.head is not None
    weights = (cell.W_xh, cell.W_hh, cell.b, cell.head.weight, cell.head.bias)
    return _TRUNCATION.format(
        inputs=inputs.argmax(axis=1).tolist(),
        size=inputs.shape[1],
        targets=targets.tolist(),
        weights=[weight.tolist() for weight in weights],
    )
