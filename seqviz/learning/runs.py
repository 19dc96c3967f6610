"""A run as the web process knows it, and what is said of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import orjson

from seqviz.learning.keeping import Checkpoints, StepLog

if TYPE_CHECKING:
    from seqviz.learning.link import Link

WAITING, RUNNING, PAUSED = "waiting", "running", "paused"
STOPPED, FINISHED, DIVERGED, LIMIT, REFUSED, FAILED = "stopped", "finished", "diverged", "limit", "refused", "failed"
GONE = "gone"
LIVE = (WAITING, RUNNING, PAUSED)
OVER = (STOPPED, FINISHED, DIVERGED, LIMIT, REFUSED, FAILED)
ACTIONS = ("pause", "step", "resume", "stop", "rewind")

STRIKES = 2  # deaths of a worker under the same run that end the run
SENTENCES = 6  # the newest that are kept

MOST_CONFIG = 2 << 20  # bytes
NO_END = -1


class Refused(ValueError):
    """A run that is not taken, with the sentence that says why."""


@dataclass(frozen=True)
class Limits:
    """What one run may cost: parameters of the network, updates, minutes of arithmetic (waiting costs nothing)."""

    parameters: int = 500_000
    updates: int = 20_000
    minutes: float = 10.0


@dataclass(frozen=True)
class News:
    """What `poll` answers.

    Attributes:
        state: "waiting", "running", "paused"; "stopped", "finished", "diverged", "limit", "refused", "failed"; "gone".
        generation: how often the run was rewound; where it has changed, the steps known so far are void.
        update: the last update made, 0 before the first.
        steps: those kept after `since`, in order.
        place: in the queue, from 1; 0 where the run does not wait.
        sentences: what has happened to it, oldest first; plain words for a reader.
        checkpoints: the updates that can be looked at again.
        seconds: of arithmetic so far.
        stepping: it makes the single updates it was asked for, and pauses again by itself.
    """

    state: str
    generation: int = 0
    update: int = 0
    steps: tuple[dict[str, object], ...] = ()
    place: int = 0
    sentences: tuple[str, ...] = ()
    checkpoints: tuple[int, ...] = ()
    seconds: float = 0.0
    stepping: bool = False

    @property
    def over(self) -> bool:
        return self.state not in LIVE


@dataclass(eq=False)
class Run:
    """One run: what was asked, what came of it, and where it is."""

    id: str
    owner: str
    config: str
    limits: Limits
    kept: Checkpoints
    steps: StepLog = field(default_factory=StepLog)
    state: str = WAITING
    goal: int = NO_END  # the update at which it is to pause; 0: it is to stand still
    generation: int = 0
    attempt: int = 0  # seatings so far; what an earlier one still sends is void
    link: Link | None = None  # the worker that has it
    seconds: float = 0.0
    strikes: int = 0
    died_at: int = -1
    stopping: bool = False
    goal_before_leaving: int | None = None
    about: bytes = b""
    sentences: list[str] = field(default_factory=list)

    @property
    def live(self) -> bool:
        return self.state in LIVE

    @property
    def update(self) -> int:
        return max(self.steps.last, self.kept.last, 0)

    @property
    def stepping(self) -> bool:
        """It goes on to an update that was asked for and pauses there by itself."""
        return self.state in (WAITING, RUNNING) and self.goal > 0

    @property
    def rests(self) -> bool:
        """It stands still and all of it is kept here: its seat can go to another."""
        return self.state == PAUSED and self.kept.last >= self.steps.last

    def say(self, sentence: str) -> None:
        if sentence and sentence not in self.sentences[-1:]:
            self.sentences = [*self.sentences, sentence][-SENTENCES:]

    def start(self) -> tuple[dict[str, object], bytes]:
        """The message that seats it, from its last checkpoint if there is one."""
        try:
            data = self.kept.read(self.kept.last)
        except KeyError:  # none yet, or the file was lost: the same numbers come again from the beginning
            self.kept.clear()
            data = b""
        head: dict[str, object] = {
            "kind": "start",
            "run": self.id,
            "attempt": self.attempt,
            "config": self.config,
            "resumes": bool(data),
            "goal": self.goal,
            "most_updates": self.limits.updates,
            "most_parameters": self.limits.parameters,
            "most_seconds": self.limits.minutes * 60,
            "seconds": self.seconds,
        }
        return head, data

    def died(self, blamed: bool) -> None:
        """Its worker is gone, and this run was the one being computed or not."""
        self.link = None
        if blamed:
            self.strikes += 1
            self.died_at = self.update
        if not self.live:
            return
        if self.stopping:
            self.state = STOPPED
        elif self.strikes >= STRIKES:
            self.state = FAILED
            self.say(
                f"The training process died {STRIKES} times while it computed this run, near update {self.update:,}: "
                "the run is ended, so that the others can go on."
            )
        elif self.goal != 0:
            self.state = WAITING
            start = f"goes on from update {self.kept.last:,}" if self.kept.last > 0 else "begins again"
            self.say(f"The training process died and is being started again; this run {start}.")
        else:
            self.state = PAUSED


def check_config(config_json: str, limits: Limits) -> None:
    """What can be refused without building the network; the rest is refused by the worker.

    Raises:
        Refused: with the value and the bound.
    """
    size = len(config_json.encode("utf-8", "replace"))
    if size > MOST_CONFIG:
        raise Refused(
            f"This run's settings and text take {size / 1e6:.1f} MB, at most {MOST_CONFIG / 1e6:.1f} are sent."
        )
    try:
        config = orjson.loads(config_json)
    except (orjson.JSONDecodeError, UnicodeEncodeError):
        raise Refused("The settings of this run are not JSON.") from None
    if not isinstance(config, dict):
        raise Refused("The settings of this run are not a JSON object.")
    updates = config.get("updates")
    if isinstance(updates, int | float) and updates > limits.updates:
        raise Refused(f"updates is {updates:,}, at most {limits.updates:,} are made here.")
