"""Many visitors of /training on one server: what training costs whoever looks at another page, what it takes, whether
thirty runs end, what a killed worker and a closed tab do. Everything goes through the page, over its own socket.
"""

from __future__ import annotations

import base64
import os
import signal
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks import controls
from benchmarks.processes import command, memory, seconds, workers
from benchmarks.report import heading, percentile, row
from seqviz.learning import train
from seqviz.learning.presets import PRESETS
from seqviz.learning.threads import one_thread
from seqviz.ui.training.settings import TASK_NAMES
from tests.browser.serving import Server, start_server
from tests.browser.visiting import Crowd, Visitor, until

ROUNDS = 60
SLOWER = 1.5  # times its idle p50 that a control may take while four train
MEMORY = 700.0  # MB, all processes together
LONG = 20_000  # updates: they last until they are stopped
SHORT = 100
GRACE = 120.0  # seconds after which the runs of one who left are dropped

PAGES: dict[str, dict[str, tuple[str | float, str | float]]] = {
    "unrolled": {"Text: up": ("the quick brown fox jumps over b", "the quick brown fox jumps over a")},
    "gates": {"Notation": ("B", "A")},
}


def run() -> None:
    with tempfile.TemporaryDirectory() as folder:
        for measure in (others, together, thirty, killed, left):
            server = start_server(Path(folder))
            crowd = Crowd()
            try:
                measure(server, crowd)
            finally:
                crowd.leave()
                server.stop()


def address(task: str, **settings: object) -> dict[str, object]:
    """The query of /training that asks for a task with other settings than its preset's."""
    return {"train": TASK_NAMES[task], **{f"{task}_{name}": value for name, value in settings.items()}}


def begin(crowd: Crowd, url: str, addresses: Sequence[dict[str, object]]) -> list[Visitor]:
    """So many visitors, who have pressed Train; returns when every run has made an update."""
    visitors = crowd.come(url, "training", list(addresses))
    crowd.press(visitors, "Train")
    until(lambda: all(visitor.run["update"] for visitor in visitors), "everybody's first update")
    return visitors


def others(server: Server, crowd: Crowd) -> None:
    """1. The same visitor's control, before four others train, while they do, and after they have stopped."""
    heading("A visitor's control → finished, on the server: alone; while 4 others train and watch; alone again")
    visitors = {page: controls.Visitor(server.url, page, {}) for page in PAGES}
    for page, changes in PAGES.items():  # once, so that nothing is computed for the first time
        answers(visitors[page], changes, 8)
    alone = {page: answers(visitors[page], changes) for page, changes in PAGES.items()}
    trainers = begin(crowd, server.url, [address("characters", updates=LONG, seed=seed) for seed in range(4)])
    spent = seconds(server.process.pid)
    wall, polls = time.perf_counter(), sum(visitor.answered for visitor in trainers)
    busy = {page: answers(visitors[page], changes) for page, changes in PAGES.items()}
    share = (seconds(server.process.pid) - spent) / (time.perf_counter() - wall)
    polls = sum(visitor.answered for visitor in trainers) - polls
    crowd.press(trainers, "Train")  # ends the runs that go on, and begins others …
    crowd.leave()  # … which pause, because their visitors are gone
    until(lambda: idle(workers(server.process.pid)), "the worker to stand still")
    again = {page: answers(visitors[page], changes) for page, changes in PAGES.items()}
    for page in PAGES:
        for when, times in (("alone", alone), ("while 4 train", busy), ("alone again", again)):
            row(f"  /{page}, {when}", times[page])
        quiet = percentile(alone[page] + again[page], 0.5)
        ratios = [percentile(busy[page], 0.5) / quiet, percentile(busy[page], 0.95) / quiet]
        verdict = "within" if ratios[0] <= SLOWER else "OVER"
        print(f"    {ratios[0]:.2f} × its p50 alone (p95: {ratios[1]:.2f} ×)   bound {SLOWER:g}: {verdict}", flush=True)
        visitors[page].close()
    print(f"  meanwhile {polls} polls were answered, and the web process took {share:.0%} of one core", flush=True)


def answers(
    visitor: controls.Visitor, changes: dict[str, tuple[str | float, str | float]], rounds: int = ROUNDS
) -> list[float]:
    """How long each change took until all that it drew had arrived, in ms."""
    return [visitor.change(label, values[turn % 2]) for turn in range(rounds) for label, values in changes.items()]


def together(server: Server, crowd: Crowd) -> None:
    """2. What all processes take while four different presets train, each watched."""
    heading("Memory while 4 presets train (proportional share of what is shared)")
    empty = memory(server.process.pid)
    tasks = ("characters", "country", "adding", "copy")
    begin(crowd, server.url, [address(task, updates=LONG) for task in tasks])
    most: dict[int, float] = {}
    end = time.perf_counter() + 30
    while time.perf_counter() < end:
        now = {pid: memory(pid) for pid in (server.process.pid, *workers(server.process.pid))}
        most = now if sum(now.values()) > sum(most.values()) else most
        time.sleep(0.5)
    for pid, size in most.items():
        name = "the web process" if pid == server.process.pid else "a training process"
        print(f"  {name:<62} {size:7.0f} MB")
    verdict = "within" if sum(most.values()) <= MEMORY else "OVER"
    print(f"  together, the most in 30 s: {sum(most.values()):.0f} MB   bound {MEMORY:g} MB: {verdict}")
    print(f"  (the web process before its first visitor: {empty:.0f} MB)", flush=True)


