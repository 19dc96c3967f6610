"""Long work in pieces: one run of a page computes a few, draws what there is, and lets the next run go on."""

from __future__ import annotations

import time


class Budget:
    """Processor seconds that one run of a page may begin new pieces in.

    Of this thread alone: on a busy machine every run still gets further, and a piece that is kept takes no time.
    """

    def __init__(self, seconds: float) -> None:
        self._end = time.thread_time() + seconds

    @property
    def is_left(self) -> bool:
        return time.thread_time() < self._end
