"""Lengths and angles, by hand and at the ends of the floating-point numbers."""

from __future__ import annotations

import numpy as np
import pytest

from seqviz.recurrent.vectors import angle, length, norms


@pytest.mark.parametrize("size", [1e-300, 1.0, 1e300])
def test_lengths_of_any_size(size: float):
    np.testing.assert_allclose(norms(size * np.array([[3.0, 4.0], [0.0, 0.0]])), [5 * size, 0.0])
    assert length(size * np.array([[2.0, 3.0], [6.0, 0.0]])) == pytest.approx(7 * size)


def test_what_is_no_number_has_no_length():
    found = norms([[np.nan, 1.0], [np.inf, 1.0], [0.0, 0.0]])
    assert np.isnan(found[0])
    assert not np.isfinite(found[1])
    assert found[2] == 0.0
    assert length([]) == 0.0


@pytest.mark.parametrize("size", [1e-300, 1.0, 1e300])
def test_angles_by_hand(size: float):
    one = size * np.array([1.0, 0.0])
    assert angle(one, [0.0, 2.0]) == pytest.approx(90.0)
    assert angle(one, -one) == pytest.approx(180.0)
    assert angle(one, one) == 0.0
    assert angle(one, [1.0, 1e-9]) == pytest.approx(np.degrees(1e-9))  # the arc cosine says 0


def test_without_a_direction_there_is_no_angle():
    assert np.isnan(angle([0.0], [1.0]))
    assert np.isnan(angle([np.inf], [1.0]))
    assert np.isnan(angle([np.nan, 1.0], [1.0, 1.0]))
