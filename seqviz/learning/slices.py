"""Many trainings in one process, each for a slice of time: the one that has had the least time is next."""

from __future__ import annotations

import contextlib
import logging
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from seqviz.learning.protocol import MOST_BLOB, write

SLICE = 0.05  # seconds of one run before another is looked at
ROUND = 0.6  # seconds in which every run should have had a turn: with many runs the slices shorten
SHORTEST = 0.01
MOST_LINE = 256 << 10  # bytes of one step
RESCUE = 2.0  # seconds after which a run is saved between two kept checkpoints, so that a death costs little
EARLY = {0, 1, 2, 5, 10, 20}  # updates at which a network changes fastest: checkpoints for looking back

log = logging.getLogger(__name__)


class Training(Protocol):
    """What the worker asks of a training: one update a `next`, and its whole state as bytes.

    It may also have `parameters: int`, held against the run's limit, `about`, plain data for the page, and `done`: all
    its updates were made, so it has finished even where a limit lies right there. A step may have `metrics`, which are
    not thinned as the others are, and `diverged`, a sentence that ends the run.
    """

    @property
    def update(self) -> int:
        """How many updates were made."""

    def __next__(self) -> Any: ...

    def checkpoint(self) -> bytes: ...


Factory = Callable[[str, bytes | None], Training]  # (config as JSON, a checkpoint or None) → a training
Say = Callable[[Mapping[str, object], bytes], None]


@dataclass
class Seat:
    """A run that the worker has: what it is, how far it may go, what it has used, and what is not yet said of it."""

    run: str
    attempt: int
    config: str
    start: bytes | None
    goal: int  # the update at which it pauses, -1: none, 0: at once
    most_updates: int
    most_parameters: int
    most_seconds: float
    every: int  # updates between checkpoints
    seconds: float = 0.0  # of arithmetic so far, over all its attempts
    time: float = 0.0  # the clock of fairness
    training: Training | None = None
    saved: int = -1
    saved_when: float = 0.0
    randomness: Any = None
    updates: list[int] = field(default_factory=list)
    marked: list[int] = field(default_factory=list)
    lines: list[bytes] = field(default_factory=list)


class HasRandomness(Protocol):
    """Where torch's stream of random numbers is put aside."""

    randomness: Any


