"""The GRU cell on paper (Cho et al. 2014), in the four forms that papers, decks and libraries use."""

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

GATES = ("r", "z", "n")  # reset, update, candidate: the order in which PyTorch stacks them
UPDATE_KEEPS = ("old", "new")


@dataclass(frozen=True, eq=False)
class GRU:
    """h_t = (1 − z) ⊙ n + z ⊙ h_{t−1}, and with a head y_t = W_hy h_t + c.

    The gates are r, z = σ(W_x x_t + b + W_h h_{t−1} + b_h), the candidate is
    n = tanh(W_x x_t + b + r ⊙ (W_h h_{t−1} + b_h)), each with weights of its own, kept under PyTorch's
    letters "r", "z", "n". Two choices lead to the other forms in use:

    Attributes:
        W_x: gate → (H, D) from the input to the gate.
        W_h: gate → (H, H) from the previous hidden state to the gate.
        b: gate → (H,) the bias beside W_x x_t.
        b_h: gate → (H,) the bias beside W_h h_{t−1}. For r and z only b + b_h matters; for n the reset
            gate scales b_h too, if reset_after.
        head: the read-out (W_hy, c), or None.
        reset_after: where r acts in the candidate. True: on the product, r ⊙ (W_h h_{t−1} + b_h), as
            PyTorch. False: on the state, W_h (r ⊙ h_{t−1}) + b_h, as Cho et al. 2014.
        update_keeps: what z = 1 keeps. "old": h_t = (1 − z) ⊙ n + z ⊙ h_{t−1}, as PyTorch and Keras.
            "new": h_t = (1 − z) ⊙ h_{t−1} + z ⊙ n, as most lecture decks.

    A step's gates: r, z, n. Its parts, each (H,): for every gate k input_product_k, recurrent_product_k
    (for n the product W_h h_{t−1} if reset_after, else W_h (r ⊙ h_{t−1})) and preactivation_k; then
    reset = r ⊙ (W_h h_{t−1} + b_h) of n if reset_after, else r ⊙ h_{t−1}; and kept and written, the
    shares of h_{t−1} and of n in h_t.

    Raises:
        ValueError: a gate that is missing or unknown, shapes that do not fit together, or an unknown
            update_keeps.
    """

    W_x: Mapping[str, Array]
    W_h: Mapping[str, Array]
    b: Mapping[str, Array]
    b_h: Mapping[str, Array]
    head: Head | None = None
    reset_after: bool = True
    update_keeps: str = "old"
    gate_names: ClassVar[tuple[str, ...]] = GATES

    def __post_init__(self) -> None:
        if self.update_keeps not in UPDATE_KEEPS:
            raise ValueError(f"update_keeps is {self.update_keeps!r}, expected one of {', '.join(UPDATE_KEEPS)}")
        W_h = gate_arrays("W_h", self.W_h, GATES, None, None)
        units = len(W_h["r"])
        object.__setattr__(self, "W_h", gate_arrays("W_h", W_h, GATES, units, units))
        object.__setattr__(self, "W_x", gate_arrays("W_x", self.W_x, GATES, units, None))
        object.__setattr__(self, "b", gate_arrays("b", self.b, GATES, units))
        object.__setattr__(self, "b_h", gate_arrays("b_h", self.b_h, GATES, units))
        if self.head is not None:
            frozen_array("head weight", self.head.weight, None, units)

    @property
    def input_size(self) -> int:
        return int(self.W_x["r"].shape[1])

    @property
    def hidden_size(self) -> int:
        return len(self.W_h["r"])

    def start(self) -> State:
        """h_0 = 0."""
        return State(np.zeros(self.hidden_size))

    def step(self, x: Array, state: State, change: Change = unchanged) -> Step:
        """One step: x (D,) and h_{t−1} (H,) to h_t (H,), with all that lies between."""
        h_prev = state.hidden
        W_h, b, b_h = self.W_h, self.b, self.b_h
        input_product = {k: self.W_x[k] @ x for k in GATES}  # (H, D) @ (D,) → (H,) each
        recurrent_product = {k: W_h[k] @ h_prev for k in ("r", "z")}  # (H, H) @ (H,) → (H,) each
        a = {k: input_product[k] + b[k] + recurrent_product[k] + b_h[k] for k in ("r", "z")}  # (H,) each
        r, z = (change(k, sigmoid(a[k])) for k in ("r", "z"))  # (H,) each, in (0, 1)

        if self.reset_after:
            recurrent_product["n"] = W_h["n"] @ h_prev  # (H, H) @ (H,) → (H,)
            reset = r * (recurrent_product["n"] + b_h["n"])  # (H,)
            a["n"] = input_product["n"] + b["n"] + reset  # (H,)
        else:
            reset = r * h_prev  # (H,)
            recurrent_product["n"] = W_h["n"] @ reset  # (H, H) @ (H,) → (H,)
            a["n"] = input_product["n"] + b["n"] + recurrent_product["n"] + b_h["n"]  # (H,)
        n = change("n", tanh(a["n"]))  # (H,), in (−1, 1)

        if self.update_keeps == "old":
            kept, written = z * h_prev, (1.0 - z) * n  # (H,) each
        else:
            kept, written = (1.0 - z) * h_prev, z * n  # (H,) each
        h = change("h", kept + written)  # (H,)

        parts = {f"input_product_{k}": input_product[k] for k in GATES}
        parts |= {f"recurrent_product_{k}": recurrent_product[k] for k in GATES}
        parts |= {f"preactivation_{k}": a[k] for k in GATES}
        parts |= {"reset": reset, "kept": kept, "written": written}
        return Step(State(h), gates={"r": r, "z": z, "n": n}, parts=parts)

    def step_back(self, trace: CellTrace, t: int, hidden: Array, cell: Array | None = None) -> StepBack:
        """∂L/∂h_t (B, H) to ∂L/∂h_{t−1}, in each of the four forms. Steps count from 1."""
        r, z, n = (trace.gates[k][t - 1] for k in GATES)  # (H,) each
        h_prev = trace.hidden[t - 1]  # (H,)
        keeps_old = self.update_keeps == "old"
        old, new = (z, 1.0 - z) if keeps_old else (1.0 - z, z)  # the shares of h_{t−1} and of n_t, (H,)
        dz_gate = hidden * ((h_prev - n) if keeps_old else (n - h_prev))  # ∂L/∂z_t, (B, H)
        da_n = hidden * new * (1.0 - n**2)  # (B, H)
        dh_prev = hidden * old  # (B, H)
        if self.reset_after:
            inner = trace.parts["recurrent_product_n"][t - 1] + self.b_h["n"]  # W_hn h_{t−1} + b_hn, (H,)
            dr = da_n * inner  # (B, H)
            recurrent_n, read = da_n * r, h_prev
            dh_prev = dh_prev + recurrent_n @ self.W_h["n"]
        else:
            recurrent_n, read = da_n, r * h_prev
            through = da_n @ self.W_h["n"]  # ∂L/∂(r ⊙ h_{t−1}), (B, H)
            dr = through * h_prev
            dh_prev = dh_prev + through * r
        da_r, da_z = dr * r * (1.0 - r), dz_gate * z * (1.0 - z)  # (B, H) each
        dh_prev = dh_prev + da_r @ self.W_h["r"] + da_z @ self.W_h["z"]
        return StepBack(
            dh_prev,
            None,
            {"r": da_r, "z": da_z, "n": da_n},
            {"r": da_r, "z": da_z, "n": recurrent_n},
            {"r": h_prev, "z": h_prev, "n": read},
        )

    def parameters(self) -> dict[str, Array]:
        """Name → array, without the head: W_xr, W_hr, b_r, b_hr and so on for every gate."""
        return {
            **{f"W_x{k}": self.W_x[k] for k in GATES},
            **{f"W_h{k}": self.W_h[k] for k in GATES},
            **{f"b_{k}": self.b[k] for k in GATES},
            **{f"b_h{k}": self.b_h[k] for k in GATES},
        }

    @classmethod
    def from_torch(cls, module: object, head: object | None = None) -> GRU:
        """The same cell from a one-layer torch.nn.GRU and, for the read-out, a torch.nn.Linear."""
        weight_ih, weight_hh, bias_ih, bias_hh = torch_layer(module, "GRU")  # (3H, D), (3H, H), (3H,) twice
        return cls(
            W_x=split_gates(weight_ih, GATES),
            W_h=split_gates(weight_hh, GATES),
            b=split_gates(bias_ih, GATES),
            b_h=split_gates(bias_hh, GATES),
            head=Head.from_torch(head),
        )
