"""Agglomerative clustering: each point a cluster, the two nearest joined again and again, until one is left."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.cluster.hierarchy import linkage
from scipy.spatial.distance import pdist

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
    return Tree(x, linkage(pdist(x), method), method)  # of distances: scipy wonders whether two points are some already


def cut(tree: Tree, k: int) -> NDArray[np.int32]:
    """(N,) the cluster of each point, from 0 in the points' order, where the tree is cut into k.

    The last k − 1 merges are undone, in the order in which they were made: among merges at one height scipy's
    `cut_tree` undoes others.

    Raises:
        ValueError: k outside 1 … N.
    """
    if not 1 <= k <= len(tree.points):
        raise ValueError(f"k is {k}, expected from 1 to {len(tree.points):,}, the number of points")
    count = len(tree.points)
    first = np.arange(2 * count - k)  # a point of each cluster, the one it is called by
    above = np.arange(2 * count - k)  # the merge that took it in, or itself
    for merge, pair in enumerate(tree.merges[: count - k, :2].astype(np.intp), start=count):
        above[pair] = merge
        first[merge] = first[pair].min()
    for node in range(len(above) - 1, -1, -1):
        above[node] = above[above[node]]  # what took it in has been followed to its end
    found: NDArray[np.int32] = np.unique(first[above[:count]], return_inverse=True)[1].astype(np.int32)
    return found