class Slices:
    """The runs of a worker. `say` sends a message; `wanted` tells that a command waits, which ends a slice early."""

    def __init__(self, factory: Factory, say: Say, wanted: Callable[[], bool] = lambda: False) -> None:
        self.factory, self.say, self.wanted = factory, say, wanted
        self.seats: dict[str, Seat] = {}
        self.current: tuple[str, float] = ("", 0.0)  # whose update is being computed, and since when
        self._now = 0.0

    def add(self, seat: Seat) -> None:
        seat.time = self._now
        self.seats[seat.run] = seat

    def until(self, run: str, attempt: int, goal: int) -> None:
        """Let a run go on to an update (-1: to its end) and pause there; 0 pauses it now."""
        seat = self._of(run, attempt)
        if seat is not None:
            if not may_go(seat):
                seat.time = max(seat.time, self._now)
            seat.goal = goal
            if not may_go(seat):
                with self._holding(seat):
                    self._settle(seat)

    def stop(self, run: str, attempt: int) -> None:
        seat = self._of(run, attempt)
        if seat is not None:
            with self._holding(seat):
                self._end(seat, "stopped")

    def drop(self, run: str, attempt: int) -> None:
        """Without a word."""
        if self._of(run, attempt) is not None:
            del self.seats[run]

    def _of(self, run: str, attempt: int) -> Seat | None:
        seat = self.seats.get(run)
        return seat if seat is not None and seat.attempt == attempt else None

    @property
    def idle(self) -> bool:
        return not any(map(may_go, self.seats.values()))

    def turn(self) -> None:
        """One slice of the run that has had the least time."""
        going = [seat for seat in self.seats.values() if may_go(seat)]
        if not going:
            return
        seat = min(going, key=lambda each: each.time)
        self._now = seat.time
        end = time.perf_counter() + min(SLICE, max(SHORTEST, ROUND / len(going)))
        with self.blamed(seat.run), self._holding(seat):
            self._work(seat, end)

    @contextlib.contextmanager
    def blamed(self, run: str) -> Iterator[None]:
        """What is done here is done for a run, an answer too, and its time counts as the run's.

        Said before the work: should it kill this process, that is who did.
        """
        if self.current[0] != run:
            self.say({"kind": "turn", "run": run}, b"")
        begun = time.perf_counter()
        self.current = (run, begun)
        try:
            yield
        finally:
            self.current = (run, 0.0)
            if run in self.seats:
                self.seats[run].time += time.perf_counter() - begun

    def rest(self) -> None:
        """Nothing to do: should this process die now, no run is to blame."""
        if self.current[0]:
            self.current = ("", 0.0)
            self.say({"kind": "turn", "run": ""}, b"")

    @contextlib.contextmanager
    def _holding(self, seat: Seat) -> Iterator[None]:
        """Around everything that calls into a training: its own random numbers, and its errors end it alone."""
        try:
            with own_randomness(seat):
                yield
        except MemoryError:
            self._end(seat, "failed", "There was not enough memory for this run.", save=False)
        except Exception as error:
            log.warning("run %s failed: %s", seat.run, where(error))
            when = "before it began" if seat.training is None else f"at update {seat.training.update:,}"
            self._end(seat, "failed", f"This run ended {when} with an error ({type(error).__name__}).", save=False)

    def _work(self, seat: Seat, end: float) -> None:
        begun = time.perf_counter()
        if seat.training is None and not self._build(seat):
            return
        training = seat.training
        assert training is not None
        reason = self._over(seat)
        while not reason:
            if not may_go(seat):
                break
            self.current = (seat.run, time.perf_counter())
            step = next(training, None)
            now = time.perf_counter()
            seat.seconds += now - begun
            begun = now
            if step is None:
                reason = ("finished", "")
                break
            self._note(seat, step)
            diverged = getattr(step, "diverged", "")
            reason = ("diverged", str(diverged)) if diverged else self._over(seat)
            if training.update % seat.every == 0 or training.update in EARLY:
                self._save(seat)
            elif now - seat.saved_when >= RESCUE:
                self._save(seat, spare=True)
            if now >= end or self.wanted():
                break
        if reason:
            self._end(seat, *reason)
        else:
            self._settle(seat)

    def _build(self, seat: Seat) -> bool:
        try:
            seat.training = self.factory(seat.config, seat.start)
        except ValueError as error:  # the config's own refusal, in the words it found
            self._end(seat, "refused", str(error) or "This run was refused.", save=False)
            return False
        parameters = getattr(seat.training, "parameters", 0)
        if isinstance(parameters, int) and parameters > seat.most_parameters:
            bound = f"at most {seat.most_parameters:,} are trained here"
            self._end(seat, "refused", f"This network has {parameters:,} parameters, {bound}.", save=False)
            return False
        about = getattr(seat.training, "about", None)
        if about is not None:
            self._tell(seat, "about", {}, write(about))
        seat.saved = -1 if seat.start is None else seat.training.update
        seat.saved_when = time.perf_counter()
        seat.start = None
        if seat.saved < 0:
            self._save(seat)
        return True

    def _over(self, seat: Seat) -> tuple[str, str] | None:
        assert seat.training is not None
        if getattr(seat.training, "done", False):
            return "finished", ""
        if seat.training.update >= seat.most_updates:
            return "limit", f"This run has made {seat.most_updates:,} updates, the most that a run may make here."
        if seat.seconds >= seat.most_seconds:
            minutes = f"{seat.most_seconds / 60:g}"
            return "limit", f"This run has computed for {minutes} minutes, the longest that a run may take here."
        return None

    def _note(self, seat: Seat, step: object) -> None:
        assert seat.training is not None
        line = write(step)
        if len(line) > MOST_LINE:
            raise ValueError(f"a step of {len(line)} bytes, at most {MOST_LINE} are kept")
        # the update that diverges is told, and not done: its number is one beyond the training's
        update = seat.training.update + bool(getattr(step, "diverged", ""))
        seat.updates.append(update)
        seat.lines.append(line)
        if getattr(step, "metrics", None):
            seat.marked.append(update)

    def _flush(self, seat: Seat) -> None:
        if seat.lines:
            head = {"updates": seat.updates, "marked": seat.marked, "seconds": seat.seconds}
            self._tell(seat, "steps", head, b"\n".join(seat.lines))
            seat.updates, seat.marked, seat.lines = [], [], []

    def _save(self, seat: Seat, spare: bool = False) -> None:
        """The state as it is now, once for each update, after the steps that led to it; a spare one gives way later."""
        self._flush(seat)
        if seat.training is not None and seat.training.update != seat.saved:
            data = seat.training.checkpoint()
            if len(data) > MOST_BLOB:
                raise ValueError(f"a checkpoint of {len(data)} bytes")
            seat.saved, seat.saved_when = seat.training.update, time.perf_counter()
            self._tell(seat, "checkpoint", {"update": seat.saved, "spare": spare}, data)

    def _settle(self, seat: Seat) -> None:
        """Say what was made; and where the goal is reached, save it and say that it pauses."""
        if not may_go(seat):
            self._save(seat)
            self._tell(seat, "state", {"state": "paused", "sentence": ""})
        else:
            self._flush(seat)

    def _end(self, seat: Seat, state: str, sentence: str = "", save: bool = True) -> None:
        self.seats.pop(seat.run, None)
        if save:
            self._save(seat)
        else:
            self._flush(seat)
        self._tell(seat, "state", {"state": state, "sentence": sentence})

    def _tell(self, seat: Seat, kind: str, head: Mapping[str, object], blob: bytes = b"") -> None:
        self.say({"kind": kind, "run": seat.run, "attempt": seat.attempt, **head}, blob)


def may_go(seat: Seat) -> bool:
    """Whether it has not reached its goal yet; one that was not built yet is at update 0, or at its checkpoint."""
    return seat.goal != 0 and (seat.goal < 0 or seat.training is None or seat.training.update < seat.goal)


def where(error: BaseException) -> str:
    """The kind of an error and the line it came from: never its text, which may quote what a visitor typed."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    line = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace is not None else "?"
    return f"{type(error).__name__} at {line}"


@contextlib.contextmanager
def own_randomness(seat: HasRandomness) -> Iterator[None]:
    """torch's stream of random numbers (dropout draws from it) as this run left it, whoever ran in between."""
    torch = sys.modules.get("torch")
    if torch is None:
        yield
        return
    if seat.randomness is None:
        torch.manual_seed(0)
    else:
        torch.set_rng_state(seat.randomness)
    try:
        yield
    finally:
        seat.randomness = torch.get_rng_state()
