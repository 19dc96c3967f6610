"""One gradient before and after clipping: its components as a histogram, and two of them as arrows."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go
import pytest

from seqviz.figures import theme
from seqviz.figures.components import before_after, component_histogram
from seqviz.records import ClippingRun
from tests.figures.reading import rendered


def run(before: object, after: object, name: str = "by norm 1", threshold: float | None = 1.0) -> ClippingRun:
    one = np.ones(1)
    kind = "value" if "value" in name else "norm"
    parts = np.asarray(before), np.asarray(after)
    return ClippingRun(name, one, one, one, np.zeros(1), np.ones((1, 2)), *parts, 3, threshold, kind=kind)


def trace(figure: go.Figure, name: str):
    (found,) = [one for one in figure.data if one.name == name]
    return found


def test_every_component_is_counted_once_before_and_after():
    before = np.linspace(-3, 3, 301)
    figure = component_histogram(run(before, before / 2))
    assert trace(figure, "before").customdata[:-1].sum() == 301
    assert np.nansum(trace(figure, "after clipping").y) == 301
    assert np.nanmin(trace(figure, "after clipping").y) >= 1  # an empty bin has no bar on a logarithmic axis
    assert figure.layout.yaxis.type == "log"
    assert not [one for one in figure.data if "beyond" in one.name]
    rendered(figure)


def test_what_lies_far_out_is_counted_in_the_hatched_ends():
    before = np.array([-100.0, -0.2, 0.1, 0.5, 30.0, 40.0])
    figure = component_histogram(run(before, np.clip(before, -0.5, 0.5), "by value 0.5", 0.5))
    beyond = trace(figure, "beyond ±2")
    assert beyond.marker.pattern.shape == "/"
    assert (beyond.y[0], beyond.y[-1]) == (1, 2)
    assert np.isnan(beyond.y[1:-1]).all()
    assert trace(figure, "before").customdata[:-1].sum() == 6
    rendered(figure)


def test_thresholds_for_single_values_are_marked_and_lie_inside_a_bin():
    before = np.array([-3.0, -0.5, 0.0, 0.5, 3.0])
    figure = component_histogram(run(before, np.clip(before, -0.5, 0.5), "by value 0.5", 0.5))
    assert [shape.x0 for shape in figure.layout.shapes] == [-0.5, 0.5]
    counts = trace(figure, "after clipping").y
    np.testing.assert_array_equal(counts, counts[::-1])  # −0.5 and 0.5 fall into bins that mirror each other
    assert not component_histogram(run(before, before / 4)).layout.shapes


def test_components_that_are_no_numbers_are_left_out_and_said():
    figure = component_histogram(run([np.nan, np.inf, 1.0], [np.nan, np.nan, 0.5]))
    assert "2 not finite" in figure.layout.annotations[0].text
    rendered(figure)
    with pytest.raises(ValueError, match="has 1 components, expected one or more finite ones"):
        component_histogram(run([np.nan], [np.nan]))


@pytest.mark.parametrize("values", [[0.0, 0.0], [1e-300, -1e-300], [1e300, 1.0], [5.0]])
def test_odd_sizes_are_drawn(values: list[float]):
    figure = component_histogram(run(values, values, "no clipping", None))
    assert np.nansum(trace(figure, "after clipping").y) == len(values)
    rendered(figure)


# ── arrows ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("dark", [False, True])
def test_two_arrows_and_the_circle(dark: bool):
    figure = before_after([3, 4], [0.6, 0.8], 1.0, "norm", dark=dark)
    region, before, after = figure.data
    np.testing.assert_allclose(np.hypot(region.x, region.y), 1)
    np.testing.assert_array_equal([before.x, before.y], [[0, 3], [0, 4]])
    np.testing.assert_array_equal([after.x, after.y], [[0, 0.6], [0, 0.8]])
    assert before.line.dash != after.line.dash
    assert before.line.color != after.line.color
    assert "norm 5" in before.name
    assert figure.layout.yaxis.scaleanchor == "x"
    rendered(figure)


def test_of_a_larger_gradient_the_circle_is_what_the_limit_leaves_these_two():
    """(3, 4) of a gradient of norm 10, clipped at 2: all is cut to a fifth, so the circle has the radius 5 · 2/10 = 1.

    Drawn at 2 it would hold neither what was cut, (3, 4), nor tell why (0.9, 0) of a norm of 10 is shortened at all.
    """
    region, _, after = before_after(
        [3, 4], [0.6, 0.8], 2.0, "norm", names=("∂L/∂b[1]", "<b>"), whole=10.0, style=2
    ).data
    np.testing.assert_allclose(np.hypot(region.x, region.y), 1)
    np.testing.assert_allclose(np.hypot(after.x[-1], after.y[-1]), 1)  # the arrow ends on it
    assert region.name == "norm ≤ 2 for all: 1 for these two"
    figure = before_after([0.9, 0], [0.09, 0], 1.0, "norm", names=("∂L/∂b[1]", "<b>"), whole=10.0, style=2)
    assert np.hypot(figure.data[0].x[0], figure.data[0].y[0]) == pytest.approx(0.09)  # 0.9 lies outside
    assert (figure.layout.xaxis.title.text, figure.layout.yaxis.title.text) == ("∂L/∂b[1]", "&lt;b&gt;")
    assert np.hypot(*(before_after([0, 0], [0, 0], 1.0, "norm", whole=10.0).data[0][axis][0] for axis in "xy")) == 1


def test_what_is_left_wears_the_colour_of_its_run_and_what_was_before_none():
    for style in range(3):
        own, ink = theme.CATEGORICAL_LIGHT[style], theme.LIGHT["ink"]
        _, before, after = before_after([3, 4], [0.6, 0.8], 1.0, "norm", style=style).data
        assert (before.line.color, after.line.color) == (ink, own)
        figure = component_histogram(run([1.0, 2.0], [0.5, 1.0]), style=style)
        assert trace(figure, "before").line.color == ink
        assert trace(figure, "after clipping").marker.color == own


def test_by_value_the_region_is_a_square():
    region = before_after([3, 0.4], [0.5, 0.4], 0.5, "value").data[0]
    assert np.abs(np.stack([region.x, region.y])).tolist() == [[0.5] * 5] * 2


@pytest.mark.parametrize(
    ("before", "after", "threshold", "kind", "said"),
    [
        ([1, 2, 3], [1, 2], 1, "norm", r"before has shape \(3,\), expected \(2\)"),
        ([1, 2], [1], 1, "norm", r"after has shape \(1,\), expected \(2\)"),
        ([1, np.nan], [1, 2], 1, "norm", "expected finite components"),
        ([1, 2], [1, 2], 0, "norm", "threshold is 0, expected a finite number above 0"),
        ([1, 2], [1, 2], 1, "both", "kind is 'both', expected 'norm' or 'value'"),
    ],
)
def test_what_is_no_clipped_pair_is_refused(before, after, threshold, kind, said: str):
    with pytest.raises(ValueError, match=said):
        before_after(before, after, threshold, kind)


def test_a_gradient_of_0_is_drawn():
    rendered(before_after([0, 0], [0, 0], 1.0, "value"))
