"""The LSTM cell on paper (Hochreiter & Schmidhuber 1997, with the forget gate of Gers et al. 2000)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from seqviz.records import Array, CellTrace, frozen_array
from seqviz.recurrent.activations import sigmoid, tanh
from seqviz.recurrent.cell import (
    Change,
    Head,
    State,
    Step,
    StepBack,
    gate_arrays,
    split_gates,
    torch_layer,
    unchanged,
)

GATES = ("i", "f", "g", "o")  # input, forget, candidate, output: the order in which PyTorch stacks them


@dataclass(frozen=True, eq=False)
class LSTM:
    """c_t = f ⊙ c_{t−1} + i ⊙ g and h_t = o ⊙ tanh(c_t), and with a head y_t = W_hy h_t + c.

    The gates i, f, o = σ(W_x x_t + W_h h_{t−1} + b) and the candidate g = tanh(…) each have weights of
    their own, kept under PyTorch's letters "i", "f", "g", "o".

    Attributes:
        W_x: gate → (H, D) from the input to the gate.
        W_h: gate → (H, H) from the previous hidden state to the gate.
        b: gate → (H,) the bias. PyTorch's two biases are added into this one.
        head: the read-out (W_hy, c), or None.
        squash_output: whether h_t is o ⊙ tanh(c_t), as everywhere in use, or o ⊙ c_t, as deck B writes it first.

    A step's gates: i, f, g, o. Its parts, each (H,): for every gate k input_product_k,
    recurrent_product_k and preactivation_k; then kept = f ⊙ c_{t−1}, written = i ⊙ g and
    squashed = tanh(c_t), or c_t itself.

    Raises:
        ValueError: a gate that is missing or unknown, or shapes that do not fit together.
    """

    W_x: Mapping[str, Array]
    W_h: Mapping[str, Array]
    b: Mapping[str, Array]
    head: Head | None = None
    squash_output: bool = True
    gate_names: ClassVar[tuple[str, ...]] = GATES

    def __post_init__(self) -> None:
        W_h = gate_arrays("W_h", self.W_h, GATES, None, None)
        units = len(W_h["i"])
        object.__setattr__(self, "W_h", gate_arrays("W_h", W_h, GATES, units, units))
        object.__setattr__(self, "W_x", gate_arrays("W_x", self.W_x, GATES, units, None))
        object.__setattr__(self, "b", gate_arrays("b", self.b, GATES, units))
        if self.head is not None:
            frozen_array("head weight", self.head.weight, None, units)

    @property
    def input_size(self) -> int:
        return int(self.W_x["i"].shape[1])

    @property
    def hidden_size(self) -> int:
        return len(self.W_h["i"])

    def start(self) -> State:
        """h_0 = 0 and c_0 = 0."""
        return State(np.zeros(self.hidden_size), np.zeros(self.hidden_size))

    def step(self, x: Array, state: State, change: Change = unchanged) -> Step:
        """One step: x (D,), h_{t−1} (H,) and c_{t−1} (H,) to h_t and c_t, with all that lies between.

        Raises:
            ValueError: the state carries no c.
        """
        h_prev, c_prev = state
        if c_prev is None:
            raise ValueError("an LSTM starts from (h, c), got h alone")
        input_product = {k: self.W_x[k] @ x for k in GATES}  # (H, D) @ (D,) → (H,) each
        recurrent_product = {k: self.W_h[k] @ h_prev for k in GATES}  # (H, H) @ (H,) → (H,) each
        z = {k: input_product[k] + recurrent_product[k] + self.b[k] for k in GATES}  # (H,) each

        i, f, o = (change(k, sigmoid(z[k])) for k in ("i", "f", "o"))  # (H,) each, in (0, 1)
        g = change("g", tanh(z["g"]))  # (H,), in (−1, 1)
        kept, written = f * c_prev, i * g  # (H,) each
        c = kept + written  # (H,)
        squashed = tanh(c) if self.squash_output else c  # (H,)
        h = change("h", o * squashed)  # (H,)

        parts = {f"input_product_{k}": input_product[k] for k in GATES}
        parts |= {f"recurrent_product_{k}": recurrent_product[k] for k in GATES}
        parts |= {f"preactivation_{k}": z[k] for k in GATES}
        parts |= {"kept": kept, "written": written, "squashed": squashed}
        return Step(State(h, c), gates={"i": i, "f": f, "g": g, "o": o}, parts=parts)

    def step_back(self, trace: CellTrace, t: int, hidden: Array, cell: Array | None) -> StepBack:
        """∂L/∂h_t and ∂L/∂c_t (B, H) to those of t − 1. Steps count from 1.

        The cell state passes by f_t alone, without a matrix: the conveyor belt along which gradients survive.
        """
        if cell is None or trace.cell is None:
            raise ValueError("an LSTM goes back with ∂L/∂h and ∂L/∂c, got ∂L/∂h alone")
        i, f, g, o = (trace.gates[k][t - 1] for k in GATES)  # (H,) each
        squashed = trace.parts["squashed"][t - 1]  # tanh(c_t), (H,)
        slope = 1.0 - squashed**2 if self.squash_output else 1.0
        dc = cell + hidden * o * slope  # (B, H): from the step after, and from h_t
        dz = {
            "i": dc * g * i * (1.0 - i),
            "f": dc * trace.cell[t - 1] * f * (1.0 - f),
            "g": dc * i * (1.0 - g**2),
            "o": hidden * squashed * o * (1.0 - o),
        }  # (B, H) each
        dh_prev = sum((dz[k] @ self.W_h[k] for k in GATES), np.zeros_like(hidden))  # (B, H)
        return StepBack(dh_prev, dc * f, dz, dz, dict.fromkeys(GATES, trace.hidden[t - 1]), dc)

    def parameters(self) -> dict[str, Array]:
        """Name → array, without the head: W_xi, W_hi, b_i and so on for every gate."""
        return {
            **{f"W_x{k}": self.W_x[k] for k in GATES},
            **{f"W_h{k}": self.W_h[k] for k in GATES},
            **{f"b_{k}": self.b[k] for k in GATES},
        }

    @classmethod
    def from_torch(cls, module: object, head: object | None = None) -> LSTM:
        """The same cell from a one-layer torch.nn.LSTM and, for the read-out, a torch.nn.Linear."""
        weight_ih, weight_hh, bias_ih, bias_hh = torch_layer(module, "LSTM")  # (4H, D), (4H, H), (4H,) twice
        return cls(
            W_x=split_gates(weight_ih, GATES),
            W_h=split_gates(weight_hh, GATES),
            b=split_gates(bias_ih + bias_hh, GATES),
            head=Head.from_torch(head),
        )
