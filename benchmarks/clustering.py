"""k-means that keeps every half-step against scikit-learn's own fit, which keeps none."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import numpy as np
from sklearn.cluster import KMeans
from threadpoolctl import threadpool_limits

from benchmarks.report import heading
from seqviz.clustering import kmeans

ITERATIONS, ROUNDS, BOUND = 20, 7, 2.0
SIZES = ((100_000, 2), (100_000, 10), (1_000, 2))  # points, coordinates


def seconds(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def run() -> None:
    heading(f"{ITERATIONS} recorded iterations of k-means, k = 8, same start, against scikit-learn's fit; one thread")
    for n, d in SIZES:
        points = np.random.default_rng(0).normal(size=(n, d))
        start = points[:8]
        theirs = KMeans(8, init=start, n_init=1, max_iter=ITERATIONS, tol=0.0, algorithm="lloyd")
        with threadpool_limits(1):
            pairs = [
                (
                    seconds(lambda: kmeans(points, 8, init=start, tolerance=0.0, max_iterations=ITERATIONS)),  # noqa: B023
                    seconds(lambda: theirs.fit(points)),  # noqa: B023
                )
                for _ in range(ROUNDS)
            ]
        ours, other = (statistics.median(column) * 1e3 for column in zip(*pairs, strict=True))
        ratio = statistics.median(a / b for a, b in pairs)
        judged = f"   bound {BOUND:g}: {'within' if ratio <= BOUND else 'OVER'}" if (n, d) == SIZES[0] else ""
        print(
            f"  {n:>7,} points of {d:>2} coordinates   {ours:7.1f} ms against {other:7.1f} ms   {ratio:5.2f} ×{judged}",
            flush=True,
        )


if __name__ == "__main__":
    run()
