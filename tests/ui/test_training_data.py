"""What the browser is sent of a training: one line that says what is trained, bounded series, looks without ballast."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from typing import Any, cast

import numpy as np
import pytest

from seqviz.figures import theme
from seqviz.learning.config import TrainingConfig
from seqviz.learning.presets import PRESETS
from seqviz.learning.service import News, Service
from seqviz.records import Array
from seqviz.ui.training.data import MOST_POINTS, charts_data, plan_of
from seqviz.ui.training.follow import MOST_LOOKS, MOST_MEASURED, Followed


def unpacked(text: str) -> Array:
    return np.frombuffer(base64.b64decode(text), "<f4").astype(float)


def step(update: int, **others: Any) -> dict[str, Any]:
    """A step as the service hands it out; its loss is the update."""
    made = {
        "update": update,
        "loss": update,
        "gradient_norm": 2 * update,
        "clipped_norm": 1.0,
        "seconds": 0.5,
        "tokens": 3,
    }
    return {**made, **others}


def followed(count: int, kind: str = "last", **others: Any) -> Followed:
    run = Followed("id", "name", PRESETS["reviews"], about={"kind": kind})
    for update in range(1, count + 1):
        run.seen.add(step(update, **others))
    return run


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "LSTM with 64 hidden units, Adam at 0.003, batches of 32, clipping by norm at 1"),
        (
            {"layers": 2, "clipping": "none"},
            "LSTM with 64 hidden units in each of 2 layers, Adam at 0.003, batches of 32, no clipping",
        ),
        (
            {"cell": "GRU", "clipping": "value"},
            "GRU with 64 hidden units, Adam at 0.003, batches of 32, clipping by value at 1",
        ),
    ],
)
def test_what_is_trained_in_one_line(changes: dict[str, Any], said: str):
    assert plan_of(replace(TrainingConfig(), **changes)) == said


def test_a_series_is_as_it_was_while_it_is_short():
    (run,) = charts_data([followed(MOST_POINTS)])["runs"]
    assert run["series"]["group"] == 1
    assert unpacked(run["series"]["loss"]).tolist() == list(range(1, MOST_POINTS + 1))
    assert "loss_low" not in run["series"]


def test_a_long_series_is_means_between_their_least_and_their_most():
    (run,) = charts_data([followed(2 * MOST_POINTS + 1)])["runs"]
    series = run["series"]
    assert series["group"] == 4
    losses = np.arange(1, 2 * MOST_POINTS + 2, dtype=float)
    groups = [losses[start : start + 4] for start in range(0, len(losses), 4)]
    assert unpacked(series["updates"]).tolist() == [group[-1] for group in groups]
    assert unpacked(series["loss"]) == pytest.approx([group.mean() for group in groups])
    assert unpacked(series["loss_low"]).tolist() == [group.min() for group in groups]
    assert unpacked(series["norm_high"]).tolist() == [2 * group.max() for group in groups]


def test_runs_beside_each_other_are_grouped_alike():
    runs = charts_data([followed(10), followed(MOST_POINTS + 1)])["runs"]
    assert [run["series"]["group"] for run in runs] == [2, 2]
    assert [run["series"]["kept"] for run in runs] == [10, MOST_POINTS + 1]
    none, _ = charts_data([followed(0), followed(MOST_POINTS + 1)])["runs"]
    assert len(unpacked(none["series"]["loss"])) == 0
    assert unpacked(runs[0]["series"]["loss"]).tolist() == [1.5, 3.5, 5.5, 7.5, 9.5]


def test_of_a_large_matrix_the_newest_alone_is_sent_and_none_to_one_who_writes():
    large = np.zeros((21, 21)).tolist()
    looked = {"metrics": {"accuracy": 0.5}, "samples": [], "confusion": large}
    sent = charts_data([followed(3, **looked)])["runs"][0]["looks"]
    assert [look["confusion"] is None for look in sent] == [True, True, False]
    sent = charts_data([followed(3, **{**looked, "confusion": [[1, 0], [0, 1]]})])["runs"][0]["looks"]
    assert [look["confusion"] is None for look in sent] == [False, False, False]
    sent = charts_data([followed(3, kind="next", **looked)])["runs"][0]["looks"]
    assert [look["confusion"] is None for look in sent] == [True, True, True]


def test_many_looks_and_measurements_stay_within_bounds_and_along_the_whole_training():
    """A look at every update would else be sent again, all of them, twice a second: 17 MB after 11,000 updates."""
    run = followed(0)
    for update in range(1, 5001):
        accuracy = 0.9 if update == 1234 else update / 10_000
        metrics = {"accuracy": accuracy, "loss": None}
        looked = {"metrics": metrics, "samples": ["a" * 100], "confusion": [[1, 2], [3, 4]]}
        run.seen.add(step(update, **looked, time_norms=[1.0], parameter_norms={}, update_ratio={}))
    (sent,) = charts_data([run])["runs"]
    for steps, most in ((sent["looks"], MOST_LOOKS), (sent["measured"], MOST_MEASURED)):
        updates = [one["update"] for one in steps]
        assert len(updates) == most
        assert (updates[0], updates[-1]) == (1, 5000)
        assert max(np.diff(updates)) < 5 * 5000 / most
    assert max(look["metrics"]["accuracy"] for look in sent["looks"]) == 0.9  # the best is said beside the last
    assert len(run.seen.scores["accuracy"]) == 5000  # what is taken away has them all


def test_of_large_matrices_one_is_held():
    run = followed(3, metrics={"accuracy": 0.5}, samples=[], confusion=np.zeros((21, 21)).tolist())
    assert [look["confusion"] is None for look in run.seen.looks] == [True, True, False]


def test_what_was_seen_of_a_run_stays_when_the_service_has_let_it_go():
    """A reader who was away too long still has the curves in front of them, rewound or not."""

    class Forgetful:
        def poll(self, *_: object) -> News:
            return News("gone", sentences=("This run is no longer kept.",))

        def about(self, _: str) -> dict[str, object]:
            return {}

    run = followed(40)
    run.news = News("paused", generation=2, update=40, checkpoints=(0, 20, 40), seconds=7.0)
    run.poll(cast(Service, Forgetful()))
    (sent,) = charts_data([run])["runs"]
    assert (sent["state"], sent["update"], sent["seconds"]) == ("gone", 40, 7.0)
    assert (sent["checkpoints"], sent["sentences"]) == ([], ["This run is no longer kept."])
    assert unpacked(sent["series"]["updates"])[-1] == 40


def test_the_colours_are_the_theme_s_and_all_of_it_can_be_sent():
    data = charts_data([followed(3), followed(2)])
    assert data["colours"] == {"light": list(theme.CATEGORICAL_LIGHT[:2]), "dark": list(theme.CATEGORICAL_DARK[:2])}
    assert data["metric"] == "accuracy"
    assert data["falls"] is False
    assert json.loads(json.dumps(data)) == data
