"""What a backward pass leaves behind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from seqviz.records.arrays import Array, frozen_array


@dataclass(frozen=True, eq=False)
class GradientTrace:
    """Everything that backpropagation through time computed for one sequence. The loss is L = Σ_t L_t.

    Attributes:
        losses: (T,) L_t, 0 where a step has no target.
        hidden: (T+1, H) ∂L/∂h_t; row 0 is the start state's.
        contributions: (T, T) the norm of the (t, k) term of ∂L_t/∂W for the recurrent weights: the part that came
            back from the loss at step t to the use of W at step k; 0 above the diagonal.
        parameters: name → ∂L/∂parameter, under the cell's own names, the head's as W_hy and c.
        cell: (T+1, H) ∂L/∂c_t of an LSTM; None for other cells.
        local: (T, H) ∂L_t/∂h_t, what each step's own loss puts in.
        jacobians: (T, H, H) ∂h_t/∂h_{t−1}, entry [i, j] = ∂h_t[i]/∂h_{t−1}[j], c_{t−1} held fixed.
        inputs: (T, D) ∂L/∂x_t.
        outputs: (T, K) ∂L/∂ of the head's linear outputs.
        preactivations: gate → (T, H) ∂L/∂ of what that gate squashes ("h" for Elman).
    """

    losses: Array
    hidden: Array
    contributions: Array
    parameters: Mapping[str, Array]
    cell: Array | None
    local: Array
    jacobians: Array
    inputs: Array
    outputs: Array
    preactivations: Mapping[str, Array]

    def __post_init__(self) -> None:
        losses = frozen_array("losses", self.losses, None)  # (T,)
        steps = len(losses)
        hidden = frozen_array("hidden", self.hidden, steps + 1, None)  # (T+1, H)
        units = hidden.shape[1]
        set_field = object.__setattr__
        set_field(self, "losses", losses)
        set_field(self, "hidden", hidden)
        set_field(self, "contributions", frozen_array("contributions", self.contributions, steps, steps))
        if self.cell is not None:
            set_field(self, "cell", frozen_array("cell", self.cell, steps + 1, units))
        set_field(self, "local", frozen_array("local", self.local, steps, units))
        set_field(self, "jacobians", frozen_array("jacobians", self.jacobians, steps, units, units))
        set_field(self, "inputs", frozen_array("inputs", self.inputs, steps, None))
        set_field(self, "outputs", frozen_array("outputs", self.outputs, steps, None))
        for name in ("parameters", "preactivations"):
            arrays = {
                key: frozen_array(f"{name}[{key!r}]", value, *np.shape(value))
                for key, value in getattr(self, name).items()
            }
            set_field(self, name, MappingProxyType(arrays))

    def __reduce__(self) -> tuple[type[GradientTrace], tuple[object, ...]]:
        fields = (dict(value) if isinstance(value, Mapping) else value for value in vars(self).values())
        return GradientTrace, tuple(fields)


@dataclass(frozen=True, eq=False)
class Saliency:
    """What one output at one step depended on: its gradient at every input vector.

    Attributes:
        inputs: (T, D) the tokens' input vectors.
        gradients: (T, D) ∂value/∂x_t; 0 where a token comes after the step and is read by no reverse direction.
        output, step: which output, from 0, at which step, from 1.
        value: that output itself: a logit, or the logarithm of a probability.
    """

    inputs: Array
    gradients: Array
    output: int
    step: int
    value: float

    def __post_init__(self) -> None:
        inputs = frozen_array("inputs", self.inputs, None, None)  # (T, D)
        object.__setattr__(self, "inputs", inputs)
        object.__setattr__(self, "gradients", frozen_array("gradients", self.gradients, *inputs.shape))

    @property
    def norms(self) -> Array:
        """(T,) ‖∂value/∂x_t‖: how much a small change of that token's vector could move the output."""
        result: Array = np.linalg.norm(self.gradients, axis=1)
        return result

    @property
    def products(self) -> Array:
        """(T,) ∂value/∂x_t · x_t: signed; to first order what the output would lose without that token's vector."""
        result: Array = (self.gradients * self.inputs).sum(axis=1)
        return result


@dataclass(frozen=True, eq=False)
class Truncation:
    """What truncated backpropagation through time does to one gradient.

    Attributes:
        contributions: (T, T) the norm of every (t, k) term for the recurrent weights, as in `GradientTrace`.
        cosine, ratio: what the gradient is of ("recurrent weights", "all parameters") → (T,) for the windows 1 … T, how
            the truncated gradient lies to the full one and how long it is against it; nan where there is no direction.
    """

    contributions: Array
    cosine: Mapping[str, Array]
    ratio: Mapping[str, Array]

    def __post_init__(self) -> None:
        steps = len(self.contributions)
        object.__setattr__(self, "contributions", frozen_array("contributions", self.contributions, steps, steps))
        for name in ("cosine", "ratio"):
            curves = {what: frozen_array(f"{name}[{what!r}]", v, steps) for what, v in getattr(self, name).items()}
            object.__setattr__(self, name, MappingProxyType(curves))

    @property
    def steps(self) -> int:
        """T, the number of time steps."""
        return len(self.contributions)

    def kept(self, window: int) -> float:
        """The sum of the norms of the terms that a window keeps: those with t − k < window."""
        t, k = np.indices(self.contributions.shape)
        return float(self.contributions[(t >= k) & (t - k < window)].sum())
