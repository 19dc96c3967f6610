"""Points to cluster: made up, with what is known of their groups, and measured, from scikit-learn's own copies."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from seqviz.records import Array

Truth = NDArray[np.int64] | None


@dataclass(frozen=True, eq=False)
class Points:
    """A set of points.

    Attributes:
        name: of the preset. values: (N, D). columns: the D names.
        truth: (N,) the group each was drawn from or belongs to, which no clustering sees; None where there is none.
        groups: what the groups are called.
        images: (N, height, width) grey pictures behind the points, 0 … 16; None for most.
    """

    name: str
    values: Array
    columns: tuple[str, ...]
    truth: Truth = None
    groups: tuple[str, ...] = ()
    images: Array | None = None


COUNTS = (3, 5000)  # points of a made-up set


def blobs(n: int, rng: np.random.Generator) -> tuple[Array, Truth]:
    """Four round groups of one size."""
    centres = np.array([[-4.0, -3.0], [4.0, -3.5], [-3.0, 4.0], [4.5, 3.5]])
    group = np.arange(n) % 4
    return centres[group] + rng.normal(size=(n, 2)), group


def grid(n: int, rng: np.random.Generator) -> tuple[Array, Truth]:
    """Nine round groups, three by three: random starts often miss one of them."""
    group = np.arange(n) % 9
    return np.stack([group % 3, group // 3], axis=1) * 6.0 + rng.normal(0.0, 0.7, (n, 2)), group


def moons(n: int, rng: np.random.Generator) -> tuple[Array, Truth]:
    """Two half rings that hold each other: no straight border parts them."""
    group = np.arange(n) % 2
    angle = np.pi * rng.random(n)
    first = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    second = np.stack([1 - np.cos(angle), 0.5 - np.sin(angle)], axis=1)
    return np.where(group[:, None] == 0, first, second) * 3 + rng.normal(0.0, 0.2, (n, 2)), group


def rings(n: int, rng: np.random.Generator) -> tuple[Array, Truth]:
    """A ring around another: both have the same mean."""
    group = np.arange(n) % 2
    angle, radius = 2 * np.pi * rng.random(n), np.where(group == 0, 1.5, 4.5)
    return np.stack([np.cos(angle), np.sin(angle)], axis=1) * radius[:, None] + rng.normal(0.0, 0.25, (n, 2)), group


def stretched(n: int, rng: np.random.Generator) -> tuple[Array, Truth]:
    """Three long, slanted groups side by side: distance to a mean is not what holds them together."""
    group = np.arange(n) % 3
    along, across = rng.normal(0.0, 3.0, n), rng.normal(0.0, 0.35, n)
    turn = np.array([[0.8, 0.6], [-0.6, 0.8]])
    return np.stack([along, across + 2.2 * (group - 1)], axis=1) @ turn, group


def uniform(n: int, rng: np.random.Generator) -> tuple[Array, Truth]:
    """No groups at all."""
    return rng.uniform(-5.0, 5.0, (n, 2)), None


def unequal(n: int, rng: np.random.Generator) -> tuple[Array, Truth]:
    """A wide group with many points beside two small, dense ones."""
    group = np.searchsorted([0.8, 0.9], np.arange(n) / n, side="right")
    centres, widths = np.array([[0.0, 0.0], [6.5, 1.8], [6.5, -1.8]]), np.array([2.2, 0.35, 0.35])
    return centres[group] + rng.normal(size=(n, 2)) * widths[group, None], group


MADE: Mapping[str, Callable[[int, np.random.Generator], tuple[Array, Truth]]] = MappingProxyType(
    {
        "blobs": blobs,
        "3×3 grid": grid,
        "moons": moons,
        "rings": rings,
        "stretched": stretched,
        "uniform": uniform,
        "unequal sizes": unequal,
    }
)
MEASURED = ("iris", "wine", "digits")


def made(name: str, n: int, seed: int) -> Points:
    """A made-up set of n points in the plane.

    Raises:
        ValueError: an unknown name, or n outside COUNTS.
    """
    if name not in MADE:
        raise ValueError(f"the set is {name!r}, expected one of {', '.join(MADE)}")
    low, high = COUNTS
    if not low <= n <= high:
        raise ValueError(f"the number of points is {n:,}, expected from {low} to {high:,}")
    values, truth = MADE[name](n, np.random.default_rng([seed, *name.encode()]))
    return Points(name, values, ("x", "y"), truth)


def measured(name: str) -> Points:
    """Iris (150 × 4), wine (178 × 13) or the 8 × 8 pictures of digits (1,797 × 64).

    Raises:
        ValueError: another name.
    """
    from sklearn import datasets

    if name not in MEASURED:
        raise ValueError(f"the set is {name!r}, expected one of {', '.join(MEASURED)}")
    found = getattr(datasets, f"load_{name}")()
    images = found.images if name == "digits" else None
    groups = tuple(str(group) for group in found.target_names)
    return Points(name, found.data, tuple(found.feature_names), found.target, groups, images)


def photograph(sample: int = 5000, seed: int = 0) -> tuple[Array, Array]:
    """A photograph's pixels as (H, W, 3) red, green, blue in 0 … 1, and (sample, 3) of them drawn at random."""
    from sklearn.datasets import load_sample_image

    picture: Array = load_sample_image("china.jpg") / 255.0
    pixels = picture.reshape(-1, 3)
    return picture, pixels[np.random.default_rng(seed).choice(len(pixels), sample, replace=False)]


def scaled(values: Array) -> Array:
    """(N, D) each column less its mean, over its standard deviation; a column that never changes becomes 0."""
    changes = values.max(axis=0) > values.min(axis=0)  # of ten times 0.1 the deviation is 1.4·10⁻¹⁷, not 0
    spread = values.std(axis=0)
    apart = (values - values.mean(axis=0)) / np.where(changes & (spread > 0), spread, 1.0)
    found: Array = np.where(changes, apart, 0.0)
    return found


def principal_axes(values: Array, dimensions: int = 2) -> tuple[Array, Array, float]:
    """(D,) the mean, (dimensions, D) the axes along which the points vary most, and the share of variance they keep.

    Principal components, by singular value decomposition; the signs make each one's largest weight positive.
    """
    middle = values.mean(axis=0)
    _, lengths, rows = np.linalg.svd(values - middle, full_matrices=False)
    signs = np.sign(rows[np.arange(len(rows)), np.abs(rows).argmax(axis=1)])
    total = (lengths**2).sum()
    kept = float((lengths[:dimensions] ** 2).sum() / total) if total else 1.0
    return middle, (rows * signs[:, None])[:dimensions], kept
