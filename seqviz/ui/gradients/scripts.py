"""Runnable PyTorch scripts that make the numbers of /gradients again, without seqviz."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from seqviz.learning import FlowConfig

_FLOW = '''"""How the gradient's size runs back through time, from seqviz: the same numbers, in PyTorch.

Needs torch and numpy. Prints ‖∂L/∂h_t‖ for t = 1 … T of each network, computed by autograd, step by step.
"""

import numpy as np
import torch

torch.set_default_dtype(torch.float64)

networks = [
{networks}
]
outputs = 4


def draw(network, stream, *shape):
    """Gaussian numbers from one of the seed's streams: 0 inputs, 1 head, 2 targets, 3 input weights."""
    return torch.from_numpy(np.random.default_rng([network["seed"], stream]).standard_normal(shape))


def recurrent_matrix(network, gate):
    units, scale, random = network["hidden"], network["scale"], np.random.default_rng([network["seed"], 4, gate])
    if network["initialisation"] == "identity":
        return torch.from_numpy(scale * np.eye(units))
    drawn = random.standard_normal((units, units))
    if network["initialisation"] == "orthogonal":
        q, r = np.linalg.qr(drawn)
        drawn = scale * q * np.sign(np.diag(r))
    elif network["initialisation"] == "gaussian":
        drawn *= scale / np.sqrt(units)
    else:
        drawn *= scale / np.abs(np.linalg.eigvals(drawn)).max()
    return torch.from_numpy(drawn)


def cell_of(network, W_x, W_h):
    """(x, (h, c)) → the next (h, c); c is an LSTM's alone."""
    units = network["hidden"]
    if network["cell"] == "Elman":
        g = {{"tanh": torch.tanh, "relu": torch.relu, "sigmoid": torch.sigmoid, "identity": lambda z: z}}
        return lambda x, state: (g[network["activation"]](x @ W_x.T + state[0] @ W_h.T), None)
    kind = torch.nn.LSTMCell if network["cell"] == "LSTM" else torch.nn.GRUCell
    cell = kind(network["inputs"], units)
    with torch.no_grad():
        cell.weight_ih.copy_(W_x)
        cell.weight_hh.copy_(W_h)
        cell.bias_ih.zero_()
        cell.bias_hh.zero_()
        if network["cell"] == "LSTM":
            cell.bias_ih[units : 2 * units] = network["forget_bias"]  # i, f, g, o
            return cell
    return lambda x, state: (cell(x, state[0]), None)


for network in networks:
    T, B, D, H = (network[name] for name in ("length", "batch", "inputs", "hidden"))
    gates = {{"Elman": 1, "LSTM": 4, "GRU": 3}}[network["cell"]]
    x = draw(network, 0, T, B, D)
    head = draw(network, 1, outputs, H) / H**0.5
    targets = draw(network, 2, T, B, outputs)
    W_x = draw(network, 3, gates * H, D) / D**0.5
    W_h = torch.cat([recurrent_matrix(network, gate) for gate in range(gates)])
    cell = cell_of(network, W_x, W_h)

    state, states = (torch.zeros(B, H, requires_grad=True), torch.zeros(B, H)), []
    for t in range(T):
        state = cell(x[t], state)
        state[0].retain_grad()
        states.append(state[0])
    seen = range(T) if network["loss"] == "every" else [T - 1]
    loss = sum(0.5 * (states[t] @ head.T - targets[t]).square().sum() / B for t in seen)
    loss.backward()
    for t, h in enumerate(states, start=1):
        size = h.grad.abs().max()
        norm = size * (h.grad / size).norm() if 0 < size < float("inf") else size  # squares would overflow or vanish
        print(network["cell"], t, f"{{norm.item():.12g}}")
'''


def flow_script(configs: Sequence[FlowConfig]) -> str:
    """A script that prints one line a step: the cell, t, and ‖∂L/∂h_t‖."""
    return _FLOW.format(networks="\n".join(f"    {asdict(config)!r}," for config in configs))
