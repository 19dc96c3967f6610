"""The numbers of each view of /gradients as CSV, in full precision."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from seqviz.records import Cliff, ClippingRun, GradientFlow, Truncation


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
    """One row an update and run: both losses, the gradient's norm before and after clipping, the angle, ‖∂L/∂h_t‖."""
    steps = range(1, runs[0].time_norms.shape[1] + 1)
    names = ["loss", "loss of the mean", "norm before", "norm after", "angle", *(f"norm at t = {t}" for t in steps)]
    rows: list[Sequence[object]] = [["run", "update", *names]]
    for run in runs:
        baselines = [""] * len(run.losses) if run.baselines is None else run.baselines.tolist()
        columns = (
            run.losses.tolist(),
            baselines,
            *(c.tolist() for c in (run.norms_before, run.norms_after, run.angles)),
        )
        for update, numbers in enumerate(zip(*columns, strict=True), start=1):
            rows.append([run.name, update, *numbers, *run.time_norms[update - 1].tolist()])
    return _written(rows)


def windows_csv(found: Truncation) -> str:
    """One row a window: cosine and length ratio of the truncated gradient."""
    names = list(found.cosine)
    rows: list[Sequence[object]] = [
        ["window", *(f"{what}, {name}" for what in ("cosine", "length ratio") for name in names)]
    ]
    for at in range(found.steps):
        numbers = [float(curves[name][at]) for curves in (found.cosine, found.ratio) for name in names]
        rows.append([at + 1, *numbers])
    return _written(rows)


def terms_csv(found: Truncation) -> str:
    """One row a (t, k) term with its norm."""
    rows: list[Sequence[object]] = [["t", "k", "norm of the term"]]
    rows += [[t + 1, k + 1, float(found.contributions[t, k])] for t in range(found.steps) for k in range(t + 1)]
    return _written(rows)


def paths_csv(found: Cliff) -> str:
    """One row a point of a path; the update from which it hangs on rounding, empty if it does not."""
    rows: list[Sequence[object]] = [["path", "update", "w", "b", "loss", "chance from update"]]
    for name, path in found.paths.items():
        rows += [[name, update, *point, found.chance.get(name, "")] for update, point in enumerate(path.tolist())]
    return _written(rows)


def surface_csv(found: Cliff) -> str:
    """One row a point of the surface."""
    rows: list[Sequence[object]] = [["w", "b", "loss"]]
    rows += [
        [w, b, loss]
        for b, losses in zip(found.biases.tolist(), found.losses.tolist(), strict=True)
        for w, loss in zip(found.weights.tolist(), losses, strict=True)
    ]
    return _written(rows)
