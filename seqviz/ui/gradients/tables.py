"""The numbers of each view of /gradients as CSV, in full precision."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from seqviz.records import GradientFlow


def _written(rows: Iterable[Sequence[object]]) -> str:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue()


def flows_csv(flows: Sequence[GradientFlow]) -> str:
    """One row a step: each network's norm, and its bound where it has one."""
    columns = [("step", range(1, len(flows[0].norms) + 1))]
    for flow in flows:
        columns.append((f"norm, {flow.name}", flow.norms.tolist()))
        if flow.bound is not None:
            columns.append((f"bound, {flow.name}", flow.bound.tolist()))
    return _written([[name for name, _ in columns], *zip(*(values for _, values in columns), strict=True)])