def thirty(server: Server, crowd: Crowd, count: int = 30) -> None:
    """3. A class presses Train: who is first, who is last, and how long until something moves."""
    heading(f"{count} visitors train, {SHORT} updates each, all pressed within a moment")
    visitors = crowd.come(server.url, "training", [address("tags", updates=SHORT, seed=n) for n in range(count)])
    begun, spent = time.perf_counter(), seconds(server.process.pid)
    crowd.press(visitors, "Train")
    pressed = time.perf_counter() - begun
    until(lambda: all(visitor.over for visitor in visitors), "thirty ends")
    states = sorted({visitor.run["state"] for visitor in visitors})
    spent = seconds(server.process.pid) - spent
    first = [next(at for at, _, update in visitor.changes if update) - begun for visitor in visitors]
    shown = [visitor.changes[0][0] - begun for visitor in visitors]
    ends = [visitor.changes[-1][0] - begun for visitor in visitors]
    polls, asked = (sum(getattr(visitor, name) for visitor in visitors) for name in ("answered", "polls"))
    places = sorted(set().union(*(visitor.places for visitor in visitors)))
    order = np.argsort(np.argsort(ends)) - np.argsort(np.argsort(shown))
    print(f"  all pressed and answered after {pressed:.2f} s; ends: {', '.join(states)}")
    row("  press → the page shows the run", shown, "s")
    row("  press → its first update is on the page", first, "s")
    row("  press → its end is on the page", ends, "s")
    print(f"  from the first end to the last {max(ends) - min(ends):.2f} s, the last after {max(ends):.2f} s;")
    apart = f"at most {abs(order).max()} places apart, {abs(order).mean():.1f} on average"
    print(f"  order of ends beside that of starts: {apart}")
    print(f"  places in the queue that were shown: {places or 'none'}")
    each = f"{spent / polls * 1000:.1f} ms a poll"
    print(f"  {polls} of {asked} polls answered; the web process worked {spent:.1f} s, {each}")
    moved = sum(visitor.received for visitor in visitors)
    print(
        f"  {moved / 1e6:.1f} MB sent, {moved / polls / 1000:.0f} KB a poll; errors shown: {failures(visitors)}",
        flush=True,
    )


def killed(server: Server, crowd: Crowd, updates: int = 400) -> None:
    """4. kill −9 of the worker while four train; the losses beside those of runs that nothing disturbed."""
    heading("kill -9 of the training process while 4 train")
    visitors = begin(crowd, server.url, [address("tags", updates=updates, seed=seed) for seed in range(4)])
    (pid,) = workers(server.process.pid)
    before = [visitor.run["update"] for visitor in visitors]
    os.kill(pid, signal.SIGKILL)
    row("  → every page says so", [until(lambda: all(map(told, visitors)), "a word of it")], "s", bound=2)
    begun = time.perf_counter()
    further = lambda: all(v.run["update"] > at for v, at in zip(visitors, before, strict=True))  # noqa: E731
    until(further, "everybody's next update")
    row("  → every run is further than it was, after the page said so", [time.perf_counter() - begun], "s")
    until(lambda: all(visitor.over for visitor in visitors), "four ends")
    one_thread()
    same = 0
    for seed, visitor in enumerate(visitors):
        config = replace(PRESETS["tags"], updates=updates, seed=seed)
        alone = np.array([step.loss for step in train(config)], "<f4")
        seen = losses(visitor)
        same += visitor.run["state"] == "finished" and seen.shape == alone.shape and bool(np.array_equal(seen, alone))
    verdict = "all the same" if same == 4 else "DIFFERENT"
    print(f"  {same} of 4 finished with the {updates} losses of an undisturbed run: {verdict}")
    print(f"  errors shown: {failures(visitors)}", flush=True)


def left(server: Server, crowd: Crowd) -> None:
    """5. A closed tab: its run stands still, goes on when the visitor is back in time, and else is dropped."""
    heading("A visitor leaves while a run goes on")
    (visitor,) = begin(crowd, server.url, [address("tags", updates=LONG)])
    (pid,) = workers(server.process.pid)
    crowd.all([visitor], Visitor.close)
    at = time.perf_counter()
    until(lambda: idle([pid]), "the run to pause", 60)
    print(f"  closed → the training process stands still: at most {time.perf_counter() - at:.1f} s")
    at = time.perf_counter()
    crowd.all([visitor], Visitor.open)
    until(lambda: "You are back" in visitor.run["sentences"][-1], "a word of welcome", 30)
    paused, took = visitor.run["update"], time.perf_counter() - at
    took += until(lambda: visitor.run["update"] > paused, "the run to go on", 30)
    print(f"  back → its next update is on the page: {took:.1f} s; it says: {' '.join(visitor.run['sentences'])}")
    folder = Path(command(pid).split("--sweep ")[1].strip())
    crowd.all([visitor], Visitor.close)
    took = until(lambda: not any(each.is_dir() for each in folder.iterdir()), "the run to be dropped", 2 * GRACE)
    print(f"  closed for good → its checkpoints are gone: {took:.0f} s, after a grace of {GRACE:g} s", flush=True)


def idle(pids: Sequence[int], during: float = 0.5) -> bool:
    """Whether processes do next to nothing for a while."""
    before = sum(map(seconds, pids))
    time.sleep(during)
    return sum(map(seconds, pids)) - before <= 0.05 * during


def told(visitor: Visitor) -> bool:
    return any("died" in sentence for sentence in visitor.run["sentences"])


def losses(visitor: Visitor) -> np.ndarray:
    """As the page received them, one an update."""
    return np.frombuffer(base64.b64decode(visitor.run["series"]["loss"]), "<f4")


def failures(visitors: Sequence[Visitor]) -> str:
    found = sorted({failure for visitor in visitors for failure in visitor.failures})
    return "; ".join(found) or "none"


if __name__ == "__main__":
    run()
