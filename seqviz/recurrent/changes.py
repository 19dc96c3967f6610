"""What if? A forward pass in which a gate is held at a value or a unit is silenced.

A change acts on what the cell computes at a step, and everything after it follows: the cell's weights stay. The
backward pass through a changed run is not supported: `step_back` knows nothing of a gate that no longer depends on
its weights, so `CellTrace.changed` is set and `backpropagate` and `saliency` refuse such a trace.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from seqviz.records import Array
from seqviz.recurrent.cell import Change, unchanged

# What each gate's own squashing function can give: σ for i, f, o, r, z; tanh for the candidates.
RANGE = {"i": (0, 1), "f": (0, 1), "g": (-1, 1), "o": (0, 1), "r": (0, 1), "z": (0, 1), "n": (-1, 1)}

Steps = tuple[int, int | None]  # the first and the last, from 1, both included; None: to the end


@dataclass(frozen=True)
class Clamp:
    """Hold a gate at `value`, whatever its inputs say.

    Attributes:
        gate: in PyTorch's letters (LSTM: i, f, g, o; GRU: r, z, n).
        value: from 0 to 1 for i, f, o, r, z, from −1 to 1 for the candidates g and n.
        units: which units, from 0; None for all.
        steps: the first and the last step, from 1, both included, the last None for the end; None for all.

    Raises:
        ValueError: an unknown gate, a value outside its range, no unit at all, or a last step before the first.
    """

    gate: str
    value: float
    units: tuple[int, ...] | None = None
    steps: Steps | None = None

    def __post_init__(self) -> None:
        if self.gate not in RANGE:
            raise ValueError(f"gate is {self.gate!r}, expected one of {', '.join(RANGE)}")
        low, high = RANGE[self.gate]
        if not low <= self.value <= high:  # NaN is not
            raise ValueError(f"gate {self.gate} is clamped at {self.value:g}, expected {low} to {high}")
        if self.units is not None:
            object.__setattr__(self, "units", tuple(self.units))
            if not self.units:
                raise ValueError(f"gate {self.gate} is clamped in 0 units, expected at least 1 (None for all)")
        _check_order(self.steps)


@dataclass(frozen=True)
class Silence:
    """Make a unit's h 0 after every step in the range: neither the next step nor the read-out sees it.

    The cell state of an LSTM's unit goes on underneath.

    Attributes:
        unit: from 0.
        steps: the first and the last step, from 1, both included, the last None for the end; None for all.
    """

    unit: int
    steps: Steps | None = None

    def __post_init__(self) -> None:
        _check_order(self.steps)


@dataclass(frozen=True)
class Changes:
    """Everything that is changed in one run. Where two clamps meet, the later one holds. Empty changes nothing."""

    clamps: tuple[Clamp, ...] = ()
    silences: tuple[Silence, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "clamps", tuple(self.clamps))
        object.__setattr__(self, "silences", tuple(self.silences))

    def __bool__(self) -> bool:
        return bool(self.clamps or self.silences)

    def check(self, gates: Sequence[str], units: int, steps: int) -> None:
        """Refuse what a cell with these gates and H = `units` cannot do over T = `steps`.

        Raises:
            ValueError: a gate that the cell lacks, or a unit or step that is not there; with value and bound.
        """
        for clamp in self.clamps:
            if clamp.gate not in gates:
                expected = f"expected one of {', '.join(gates)}" if gates else "a simple recurrent cell has no gates"
                raise ValueError(f"gate is {clamp.gate!r}, {expected}")
        chosen = [unit for clamp in self.clamps for unit in clamp.units or ()]
        for unit in [*chosen, *(silence.unit for silence in self.silences)]:
            if not 0 <= unit < units:
                raise ValueError(f"unit is {unit}, expected 0 to {units - 1}")
        for span in [clamp.steps for clamp in self.clamps] + [silence.steps for silence in self.silences]:
            if span is not None and max(span[0], span[1] or 0) > steps:
                last = "the end" if span[1] is None else span[1]
                raise ValueError(f"steps are {span[0]} to {last}, expected some of 1 to {steps}")

    def at(self, t: int) -> Change:
        """What a cell's `step` passes its values through at step t, from 1."""
        clamps = [clamp for clamp in self.clamps if _holds(clamp.steps, t)]
        silent = [silence.unit for silence in self.silences if _holds(silence.steps, t)]
        if not clamps and not silent:
            return unchanged

        def change(name: str, value: Array) -> Array:
            value = value.copy()
            for clamp in clamps:
                if clamp.gate == name:
                    value[slice(None) if clamp.units is None else list(clamp.units)] = clamp.value
            if name == "h":
                value[silent] = 0.0
            return value

        return change


def _check_order(steps: Steps | None) -> None:
    if steps is not None and (steps[0] < 1 or (steps[1] is not None and steps[1] < steps[0])):
        raise ValueError(f"steps are {steps[0]} to {steps[1]}, expected the first from 1 and the last not before it")


def _holds(steps: Steps | None, t: int) -> bool:
    return steps is None or (steps[0] <= t and (steps[1] is None or t <= steps[1]))
