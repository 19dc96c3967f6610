"""What the component draws: a run as numbers in base64, the labels after the first assignment as changes only."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping

import numpy as np

from seqviz.records import Array
from seqviz.records.clustering import KMeansRun
from seqviz.ui.kmeans.compute import Shown, spread, starts_of

VALUES = 12_000  # numbers of more than two columns that are sent, so that a point's distances can be opened
TYPED = 6  # columns that the table of starts has room for
FLAT = 1e-12  # of the largest coordinate: a plane no wider has no room for numbers between its edges
MARGIN = 0.06  # of the plane's width, around points and centroids

ENDS = {
    "assignments unchanged": "The run ends: no assignment changed.",
    "centroids moved less than the tolerance": "The run ends: the centroids moved no farther than the tolerance.",
    "maximum of iterations": "The run ends: the maximum of iterations is reached.",
}


def ending(run: KMeansRun) -> str:
    """Which criterion ended it, as the deck names them."""
    if run.stop_reason == "centroids moved less than the tolerance" and not np.nansum(run.moved(len(run.updated) - 1)):
        return "The run ends: no centroid moved."
    return ENDS[run.stop_reason]


def objective_name(p: float) -> str:
    """What Σ|x − c|^p is called: WCSS, the within-cluster sum of squares, for p = 2."""
    if p == 2.0:
        return "WCSS"
    return "Σ|x − c|" if p == 1.0 else f"Σ|x − c|^{p:g}"


def formula(p: float) -> str:
    """The distance as it is compared."""
    return {2.0: "Σ (x − c)²", 1.0: "Σ |x − c|"}.get(p, f"Σ |x − c|^{p:g}")


def packed(values: Array) -> str:
    """Little-endian doubles in base64."""
    return base64.b64encode(np.ascontiguousarray(values, "<f8").tobytes()).decode("ascii")


def packed_labels(run: KMeansRun) -> dict[str, object]:
    """The first assignment, one byte a point; of each later one how many points changed, which, and to what."""
    places = [run.changed(i) for i in range(1, run.assignments)]
    clusters = [run.labels[i][at] for i, at in enumerate(places, start=1)]
    return {
        "first": base64.b64encode(run.labels[0].astype(np.uint8).tobytes()).decode("ascii"),
        "counts": [len(at) for at in places],
        "places": _bytes(places, "<u4"),
        "clusters": _bytes(clusters, "<u1"),
    }


def _bytes(pieces: list[np.ndarray], kind: str) -> str:
    joined = np.concatenate(pieces) if pieces else np.empty(0)
    return base64.b64encode(joined.astype(kind).tobytes()).decode("ascii")


def run_data(
    found: Shown, address: Mapping[str, str | None] | None = None, *, editable: bool = False
) -> dict[str, object]:
    """Everything the component is sent about a run; `editable` where starts can be dragged and points added."""
    run, plane, chosen = found.run, found.plane, found.chosen
    n, width = chosen.values.shape
    points, centroids = plane.of(run.points), plane.of(run.centroids[:-1])  # (N, 2), (S, k, 2)
    small = width > 2 and run.points.size + run.centroids.size <= VALUES
    starts = starts_of(run) if editable and width <= TYPED else None
    return {
        "run": hashlib.blake2b(repr(found.settings).encode(), digest_size=8).hexdigest(),
        "n": n,
        "k": run.k,
        "D": width,
        "p": run.p,
        "axes": list(plane.names),
        "columns": list(chosen.columns),
        "box": box(points, centroids),
        "shaded": plane.exact,
        "note": " ".join(filter(None, [plane.note])),
        "points": packed(points),
        "centroids": packed(centroids),
        "values": packed(run.points) if small else None,
        "middles": packed(run.centroids[:-1]) if small else None,
        "moved": packed(np.array([run.moved(i) for i in range(len(run.updated))]).reshape(-1, run.k)),
        "labels": packed_labels(run),
        "wcss": run.wcss.tolist(),
        "updated": run.updated.tolist(),
        "emptied": [[one.iteration, one.cluster, one.point] for one in run.emptied],
        "empty": found.settings.rules.empty,
        "centre": found.settings.rules.centre,
        "objective": objective_name(run.p),
        "formula": formula(run.p),
        "ended": ending(run),
        "truth": chosen.truth.tolist() if chosen.groups and chosen.truth is not None else None,
        "groups": list(chosen.groups) if chosen.groups and chosen.truth is not None else None,
        "editable": editable,
        "adds": found.settings.source.is_made,
        "starts": None if starts is None else [list(start) for start in starts],
        "address": dict(address or {}),
    }


def box(points: Array, centroids: Array) -> list[float]:
    """Left, right, bottom and top of what is drawn: points and centroids with a margin."""
    both = np.concatenate([points, centroids.reshape(-1, 2)])
    edges: list[float] = []
    for axis in (0, 1):
        low, high = spread(both[:, axis])
        size = max(abs(low), abs(high))
        flat = high - low <= FLAT * size  # a mean of equal numbers may be one rounding beside them
        room = max(1.0, MARGIN * size) if flat else MARGIN * (high - low)
        edges += [low - room, high + room]
    return edges
