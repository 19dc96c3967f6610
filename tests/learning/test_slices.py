"""The worker's turns without a process: whose turn it is, what is said, and that no run disturbs another's numbers."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping

import pytest
import torch

from seqviz.learning import slices as slicing
from seqviz.learning.answers import Answers
from seqviz.learning.protocol import Frame
from seqviz.learning.slices import MOST_LINE, Factory, Seat, Slices, Training
from tests.learning.stand_in import Descent, Step, factory


class Heard(list[tuple[dict[str, object], bytes]]):
    """What was said."""

    def __call__(self, head: Mapping[str, object], blob: bytes) -> None:
        self.append((json.loads(json.dumps(dict(head))), blob))

    def of(self, run: str, kind: str) -> list[dict[str, object]]:
        return [head for head, _ in self if head["run"] == run and head["kind"] == kind]

    def made(self, run: str) -> int:
        return sum(len(head["updates"]) for head in self.of(run, "steps"))  # type: ignore[arg-type]


def seat(run: str, most_updates: int = 1000, goal: int = -1, **config: object) -> Seat:
    return Seat(run, 1, json.dumps(config), None, goal, most_updates, 1000, 60.0, every=50)


class Clock:
    """A clock that only updates move."""

    now = 0.0

    def perf_counter(self) -> float:
        return self.now


@pytest.fixture
def clocked(monkeypatch: pytest.MonkeyPatch) -> Factory:
    """Trainings whose update takes exactly its `seconds`, on the clock that the slices read."""
    clock = Clock()
    monkeypatch.setattr(slicing, "time", clock)

    class Timed(Descent):
        def __next__(self) -> Step:
            clock.now += self.config["span"]  # type: ignore[operator]
            return super().__next__()

    return lambda config, _: Timed({**json.loads(config), "seconds": 0, "updates": 10_000})


def test_the_slow_and_the_quick_get_the_same_time(clocked: Factory) -> None:
    slices = Slices(clocked, heard := Heard())
    spans = {"slow": 0.08, "middle": 0.02, "quick": 0.001}
    for run, span in spans.items():
        slices.add(seat(run, 10_000, span=span))
    for _ in range(60):
        slices.turn()
    times = [slices.seats[run].time for run in spans]
    assert max(times) - min(times) <= 0.08 + 1e-9  # one update of the slowest
    assert min(times) > 0.8
    made = [heard.made(run) for run in spans]
    assert made[1] / made[0] == pytest.approx(4, rel=0.1)
    assert made[2] / made[0] == pytest.approx(80, rel=0.1)


def test_with_many_runs_a_round_stays_short(clocked: Factory) -> None:
    slices = Slices(clocked, heard := Heard())
    for run in range(30):
        slices.add(seat(f"{run}", 10_000, span=0.004))
    for _ in range(30):
        slices.turn()
    assert {heard.made(f"{run}") for run in range(30)} == {5}  # 0.6 s / 30 = 20 ms each


def test_who_comes_late_does_not_get_the_time_that_others_had(clocked: Factory) -> None:
    slices = Slices(clocked, heard := Heard())
    slices.add(seat("early", 10_000, span=0.01))
    for _ in range(10):
        slices.turn()
    slices.add(seat("late", 10_000, span=0.01))
    before = heard.made("early")
    for _ in range(10):
        slices.turn()
    assert abs((heard.made("early") - before) - heard.made("late")) <= 5  # one slice


def test_who_pauses_does_not_save_time_up(clocked: Factory) -> None:
    slices = Slices(clocked, heard := Heard())
    for run in ("paused", "going"):
        slices.add(seat(run, 10_000, span=0.01))
    slices.turn()
    slices.until("paused", 1, 0)
    for _ in range(10):
        slices.turn()
    slices.until("paused", 1, -1)
    before = {run: heard.made(run) for run in ("paused", "going")}
    for _ in range(10):
        slices.turn()
    assert abs((heard.made("going") - before["going"]) - (heard.made("paused") - before["paused"])) <= 10  # and not 50


def test_the_time_of_an_answer_is_the_run_s_own(clocked: Factory) -> None:
    """A run rebuilt from a checkpoint to be asked takes as long as many updates."""

    def slow(config: str, data: bytes | None) -> Training:
        slicing.time.now += 0.0 if data is None else 0.5  # type: ignore[attr-defined]
        return clocked(config, data)

    slices = Slices(slow, heard := Heard())
    for run in ("asked", "other"):
        slices.add(seat(run, 10_000, span=0.01))
    question = {"kind": "ask", "run": "asked", "number": 1, "question": '{"text": ""}', "update": 5, "generation": 0}
    Answers(slices).answer(Frame({**question, "config": '{"span": 0.01}'}, b"a checkpoint"))
    for _ in range(30):
        slices.turn()
    assert heard.of("asked", "answer")[0]["sentence"] == ""
    assert heard.made("other") - heard.made("asked") == pytest.approx(50, abs=5)  # 0.5 s of updates


def test_a_command_ends_a_slice_after_one_update() -> None:
    slices = Slices(factory, heard := Heard(), wanted=lambda: True)
    slices.add(seat("a"))
    slices.turn()
    assert heard.made("a") == 1


def test_a_goal_is_kept_and_saved() -> None:
    slices = Slices(factory, heard := Heard())
    slices.add(seat("a", goal=3))
    while not slices.idle:
        slices.turn()
    assert heard.made("a") == 3
    assert [head["update"] for head in heard.of("a", "checkpoint")] == [0, 1, 2, 3]
    assert [head["state"] for head in heard.of("a", "state")] == ["paused"]
    slices.turn()  # nothing to do
    slices.until("a", attempt=2, goal=-1)  # meant for another attempt
    assert slices.idle
    slices.until("a", attempt=1, goal=5)
    while not slices.idle:
        slices.turn()
    assert heard.made("a") == 5


def test_a_turn_is_said_before_its_work_and_rest_after_it() -> None:
    slices = Slices(factory, heard := Heard())
    slices.add(seat("a", goal=1))
    slices.turn()
    slices.rest()
    slices.rest()
    kinds = [(head["kind"], head["run"]) for head, _ in heard]
    assert kinds == [
        ("turn", "a"),
        ("about", "a"),
        ("checkpoint", "a"),
        ("steps", "a"),
        ("checkpoint", "a"),
        ("state", "a"),
        ("turn", ""),
    ]


def test_a_dropped_run_says_nothing_more() -> None:
    slices = Slices(factory, heard := Heard())
    slices.add(seat("a"))
    slices.drop("a", 1)
    slices.turn()
    slices.stop("a", 1)
    assert heard == []


class Noisy(Descent):
    """Draws from torch's common stream, as dropout does."""

    def __next__(self) -> object:  # type: ignore[override]
        step = super().__next__()
        return {"update": step.update, "drawn": torch.rand(3)}


