"""Where decks and libraries write the same cell differently: the other form on the same weights, and how far apart.

Deck B hands on h = o ⊙ s in one place and h = o ⊙ σ(s) in another. The decks' z takes the new state, PyTorch's keeps
the old one: the same network under another name, as −z turns one into the other. Where the reset gate acts is no
matter of names: W (r ⊙ h) and r ⊙ (W h) are two networks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from seqviz.records import Array, CellTrace
from seqviz.recurrent.cell import State
from seqviz.recurrent.gru import GRU
from seqviz.recurrent.lstm import LSTM
from seqviz.recurrent.unroll import unroll


@dataclass(frozen=True, eq=False)
class TwoForms:
    """One cell's own trace beside that of the other form, with the same weights, inputs and start."""

    own: CellTrace
    other: CellTrace

    @property
    def differences(self) -> Array:
        """(T+1, H) how far h of the other form is from its own, without sign."""
        result: Array = np.abs(self.other.hidden - self.own.hidden)
        return result

    @property
    def largest(self) -> float:
        """The largest difference in any h."""
        return float(self.differences.max())

    @property
    def place(self) -> tuple[int, int]:
        """(step, unit) of the largest difference; step 0 is the start, where there is none."""
        step, unit = np.unravel_index(int(self.differences.argmax()), self.differences.shape)
        return int(step), int(unit)


def with_other_update(cell: GRU) -> GRU:
    """The same GRU in the other convention of z: z' = 1 − z = σ(−a), so the weights and biases of z change sign.

    Every h is the same; twice is the cell itself.
    """

    def minus(arrays: Mapping[str, Array]) -> dict[str, Array]:
        return {**arrays, "z": -arrays["z"]}

    return replace(
        cell,
        W_x=minus(cell.W_x),
        W_h=minus(cell.W_h),
        b=minus(cell.b),
        b_h=minus(cell.b_h),
        update_keeps="new" if cell.update_keeps == "old" else "old",
    )


def both_resets(cell: GRU, inputs: ArrayLike, state: State | None = None) -> TwoForms:
    """The GRU over (T, D) inputs, and the same weights with the reset gate on the other side of the product."""
    other = replace(cell, reset_after=not cell.reset_after)
    return TwoForms(unroll(cell, inputs, state), unroll(other, inputs, state))


def both_outputs(cell: LSTM, inputs: ArrayLike, state: State | None = None) -> TwoForms:
    """The LSTM over (T, D) inputs, and the same weights with h = o ⊙ c where it has o ⊙ tanh(c), or the reverse."""
    other = replace(cell, squash_output=not cell.squash_output)
    return TwoForms(unroll(cell, inputs, state), unroll(other, inputs, state))
