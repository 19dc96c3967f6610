"""The room's door: every name is there, whatever was imported first, and the door alone does not bring torch in."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import seqviz.learning
from seqviz.learning import PLACES

ROOT = Path(__file__).resolve().parents[2]

SHADOWED = """
import sys
import seqviz.learning.cliff
from seqviz.learning.gradient_norms import step_norms
from seqviz.learning import cliff, gradient_norms
assert callable(cliff) and callable(gradient_norms)
"""
LIGHT = """
import sys
import seqviz.learning
assert not {"torch", "numpy", "streamlit"} & set(sys.modules)
"""


@pytest.mark.parametrize("script", [SHADOWED, LIGHT], ids=["shadowed", "light"])
def test_in_a_process_of_its_own(script: str) -> None:
    answer = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert answer.returncode == 0, answer.stderr


def test_every_name_is_found() -> None:
    assert sorted(seqviz.learning.__all__) == sorted(PLACES)
    for name in PLACES:
        assert getattr(seqviz.learning, name).__module__ == f"seqviz.learning.{PLACES[name]}"


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="nothing"):
        _ = seqviz.learning.nothing
