"""Sentences of /training that hang on numbers, from runs made up here."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from seqviz.learning.config import TASKS, TrainingConfig
from seqviz.learning.dispatch import Crowd
from seqviz.learning.facts import facts
from seqviz.learning.presets import GOALS
from seqviz.learning.runs import Limits
from seqviz.learning.service import News, Settings, Status
from seqviz.ui.training import words
from seqviz.ui.training.card import CARDS, reached, readable
from seqviz.ui.training.follow import Followed
from seqviz.ui.training.guess import judged
from seqviz.ui.training.scores import best_baseline, ranking
from seqviz.ui.training.settings import TASK_NAMES
from seqviz.ui.training.standing import limits_told, set_otherwise, status_told, troubles

BIGRAMS = [
    {"metric": "bits per character", "name": "how often each occurs", "value": 4.5},
    {"metric": "bits per character", "name": "bigrams", "value": 3.25},
    {"metric": "accuracy", "name": "bigrams", "value": 0.3},
]


def run(name: str, *values: float | None, task: str = "characters", state: str = "finished", **about: Any) -> Followed:
    """A run with these values of its task's metric, one look each 10 updates."""
    made = Followed(name, name, TrainingConfig(task=task))
    made.about = {"parameters": 1234, "baselines": BIGRAMS, **about}
    made.news = News(state, sentences=("something happened.",))
    for look, value in enumerate(values, 1):
        step = {
            "update": 10 * look,
            "loss": 1.0,
            "gradient_norm": 3.0,
            "clipped_norm": 1.0,
            "seconds": 0.002,
            "tokens": 1,
        }
        made.seen.add({**step, "metrics": {GOALS[task].metric: value, "loss": 1.0}})
    return made


def test_the_order_is_that_of_the_metric():
    """Bits fall, accuracy rises; a run without a look, or with one that is no number, has no place."""
    runs = [run("a", 2.0), run("b", 9.0, 1.0), run("c"), run("d", float("nan")), run("e", None)]
    assert [score.name for score in ranking(runs)] == ["b", "a"]
    rising = [run("a", 0.5, task="tags"), run("b", 0.9, task="tags")]
    assert [score.name for score in ranking(rising)] == ["b", "a"]
    assert ranking([]) == []


@pytest.mark.parametrize(("value", "says"), [(1.5, "better than"), (3.25, "level with"), (3.4, "not yet as good as")])
def test_a_score_is_set_beside_the_best_answer_without_a_network(value: float, says: str):
    told = " ".join(words.lessons("characters", [run("LSTM", 5.0, value)]))
    assert (
        f"LSTM has bits per character {value:g} after 20 updates, {says} the best answer without one, bigrams" in told
    )
    assert "at 3.25" in told


def test_runs_side_by_side_are_told_with_what_they_cost():
    told = " ".join(words.lessons("characters", [run("RNN", 2.5), run("GRU", 1.5)]))
    assert "the best first: GRU 1.5 (1,234 parameters, 2 ms an update, after 10); RNN 2.5 (1,234" in told
    assert "Clipping** shortened so many gradients: 1 of 1 (RNN), 1 of 1 (GRU)." in told


def test_nothing_is_said_of_runs_of_another_task_or_without_a_look():
    assert words.lessons("tags", [run("LSTM", 1.0)]) == words.LESSONS["tags"]
    told = words.lessons("characters", [replace_clipping(run("LSTM"))])
    assert told == words.LESSONS["characters"]


def replace_clipping(made: Followed) -> Followed:
    made.config = replace(made.config, clipping="none")
    return made


@pytest.mark.parametrize(
    ("said", "runs", "says"),
    [
        ("GRU", [run("GRU", 1.0), run("RNN", 2.0)], "Right: it ends at bits per character 1."),
        ("RNN", [run("GRU", 1.0), run("RNN", 2.0)], "No: GRU ends at bits per character 1, RNN at 2."),
        ("RNN", [run("GRU", 1.0), run("RNN")], "No: GRU ends at bits per character 1, RNN never looked at"),
        ("RNN", [run("GRU", 1.0), run("RNN", 1.0)], "GRU and RNN end level, at bits per character 1."),
        ("RNN", [run("GRU", state="running"), run("RNN", 1.0)], "The answer comes when all have ended."),
        ("RNN", [run("GRU"), run("RNN")], "No run got as far as a look at held-out data."),
        ("yes", [run("LSTM", 1.0)], "Right: it ends at bits per character 1."),
        ("no", [run("LSTM", 1.0)], "No: it ends at"),
        ("no", [run("LSTM", 3.5)], "Right: it ends at"),
        ("yes", [run("LSTM", 0.96, task="numbers", baselines=[])], "Right: it ends at whole sequences 0.96."),
        ("yes", [run("LSTM", 0.5, task="numbers", baselines=[])], "No: it ends at whole sequences 0.5."),
    ],
)
def test_an_answer_is_judged_by_what_the_runs_reached(said: str, runs: list[Followed], says: str):
    assert judged(said, runs).startswith(f"You said: {said}. {says}")


@pytest.mark.parametrize("task", TASKS)
def test_every_task_has_its_card_lessons_and_source(task: str):
    assert set(CARDS) == set(words.LESSONS) == set(words.SOURCES) == set(TASK_NAMES) == set(TASKS)
    found = facts(TrainingConfig(task=task, examples=64, held_out=16, length=8))
    lines = " ".join(reached("phrases", found))
    best = best_baseline(found.baselines, task)
    assert best is None or best.name in lines
    assert "The preset" in lines
    own = " ".join(reached("own", replace(found, baselines=())))
    assert "counted on your data" in own
    assert "The preset" not in own


def test_what_cannot_be_seen_in_an_example_is_drawn():
    assert readable("a b\n\x00\u202ec") == "a b⏎␀‹U+202E›c"


def test_troubles_are_named_where_there_are_several_runs():
    bad, good = run("RNN", state="failed"), run("LSTM")
    assert troubles([bad]) == ["something happened."]
    assert troubles([bad, good]) == ["RNN: something happened."]
    assert troubles([good]) == []


def test_runs_of_other_settings_than_those_above_are_said_to_be():
    runs = [run("RNN"), run("LSTM")]
    config = runs[0].config
    assert set_otherwise({"RNN": config}, runs) == ""
    assert set_otherwise({}, runs) == ""  # what was refused is said already
    assert set_otherwise({"RNN": config}, []) == ""
    told = set_otherwise({"RNN": replace(config, learning_rate=0.5)}, runs)
    assert told.startswith(f"Trained with other settings than those above: {TASK_NAMES[config.task]}, RNN, LSTM. ")


def test_the_limits_and_the_queue_are_said_as_they_are():
    told = limits_told(Limits(1234, 567, 8.5), Settings(per_owner=3))
    assert told == "At most 1,234 parameters, 567 updates and 8.5 minutes of arithmetic a run, 3 runs a visitor."
    up = status_told(Status("up", Crowd(2, 5, 1), (1,), ""), Settings())
    assert up.startswith("The training process is up; ")
    assert "2 going (at most 32), 1 paused, 5 in the queue (at most 64)" in up
    dead = status_told(Status("restarting", Crowd(0, 0, 0), (), ""), Settings())
    assert "died and is being started again" in dead
    assert "the queue is empty" in dead
