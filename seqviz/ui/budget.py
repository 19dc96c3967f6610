"""Long work in pieces: one run of a page computes a few, draws what there is, and lets the next run go on."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager


class Budget:
    """Processor seconds that one run of a page may begin new pieces in.

    Only what is computed is charged, and that of this thread alone. Were looking up what is kept charged too, a run
    that has much to look up would get no further than the one before, and the page would run again for ever.
    """

    def __init__(self, seconds: float) -> None:
        self._left = seconds

    @property
    def is_left(self) -> bool:
        return self._left > 0.0

    @contextmanager
    def charged(self) -> Iterator[None]:
        """A new piece, whatever it takes."""
        begun = time.thread_time()
        try:
            yield
        finally:
            self._left -= time.thread_time() - begun
