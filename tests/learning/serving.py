"""A training service with the stand-in, and waiting on what it says."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable
from dataclasses import replace

from seqviz.learning.service import Limits, News, Service, Settings

FACTORY = "tests.learning.stand_in:factory"
LIMITS = Limits(parameters=1000, updates=5000, minutes=5.0)
PATIENT = 60.0


def service(**settings: object) -> Service:
    return Service(replace(Settings(factory=FACTORY, per_owner=64), **settings))  # type: ignore[arg-type]


def until(condition: Callable[[], object], what: str = "") -> None:
    """Wait; a condition that never holds is a failure that says which."""
    end = time.monotonic() + PATIENT
    while not condition():
        assert time.monotonic() < end, f"waited {PATIENT:g} s for {what or condition}"
        time.sleep(0.01)


def submit(trainer: Service, owner: str = "ada", limits: Limits = LIMITS, **config: object) -> str:
    return trainer.submit(json.dumps(config), limits, owner)


def reaches(trainer: Service, run: str, state: str, update: int = 0) -> News:
    until(lambda: (n := trainer.poll(run, 10**9)).state == state and n.update >= update, f"{state} at {update}")
    return trainer.poll(run)


def kill(trainer: Service) -> int:
    """kill −9 of the worker; its process id."""
    until(lambda: trainer.status().workers, "a worker")
    pid = trainer.status().workers[0]
    os.kill(pid, signal.SIGKILL)
    return pid
