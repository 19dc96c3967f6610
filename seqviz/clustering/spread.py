"""What makes a grouping good: points of one group close to each other, points of different groups far apart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial.distance import pdist

from seqviz.clustering.kmeans import checked_points


@dataclass(frozen=True)
class Spread:
    """Mean Euclidean distances over pairs of points; nan where there is no such pair.

    Attributes:
        within: over the pairs whose points share a group. between: over the other pairs.
    """

    within: float
    between: float

    @property
    def ratio(self) -> float:
        """within / between: the smaller, the better the groups keep together and apart."""
        return self.within / self.between if self.between else float("nan")


def spread(points: ArrayLike, labels: NDArray[np.integer]) -> Spread:
    """Both means for a grouping of points (N, D) by labels (N,).

    Raises:
        ValueError: points that cannot be measured, or another number of labels.
    """
    x = checked_points(points)
    if labels.shape != (len(x),):
        raise ValueError(f"labels have shape {labels.shape}, expected ({len(x)},)")
    apart = pdist(x)  # (N(N-1)/2,)
    one, other = np.triu_indices(len(x), 1)
    same = labels[one] == labels[other]
    parts = (apart[same], apart[~same])
    within, between = (float(part.mean()) if len(part) else float("nan") for part in parts)
    return Spread(within, between)
