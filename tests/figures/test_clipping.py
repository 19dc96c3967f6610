"""What clipping does, update by update, drawn from invented runs."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go
import pytest

from seqviz.figures.clipping import clipped_losses, clipped_norms, clipped_time_norms, clips_values, turned_angle
from seqviz.records import ClippingRun
from tests.figures.reading import named, rendered, words


def run(name: str, losses: object, **changes: object) -> ClippingRun:
    """A run whose norms, angles and time norms are told apart by their size."""
    losses = np.asarray(losses, float)
    count = len(losses)
    fields: dict = {
        "norms_before": np.arange(count) + 2.0,
        "norms_after": np.minimum(np.arange(count) + 2.0, 3.0),
        "angles": np.zeros(count),
        "time_norms": (np.arange(count)[:, np.newaxis] + 1.0) * np.array([0.01, 0.1, 1.0]),
        "components": np.array([1.0]),
        "components_after": np.array([0.5]),
        "inspected": 1,
    }
    return ClippingRun(name, losses, **(fields | changes))


NONE = run(
    "no clipping",
    [1.0, 2.0, 1e9, np.nan],
    norms_before=[1.0, 2.0, 1e9, np.inf],
    norms_after=[1.0, 2.0, 1e9, np.inf],
    stopped_at=4,
)
NORM = run("by norm 3", [1.0, 0.5, 0.25, 0.1, 0.05], threshold=3.0, kind="norm")
VALUE = run("by value 0.5", [1.0, 0.6, 0.3, 0.2, 0.0], threshold=0.5, kind="value", angles=[30.0, 20.0, 10.0, 5.0, 0.0])
RUNS = [NONE, NORM, VALUE]


def crosses(figure: go.Figure) -> list:
    return [trace for trace in figure.data if trace.marker.symbol == "x"]


def test_losses_are_the_records_and_the_last_one_that_is_0_stands_on_the_floor():
    figure = clipped_losses(RUNS)
    for one in RUNS:
        line = named(figure, one.name)[0]
        np.testing.assert_array_equal(line.x, np.arange(len(one.losses)) + 1)
        np.testing.assert_array_equal(line.customdata[:, 0], one.losses)
        ordinary = np.isfinite(one.losses) & (one.losses > 0)
        np.testing.assert_allclose(line.y[ordinary], np.log10(one.losses[ordinary]))
    floor = named(figure, "by value 0.5")[1]
    assert np.flatnonzero(np.isfinite(floor.y)).tolist() == [4]
    assert floor.y[4] < np.log10(0.05)
    rendered(figure)


def test_a_run_that_diverged_ends_in_a_cross_that_says_why():
    figure = clipped_losses(RUNS)
    (mark,) = crosses(figure)
    assert mark.x[0] == 4
    assert mark.y[0] > np.log10(1.0)
    assert "no clipping: NaN at update 4" in words(figure)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"losses": [1.0, np.inf]}, "∞ at update 2"),
        ({"losses": [1.0, 2.0], "norms_before": [1.0, np.nan]}, "gradient NaN at update 2"),
        ({"losses": [1.0, 2.0]}, "stopped at update 2"),
    ],
)
def test_the_reason_is_what_the_record_holds(changes: dict, said: str):
    figure = clipped_losses([run("a", changes.pop("losses"), stopped_at=2, **changes)])
    assert f"a: {said}" in words(figure)
    assert len(crosses(figure)) == 1


def test_lines_are_named_at_their_ends_and_names_do_not_overlap():
    figure = clipped_losses([NORM, run("by norm 2", [1.0, 0.5, 0.25, 0.1, 0.0500001])])
    first, second = figure.layout.annotations
    assert {first.text, second.text} == {"by norm 3", "by norm 2"}
    low, high = figure.layout.yaxis.range
    assert abs(first.y - second.y) / (high - low) * 300 >= 18.9  # px
    assert figure.layout.showlegend is False
    assert clipped_losses([NORM, run("x" * 40, NORM.losses)]).layout.showlegend is True


def test_norms_before_are_thin_and_after_thick():
    figure = clipped_norms(RUNS)
    for one in RUNS:
        after, before = (trace for trace in named(figure, one.name) if np.ndim(trace.customdata) == 2)
        np.testing.assert_array_equal(before.customdata[:, 0], one.norms_before)
        np.testing.assert_array_equal(after.customdata[:, 0], one.norms_after)
        assert before.line.width < after.line.width
        assert before.line.color != after.line.color
    (mark,) = crosses(figure)
    assert mark.x[0] == 4
    # the panel is about the gradient, and speaks of it: the loss is NaN there, the norm ∞
    assert "no clipping: gradient ∞ at update 4" in words(figure)
    ticks = dict(zip(figure.layout.yaxis.ticktext, figure.layout.yaxis.tickvals, strict=True))
    assert mark.y[0] == ticks["∞"]
    rendered(figure)


def test_a_threshold_of_the_norm_is_a_line_and_one_of_single_values_is_not():
    figure = clipped_norms(RUNS)
    (line,) = [trace for trace in figure.data if trace.hovertemplate == "threshold 3<extra></extra>"]
    np.testing.assert_allclose(line.y, np.log10([3, 3]))
    assert not [trace for trace in figure.data if trace.hovertemplate == "threshold 0.5<extra></extra>"]
    assert [clips_values(one) for one in RUNS] == [False, False, True]


def test_time_norms_at_one_update():
    figure = clipped_time_norms(RUNS, 5)
    for one in (NORM, VALUE):
        (line,) = named(figure, one.name)
        np.testing.assert_array_equal(line.customdata[:, 0], one.time_norms[4])
        np.testing.assert_array_equal(line.x, [1, 2, 3])
    assert not named(figure, "no clipping")
    (gone,) = named(figure, "no clipping: NaN at update 4")  # in the legend: on the plot it would hide a line
    assert list(gone.x) == [None]
    assert "no clipping" not in words(figure)
    colours = [named(clipped_losses(RUNS), name)[0].line.color for name in ("no clipping", "by norm 3", "by value 0.5")]
    assert [trace.line.color for trace in (gone, *figure.data[:2])] == colours  # a run keeps its colour
    rendered(figure)


def test_time_norms_that_overflow_say_so():
    broken = run("a", [1.0], time_norms=[[np.inf, 1e200, 1.0]])
    assert "a: ∞ from step 1 back" in words(clipped_time_norms([broken], 1))
    broken = run("a", [1.0], time_norms=[[np.nan, np.nan, np.nan]])
    assert "a: NaN at every step" in words(clipped_time_norms([broken], 1))


@pytest.mark.parametrize("update", [0, 6])
def test_an_update_that_no_run_has_is_refused(update: int):
    with pytest.raises(ValueError, match=f"update is {update}, expected 1 to 5"):
        clipped_time_norms(RUNS, update)


def test_runs_over_different_lengths_of_time_are_refused():
    with pytest.raises(ValueError, match=r"runs have \[2, 3\] time steps"):
        clipped_time_norms([NORM, run("a", [1.0], time_norms=[[1.0, 2.0]])], 1)


def test_angles_are_the_records():
    figure = turned_angle([NORM, VALUE])
    for trace, one in zip(figure.data, (NORM, VALUE), strict=True):
        np.testing.assert_array_equal(trace.y, one.angles)
    low, high = figure.layout.yaxis.range
    assert low < 0 < 30 < high
    assert figure.layout.showlegend is False
    assert turned_angle(RUNS).layout.showlegend is True  # one of them ends early
    rendered(figure)
    rendered(turned_angle([run("a", [1.0], angles=[np.nan])]))


@pytest.mark.parametrize("draw", [clipped_losses, clipped_norms, turned_angle, lambda r: clipped_time_norms(r, 1)])
def test_there_must_be_runs_with_updates(draw):
    with pytest.raises(ValueError, match="runs have no updates"):
        draw([])
    with pytest.raises(ValueError, match=r"runs have \[0\] updates"):
        draw([run("a", [], time_norms=np.zeros((0, 3)))])


@pytest.mark.parametrize("draw", [clipped_losses, clipped_norms, turned_angle, lambda r: clipped_time_norms(r, 1)])
def test_a_single_update_is_drawn_and_long_runs_travel_as_bytes(draw):
    rendered(draw([run("a", [1.0])]))
    drawn = rendered(draw([run("a", np.ones(500), time_norms=np.ones((500, 400)))]))
    assert set(drawn["data"][0]["y"]) == {"dtype", "bdata"}
