"""What a forward pass leaves behind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np

from seqviz.records.arrays import Array, frozen_array


@dataclass(frozen=True, eq=False)  # arrays have no single truth to compare or hash by
class CellTrace:
    """Everything one recurrent layer computed over one sequence, on paper or read off a torch module.

    Attributes:
        inputs: (T, D) what was fed in, x_1 … x_T.
        hidden: (T+1, H) hidden states; row 0 is the start h_0, row t is h_t.
        cell: (T+1, H) cell states of an LSTM, row 0 the start; None for other cells.
        gates: name → (T, H), in PyTorch's letters (LSTM: i, f, g, o; GRU: r, z, n); empty for Elman.
        outputs: (T, K) the head's linear outputs (logits), before any softmax; None without a head.
        parts: name → (T, ·) the other intermediates of a step, as each cell's docstring lists them;
            may be empty where a trace was read off a fused kernel that does not keep them.
        changed: whether gates were clamped or units silenced on the way, so that no gradient may be taken through it.
    """

    inputs: Array
    hidden: Array
    cell: Array | None = None
    gates: Mapping[str, Array] = field(default_factory=dict)
    outputs: Array | None = None
    parts: Mapping[str, Array] = field(default_factory=dict)
    changed: bool = False

    def __post_init__(self) -> None:
        inputs = frozen_array("inputs", self.inputs, None, None)  # (T, D)
        steps = len(inputs)
        hidden = frozen_array("hidden", self.hidden, steps + 1, None)  # (T+1, H)
        units = hidden.shape[1]
        set_field = object.__setattr__  # the one way to finish a frozen dataclass
        set_field(self, "inputs", inputs)
        set_field(self, "hidden", hidden)
        if self.cell is not None:
            set_field(self, "cell", frozen_array("cell", self.cell, steps + 1, units))
        if self.outputs is not None:
            set_field(self, "outputs", frozen_array("outputs", self.outputs, steps, None))
        gates = {name: frozen_array(f"gates[{name!r}]", gate, steps, units) for name, gate in self.gates.items()}
        parts = {name: frozen_array(f"parts[{name!r}]", part, steps, None) for name, part in self.parts.items()}
        set_field(self, "gates", MappingProxyType(gates))
        set_field(self, "parts", MappingProxyType(parts))

    def __reduce__(self) -> tuple[type[CellTrace], tuple[object, ...]]:
        """Picklable and copyable, so that a cache can keep it: read-only mappings go as plain ones."""
        gates, parts = dict(self.gates), dict(self.parts)
        return CellTrace, (self.inputs, self.hidden, self.cell, gates, self.outputs, parts, self.changed)

    @property
    def steps(self) -> int:
        """T, the number of time steps."""
        return len(self.inputs)

    @property
    def hidden_size(self) -> int:
        """H, the number of hidden units."""
        return int(self.hidden.shape[1])

    @property
    def first_overflow(self) -> int | None:
        """The first step t whose hidden or cell state is not finite (0 for the start state); None if all are."""
        finite = np.isfinite(self.hidden).all(axis=1)
        if self.cell is not None:
            finite &= np.isfinite(self.cell).all(axis=1)
        return None if finite.all() else int(np.argmin(finite))


@dataclass(frozen=True, eq=False)
class Retention:
    """How much of what each token wrote into an LSTM's cell state is still there after step `at`.

    Attributes:
        written: (T,) ‖i_k ⊙ g_k‖, what token k wrote.
        remaining: (T,) ‖Π_{k < t ≤ at} f_t ⊙ i_k ⊙ g_k‖, what is left of that; 0 for tokens after `at`.
        forget: (T,) the mean over the units of f_t: what reading token t leaves of the state before it.
        at: the step, from 1, after which is looked.
    """

    written: Array
    remaining: Array
    forget: Array
    at: int

    def __post_init__(self) -> None:
        written = frozen_array("written", self.written, None)  # (T,)
        object.__setattr__(self, "written", written)
        for name in ("remaining", "forget"):
            object.__setattr__(self, name, frozen_array(name, getattr(self, name), len(written)))

    @property
    def shares(self) -> Array:
        """(T,) remaining / written, 0 to 1; nan where a token wrote nothing, or comes after `at`."""
        known = (self.written > 0) & (np.arange(1, len(self.written) + 1) <= self.at)
        result: Array = np.divide(self.remaining, self.written, out=np.full_like(self.written, np.nan), where=known)
        return result
