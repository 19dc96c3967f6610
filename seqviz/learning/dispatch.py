"""Who is computed and who waits: the queue, the seats, and what the workers report."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass

from seqviz.learning.asking import Questions
from seqviz.learning.link import Link, Reached, Started
from seqviz.learning.protocol import Broken, Frame
from seqviz.learning.runs import NO_END, OVER, PAUSED, RUNNING, STOPPED, WAITING, Run

PATIENCE = 60.0  # seconds that one update, or the preparation of the data, may take


@dataclass(frozen=True)
class Crowd:
    """How many run, how many wait, how many stand still."""

    running: int
    waiting: int
    paused: int


class Dispatch:
    """The runs of one web server. Every method is called with `lock` held, except the three that a link calls."""

    def __init__(self, active: int, every: int, patience: float = PATIENCE) -> None:
        self.lock = threading.RLock()
        self.runs: dict[str, Run] = {}
        self.queue: list[Run] = []
        self.links: list[Link] = []
        self.questions = Questions()
        self.active, self.every, self.patience = active, every, patience
        self.closed = False

    def connect(self, sources: Sequence[Started | Reached]) -> None:
        self.links = [Link(source, self.on_up, self.on_frame, self.on_down) for source in sources]

    def crowd(self) -> Crowd:
        states = [run.state for run in self.runs.values()]
        return Crowd(states.count(RUNNING), states.count(WAITING), states.count(PAUSED))

    # ── what a visitor asks ──────────────────────────────────────────────────────────────────────────────────

    def go(self, run: Run, goal: int = NO_END) -> None:
        """Let it go on to an update, at once or when its turn has come."""
        run.goal = goal
        if run.link is not None:
            run.state = RUNNING
            self._tell(run, "until", goal=goal)
        elif run not in self.queue:
            run.state = WAITING
            self.queue.append(run)
            self.fill()

    def pause(self, run: Run) -> None:
        run.goal = 0
        if run.link is not None:
            self._tell(run, "until", goal=0)  # "paused" is its answer
        else:
            run.state = PAUSED
            self._leave_queue(run)

    def stop(self, run: Run) -> None:
        """The worker saves it as it is and says that it stopped."""
        run.stopping = True
        if run.link is not None:
            self._tell(run, "stop")
        else:
            run.state = STOPPED
            self._leave_queue(run)

    def unseat(self, run: Run) -> None:
        """Take it from its worker without a word; what was already sent of it is void."""
        if run.link is not None:
            self._tell(run, "drop")
            run.link = None
        run.attempt += 1
        self._leave_queue(run)
        self.fill()

    def fill(self) -> None:
        """Give every free seat to the first in the queue; a run that stands still gives up its own."""
        while self.queue and not self.closed:
            up = [link for link in self.links if link.is_up]
            if not up or not self._free_seat():
                return
            seated = [run.link for run in self.runs.values()]
            link = min(up, key=seated.count)
            run = self.queue.pop(0)
            run.attempt += 1
            head, data = run.start()
            run.link, run.state = link, RUNNING
            link.send({**head, "every": self.every}, data)

    def _free_seat(self) -> bool:
        seated = [run for run in self.runs.values() if run.link is not None]
        if len(seated) < self.active:
            return True
        resting = next((run for run in seated if run.rests), None)
        if resting is None:
            return False
        self._tell(resting, "drop")
        resting.link = None
        return True

    def _leave_queue(self, run: Run) -> None:
        if run in self.queue:
            self.queue.remove(run)

    def _tell(self, run: Run, kind: str, **fields: object) -> None:
        if run.link is not None:
            run.link.send({"kind": kind, "run": run.id, "attempt": run.attempt, **fields})

    # ── what a worker says; called by the links' own threads ─────────────────────────────────────────────────

    def on_up(self, link: Link) -> None:
        with self.lock:
            self.fill()

    def on_down(self, link: Link, blamed: str, was_up: bool) -> None:
        with self.lock:
            lost = [run for run in self.runs.values() if run.link is link]
            for run in lost:
                run.died(blamed=run.id == blamed)
            self.queue[:0] = [run for run in lost if run.state == WAITING]
            self.questions.lost(link)
            self.fill()  # another worker may be up

    def on_frame(self, link: Link, frame: Frame) -> None:
        kind = frame.kind
        if kind == "turn":
            return
        if kind == "answer":
            self.questions.answered(link, frame)
            return
        name = frame.get("run", str)
        if kind == "pulse":
            if name and frame.get("seconds", float) > self.patience:
                link.cut()  # one update that never ends would hold up all the others; `on_down` follows
            return
        with self.lock:
            run = self.runs.get(name)
            if run is None or run.link is not link or run.attempt != frame.whole("attempt"):
                return
            if kind == "steps":
                self._steps(run, frame)
            elif kind == "checkpoint":
                self._checkpoint(run, frame)
            elif kind == "about":
                run.about = frame.blob
            elif kind == "state":
                self._state(run, frame)
            else:
                raise Broken("an unknown kind of message")

    def _steps(self, run: Run, frame: Frame) -> None:
        updates, lines = frame.numbers("updates"), frame.blob.split(b"\n")
        if len(updates) != len(lines):
            raise Broken("not as many steps as updates")
        marked = set(frame.numbers("marked"))
        for update, line in zip(updates, lines, strict=True):
            run.steps.add(update, line, update in marked)
        run.seconds = max(run.seconds, frame.get("seconds", float))

    def _checkpoint(self, run: Run, frame: Frame) -> None:
        update = frame.whole("update")
        try:
            run.kept.add(update, frame.blob, frame.get("spare", bool))
        except OSError:
            run.say("The disk of this server is full: what this run learns from here on cannot be looked at again.")
        if update > run.died_at:
            run.strikes = 0

    def _state(self, run: Run, frame: Frame) -> None:
        state = frame.get("state", str)
        if state == PAUSED:
            if run.goal != NO_END and run.goal <= run.update:  # else it was told to go on in the meantime
                run.state = PAUSED
        elif state in OVER:
            run.state, run.link = state, None
            run.say(frame.get("sentence", str))
        else:
            raise Broken("an unknown state")
        self.fill()
