"""The hidden state over a text, drawn from invented records: the numbers, the scale, and text that stays text."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from seqviz.figures import theme
from seqviz.figures.states import hidden_heatmap, unit_line
from seqviz.records import CellTrace
from tests.figures.reading import rendered

quick = settings(deadline=None, max_examples=30)
NASTY = ["<b>", '<a href="javascript:alert(1)">x</a>', "&", "&lt;", '"', "'", "%{x}", "$x$", "ŷ̃", "🧑‍🚀", "‹U+202E›"]


def record(hidden: object) -> CellTrace:
    """A trace with these hidden states, row 0 the start."""
    rows = np.asarray(hidden, dtype=np.float64)
    return CellTrace(np.zeros((len(rows) - 1, 2)), rows)


def invented(steps: int, units: int) -> CellTrace:
    """Every value its own: unit u at step t is ±(t + u / 10) / 100."""
    t, u = np.arange(steps + 1)[:, np.newaxis], np.arange(1, units + 1)
    return record((-1.0) ** t * (t + u / 10) / 100)


def decoded(markup: str) -> str:
    """What Plotly's SVG text shows for a label: tags gone, and of the named entities only those that it knows."""
    known = {"amp": "&", "lt": "<", "gt": ">", "mu": "μ", "nbsp": "\xa0", "times": "×", "plusmn": "±", "deg": "°"}

    def entity(found: re.Match[str]) -> str:
        name = found[1]
        if name.startswith("#"):
            return chr(int(name[2:], 16) if name[1] == "x" else int(name[1:]))
        return known.get(name, found[0])

    without_tags = re.sub(r"</?[a-zA-Z][^>]*>", "", markup)
    return re.sub(r"&(#\d+|#x[\da-fA-F]+|[a-z]+);", entity, without_tags)


def reads_as(label: str, token: str) -> bool:
    """Whether a label shows the token, or the beginning of one that is longer than 12 characters."""
    shown = decoded(label)
    return shown == token if len(token) <= 12 else len(shown) >= 10 and token.startswith(shown.removesuffix("…"))


# ── all units as a heatmap ───────────────────────────────────────────────────────────────────────────────────


def test_the_heatmap_shows_the_record_units_down_and_steps_across():
    trace = invented(steps=5, units=3)
    figure = hidden_heatmap(trace, list("abcde"))
    (heatmap,) = figure.data
    np.testing.assert_array_equal(heatmap.z, trace.hidden[1:].T)
    np.testing.assert_array_equal(heatmap.x, [1, 2, 3, 4, 5])
    np.testing.assert_array_equal(heatmap.y, [1, 2, 3])
    assert figure.layout.yaxis.autorange == "reversed"  # unit 1 on top, as in a matrix
    assert np.array(heatmap.customdata).tolist() == [[f"step {t} “{token}”" for t, token in enumerate("abcde", 1)]] * 3
    rendered(figure)


@quick
@given(arrays(np.float64, st.tuples(st.integers(2, 9), st.integers(1, 8)), elements=st.floats(-1e6, 1e6)))
def test_the_colours_are_symmetric_about_0_and_reach_every_value(hidden: np.ndarray):
    figure = hidden_heatmap(record(hidden), ["a"] * (len(hidden) - 1))
    (heatmap,) = figure.data
    np.testing.assert_array_equal(heatmap.z, hidden[1:].T)
    assert heatmap.zmin == -heatmap.zmax
    assert heatmap.zmax == max(1.0, np.abs(hidden[1:]).max())  # row 0 is not drawn, and never stretches the scale
    rendered(figure)


def test_a_start_state_that_is_large_does_not_dim_the_rest():
    (heatmap,) = hidden_heatmap(record([[100.0], [0.5]]), ["a"]).data
    assert heatmap.zmax == 1.0


@pytest.mark.parametrize("dark", [False, True])
def test_the_heatmap_wears_the_theme(dark: bool):
    (heatmap,) = hidden_heatmap(invented(3, 2), list("abc"), symbol="a", dark=dark).data
    assert [list(stop) for stop in heatmap.colorscale] == theme.diverging(dark)
    assert heatmap.colorbar.title.text == "a"


def test_what_is_no_finite_number_stays_blank():
    trace = record([[0, 0], [0.5, np.nan], [np.inf, -2], [-np.inf, np.nan]])
    (heatmap,) = hidden_heatmap(trace, list("abc")).data
    np.testing.assert_array_equal(heatmap.z, [[0.5, np.nan, np.nan], [np.nan, -2, np.nan]])
    assert (heatmap.zmin, heatmap.zmax) == (-2, 2)
    rendered(hidden_heatmap(trace, list("abc")))
    np.testing.assert_array_equal(unit_line(trace, list("abc"), 0).data[0].y, [0.5, np.nan, np.nan])


def test_a_record_without_one_finite_number_is_an_empty_picture():
    nothing = record([[0, 0], [np.nan, np.inf]])
    (heatmap,) = hidden_heatmap(nothing, ["a"]).data
    assert np.isnan(heatmap.z).all()
    assert (heatmap.zmin, heatmap.zmax) == (-1, 1)
    rendered(hidden_heatmap(nothing, ["a"]))
    rendered(unit_line(nothing, ["a"], 1))