def drawn(*runs: str) -> list[bytes]:
    """The first run's steps when these run side by side."""
    slices = Slices(lambda config, data: Noisy(json.loads(config)), heard := Heard(), wanted=lambda: True)
    for run in runs:
        slices.add(seat(run, updates=20))
    while not slices.idle:
        slices.turn()
    return [blob for head, blob in heard if head["run"] == runs[0] and head["kind"] == "steps"]


def test_random_numbers_are_a_run_s_own() -> None:
    assert drawn("a") == drawn("a", "b", "c")
    assert len(set(drawn("a"))) == 20


class Talkative(Descent):
    def __next__(self) -> object:  # type: ignore[override]
        super().__next__()
        return {"text": "secret " * MOST_LINE}


@pytest.mark.parametrize("broken", [Talkative, "a factory that fails"])
def test_errors_end_their_run_and_the_log_does_not_quote(broken: object, caplog: pytest.LogCaptureFixture) -> None:
    def make(config: str, data: bytes | None) -> Descent:
        if isinstance(broken, type):
            return Talkative(json.loads(config))
        raise KeyError("secret")

    caplog.set_level(logging.INFO)
    slices = Slices(make, heard := Heard())
    slices.add(seat("a"))
    slices.turn()
    (state,) = heard.of("a", "state")
    assert state["state"] == "failed"
    assert "secret" not in caplog.text + str(state["sentence"])
    assert "Error at" in caplog.text
    assert slices.seats == {}
