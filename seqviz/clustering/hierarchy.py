"""Agglomerative clustering: each point a cluster, the two nearest joined again and again, until one is left."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.cluster.hierarchy import cut_tree, linkage

from seqviz.clustering.kmeans import checked_points
from seqviz.records.clustering import Tree

METHODS = ("single", "complete", "average", "ward")
MOST_POINTS = 2000  # all pairs are compared


def hierarchy(points: ArrayLike, method: str = "ward") -> Tree:
    """Join (N, D) points by Euclid's distance between clusters.

    Args:
        method: "single" the nearest pair of points, "complete" the farthest pair, "average" the mean over pairs,
            "ward" by how much joining raises the within-cluster sum of squares.

    Raises:
        ValueError: an unknown method, fewer than 2 points or more than MOST_POINTS.
    """
    x = checked_points(points)
    if method not in METHODS:
        raise ValueError(f"method is {method!r}, expected one of {', '.join(METHODS)}")
    if not 2 <= len(x) <= MOST_POINTS:
        raise ValueError(f"there are {len(x):,} points, expected from 2 to {MOST_POINTS:,}")
    return Tree(x, linkage(x, method), method)


def cut(tree: Tree, k: int) -> NDArray[np.int32]:
    """(N,) the cluster of each point, from 0, where the tree is cut into k.

    Raises:
        ValueError: k outside 1 … N.
    """
    if not 1 <= k <= len(tree.points):
        raise ValueError(f"k is {k}, expected from 1 to {len(tree.points):,}, the number of points")
    found: NDArray[np.int32] = cut_tree(tree.merges, k)[:, 0].astype(np.int32)
    return found
