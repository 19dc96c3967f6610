"""What /gradients says of its records, held against literal sentences about records made up here."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from seqviz.learning import ExplosionConfig
from seqviz.records import ClippingRun
from seqviz.ui.gradients import outcomes

# ── clipping ─────────────────────────────────────────────────────────────────────────────────────────────────


def run(name: str, losses: list[float], **changes: Any) -> ClippingRun:
    count = len(losses)
    fields: dict[str, Any] = {
        "norms_before": np.full(count, 4.0),
        "norms_after": np.full(count, 2.0),
        "angles": np.zeros(count),
        "time_norms": np.ones((count, 3)),
        "components": np.array([0.1, 3.0, -2.0, 0.3]),
        "components_after": np.array([0.1, 0.5, -0.5, 0.3]),
        "inspected": 1,
        "baselines": np.linspace(1.0, 2.0, count),
    }
    return ClippingRun(name, np.array(losses), **(fields | changes))


NONE = run(
    "no clipping", [1.0, 2.0, np.inf], stopped_at=3, norms_before=[3.0, 590.2, np.inf], norms_after=[3.0, 590.2, np.inf]
)
NORM = run("by norm 2", [9.0, 9.0, *np.linspace(0.1, 0.3, 10)], kind="norm", threshold=2.0)
VALUE = run("by value 0.5", [1.0] * 11 + [24.0], kind="value", threshold=0.5, angles=np.linspace(0, 43.21, 12))
RUNS = (NONE, NORM, VALUE)


def test_the_table_names_each_rows_loss_and_has_a_row_for_the_mean():
    assert outcomes.table(RUNS).splitlines()[2:] == [
        "| no clipping | ∞, the last one | update 3 | 0.0° |",
        "| by norm 2 | 0.2, mean of 10 | ran to its end | 0.0° |",
        "| by value 0.5 | 3.3, mean of 10 | ran to its end | 43.2° |",
        "| always answering 0 | 1.59, mean of 10 | | |",
    ]
    assert "| a | 0.5, mean of 2 |" in outcomes.table([run("a", [0.4, 0.6])])
    assert "| a | 0.5, the only one |" in outcomes.table([run("a", [0.5])])


def test_what_became_of_a_run():
    assert outcomes.told(NONE) == (
        "**no clipping** was stopped at update 3. Update 2 was the last: a gradient of norm 590. "
        "After its step the loss is ∞."
    )
    assert outcomes.told(NORM) == ""
    assert outcomes.told(VALUE) == (
        "**by value 0.5** did not overflow, but ends worse than always answering 0: 3.3 against 1.59 on the same "
        "batches."
    )


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"losses": [np.nan]}, "There the loss is NaN: the network explodes before it has learned anything."),
        (
            {"losses": [1.0, 2.0], "norms_before": [7.0, np.nan], "norms_after": [2.0, np.nan], "kind": "norm"},
            "Update 1 was the last: a gradient of norm 7, 2 after clipping. After its step the norm of the gradient is "
            "NaN.",
        ),
    ],
)
def test_why_a_run_stopped_is_read_off_its_last_numbers(changes: dict[str, Any], said: str):
    losses = changes.pop("losses")
    found = run("a", losses, stopped_at=len(losses), **changes)
    assert outcomes.told(found) == f"**a** was stopped at update {len(losses)}. {said}"


def test_worse_than_the_mean_compares_over_the_same_updates():
    """Eleven batches cost the mean 0, the last one 20: over the last ten that is 2, and over all of them 1.67."""
    assert outcomes.told(run("a", [1.8] * 12, baselines=[0.0] * 11 + [20.0])) == ""
    assert "2.1 against 2" in outcomes.told(run("a", [2.1] * 12, baselines=[0.0] * 11 + [20.0]))


START = ExplosionConfig()


def test_lessons_come_from_the_runs():
    said = outcomes.lessons(START, RUNS, START)
    assert said[0].startswith("The task: read 50 numbers and say their sum, divided by √50.")
    assert said[0].endswith("Just beyond, the loss grows like its power 2T: a wall.")
    assert said[1] == (
        "**By norm** shortens the whole gradient and keeps its direction. **By value** cuts every component on its "
        "own, so the gradient may turn: here by up to 43.2°."
    )
    same = run("by value 1000", [1.0], kind="value", threshold=1e3, norms_after=[4.0])
    never = outcomes.lessons(START, (run("by norm 5", [1.0], kind="norm", threshold=5.0), same), START)[1]
    assert "Here it never has to: no gradient is longer than 4." in never
    assert "Here it never cuts: no component lies beyond ±1,000." in never


@pytest.mark.parametrize(
    ("changes", "said"),
    [({}, True), ({"learning_rate": 0.001}, True), ({"learning_rate": 0.002}, False), ({"seed": 1}, False),
     ({"activation": "tanh"}, False), ({"value_threshold": 0.1}, False), ({"updates": 299}, False)],
)  # fmt: skip
def test_what_was_measured_on_the_example_is_said_of_it_alone(changes: dict[str, Any], said: bool):
    assert any("0.001" in one for one in outcomes.lessons(ExplosionConfig(**changes), RUNS, START)) == said


def test_two_components_and_how_they_lie_to_the_limit():
    one = run("by value 0.5", [1.0], kind="value", threshold=0.5, norms_before=[3.63], norms_after=[0.82])
    pair = outcomes.arrow_pair(one.components, 0.5)
    assert pair == [2, 3]
    assert outcomes.pair_told(one, [1, 3], ("b[2]", "b[4]")) == (
        "**by value 0.5**, update 1: `b[2]` and `b[4]`, one beyond the limit and one within. "
        "All 4 components together: norm 3.63 → 0.82."
    )
    assert "both beyond the limit" in outcomes.pair_told(one, [1, 2], ("a", "b"))
    assert "both within the limit" in outcomes.pair_told(one, [0, 3], ("a", "b"))
    same = run("by norm 9", [1.0], kind="norm", threshold=9.0, norms_after=[4.0])
    assert outcomes.arrow_pair(same.components, None) == [1, 2]
    assert outcomes.pair_told(same, [1, 2], ("a", "b")).endswith(
        "`a` and `b`, the two largest. All 4 components together: norm 4, not clipped."
    )
