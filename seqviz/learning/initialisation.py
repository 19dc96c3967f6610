"""Recurrent matrices to begin with: Gaussian, orthogonal, the identity, or of one exact spectral radius."""

from __future__ import annotations

import numpy as np

from seqviz.learning.limits import check_choice
from seqviz.records import Array

INITIALISATIONS = ("gaussian", "orthogonal", "identity", "radius")


def recurrent_matrix(initialisation: str, units: int, scale: float, random: np.random.Generator) -> Array:
    """(H, H) float64.

    Args:
        initialisation: "gaussian": entries of standard deviation scale / √H, whose spectral radius tends to `scale` as
            H grows (Girko's circular law); "orthogonal": scale · Q with Q drawn evenly (Saxe, McClelland and Ganguli
            2014); "identity": scale · I (Le, Jaitly and Hinton 2015); "radius": Gaussian, then divided so that the
            largest absolute eigenvalue is `scale`.
        units: H.
        scale: ≥ 0.
        random: drawn from, except by "identity".

    Raises:
        ValueError: an unknown initialisation.
    """
    check_choice("initialisation", initialisation, INITIALISATIONS)
    if initialisation == "identity":
        return scale * np.eye(units)
    drawn: Array = random.standard_normal((units, units))
    if initialisation == "orthogonal":
        q, r = np.linalg.qr(drawn)
        drawn = scale * q * np.sign(np.diag(r))  # without the signs Q would not be evenly drawn
    elif initialisation == "gaussian":
        drawn *= scale / np.sqrt(units)
    else:
        drawn *= scale / np.abs(np.linalg.eigvals(drawn)).max()
    return drawn
