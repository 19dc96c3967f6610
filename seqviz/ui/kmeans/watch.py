"""View "Watch": one run, half-step by half-step."""

from __future__ import annotations

import math

import streamlit as st

from seqviz.ui import shell
from seqviz.ui.budget import Budget
from seqviz.ui.common import SEED_LIMIT, accepted, explain
from seqviz.ui.kmeans.component import animation
from seqviz.ui.kmeans.compute import Shown, ends_of, hand_starts, shown, work_of
from seqviz.ui.kmeans.controls import Fields, controls_row, own_table
from seqviz.ui.kmeans.files import downloads
from seqviz.ui.kmeans.kept import kept, starts_kept, written
from seqviz.ui.kmeans.packing import objective_name
from seqviz.ui.kmeans.points import chosen_points
from seqviz.ui.kmeans.settings import BY_HAND, OWN, Settings, whole
from seqviz.ui.kmeans.table import Table

VIEW = "Watch"
WORK = 4_000_000  # of one run, so that twenty end within seconds
RIVALS = 20  # other seeds that the question at the end is about


def show() -> None:
    """Controls, the animation, a question, the numbers to take away, and what to see."""
    fields = Fields()
    with controls_row():
        fields.data()
        table = own_table() if fields.name == OWN else None
        fields.clusters()
        fields.starting()
        fields.measuring()
        fields.more(table)
    say_refused()
    found = accepted("kmeans watch", lambda: shown(settings_of(fields, table), table), shown(Settings()))
    say_notes(found)
    animation(found, key="kmeans", address=address_of(found), editable=True)
    predict_first(found)
    downloads(found)
    explain(_TO_SEE, _SOURCE)


def settings_of(fields: Fields, table: Table | None) -> Settings:
    """What the controls ask for.

    Raises:
        ValueError: a field is out of its bounds.
    """
    source, rules = fields.source(table), fields.rules()
    seed = whole("Seed of the starts", fields.seed, (0, SEED_LIMIT))
    if fields.way != BY_HAND:
        return Settings(source, rules, fields.way, seed, (), fields.drawn)
    starts = hand_starts(starts_kept(source), chosen_points(source, table), rules.k, seed)
    return Settings(source, rules, BY_HAND, seed, starts, fields.drawn)


def address_of(found: Shown) -> dict[str, str | None]:
    """What the address bar holds beside the widgets: starts by hand and added points."""
    settings = found.settings
    return {
        "starts": written(settings.starts) if settings.way == BY_HAND else None,
        "added": written(settings.source.added),
    }


def say_refused() -> None:
    """A sentence about what was dragged, typed or clicked, if it was not taken."""
    mine = kept()
    if mine.refused:
        st.warning(shell.plain(f"{mine.refused} The picture stays as it was."))
        mine.refused = None


def say_notes(found: Shown) -> None:
    """What was done to the points, one line each; and what a link leaves out."""
    for note in found.chosen.notes:
        st.info(shell.plain(note))
    different = _different(found)
    k = found.run.k
    if different is not None and different < k:
        there = f"There are {different:,} different points" if different > 1 else "All points are the same one"
        st.info(f"{there} for {k:,} clusters: {k - different:,} of them must stay empty.")
    settings = found.settings
    if settings.way == BY_HAND and written(settings.starts) is None:
        st.info("These starts are too long for the address bar: a copied link opens with others.")
    if settings.source.added and written(settings.source.added) is None:
        st.info("The added points are too many for the address bar: a copied link opens without them.")


def _different(found: Shown) -> int | None:
    """How many different points there are, where that may be fewer than clusters."""
    seen: set[bytes] = set()
    for row in found.chosen.values:
        seen.add((row + 0.0).tobytes())  # 0 and −0 are the same number
        if len(seen) >= found.run.k:
            return None
    return len(seen)


def predict_first(found: Shown) -> None:
    """Would another seed do better? The reader says first, twenty other runs answer."""
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.text(
            f"Predict first. {RIVALS} other runs, from random points with the seeds 1 to {RIVALS}: will any of them "
            "end lower than this one?"
        )
        if st.toggle("Show the answer", key=f"km-answer-{hash(found.settings)}"):
            st.text(verdict(found))


def verdict(found: Shown) -> str:
    """How many of the other runs end lower, and by how much."""
    settings, run = found.settings, found.run
    name = objective_name(run.p)
    if work_of(found) > WORK:
        return f"{RIVALS} runs of so many points and clusters take too long to ask: take fewer points."
    with st.spinner(f"{RIVALS} runs …"):
        ends = ends_of(Settings(settings.source, settings.rules), "random", found.table, 1, RIVALS, Budget(math.inf))
    lower = int((ends < run.inertia * (1 - 1e-9)).sum())
    best = float(ends.min())
    if not lower:
        return f"No: this run ends at {name} = {run.inertia:,.4g}, and the best of the others at {best:,.4g}."
    above = (
        f", {100 * (run.inertia / best - 1):,.1f} % above" if best > 1e-9 * run.inertia else ""
    )  # of 0 there is none
    return f"Yes, {lower} of {RIVALS}: the best ends at {best:,.4g}, this run at {run.inertia:,.4g}{above}."


_TO_SEE = (
    "**Two half-steps, over and over.** Assign: each point goes to the nearest centroid. Update: each centroid goes to "
    "the middle of its points. Neither can raise the objective, so it falls until nothing changes.",
    "**The middle belongs to the metric.** The mean minimises Σ(x − c)², the median Σ|x − c|, and for Minkowski’s p it "
    "is the minimiser of Σ|x − c|^p. Under *More*, take the mean for every metric: with Manhattan the objective can "
    "rise then, on *moons* from nearly every start, and the curve marks where.",
    "**What ends it.** The last sentence names the criterion: assignments unchanged, centroids moved less than the "
    "tolerance, or the maximum of iterations.",
    "**It ends somewhere, not at the best place.** Drag a start, or change the seed: the same points can end in "
    "another WCSS. The view *Poor starts* counts how often.",
    "**Straight borders.** Between two centroids the border is straight (Euclidean), so moons and rings cannot be "
    "parted; and one of the two small groups in *unequal sizes* may be swallowed by cutting the wide one in two.",
)
_SOURCE = (
    "lecture deck A; S. P. Lloyd, Least squares quantization in PCM (1982); D. Arthur and S. Vassilvitskii, k-means++ "
    "(2007); T. Gonzalez, farthest first (1985)."
)
