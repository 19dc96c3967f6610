"""What a reader takes away from "Three ways": the numbers, and a script that makes them again."""

from __future__ import annotations

import csv
import io

from seqviz.clustering import cut
from seqviz.ui.clustering.compute import STARTS, Data, Ways


def ways_csv(found: Ways) -> str:
    """One row a point: its coordinates, its cluster, its shares, and its group in each tree cut into k; all from 1."""
    out = io.StringIO()
    table = csv.writer(out)
    k = found.hard.k
    table.writerow(
        ["point", *found.points.columns, "k-means", *(f"share {j}" for j in range(1, k + 1)), *found.trees]
    )  # fmt: skip
    groups = [cut(tree, k) + 1 for tree in found.trees.values()]
    for i, point in enumerate(found.points.values.tolist()):
        shares = found.soft.memberships[-1][i].tolist()
        hard = int(found.hard.labels[-1][i]) + 1
        table.writerow([i + 1, *point, hard, *shares, *(int(group[i]) for group in groups)])
    return out.getvalue()


_SCRIPT = '''"""Three ways to cluster {name} ({count} points, k = {k}), from seqviz, by scikit-learn and NumPy alone."""

import numpy as np
from sklearn.cluster import AgglomerativeClustering, KMeans

points = np.array({points})
k, m = {k}, {m!r}

# exclusive: k-means from the start that gave the best of {starts}
start = np.array({start})
hard = KMeans(k, init=start, n_init=1).fit(points)
print("inertia", f"{{hard.inertia_:.12g}}")
print("sizes", *np.bincount(hard.labels_, minlength=k))

# overlapping: fuzzy c-means, for which scikit-learn has no class
u = np.random.default_rng({seed}).dirichlet(np.ones(k), len(points))  # (N, k)
for _ in range({iterations}):
    weights = u**m
    centroids = weights.T @ points / weights.sum(axis=0)[:, None]
    away = ((points[:, None] - centroids) ** 2).sum(axis=2)  # (N, k)
    objective = (weights * away).sum()
    nearest = away.min(axis=1, keepdims=True)
    ratio = nearest / np.where(away > 0, away, 1.0)
    shares = np.where(nearest > 0, ratio ** (1 / (m - 1)), away == 0)  # a point on a centroid belongs to that alone
    u = shares / shares.sum(axis=1, keepdims=True)
print("objective", f"{{objective:.12g}}")

# hierarchical: four trees, each cut into k groups
for linkage in ("single", "complete", "average", "ward"):
    groups = AgglomerativeClustering(k, linkage=linkage).fit_predict(points)
    print(linkage, *sorted(np.bincount(groups), reverse=True))
'''


def ways_script(found: Ways, data: Data) -> str:
    """A script that prints the inertia, the last objective and the sizes of all groups."""
    return _SCRIPT.format(
        name=found.points.name,
        count=len(found.points.values),
        k=found.hard.k,
        m=found.soft.fuzziness,
        seed=data.seed,
        starts=STARTS,
        points=found.points.values.tolist(),
        start=found.hard.centroids[0].tolist(),
        iterations=len(found.soft.objective),
    )
