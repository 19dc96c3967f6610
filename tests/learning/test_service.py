"""The service with real worker processes and a stand-in for the training."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict
from itertools import count
from pathlib import Path

import pytest

from seqviz.learning.runs import MOST_CONFIG
from seqviz.learning.service import Limits, Refused, Service, Unanswered
from tests.learning.serving import LIMITS, kill, reaches, service, submit, until
from tests.learning.stand_in import undisturbed

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def shared() -> Iterator[Service]:
    trainer = service()
    yield trainer
    trainer.close()


@pytest.fixture
def own() -> Iterator[list[Service]]:
    """Services of a test's own: append them, they are closed."""
    trainers: list[Service] = []
    yield trainers
    for trainer in trainers:
        trainer.close()


def plain(**config: object) -> list[dict[str, object]]:
    return [{**asdict(step), "norms": list(step.norms)} for step in undisturbed(**config)]


# ── one run ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_run_gives_the_steps_of_its_training(shared: Service) -> None:
    run = submit(shared, updates=120, seed=7)
    news = reaches(shared, run, "finished")
    assert list(news.steps) == plain(updates=120, seed=7)
    assert (news.update, news.place, news.sentences, news.over) == (120, 0, (), True)
    assert news.checkpoints == (0, 1, 2, 5, 10, 20, 50, 100, 120)
    assert news.seconds > 0


def test_a_poll_gives_what_is_new(shared: Service) -> None:
    run = submit(shared, updates=30)
    reaches(shared, run, "finished")
    assert [step["update"] for step in shared.poll(run, since=27).steps] == [28, 29, 30]
    assert shared.poll(run, since=30).steps == ()


def test_pause_step_and_resume_change_nothing_in_the_numbers(shared: Service) -> None:
    run = submit(shared, updates=300)
    reaches(shared, run, "running", 20)
    assert shared.control(run, "pause")
    paused = reaches(shared, run, "paused")
    assert paused.checkpoints[-1] == paused.update < 300
    shared.control(run, "step")
    shared.control(run, "step")
    now = shared.poll(run)
    assert now.stepping == (now.state != "paused")  # it never counts as going on by itself
    stepped = reaches(shared, run, "paused", paused.update + 2)
    assert not stepped.stepping
    assert stepped.update == paused.update + 2
    shared.control(run, "resume")
    assert list(reaches(shared, run, "finished").steps) == plain(updates=300)


def test_stop_keeps_what_was_learned_and_is_final(shared: Service) -> None:
    run = submit(shared, updates=5000)
    reaches(shared, run, "running", 20)
    shared.control(run, "stop")
    news = reaches(shared, run, "stopped")
    assert shared.checkpoints(run)[-1] == news.update == news.steps[-1]["update"]
    assert not shared.control(run, "resume")
    with pytest.raises(ValueError, match="expected one of pause, step, resume, stop, rewind"):
        shared.control(run, "explode")


def test_rewind_begins_again_with_the_same_numbers(shared: Service) -> None:
    run = submit(shared, updates=150)
    before = reaches(shared, run, "finished")
    assert shared.control(run, "rewind")
    news = shared.poll(run, since=150, generation=before.generation)
    assert (news.state, news.update, news.steps, news.generation) == ("paused", 0, (), 1)
    shared.control(run, "step")
    assert reaches(shared, run, "paused", 1).steps == before.steps[:1]
    shared.control(run, "resume")
    assert reaches(shared, run, "finished").steps == before.steps


def test_rewind_to_a_checkpoint(shared: Service) -> None:
    run = submit(shared, updates=150)
    before = reaches(shared, run, "finished")
    assert not shared.control(run, "rewind", to=51)
    assert shared.control(run, "rewind", to=50)
    assert shared.poll(run).update == 50
    shared.control(run, "resume")
    assert reaches(shared, run, "finished").steps == before.steps


