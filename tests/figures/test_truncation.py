"""Cosine and length over all windows, drawn from invented numbers."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go
import plotly.io
import pytest

from seqviz.figures import theme
from seqviz.figures.truncation import truncation_curves

COSINE = {"W": np.array([-0.5, np.nan, 1.0]), "all": np.array([0.2, 0.9, 1.0])}
RATIO = {"W": np.array([0.1, 2.5, 1.0]), "all": np.array([0.3, 0.8, 1.0])}


def lines(figure: go.Figure, name: str) -> list:
    return [trace for trace in figure.data if trace.name == name and trace.mode == "lines"]


@pytest.mark.parametrize("dark", [False, True])
def test_two_plots_hold_the_numbers(dark: bool):
    figure = truncation_curves(COSINE, RATIO, 2, dark)
    for name in COSINE:
        above, below = lines(figure, name)
        np.testing.assert_array_equal(above.y, COSINE[name])
        np.testing.assert_array_equal(below.y, RATIO[name])
        assert (above.yaxis, below.yaxis) == ("y", "y2")
        assert above.line == below.line
        assert (above.showlegend, below.showlegend) == (True, False)
        assert list(above.x) == [1, 2, 3]
    assert lines(figure, "W")[0].line.dash != lines(figure, "all")[0].line.dash
    assert figure.layout.yaxis.range[0] < -0.5
    assert figure.layout.yaxis2.range[1] > 2.5
    assert figure.layout.font.color == (theme.DARK if dark else theme.LIGHT)["ink"]
    plotly.io.from_json(figure.to_json(), skip_invalid=False)


def test_the_chosen_window_is_marked_in_both():
    figure = truncation_curves(COSINE, RATIO, 3)
    dots = [trace for trace in figure.data if trace.mode == "markers"]
    assert [float(np.nansum(dot.y)) for dot in dots] == [1, 1, 1, 1]
    assert all(np.isnan(dot.y[:2]).all() for dot in dots)
    across = [shape for shape in figure.layout.shapes if shape.xref == "x"]
    assert [(shape.x0, shape.x1) for shape in across] == [(3, 3)]


def test_a_single_window_is_a_dot():
    figure = truncation_curves({"a <b>": np.ones(1)}, {"a <b>": np.ones(1)}, 1)
    assert all(trace.mode == "markers" for trace in figure.data)
    assert figure.data[0].name == "a &lt;b&gt;"


@pytest.mark.parametrize(
    ("cosine", "ratio", "window", "said"),
    [
        ({}, {}, 1, "no windows"),
        ({"a": np.ones(2)}, {"a": np.ones(3)}, 1, r"over \[2, 3\] windows"),
        ({"a": np.ones(2)}, {"b": np.ones(2)}, 1, "expected the same names"),
        ({"a": np.ones(2)}, {"a": np.ones(2)}, 0, "window is 0, expected 1 to 2"),
        ({"a": np.ones(2)}, {"a": np.ones(2)}, 3, "window is 3, expected 1 to 2"),
    ],
)
def test_what_does_not_fit_is_refused(cosine: dict, ratio: dict, window: int, said: str):
    with pytest.raises(ValueError, match=said):
        truncation_curves(cosine, ratio, window)
