"""The gradient's size over time, and in panels, drawn from invented records."""

from __future__ import annotations

import numpy as np
import pytest

from seqviz.figures import theme
from seqviz.figures.gradients import norms_over_time, small_multiples
from seqviz.figures.spectrum import spectrum
from seqviz.records import GradientFlow
from tests.figures.reading import named, rendered, words

EIGENVALUES = np.array([0.5, 0.3 + 0.4j, 0.3 - 0.4j, -1.2])


def flow(name: str, norms: object, bound: object = None, overflow: int | None = None) -> GradientFlow:
    return GradientFlow(name, np.asarray(norms, float), bound, EIGENVALUES, 1.5, 1.0, overflow)  # type: ignore[arg-type]


# ── over time ────────────────────────────────────────────────────────────────────────────────────────────────


def test_each_line_holds_the_norms_of_its_flow():
    flows = [flow("tanh", [1e-6, 1e-3, 1.0]), flow("LSTM", [0.5, 0.8, 1.0])]
    figure = norms_over_time(flows)
    for one in flows:
        (line,) = named(figure, one.name)
        np.testing.assert_array_equal(line.x, [1, 2, 3])
        np.testing.assert_allclose(line.y, np.log10(one.norms))
        np.testing.assert_array_equal(line.customdata[:, 0], one.norms)
        np.testing.assert_allclose(line.customdata[:, 1], np.log10(one.norms / one.norms[-1]))
    assert "orders of magnitude against t = T" in figure.data[0].hovertemplate
    rendered(figure)


def test_lines_differ_by_colour_by_dash_and_by_marker():
    figure = norms_over_time([flow(str(number), [0.1, 1.0]) for number in range(5)])
    for looks in (
        [trace.line.color for trace in figure.data],
        [trace.line.dash for trace in figure.data],
        [trace.marker.symbol for trace in figure.data],
    ):
        assert len(set(looks)) == 5
    assert "dot" not in [trace.line.dash for trace in figure.data]  # the bounds'


def test_the_bound_is_thin_and_dotted_in_the_same_colour():
    bound = np.array([9.0, 3.0, 1.0])
    figure = norms_over_time([flow("a", [0.1, 0.5, 1.0]), flow("b", [0.1, 0.5, 1.0], bound)])
    (line,), (drawn,) = named(figure, "b"), named(figure, "b, bound")
    np.testing.assert_array_equal(drawn.customdata, bound)
    np.testing.assert_allclose(drawn.y, np.log10(bound))
    assert drawn.line.color == line.line.color
    assert drawn.line.dash == "dot"
    assert drawn.line.width < line.line.width
    assert not named(figure, "a, bound")


def test_zeros_stand_on_the_floor_and_none_is_dropped():
    norms = [0.0, 0.0, 5e-324, 1e-3, 1.0]
    figure = norms_over_time([flow("a", norms)])
    line, zeros = figure.data
    np.testing.assert_array_equal(np.isnan(line.y), [True, True, False, False, False])
    np.testing.assert_array_equal(np.isnan(zeros.y), [False, False, True, True, True])
    assert zeros.y[0] < np.log10(5e-324)
    axis = figure.layout.yaxis
    assert dict(zip(axis.ticktext, axis.tickvals, strict=True))["0"] == pytest.approx(zeros.y[0])
    assert axis.range[0] < zeros.y[0]
    assert "exactly 0" in zeros.hovertemplate
    rendered(figure)


@pytest.mark.parametrize("bad", [np.inf, np.nan])
def test_what_is_no_number_ends_the_line_with_a_marked_point_and_words(bad: float):
    figure = norms_over_time([flow("a", [bad, bad, 1e200, 1.0]), flow("b", [1.0] * 4)])
    (line, ceiling) = named(figure, "a")
    np.testing.assert_array_equal(np.isnan(line.y), [True, True, False, False])
    np.testing.assert_array_equal(np.isnan(ceiling.y), [False, False, True, True])
    assert ceiling.y[0] > 200
    (mark,) = [trace for trace in figure.data if trace.marker.symbol == "x"]
    assert (mark.x[0], mark.y[0]) == (2, ceiling.y[0])
    assert "a: overflow from step 2 back" in words(figure)
    rendered(figure)


def test_a_forward_pass_that_overflowed_says_where():
    figure = norms_over_time([flow("ReLU", [np.nan] * 60, overflow=37)])
    (mark,) = [trace for trace in figure.data if trace.marker.symbol == "x"]
    assert mark.x[0] == 37
    assert "ReLU: overflow from step 37" in words(figure)
    rendered(figure)


def test_without_a_single_number_there_are_no_ticks_but_nans_and_no_bound_in_the_legend():
    figure = norms_over_time([flow("ReLU", [np.nan] * 9, bound=[np.nan] * 9, overflow=3)])
    assert list(figure.layout.yaxis.ticktext) == ["NaN"]
    assert not [trace for trace in figure.data if trace.showlegend is not False and "bound" in (trace.name or "")]


def test_the_legend_says_what_the_bound_is_multiplied_with():
    figure = norms_over_time([flow("a", [0.1, 1.0], bound=[2.0, 1.0])], symbol="s")
    assert named(figure, "bound ‖∂L/∂s<sub>T</sub>‖ (γ σ<sub>max</sub>)<sup>T−t</sup>")


