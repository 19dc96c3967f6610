"""What the three paper cells have in common: a step, a start state and a read-out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import NamedTuple, Protocol

import numpy as np

from seqviz.records import Array, CellTrace, frozen_array


class State(NamedTuple):
    """What one step hands to the next: h (H,), and for an LSTM c (H,)."""

    hidden: Array
    cell: Array | None = None


Change = Callable[[str, Array], Array]


def unchanged(name: str, value: Array) -> Array:
    """What a step passes each gate and its h through where nothing is changed (see `seqviz.recurrent.changes`)."""
    return value


@dataclass(frozen=True, eq=False)
class Step:
    """One time step with every intermediate kept. Vectors are (H,); the names are each cell's own."""

    state: State
    gates: Mapping[str, Array] = field(default_factory=dict)
    parts: Mapping[str, Array] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class StepBack:
    """One step backward, for B gradients at once (B rows: one a loss, or one for their sum).

    Attributes:
        hidden: (B, H) what flows on to h_{t−1}.
        cell: (B, H) what flows on to c_{t−1}; None without a cell state.
        input_side: gate → (B, H) the gradient at what is added to W_x x_t (its preactivation).
        recurrent_side: gate → (B, H) the gradient at the recurrent product of that gate.
        recurrent_input: gate → (H,) what that gate's recurrent matrix was multiplied with.
        cell_total: (B, H) ∂L/∂c_t with what reaches c_t by way of h_t; None without a cell state.
    """

    hidden: Array
    cell: Array | None
    input_side: Mapping[str, Array]
    recurrent_side: Mapping[str, Array]
    recurrent_input: Mapping[str, Array]
    cell_total: Array | None = None


class Cell(Protocol):
    """A recurrent cell on paper. Elman, LSTM and GRU satisfy it."""

    @property
    def gate_names(self) -> tuple[str, ...]: ...
    @property
    def input_size(self) -> int: ...
    @property
    def hidden_size(self) -> int: ...
    @property
    def head(self) -> Head | None: ...
    def start(self) -> State: ...
    def step(self, x: Array, state: State, change: Change = unchanged) -> Step: ...
    def step_back(self, trace: CellTrace, t: int, hidden: Array, cell: Array | None) -> StepBack: ...
    def parameters(self) -> dict[str, Array]: ...


@dataclass(frozen=True, eq=False)
class Head:
    """The read-out W_hy h_t + c: the same two arrays at every step.

    Attributes:
        weight: (K, H) W_hy.
        bias: (K,) c.
    """

    weight: Array
    bias: Array

    def __post_init__(self) -> None:
        weight = frozen_array("head weight", self.weight, None, None)
        object.__setattr__(self, "weight", weight)
        object.__setattr__(self, "bias", frozen_array("head bias", self.bias, len(weight)))

    def __call__(self, hidden: Array) -> Array:
        """Logits (…, K) of hidden states (…, H)."""
        result: Array = hidden @ self.weight.T + self.bias  # (…, H) @ (H, K) → (…, K)
        return result

    @classmethod
    def from_torch(cls, linear: object | None) -> Head | None:
        """The same read-out from a torch.nn.Linear, or None from None."""
        if linear is None:
            return None
        weight = torch_array(linear, "weight")
        bias = torch_array(linear, "bias") if getattr(linear, "bias", None) is not None else np.zeros(len(weight))
        return cls(weight, bias)


def gate_arrays(
    name: str, arrays: Mapping[str, Array], letters: Sequence[str], *shape: int | None
) -> Mapping[str, Array]:
    """Read-only copy of one array per gate, in the order of `letters`, all of one shape.

    None in `shape` leaves a length to the first gate; the others must then have the same.

    Raises:
        ValueError: a gate is missing or unknown, or a shape differs; the message names the gate.
    """
    missing = [letter for letter in letters if letter not in arrays]
    unknown = [letter for letter in arrays if letter not in letters]
    if missing or unknown:
        wrong = [f"missing {', '.join(missing)}"] * bool(missing)
        wrong += [f"unknown {', '.join(map(str, unknown))}"] * bool(unknown)
        raise ValueError(f"{name}: {' and '.join(wrong)}, expected exactly the gates {', '.join(letters)}")
    first = frozen_array(f"{name}[{letters[0]!r}]", arrays[letters[0]], *shape)
    return MappingProxyType(
        {letter: frozen_array(f"{name}[{letter!r}]", arrays[letter], *first.shape) for letter in letters}
    )


def split_gates(stacked: Array, letters: Sequence[str]) -> dict[str, Array]:
    """PyTorch's stacked weights (G·H, …) or biases (G·H,) as gate → (H, …), in the order of `letters`."""
    return dict(zip(letters, np.split(stacked, len(letters)), strict=True))


def torch_array(module: object, name: str) -> Array:
    """A parameter of a torch module as float64, without importing torch here."""
    tensor = getattr(module, name)
    array: Array = np.asarray(tensor.detach().cpu().double().numpy(), dtype=np.float64)
    return array


def torch_layer(module: object, kind: str) -> tuple[Array, Array, Array, Array]:
    """(weight_ih, weight_hh, bias_ih, bias_hh) of a one-layer, one-direction torch.nn recurrent module.

    Raises:
        TypeError: `module` is no torch.nn.<kind>.
        ValueError: it has several layers, two directions or a projection, which one cell on paper cannot be.
    """
    if type(module).__name__ != kind:
        raise TypeError(f"expected a torch.nn.{kind}, got {type(module).__name__}")
    layers, directions = getattr(module, "num_layers", 1), 1 + bool(getattr(module, "bidirectional", False))
    if layers != 1 or directions != 1 or getattr(module, "proj_size", 0):
        raise ValueError(
            f"one cell on paper is one layer in one direction without projection; this torch.nn.{kind} has "
            f"{layers} layer(s), {directions} direction(s), projection size {getattr(module, 'proj_size', 0)}"
        )
    weight_ih, weight_hh = torch_array(module, "weight_ih_l0"), torch_array(module, "weight_hh_l0")
    if not getattr(module, "bias", True):
        return weight_ih, weight_hh, np.zeros(len(weight_ih)), np.zeros(len(weight_ih))
    return weight_ih, weight_hh, torch_array(module, "bias_ih_l0"), torch_array(module, "bias_hh_l0")
