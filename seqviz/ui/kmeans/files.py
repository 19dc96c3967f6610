"""What a reader takes away from /kmeans: every half-step and every point as CSV, and a script in scikit-learn."""

from __future__ import annotations

import csv
import io

import numpy as np
import streamlit as st

from seqviz.ui.common import offer
from seqviz.ui.downloads import as_cell
from seqviz.ui.kmeans.compute import Shown


def downloads(found: Shown, key: str = "kmeans") -> None:
    """Three files."""
    with st.container(horizontal=True):
        offer("Half-steps (CSV)", lambda: steps_csv(found), "kmeans-steps.csv", key=f"{key}-steps")
        offer("Points (CSV)", lambda: points_csv(found), "kmeans-points.csv", key=f"{key}-points")
        offer("Python script", lambda: script(found), "kmeans.py", key=f"{key}-script")


def steps_csv(found: Shown) -> str:
    """One row a half-step and cluster: objective, points, how far its centroid moved, where it is; full precision."""
    run = found.run
    out = io.StringIO()
    table = csv.writer(out)
    columns = [as_cell(name) for name in found.chosen.columns]
    table.writerow(["half-step", "kind", "iteration", "objective", "cluster", "points", "changed", "moved", *columns])
    for at in range(2 * run.assignments):
        i = (at - 1) // 2  # of the assignment that holds; −1 at the starts
        kind = "start" if at == 0 else "assign" if at % 2 else "update"
        objective = "" if at == 0 else float(run.objective[at - 1])
        sizes = ["" if at == 0 else int(size) for size in run.sizes(max(i, 0))]
        moved = run.moved(i) if kind == "update" else None
        changed = len(run.changed(i)) if kind == "assign" else ""
        for c in range(run.k):
            way = "" if moved is None else float(moved[c])
            place = run.centroids[at // 2, c].tolist()
            table.writerow([at, kind, 0 if at == 0 else i + 1, objective, c + 1, sizes[c], changed, way, *place])
    return out.getvalue()


def points_csv(found: Shown) -> str:
    """One row a point: its coordinates, its cluster at the end, its Σ|x − c|^p to every centroid at the end."""
    run = found.run
    out = io.StringIO()
    table = csv.writer(out)
    columns = [as_cell(name) for name in found.chosen.columns]
    table.writerow(["point", *columns, "cluster", *(f"to centroid {c + 1}" for c in range(run.k))])
    away = np.stack([(np.abs(run.points - c) ** run.p).sum(axis=1) for c in run.centroids[-1]], axis=1)  # (N, k)
    for n, (point, label, powers) in enumerate(zip(run.points, run.labels[-1], away, strict=True), start=1):
        table.writerow([n, *point.tolist(), int(label) + 1, *powers.tolist()])
    return out.getvalue()


_SCRIPT = '''"""k-means from seqviz, again in scikit-learn: the same points, the same starts, the same numbers.

Needs scikit-learn. Prints the objective after every assignment, then the centroids.
"""

import numpy as np
{imports}
points = np.array({points})
start = np.array({start})
{body}'''
_PLAIN = """
print("WCSS", 1, f"{{((points[:, None] - start) ** 2).sum(axis=2).min(axis=1).sum():.12g}}")
for iterations in range(1, {updates} + 1):
    # tol=0 and a given number of iterations: scikit-learn then stops where the page's run did, half-step for half-step
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        fit = KMeans(len(start), init=start, n_init=1, max_iter=iterations, tol=0.0, algorithm="lloyd").fit(points)
    print("WCSS", iterations + 1, f"{{fit.inertia_:.12g}}")
print("stopped:", {stop!r})
for number, centroid in enumerate(fit.cluster_centers_, start=1):
    print("centroid", number, *(f"{{value:.12g}}" for value in centroid))
"""
_LOOP = '''p, empty, centre = {p!r}, {empty!r}, {centre!r}


def middle_of(inside):
    """The mean, the median, or the minimiser of sum |x - c|^p, coordinate by coordinate."""
    if p == 2 or centre == "mean":
        return inside.mean(axis=0)
    if p == 1:
        return np.median(inside, axis=0)
    ends = zip(inside.min(axis=0), inside.max(axis=0))
    return np.array([
        low if low == high else minimize_scalar(
            lambda c: (np.abs(column - c) ** p).sum(), bounds=(low, high), method="bounded", options={{"xatol": 1e-12}}
        ).x
        for column, (low, high) in zip(inside.T, ends)
    ])


centroids = start
for iteration in range(1, {assignments} + 1):
    away = pairwise_distances(points, np.nan_to_num(centroids, nan=1e150), metric="minkowski", p=p) ** p
    labels = away.argmin(axis=1)
    print("objective", iteration, f"{{away.min(axis=1).sum():.12g}}")
    if iteration == {assignments}:
        break
    counts = np.bincount(labels, minlength=len(centroids))
    moved = np.full_like(centroids, np.nan)
    for c in range(len(centroids)):
        if counts[c]:
            moved[c] = middle_of(points[labels == c])
        elif empty == "keep":
            moved[c] = centroids[c]
    if empty == "farthest point":
        lost = np.flatnonzero(counts == 0)
        farthest = np.argsort(away.min(axis=1))[::-1][: len(lost)]
        stay = labels.copy()
        for c, n in zip(lost, farthest):
            moved[c] = points[n]
            old = labels[n]
            if counts[old] > 1:
                stay[n] = c
                counts[old] -= 1
        for old in set(labels[farthest]):
            moved[old] = middle_of(points[stay == old])
    centroids = moved
print("stopped:", {stop!r})
for number, centroid in enumerate(centroids, start=1):
    print("centroid", number, *(f"{{value:.12g}}" for value in centroid))
'''


def script(found: Shown) -> str:
    """A script that prints this run's objective and centroids again, by scikit-learn."""
    run, rules = found.run, found.settings.rules
    plain = run.p == 2.0 and not run.emptied and rules.empty == "farthest point" and len(run.updated) > 0
    parts = {
        "updates": len(run.updated),
        "assignments": run.assignments,
        "stop": run.stop_reason,
        "p": run.p,
        "empty": rules.empty,
        "centre": rules.centre,
    }
    imports = (
        "import warnings\n\nfrom sklearn.cluster import KMeans\nfrom sklearn.exceptions import ConvergenceWarning\n"
        if plain
        else "from scipy.optimize import minimize_scalar\nfrom sklearn.metrics import pairwise_distances\n"
    )
    return _SCRIPT.format(
        imports=imports,
        points=run.points.tolist(),
        start=run.centroids[0].tolist(),
        body=(_PLAIN if plain else _LOOP).format(**parts),
    )
