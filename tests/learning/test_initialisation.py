"""What each recurrent matrix promises."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqviz.learning.initialisation import INITIALISATIONS, recurrent_matrix

seeds = st.integers(0, 2**32)


@settings(deadline=None, max_examples=50)
@given(units=st.integers(1, 64), scale=st.floats(0.0, 4.0), seed=seeds)
def test_the_spectral_radius_is_exactly_the_given_one(units: int, scale: float, seed: int):
    drawn = recurrent_matrix("radius", units, scale, np.random.default_rng(seed))
    assert np.abs(np.linalg.eigvals(drawn)).max() == pytest.approx(scale, rel=1e-9, abs=1e-12)


@settings(deadline=None, max_examples=30)
@given(units=st.integers(1, 64), scale=st.floats(0.0, 4.0), seed=seeds)
def test_an_orthogonal_matrix_keeps_lengths(units: int, scale: float, seed: int):
    drawn = recurrent_matrix("orthogonal", units, scale, np.random.default_rng(seed))
    np.testing.assert_allclose(drawn.T @ drawn, scale**2 * np.eye(units), atol=1e-12)


def test_an_orthogonal_matrix_is_drawn_evenly():
    """With one unit that is a coin, +1 or −1; a QR factorisation as it comes always shows the same side."""
    sides = [recurrent_matrix("orthogonal", 1, 1.0, np.random.default_rng(seed)).item() for seed in range(100)]
    assert set(np.round(sides, 12)) == {-1.0, 1.0}
    assert abs(sum(sides)) < 40  # four standard deviations


def test_the_identity_and_the_gaussian():
    random = np.random.default_rng(0)
    np.testing.assert_array_equal(recurrent_matrix("identity", 3, 0.9, random), 0.9 * np.eye(3))
    drawn = recurrent_matrix("gaussian", 256, 1.5, random)
    assert drawn.std() * 16 == pytest.approx(1.5, rel=0.02)
    assert np.abs(np.linalg.eigvals(drawn)).max() == pytest.approx(1.5, rel=0.1)  # the circular law


@pytest.mark.parametrize("name", INITIALISATIONS)
def test_one_seed_one_matrix(name: str):
    first, second = (recurrent_matrix(name, 8, 0.7, np.random.default_rng([3, 1])) for _ in range(2))
    np.testing.assert_array_equal(first, second)


def test_another_initialisation_is_refused():
    with pytest.raises(ValueError, match="'xavier', expected one of gaussian, orthogonal, identity, radius"):
        recurrent_matrix("xavier", 2, 1.0, np.random.default_rng(0))
