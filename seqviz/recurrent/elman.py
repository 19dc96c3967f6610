"""The simple recurrent cell on paper (Elman 1990; decks A, B, C and E)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from seqviz.records import Array, CellTrace, frozen_array
from seqviz.recurrent.activations import ACTIVATIONS, DERIVATIVES
from seqviz.recurrent.cell import Change, Head, State, Step, StepBack, torch_layer, unchanged


@dataclass(frozen=True, eq=False)
class Elman:
    """h_t = g(W_xh x_t + W_hh h_{t−1} + b), and with a head y_t = W_hy h_t + c.

    Attributes:
        W_xh: (H, D) from the input to the hidden state.
        W_hh: (H, H) from the previous hidden state to this one.
        b: (H,) the bias. PyTorch's two biases are added into this one.
        head: the read-out (W_hy, c), or None.
        activation: g, one of "tanh", "relu", "sigmoid", "identity".

    A step's parts: input_product (H,), recurrent_product (H,), preactivation (H,).

    Raises:
        ValueError: shapes that do not fit together, or an unknown activation.
    """

    W_xh: Array
    W_hh: Array
    b: Array
    head: Head | None = None
    activation: str = "tanh"
    gate_names: ClassVar[tuple[str, ...]] = ()

    def __post_init__(self) -> None:
        if self.activation not in ACTIVATIONS:
            raise ValueError(f"activation is {self.activation!r}, expected one of {', '.join(ACTIVATIONS)}")
        W_hh = frozen_array("W_hh", self.W_hh, None, None)
        units = len(W_hh)
        object.__setattr__(self, "W_hh", frozen_array("W_hh", W_hh, units, units))
        object.__setattr__(self, "W_xh", frozen_array("W_xh", self.W_xh, units, None))
        object.__setattr__(self, "b", frozen_array("b", self.b, units))
        if self.head is not None:
            frozen_array("head weight", self.head.weight, None, units)

    @property
    def input_size(self) -> int:
        return int(self.W_xh.shape[1])

    @property
    def hidden_size(self) -> int:
        return len(self.W_hh)

    def start(self) -> State:
        """h_0 = 0."""
        return State(np.zeros(self.hidden_size))

    def step(self, x: Array, state: State, change: Change = unchanged) -> Step:
        """One step: x (D,) and h_{t−1} (H,) to h_t (H,), with the products on the way."""
        input_product = self.W_xh @ x  # (H, D) @ (D,) → (H,)
        recurrent_product = self.W_hh @ state.hidden  # (H, H) @ (H,) → (H,)
        preactivation = input_product + recurrent_product + self.b  # (H,)
        hidden = change("h", ACTIVATIONS[self.activation](preactivation))  # (H,)
        return Step(
            State(hidden),
            parts={
                "input_product": input_product,
                "recurrent_product": recurrent_product,
                "preactivation": preactivation,
            },
        )

    def step_back(self, trace: CellTrace, t: int, hidden: Array, cell: Array | None = None) -> StepBack:
        """∂L/∂h_t (B, H) to ∂L/∂h_{t−1}: through g′, then through W_hhᵀ. Steps count from 1."""
        slope = DERIVATIVES[self.activation](trace.parts["preactivation"][t - 1], trace.hidden[t])  # (H,)
        dz = hidden * slope  # (B, H)
        side = {"h": dz}
        return StepBack(dz @ self.W_hh, None, side, side, {"h": trace.hidden[t - 1]})  # (B, H) @ (H, H)

    def parameters(self) -> dict[str, Array]:
        """Name → array, without the head: W_xh, W_hh, b."""
        return {"W_xh": self.W_xh, "W_hh": self.W_hh, "b": self.b}

    @classmethod
    def from_torch(cls, module: object, head: object | None = None) -> Elman:
        """The same cell from a one-layer torch.nn.RNN and, for the read-out, a torch.nn.Linear."""
        weight_ih, weight_hh, bias_ih, bias_hh = torch_layer(module, "RNN")
        activation = str(getattr(module, "nonlinearity", "tanh"))
        return cls(weight_ih, weight_hh, bias_ih + bias_hh, Head.from_torch(head), activation)
