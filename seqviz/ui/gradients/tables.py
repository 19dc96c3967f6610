"""The numbers of each view of /gradients as CSV, in full precision."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from seqviz.records import ClippingRun, GradientFlow


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


def runs_csv(runs: Sequence[ClippingRun]) -> str:
    """One row an update and run: the loss, the gradient's norm before and after clipping, the angle, and over time."""
    steps = range(1, runs[0].time_norms.shape[1] + 1)
    rows: list[Sequence[object]] = [
        ["run", "update", "loss", "norm before", "norm after", "angle", *(f"norm at t = {t}" for t in steps)]
    ]
    for run in runs:
        columns = (run.losses, run.norms_before, run.norms_after, run.angles)
        for update, numbers in enumerate(zip(*(column.tolist() for column in columns), strict=True)):
            rows.append([run.name, update, *numbers, *run.time_norms[update].tolist()])
    return _written(rows)
