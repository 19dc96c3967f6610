"""What k-means did, half-step by half-step, and what is said of several k."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from seqviz.records.arrays import Array, frozen_array

Labels = NDArray[np.int32]
StopReason = Literal["assignments unchanged", "centroids moved less than the tolerance", "maximum of iterations"]


@dataclass(frozen=True)
class Emptied:
    """A cluster that an assignment left without points.

    Attributes:
        iteration: of the update that met it, from 0. cluster: from 0.
        point: the point that its centroid was moved to; None where it was kept or dropped.
    """

    iteration: int
    cluster: int
    point: int | None = None


@dataclass(frozen=True, eq=False)
class KMeansRun:
    """One run of Lloyd's algorithm: S assignments, with an update after each but the last.

    N points, D coordinates, k clusters. The last assignment is not followed by an update, so the run ends with each
    point at the nearest of the centroids that are shown.

    Attributes:
        points: (N, D).
        centroids: (S+1, k, D) before each assignment; row S repeats row S−1. A dropped cluster's row is nan.
        labels: (S, N) the cluster of each point after each assignment, from 0.
        wcss: (S,) the objective after each assignment: Σ over points and coordinates of |x − c|^p, with p = 2 the
            within-cluster sum of squares, also called inertia.
        updated: (S−1,) the objective after each update, the labels being those of the assignment before it.
        emptied: clusters that were left without points.
        stop_reason: the criterion that ended it. metric, p: what distances were measured by.
    """

    points: Array
    centroids: Array
    labels: Labels
    wcss: Array
    updated: Array
    emptied: tuple[Emptied, ...]
    stop_reason: StopReason
    p: float = 2.0

    def __post_init__(self) -> None:
        steps, count = self.labels.shape
        object.__setattr__(self, "points", frozen_array("points", self.points, count, None))
        dimensions = self.points.shape[1]
        object.__setattr__(self, "centroids", frozen_array("centroids", self.centroids, steps + 1, None, dimensions))
        object.__setattr__(self, "wcss", frozen_array("wcss", self.wcss, steps))
        object.__setattr__(self, "updated", frozen_array("updated", self.updated, steps - 1))
        self.labels.setflags(write=False)

    @property
    def k(self) -> int:
        return int(self.centroids.shape[1])

    @property
    def assignments(self) -> int:
        """S."""
        return len(self.labels)

    @property
    def inertia(self) -> float:
        """The objective at the end."""
        return float(self.wcss[-1])

    @property
    def objective(self) -> Array:
        """(2S−1,) after each half-step: assign, update, assign, …, assign."""
        found = np.empty(2 * self.assignments - 1)
        found[::2], found[1::2] = self.wcss, self.updated
        return found

    def changed(self, assignment: int) -> NDArray[np.intp]:
        """The points that an assignment moved to another cluster; at the first, all."""
        if assignment == 0:
            return np.arange(len(self.points))
        return np.flatnonzero(self.labels[assignment] != self.labels[assignment - 1])

    def moved(self, update: int) -> Array:
        """(k,) how far each centroid went, in the run's metric, in an update, from 0; nan for a dropped one."""
        apart = np.abs(self.centroids[update + 1] - self.centroids[update])
        most = apart.max(axis=1, keepdims=True)  # in shares of it no power is lost: (10⁻¹⁷)²⁰ is 0
        shares = np.divide(apart, most, out=np.zeros_like(apart), where=most != 0)
        found: Array = most[:, 0] * (shares**self.p).sum(axis=1) ** (1 / self.p)
        return found

    def sizes(self, assignment: int) -> NDArray[np.intp]:
        """(k,) how many points each cluster has."""
        return np.bincount(self.labels[assignment], minlength=self.k)


@dataclass(frozen=True, eq=False)
class ElbowCurve:
    """k-means for several k, from several starts each.

    Attributes:
        ks: (M,) the numbers of clusters, rising. wcss: (M,) the least inertia of each k.
        every: (M, R) the inertia of every start. best: (M,) which start gave the least, from 0.
        knee: the k at which kneed sees the bend, a suggestion; None where it sees none.
    """

    ks: tuple[int, ...]
    wcss: Array
    every: Array
    best: tuple[int, ...]
    knee: int | None

    def __post_init__(self) -> None:
        object.__setattr__(self, "wcss", frozen_array("wcss", self.wcss, len(self.ks)))
        object.__setattr__(self, "every", frozen_array("every", self.every, len(self.ks), None))


@dataclass(frozen=True, eq=False)
class Criterion:
    """What one way of choosing k says of each k.

    Attributes:
        name: "silhouette", … ks: (M,). values: (M,), nan where it has no answer; they may be infinite.
        chosen: the k it names; None for none.
        spread: (M,) one standard error of each value, or None.
        can_say_one: whether it can answer that there is a single cluster.
    """

    name: str
    ks: tuple[int, ...]
    values: Array
    chosen: int | None
    spread: Array | None = None
    can_say_one: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", frozen_array("values", self.values, len(self.ks)))


@dataclass(frozen=True, eq=False)
class FuzzyRun:
    """One run of fuzzy c-means: S iterations, each a new set of memberships and then of centroids.

    Attributes:
        points: (N, D). memberships: (S, N, k) rows that sum to 1. centroids: (S, k, D) that follow from them.
        objective: (S,) Σ u^m |x − c|², after both.
        fuzziness: m > 1. converged: whether it ended because nothing moved by more than the tolerance.
    """

    points: Array
    memberships: Array
    centroids: Array
    objective: Array
    fuzziness: float
    converged: bool

    def __post_init__(self) -> None:
        steps, count, k = self.memberships.shape
        object.__setattr__(self, "points", frozen_array("points", self.points, count, None))
        object.__setattr__(self, "memberships", frozen_array("memberships", self.memberships, steps, count, k))
        object.__setattr__(self, "centroids", frozen_array("centroids", self.centroids, steps, k, None))
        object.__setattr__(self, "objective", frozen_array("objective", self.objective, steps))


@dataclass(frozen=True, eq=False)
class Tree:
    """Agglomerative clustering: which clusters were joined, and how far apart they were.

    Attributes:
        points: (N, D). method: "single", "complete", "average" or "ward".
        merges: (N−1, 4) scipy's linkage matrix: the two clusters joined (below N a point, N + i the i-th merge), their
            distance, how many points the new one has.
    """

    points: Array
    merges: Array
    method: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "points", frozen_array("points", self.points, None, None))
        object.__setattr__(self, "merges", frozen_array("merges", self.merges, len(self.points) - 1, 4))

    @property
    def heights(self) -> Array:
        """(N−1,) the distance at each merge."""
        return self.merges[:, 2]
