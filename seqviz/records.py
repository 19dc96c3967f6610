"""The frozen records that travel between rooms: NumPy arrays with checked shapes, no torch.

A room that computes returns a record; a room that draws takes one. Arrays are float64 and read-only,
so a record can be cached and shared without being copied. Letters for sizes, here and everywhere:
T steps, D input features, H hidden units, K outputs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
NO_TARGET = -100  # as torch.nn.functional.cross_entropy's ignore_index: this step has no loss


def frozen_array(name: str, values: ArrayLike, *shape: int | None) -> Array:
    """`values` as a read-only float64 array, its shape checked (None in `shape` = any length).

    A copy, unless nobody can write to them any more: then they are kept as they are.

    Raises:
        ValueError: the number of dimensions or a length differs; the message carries both shapes.
    """
    kept = _if_frozen(values)
    array: Array = np.array(values, dtype=np.float64) if kept is None else kept
    fits = array.ndim == len(shape) and all(
        want is None or have == want for have, want in zip(array.shape, shape, strict=True)
    )
    if not fits:
        wanted = ", ".join("any" if length is None else str(length) for length in shape)
        raise ValueError(f"{name} has shape {array.shape}, expected ({wanted})")
    array.setflags(write=False)
    return array


def _if_frozen(values: ArrayLike) -> Array | None:
    """`values` itself if it is a read-only float64 array of its own, or a view of one that is read-only too."""
    if type(values) is not np.ndarray or values.dtype != np.float64 or values.flags.writeable:
        return None
    owner = values if values.base is None else values.base
    return values if type(owner) is np.ndarray and owner.base is None and not owner.flags.writeable else None


@dataclass(frozen=True, eq=False)  # arrays have no single truth to compare or hash by
class CellTrace:
    """Everything one recurrent layer computed over one sequence, on paper or read off a torch module.

    Attributes:
        inputs: (T, D) what was fed in, x_1 … x_T.
        hidden: (T+1, H) hidden states; row 0 is the start h_0, row t is h_t.
        cell: (T+1, H) cell states of an LSTM, row 0 the start; None for other cells.
        gates: name → (T, H), in PyTorch's letters (LSTM: i, f, g, o; GRU: r, z, n); empty for Elman.
        outputs: (T, K) the head's linear outputs (logits), before any softmax; None without a head.
        parts: name → (T, ·) the other intermediates of a step, as each cell's docstring lists them;
            may be empty where a trace was read off a fused kernel that does not keep them.
        changed: whether gates were clamped or units silenced on the way, so that no gradient may be taken through it.
    """

    inputs: Array
    hidden: Array
    cell: Array | None = None
    gates: Mapping[str, Array] = field(default_factory=dict)
    outputs: Array | None = None
    parts: Mapping[str, Array] = field(default_factory=dict)
    changed: bool = False

    def __post_init__(self) -> None:
        inputs = frozen_array("inputs", self.inputs, None, None)  # (T, D)
        steps = len(inputs)
        hidden = frozen_array("hidden", self.hidden, steps + 1, None)  # (T+1, H)
        units = hidden.shape[1]
        set_field = object.__setattr__  # the one way to finish a frozen dataclass
        set_field(self, "inputs", inputs)
        set_field(self, "hidden", hidden)
        if self.cell is not None:
            set_field(self, "cell", frozen_array("cell", self.cell, steps + 1, units))
        if self.outputs is not None:
            set_field(self, "outputs", frozen_array("outputs", self.outputs, steps, None))
        gates = {name: frozen_array(f"gates[{name!r}]", gate, steps, units) for name, gate in self.gates.items()}
        parts = {name: frozen_array(f"parts[{name!r}]", part, steps, None) for name, part in self.parts.items()}
        set_field(self, "gates", MappingProxyType(gates))
        set_field(self, "parts", MappingProxyType(parts))

    def __reduce__(self) -> tuple[type[CellTrace], tuple[object, ...]]:
        """Picklable and copyable, so that a cache can keep it: read-only mappings go as plain ones."""
        gates, parts = dict(self.gates), dict(self.parts)
        return CellTrace, (self.inputs, self.hidden, self.cell, gates, self.outputs, parts, self.changed)

    @property
    def steps(self) -> int:
        """T, the number of time steps."""
        return len(self.inputs)

    @property
    def hidden_size(self) -> int:
        """H, the number of hidden units."""
        return int(self.hidden.shape[1])

    @property
    def first_overflow(self) -> int | None:
        """The first step t whose hidden or cell state is not finite (0 for the start state); None if all are."""
        finite = np.isfinite(self.hidden).all(axis=1)
        if self.cell is not None:
            finite &= np.isfinite(self.cell).all(axis=1)
        return None if finite.all() else int(np.argmin(finite))


@dataclass(frozen=True, eq=False)
class GradientTrace:
    """Everything that backpropagation through time computed for one sequence. The loss is L = Σ_t L_t.

    Attributes:
        losses: (T,) L_t, 0 where a step has no target.
        hidden: (T+1, H) ∂L/∂h_t; row 0 is the start state's.
        contributions: (T, T) the norm of the (t, k) term of ∂L_t/∂W for the recurrent weights: the part that came
            back from the loss at step t to the use of W at step k; 0 above the diagonal.
        parameters: name → ∂L/∂parameter, under the cell's own names, the head's as W_hy and c.
        cell: (T+1, H) ∂L/∂c_t of an LSTM; None for other cells.
        local: (T, H) ∂L_t/∂h_t, what each step's own loss puts in.
        jacobians: (T, H, H) ∂h_t/∂h_{t−1}, entry [i, j] = ∂h_t[i]/∂h_{t−1}[j], c_{t−1} held fixed.
        inputs: (T, D) ∂L/∂x_t.
        outputs: (T, K) ∂L/∂ of the head's linear outputs.
        preactivations: gate → (T, H) ∂L/∂ of what that gate squashes ("h" for Elman).
    """

    losses: Array
    hidden: Array
    contributions: Array
    parameters: Mapping[str, Array]
    cell: Array | None
    local: Array
    jacobians: Array
    inputs: Array
    outputs: Array
    preactivations: Mapping[str, Array]

    def __post_init__(self) -> None:
        losses = frozen_array("losses", self.losses, None)  # (T,)
        steps = len(losses)
        hidden = frozen_array("hidden", self.hidden, steps + 1, None)  # (T+1, H)
        units = hidden.shape[1]
        set_field = object.__setattr__
        set_field(self, "losses", losses)
        set_field(self, "hidden", hidden)
        set_field(self, "contributions", frozen_array("contributions", self.contributions, steps, steps))
        if self.cell is not None:
            set_field(self, "cell", frozen_array("cell", self.cell, steps + 1, units))
        set_field(self, "local", frozen_array("local", self.local, steps, units))
        set_field(self, "jacobians", frozen_array("jacobians", self.jacobians, steps, units, units))
        set_field(self, "inputs", frozen_array("inputs", self.inputs, steps, None))
        set_field(self, "outputs", frozen_array("outputs", self.outputs, steps, None))
        for name in ("parameters", "preactivations"):
            arrays = {
                key: frozen_array(f"{name}[{key!r}]", value, *np.shape(value))
                for key, value in getattr(self, name).items()
            }
            set_field(self, name, MappingProxyType(arrays))

    def __reduce__(self) -> tuple[type[GradientTrace], tuple[object, ...]]:
        fields = (dict(value) if isinstance(value, Mapping) else value for value in vars(self).values())
        return GradientTrace, tuple(fields)


@dataclass(frozen=True, eq=False)
class Saliency:
    """What one output at one step depended on: its gradient at every input vector.

    Attributes:
        inputs: (T, D) the tokens' input vectors.
        gradients: (T, D) ∂value/∂x_t; 0 where a token comes after the step and is read by no reverse direction.
        output, step: which output, from 0, at which step, from 1.
        value: that output itself: a logit, or the logarithm of a probability.
    """

    inputs: Array
    gradients: Array
    output: int
    step: int
    value: float

    def __post_init__(self) -> None:
        inputs = frozen_array("inputs", self.inputs, None, None)  # (T, D)
        object.__setattr__(self, "inputs", inputs)
        object.__setattr__(self, "gradients", frozen_array("gradients", self.gradients, *inputs.shape))

    @property
    def norms(self) -> Array:
        """(T,) ‖∂value/∂x_t‖: how much a small change of that token's vector could move the output."""
        result: Array = np.linalg.norm(self.gradients, axis=1)
        return result

    @property
    def products(self) -> Array:
        """(T,) ∂value/∂x_t · x_t: signed; to first order what the output would lose without that token's vector."""
        result: Array = (self.gradients * self.inputs).sum(axis=1)
        return result


