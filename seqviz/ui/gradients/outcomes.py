"""What the view of clipping says about three runs, read off their records."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from seqviz.figures.numbers import in_words
from seqviz.learning.explosion import ExplosionConfig
from seqviz.records import Array, ClippingRun

LAST = 10  # updates over which the final loss is a mean: each sees a new batch
_MEAN = "always answering 0"


def table(runs: Sequence[ClippingRun]) -> str:
    """The three outcomes, and what always answering the mean costs on the same batches, as a Markdown table."""
    rows = ["| run | final loss | stopped at | largest angle |", "|---|---|---|---|"]
    for run in runs:
        stopped = "ran to its end" if run.stopped_at is None else f"update {run.stopped_at}"
        rows.append(f"| {run.name} | {_final(run)} | {stopped} | {largest_angle(run):.1f}° |")
    longest = max(runs, key=lambda run: len(run.losses))
    if longest.baselines is not None:
        rows.append(f"| {_MEAN} | {in_words(baseline(longest))}, {_mean_of(longest)} | | |")
    return "\n".join(rows)


def _final(run: ClippingRun) -> str:
    return f"{in_words(final_loss(run))}, {'the last one' if run.stopped_at is not None else _mean_of(run)}"


def _mean_of(run: ClippingRun) -> str:
    count = min(LAST, len(run.losses))
    return f"mean of {count}" if count > 1 else "the only one"


def final_loss(run: ClippingRun) -> float:
    """The mean over the last updates; what the run stopped on, where it was stopped."""
    return float(run.losses[-1] if run.stopped_at is not None else run.losses[-LAST:].mean())


def baseline(run: ClippingRun) -> float:
    """What always answering the mean costs, over the same batches as `final_loss`; nan where it was not kept."""
    return float("nan") if run.baselines is None else float(run.baselines[-LAST:].mean())


def largest_angle(run: ClippingRun) -> float:
    """Degrees by which clipping turned a gradient at most."""
    return float(run.angles[np.isfinite(run.angles)].max(initial=0.0))


def told(run: ClippingRun) -> str:
    """What became of a run that did not simply learn; empty for one that did."""
    if run.stopped_at is not None:
        return f"**{run.name}** was stopped at update {run.stopped_at}. {_why(run)}"
    if final_loss(run) > baseline(run):
        return (
            f"**{run.name}** did not overflow, but ends worse than {_MEAN}: {in_words(final_loss(run))} against "
            f"{in_words(baseline(run))} on the same batches."
        )
    return ""


def _why(run: ClippingRun) -> str:
    """What a stopped run met, and the step that led there."""
    what, value = next(
        (what, float(values[-1]))
        for what, values in (("loss", run.losses), ("norm of the gradient", run.norms_before))
        if not np.isfinite(values[-1])
    )
    if len(run.losses) == 1:
        return f"There the {what} is {in_words(value)}: the network explodes before it has learned anything."
    norm = f"norm {in_words(float(run.norms_before[-2]))}"
    if run.kind != "none":
        norm += f", {in_words(float(run.norms_after[-2]))} after clipping"
    return f"Update {run.stopped_at - 1 if run.stopped_at else 0} was the last: a gradient of {norm}. " + (
        f"After its step the {what} is {in_words(value)}."
    )


def lessons(config: ExplosionConfig, runs: Sequence[ClippingRun], start: ExplosionConfig) -> tuple[str, ...]:
    """What there is to see in these three runs.

    Args:
        start: the shipped example; what is said of its learning rates is said of it alone.
    """
    return (
        f"The task: read {config.length} numbers and say their sum, divided by √{config.length}. The loss is the "
        f"squared error of that one answer, the mean over {config.batch} sequences; {_MEAN}, the mean, costs 1 on "
        f"average. {_WALLS[config.activation]}",
        f"{_by_norm(runs)} {_by_value(runs)}",
        *_rates(config, start),
    )


_WALLS = {
    "identity": "To solve it the network has to bring an eigenvalue up to 1. Just beyond, the loss grows like its "
    "power 2T: a wall.",
    "relu": "ReLU has no ceiling: a unit that stays on is as linear as with the identity and can grow at every step.",
    "tanh": "tanh keeps the states within ±1: going forward nothing can grow at every step, as it can with the "
    "identity.",
}


def _by_norm(runs: Sequence[ClippingRun]) -> str:
    said = "**By norm** shortens the whole gradient and keeps its direction."
    (run,) = (run for run in runs if run.kind == "norm")
    longest = float(run.norms_before[np.isfinite(run.norms_before)].max(initial=0.0))
    if run.threshold is not None and longest <= run.threshold:
        said += f" Here it never has to: no gradient is longer than {in_words(longest)}."
    return said


def _by_value(runs: Sequence[ClippingRun]) -> str:
    said = "**By value** cuts every component on its own, so the gradient may turn"
    (run,) = (run for run in runs if run.kind == "value")
    if np.array_equal(run.norms_before, run.norms_after, equal_nan=True):
        return f"{said}. Here it never cuts: no component lies beyond ±{in_words(run.threshold or 0.0)}."
    return f"{said}: here by up to {largest_angle(run):.1f}°."


def _rates(config: ExplosionConfig, start: ExplosionConfig) -> tuple[str, ...]:
    """What was measured at the shipped example's learning rate and at a tenth of it, for its seed alone."""
    tenth = start.learning_rate / 10
    if replace(config, learning_rate=start.learning_rate) != start or config.learning_rate not in (
        start.learning_rate,
        tenth,
    ):
        return ()
    return (
        f"Clipped by norm, the learning rate {start.learning_rate:g} is safe here. Clipping is not always needed: at a "
        f"tenth of that rate, {tenth:g}, this training (seed {start.seed}) gets through without it, and steps clipped "
        f"at norm 1 are then too short to arrive in {start.updates} updates. A button above shows it. Not every seed "
        "gets through at the small rate: try seed 2.",
    )


def arrow_pair(components: Array, limit: float | None) -> list[int]:
    """Which two components to draw: the largest; where values are clipped, one beyond the limit and one within."""
    sizes = np.abs(components)
    if limit is None:
        return [int(place) for place in np.argsort(-sizes, kind="stable")[:2]]
    first = int(np.argmin(np.abs(sizes - 3 * limit)))
    others = np.abs(sizes - limit / 2)
    others[first] = np.inf
    return [first, int(np.argmin(others))]


def pair_told(run: ClippingRun, pair: Sequence[int], names: Sequence[str]) -> str:
    """Which two components are drawn, and what clipping did to all of them together."""
    count, limit = len(run.components), run.threshold or 0.0
    before, after = (in_words(float(values[run.inspected - 1])) for values in (run.norms_before, run.norms_after))
    beyond = int((np.abs(run.components[list(pair)]) > limit).sum())
    which = ("both within the limit", "one beyond the limit and one within", "both beyond the limit")[beyond]
    if run.kind == "norm":
        which = "the two largest"
    all_of_them = f"norm {before} → {after}" if before != after else f"norm {before}, not clipped"
    return (
        f"**{run.name}**, update {run.inspected}: `{names[0]}` and `{names[1]}`, {which}. "
        f"All {count} components together: {all_of_them}."
    )
