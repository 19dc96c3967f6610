"""ac(bd + a) + ad on a board with room for three lines: once with gates that are 0 or 1, once without any.

Both boards follow the equation of an LSTM's state, s_t = f_t ⊙ s_{t−1} + i_t ⊙ s̃_t, one line a unit, and compute the
next number s̃_t from the lines that they look at, h_{t−1} = o_{t−1} ⊙ s_{t−1}. They differ in f and i alone:

- with gates, each line is kept or erased (f) and takes the new number or not (i), as it is needed;
- the plain board cannot choose: every line loses the share α of what stood there and takes in the share α of what is
  written, f = 1 − α and i = α on every line, at every step.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from seqviz.records import Array, frozen_array

LINES = 3
LIMIT = 99  # of a, b, c and d
SHARE = 0.3  # α of the plain board, where nobody chooses
START: Mapping[str, float] = MappingProxyType({"a": 1.0, "b": 3.0, "c": 5.0, "d": 11.0})


class Task(NamedTuple):
    """What happens in one step.

    Attributes:
        name: the expression that is computed; empty where the step only erases.
        parts: its two operands: a letter that is given, or the number (from 0) of the line to look at.
        sign: between them, "·" or "+".
        line: where the result is written; None for nowhere.
        erased: the lines that go first. No step looks at a line that it erases.
    """

    name: str
    parts: tuple[str | int, ...]
    sign: str
    line: int | None
    erased: tuple[int, ...] = ()

    @property
    def looked_at(self) -> tuple[int, ...]:
        """The lines among the operands."""
        return tuple(part for part in self.parts if isinstance(part, int))


PROGRAM = (
    Task("ac", ("a", "c"), "·", 0),
    Task("bd", ("b", "d"), "·", 1),
    Task("bd + a", (1, "a"), "+", 2),
    Task("ac(bd + a)", (0, 2), "·", 1, erased=(1,)),
    Task("ad", ("a", "d"), "·", 2, erased=(2,)),
    Task("ac(bd + a) + ad", (1, 2), "+", 0, erased=(0,)),
    Task("", (), "", None, erased=(1, 2)),
)
STEPS = len(PROGRAM)
WRITES = sum(task.line is not None for task in PROGRAM)


@dataclass(frozen=True, eq=False)
class Board:
    """What stood on a board, step by step. T steps, 3 lines; an empty line is 0.

    Attributes:
        states: (T+1, 3) the lines; row 0 is the empty board, row t is s_t.
        forget: (T, 3) f, the share of each line that stays.
        take: (T, 3) i, the share of the new number that each line takes in.
        look: (T, 3) o_{t−1} in row t: 1 for each line that the new number of this step is computed from.
        operands: (T, 2) the two numbers that are combined; nan where a step computes nothing.
        candidates: (T,) s̃, what is written, the same number offered to every line; 0 where nothing is.
        mixture: (T+1, 3, T) the share of every candidate on every line: states[t] = mixture[t] @ candidates.
    """

    states: Array
    forget: Array
    take: Array
    look: Array
    operands: Array
    candidates: Array
    mixture: Array

    def __post_init__(self) -> None:
        candidates = frozen_array("candidates", self.candidates, None)  # (T,)
        steps = len(candidates)
        object.__setattr__(self, "candidates", candidates)
        object.__setattr__(self, "states", frozen_array("states", self.states, steps + 1, LINES))
        for name in ("forget", "take", "look"):
            object.__setattr__(self, name, frozen_array(name, getattr(self, name), steps, LINES))
        object.__setattr__(self, "operands", frozen_array("operands", self.operands, steps, 2))
        object.__setattr__(self, "mixture", frozen_array("mixture", self.mixture, steps + 1, LINES, steps))

    @property
    def steps(self) -> int:
        """T."""
        return len(self.candidates)

    @property
    def result(self) -> float:
        """The last number that was computed: on the board with gates, the value of the expression."""
        return float(self.candidates[WRITES - 1])


def check_numbers(numbers: Mapping[str, float]) -> None:
    """The door for what a reader typed.

    Raises:
        ValueError: one of a, b, c, d is missing, not whole or out of bounds.
    """
    for name in START:
        value = numbers.get(name, np.nan)
        if not (np.isfinite(value) and value == round(value) and abs(value) <= LIMIT):
            said = f"the number {name} is {value:g}, expected a whole number from −{LIMIT} to {LIMIT}"
            raise ValueError(said.replace("-", "−"))


def gated_board(numbers: Mapping[str, float] = START) -> Board:
    """The board that chooses. Its numbers are whole and far below 2⁵³, so every one is exact.

    Raises:
        ValueError: as `check_numbers`.
    """
    check_numbers(numbers)
    forget, take, look = np.ones((STEPS, LINES)), np.zeros((STEPS, LINES)), np.zeros((STEPS, LINES))  # (T, 3) each
    for t, task in enumerate(PROGRAM):
        forget[t, list(task.erased)] = 0.0
        look[t, list(task.looked_at)] = 1.0
        if task.line is not None:
            take[t, task.line] = 1.0
    return _run(numbers, forget, take, look)


def plain_board(numbers: Mapping[str, float] = START, share: float = SHARE, told: bool = False) -> Board:
    """The board that cannot choose: six writes, and every line takes part in each.

    It is even told which two lines to look at; what it reads there is what the rule has left of them.

    Args:
        share: α.
        told: whether it is told the right number to write at every step, so that only its memory is at fault.

    Raises:
        ValueError: as `check_numbers`, or α is not in [0, 1].
    """
    gated = gated_board(numbers)
    if not 0.0 <= share <= 1.0:
        raise ValueError(f"share is {share:g}, expected 0 to 1".replace("-", "−"))
    every = np.full((WRITES, LINES), float(share))  # (6, 3): the seventh step writes nothing, so nothing happens here
    return _run(numbers, 1.0 - every, every, gated.look[:WRITES], gated.candidates[:WRITES] if told else None)


def _run(numbers: Mapping[str, float], forget: Array, take: Array, look: Array, written: Array | None = None) -> Board:
    """The equation, step by step; `written` (T,) replaces what the board would compute by itself."""
    steps = len(forget)
    states = np.zeros((steps + 1, LINES))
    mixture = np.zeros((steps + 1, LINES, steps))
    operands, candidates = np.full((steps, 2), np.nan), np.zeros(steps)
    for t, task in enumerate(PROGRAM[:steps]):
        h = look[t] * states[t]  # (3,) what is seen of s_{t−1}
        if task.parts:
            operands[t] = [h[part] if isinstance(part, int) else numbers[part] for part in task.parts]
            candidates[t] = (operands[t].prod() if task.sign == "·" else operands[t].sum()) + 0.0
        if written is not None:
            candidates[t] = written[t]
        states[t + 1] = forget[t] * states[t] + take[t] * candidates[t] + 0.0  # s_t = f ⊙ s_{t−1} + i ⊙ s̃_t; no −0
        mixture[t + 1] = forget[t][:, np.newaxis] * mixture[t]  # (3, T): the same equation, write by write
        mixture[t + 1, :, t] += take[t]
    return Board(states, forget, take, look, operands, candidates, mixture)


def standing(step: int) -> tuple[int | None, ...]:
    """(3,) the step, from 0, whose result stands on each line of the board with gates before `step`; None: empty."""
    lines: list[int | None] = [None] * LINES
    for t, task in enumerate(PROGRAM[:step]):
        for line in task.erased:
            lines[line] = None
        if task.line is not None:
            lines[task.line] = t
    return tuple(lines)


def next_look(step: int) -> tuple[int | None, ...]:
    """(3,) when what stands on each line before `step` is looked at next; None: never, so that it may be erased."""
    found: list[int | None] = []
    for line, content in enumerate(standing(step)):
        looks = (t for t in range(step, STEPS) if line in PROGRAM[t].looked_at and standing(t)[line] == content)
        found.append(None if content is None else next(looks, None))
    return tuple(found)
