"""/clustering without a browser: from a control's change to the server's "finished", at the most points it draws.

Every change asks for points, settings or a seed that no visitor has asked for before, so that no cache answers.
"""

from __future__ import annotations

from benchmarks.reader import Reader
from benchmarks.report import heading, row
from seqviz.ui.clustering.compute import COUNTS

ROUNDS = 40
FEWEST = COUNTS[1] - ROUNDS


def run(url: str) -> None:
    for view, fuzzy in (("What a cluster is", False), ("Three ways", True)):
        heading(f"Control → finished, on the server, /clustering, {view}, up to {COUNTS[1]} points")
        address = {"clustering_view": view, "count": str(COUNTS[1]), "clusters": "4", "points": "uniform"}
        visitor = Reader(url, "clustering", address)
        changes = {
            "Seed": [float(turn + (500 if fuzzy else 1)) for turn in range(ROUNDS)],
            "How many": [float(FEWEST + turn) for turn in range(ROUNDS)],
            "Clusters k": [float(turn % 8 + 1) for turn in range(8)],
        }
        if fuzzy:
            changes["Fuzziness m"] = [1.05 + 6.9 * turn / ROUNDS for turn in range(ROUNDS)]
        for label, values in changes.items():
            times = [visitor.change(label, value) for value in values]
            assert ("Fuzziness m" in visitor.widgets) == fuzzy  # still in this view
            assert visitor.drawn > 10_000  # and drawing points
            row(f"  {label}", times, bound=300)
        visitor.close()
