"""The whiteboard as a PyTorch script that computes both boards again by the equation of the state."""

from __future__ import annotations

from collections.abc import Mapping

from seqviz.recurrent.whiteboard import PROGRAM

_SCRIPT = '''"""ac(bd + a) + ad on three lines, from seqviz: with gates of 0 and 1, then without a choice.

Both boards follow s = f * s + i * candidate, one line a unit.
"""

import torch

torch.set_default_dtype(torch.float64)

given = {given}
alpha = {share!r}  # the plain board's share
steps = [  # what is computed (a letter is given, a number is a line to look at), where it goes, which lines go first
{steps}
]


def board(name, plain):
    s = torch.zeros(3)
    for t, (what, parts, sign, line, erased) in enumerate(steps, start=1):
        if plain and line is None:
            break  # nothing is written, so nothing happens to the plain board
        o = torch.tensor([float(k in parts) for k in range(3)])
        f = torch.tensor([float(k not in erased) for k in range(3)])
        i = torch.tensor([float(k == line) for k in range(3)])
        if plain:
            f, i = torch.full((3,), 1 - alpha), torch.full((3,), alpha)
        h = o * s
        values = [h[part] if isinstance(part, int) else torch.tensor(given[part]) for part in parts]
        candidate = torch.zeros(())
        if values:
            candidate = values[0] * values[1] if sign == "times" else values[0] + values[1]
        s = f * s + i * candidate
        print(name, t, what or "keep the answer", *(f"{{value + 0.0:.12g}}" for value in s.tolist()))


board("gated", plain=False)
board("plain", plain=True)
'''


def board_script(numbers: Mapping[str, float], share: float) -> str:
    """A script that prints the three lines of both boards after every step, computed by PyTorch alone."""
    words = {"·": "times", "+": "plus", "": ""}
    steps = "\n".join(f"    {(task.name, task.parts, words[task.sign], task.line, task.erased)!r}," for task in PROGRAM)
    given = {name: float(value) for name, value in numbers.items()}
    return _SCRIPT.format(given=given, share=float(share), steps=steps)
