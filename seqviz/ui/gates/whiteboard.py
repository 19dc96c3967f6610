"""View "Whiteboard" of /gates: a board with room for three lines, with gates and without a choice."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import streamlit as st

from seqviz.recurrent.notation import Notation
from seqviz.recurrent.whiteboard import (
    LIMIT,
    LINES,
    PROGRAM,
    SHARE,
    START,
    STEPS,
    Board,
    gated_board,
    next_look,
    plain_board,
    standing,
)
from seqviz.ui.browser import STEPPER, browser_component
from seqviz.ui.common import KEPT, accepted, explain, offer
from seqviz.ui.gates.board_script import board_script

VIEW = "Whiteboard"
GOAL = "ac(bd + a) + ad"

_board = browser_component(
    "seqviz_board",
    (
        *STEPPER,
        "board/moves.js",
        "board/board.js",
        "board/main.js",
    ),
    "board/style.css",
)


@dataclass(frozen=True, eq=False)
class Boards:
    """The same computation three times: with gates; without a choice; the same, told the right number at each step."""

    numbers: Mapping[str, float]
    share: float
    gated: Board
    plain: Board
    told: Board


def boards(numbers: Mapping[str, float] = START, share: float = SHARE) -> Boards:
    """All boards for the reader's numbers.

    Raises:
        ValueError: a number or the share is out of bounds.
    """
    plain, told = (plain_board(numbers, share, helped) for helped in (False, True))
    return Boards(dict(numbers), share, gated_board(numbers), plain, told)


def show(letters: Notation) -> None:
    """The whole view: four numbers and the share, the boards, the table, and what to see; in deck B's letters alone."""
    del letters
    with st.popover("Your numbers"):
        with st.container(horizontal=True, gap="small"):
            asked = {name: _number(name) for name in START}
        share = st.slider(
            "Share α of the plain board",
            0.0,
            1.0,
            SHARE,
            0.05,
            key="board_share",
            help="Without gates every write goes onto every line: each keeps 1 − α of what stood there and takes in α "
            "of what is written.",
            **KEPT,
        )
    found = accepted(VIEW, lambda: boards(asked, share), boards())
    _board(data=board_data(found), key="whiteboard")
    with st.container(horizontal=True):
        offer("Numbers (CSV)", lambda: boards_csv(found), "whiteboard.csv")
        script = partial(board_script, found.numbers, found.share)
        offer("PyTorch script", script, "whiteboard.py")
    explain(
        (
            "A state of fixed size is a board of fixed size. Whoever may **choose** what stays, what is looked at and "
            "where the next number goes does the whole computation on three lines.",
            "Both boards follow $s_t = f_t \\odot s_{t-1} + i_t \\odot \\tilde s_t$, one line a unit. With gates, $f$, "
            "$i$ and $o$ are 0 or 1, and different for every line and step. The plain board has $f = 1 - \\alpha$ and "
            "$i = \\alpha$ on every line, always, so its lines cannot even differ.",
            "**Whose word is it?** Erasing is *selective forget*, $f$. The other two names are given from the state's "
            "side: what it hands out to be looked at is its *selective write*, the output gate $o$; what it takes in "
            "is its *selective read*, the input gate $i$. So on the board, looking is $o$ and writing is $i$.",
            "The plain board's last number may come near the right one by accident, as with α = 0.5 on the numbers 1, "
            "3, 5 and 11: there it makes 333 where 170 is wanted, and loses half of it. Look at what stands on the "
            "lines, not at the end alone.",
            "The plain board is an illustration: a real recurrent network has a weight for every pair of units, "
            "squashes its sums, and learns. What it shares with this board: how much stays and how much comes in does "
            "not depend on what is on the board. The 0s and 1s are set by hand; a trained gate learns values between.",
        ),
        "lecture deck B; Hochreiter and Schmidhuber 1997; Gers, Schmidhuber and Cummins 2000 (the forget gate).",
    )


def _number(name: str) -> float:
    """Without bounds in the field: what is out of range is refused in words, not silently dropped."""
    value = st.number_input(
        name,
        value=START[name],
        step=1.0,
        format="%g",
        key=f"board_{name}",
        width=110,
        help=f"A whole number from −{LIMIT} to {LIMIT}.",
        **KEPT,
    )
    return float(START[name] if value is None else value)


def board_data(found: Boards) -> dict[str, object]:
    """What the component draws: every number as the engine computed it."""
    return {
        "goal": GOAL,
        "numbers": dict(found.numbers),
        "share": found.share,
        "tasks": [
            {"name": task.name, "parts": list(task.parts), "sign": task.sign, "line": task.line}
            | {"erased": list(task.erased)}
            for task in PROGRAM
        ],
        "standing": [list(standing(step)) for step in range(STEPS + 1)],
        "nextLook": [list(next_look(step)) for step in range(STEPS)],
        "gated": _as_lists(found.gated),
        "plain": _as_lists(found.plain),
        "told": _as_lists(found.told),
    }


def _as_lists(board: Board) -> dict[str, object]:
    names = ("states", "forget", "take", "look", "candidates", "mixture")
    operands = [[None if math.isnan(number) else number for number in pair] for pair in board.operands.tolist()]
    return {name: getattr(board, name).tolist() for name in names} | {"operands": operands, "result": board.result}


def boards_csv(found: Boards) -> str:
    """One row a board, step and line: gates, what stood there, what was offered, what stands there; full precision."""
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(["board", "step", "computes", "line", "forget", "output", "input", "before", "candidate", "after"])
    names = {"with gates": found.gated, "plain": found.plain, "plain, told the right numbers": found.told}
    for name, board in names.items():
        for t in range(board.steps):
            for line in range(LINES):
                gates = [float(gate[t, line]) for gate in (board.forget, board.look, board.take)]
                numbers = [board.states[t, line], board.candidates[t], board.states[t + 1, line]]
                table.writerow([name, t + 1, PROGRAM[t].name, line + 1, *gates, *(float(number) for number in numbers)])
    return out.getvalue()
