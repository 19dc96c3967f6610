"""Training for the visitors of one web server, outside its process: submit, poll, control.

Everything a page asks is answered from this process's memory; the arithmetic is done by a worker, which is started with
the first run, noticed when it dies, and started again. Neither torch nor streamlit is imported here.
"""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import tempfile
import threading
import weakref
from dataclasses import dataclass
from pathlib import Path

from seqviz.learning.asking import Unanswered
from seqviz.learning.dispatch import PATIENCE, Crowd, Dispatch
from seqviz.learning.keeping import Checkpoints, decoded
from seqviz.learning.link import Reached, Started
from seqviz.learning.protocol import write
from seqviz.learning.runs import ACTIONS, GONE, NO_END, PAUSED, WAITING, Limits, News, Refused, Run, check_config

__all__ = ["Limits", "News", "Reached", "Refused", "Service", "Settings", "Status", "Unanswered"]

RESTART = "The training process is being started again."
LONGEST_PATH = 100  # bytes of a socket's path: systems take 103 or 107, and a TMPDIR may be longer
FAILING = 3  # attempts in a row that failed before it is said that the training process does not start


@dataclass(frozen=True)
class Settings:
    """The bounds of a service.

    Attributes:
        factory: "module:function", in the worker: (config as JSON, a checkpoint or None) → a training.
        active: runs computed at the same time; paused ones count until another wants the seat. waiting: in the queue.
        per_owner: going, waiting or paused runs of one visitor, without those that were told to stop.
        kept_per_owner: all that are kept of one visitor's.
        every: updates between checkpoints, so also the most that are computed twice after a worker's death.
        grace: seconds after which the runs of a visitor who has left are dropped.
        patience: seconds that one update may take. workers: processes. transport: "unix" or "tcp", on this machine.
        remote: workers that somebody else started, instead of own ones.
    """

    factory: str = "seqviz.learning.factory:training"
    active: int = 32
    waiting: int = 64
    per_owner: int = 4
    kept_per_owner: int = 12
    every: int = 50
    grace: float = 120.0
    patience: float = PATIENCE
    workers: int = 1
    transport: str = "unix"
    remote: tuple[Reached, ...] = ()


@dataclass(frozen=True)
class Status:
    """How the service is: "idle" before the first run, "starting", "up", "restarting", "closed"; and who is there."""

    state: str
    crowd: Crowd
    workers: tuple[int, ...]  # process ids
    sentence: str


