"""The PyTorch script of /gates, run: it prints the numbers that the page shows."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from seqviz.recurrent.changes import Changes, Clamp, Silence
from seqviz.ui.gates.files import pytorch_script
from seqviz.ui.gates.run import GateRun, GateSettings, Shown, gate_run
from tests.small_models import pair

TEXT = "the film was “fine” 'x' ."


def printed(run: GateRun, data: bytes, folder: Path) -> dict[tuple[str, int], list[float]]:
    (folder / "gates.py").write_text(pytorch_script(run, "m.safetensors"), encoding="utf-8")
    (folder / "m.safetensors").write_bytes(data)
    answer = subprocess.run(
        [sys.executable, "gates.py", "m.safetensors"], cwd=folder, capture_output=True, text=True, timeout=120
    )
    assert answer.returncode == 0, answer.stderr
    found = {}
    for line in answer.stdout.splitlines():
        name, t, rest = line.split(" ", 2)
        quoted = next(rest[:end] for end in range(2, len(rest)) if _is_text(rest[:end]) and rest[end] == " ")
        found[name, int(t)] = [float(number) for number in rest[len(quoted) :].split()]
    return found


def _is_text(piece: str) -> bool:
    try:
        return isinstance(ast.literal_eval(piece), str)
    except SyntaxError:
        return False


@pytest.mark.parametrize(
    ("kind", "shown", "changes"),
    [
        ("LSTM", Shown(), Changes((Clamp("f", 0.25, units=(1, 2), steps=(2, 4)),), (Silence(0),))),
        ("GRU", Shown(), Changes((Clamp("z", 0.5),))),
        ("GRU", Shown(reset_after=False, update_keeps="new"), Changes(silences=(Silence(3, (1, 2)),))),
        ("RNN", Shown(), Changes()),
    ],
)
def test_it_prints_the_pages_numbers(kind: str, shown: Shown, changes: Changes, tmp_path: Path):
    made = pair(kind)
    run = gate_run(made.stored, GateSettings(TEXT, shown=shown, changes=changes))
    found = printed(run, made.data, tmp_path)
    assert run.probabilities is not None
    for t in range(1, run.trace.steps + 1):
        np.testing.assert_allclose(found["h", t], run.trace.hidden[t], atol=1e-9)
        np.testing.assert_allclose(found["p", t], run.probabilities[t - 1], atol=1e-9)
        for name, gate in run.trace.gates.items():
            np.testing.assert_allclose(found[name, t], gate[t - 1], atol=1e-9)
        if run.trace.cell is not None:
            np.testing.assert_allclose(found["c", t], run.trace.cell[t], atol=1e-9)
