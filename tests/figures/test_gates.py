"""Gates drawn from invented records: every number, every scale, saturation in words, and text that stays text."""

from __future__ import annotations

import base64
import json

import numpy as np
import plotly.graph_objects as go
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from seqviz.figures import theme
from seqviz.figures.gates import gate_heatmap, lane_values, token_axis
from seqviz.figures.retention import retention_bars
from seqviz.figures.saturation import gate_distributions, saturation, saturation_scatter, unit_saturation
from seqviz.records import CellTrace
from tests.figures.reading import rendered
from tests.figures.test_states import NASTY, decoded

quick = settings(deadline=None, max_examples=25)
LSTM = ("i", "f", "g", "o")


def invented(steps: int, units: int, gates: tuple[str, ...] = LSTM, seed: int = 0) -> CellTrace:
    """Random gates within their ranges, states beyond ±1."""
    rng = np.random.default_rng(seed)
    drawn = {name: rng.uniform(-1.0 if name in "gn" else 0.0, 1.0, (steps, units)) for name in gates}
    hidden, cell = rng.normal(size=(2, steps + 1, units)) * 2
    return CellTrace(np.zeros((steps, 1)), hidden, cell, drawn)


def gated(name: str, values: object) -> CellTrace:
    """A trace with this one gate (T, H)."""
    rows = np.asarray(values, dtype=np.float64)
    return CellTrace(np.zeros((len(rows), 1)), np.zeros((len(rows) + 1, rows.shape[1])), None, {name: rows})


def said(figure: go.Figure) -> str:
    return " ".join(decoded(text.text.replace("<br>", " ")) for text in figure.layout.annotations)


# ── the heatmap ──────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", [*LSTM, "h", "c"])
@pytest.mark.parametrize("dark", [False, True])
def test_the_heatmap_shows_the_lane_units_down_and_tokens_across(name: str, dark: bool):
    trace = invented(5, 3)
    figure = gate_heatmap(trace, name, list("abcde"), "ŝ", dark)
    (heatmap,) = figure.data
    wanted = {"h": trace.hidden[1:], "c": trace.cell[1:]}.get(name, trace.gates.get(name)).T  # type: ignore[union-attr,index]
    np.testing.assert_allclose(heatmap.z, wanted, rtol=1e-6)
    assert heatmap.y.tolist() == [1, 2, 3]
    assert figure.layout.yaxis.autorange == "reversed"  # unit 1 on top
    if name in "ifo":
        assert (heatmap.zmin, heatmap.zmax) == (0, 1)
        assert [list(stop) for stop in heatmap.colorscale] == theme.sequential(dark)
    else:
        assert heatmap.zmin == -heatmap.zmax
        assert heatmap.zmax == pytest.approx(1.0 if name == "g" else max(1.0, np.abs(wanted).max()))
        assert [list(stop) for stop in heatmap.colorscale] == theme.diverging(dark)
    assert heatmap.colorbar.title.text == "ŝ"
    assert "ŝ = %{z" in heatmap.hovertemplate
    rendered(figure)


@quick
@given(arrays(np.float64, st.tuples(st.integers(1, 6), st.integers(1, 5)), elements=st.floats(allow_nan=True)))
def test_any_state_can_be_drawn(hidden: np.ndarray):
    trace = CellTrace(np.zeros((len(hidden), 1)), np.vstack([np.zeros(hidden.shape[1]), hidden]))
    (heatmap,) = gate_heatmap(trace, "h", ["a"] * len(hidden)).data
    finite = np.isfinite(hidden.T)
    assert np.isnan(np.asarray(heatmap.z, dtype=np.float64)[~finite]).all()
    assert heatmap.zmin == -heatmap.zmax
    assert np.isfinite(heatmap.zmax - heatmap.zmin)


def test_one_unit_one_token_and_all_zeros():
    (heatmap,) = gate_heatmap(gated("f", [[0.0]]), "f", ["a"]).data
    assert heatmap.z.tolist() == [[0.0]]
    rendered(gate_heatmap(gated("f", np.zeros((3, 1))), "f", list("abc")))


