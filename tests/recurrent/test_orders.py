"""Orders of units: permutations, by what moves most and by what moves together."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from seqviz.recurrent.orders import unit_orders
from tests.recurrent.strategies import quick

TIME = np.linspace(0.0, 6.0, 30)


@quick
@given(hnp.arrays(float, st.tuples(st.integers(1, 6), st.integers(1, 7)), elements=st.floats(-5, 5)))
def test_every_order_is_a_permutation(lines: np.ndarray):
    for order in unit_orders(lines).values():
        assert sorted(order) == list(range(lines.shape[1]))


@quick
@given(hnp.arrays(float, (8, 5), elements=st.floats(-5, 5)))
def test_activity_falls(lines: np.ndarray):
    assert (np.diff(lines.std(axis=0)[unit_orders(lines)["activity"]]) <= 1e-12).all()


def test_units_that_move_together_stand_together():
    lines = np.stack([np.sin(TIME), np.cos(3 * TIME), 4 * np.sin(TIME) + 1, 2 * np.cos(3 * TIME)], axis=1)
    order = unit_orders(lines)["clusters"].tolist()
    assert abs(order.index(0) - order.index(2)) == 1
    assert abs(order.index(1) - order.index(3)) == 1


def test_numbers_that_overflowed_and_units_that_never_move_have_a_place():
    lines = np.stack([np.full(30, np.inf), np.zeros(30), np.sin(TIME), np.full(30, np.nan)], axis=1)
    orders = unit_orders(lines)
    assert orders["activity"][0] == 2
    assert sorted(orders["clusters"]) == [0, 1, 2, 3]