def test_huge_ranges_have_few_ticks_and_long_lines_travel_as_bytes():
    norms = np.logspace(-300, 300, 900)
    figure = norms_over_time([flow("a", norms)])
    assert 3 <= len(figure.layout.yaxis.tickvals) <= 8
    assert set(rendered(figure)["data"][0]["y"]) == {"dtype", "bdata"}


def test_an_arrow_says_that_the_gradient_travels_back():
    figure = norms_over_time([flow("a", [0.1, 0.5, 1.0])])
    assert "travels back" in words(figure)
    (arrow,) = [annotation for annotation in figure.layout.annotations if annotation.showarrow]
    assert (arrow.ax, arrow.x) == (3, 1)  # from T to 1


@pytest.mark.parametrize(
    ("flows", "said"),
    [
        ([], "flows have no steps"),
        ([flow("a", [1.0]), flow("b", [1.0, 2.0])], r"flows have \[1, 2\] steps, expected the same number"),
        ([flow("a", [])], r"flows have \[0\] steps"),
    ],
)
def test_flows_of_different_lengths_are_refused(flows: list[GradientFlow], said: str):
    with pytest.raises(ValueError, match=said):
        norms_over_time(flows)
    with pytest.raises(ValueError, match=said):
        small_multiples({(one.name, ""): one for one in flows})


def test_a_single_step_and_a_nasty_name_are_drawn():
    figure = norms_over_time([flow("<b>&", [0.5])])
    assert figure.data[0].name == "&lt;b&gt;&amp;"
    assert "<b>" not in figure.data[0].hovertemplate
    rendered(figure)


# ── in panels ────────────────────────────────────────────────────────────────────────────────────────────────


def grid() -> dict[tuple[str, str], GradientFlow]:
    return {
        ("RNN", "Gaussian"): flow("a", [0.0, 0.0, 1e-3, 1.0]),
        ("RNN", "identity"): flow("b", [np.inf, 1e9, 1e3, 1.0], bound=np.ones(4)),
        ("LSTM", "Gaussian"): flow("c", [0.01, 0.1, 0.5, 1.0]),
    }


@pytest.mark.parametrize("columns", [None, 1, 2, 3, 7])
def test_one_titled_panel_a_flow_on_one_scale(columns: int | None):
    figure = small_multiples(grid(), columns=columns)
    said = words(figure)
    for row, column in grid():
        assert f"<b>{row}</b> · {column}" in said
    assert "exactly 0 up to step 2" in said
    assert "overflow from step 1 back" in said
    assert "−2.0 orders of magnitude" in said
    scales = {tuple(axis.range) for axis in figure.select_yaxes() if axis.visible is not False}
    assert len(scales) == 1
    for one in grid().values():
        line = named(figure, one.name)[0]
        np.testing.assert_array_equal(line.customdata[:, 0], one.norms)
    rendered(figure)


def test_by_default_the_panels_form_a_table_with_gaps():
    figure = small_multiples(grid())
    rows = {
        trace.name: (trace.xaxis or "x", trace.yaxis or "y") for trace in figure.data if trace.name in ("a", "b", "c")
    }
    assert rows == {"a": ("x", "y"), "b": ("x2", "y2"), "c": ("x3", "y3")}
    assert figure.layout.xaxis4.visible is False
    assert small_multiples(grid(), columns=1).layout.height > figure.layout.height


def test_a_panel_without_a_change_says_so_and_not_plus_or_minus_0():
    said = words(small_multiples({("RNN", "a"): flow("a", [1.01, 1.0]), ("RNN", "b"): flow("b", [0.99, 1.0])}))
    assert said.count("about as large as at T") == 2
    assert "0.0 orders" not in said


def test_panels_need_a_column():
    with pytest.raises(ValueError, match="columns is 0, expected 1 or more"):
        small_multiples(grid(), columns=0)


# ── the house ────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize(
    "draw",
    [
        lambda dark: norms_over_time([flow("a", [0.0, 1.0])], dark=dark),
        lambda dark: small_multiples(grid(), dark=dark),
        lambda dark: spectrum(flow("a", [1.0]), dark=dark),
    ],
    ids=["norms", "panels", "spectrum"],
)
def test_the_page_shows_through_and_the_colours_are_the_themes(draw, dark: bool):
    figure = draw(dark)
    assert figure.layout.paper_bgcolor == figure.layout.plot_bgcolor == "rgba(0,0,0,0)"
    assert figure.layout.font.color == (theme.DARK if dark else theme.LIGHT)["ink"]
    palette = {*(theme.CATEGORICAL_DARK if dark else theme.CATEGORICAL_LIGHT)}
    palette |= set((theme.DARK if dark else theme.LIGHT).values())
    used = {trace.line.color for trace in figure.data} | {trace.marker.color for trace in figure.data}
    assert used - {None} <= palette


def test_the_hidden_states_letter_is_the_readers():
    assert "∂s<sub>t</sub>" in norms_over_time([flow("a", [1.0, 2.0])], symbol="s").layout.yaxis.title.text
