"""The PyTorch script of /gates, run: it prints the numbers that the page shows."""

from __future__ import annotations

import ast

import numpy as np
import pytest

from seqviz.recurrent.changes import Changes, Clamp, Silence
from seqviz.ui.gates.files import pytorch_script
from seqviz.ui.gates.run import GateRun, GateSettings, Shown, gate_run
from tests.scripts import printed_by
from tests.small_models import pair

TEXT = "the film was “fine” 'x' ."


def numbers_in(printed: str) -> dict[tuple[str, int], list[float]]:
    found = {}
    for line in printed.splitlines():
        name, t, rest = line.split(" ", 2)
        quoted = next(rest[:end] for end in range(2, len(rest)) if _is_text(rest[:end]) and rest[end] == " ")
        found[name, int(t)] = [float(number) for number in rest[len(quoted) :].split()]
    return found


def _is_text(piece: str) -> bool:
    try:
        return isinstance(ast.literal_eval(piece), str)
    except SyntaxError:
        return False


CASES = [
    ("LSTM", Shown(), Changes((Clamp("f", 0.25, units=(1, 2), steps=(2, 4)),), (Silence(0),))),
    ("GRU", Shown(), Changes((Clamp("z", 0.5),))),
    ("GRU", Shown(reset_after=False, update_keeps="new"), Changes(silences=(Silence(3, (1, 2)),))),
    ("RNN", Shown(), Changes()),
]


@pytest.fixture(scope="module")
def runs() -> list[GateRun]:
    return [
        gate_run(pair(kind).stored, GateSettings(TEXT, shown=shown, changes=changes)) for kind, shown, changes in CASES
    ]


@pytest.fixture(scope="module")
def printed(runs: list[GateRun], tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What the scripts of these runs print."""
    folder = tmp_path_factory.mktemp("scripts")
    for kind in ("LSTM", "GRU", "RNN"):
        (folder / f"{kind}.safetensors").write_bytes(pair(kind).data)
    files = [f"{kind}.safetensors" for kind, *_ in CASES]
    scripts = [pytorch_script(run, file) for run, file in zip(runs, files, strict=True)]
    return printed_by(*scripts, folder=folder, arguments=[[file] for file in files])


@pytest.mark.parametrize("number", range(len(CASES)), ids=lambda number: f"{number + 1}, {CASES[number][0]}")
def test_it_prints_the_pages_numbers(number: int, runs: list[GateRun], printed: list[str]):
    run, found = runs[number], numbers_in(printed[number])
    assert run.probabilities is not None
    for t in range(1, run.trace.steps + 1):
        np.testing.assert_allclose(found["h", t], run.trace.hidden[t], atol=1e-9)
        np.testing.assert_allclose(found["p", t], run.probabilities[t - 1], atol=1e-9)
        for name, gate in run.trace.gates.items():
            np.testing.assert_allclose(found[name, t], gate[t - 1], atol=1e-9)
        if run.trace.cell is not None:
            np.testing.assert_allclose(found["c", t], run.trace.cell[t], atol=1e-9)
