"""How the gradient's size runs back through time: one network, one batch, one seed → GradientFlow.

What is computed: x_t are Gaussian numbers (T, B, D) of variance 1. The network starts from h_0 = 0. A fixed Gaussian
head, y_t = V h_t with V (K, H) of variance 1/H, is asked for Gaussian targets d_t (B, K) that have nothing to do with
the inputs, and L = 1/B Σ_b ½ ‖y_T − d_T‖² for the loss at the last step, or the sum of the same over all steps. So
the picture shows a network before any training, as Pascanu, Mikolov and Bengio (2013) ask about it: what of an error
at the end is left at the beginning. Everything is float64; the inputs, V and d depend on the seed and the sizes
alone, so networks of one seed differ in nothing but themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor, nn

from seqviz.learning.elman import ACTIVATIONS, GAMMA, ElmanLayer
from seqviz.learning.gradient_norms import gradient_norms, step_norms
from seqviz.learning.initialisation import INITIALISATIONS, recurrent_matrix
from seqviz.learning.limits import Limits, check_choice, check_numbers
from seqviz.records import Array, GradientFlow

LIMITS: Limits = {
    "hidden": (1, 256),
    "length": (1, 500),
    "batch": (1, 32),
    "inputs": (1, 64),
    "scale": (0.0, 10.0),
    "forget_bias": (-10.0, 10.0),
    "seed": (0, 2**32 - 1),
}
CELLS = ("Elman", "LSTM", "GRU")
LOSSES = ("last", "every")
OUTPUTS = 4  # K

INPUTS, HEAD, TARGETS, INPUT_WEIGHTS, RECURRENT = range(5)  # each has a stream of random numbers of its own


@dataclass(frozen=True)
class FlowConfig:
    """One network to look at.

    Attributes:
        cell: one of CELLS.
        activation: g of an Elman cell: tanh, relu, sigmoid or identity. Gated cells have theirs.
        initialisation, scale: the recurrent matrix, as `recurrent_matrix` draws it; each gate of a gated cell gets one
            of its own. For "radius", `scale` is the spectral radius itself.
        hidden: H. length: T. batch: B. inputs: D.
        loss: "last" or "every" step.
        forget_bias: of an LSTM (Gers, Schmidhuber and Cummins 2000; 1 as in Keras). All other biases are 0.
        seed: of everything that is drawn.

    Raises:
        ValueError: a value outside LIMITS or the choices.
    """

    cell: str = "Elman"
    activation: str = "tanh"
    initialisation: str = "radius"
    scale: float = 1.0
    hidden: int = 64
    length: int = 100
    batch: int = 4
    inputs: int = 8
    loss: str = "last"
    forget_bias: float = 1.0
    seed: int = 0

    def __post_init__(self) -> None:
        check_choice("cell", self.cell, CELLS)
        check_choice("activation", self.activation, tuple(ACTIVATIONS))
        check_choice("initialisation", self.initialisation, INITIALISATIONS)
        check_choice("loss", self.loss, LOSSES)
        check_numbers(self, LIMITS)

    @property
    def name(self) -> str:
        """What tells this network from others: "Elman, tanh, radius 0.9"; "LSTM, orthogonal"; "GRU, 2 × gaussian"."""
        activation = {"relu": "ReLU", "identity": "linear"}.get(self.activation, self.activation)
        times = "" if self.scale == 1.0 else f"{self.scale:g} × "
        start = f"radius {self.scale:g}" if self.initialisation == "radius" else f"{times}{self.initialisation}"
        return ", ".join([self.cell, *([activation] if self.cell == "Elman" else []), start])


def gradient_flow(config: FlowConfig) -> GradientFlow:
    """‖∂L/∂h_t‖ for every step t of one network, with the bound where there is one.

    Where the forward pass overflows, `overflow` names the first step. The loss is then no number, so every norm that
    it reaches is inf or nan: nothing is made up in their place. Where the backward pass alone overflows, the norms of
    the steps after that stand. A gradient that vanishes entirely is 0.
    """
    inputs = draw(config, INPUTS, config.length, config.batch, config.inputs)
    weight_ih = draw(config, INPUT_WEIGHTS, gates_of(config) * config.hidden, config.inputs) / config.inputs**0.5
    matrices = recurrent_matrices(config)
    if config.cell == "Elman":
        norms, overflow = elman_flow(config, inputs, weight_ih, matrices[0])
        seen, gamma = matrices[0], GAMMA[config.activation]
    else:
        layer = gated_layer(config, weight_ih, matrices)
        norms = gradient_norms(layer, inputs, lambda h: loss_of(config, h), where=config.loss)
        overflow = None  # |h_t| ≤ 1, and |c_t| ≤ t
        seen, gamma = matrices[2], GAMMA["tanh"]  # the candidate: g of i, f, g, o; n of r, z, n
    sigma_max = float(np.linalg.norm(seen, 2))
    has_bound = config.cell == "Elman" and config.loss == "last"
    return GradientFlow(
        name=config.name,
        norms=norms,
        bound=upper_bound(norms[-1], gamma * sigma_max, config.length) if has_bound else None,
        eigenvalues=np.linalg.eigvals(seen).astype(np.complex128),
        sigma_max=sigma_max,
        gamma=gamma,
        overflow=overflow,
        loss="last" if config.loss == "last" else "every",
    )


def small_multiples(
    cells: Sequence[str], activations: Sequence[str], initialisations: Sequence[str], base: FlowConfig
) -> tuple[GradientFlow, ...]:
    """Every combination, all else as in `base`, its seed included; a gated cell once an initialisation.

    In the order of `cells`, then `activations`, then `initialisations`; their names tell them apart.
    """
    return tuple(
        gradient_flow(replace(base, cell=cell, activation=activation, initialisation=initialisation))
        for cell in cells
        for activation in (activations if cell == "Elman" else activations[:1] or ["tanh"])
        for initialisation in initialisations
    )


def upper_bound(last: float, factor: float, steps: int) -> Array:
    """(T,) last · factor^(T−t) for t = 1 … T."""
    if last == 0.0:
        return np.zeros(steps)  # where the power overflows, 0 · inf would be nan
    with np.errstate(over="ignore", under="ignore"):
        bound: Array = last * np.float64(factor) ** np.arange(steps - 1, -1, -1)
    return bound


def elman_flow(config: FlowConfig, inputs: Tensor, weight_ih: Tensor, recurrent: Array) -> tuple[Array, int | None]:
    """(T,) norms, and the first step whose state is not finite."""
    bias = torch.zeros(config.hidden, dtype=torch.float64)
    layer = ElmanLayer(weight_ih, torch.from_numpy(recurrent), bias, config.activation)
    states = layer.states(inputs)  # (T+1, B, H)
    seen = states[-1] if config.loss == "last" else states[1:]
    leaf = seen.clone().requires_grad_()
    (gradient,) = torch.autograd.grad(loss_of(config, leaf), leaf)
    local = gradient  # (T, B, H)
    if config.loss == "last":
        local = torch.cat([torch.zeros_like(states[1:-1]), gradient[None]])
    total, _ = layer.backward(inputs, states, local)
    finite = torch.isfinite(states).flatten(1).all(dim=1).numpy()  # (T+1,)
    return step_norms(total), None if finite.all() else int(finite.argmin())


def loss_of(config: FlowConfig, hidden: Tensor) -> Tensor:
    """The scalar L of h_T (B, H) or of all steps (T, B, H)."""
    head = draw(config, HEAD, OUTPUTS, config.hidden) / config.hidden**0.5  # (K, H)
    targets = draw(config, TARGETS, config.length, config.batch, OUTPUTS)  # (T, B, K)
    errors = hidden @ head.t() - (targets[-1] if config.loss == "last" else targets)
    loss: Tensor = 0.5 * errors.square().sum() / config.batch
    return loss


def gated_layer(config: FlowConfig, weight_ih: Tensor, matrices: list[Array]) -> nn.RNNBase:
    """A torch.nn.LSTM or GRU in float64 with these weights, its biases 0 but for the LSTM's forget gate."""
    kind = nn.LSTM if config.cell == "LSTM" else nn.GRU
    layer = kind(config.inputs, config.hidden, dtype=torch.float64, device="meta")  # draws nothing from torch's seed
    layer.to_empty(device="cpu")
    weights = dict(layer.named_parameters())
    with torch.no_grad():
        weights["weight_ih_l0"].copy_(weight_ih)
        weights["weight_hh_l0"].copy_(torch.from_numpy(np.concatenate(matrices)))
        weights["bias_ih_l0"].zero_()
        weights["bias_hh_l0"].zero_()
        if config.cell == "LSTM":
            weights["bias_ih_l0"][config.hidden : 2 * config.hidden] = config.forget_bias  # i, f, g, o
    return layer


def recurrent_matrices(config: FlowConfig) -> list[Array]:
    """One (H, H) matrix a gate; an Elman cell's is the same whatever its activation."""
    return [
        recurrent_matrix(
            config.initialisation, config.hidden, config.scale, np.random.default_rng([config.seed, RECURRENT, gate])
        )
        for gate in range(gates_of(config))
    ]


def gates_of(config: FlowConfig) -> int:
    return {"Elman": 1, "LSTM": 4, "GRU": 3}[config.cell]


def draw(config: FlowConfig, stream: int, *shape: int) -> Tensor:
    """Gaussian numbers of variance 1 from one of the seed's streams, float64."""
    return torch.from_numpy(np.random.default_rng([config.seed, stream]).standard_normal(shape))
