"""A page that computes on paper opens without torch: its import alone is 2 s and 190 MB."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from seqviz.ui.shell import PAGES, Page

ROOT = Path(__file__).resolve().parents[2]

# address → the heavy libraries that its page may load; a page that is not named here may load none
ALLOWED: dict[str, set[str]] = {"gradients": {"torch"}}

OPEN = """
import json, sys
from streamlit.testing.v1 import AppTest
page = AppTest.from_file(sys.argv[1], default_timeout=60).run()
heavy = [name for name in ("torch", "sklearn", "streamlit") if name in sys.modules]
print(json.dumps({"heavy": heavy, "errors": [error.value for error in page.exception], "size": len(page.main)}))
"""


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.url_path or "start")
def test_a_paper_page_opens_light(page: Page) -> None:
    """In a process of its own, where no other test can have imported anything."""
    answer = subprocess.run(
        [sys.executable, "-c", OPEN, str(ROOT / "pages" / page.script)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert answer.returncode == 0, answer.stderr
    opened = json.loads(answer.stdout.splitlines()[-1])
    assert opened["errors"] == []
    assert opened["size"] > 0
    assert "streamlit" in opened["heavy"]  # the look at sys.modules sees what is there
    assert set(opened["heavy"]) - {"streamlit"} <= ALLOWED.get(page.url_path, set())
