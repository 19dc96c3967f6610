"""From RNN to LSTM in three moves (deck B), on one LSTM's trained weights and one text.

    plain    s_t = tanh(W s_{t−1} + U x_t + b), with the weights of the LSTM's candidate
    write    h_{t−1} = o_{t−1} ⊙ tanh(s_{t−1}) is what everything at t reads;   s_t = s̃_t
    read     only i_t ⊙ s̃_t is taken of the new;                                s_t = s_{t−1} + i_t ⊙ s̃_t
    forget   only f_t ⊙ s_{t−1} stays of the old;                                s_t = f_t ⊙ s_{t−1} + i_t ⊙ s̃_t

Deck B stops short of saying what happens to s_{t−1} after "read" ("some LSTMs stop after selective read"). Here it
stays whole, as in the LSTM of Hochreiter and Schmidhuber 1997, which had no forget gate. So every move is the LSTM
itself with gates held: i = 1 and f = 0 for "write", f = 1 for "read", nothing for "forget". The weights were trained
for the last one alone: the other three show what the same numbers do without a gate, not what they could have learnt.

With `squash_output=False` on the cell, h = o ⊙ s, as the deck writes it first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike

from seqviz.records import Array, CellTrace, Retention
from seqviz.recurrent.changes import Changes, Clamp
from seqviz.recurrent.elman import Elman
from seqviz.recurrent.lstm import LSTM
from seqviz.recurrent.unroll import unroll

MOVES: Mapping[str, Changes | None] = MappingProxyType(
    {
        "plain": None,
        "write": Changes((Clamp("i", 1.0), Clamp("f", 0.0))),
        "read": Changes((Clamp("f", 1.0),)),
        "forget": Changes(),
    }
)


@dataclass(frozen=True, eq=False)
class GroupSummary:
    """What became of one group of tokens.

    Attributes:
        tokens: how many of them there are.
        written: the mean norm of what they wrote.
        share: the mean share of it that is left; over those that wrote anything, nan if none did.
        forget: the mean forget gate at them: how much of the older state reading such a token leaves.
    """

    tokens: int
    written: float
    share: float
    forget: float


def three_moves(cell: LSTM, inputs: ArrayLike) -> dict[str, CellTrace]:
    """The four cells over the same (T, D) inputs, from a zero start, under the names of MOVES and in that order.

    The head of the LSTM reads h of every move; "plain" has no gate, and its h is its state s.
    """
    plain = Elman(cell.W_x["g"], cell.W_h["g"], cell.b["g"], cell.head)
    return {
        name: unroll(plain, inputs) if changes is None else unroll(cell, inputs, changes=changes)
        for name, changes in MOVES.items()
    }


def state_of(trace: CellTrace) -> Array:
    """(T+1, H) deck B's s: the cell state where there is one, else the hidden state."""
    return trace.hidden if trace.cell is None else trace.cell


def remaining(trace: CellTrace, at: int | None = None) -> Array:
    """(T, H) what is left, after step `at`, of what each step wrote: Π_{k < t ≤ at} f_t ⊙ i_k ⊙ g_k; 0 for k > at.

    These rows and what is left of the start state add up to c_at.

    Raises:
        ValueError: a trace without the gates of an LSTM, or a step that is not there.
    """
    if not {"f", "i", "g"} <= trace.gates.keys():
        raise ValueError(f"the gates are {', '.join(trace.gates) or 'none'}, expected an LSTM's i, f, g, o")
    at = trace.steps if at is None else at
    if not 1 <= at <= trace.steps:
        raise ValueError(f"at is {at}, expected a step of 1 to {trace.steps}")
    rows = np.zeros((trace.steps, trace.hidden_size))
    passed = np.ones(trace.hidden_size)  # Π f_t over the steps after k
    for k in range(at, 0, -1):
        rows[k - 1] = passed * trace.gates["i"][k - 1] * trace.gates["g"][k - 1]
        passed = passed * trace.gates["f"][k - 1]
    return rows


def retention(trace: CellTrace, at: int | None = None) -> Retention:
    """The sizes of what an LSTM's tokens wrote and of what is left of it after step `at`, the last if None.

    Of a trace with gates held it is what those gates leave: all of it after "read", the last word alone after "write".

    Raises:
        ValueError: as `remaining`.
    """
    left = remaining(trace, at)
    written = np.linalg.norm(trace.gates["i"] * trace.gates["g"], axis=1)  # (T,)
    forget = trace.gates["f"].mean(axis=1)  # (T,)
    return Retention(written, np.linalg.norm(left, axis=1), forget, trace.steps if at is None else at)


def by_group(kept: Retention, groups: Mapping[str, ArrayLike]) -> dict[str, GroupSummary]:
    """One summary a group, e.g. of stop words and of sentiment words.

    Args:
        kept: as `retention` returns it.
        groups: name → (T,) bool, which tokens belong to it; a token may be in several or in none.

    Raises:
        ValueError: a group that is not (T,) of bool.
    """
    found = {}
    for name, members in groups.items():
        mask = np.asarray(members)
        if mask.dtype != np.bool_ or mask.shape != kept.written.shape:
            raise ValueError(
                f"group {name!r} is {mask.dtype} of shape {mask.shape}, expected bool of shape {kept.written.shape}"
            )
        shares = kept.shares[mask]
        found[name] = GroupSummary(
            tokens=int(mask.sum()),
            written=_mean(kept.written[mask]),
            share=_mean(shares[~np.isnan(shares)]),
            forget=_mean(kept.forget[mask]),
        )
    return found


def _mean(values: Array) -> float:
    return float(values.mean()) if values.size else float("nan")
