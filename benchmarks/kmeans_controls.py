"""/kmeans without a browser: from a control's change to the server's "finished", at n = 1,000.

Every change asks for points, settings or a seed that no visitor has asked for before, so that no cache answers. The
points are uniform: without clusters k-means takes the most iterations.
"""

from __future__ import annotations

from itertools import cycle

from benchmarks.reader import Reader
from benchmarks.report import heading, row
from benchmarks.served import served
from seqviz.ui.kmeans.curves import CRITERIA

N, K = 1000, 9
ROUNDS = 40
BOUND = 300.0


def run(url: str) -> None:
    watch(url)
    starts(url)
    elbow(url)
    applications(url)


def came(url: str, view: str, **more: object) -> Reader:
    """A visitor who looks at one view of uniform points."""
    address = {"km_view": view, "km_data": "uniform", "km_n": N, "km_k": K, **more}
    return Reader(url, "kmeans", {name: str(value) for name, value in address.items()})


def rows(visitor: Reader, changes: dict[str, list[str | float]], after: str = "") -> None:
    for label, values in changes.items():
        times = [visitor.change(label, value) for value in values]
        assert visitor.drawn > 10_000, "no points are drawn"
        row(f"  {label}{after}", times, bound=BOUND)


def numbers(first: float, step: float = 1.0, count: int = ROUNDS) -> list[str | float]:
    return [round(first + step * turn, 6) for turn in range(count)]


def watch(url: str) -> None:
    heading(f"Control → finished, on the server, /kmeans, one run of {N:,} points, k = {K}, never asked for before")
    visitor = came(url, "Watch")
    rows(
        visitor,
        {
            "Seed of the starts": numbers(1),
            "Seed of the points": numbers(1),
            "Points n": numbers(N - ROUNDS),
            "Tolerance": numbers(0.0, 1e-6),
            "Iterations at most": numbers(60),
            "Clusters k": numbers(1, count=30),
        },
    )
    visitor.change("Clusters k", 30.0)
    visitor.change("Metric", "Manhattan")
    rows(visitor, {"Seed of the starts": numbers(100)}, ", Manhattan, k = 30")
    visitor.change("Metric", "Minkowski p")
    rows(visitor, {"p": numbers(1.05, 0.15)}, " of Minkowski, k = 30")
    visitor.close()


def starts(url: str) -> None:
    heading(f"/kmeans, two hundred runs, {N:,} points, k = {K}, never asked for before")
    visitor = came(url, "Poor starts")
    visitor.change("Seed of the points", 1000.0)
    times, first, pressed = [], [], []
    for seed in numbers(1001):
        times.append(visitor.change("Seed of the points", seed))
        pressed.append(visitor.press("Run 100 seeds of each"))
        first.append(visitor.drawn_first)
    row("  Seed of the points: shown before it is run", times, bound=BOUND)
    row("  Run 100 seeds of each: the first runs are drawn", first, bound=BOUND)
    row("    and all of them", pressed)
    rows(visitor, {"with seed": numbers(1)})
    visitor.close()


def elbow(url: str) -> None:
    heading(f"/kmeans, elbow for k = 1 … 10 with five starts each, {N:,} points, never asked for before")
    visitor = came(url, "Elbow")
    rows(visitor, {"Seed of the points": numbers(2001), "Run k =": [str(2 + turn % 9) for turn in range(ROUNDS)]})
    times = []
    for seed, last in zip(numbers(2101), cycle(range(11, 31)), strict=False):
        visitor.slide("Range of k", 1, 10)
        visitor.change("Seed of the points", seed)
        times.append(visitor.slide("Range of k", 1, last))
    row("  Range of k, from 1 … 10 to 1 … 11, 12, … 30 at once", times, bound=BOUND)
    visitor.slide("Range of k", 1, 10)
    for place, name in enumerate(CRITERIA):
        times = []
        for seed in numbers(3000 + 100 * place):
            visitor.choose("Ask also", [])
            visitor.change("Seed of the points", seed)
            times.append(visitor.choose("Ask also", [name]))
        row(f"  Ask also: {name}", times, bound=BOUND)
    visitor.choose("Ask also", list(CRITERIA))
    first, times = [], []
    for seed in numbers(4001):
        times.append(visitor.change("Seed of the points", seed))
        first.append(visitor.drawn_first)
    row("  Seed of the points, all four asked: the elbow is drawn", first, bound=BOUND)
    row("    and the four", times)
    visitor.close()


def applications(url: str) -> None:
    heading("/kmeans, applications: 1,797 pictures of 64 numbers, and a photograph of 273,280 pixels")
    for use, label in (("Digits", "Clusters k"), ("A photograph’s colours", "Colours k")):
        visitor = came(url, "Applications", km_use=use)
        row(f"  {use}: {label}", [visitor.change(label, k) for k in numbers(2, count=29)])
        row(f"  {use}: Seed of the starts", [visitor.change("Seed of the starts", seed) for seed in numbers(1)])
        visitor.close()


if __name__ == "__main__":
    served(run)
