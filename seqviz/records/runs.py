"""Whole experiments with gradients: how they run through time, what clipping does, the cliff."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from seqviz.records.arrays import Array, frozen_array


@dataclass(frozen=True, eq=False)
class GradientFlow:
    """How the gradient's size runs back through time in one network: one batch, one seed.

    Attributes:
        name: what tells it from others, e.g. "LSTM, orthogonal".
        norms: (T,) ‖∂L/∂h_t‖ for t = 1 … T, over the batch and the units together; 0 where it vanished entirely,
            inf or nan where numbers overflowed.
        bound: (T,) ‖∂L/∂h_T‖ · (γ σ_max)^(T−t), above which the norm of a simple recurrent cell with the loss at
            the last step alone cannot lie (Pascanu, Mikolov and Bengio 2013); None for other cells and losses.
        eigenvalues: (H,) complex, of the recurrent matrix (of the candidate's for gated cells).
        sigma_max: the largest singular value of that matrix.
        gamma: the largest slope that the activation can have (tanh, ReLU, identity 1; sigmoid ¼).
        overflow: the first step whose state is not finite in the forward pass; None if all are.
        loss: where errors enter: at the "last" step alone, or at "every" one.
    """

    name: str
    norms: Array
    bound: Array | None
    eigenvalues: NDArray[np.complex128]
    sigma_max: float
    gamma: float
    overflow: int | None = None
    loss: Literal["last", "every"] = "last"

    def __post_init__(self) -> None:
        norms = frozen_array("norms", self.norms, None)  # (T,)
        object.__setattr__(self, "norms", norms)
        if self.bound is not None:
            object.__setattr__(self, "bound", frozen_array("bound", self.bound, len(norms)))
        eigenvalues = np.array(self.eigenvalues, dtype=np.complex128)
        if eigenvalues.ndim != 1:
            raise ValueError(f"eigenvalues has shape {eigenvalues.shape}, expected (any)")
        eigenvalues.setflags(write=False)
        object.__setattr__(self, "eigenvalues", eigenvalues)

    @property
    def radius(self) -> float:
        """The spectral radius: the largest absolute eigenvalue."""
        return float(np.abs(self.eigenvalues).max())


@dataclass(frozen=True, eq=False)
class ClippingRun:
    """One training run, update by update, with what clipping did to each gradient. Updates are counted from 1.

    Attributes:
        name: "no clipping", "by norm 1", "by value 0.5".
        losses: (U,) the loss before each update; the last may be inf or nan.
        norms_before, norms_after: (U,) the gradient's Euclidean norm over all parameters, before and after clipping.
        angles: (U,) degrees between the two; 0 when clipped by norm or not at all.
        time_norms: (U, T) ‖∂L/∂h_t‖ at every update, before clipping.
        components: (N,) every component of the gradient at the update `inspected`, before clipping;
            components_after: (N,) after it.
        inspected: the update whose components are kept.
        threshold: what it was clipped at; None without clipping.
        stopped_at: the update at which the loss or the gradient was no longer finite, the last one of the record; None
            if the run went to its end.
        kind: what is clipped: "none", the "norm" of the whole gradient, or the "value" of each component.
        baselines: (U,) the loss of always answering the mean, on the batch of each update; None where nobody asked.
    """

    name: str
    losses: Array
    norms_before: Array
    norms_after: Array
    angles: Array
    time_norms: Array
    components: Array
    components_after: Array
    inspected: int
    threshold: float | None = None
    stopped_at: int | None = None
    kind: Literal["none", "norm", "value"] = "none"
    baselines: Array | None = None

    def __post_init__(self) -> None:
        losses = frozen_array("losses", self.losses, None)  # (U,)
        object.__setattr__(self, "losses", losses)
        for name in ("norms_before", "norms_after", "angles"):
            object.__setattr__(self, name, frozen_array(name, getattr(self, name), len(losses)))
        if self.baselines is not None:
            object.__setattr__(self, "baselines", frozen_array("baselines", self.baselines, len(losses)))
        object.__setattr__(self, "time_norms", frozen_array("time_norms", self.time_norms, len(losses), None))
        components = frozen_array("components", self.components, None)
        object.__setattr__(self, "components", components)
        after = frozen_array("components_after", self.components_after, len(components))
        object.__setattr__(self, "components_after", after)


@dataclass(frozen=True, eq=False)
class Cliff:
    """The loss of a one-unit network over its weight and its bias, and runs that walked on it.

    Attributes:
        weights: (A,) values of w; biases: (B,) values of b; losses: (B, A) L(w, b).
        paths: name → (U+1, 3) w, b and loss, row 0 the start.
        chance: name → the first update from which a path hangs on rounding: from a start moved by next to nothing it
            goes elsewhere. Only paths that do.
    """

    weights: Array
    biases: Array
    losses: Array
    paths: Mapping[str, Array] = field(default_factory=dict)
    chance: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        weights, biases = frozen_array("weights", self.weights, None), frozen_array("biases", self.biases, None)
        object.__setattr__(self, "weights", weights)
        object.__setattr__(self, "biases", biases)
        object.__setattr__(self, "losses", frozen_array("losses", self.losses, len(biases), len(weights)))
        paths = {name: frozen_array(f"paths[{name!r}]", path, None, 3) for name, path in self.paths.items()}
        object.__setattr__(self, "paths", MappingProxyType(paths))
        object.__setattr__(self, "chance", MappingProxyType(dict(self.chance)))