@dataclass(frozen=True, eq=False)
class Retention:
    """How much of what each token wrote into an LSTM's cell state is still there after step `at`.

    Attributes:
        written: (T,) ‖i_k ⊙ g_k‖, what token k wrote.
        remaining: (T,) ‖Π_{k < t ≤ at} f_t ⊙ i_k ⊙ g_k‖, what is left of that; 0 for tokens after `at`.
        forget: (T,) the mean over the units of f_t: what reading token t leaves of the state before it.
        at: the step, from 1, after which is looked.
    """

    written: Array
    remaining: Array
    forget: Array
    at: int

    def __post_init__(self) -> None:
        written = frozen_array("written", self.written, None)  # (T,)
        object.__setattr__(self, "written", written)
        for name in ("remaining", "forget"):
            object.__setattr__(self, name, frozen_array(name, getattr(self, name), len(written)))

    @property
    def shares(self) -> Array:
        """(T,) remaining / written, 0 to 1; nan where a token wrote nothing, or comes after `at`."""
        known = (self.written > 0) & (np.arange(1, len(self.written) + 1) <= self.at)
        result: Array = np.divide(self.remaining, self.written, out=np.full_like(self.written, np.nan), where=known)
        return result


@dataclass(frozen=True, eq=False)
class Truncation:
    """What truncated backpropagation through time does to one gradient.

    Attributes:
        contributions: (T, T) the norm of every (t, k) term for the recurrent weights, as in `GradientTrace`.
        cosine, ratio: what the gradient is of ("recurrent weights", "all parameters") → (T,) for the windows 1 … T, how
            the truncated gradient lies to the full one and how long it is against it; nan where there is no direction.
    """

    contributions: Array
    cosine: Mapping[str, Array]
    ratio: Mapping[str, Array]

    def __post_init__(self) -> None:
        steps = len(self.contributions)
        object.__setattr__(self, "contributions", frozen_array("contributions", self.contributions, steps, steps))
        for name in ("cosine", "ratio"):
            curves = {what: frozen_array(f"{name}[{what!r}]", v, steps) for what, v in getattr(self, name).items()}
            object.__setattr__(self, name, MappingProxyType(curves))

    @property
    def steps(self) -> int:
        """T, the number of time steps."""
        return len(self.contributions)

    def kept(self, window: int) -> float:
        """The sum of the norms of the terms that a window keeps: those with t − k < window."""
        t, k = np.indices(self.contributions.shape)
        return float(self.contributions[(t >= k) & (t - k < window)].sum())


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