class Service:
    """One for a web server; its methods may be called from any thread, and none of them waits for a worker."""

    def __init__(self, settings: Settings | None = None) -> None:
        self.settings = settings or Settings()
        self._dispatch = Dispatch(self.settings.active, self.settings.every, self.settings.patience)
        self._lock = self._dispatch.lock
        self._folder: Path | None = None
        self._leavers: dict[str, threading.Timer] = {}

    # ── runs ─────────────────────────────────────────────────────────────────────────────────────────────────

    def submit(self, config_json: str, limits: Limits, owner: str) -> str:
        """Take a run; its id.

        Raises:
            Refused: with a sentence that names the bound.
        """
        check_config(config_json, limits)
        with self._lock:
            if self._dispatch.closed:
                raise Refused("Training has ended on this server.")
            self.welcome(owner)
            if self._dispatch.crowd().waiting >= self.settings.waiting:
                raise Refused(f"{self.settings.waiting} runs are waiting already, the most that can: try again soon.")
            mine = [run for run in self._dispatch.runs.values() if run.owner == owner]
            if sum(run.live and not run.stopping for run in mine) >= self.settings.per_owner:
                raise Refused(f"You have {self.settings.per_owner} runs going, the most for one visitor: stop one.")
            over = [run for run in mine if not run.live]
            for old in over[: max(0, len(mine) + 1 - self.settings.kept_per_owner)]:
                self._drop(old)
            name = secrets.token_hex(8)
            run = Run(name, owner, config_json, limits, Checkpoints(self._started() / name))
            self._dispatch.runs[name] = run
            self._dispatch.go(run)
            return name

    def poll(self, run_id: str, since: int = -1, generation: int = 0) -> News:
        """What is new of a run: its steps after the update `since`, or all if it was rewound after `generation`."""
        with self._lock:
            run = self._dispatch.runs.get(run_id)
            if run is None:
                return News(GONE, sentences=("This run is no longer kept.",))
            lines = run.steps.lines(since if generation == run.generation else -1)
            place = self._dispatch.queue.index(run) + 1 if run in self._dispatch.queue else 0
            said = (*run.sentences, *self._now(run, place))
            state, now, update, stepping = run.state, run.generation, run.update, run.stepping
            checkpoints, seconds = run.kept.updates, run.seconds
        steps = decoded(lines)  # without the lock
        return News(state, now, update, steps, place, said, checkpoints, seconds, stepping)

    def control(self, run_id: str, action: str, to: int = 0) -> bool:
        """Do "pause", "step", "resume", "stop" or "rewind" (to a kept checkpoint, or to 0: the beginning, paused).

        It returns at once; `poll` tells when it is done. False: there is no such run, or it is over (rewind still
        works then), or nothing is kept of the update `to`.

        Raises:
            ValueError: another action.
        """
        if action not in ACTIONS:
            raise ValueError(f"the action is {action!r}, expected one of {', '.join(ACTIONS)}")
        with self._lock:
            run = self._dispatch.runs.get(run_id)
            if run is None or (not run.live and action != "rewind"):
                return False
            self.welcome(run.owner)
            if action == "rewind":
                return self._rewind(run, to)
            if action == "pause":
                self._dispatch.pause(run)
            elif action == "stop":
                self._dispatch.stop(run)
            elif action == "resume":
                self._dispatch.go(run)
            elif run.goal != NO_END:  # a step; a run that is going makes them anyway
                self._dispatch.go(run, max(run.goal, run.update) + 1)
            return True

    def checkpoints(self, run_id: str) -> tuple[int, ...]:
        """The updates of which a run's state is kept, in order."""
        with self._lock:
            run = self._dispatch.runs.get(run_id)
            return run.kept.updates if run is not None else ()

    def checkpoint(self, run_id: str, update: int) -> bytes:
        """One of them, as safetensors.

        Raises:
            KeyError: it is not kept (any more).
        """
        with self._lock:
            return self._dispatch.runs[run_id].kept.read(update)

    def about(self, run_id: str) -> dict[str, object]:
        """What its training said of itself before its first update (parameters, baselines, …); {} if nothing yet."""
        with self._lock:
            run = self._dispatch.runs.get(run_id)
            lines = [run.about] if run is not None and run.about else []
        return next(iter(decoded(lines)), {})

    def ask(self, run_id: str, question: object, update: int = -1, timeout: float = 5.0) -> object:
        """What a run's training answers to a question (plain data, both): as it is now, or as it was at a checkpoint.

        Raises:
            Unanswered: with a sentence; at the latest after the timeout. KeyError: no such run or checkpoint.
        """
        with self._lock:
            run = self._dispatch.runs[run_id]
            up = [link for link in self._dispatch.links if link.is_up]
            if not up:
                raise Unanswered(self._trouble() or "Training has ended on this server.")
            link = run.link if run.link in up and run.link is not None else up[0]
            live = update < 0 and run.link is link
            at = run.kept.last if update < 0 else update
            if not live and at < 0:
                raise Unanswered("This run has not begun yet.")
            data = b"" if live else run.kept.read(at)
            head = {"run": run.id, "generation": run.generation, "config": run.config, "update": -1 if live else at}
        return self._dispatch.questions.ask(link, {**head, "question": write(question).decode()}, data, timeout)

    # ── visitors ─────────────────────────────────────────────────────────────────────────────────────────────

    def release(self, owner: str) -> None:
        """A visitor has left, or the connection dropped: the runs pause, and are dropped after the grace period."""
        with self._lock:
            mine = [run for run in self._dispatch.runs.values() if run.owner == owner]
            if not mine or owner in self._leavers:
                return
            for run in mine:
                if run.live and run.goal != 0 and run.state != PAUSED:  # one that was stepped stands at its goal
                    run.goal_before_leaving = run.goal
                    self._dispatch.pause(run)
                    run.say("Paused, because the connection to your browser ended.")
            timer = threading.Timer(self.settings.grace, lambda: self._forget(owner, timer))
            timer.daemon = True
            self._leavers[owner] = timer
            timer.start()

    def welcome(self, owner: str) -> tuple[str, ...]:
        """A visitor is here (again): what paused on leaving goes on. The ids of the runs, oldest first."""
        with self._lock:
            timer = self._leavers.pop(owner, None)
            mine = [run for run in self._dispatch.runs.values() if run.owner == owner]
            if timer is not None:
                timer.cancel()
                for run in mine:
                    goal, run.goal_before_leaving = run.goal_before_leaving, None
                    if run.live and goal is not None:
                        self._dispatch.go(run, goal)
                        run.say("You are back: this run goes on.")
            return tuple(run.id for run in mine)

    def come_back(self, owner: str) -> dict[str, str]:
        """`welcome` for one who says under which name they left: run id → config, oldest first.

        {} where nobody has left under that name: unknown, forgotten by now, or still here.
        """
        with self._lock:
            if owner not in self._leavers:
                return {}
            return {run: self._dispatch.runs[run].config for run in self.welcome(owner)}

    def _forget(self, owner: str, timer: threading.Timer) -> None:
        with self._lock:
            if self._leavers.get(owner) is timer:  # else the visitor came back just now, and may have left again
                del self._leavers[owner]
                for run in [run for run in self._dispatch.runs.values() if run.owner == owner]:
                    self._drop(run)

    # ── the service itself ───────────────────────────────────────────────────────────────────────────────────

    def status(self) -> Status:
        with self._lock:
            links = self._dispatch.links
            up = [link for link in links if link.is_up]
            if self._dispatch.closed:
                state = "closed"
            elif not links:
                state = "idle"
            elif up:
                state = "up"
            else:
                state = "restarting" if any(link.failures for link in links) else "starting"
            return Status(state, self._dispatch.crowd(), tuple(link.pid for link in up), self._trouble())

    def start(self) -> None:
        """Start the workers before the first run does, so that it need not wait for torch's import."""
        with self._lock:
            if not self._dispatch.closed:
                self._started()

    def close(self) -> None:
        """End the workers; whatever was not saved elsewhere is gone."""
        with self._lock:
            self._dispatch.closed = True
            links = list(self._dispatch.links)
            for timer in self._leavers.values():
                timer.cancel()
            self._leavers.clear()
        for link in links:
            link.close()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)

    def _started(self) -> Path:
        """The folder of the checkpoints; the first call starts the workers."""
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="seqviz-"))  # nobody else may read it
            weakref.finalize(self, shutil.rmtree, str(self._folder), ignore_errors=True)
            self._dispatch.connect(self.settings.remote or [self._own(n) for n in range(self.settings.workers)])
        return self._folder

    def _own(self, number: int) -> Started:
        path = f"{self._folder}/{number}.sock"
        fits = hasattr(socket, "AF_UNIX") and len(os.fsencode(path)) <= LONGEST_PATH
        unix = self.settings.transport == "unix" and fits
        listen = f"unix:{path}" if unix else "tcp:127.0.0.1:0"
        return Started(listen, self.settings.factory, str(self._folder))

    def _rewind(self, run: Run, to: int) -> bool:
        if to and to not in run.kept.updates:
            return False
        self._dispatch.unseat(run)
        run.steps.cut(to or -1)
        run.kept.cut(to or -1)
        run.generation += 1
        run.strikes, run.died_at, run.sentences = 0, -1, []
        run.goal_before_leaving, run.stopping = None, False
        if to == 0:
            run.seconds = 0.0
        self._dispatch.pause(run)
        return True

    def _drop(self, run: Run) -> None:
        self._dispatch.runs.pop(run.id, None)
        self._dispatch.unseat(run)
        run.kept.clear()

    def _now(self, run: Run, place: int) -> tuple[str, ...]:
        """What holds at this moment, for a run that waits."""
        if run.state != WAITING:
            return ()
        trouble = self._trouble()
        if trouble:
            return () if run.sentences and trouble == RESTART else (trouble,)  # the run has said that much itself
        return (f"Place {place} in the queue.",) if any(link.is_up for link in self._dispatch.links) else ()

    def _trouble(self) -> str:
        links = self._dispatch.links
        if self._dispatch.closed or not links or any(link.is_up for link in links):
            return ""
        failures = min(link.failures for link in links)
        if failures >= FAILING:
            wait = min(link.wait for link in links)
            return f"The training process does not start; it is tried again every {wait:g} seconds."
        return RESTART if failures else "The training process is starting."
