"""The spectrum, drawn from an invented record."""

from __future__ import annotations

import numpy as np
import plotly.io
import pytest

from seqviz.figures.spectrum import spectrum
from seqviz.records import GradientFlow
from tests.figures.reading import named

EIGENVALUES = np.array([0.5, 0.3 + 0.4j, 0.3 - 0.4j, -1.2])
FLOW = GradientFlow("a", np.ones(2), None, EIGENVALUES, 1.5, 1.0)


def test_eigenvalues_stand_where_they_are_and_those_outside_look_different():
    figure = spectrum(FLOW)
    (inside,), (outside,) = named(figure, "|λ| ≤ 1"), named(figure, "|λ| > 1")
    np.testing.assert_array_equal(inside.x + 1j * inside.y, EIGENVALUES[:3])
    np.testing.assert_array_equal(outside.x + 1j * outside.y, EIGENVALUES[3:])
    assert inside.marker.symbol != outside.marker.symbol
    plotly.io.from_json(figure.to_json(), skip_invalid=False)


def test_circles_of_radius_1_and_of_the_spectral_radius_on_equal_axes():
    figure = spectrum(FLOW)
    (unit,), (own,) = named(figure, "unit circle"), named(figure, "spectral radius ρ = 1.2")
    np.testing.assert_allclose(np.hypot(unit.x, unit.y), 1)
    np.testing.assert_allclose(np.hypot(own.x, own.y), 1.2)
    assert unit.line.dash != own.line.dash
    assert figure.layout.yaxis.scaleanchor == "x"
    assert "σ<sub>max</sub> = 1.5" in figure.layout.annotations[0].text


@pytest.mark.parametrize("eigenvalues", [[], [np.nan], [np.inf + 0j]])
def test_a_spectrum_needs_finite_eigenvalues(eigenvalues: list[complex]):
    one = GradientFlow("a", np.ones(2), None, np.array(eigenvalues, dtype=complex), 1.0, 1.0)
    with pytest.raises(ValueError, match="expected one or more finite numbers"):
        spectrum(one)