def test_a_checkpoint_can_be_read(shared: Service) -> None:
    run = submit(shared, updates=10)
    reaches(shared, run, "finished")
    assert b'"update": 5' in shared.checkpoint(run, 5)
    with pytest.raises(KeyError):
        shared.checkpoint(run, 6)
    with pytest.raises(KeyError):
        shared.checkpoint("no such run", 0)


def test_a_training_says_what_it_is(shared: Service) -> None:
    run = submit(shared, updates=10)
    reaches(shared, run, "finished")
    assert shared.about(run) == {"parameters": 3, "baseline": float("inf")}
    assert shared.about("no such run") == {}


def test_settings_of_the_largest_size_arrive_whatever_they_are_made_of(shared: Service) -> None:
    """Escaped twice, once in the config and once in the message, a quotation mark is four bytes."""
    quotes = '"' * ((MOST_CONFIG - 40) // 2)
    run = submit(shared, updates=3, text=quotes)
    reaches(shared, run, "finished")
    assert shared.ask(run, {"text": quotes[:2000]}, update=2, timeout=60)


# ── questions ────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_training_answers_as_it_is_and_as_it_was(own: list[Service]) -> None:
    own.append(trainer := service())
    run = submit(trainer, updates=2000)
    reaches(trainer, run, "running", 20)
    now = trainer.ask(run, {"text": "a sentence"}, timeout=60)
    assert isinstance(now, dict)
    assert (now["at"] >= 20, now["said"], now["nan"] != now["nan"]) == (True, "a sentence", True)
    for _ in range(2):
        assert trainer.ask(run, {"text": ""}, update=5, timeout=60)["x"] == list(undisturbed(updates=5)[-1].norms)  # type: ignore[index]
    trainer.control(run, "stop")
    at = reaches(trainer, run, "stopped").update
    assert trainer.ask(run, {"text": ""}, timeout=60)["at"] == at  # type: ignore[index]
    with pytest.raises(Unanswered, match="the question is no sentence"):
        trainer.ask(run, 7, timeout=60)
    with pytest.raises(Unanswered, match="could not be answered \\(KeyError\\)"):
        trainer.ask(run, {}, timeout=60)
    with pytest.raises(KeyError):
        trainer.ask(run, {"text": ""}, update=6)
    trainer.control(run, "rewind")
    with pytest.raises(Unanswered, match="has not begun"):
        trainer.ask(run, {"text": ""})


def test_a_question_that_kills_or_hangs_is_unanswered_and_the_run_goes_on(own: list[Service]) -> None:
    own.append(trainer := service(patience=0.5))
    run = submit(trainer, updates=500)
    reaches(trainer, run, "running", 60)
    with pytest.raises(Unanswered, match="died before it answered"):
        trainer.ask(run, "die", timeout=60)
    reaches(trainer, run, "running", trainer.poll(run).update + 60)
    with pytest.raises(Unanswered, match=r"no answer within 0\.1 seconds"):
        trainer.ask(run, "hang", timeout=0.1)
    assert list(reaches(trainer, run, "finished").steps) == plain(updates=500)


def test_an_answer_that_is_too_large_is_refused_and_the_worker_lives_on(own: list[Service]) -> None:
    own.append(trainer := service())
    run = submit(trainer, updates=5)
    reaches(trainer, run, "finished")
    (worker,) = trainer.status().workers
    with pytest.raises(Unanswered, match=r"has 67,108,867 bytes, at most 67,108,864 are sent"):
        trainer.ask(run, "huge", timeout=60)
    assert trainer.ask(run, {"text": ""}, timeout=60)
    assert trainer.status().workers == (worker,)


# ── how a run can end ────────────────────────────────────────────────────────────────────────────────────────


def test_divergence_ends_a_run_with_the_step_that_tells(shared: Service) -> None:
    run = submit(shared, diverge_at=7)
    news = reaches(shared, run, "diverged")
    assert news.sentences == ("The loss is not a number at update 7.",)
    last = news.steps[-1]
    assert last["loss"] != last["loss"]
    assert last["norms"] == [float("inf"), float("-inf")]


def test_an_error_ends_its_run_alone_and_is_not_quoted(shared: Service) -> None:
    run, other = submit(shared, fail_at=4), submit(shared, updates=50)
    news = reaches(shared, run, "failed")
    assert news.sentences == ("This run ended at update 3 with an error (RuntimeError).",)
    assert [step["update"] for step in news.steps] == [1, 2, 3]
    reaches(shared, other, "finished")


@pytest.mark.parametrize(
    ("config", "limits", "state", "sentence"),
    [
        ({"refuse": "hidden is 0"}, LIMITS, "refused", "hidden is 0"),
        ({"parameters": 1001}, LIMITS, "refused", "This network has 1,001 parameters, at most 1,000 are trained here."),
        (
            {"updates": 40, "seconds": 0.02},
            Limits(1000, 5000, 0.2 / 60),
            "limit",
            "This run has computed for 0.00333333 minutes, the longest that a run may take here.",
        ),
        ({}, Limits(1000, 60), "limit", "This run has made 60 updates, the most that a run may make here."),
    ],
    ids=["the config's own", "parameters", "minutes", "updates"],
)
def test_limits(shared: Service, config: dict[str, object], limits: Limits, state: str, sentence: str) -> None:
    news = reaches(shared, submit(shared, limits=limits, **config), state)
    assert news.sentences == (sentence,)


def test_a_run_that_makes_as_many_updates_as_it_may_has_finished(shared: Service) -> None:
    news = reaches(shared, submit(shared, limits=Limits(1000, 40), updates=40), "finished")
    assert (news.update, news.sentences) == (40, ())


def test_what_is_refused_at_the_door(own: list[Service]) -> None:
    own.append(trainer := service(active=1, waiting=2, per_owner=4))
    for text, sentence in {
        "{": "The settings of this run are not JSON.",
        "[]": "The settings of this run are not a JSON object.",
        '{"updates": 5001}': "updates is 5,001, at most 5,000 are made here.",
        '"' + "x" * 3_000_000 + '"': "This run's settings and text take 3.0 MB, at most 2.1 are sent.",
    }.items():
        with pytest.raises(Refused, match=sentence):
            trainer.submit(text, LIMITS, "ada")
    assert trainer.status().state == "idle"  # nothing was started for these
    trainer.start()
    until(lambda: trainer.status().state == "up")
    reaches(trainer, submit(trainer, updates=4000), "running")
    waiting = [submit(trainer, "bob", updates=4000), submit(trainer, "eve", updates=4000)]
    assert [trainer.poll(run).place for run in waiting] == [1, 2]
    assert trainer.poll(waiting[1]).sentences == ("Place 2 in the queue.",)
    with pytest.raises(Refused, match="2 runs are waiting already"):
        submit(trainer, "dan")
    trainer.control(waiting[0], "stop")
    assert trainer.poll(waiting[0]).state == "stopped"
    assert trainer.poll(waiting[1]).place == 1


def test_one_visitor_has_so_many_runs(own: list[Service]) -> None:
    own.append(trainer := service(per_owner=2, kept_per_owner=3))
    first = submit(trainer, updates=1)
    reaches(trainer, first, "finished")
    going = [submit(trainer, updates=5000) for _ in range(2)]
    with pytest.raises(Refused, match="You have 2 runs going"):
        submit(trainer)
    submit(trainer, "bob")
    trainer.control(going[0], "stop")
    last = submit(trainer)  # a run that was told to stop counts no more, though its worker has not said so yet
    reaches(trainer, going[0], "stopped")
    assert trainer.welcome("ada") == (*going, last)  # the oldest that was over made room
    assert trainer.poll(first).state == "gone"
    assert trainer.poll(first).sentences == ("This run is no longer kept.",)


def test_runs_that_were_told_to_stop_make_room_at_once(own: list[Service]) -> None:
    own.append(trainer := service(per_owner=4))
    before = [submit(trainer, updates=5000) for _ in range(4)]
    for run in before:
        reaches(trainer, run, "running", 5)
    for run in before:
        trainer.control(run, "stop")  # as "Train" does, which then begins as many anew without waiting
    after = [submit(trainer, updates=5) for _ in range(4)]
    for run in after:
        reaches(trainer, run, "finished")
    assert {reaches(trainer, run, "stopped").state for run in before} == {"stopped"}


# ── many runs ────────────────────────────────────────────────────────────────────────────────────────────────


def test_thirty_runs_share_fairly_and_all_finish(own: list[Service]) -> None:
    own.append(trainer := service())
    runs = [submit(trainer, f"visitor {n}", updates=60, seed=n) for n in range(30)]
    until(lambda: all(trainer.poll(run, 10**9).state == "running" for run in runs), "all to run")
    first = [trainer.poll(run, 10**9).seconds for run in runs]
    until(lambda: min(trainer.poll(run, 10**9).update for run in runs) >= 25)
    with trainer._lock:  # all at one moment
        took = [trainer.poll(run, 10**9).seconds - before for run, before in zip(runs, first, strict=True)]
    most = sorted(took)[2:-2]  # a busy machine may stop the worker within someone's slice
    assert max(most) <= 3 * min(most) + 0.1
    for number, run in enumerate(runs):
        assert list(reaches(trainer, run, "finished").steps) == plain(updates=60, seed=number)


def test_more_runs_than_seats_wait_for_them_and_a_paused_one_gives_up_its_own(own: list[Service]) -> None:
    own.append(trainer := service(active=2))
    first, second = submit(trainer, updates=3000), submit(trainer, updates=200)
    reaches(trainer, first, "running", 5)
    third = submit(trainer, updates=100)
    assert trainer.poll(third).state == "waiting"
    trainer.control(first, "pause")
    reaches(trainer, third, "finished")
    trainer.control(first, "step")  # it has to find a seat first
    paused = trainer.poll(first).update
    reaches(trainer, first, "paused", paused)
    trainer.control(first, "resume")
    reaches(trainer, first, "running", 400)
    trainer.control(first, "stop")
    steps = reaches(trainer, first, "stopped").steps
    assert list(steps) == plain(updates=len(steps))
    assert list(reaches(trainer, second, "finished").steps) == plain(updates=200)


def test_several_threads_may_ask(own: list[Service]) -> None:
    own.append(trainer := service())
    runs = [submit(trainer, f"visitor {n}", updates=200) for n in range(6)]
    trouble: list[object] = []

    def watch(run: str) -> None:
        try:
            seen: list[dict[str, object]] = []
            for turn in count():
                news = trainer.poll(run, len(seen))
                seen.extend(news.steps)
                if news.over:
                    break
                if turn % 7 == 0:
                    trainer.control(run, "pause")
                    trainer.control(run, "resume")
                trainer.status()
                time.sleep(0.005)
            assert seen == plain(updates=200)
        except BaseException as error:
            trouble.append(error)

    threads = [threading.Thread(target=watch, args=(run,)) for run in runs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert trouble == []
    assert not any(thread.is_alive() for thread in threads)


# ── deaths ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_killed_worker_is_noticed_said_and_leaves_no_trace_in_the_numbers(own: list[Service]) -> None:
    own.append(trainer := service())
    runs = [submit(trainer, f"visitor {n}", updates=300, seed=n) for n in range(4)]
    for run in runs:
        reaches(trainer, run, "running", 60)
    paused = runs.pop()
    trainer.control(paused, "pause")
    at = reaches(trainer, paused, "paused").update
    killed = kill(trainer)
    until(lambda: any("died" in sentence for sentence in trainer.poll(runs[0]).sentences), "a word of it")
    for run in runs:
        sentence = trainer.poll(run).sentences[0]
        start = int(sentence.removesuffix(".").split()[-1])
        assert sentence.startswith("The training process died and is being started again; this run goes on from update")
        assert trainer.poll(run).update - start <= 50 or start in trainer.checkpoints(run)
    for number, run in enumerate(runs):
        assert list(reaches(trainer, run, "finished").steps) == plain(updates=300, seed=number)
    assert killed not in trainer.status().workers
    assert (trainer.poll(paused).state, trainer.poll(paused).update) == ("paused", at)
    trainer.control(paused, "resume")
    assert list(reaches(trainer, paused, "finished").steps) == plain(updates=300, seed=3)


def test_with_two_workers_the_death_of_one_is_not_the_other_s(own: list[Service]) -> None:
    own.append(trainer := service(workers=2, transport="tcp"))
    trainer.start()
    until(lambda: len(trainer.status().workers) == 2)
    runs = [submit(trainer, f"visitor {n}", updates=400, seed=n) for n in range(4)]
    for run in runs:
        reaches(trainer, run, "running", 20)
    kill(trainer)
    for number, run in enumerate(runs):
        assert list(reaches(trainer, run, "finished").steps) == plain(updates=400, seed=number)
    assert sum("died" in "".join(trainer.poll(run).sentences) for run in runs) == 2


@pytest.mark.parametrize("how", ["die_at", "hang_at"])
def test_a_run_that_takes_its_worker_with_it_twice_is_ended(own: list[Service], how: str) -> None:
    own.append(trainer := service(patience=0.5))
    other = submit(trainer, "bob", updates=500)
    reaches(trainer, other, "running", 10)
    run = submit(trainer, **{how: 60})
    news = reaches(trainer, run, "failed")
    assert "died 2 times while it computed this run, near update" in news.sentences[-1]
    assert trainer.poll(other).state in ("running", "waiting", "finished")
    assert list(reaches(trainer, other, "finished").steps) == plain(updates=500)


def test_a_worker_that_does_not_start_is_said(own: list[Service]) -> None:
    own.append(trainer := service(factory="tests.learning.stand_in:nothing"))
    run = submit(trainer)
    until(lambda: "does not start" in trainer.status().sentence)
    assert trainer.poll(run).state == "waiting"
    assert "does not start" in trainer.poll(run).sentences[-1]
    assert trainer.control(run, "stop")
    assert trainer.poll(run).state == "stopped"


def test_a_folder_that_was_cleared_away_is_made_again_and_nobody_else_may_read_it(own: list[Service]) -> None:
    own.append(trainer := service())
    run = submit(trainer, updates=1500)
    reaches(trainer, run, "running", 20)
    assert trainer._folder is not None
    trainer.control(run, "pause")
    reaches(trainer, run, "paused")
    shutil.rmtree(trainer._folder)
    kill(trainer)
    until(lambda: trainer.status().state == "restarting")
    trainer.control(run, "resume")  # nothing is left of its checkpoints: the same numbers come again
    assert list(reaches(trainer, run, "finished").steps) == plain(updates=1500)
    assert trainer.checkpoints(run)[-1] == 1500
    assert trainer._folder.stat().st_mode & 0o777 == 0o700


def test_a_long_path_of_temporary_files_is_no_obstacle(
    own: list[Service], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deep = tmp_path / ("x" * 100)
    deep.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(deep))
    own.append(trainer := service())
    reaches(trainer, submit(trainer, updates=5), "finished")


PARENT = """
import os, signal, sys
from tests.learning.serving import reaches, service, submit
trainer = service()
reaches(trainer, submit(trainer, updates=5000), "running", 5)
print(trainer.status().workers[0], trainer._folder, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def is_there(pid: int) -> bool:
    try:
        os.kill(pid, 0)
        stat = Path(f"/proc/{pid}/stat")
        return not stat.parent.parent.joinpath("self").exists() or stat.read_text().rsplit(")")[-1].split()[0] != "Z"
    except (ProcessLookupError, FileNotFoundError):
        return False


def test_a_killed_server_leaves_no_orphan_and_no_litter() -> None:
    answer = subprocess.run([sys.executable, "-c", PARENT], cwd=ROOT, capture_output=True, text=True, timeout=60)
    pid, folder = answer.stdout.split()
    until(lambda: not is_there(int(pid)), "the worker's end")
    until(lambda: not Path(folder).exists(), "its folder's end")


# ── visitors ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_visitor_who_comes_back_finds_the_runs(own: list[Service]) -> None:
    own.append(trainer := service())
    going, still = submit(trainer, updates=300), submit(trainer, updates=300)
    trainer.control(still, "pause")
    reaches(trainer, still, "paused")
    reaches(trainer, going, "running", 5)
    trainer.release("ada")
    trainer.release("ada")
    assert reaches(trainer, going, "paused").sentences == ("Paused, because the connection to your browser ended.",)
    assert trainer.welcome("ada") == (going, still)
    assert list(reaches(trainer, going, "finished").steps) == plain(updates=300)
    assert trainer.poll(still).state == "paused"


def test_who_left_is_known_again_by_name_and_nobody_else_is(own: list[Service]) -> None:
    own.append(trainer := service())
    first, second = submit(trainer, updates=300), submit(trainer, updates=400)
    assert trainer.come_back("ada") == {}  # she is still here
    assert trainer.come_back("bob") == {}
    reaches(trainer, first, "running", 5)
    trainer.release("ada")
    assert trainer.come_back("bob") == {}
    found = trainer.come_back("ada")
    assert [json.loads(config)["updates"] for config in found.values()] == [300, 400]
    assert list(found) == [first, second]
    assert trainer.come_back("ada") == {}  # she is here again
    assert list(reaches(trainer, first, "finished").steps) == plain(updates=300)


def test_a_run_that_was_stepped_stays_paused_when_its_visitor_leaves_and_comes_back(own: list[Service]) -> None:
    own.append(trainer := service())
    run = submit(trainer, updates=500)
    reaches(trainer, run, "running", 5)
    trainer.control(run, "pause")
    at = reaches(trainer, run, "paused").update
    trainer.control(run, "step")
    reaches(trainer, run, "paused", at + 1)
    trainer.release("ada")
    trainer.welcome("ada")
    assert (trainer.poll(run).state, trainer.poll(run).update, trainer.poll(run).sentences) == ("paused", at + 1, ())


def test_a_visitor_who_stays_away_is_forgotten(own: list[Service]) -> None:
    own.append(trainer := service(grace=0.3))
    gone, kept = submit(trainer, updates=5000), submit(trainer, "bob", updates=5000)
    reaches(trainer, gone, "running", 5)
    trainer.release("ada")
    until(lambda: trainer.poll(gone).state == "gone")
    assert trainer.welcome("ada") == ()
    assert trainer.checkpoints(gone) == ()
    assert not trainer.control(gone, "resume")
    reaches(trainer, kept, "running", trainer.poll(kept).update + 5)


def test_closing_ends_the_worker(own: list[Service]) -> None:
    trainer = service()
    run = submit(trainer, updates=5000)
    reaches(trainer, run, "running", 5)
    (pid,) = trainer.status().workers
    trainer.close()
    trainer.start()
    assert not is_there(pid)
    assert trainer.status().state == "closed"
    with pytest.raises(Refused, match="ended"):
        submit(trainer)


def test_the_client_brings_neither_torch_nor_streamlit() -> None:
    script = "import sys, seqviz.learning.service; assert not {'torch', 'streamlit', 'numpy'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=True, timeout=60)
