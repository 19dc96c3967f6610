"""Four lines of the decks on backpropagation as they stand on the slide, beside what the derivative is.

All are for the loss of one step t and its gradient at a shared weight, L_t and ∂L_t/∂W, or for one update. Every one of
them is easy to copy and wrong: the functions return both, so that the difference can be measured.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from seqviz.records import Array, CellTrace
from seqviz.recurrent.activations import DERIVATIVES
from seqviz.recurrent.bptt import output_gradients
from seqviz.recurrent.cell import Head
from seqviz.recurrent.elman import Elman
from seqviz.recurrent.losses import step_losses
from seqviz.recurrent.vectors import angle, length


@dataclass(frozen=True, eq=False)
class Slip:
    """One line of a slide, measured.

    Attributes:
        parameter: whose gradient it is, under the cell's name: W_xh, W_hh or W_hy.
        slide: (·, ·) what the slide's line gives; exact: (·, ·) the derivative.
    """

    parameter: str
    slide: Array
    exact: Array

    @property
    def relative_error(self) -> float:
        """‖slide − exact‖ / ‖exact‖; infinite where the derivative is 0 and the slide's line is not."""
        size, off = length(self.exact), length(self.slide - self.exact)
        return off / size if size else (np.inf if off else 0.0)

    @property
    def angle(self) -> float:
        """Degrees between the two; nan where one of them is 0."""
        return angle(self.slide, self.exact)


@dataclass(frozen=True, eq=False)
class Chain:
    """What the four lines are made of, for the loss at step t (from 1): g′(z), the state before, the error."""

    cell: Elman
    trace: CellTrace
    t: int
    output: Array  # (K,) ∂L_t/∂logits_t
    dz: Array  # (H,) ∂L_t/∂z_t

    @classmethod
    def of(cls, cell: Elman, trace: CellTrace, targets: ArrayLike, loss: str, t: int) -> Chain:
        """Raises ValueError where t is no step, or the cell has no head."""
        if cell.head is None or trace.outputs is None:
            raise ValueError("a cell without a head has no outputs, and so no loss to go back from")
        if not 1 <= t <= trace.steps:
            raise ValueError(f"t is {t}, expected 1 to {trace.steps}")
        output = output_gradients(trace.outputs, targets, loss)[t - 1]  # (K,)
        chain = cls(cell, trace, t, output, np.empty(0))
        return cls(cell, trace, t, output, (output @ cell.head.weight) * chain.slope(t))  # (K,) @ (K, H) → (H,)

    def slope(self, k: int) -> Array:
        """(H,) g′(z_k)."""
        derivative = DERIVATIVES[self.cell.activation]
        return derivative(self.trace.parts["preactivation"][k - 1], self.trace.hidden[k])

    def back(self, dz: Array, k: int) -> Array:
        """(H,) from ∂L_t/∂z_{k+1} to ∂L_t/∂z_k: through W_hhᵀ, times g′(z_k)."""
        return (dz @ self.cell.W_hh) * self.slope(k)

    def exact(self, parameter: str) -> Array:
        """∂L_t/∂W_hh or ∂L_t/∂W_xh: the sum over all k ≤ t."""
        read = self.trace.hidden if parameter == "W_hh" else self.trace.inputs  # [k − 1] is h_{k−1}, or x_k
        dz, total = self.dz, np.outer(self.dz, read[self.t - 1])
        for k in range(self.t - 1, 0, -1):
            dz = self.back(dz, k)
            total += np.outer(dz, read[k - 1])
        return total


def missing_recurrent_factor(chain: Chain) -> Slip:
    """Deck A: ∂h_4/∂W_hh = g′ · [h_3 + h_2 + …], without W_hh and the inner g′ before each older state."""
    states = chain.trace.hidden[: chain.t].sum(axis=0)  # h_{t−1} + … + h_0, (H,)
    return Slip("W_hh", np.outer(chain.dz, states), chain.exact("W_hh"))


def wrong_sign(chain: Chain) -> Slip:
    """Deck A: W_sh − Σ (y_i − s_i) h_i climbs the loss: subtracted is minus the gradient. This is step t's share."""
    exact = np.outer(chain.output, chain.trace.hidden[chain.t])  # (s − y) hᵀ, (K, H)
    return Slip("W_hy", -exact, exact)


def losses_after_head_update(cell: Elman, trace: CellTrace, targets: ArrayLike, loss: str, rate: float) -> list[float]:
    """L = Σ_t L_t now, after the slide's update of W_sh alone, and after W_sh − η ∂L/∂W_sh with η = `rate`.

    The slide's line has no learning rate and the wrong sign: W_sh − Σ (y_i − s_i) h_i.
    """
    assert cell.head is not None
    assert trace.outputs is not None
    gradient = output_gradients(trace.outputs, targets, loss).T @ trace.hidden[1:]  # (K, T) @ (T, H)
    changes = (np.zeros_like(gradient), gradient, -rate * gradient)
    heads = (Head(cell.head.weight + change, cell.head.bias) for change in changes)
    with np.errstate(over="ignore", invalid="ignore"):
        return [float(step_losses(head(trace.hidden[1:]), targets, loss).sum()) for head in heads]


def wrong_inner_derivative(chain: Chain) -> Slip:
    """Deck A: ∂h_4/∂W_xh = g′ · [x_4 + W_hh · g′(z_2) · ∂z_2/∂W_xh]: step 3 is left out.

    Raises:
        ValueError: t is below 3, so that there is no step to leave out.
    """
    _at_least(3, chain)
    x = chain.trace.inputs
    slide = np.outer(chain.dz, x[chain.t - 1])
    dz = chain.back(chain.dz, chain.t - 2)  # one W_hhᵀ, and the slope of two steps before
    slide += np.outer(dz, x[chain.t - 3])
    for k in range(chain.t - 3, 0, -1):
        dz = chain.back(dz, k)
        slide += np.outer(dz, x[k - 1])
    return Slip("W_xh", slide, chain.exact("W_xh"))


def skipped_state(chain: Chain) -> Slip:
    """Deck E: in the term of k = 1 the chain goes ∂a_4/∂a_3 · ∂a_3/∂a_1 as one step, so ∂a_3/∂a_2 is missing.

    Raises:
        ValueError: t is below 4, so that the chain to k = 1 does not go by way of it.
    """
    _at_least(4, chain)
    dz, right = chain.dz, chain.dz
    for k in range(chain.t - 1, 0, -1):
        right = chain.back(right, k)
        if k != 3:  # ∂a_3/∂a_2 = diag(g′(z_3)) W_hh is what is missing
            dz = chain.back(dz, k)
    exact = chain.exact("W_xh")
    first = chain.trace.inputs[0]
    return Slip("W_xh", exact - np.outer(right, first) + np.outer(dz, first), exact)


def _at_least(steps: int, chain: Chain) -> None:
    if chain.t < steps:
        raise ValueError(f"the loss is at step {chain.t}; this line needs one at step {steps} or later")
