"""A benchmark of a page, run by itself: against a fresh server that ends with it."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from tests.browser.serving import start_server


def served(*runs: Callable[[str], None]) -> None:
    """Each with the server's address, one after the other."""
    with tempfile.TemporaryDirectory() as folder:
        server = start_server(Path(folder))
        try:
            for run in runs:
                run(server.url)
        finally:
            server.stop()
