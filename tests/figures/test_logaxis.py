"""The logarithmic axis with a floor for 0 and a ceiling for ∞ and NaN: places, ticks and numbers in words."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqviz.figures.logaxis import LogAxis, power_ticks
from seqviz.figures.numbers import in_words, number, power_of_ten

quick = settings(deadline=None, max_examples=60)
SMALLEST, LARGEST = 5e-324, 1.7e308


def test_ordinary_numbers_stand_at_their_logarithm_and_others_nowhere_on_the_line():
    values = np.array([0.0, 1e-3, 1.0, 100.0, np.inf, np.nan])
    axis = LogAxis.over([values], 300)
    np.testing.assert_allclose(axis.place(values), [np.nan, -3, 0, 2, np.nan, np.nan], atol=1e-12)
    assert axis.low < -3
    assert axis.high > 2
    assert axis.beyond == "∞, NaN"


def test_zeros_have_a_floor_below_the_range_and_no_number_a_ceiling_above_it():
    axis = LogAxis.over([np.array([0.0, 1.0]), np.array([1.0, np.inf]), np.array([1.0, 2.0])], 300)
    assert axis.bottom < axis.floors[0] < axis.low
    assert axis.high < axis.ceilings[1] < axis.top
    assert axis.floors[1:] == (None, None)
    assert (axis.ceilings[0], axis.ceilings[2]) == (None, None)
    drawn = axis.layout(False, "norm")
    assert dict(zip(drawn["ticktext"], drawn["tickvals"], strict=True))["0"] == pytest.approx(axis.floors[0])
    assert dict(zip(drawn["ticktext"], drawn["tickvals"], strict=True))["∞"] == pytest.approx(axis.ceilings[1])
    assert drawn["range"] == [axis.bottom, axis.top]
    assert len(axis.bands(False)) == 4  # a field and an edge each


def test_without_zeros_and_overflow_there_is_no_lane():
    axis = LogAxis.over([np.array([0.1, 10.0])], 300)
    assert (axis.bottom, axis.top) == (axis.low, axis.high)
    assert axis.bands(True) == []
    assert "0" not in axis.layout(True, "norm")["ticktext"]


def test_lines_in_one_plot_do_not_share_a_place_but_panels_do():
    lines = [np.array([0.0, 1.0, np.nan])] * 3
    together = LogAxis.over(lines, 300)
    assert len(set(together.floors)) == len(set(together.ceilings)) == 3
    assert all(together.bottom < floor < together.low for floor in together.floors)
    assert all(together.high < ceiling < together.top for ceiling in together.ceilings)
    apart = LogAxis.over(lines, 300, side_by_side=False)
    assert len(set(apart.floors)) == len(set(apart.ceilings)) == 1


def test_a_bound_far_away_does_not_push_the_line_into_a_corner():
    axis = LogAxis.over([np.array([1e-4, 1.0])], 300, also=[np.array([1.0, 1e95])])
    assert 3 <= axis.high < 4
    near = LogAxis.over([np.array([1e-4, 1.0])], 300, also=[np.array([1.0, 50.0])])
    assert np.log10(50) <= near.high < 2


def test_a_run_that_explodes_does_not_flatten_the_others():
    axis = LogAxis.over([np.array([1.0, 0.1]), np.array([1.0, 1e300])], 300, at_most=4)
    assert 4 <= axis.high < 4.5


@pytest.mark.parametrize("lines", [[np.array([np.nan])], [np.array([0.0])], [np.array([])], [np.array([3.0])]])
def test_with_little_to_show_there_is_still_a_decade(lines):
    axis = LogAxis.over(lines, 300)
    assert axis.high - axis.low >= 1
    assert np.isfinite([axis.bottom, axis.top]).all()
    invented = not (np.isfinite(lines[0]) & (lines[0] > 0)).any()  # a range without a number has no ticks
    ticks = axis.layout(False, "")["ticktext"]
    assert ([tick for tick in ticks if tick not in ("0", "NaN")] == []) == invented


def test_a_number_below_0_is_refused():
    with pytest.raises(ValueError, match=r"a logarithmic axis got -0.5, expected 0 or more"):
        LogAxis.over([np.array([1.0, -0.5, np.nan])], 300)


@quick
@given(st.lists(st.floats(0, LARGEST), min_size=1, max_size=20), st.sampled_from([40.0, 112.0, 320.0]))
def test_whatever_the_numbers_the_axis_holds_them_all_with_few_ticks(values: list[float], px: float):
    numbers = np.array(values)
    axis = LogAxis.over([numbers], px)
    placed = axis.place(numbers)
    assert np.all((placed[numbers > 0] >= axis.low) & (placed[numbers > 0] <= axis.high))
    assert axis.bottom <= axis.low < axis.high <= axis.top
    drawn = axis.layout(False, "")
    assert 1 <= len(drawn["tickvals"]) <= 9  # eight, and the floor's
    assert drawn["tickvals"] == sorted(drawn["tickvals"])
    assert len(set(drawn["ticktext"])) == len(drawn["ticktext"])


@quick
@given(st.floats(-330, 310), st.floats(1, 640))
def test_ticks_are_few_and_lie_in_the_range(low: float, span: float):
    ticks = power_ticks(low, low + span)
    assert 2 <= len(ticks) <= 8
    assert all(low <= place <= low + span for place, _ in ticks)


def test_from_the_smallest_to_the_largest_number_there_are_sane_ticks():
    ticks = power_ticks(np.log10(SMALLEST), np.log10(LARGEST))
    assert [place for place, _ in ticks] == [-300, -200, -100, 0, 100, 200, 300]
    assert [label for _, label in ticks][:4:3] == ["10<sup>−300</sup>", "1"]


def test_ticks_within_a_decade_go_by_1_2_5():
    assert [label for _, label in power_ticks(-1, 0.1)] == ["0.1", "0.2", "0.5", "1"]


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0.0123, "0.0123"),
        (-0.5, "−0.5"),
        (4.1e-300, "4.1·10<sup>−300</sup>"),
        (1e6, "1·10<sup>6</sup>"),
        (999.4, "999"),
        (999.6, "1,000"),  # as 1000 is written
        (1000.0, "1,000"),
        (99949.0, "99,900"),
        (99951.0, "1·10<sup>5</sup>"),
        (np.inf, "∞"),
        (-np.inf, "−∞"),
        (np.nan, "NaN"),
        (0.0, "0"),
    ],
)
def test_numbers_in_words(value: float, said: str):
    assert number(value) == said
    raised = str.maketrans("−0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
    assert in_words(value) == re.sub(r"<sup>(.*)</sup>", lambda power: power[1].translate(raised), said)


def test_powers_keep_their_exponent_in_markup_that_plotly_knows():
    assert power_of_ten(0) == "1"
    assert re.fullmatch(r"10<sup>−?\d+</sup>", power_of_ten(-12))
