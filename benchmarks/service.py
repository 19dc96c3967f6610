"""The training service as thirty visitors use it: what a poll costs the web process, how soon a control and a death
are felt, how even the shares are. The training is the tests' stand-in, so that the service alone is measured.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.report import heading, row
from seqviz.learning.service import Limits, Service, Settings

VISITORS = 30
SECONDS = 8.0
UPDATE = 0.004  # seconds of one update: a small LSTM's
LIMITS = Limits(updates=20_000)


def run(seconds: float = SECONDS, factory: str = "tests.learning.stand_in:factory") -> None:
    heading(f"The training service, {VISITORS} runs on one worker, {UPDATE * 1000:g} ms an update")
    service = Service(Settings(factory=factory))
    try:
        begun = time.perf_counter()
        runs = [submit(service, f"visitor {n}", seed=n) for n in range(VISITORS)]
        until(lambda: all(service.poll(run, 10**9).update > 0 for run in runs))
        row("  first submit → every run has made an update", [time.perf_counter() - begun], "s")
        polling(service, runs, seconds)
        shares(service, runs)
        controls(service, runs)
        deaths(service, runs)
        print(f"  memory: this process {memory(os.getpid()):.0f} MB, the worker {memory(worker(service)):.0f} MB")
    finally:
        service.close()


def submit(service: Service, owner: str, **config: object) -> str:
    return service.submit(json.dumps({"updates": 20_000, "seconds": UPDATE, **config}), LIMITS, owner)


def polling(service: Service, runs: list[str], seconds: float) -> None:
    """Every visitor asks twice a second; what this process spends on it, with what it spends on listening."""
    since = dict.fromkeys(runs, -1)
    took, arrived = [], 0
    wall, cpu = time.perf_counter(), time.process_time()
    for turn in range(int(2 * seconds)):
        time.sleep(max(0.0, wall + turn / 2 - time.perf_counter()))
        for name in runs:
            begun = time.perf_counter()
            news = service.poll(name, since[name])
            took.append((time.perf_counter() - begun) * 1000)
            since[name] = news.update
            arrived += len(news.steps)
    spent, passed = time.process_time() - cpu, time.perf_counter() - wall
    row("  one poll", took)
    print(f"  {arrived / passed:.0f} steps/s arrived; this process was busy {spent / passed:.1%} of one core")
    gc.collect()
    begun, polls = time.perf_counter(), 0
    while time.perf_counter() - begun < 1:
        service.poll(runs[polls % len(runs)], since[runs[polls % len(runs)]])
        polls += 1
    print(f"  {polls} polls/s from one thread, one after another, while all train")


def shares(service: Service, runs: list[str]) -> None:
    updates = [service.poll(name, 10**9).update for name in runs]
    seconds = [service.poll(name, 10**9).seconds for name in runs]
    print(f"  fairness: updates from {min(updates)} to {max(updates)}, a factor of {max(updates) / min(updates):.2f};")
    print(f"            arithmetic from {min(seconds):.2f} to {max(seconds):.2f} s, {max(seconds) / min(seconds):.2f}")


def controls(service: Service, runs: list[str]) -> None:
    pauses, resumes = [], []
    for name in runs:
        begun = time.perf_counter()
        service.control(name, "pause")
        until(lambda name=name: service.poll(name, 10**9).state == "paused")  # type: ignore[misc]
        pauses.append((time.perf_counter() - begun) * 1000)
        stood = service.poll(name, 10**9).update
        begun = time.perf_counter()
        service.control(name, "resume")
        until(lambda name=name, stood=stood: service.poll(name, 10**9).update > stood)  # type: ignore[misc]
        resumes.append((time.perf_counter() - begun) * 1000)
    row("  pause → it stands still", pauses)
    row("  resume → its next update, among all the others", resumes)


def deaths(service: Service, runs: list[str]) -> None:
    noticed, back = [], []
    for _ in range(3):
        pid = worker(service)
        before = {name: service.poll(name, 10**9).update for name in runs}
        begun = time.perf_counter()
        os.kill(pid, signal.SIGKILL)
        until(lambda pid=pid: pid not in service.status().workers)  # type: ignore[misc]
        noticed.append((time.perf_counter() - begun) * 1000)
        until(lambda before=before: all(service.poll(n, 10**9).update > before[n] for n in runs))  # type: ignore[misc]
        back.append(time.perf_counter() - begun)
    row("  kill -9 → noticed", noticed, bound=2000)
    row("  kill -9 → every run is further than it was", back, "s")


def until(condition: Callable[[], object]) -> None:
    end = time.monotonic() + 120
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError("the training service did not get there in 120 s")
        time.sleep(0.002)


def worker(service: Service) -> int:
    until(lambda: service.status().workers)
    return service.status().workers[0]


def memory(pid: int) -> float:
    """Resident, in MB; NaN where the system does not tell."""
    status = Path(f"/proc/{pid}/status")
    lines = status.read_text().splitlines() if status.exists() else []
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS")), float("nan"))


if __name__ == "__main__":
    run()
