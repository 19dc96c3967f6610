"""A training that really explodes, and the same training with the gradient clipped.

The task: remember a sum. x_t are Gaussian numbers, one a step; after T steps the network has to say their sum,
divided by √T so that the target has variance 1: always answering the mean, 0, costs 1 on average. Every update sees a
new batch, so the loss before an update is a loss on data never seen.

The network is a simple recurrent cell, by default a linear one (g the identity, the case in which Pascanu, Mikolov and
Bengio 2013 start), trained by plain stochastic gradient descent. At first its memory is too short: its spectral
radius is below 1. To learn the sum it has to bring an eigenvalue up to 1, and at 1 lies the wall: just beyond,
the loss grows like the eigenvalue to the power 2T. A linear cell can solve this task exactly, so nothing but the
size of the steps stands in its way: at a tenth of the default learning rate the unclipped run of seed 0 learns
too, while steps clipped at norm 1 are then too short for the budget. Clipped by norm the larger rate is safe.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import torch
from torch import Tensor

from seqviz.learning.clipping import Clipped, as_vector, clip_by_norm, clip_by_value, unclipped
from seqviz.learning.elman import ElmanLayer
from seqviz.learning.gradient_norms import step_norms
from seqviz.learning.initialisation import recurrent_matrix
from seqviz.learning.limits import Limits, check_choice, check_numbers
from seqviz.records import Array, ClippingRun

LIMITS: Limits = {
    "hidden": (1, 64),
    "length": (2, 60),
    "batch": (1, 64),
    "updates": (1, 500),
    "learning_rate": (1e-6, 1.0),
    "norm_threshold": (1e-3, 1e3),
    "value_threshold": (1e-3, 1e3),
    "radius": (0.0, 2.0),
    "seed": (0, 2**32 - 1),
}
ACTIVATIONS = ("identity", "relu", "tanh")
BASELINE = 1.0  # what always answering the mean costs on average: the target's variance

Clip = Callable[[list[Tensor]], Clipped]
Kind = Literal["none", "norm", "value"]


@dataclass(frozen=True)
class ExplosionConfig:
    """One comparison: three runs that differ in the clipping alone.

    Attributes:
        hidden: H. length: T. batch: sequences an update. updates: the budget of every run.
        learning_rate: of plain SGD, the same in every run.
        norm_threshold, value_threshold: what the gradient is clipped at, as a whole and each component.
        activation: g, one of ACTIVATIONS.
        radius: the spectral radius that the Gaussian recurrent matrix starts with.
        seed: of weights and batches.

    Raises:
        ValueError: a value outside LIMITS.
    """

    hidden: int = 32
    length: int = 50
    batch: int = 16
    updates: int = 300
    learning_rate: float = 0.01
    norm_threshold: float = 1.0
    value_threshold: float = 0.5
    activation: str = "identity"
    radius: float = 0.85
    seed: int = 0

    def __post_init__(self) -> None:
        check_numbers(self, LIMITS)
        check_choice("activation", self.activation, ACTIVATIONS)


def clipping_comparison(
    config: ExplosionConfig | None = None, inspect: int | None = None
) -> tuple[ClippingRun, ClippingRun, ClippingRun]:
    """The same training without clipping, clipped by norm and clipped by value: same weights, same batches.

    A run stops where its loss or its gradient is no longer finite. The same numbers come out bit for bit on the same
    machine.

    Args:
        inspect: the update, from 1, whose components are kept, or the last finite one before it in a run that was
            stopped by then; None: in each run the one with the largest finite gradient.

    Raises:
        ValueError: there is no such update.
    """
    config = config or ExplosionConfig()
    if inspect is not None and not 1 <= inspect <= config.updates:
        raise ValueError(f"inspect is {inspect}, expected 1 to {config.updates}")
    by_norm, by_value = config.norm_threshold, config.value_threshold
    return (
        train(config, "none", unclipped, None, inspect),
        train(config, "norm", lambda gradient: clip_by_norm(gradient, by_norm), by_norm, inspect),
        train(config, "value", lambda gradient: clip_by_value(gradient, by_value), by_value, inspect),
    )


def components_at(config: ExplosionConfig, update: int) -> tuple[ClippingRun, ClippingRun, ClippingRun]:
    """The three runs up to one update, from 1, with the components of its gradient: what comes later is not trained."""
    return clipping_comparison(replace(config, updates=update), inspect=update)


def train(
    config: ExplosionConfig, kind: Kind, clip: Clip, threshold: float | None, inspect: int | None = None
) -> ClippingRun:
    """One run of plain SGD with whatever `clip` does to each gradient."""
    weights = first_weights(config)
    losses: list[float] = []
    baselines: list[float] = []
    clips: list[tuple[float, float, float]] = []  # norm before, norm after, angle
    time_norms: list[Array] = []
    inspected, kept, largest = 1, (np.zeros(0), np.zeros(0)), -1.0
    stopped_at = None
    for update in range(1, config.updates + 1):
        inputs, targets = batch_of(config, update)
        loss, gradient, by_step = loss_and_gradient(config, weights, inputs, targets)
        clipped = clip(gradient)
        losses.append(loss)
        baselines.append(float(targets.square().mean()))
        clips.append((clipped.norm_before, clipped.norm_after, clipped.angle))
        time_norms.append(by_step)
        finite = math.isfinite(loss) and math.isfinite(clipped.norm_before)
        wanted = update <= inspect if inspect is not None else clipped.norm_before > largest
        if (finite and wanted) or update == 1:
            inspected, largest = update, clipped.norm_before
            kept = as_vector(gradient).numpy(), as_vector(clipped.gradients).numpy()
        if not finite:
            stopped_at = update
            break
        weights = [w - config.learning_rate * g for w, g in zip(weights, clipped.gradients, strict=True)]
    before, after, angles = np.array(clips).T
    return ClippingRun(
        name="no clipping" if threshold is None else f"by {kind} {threshold:g}",
        losses=np.array(losses),
        norms_before=before,
        norms_after=after,
        angles=angles,
        time_norms=np.array(time_norms),
        components=kept[0],
        components_after=kept[1],
        inspected=inspected,
        threshold=threshold,
        stopped_at=stopped_at,
        kind=kind,
        baselines=np.array(baselines),
    )


def component_name(config: ExplosionConfig, place: int) -> str:
    """Which number of the weights a component of the gradient belongs to: "W_hh[3, 7]" is row 3, column 7, from 1."""
    units = config.hidden
    for name, shape in (("W_xh", (units, 1)), ("W_hh", (units, units)), ("b", (units,)), ("W_hy", (1, units))):
        if place < math.prod(shape):
            return f"{name}[{', '.join(str(at + 1) for at in np.unravel_index(place, shape))}]"
        place -= math.prod(shape)
    return "c[1]"


def first_weights(config: ExplosionConfig) -> list[Tensor]:
    """W_xh (H, 1), W_hh (H, H), b (H,), W_hy (1, H), c (1,) in float32, a stream of random numbers for each."""
    units = config.hidden
    draw = [np.random.default_rng([config.seed, part]) for part in range(3)]
    arrays = (
        0.3 * draw[0].standard_normal((units, 1)),
        recurrent_matrix("radius", units, config.radius, draw[1]),
        np.zeros(units),
        draw[2].standard_normal((1, units)) / math.sqrt(units),
        np.zeros(1),
    )
    return [torch.tensor(array, dtype=torch.float32) for array in arrays]


def batch_of(config: ExplosionConfig, update: int) -> tuple[Tensor, Tensor]:
    """Inputs (T, B, 1) and targets (B, 1) of one update, from 1, the same in every run."""
    numbers = np.random.default_rng([config.seed, 3, update - 1]).standard_normal((config.length, config.batch, 1))
    inputs = torch.tensor(numbers, dtype=torch.float32)
    return inputs, inputs.sum(0) / math.sqrt(config.length)


def loss_and_gradient(
    config: ExplosionConfig, weights: list[Tensor], inputs: Tensor, targets: Tensor
) -> tuple[float, list[Tensor], Array]:
    """The mean squared error L, its gradient in the order of the weights, and (T,) ‖∂L/∂h_t‖."""
    W_xh, W_hh, b, W_hy, c = weights
    layer = ElmanLayer(W_xh, W_hh, b, config.activation)
    states = layer.states(inputs)  # (T+1, B, H)
    errors = states[-1] @ W_hy.t() + c - targets  # (B, 1)
    at_output = 2.0 * errors / config.batch  # ∂L/∂y
    local = torch.zeros_like(states[1:])  # (T, B, H)
    local[-1] = at_output @ W_hy
    total, of_layer = layer.backward(inputs, states, local)
    gradient = [*of_layer, at_output.t() @ states[-1], at_output.sum(0)]
    return float(errors.square().mean()), gradient, step_norms(total)