def test_a_state_near_overflow_leaves_a_range_that_can_be_computed():
    """The browser divides by zmax − zmin; where that is infinite, every cell loses its colour."""
    (heatmap,) = hidden_heatmap(record([[0, 0], [1.7e308, 1.0]]), ["a"]).data
    assert heatmap.zmin == -heatmap.zmax
    with np.errstate(over="ignore"):
        assert np.isfinite(np.float64(heatmap.zmax) - np.float64(heatmap.zmin))


# ── one unit as a line ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("unit", [0, 1, 2])
def test_the_line_is_one_column_of_the_record(unit: int):
    trace = invented(steps=5, units=3)
    figure = unit_line(trace, list("abcde"), unit, symbol="s")
    (line,) = figure.data
    np.testing.assert_array_equal(line.y, trace.hidden[1:, unit])
    np.testing.assert_array_equal(line.x, [1, 2, 3, 4, 5])
    assert list(line.customdata) == [f"step {t} “{token}”" for t, token in enumerate("abcde", 1)]
    assert figure.layout.yaxis.title.text == f"s[{unit + 1}]"
    assert figure.layout.yaxis.rangemode == "tozero"
    rendered(figure)


@pytest.mark.parametrize("unit", [-1, 3, 8])
def test_a_unit_that_is_not_there_is_refused_with_the_bound(unit: int):
    with pytest.raises(ValueError, match=f"unit is {unit}, expected 0 to 2"):
        unit_line(invented(2, 3), ["a", "b"], unit)


@pytest.mark.parametrize(("dark", "palette"), [(False, theme.CATEGORICAL_LIGHT), (True, theme.CATEGORICAL_DARK)])
def test_every_unit_has_its_own_colour(dark: bool, palette: tuple[str, ...]):
    trace = invented(2, 8)
    colours = [unit_line(trace, ["a", "b"], unit, dark=dark).data[0].line.color for unit in range(8)]
    assert colours == list(palette)


@pytest.mark.parametrize(("steps", "mode"), [(1, "lines+markers"), (200, "lines+markers"), (201, "lines")])
def test_a_long_line_has_no_dots(steps: int, mode: str):
    (line,) = unit_line(invented(steps, 1), ["a"] * steps, 0).data
    assert line.mode == mode  # a single step would not show without its dot


# ── tokens on the axis and under the pointer ─────────────────────────────────────────────────────────────────

EITHER = pytest.mark.parametrize(
    "draw", [hidden_heatmap, lambda trace, tokens: unit_line(trace, tokens, 0)], ids=["heatmap", "line"]
)


@EITHER
@pytest.mark.parametrize(("steps", "labelled"), [(1, True), (48, True), (49, False), (2000, False)])
def test_tokens_stand_on_the_axis_while_there_is_room(draw, steps: int, labelled: bool):
    tokens = [f"t{step}" for step in range(steps)]
    figure = draw(invented(steps, 2), tokens)
    axis = figure.layout.xaxis
    if labelled:
        assert list(axis.ticktext) == tokens
        assert list(axis.tickvals) == list(range(1, steps + 1))
    else:
        assert axis.ticktext is None
        assert axis.tickvals is None
    rendered(figure)


@EITHER
@pytest.mark.parametrize("token", NASTY)
def test_text_on_the_axis_is_never_markup_and_reads_as_typed(draw, token: str):
    (label,) = draw(invented(1, 2), [token]).layout.xaxis.ticktext
    assert "<" not in label  # Plotly takes <b>, <i>, <sub>, <a href> and others for tags
    assert reads_as(label, token)


@EITHER
@pytest.mark.parametrize("token", NASTY)
def test_text_under_the_pointer_is_never_markup_and_reads_as_typed(draw, token: str):
    figure = draw(invented(1, 2), [token])
    for said in np.array(figure.data[0].customdata, dtype=object).ravel():
        assert "<" not in said
        assert decoded(said) == f"step 1 “{token}”"
    assert token not in figure.data[0].hovertemplate or token == "%{x}"  # it goes in as data
    rendered(figure)


@EITHER
@pytest.mark.parametrize("token", ["shouldn't've", "aaaaaaaaaa&b", "aaaaaaaaaaa<script>", "x" * 40])
def test_a_long_token_is_cut_between_characters_of_its_own(draw, token: str):
    """Cut first, escaped then: half an entity would show."""
    (label,) = draw(invented(1, 2), [token]).layout.xaxis.ticktext
    assert reads_as(label, token)
    assert len(decoded(label)) <= 13  # or neighbours would overlap


def test_two_thousand_steps_travel_as_bytes_not_as_lists():
    """Lists of numbers cost four times the time and the room (see Plotly's base64 arrays)."""
    drawn = rendered(hidden_heatmap(invented(2000, 8), ["a"] * 2000))
    assert set(drawn["data"][0]["z"]) == {"dtype", "bdata", "shape"}
