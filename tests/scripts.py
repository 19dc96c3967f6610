"""Scripts that the pages give away, run as their reader runs them: by a Python that cannot import seqviz."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

RUN_ALL = """
import contextlib, io, json, runpy, sys
answers = []
for path, *arguments in json.loads(sys.argv[1]):
    out, sys.argv = io.StringIO(), [path, *arguments]
    with contextlib.redirect_stdout(out):
        runpy.run_path(path, run_name="__main__")
    answers.append(out.getvalue())
    if "torch" in sys.modules:
        sys.modules["torch"].set_default_dtype(sys.modules["torch"].float32)
print(json.dumps(answers))
"""


def python(*arguments: str, folder: Path) -> str:
    """Run Python elsewhere, where seqviz cannot be imported, with warnings as errors."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    answer = subprocess.run(
        [sys.executable, "-W", "error::SyntaxWarning", *arguments],
        cwd=folder,
        env=environment | {"OMP_NUM_THREADS": "1", "PYTHONUTF8": "0", "LC_ALL": "C"},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert answer.returncode == 0, answer.stderr
    assert not answer.stderr
    return answer.stdout


def printed_by(*scripts: str, folder: Path, arguments: Sequence[Sequence[str]] | None = None) -> list[str]:
    """What each of them prints, run in `folder` in a namespace of its own, with its arguments if there are any.

    One interpreter for all, for starting torch or scikit-learn is what costs time here.
    """
    names = [f"{number}.py" for number in range(len(scripts))]
    for name, script in zip(names, scripts, strict=True):
        (folder / name).write_text(script, encoding="utf-8")
    calls = [[name, *more] for name, more in zip(names, arguments or [()] * len(names), strict=True)]
    answers: list[str] = json.loads(python("-c", RUN_ALL, json.dumps(calls), folder=folder))
    assert len(answers) == len(scripts)
    return answers
