"""Runnable PyTorch scripts that make the numbers of /gradients again, without seqviz."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from seqviz.learning import ExplosionConfig, FlowConfig

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


_CLIPPING = '''"""A training that explodes, and the same with its gradient clipped, from seqviz, in PyTorch.

Needs torch and numpy. Prints one line an update: run, update, loss, gradient norm before and after clipping.
Backpropagation through time is written out, as in the lecture, and held against autograd at the first update: near the
wall a rounding error grows to a different training, so only the same operations bring the same numbers.
"""

import math

import numpy as np
import torch

torch.set_num_threads(1)
settings = {settings}
T, B, H, seed = settings["length"], settings["batch"], settings["hidden"], settings["seed"]
g = {{"tanh": torch.tanh, "relu": torch.relu, "identity": lambda z: z}}[settings["activation"]]
slope = {{  # g′(z) written by h = g(z)
    "tanh": lambda h: 1.0 - h * h,
    "relu": lambda h: (h > 0.0).to(h),
    "identity": torch.ones_like,
}}[settings["activation"]]


def first_weights():
    """W_xh, W_hh, b, W_hy, c, a stream of random numbers for each."""
    draw = [np.random.default_rng([seed, part]) for part in range(3)]
    W_xh = 0.3 * draw[0].standard_normal((H, 1))
    W_hh = draw[1].standard_normal((H, H))
    W_hh *= settings["radius"] / np.abs(np.linalg.eigvals(W_hh)).max()
    W_hy = draw[2].standard_normal((1, H)) / math.sqrt(H)
    return [torch.tensor(w, dtype=torch.float32) for w in (W_xh, W_hh, np.zeros(H), W_hy, np.zeros(1))]


def batch_of(update):
    """(T, B, 1) numbers and (B, 1) their sums over √T: new ones at every update, the same in every run."""
    x = torch.tensor(np.random.default_rng([seed, 3, update]).standard_normal((T, B, 1)), dtype=torch.float32)
    return x, x.sum(0) / math.sqrt(T)


def forward(weights, x):
    W_xh, W_hh, b, W_hy, c = weights
    products, h = x @ W_xh.t() + b, [torch.zeros(B, H)]
    for product in products.unbind():
        h.append(g(torch.addmm(product, h[-1], W_hh.t())))
    return torch.stack(h)  # (T+1, B, H)


def loss_and_gradient(weights, x, targets):
    W_xh, W_hh, b, W_hy, c = weights
    h = forward(weights, x)
    errors = h[-1] @ W_hy.t() + c - targets
    at_output = 2.0 * errors / B
    total = torch.zeros_like(h[1:])  # ∂L/∂h_t
    total[-1] = at_output @ W_hy
    z = torch.empty_like(total)  # ∂L/∂z_t
    for t in range(T - 1, -1, -1):
        torch.mul(total[t], slope(h[t + 1]), out=z[t])
        if t:
            total[t - 1].addmm_(z[t], W_hh)
    of_W_xh, of_W_hh, of_b = torch.zeros_like(W_xh), torch.zeros_like(W_hh), torch.zeros_like(b)
    for end in range(T, 0, -16):  # summed up in blocks of 16 steps
        steps = slice(max(0, end - 16), end)
        side = z[steps].flatten(0, 1)
        of_W_xh.addmm_(side.t(), x[steps].flatten(0, 1))
        of_W_hh.addmm_(side.t(), h[:-1][steps].flatten(0, 1))
        of_b.add_(side.sum(0))
    return float(errors.square().mean()), [of_W_xh, of_W_hh, of_b, at_output.t() @ h[-1], at_output.sum(0)]


def norm_of(gradient):
    vector = torch.cat([part.flatten().double() for part in gradient])
    largest = float(vector.abs().max())
    return largest * float((vector / largest).norm()) if 0.0 < largest < math.inf else largest


def check_against_autograd(weights, x, targets):
    leaves = [w.clone().requires_grad_() for w in weights]
    loss = (forward(leaves, x)[-1] @ leaves[3].t() + leaves[4] - targets).square().mean()
    for ours, theirs in zip(loss_and_gradient(weights, x, targets)[1], torch.autograd.grad(loss, leaves)):
        assert torch.allclose(ours, theirs, rtol=1e-3, atol=1e-5, equal_nan=True), "differs from autograd"


def no_clipping(gradient):
    return gradient


def by_norm(gradient):
    norm = norm_of(gradient)
    if norm <= settings["norm_threshold"]:
        return gradient
    return [part * (settings["norm_threshold"] / norm) for part in gradient]


def by_value(gradient):
    return [part.clamp(-settings["value_threshold"], settings["value_threshold"]) for part in gradient]


check_against_autograd(first_weights(), *batch_of(0))
for clip in (no_clipping, by_norm, by_value):
    weights = first_weights()
    for update in range(settings["updates"]):
        loss, gradient = loss_and_gradient(weights, *batch_of(update))
        clipped = clip(gradient)
        print(clip.__name__, update + 1, *(f"{{n:.12g}}" for n in (loss, norm_of(gradient), norm_of(clipped))))
        if not (math.isfinite(loss) and math.isfinite(norm_of(gradient))):
            break
        weights = [w - settings["learning_rate"] * part for w, part in zip(weights, clipped)]
'''


def clipping_script(config: ExplosionConfig) -> str:
    """A script that prints one line an update of each of the three runs: loss, norm before and after clipping."""
    return _CLIPPING.format(settings=repr(asdict(config)))
