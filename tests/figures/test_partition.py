"""Where runs ended, and partitions side by side, drawn from invented numbers."""

from __future__ import annotations

import re

import numpy as np
import plotly.io
import pytest

from seqviz.figures.images import digit_means
from seqviz.figures.partition import SHAPES, Partition, bins_of, outcomes, partitions, shape_of
from seqviz.ui.shell import ASSETS

ENDS = {"random": np.array([10.0, 10.0, 30.0, 20.0, 10.2]), "k-means++": np.array([10.0, 10.0, 10.0, 10.0, 30.0])}


def test_every_run_is_in_a_bar_and_a_bar_names_its_seeds():
    figure = outcomes(ENDS, "WCSS", 10.5)
    edges = bins_of(ENDS, 10.5)
    for bars, (way, values) in zip(figure.data, ENDS.items(), strict=True):
        assert sum(bars.y) == len(values)
        for x, y, (name, first, seeds) in zip(bars.x, bars.y, bars.customdata, strict=True):
            assert name == way
            inside = np.flatnonzero(np.abs(values - x) <= (edges[1] - edges[0]) / 2 + 1e-9)
            assert (len(inside), int(inside[0])) == (y, first)
            assert seeds == ", ".join(map(str, inside))
    assert [bars.name for bars in figure.data] == ["random: 40% poor", "k-means++: 20% poor"]
    assert figure.layout.shapes[0].x0 == 10.5
    assert figure.data[0].marker.pattern.shape != figure.data[1].marker.pattern.shape
    plotly.io.from_json(figure.to_json(), skip_invalid=False)


@pytest.mark.parametrize("bound", [10.0, 10.2, 10.5, 19.7, 30.0, 31.5])
def test_poor_runs_stand_beyond_the_line_and_no_other(bound: float):
    figure = outcomes(ENDS, "WCSS", bound)
    for bars, values in zip(figure.data, ENDS.values(), strict=True):
        left = np.array(bars.x) + bars.offset
        beyond = left > bound
        assert (beyond | (left + bars.width < bound)).all()
        assert np.array(bars.y)[beyond].sum() == (values > bound).sum()


def test_runs_that_all_end_alike_are_one_bar():
    figure = outcomes({"random": np.full(4, 7.0)}, "WCSS", 7.35)
    assert list(figure.data[0].y) == [4]
    assert outcomes({"random": np.zeros(3)}, "WCSS", 0.0).data[0].y[0] == 3


def test_partitions_hold_every_point_with_its_cluster():
    points = np.array([[0.0, 0.0], [1.0, 1.0], [5.0, 5.0]])
    centroids = np.array([[0.5, 0.5], [5.0, 5.0]])
    panels = [Partition(points, np.array(labels, np.int32), centroids, "x") for labels in ([0, 0, 1], [1, 1, 1])]
    figure = partitions(panels, ("a", "b"), dark=True)
    named = partitions(panels, ("<b>a</b>", "<i>b"))  # columns of a reader's file
    assert named.layout.xaxis.title.text == "&lt;b&gt;a&lt;/b&gt;"
    assert named.layout.yaxis.title.text == "&lt;i&gt;b"
    drawn = [len(trace.x) for trace in figure.data if trace.name.startswith("cluster")]
    assert drawn == [2, 1, 0, 3]
    first, second = (trace for trace in figure.data[:4] if trace.name.startswith("cluster"))
    assert first.marker.symbol != second.marker.symbol
    assert first.marker.color != second.marker.color
    assert figure.layout.xaxis.title.text == "a"
    plotly.io.from_json(figure.to_json(), skip_invalid=False)


def test_a_cluster_has_as_many_shapes_here_as_in_the_animation():
    script = (ASSETS / "kmeans" / "shapes.js").read_text(encoding="utf-8")
    assert re.search(rf"^const SHAPES = {len(SHAPES)}; ", script, re.MULTILINE)
    assert shape_of(len(SHAPES)) == SHAPES[0]


def test_mean_images_stand_upright_each_under_its_title():
    images = np.arange(3 * 4).reshape(3, 2, 2) / 1.0
    figure = digit_means(images, ["a · 1", "b · 2", "c · 3"])
    for trace, image in zip(figure.data, images, strict=True):
        np.testing.assert_array_equal(trace.z, image[::-1])  # Plotly draws the first row at the bottom
        assert (trace.zmin, trace.zmax) == (0, 11)
    assert [note.text for note in figure.layout.annotations] == ["a<br>1", "b<br>2", "c<br>3"]
    with pytest.raises(ValueError, match="there are 1 titles for 3 images"):
        digit_means(images, ["a"])
