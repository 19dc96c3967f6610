"""The cliff of Pascanu, Mikolov and Bengio (2013, figure 6): one unit, fifty steps, two parameters.

Their form, with the σ inside: h_t = w · σ(h_{t−1}) + b from a given h_0, and no inputs. The loss looks at the end
alone: L(w, b) = (σ(h_T) − 0.7)². For w > 4 the unit can have two resting points with a tipping point between them.
Where the tipping point passes h_0 the state ends at the one or at the other, and the loss has a wall; on the wall
∂h_T/∂w is a product of T slopes above 1. Gradient descent follows the valley towards it, steps on it, and is thrown
far away; with the norm of the gradient clipped the same step stays short.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from seqviz.learning.limits import Limits, check_numbers
from seqviz.records import Array, Cliff

MOVED = 1e-13  # of w at the start: about a hundred roundings
APART = 0.01  # of a point's or a loss's own size: a path that is so far off goes elsewhere
BOUND = 20.0  # a path is cut after the first point where |w| or |b| exceeds it

LIMITS: Limits = {
    "w": (-BOUND, BOUND),
    "b": (-BOUND, BOUND),
    "learning_rate": (1e-4, 10.0),
    "threshold": (1e-3, 100.0),
    "updates": (1, 500),
    "start": (-10.0, 10.0),
    "target": (0.01, 0.99),
    "steps": (1, 200),
    "resolution": (2, 400),
}


@dataclass(frozen=True)
class CliffConfig:
    """The surface to show and where to start on it.

    Attributes:
        w, b: where both paths start.
        learning_rate: of both paths. threshold: the norm at which the second one is clipped. updates: of both.
        start: h_0. target: what σ(h_T) should be. steps: T.
        weights, biases: the range of w and of b to show, lower bound first. resolution: points along each.

    Raises:
        ValueError: a value outside LIMITS, or a range whose bounds are not in order.
    """

    w: float = 5.5
    b: float = -2.5
    learning_rate: float = 0.3
    threshold: float = 0.5
    updates: int = 150
    start: float = 0.5
    target: float = 0.7
    steps: int = 50
    weights: tuple[float, float] = (2.5, 7.0)
    biases: tuple[float, float] = (-6.0, -1.0)
    resolution: int = 181

    def __post_init__(self) -> None:
        check_numbers(self, LIMITS)
        for name, (low, high) in (("weights", self.weights), ("biases", self.biases)):
            if not -BOUND <= low < high <= BOUND:
                raise ValueError(
                    f"{name} go from {low:g} to {high:g}, expected a rising range within −{BOUND:g} and {BOUND:g}"
                )


def cliff(config: CliffConfig | None = None) -> Cliff:
    """The surface, and gradient descent from one start: "no clipping" and "by norm 0.5".

    A path has `updates` + 1 rows. If it leaves ±BOUND it is cut there: it is shorter, and its last row is the first
    point outside.
    """
    config = config or CliffConfig()
    weights = np.linspace(*config.weights, config.resolution)  # (A,)
    biases = np.linspace(*config.biases, config.resolution)  # (B,)
    losses, _, _ = loss_and_gradient(config, weights[np.newaxis, :], biases[:, np.newaxis])  # (B, A)
    walks = {
        "no clipping": descend(config, None),
        f"by norm {config.threshold:g}": descend(config, config.threshold),
    }
    return Cliff(
        weights=weights,
        biases=biases,
        losses=losses,
        paths={name: path for name, (path, _) in walks.items()},
        chance={name: update for name, (_, update) in walks.items() if update is not None},
    )


def loss_and_gradient(config: CliffConfig, w: ArrayLike, b: ArrayLike) -> tuple[Array, Array, Array]:
    """L, ∂L/∂w and ∂L/∂b at every (w, b), of any shapes that broadcast.

    The sensitivities run forward with the state: ∂h_t/∂w = w σ′(h_{t−1}) ∂h_{t−1}/∂w + σ(h_{t−1}), and
    ∂h_t/∂b = w σ′(h_{t−1}) ∂h_{t−1}/∂b + 1, both 0 for the given h_0.
    """
    w, b = np.broadcast_arrays(np.asarray(w, dtype=np.float64), np.asarray(b, dtype=np.float64))
    h, by_w, by_b = np.full(w.shape, config.start), np.zeros(w.shape), np.zeros(w.shape)
    with np.errstate(over="ignore", under="ignore"):
        for _ in range(config.steps):
            s = sigmoid(h)
            slope = w * s * (1 - s)  # ∂h_t/∂h_{t−1}
            by_w = slope * by_w + s
            by_b = slope * by_b + 1.0
            h = w * s + b
        s = sigmoid(h)
        error = s - config.target
        through = 2 * error * s * (1 - s)
        return error**2, through * by_w, through * by_b


def sigmoid(z: Array) -> Array:
    """σ(z) = ½ (1 + tanh(z/2)), so that no z overflows."""
    result: Array = 0.5 * (1.0 + np.tanh(0.5 * z))
    return result


def descend(config: CliffConfig, threshold: float | None) -> tuple[Array, int | None]:
    """(≤ U+1, 3) w, b and loss, row 0 the start, cut as `cliff` says; and the update from which it hangs on rounding.

    Two more walkers start MOVED to either side. On the wall a difference grows a thousandfold in a step: once one of
    them lies APART from the path, no one can say from the start alone where it goes.
    """
    w, b = config.w * np.array([1.0, 1.0 + MOVED, 1.0 - MOVED]), np.full(3, float(config.b))  # (3,)
    points = []
    with np.errstate(over="ignore", invalid="ignore"):
        for update in range(config.updates + 1):
            loss, by_w, by_b = loss_and_gradient(config, w, b)
            points.append(np.stack([w, b, loss], axis=1))  # (3, 3)
            if left(w[0], b[0]) or update == config.updates:
                break
            norm = np.hypot(by_w, by_b)
            factor = np.full(3, float(config.learning_rate))
            if threshold is not None:
                factor *= threshold / np.maximum(norm, threshold)
            w, b = w - factor * by_w, b - factor * by_b
        walked = np.stack(points, axis=1)  # (3, ≤ U+1, 3)
        path, others = walked[0], walked[1:]
        off = np.hypot(*np.moveaxis(others[:, :, :2] - path[:, :2], -1, 0))  # (2, ≤ U+1)
        near = off <= APART * np.maximum(np.hypot(path[:, 0], path[:, 1]), 1.0)
        apart = ~(near & (np.abs(others[:, :, 2] - path[:, 2]) <= APART * np.maximum(path[:, 2], 0.01))).all(axis=0)
    return path, int(apart.argmax()) if apart.any() else None


def left(w: float, b: float) -> bool:
    """Whether a point lies outside ±BOUND; nan does."""
    return not (abs(w) <= BOUND and abs(b) <= BOUND)
