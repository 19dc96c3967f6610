"""What the web process keeps of a run: its steps, thinned, in memory; its checkpoints, spread, in a folder."""

from __future__ import annotations

import contextlib
import math
import shutil
from bisect import bisect_right
from collections.abc import Container, Sequence
from pathlib import Path

from seqviz.learning.protocol import Broken, read

MOST_STEPS = 4000
MOST_STEP_BYTES = 6 << 20
MOST_CHECKPOINTS = 32
MOST_CHECKPOINT_BYTES = 16 << 20


class StepLog:
    """The steps of a run as the lines of JSON they arrived in: small, and nothing for the garbage collector to walk.

    Beyond the bound every second, fourth, eighth … update is kept, and all marked ones (those with validation metrics)
    as long as they fit; the first and the last always.
    """

    def __init__(self, most: int = MOST_STEPS, most_bytes: int = MOST_STEP_BYTES) -> None:
        self.most, self.most_bytes = most, most_bytes
        self.updates: list[int] = []
        self._lines: list[bytes] = []
        self._marked: set[int] = set()
        self._bytes = 0
        self._stride = 1

    @property
    def last(self) -> int:
        """The last update, -1 before the first."""
        return self.updates[-1] if self.updates else -1

    def add(self, update: int, line: bytes, marked: bool = False) -> bool:
        """Append a step; False, and nothing done, where it is not newer than the last: a resumed run says it again."""
        if update <= self.last:
            return False
        self.updates.append(update)
        self._lines.append(line)
        self._bytes += len(line)
        if marked:
            self._marked.add(update)
        while len(self.updates) > self.most or (self._bytes > self.most_bytes and len(self.updates) > 2):
            self._thin()
        return True

    def lines(self, since: int) -> list[bytes]:
        """Those of the steps after an update."""
        return self._lines[bisect_right(self.updates, since) :]

    def cut(self, update: int) -> None:
        """Forget the steps after an update."""
        self._keep(range(bisect_right(self.updates, update)))
        if not self.updates:
            self._stride = 1

    def _thin(self) -> None:
        """To three quarters of what there is, or less."""
        before = len(self.updates)
        while len(kept := self._chosen()) > max(2, before * 3 // 4):
            if len(self._marked) > before // 4:
                self._marked = {update for update in self._marked if update % (2 * self._stride) == 0}
            self._stride *= 2
        self._keep(kept)

    def _chosen(self) -> list[int]:
        ends = (0, len(self.updates) - 1)
        return [
            at
            for at, update in enumerate(self.updates)
            if at in ends or update % self._stride == 0 or update in self._marked
        ]

    def _keep(self, places: Sequence[int]) -> None:
        self.updates = [self.updates[at] for at in places]
        self._lines = [self._lines[at] for at in places]
        self._marked &= set(self.updates)
        self._bytes = sum(map(len, self._lines))


def decoded(lines: Sequence[bytes]) -> tuple[dict[str, object], ...]:
    """The steps that lines stand for; one that cannot be read is left out."""
    steps = []
    for line in lines:
        with contextlib.suppress(Broken):
            step = read(line)
            if isinstance(step, dict):
                steps.append(step)
    return tuple(steps)


class Checkpoints:
    """A run's checkpoints, one file each; at most so many and so many bytes, the first and the last always among them.

    What goes is the one whose neighbours lie closest together, on a scale half of which is the update and half its
    logarithm: dense at the start, where a network changes most, and still even to the end.
    """

    def __init__(self, folder: Path, most: int = MOST_CHECKPOINTS, most_bytes: int = MOST_CHECKPOINT_BYTES) -> None:
        self.folder, self.most, self.most_bytes = folder, most, most_bytes
        self._sizes: dict[int, int] = {}  # update → bytes, in the order of the updates
        self._spare = -1

    @property
    def updates(self) -> tuple[int, ...]:
        return tuple(self._sizes)

    @property
    def last(self) -> int:
        """The last one's update, -1 where there is none."""
        return next(reversed(self._sizes), -1)

    def add(self, update: int, data: bytes, spare: bool = False) -> None:
        """Keep one, and let go what is too many; one that is not newer than the last is known already.

        A spare one is there to resume from: the next that arrives takes its place.

        Raises:
            OSError: the disk is full.
        """
        if update <= self.last:
            return
        self.folder.parent.mkdir(mode=0o700, exist_ok=True)  # where somebody cleared it away
        self.folder.mkdir(exist_ok=True)
        self._file(update).write_bytes(data)
        self._sizes[update] = len(data)
        if self._spare in self._sizes:
            self._drop(self._spare)
        self._spare = update if spare else -1
        while len(self._sizes) > 2 and (len(self._sizes) > self.most or sum(self._sizes.values()) > self.most_bytes):
            self._drop(least_missed(self.updates))

    def read(self, update: int) -> bytes:
        """The safetensors of one.

        Raises:
            KeyError: there is none at this update.
        """
        if update not in self._sizes:
            raise KeyError(update)
        try:
            return self._file(update).read_bytes()
        except OSError:
            raise KeyError(update) from None

    def cut(self, update: int) -> None:
        """Forget those after an update; the last of the others is then one to stay."""
        self._spare = -1
        for later in [kept for kept in self._sizes if kept > update]:
            self._drop(later)

    def clear(self) -> None:
        self._sizes.clear()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _file(self, update: int) -> Path:
        return self.folder / f"{update}.safetensors"

    def _drop(self, update: int) -> None:
        del self._sizes[update]
        self._file(update).unlink(missing_ok=True)


def least_missed(updates: Sequence[int], stay: Container[int] = ()) -> int:
    """Of three or more updates in order, the inner one whose neighbours lie closest together; none of those that stay.

    Raises:
        ValueError: all inner ones stay.
    """
    last = updates[-1]
    places = [update / last + math.log1p(update) / math.log1p(last) for update in updates]
    gaps = [after - before for before, after in zip(places, places[2:], strict=False)]
    return updates[1 + min((at for at in range(len(gaps)) if updates[1 + at] not in stay), key=gaps.__getitem__)]
