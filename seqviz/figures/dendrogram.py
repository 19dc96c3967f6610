"""Where the branches of a tree stand: the leaves side by side so that no two branches cross.

Worked out merge by merge, without recursion: scipy's own `dendrogram` overflows the stack on a chain of 1,000 points.
The leaves stand in scipy's order, the cluster that a merge names first to the left.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from seqviz.records import Array
from seqviz.records.clustering import Tree


@dataclass(frozen=True, eq=False)
class Branches:
    """A tree of N points as N−1 brackets; a leaf stands at x = its place, 0 … N−1.

    Attributes:
        order: (N,) the points from left to right.
        legs: (N−1, 2) x of each merge's left and right leg. feet: (N−1, 2) the heights at which they begin.
        heights: (N−1,) the height at which they are joined.
        spans: (N−1, 2) the first and last place of the leaves below each merge.
    """

    order: NDArray[np.intp]
    legs: Array
    feet: Array
    heights: Array
    spans: NDArray[np.intp]


def branches(tree: Tree) -> Branches:
    """The places of leaves from the root down, then of the brackets from the leaves up."""
    count = len(tree.points)
    pairs = tree.merges[:, :2].astype(np.intp)  # (N-1, 2)
    sizes = np.concatenate([np.ones(count), tree.merges[:, 3]]).astype(np.intp)  # (2N-1,)
    first = np.zeros(2 * count - 1, np.intp)  # the leftmost leaf below each cluster
    for merge in range(count - 2, -1, -1):
        left, right = pairs[merge]
        first[left] = first[count + merge]
        first[right] = first[left] + sizes[left]
    order = np.empty(count, np.intp)
    order[first[:count]] = np.arange(count)
    middles = first.astype(np.float64)
    for merge, (left, right) in enumerate(pairs):
        middles[count + merge] = (middles[left] + middles[right]) / 2
    heights = np.concatenate([np.zeros(count), tree.heights])  # (2N-1,)
    spans = np.stack([first[count:], first[count:] + sizes[count:] - 1], axis=1)
    return Branches(order, middles[pairs], heights[pairs], heights[count:], spans)
