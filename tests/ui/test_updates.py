"""Updates in the address and in a visitor's memory: written, read back, refused with the value and the bound."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqviz.recurrent.descent import descend
from seqviz.ui.compute import experiment
from seqviz.ui.settings import RATE_LIMIT, UPDATE_LIMIT, Refusal, Settings, Updates
from seqviz.ui.updates import parse_updates, with_more, write_updates

RATES = st.floats(1e-6, RATE_LIMIT)


@given(st.lists(st.tuples(st.integers(1, 10), RATES), max_size=8))
def test_what_is_written_is_read_back(entries: list[tuple[int, float]]) -> None:
    assert parse_updates(write_updates(tuple(entries))) == tuple(entries)


@pytest.mark.parametrize("text", ["zz", "5", "5@", "@0.1", "-1@0.1", "5@0.1~", "5@0.1,2@0.1", "1@1@1", "५@0.1 "])
def test_nonsense_is_no_list_of_updates(text: str) -> None:
    with pytest.raises(ValueError, match=r"^(not a list like|.* is no learning rate)"):
        parse_updates(text)


@pytest.mark.parametrize("rate", [0.0, -1.0, 1e9, float("nan"), float("inf")])
def test_a_rate_beyond_the_bounds_is_refused_with_both(rate: float) -> None:
    with pytest.raises(Refusal, match=r"learning rate is .*up to 10"):
        with_more((), 1, rate)


def test_more_than_the_limit_is_refused_with_both_numbers() -> None:
    updates = with_more((), UPDATE_LIMIT, 0.1)
    with pytest.raises(Refusal, match=r"1,001 updates; the limit is 1,000"):
        with_more(updates, 1, 0.1)
    with pytest.raises(Refusal, match=r"1,001 updates; the limit is 1,000"):
        parse_updates("1000@0.1~1@0.2")


def test_presses_of_one_rate_are_one_entry() -> None:
    updates: Updates = ()
    for times, rate in [(1, 0.1), (10, 0.1), (1, 0.5), (1, 0.1)]:
        updates = with_more(updates, times, rate)
    assert updates == ((11, 0.1), (1, 0.5), (1, 0.1))


@pytest.mark.parametrize(
    "way", [[((3, 0.1),), ((7, 0.1),), ((7, 0.1), (2, 0.5))], [((7, 0.1), (2, 0.5)), ((3, 0.1),)], [((2, 0.5),)]]
)
def test_the_way_to_the_weights_does_not_matter(way: list[Updates]) -> None:
    """Continued from what is known or computed anew: the same numbers as one descent from the start."""
    settings = Settings(text="abracadabra", seed=len(way))
    start = experiment(settings)
    for updates in way:
        shown = experiment(Settings(text="abracadabra", seed=len(way), updates=updates))
        cell, losses = start.cell, [start.losses.sum()]
        for times, rate in updates:
            run = descend(cell, start.trace.inputs, start.targets, "cross_entropy", rate=rate, updates=times)
            cell, losses = run.cell, [*losses, *run.losses[1:]]
        np.testing.assert_array_equal(shown.cell.W_hh, cell.W_hh)
        np.testing.assert_array_equal(shown.descent, losses)


def test_rewound_is_the_start_bit_for_bit() -> None:
    start = experiment(Settings())
    experiment(Settings(updates=((50, 0.3),)))
    again = experiment(Settings())
    np.testing.assert_array_equal(again.cell.W_hh, start.cell.W_hh)
    np.testing.assert_array_equal(again.trace.hidden, start.trace.hidden)


def test_the_whole_text_uses_the_updated_weights() -> None:
    text = "hello world " * 8
    shown = experiment(Settings(text=text, updates=((5, 0.1),)))
    np.testing.assert_array_equal(shown.whole.hidden[:33], shown.trace.hidden)
