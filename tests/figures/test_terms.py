"""The grid of (t, k) terms, whole and truncated, drawn from invented norms."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go
import pytest

from seqviz.figures import theme
from seqviz.figures.terms import terms_grid
from tests.figures.reading import rendered


def norms(steps: int) -> np.ndarray:
    """Every term its own: row t, column k holds t + k / 100."""
    t, k = np.indices((steps, steps)) + 1
    return np.where(k <= t, t + k / 100, 0.0)


def heatmap(figure: go.Figure, name: str):
    (found,) = [trace for trace in figure.data if trace.type == "heatmap" and trace.name == name]
    return found


def test_the_lower_triangle_holds_the_terms_and_the_upper_one_nothing():
    figure = terms_grid(norms(5))
    kept = heatmap(figure, "kept")
    lower = np.tril(np.ones((5, 5), dtype=bool))
    np.testing.assert_array_equal(kept.z[lower], norms(5)[lower])
    assert np.isnan(kept.z[~lower]).all()
    assert len(figure.data) == 1
    assert figure.layout.yaxis.range == (5.5, 0.5)  # t = 1 on top
    assert "all 15 terms kept" in figure.layout.annotations[0].text
    assert figure.layout.margin.pad == 0  # Streamlit's theme would push the ticks under the axis title
    assert "loss at t = %{y}, weight used at k = %{x}" in kept.hovertemplate
    assert "kept" in kept.hovertemplate
    rendered(figure)


@pytest.mark.parametrize("window", [1, 2, 4])
def test_terms_outside_the_window_are_dropped_hatched_and_outlined(window: int):
    figure = terms_grid(norms(5), window)
    t, k = np.indices((5, 5)) + 1
    gone = t - k >= window
    kept, dropped = heatmap(figure, "kept"), heatmap(figure, "dropped")
    np.testing.assert_array_equal(np.isfinite(dropped.z), gone)
    np.testing.assert_array_equal(np.isfinite(kept.z), (k <= t) & ~gone)
    np.testing.assert_array_equal(dropped.z[gone], norms(5)[gone])
    assert kept.colorscale != dropped.colorscale
    assert (kept.zmin, kept.zmax) == (dropped.zmin, dropped.zmax)
    assert f"{gone.sum()} of 15 terms dropped (t − k ≥ {window})" in figure.layout.annotations[0].text
    assert "dropped" in dropped.hovertemplate

    _, _, strokes, edge = figure.data
    crossed = {  # each stroke runs through the middles of the cells t + k = const
        (k_, t_)
        for x0, x1, y0 in zip(strokes.x[::3], strokes.x[1::3], strokes.y[::3], strict=True)
        for k_ in range(int(x0 + 0.5), int(x1 + 0.5))
        for t_ in [int(x0 + y0) - k_]
    }
    assert crossed == set(zip(k[gone].tolist(), t[gone].tolist(), strict=True))
    for x, y in zip(edge.x, edge.y, strict=True):  # on the stairs t − k = window, between their inner and outer corner
        assert window - 1 <= y - x <= window
    rendered(figure)


@pytest.mark.parametrize("window", [5, 6, 100, None])
def test_a_window_as_long_as_the_text_drops_nothing(window: int | None):
    assert len(terms_grid(norms(5), window).data) == 1


def test_a_logarithmic_scale_marks_exact_zeros_with_a_ring():
    terms = np.array([[1.0, 0, 0], [1e-300, 10.0, 0], [0.0, 1e-5, 1.0]])
    figure = terms_grid(terms, 2, log=True)
    kept = heatmap(figure, "kept")
    assert kept.z[1, 0] == pytest.approx(-300)
    (rings,) = [trace for trace in figure.data if trace.name == "exactly 0"]
    assert (list(rings.x), list(rings.y), list(rings.customdata)) == ([1], [3], ["dropped"])
    assert len(kept.colorbar.tickvals) <= 6
    rendered(figure)


def test_what_is_no_number_stays_blank():
    terms = np.array([[1.0, 0], [np.inf, np.nan]])
    kept = heatmap(terms_grid(terms), "kept")
    np.testing.assert_array_equal(np.isfinite(kept.z), [[True, False], [False, False]])
    assert kept.zmax == 1
    rendered(terms_grid(np.full((2, 2), np.nan), 1, log=True))
    rendered(terms_grid(np.zeros((3, 3)), 1))
    rendered(terms_grid([[1.7e308]]))


def test_each_step_carries_its_token_as_long_as_they_fit():
    figure = terms_grid(norms(3), tokens=["h", "<b", "world"])
    assert list(figure.layout.xaxis.ticktext) == ["h<br>1", "&lt;b<br>2", "w…<br>3"]
    assert list(figure.layout.yaxis.ticktext) == ["h 1", "&lt;b 2", "w… 3"]
    assert list(figure.layout.xaxis.tickvals) == [1, 2, 3]
    assert "a<br>1" not in terms_grid(norms(40), tokens=["a"] * 40).layout.xaxis.ticktext
    with pytest.raises(ValueError, match="there are 2 tokens, expected 3"):
        terms_grid(norms(3), tokens=["a", "b"])


def test_one_term_is_one():
    assert terms_grid([[1.0]], 1).layout.annotations[0].text == "the one term is kept"


def test_rings_are_explained_where_there_are_any():
    zero = np.array([[1.0, 0], [0.0, 1.0]])
    assert "ring: exactly 0" in terms_grid(zero, log=True).layout.annotations[0].text
    assert "ring" not in terms_grid(zero).layout.annotations[0].text
    assert "ring" not in terms_grid(np.ones((2, 2)), log=True).layout.annotations[0].text


@pytest.mark.parametrize(
    ("terms", "window", "said"),
    [
        (np.zeros((3, 4)), None, r"contributions has shape \(3, 4\), expected \(3, 3\)"),
        (np.zeros(3), None, r"contributions has shape \(3,\)"),
        (np.zeros((2, 2)), 0, "window is 0, expected 1 or more"),
        (-np.ones((2, 2)), None, "contributions hold -1, expected 0 or more"),
    ],
)
def test_what_is_no_grid_is_refused(terms: np.ndarray, window: int | None, said: str):
    with pytest.raises(ValueError, match=said):
        terms_grid(terms, window)


@pytest.mark.parametrize("dark", [False, True])
def test_the_grid_wears_the_theme_and_a_large_one_travels_as_bytes(dark: bool):
    figure = terms_grid(norms(80), 10, dark=dark)
    assert [list(stop) for stop in heatmap(figure, "kept").colorscale] == theme.sequential(dark)
    assert set(rendered(figure)["data"][0]["z"]) == {"dtype", "bdata", "shape"}
