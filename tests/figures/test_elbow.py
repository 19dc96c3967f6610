"""The elbow, a criterion and the slide's distance, drawn from invented records."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go
import plotly.io
import pytest

from seqviz.figures.elbow import criterion_curve, elbow_curve, two_elbows
from seqviz.records.clustering import Criterion, ElbowCurve

EVERY = np.array([[100.0, 100.0], [40.0, 55.0], [22.0, 20.0], [15.0, 18.0]])
CURVE = ElbowCurve((1, 2, 3, 4), EVERY.min(axis=1), EVERY, (0, 0, 1, 0), 3)


def trace(figure: go.Figure, name: str) -> go.Scatter:
    (found,) = [one for one in figure.data if one.name == name]
    return found


@pytest.mark.parametrize("dark", [False, True])
def test_every_start_is_a_dot_and_the_best_are_the_line(dark: bool):
    figure = elbow_curve(CURVE, 2, dark)
    dots, line = trace(figure, "each of 2 starts"), trace(figure, "the best of them")
    assert list(zip(dots.x, dots.y, strict=True)) == [
        (k, v) for k, row in zip(CURVE.ks, EVERY, strict=True) for v in row
    ]
    assert list(line.y) == [100, 40, 20, 15]
    ring = trace(figure, "k = 2, run below")
    assert (ring.x[0], ring.y[0]) == (2, 40)
    (knee,) = figure.layout.shapes
    assert knee.x0 == knee.x1 == 3
    assert figure.layout.annotations[0].text == "kneed suggests k = 3"
    plotly.io.from_json(figure.to_json(), skip_invalid=False)


def test_no_knee_no_mark():
    figure = elbow_curve(ElbowCurve(CURVE.ks, CURVE.wcss, EVERY, CURVE.best, None))
    assert not figure.layout.shapes
    assert not figure.layout.annotations


def test_a_criterion_leaves_out_what_it_cannot_say_and_marks_what_it_names():
    figure = criterion_curve(Criterion("silhouette", (1, 2, 3), np.array([np.nan, 0.4, 0.7]), 3))
    line, named = figure.data
    assert list(line.x) == [2, 3]
    assert list(line.y) == [0.4, 0.7]
    assert (named.x[0], named.y[0], named.name) == (3, 0.7, "names k = 3")
    spread = criterion_curve(Criterion("gap", (1, 2), np.array([0.1, 0.2]), None, np.array([0.01, 0.02])))
    assert list(spread.data[0].error_y.array) == [0.01, 0.02]
    assert len(spread.data) == 1


def test_an_infinite_value_is_said_and_not_drawn():
    figure = criterion_curve(Criterion("ratio", (1, 2, 3, 4), np.array([np.nan, 2.0, np.inf, np.inf]), 3))
    (line,) = figure.data
    assert list(line.x) == [2]
    assert [note.text for note in figure.layout.annotations] == ["names k = 3, where it is infinite"]
    plotly.io.from_json(figure.to_json(), skip_invalid=False)


def test_two_elbows_share_a_scale_and_keep_their_numbers():
    curves = {"a": np.array([200.0, 50.0, 20.0]), "b": np.array([8.0, 6.0, 4.0])}
    figure = two_elbows((1, 2, 3), curves, {"a": 2, "b": None})
    a, ring, b = figure.data
    assert list(a.y) == [1, 0.25, 0.1]
    assert list(a.customdata) == ["200", "50", "20"]
    assert (ring.x[0], ring.y[0]) == (2, 0.25)
    assert list(b.y) == [1, 0.75, 0.5]
    assert (a.name, b.name) == ("a: knee at 2", "b")
    assert a.line.dash != b.line.dash
    for values in ([0.0, 1.0, 1.0], [1.0, 1.0]):
        with pytest.raises(ValueError, match="expected 3 above 0"):
            two_elbows((1, 2, 3), {"a": np.array(values)}, {"a": None})