@pytest.mark.parametrize("count", [6, 60])
def test_tokens_are_text_whatever_they_hold_and_every_column_is_its_own(count: int):
    tokens = [*NASTY, *NASTY, "a", "a\u200b", "a", "the", "the"][:count] * (1 + count // 27)
    names, axis = token_axis(tokens)
    assert len(set(names)) == len(tokens)
    assert axis["type"] == "category"
    assert axis["categoryarray"] == names
    for step, (token, name) in enumerate(zip(tokens, names, strict=True), start=1):
        shown = decoded(name)
        if len(tokens) <= 48:
            assert token[:10].startswith(shown.rstrip("\u200b")[:10])
        else:
            assert shown == f"{step} “{token}”"
    if len(tokens) > 48:
        assert axis["ticktext"][0] == "1"  # type: ignore[index]
    figure = gate_heatmap(invented(len(tokens), 2), "f", tokens)
    rendered(figure)
    if len(tokens) <= 48:
        (heatmap,) = figure.data
        assert [decoded(text) for text in np.array(heatmap.customdata)[1]] == [
            f"step {step} “{token}”" for step, token in enumerate(tokens, start=1)
        ]


def test_a_long_text_travels_as_typed_arrays():
    figure = gate_heatmap(invented(2000, 64), "c", ["<b>word</b>"] * 2000)
    written = figure.to_json()
    assert len(written) < 1_500_000
    z = json.loads(written)["data"][0]["z"]
    assert z["dtype"] == "f4"
    values = np.frombuffer(base64.b64decode(z["bdata"]), "<f4").reshape(64, 2000)
    np.testing.assert_allclose(values, invented(2000, 64).cell[1:].T, rtol=1e-6)  # type: ignore[index]
    assert len(figure.layout.xaxis.tickvals) <= 10


@pytest.mark.parametrize("bad", ["q", "c", "f<b>"])
def test_a_lane_that_is_not_there_is_refused_with_the_choices(bad: str):
    with pytest.raises(ValueError, match="expected one of f, h"):
        lane_values(gated("f", [[0.5]]), bad)
    with pytest.raises(ValueError, match="there are 2 tokens for 1 steps"):
        gate_heatmap(gated("f", [[0.5]]), "f", ["a", "b"])


# ── how saturated gates are ──────────────────────────────────────────────────────────────────────────────────


def test_saturation_by_hand():
    values = np.array([[0.05, 0.5], [0.95, 0.99], [0.1, np.nan], [0.9, 0.0]])
    found = saturation(
        values, "f"
    )  # of 7 finite values two lie below 0.1 and two above 0.9; the ends themselves do not
    assert found == (2 / 7, 2 / 7, 7, 1)
    assert saturation(np.array([-0.95, -0.9, 0.0, 0.95]), "g")[:2] == (0.25, 0.25)
    assert np.isnan(saturation(np.full(3, np.nan), "f").low)
    np.testing.assert_allclose(unit_saturation(values), [[1 / 4, 1 / 4], [1 / 3, 1 / 3]])
    assert np.isnan(unit_saturation(np.full((2, 1), np.nan))).all()


@quick
@given(arrays(np.float64, st.tuples(st.integers(1, 9), st.integers(1, 4)), elements=st.floats(0, 1)))
def test_the_histogram_holds_every_value_and_its_ends_are_the_shares_said(values: np.ndarray):
    figure = gate_distributions(gated("f", values))
    (bars,) = figure.data
    assert bars.y.sum() == pytest.approx(1.0)
    edges = np.asarray(bars.customdata)
    assert bars.y[edges[:, 1] <= 0.1].sum() == pytest.approx((values < 0.1).mean())
    at_the_edge = (values == 0.9).mean()  # no value above 0.9, and yet in the bin that begins there
    assert bars.y[edges[:, 0] >= 0.9].sum() == pytest.approx((values > 0.9).mean() + at_the_edge)
    assert f"{(values < 0.1).mean():.0%} < 0.1" in said(figure)
    assert f"{(values > 0.9).mean():.0%} > 0.9" in said(figure)


def test_small_multiples_side_by_side_share_one_scale():
    traces = {"<b>LSTM</b>": invented(30, 4), "GRU": invented(30, 4, ("r", "z", "n"))}
    figure = gate_distributions(traces, {"f": "f<sub>t</sub>"})
    assert len(figure.data) == 7
    layout = figure.to_dict()["layout"]
    ranges = {tuple(layout[name]["range"]) for name in layout if name.startswith("yaxis")}
    assert len(ranges) == 1
    assert ranges.pop()[1] >= max(bars.y.max() for bars in figure.data)
    words = said(figure)
    for word in ("<b>LSTM</b>", "GRU", "forget gate", "update gate", "candidate", "< −0.9", "> 0.9"):
        assert word in words
    rendered(figure)
    rendered(saturation_scatter(traces, dark=True))


def test_what_is_not_finite_is_said():
    assert "1 not finite" in said(gate_distributions(gated("f", [[np.nan, 0.5]])))
    nothing = gated("z", [[np.nan], [np.inf]])
    assert "nothing finite" in said(gate_distributions(nothing))
    rendered(gate_distributions(nothing))
    rendered(saturation_scatter(nothing))


def test_the_scatter_has_a_point_a_unit_between_the_axes_and_the_line():
    trace = invented(50, 7)
    figure = saturation_scatter(trace)
    assert len(figure.data) == 3  # the candidate has no part in it
    for points, name in zip(figure.data, ("f", "i", "o"), strict=True):
        np.testing.assert_allclose(points.x, (trace.gates[name] < 0.1).mean(axis=0))
        np.testing.assert_allclose(points.y, (trace.gates[name] > 0.9).mean(axis=0))
        assert len(points.customdata) == 7
        assert (points.x + points.y <= 1).all()
    assert [(line.x0, line.y0, line.x1, line.y1) for line in figure.layout.shapes] == [(0, 1, 1, 0)] * 3
    assert not figure.layout.showlegend


def test_units_in_one_place_are_all_named():
    values = np.array([[0.0, 0.5, 0.05], [1.0, 0.5, 0.95]])
    (points,) = saturation_scatter(gated("f", values)).data
    assert list(points.customdata) == ["units 1, 3", "unit 2", "units 1, 3"]


def test_every_trace_of_several_is_in_the_legend_once():
    traces = {"one": invented(9, 2), "two": invented(9, 2, seed=1), "a GRU": invented(9, 2, ("r", "z", "n"))}
    figure = saturation_scatter(traces)
    assert [points.name for points in figure.data if points.showlegend] == ["one", "two", "a GRU"]
    symbols = {points.name: points.marker.symbol for points in figure.data}
    assert len(set(symbols.values())) == 3  # never colour alone


def test_a_trace_without_gates_is_refused():
    plain = CellTrace(np.zeros((2, 1)), np.zeros((3, 1)))
    for draw in (gate_distributions, saturation_scatter):
        with pytest.raises(ValueError, match="none has a gate"):
            draw(plain)
    assert len(gate_distributions({"RNN": plain, "LSTM": invented(2, 2)}).data) == 4


def test_two_thousand_tokens_are_small_once_counted():
    trace = invented(2000, 64)
    assert len(gate_distributions(trace).to_json()) < 60_000
    assert len(saturation_scatter(trace).to_json()) < 60_000


# ── what is kept to the end ──────────────────────────────────────────────────────────────────────────────────

GROUPS = {"stop words": [0, 3], "sentiment words": [2]}


def test_bars_means_and_groups_by_hand():
    tokens = ["the", "film", "amazing", "the", "."]
    figure = retention_bars(tokens, [0.1, 0.4, 0.9, 0.3, np.nan], GROUPS)
    stop, sentiment, rest = figure.data
    assert stop.y.tolist() == [0.1, 0.3]
    assert decoded(stop.name) == "stop words (2): mean 0.20"
    assert sentiment.name == "sentiment words (1): mean 0.90"
    assert rest.name == "other tokens (2): mean 0.40"
    assert [decoded(text) for text in stop.customdata] == ["step 1 “the”", "step 4 “the”"]
    assert len({name for bars in figure.data for name in bars.x}) == 5  # the two "the" stand apart
    assert sorted(line.y0 for line in figure.layout.shapes) == pytest.approx([0.2, 0.9])
    assert said(figure) == "0.20 0.90"
    assert stop.marker.pattern.shape != sentiment.marker.pattern.shape  # never colour alone
    assert stop.marker.color != sentiment.marker.color
    assert rest.marker.opacity < 1
    rendered(figure)


@quick
@given(st.lists(st.floats(0, 1), min_size=1, max_size=60), st.data())
def test_every_token_has_one_bar(shares: list[float], data: st.DataObject):
    places = data.draw(st.sets(st.integers(0, len(shares) - 1)))
    figure = retention_bars(["w"] * len(shares), shares, {"stop words": sorted(places)})
    drawn = {name: y for bars in figure.data for name, y in zip(bars.x, bars.y, strict=True)}
    assert len(drawn) == len(shares)
    assert [drawn[name] for name in figure.layout.xaxis.categoryarray] == shares
    rendered(figure)


def test_a_group_that_is_empty_or_unknown_has_no_line():
    figure = retention_bars(["a", "b"], [np.nan, 0.5], {"stop words": [0], "sentiment words": []})
    assert len(figure.layout.shapes) == 0
    assert [bars.name for bars in figure.data] == ["stop words (1)", "other tokens (1): mean 0.50"]


def test_user_text_in_bars_stays_text():
    figure = retention_bars(NASTY, np.linspace(0, 1, len(NASTY)), {"<b>": [0]})
    assert decoded(figure.data[0].name).startswith("<b> (1)")
    rendered(figure)


def test_two_thousand_bars_are_small():
    shares = np.random.default_rng(0).random(2000)
    groups = {"stop words": range(0, 2000, 3), "sentiment words": range(1, 2000, 3)}
    assert len(retention_bars(["word"] * 2000, shares, groups).to_json()) < 1_500_000


@pytest.mark.parametrize(
    ("shares", "groups", "words"),
    [
        ([0.5, 1.2], {}, "a share is 1.2, expected 0 to 1"),
        ([0.5, -0.1], {}, "a share is -0.1, expected 0 to 1"),
        ([0.5, np.inf], {}, "a share is inf"),
        ([0.5], {}, "shares has shape"),
        ([0.5, 0.5], {"stop words": [2]}, "place 2 of group 'stop words' is no token, expected 0 to 1"),
        ([0.5, 0.5], {"one": [0], "two": [0]}, "place 0 is in two groups"),
        ([0.5, 0.5], {str(n): [] for n in range(5)}, "there are 5 groups, expected up to 4"),
    ],
)
def test_what_cannot_be_drawn_is_refused(shares: list[float], groups: dict[str, list[int]], words: str):
    with pytest.raises(ValueError, match=words):
        retention_bars(["a", "b"], shares, groups)
