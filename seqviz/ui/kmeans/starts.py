"""View "Poor starts": the same points from two hundred starts, and where that leads."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import comb

import numpy as np
import streamlit as st

from seqviz.figures.numbers import in_words
from seqviz.figures.partition import Partition, outcomes, partitions
from seqviz.records import Array
from seqviz.ui import shell
from seqviz.ui.budget import Budget
from seqviz.ui.common import KEPT, accepted, explain, is_dark, offer
from seqviz.ui.kmeans.component import animation
from seqviz.ui.kmeans.compute import Shown, ends_of, run_of, shown, work_of
from seqviz.ui.kmeans.controls import Fields, controls_row, field, own_table
from seqviz.ui.kmeans.files import downloads
from seqviz.ui.kmeans.kept import kept
from seqviz.ui.kmeans.packing import objective_name
from seqviz.ui.kmeans.settings import OWN, Settings, whole
from seqviz.ui.kmeans.table import Table
from seqviz.ui.kmeans.watch import say_notes
from seqviz.ui.state import held, set_widgets

VIEW = "Poor starts"
SEEDS, BLOCK = 100, 5
AT_ONCE, LATER = 0.12, 0.6  # seconds of computing before the first of the runs are drawn, and before each more
COMPARED = ("random", "k-means++")
RESTARTS = (1, 2, 3, 5, 10, 20)
POOR = 1.05  # times the best of all runs
WORK = 400_000  # n · k · D, so that two hundred runs end within seconds


@dataclass(frozen=True, eq=False)
class Ends:
    """What the runs of both ways to start ended with: way → (R,) the objective, by seed."""

    objective: Mapping[str, Array]

    @property
    def seeds(self) -> int:
        """How many runs of each there are."""
        return len(self.objective[COMPARED[0]])

    @property
    def least(self) -> float:
        return float(min(values.min() for values in self.objective.values()))

    def share(self, way: str) -> float:
        """Of its runs, how many are poor."""
        return float((self.objective[way] > POOR * self.least).mean())

    def all_poor(self, way: str, runs: int) -> float:
        """Of all ways to pick so many of its runs, how many pick poor ones alone: then the best of them is poor."""
        poor = int((self.objective[way] > POOR * self.least).sum())
        return comb(poor, runs) / comb(self.seeds, runs)

    def extreme(self, worst: bool) -> tuple[str, int]:
        """The way and the seed of the best or the worst run."""
        pick = np.argmax if worst else np.argmin
        way = COMPARED[int(pick([(values.max() if worst else values.min()) for values in self.objective.values()]))]
        return way, int(pick(self.objective[way]))


def ends_so_far(settings: Settings, table: Table | None, budget: Budget) -> Ends:
    """The objective at the end of the runs that are known or that the budget has room for: some of each at least."""
    plain = replace(settings, way=COMPARED[0], seed=0, starts=(), drawn=())  # what the runs do not hang on
    found: dict[str, list[Array]] = {way: [] for way in COMPARED}
    for first in range(0, SEEDS, BLOCK):
        if first and not budget.is_left:
            break
        for way in COMPARED:
            found[way].append(ends_of(plain, way, table, first, first + BLOCK - 1, budget))
    return Ends({way: np.concatenate(parts) for way, parts in found.items()})


def show() -> None:
    """Controls, the histogram, best and worst, and the run behind a bar."""
    fields = Fields()
    with controls_row():
        fields.data()
        table = own_table() if fields.name == OWN else None
        fields.clusters()
        fields.measuring()
        fields.more(table)
        st.button("3×3 grid, k = 9", on_click=_example)

    def build() -> Shown:
        found = shown(Settings(fields.source(table), fields.rules(), drawn=fields.drawn), table)
        check_work(found)
        return found

    wanted = accepted("kmeans starts", build, shown(Settings()))
    say_notes(wanted)
    found = asked_for(wanted)
    mine = kept()
    ends = ends_so_far(found.settings, found.table, Budget(LATER if mine.goes_on else AT_ONCE))
    mine.goes_on = ends.seeds < SEEDS
    st.markdown(told(found, ends))
    left, right = st.columns(2)
    with left:
        histogram(found, ends)
    with right:
        if mine.goes_on:
            st.caption("The best and the worst run are drawn when all have ended.")
        else:
            pictures(found, ends)
    if not mine.goes_on:
        st.markdown(restarts(ends))
    replay(found, ends)
    offer("Where every run ended (CSV)", lambda: ends_csv(ends), "kmeans-ends.csv", key="km-ends-csv")
    explain(_TO_SEE, _SOURCE)
    if mine.goes_on:
        st.rerun()


def histogram(found: Shown, ends: Ends) -> None:
    """Where the runs ended; its bars can be clicked when all runs have."""
    objective = objective_name(found.run.p)
    figure = outcomes(ends.objective, objective, POOR * ends.least, is_dark())
    plain, name = {"displaylogo": False}, f"Histogram of {objective} at the end of {ends.seeds} runs each"
    place = st.empty()  # a place for one: else the charts of the runs before pile up until the last has ended
    if ends.seeds < SEEDS:
        place.plotly_chart(figure, config=plain, alt=name)
    else:
        place.plotly_chart(figure, key="km-ends", on_select=_pick, selection_mode="points", config=plain, alt=name)


def pictures(found: Shown, ends: Ends) -> None:
    """The best of all runs beside the worst."""
    panels = [_panel(found, *ends.extreme(worst), "worst" if worst else "best") for worst in (False, True)]
    st.plotly_chart(partitions(panels, found.plane.names, is_dark()), key="km-both", config={"displaylogo": False})


def check_work(found: Shown) -> None:
    """Refuse what would take minutes.

    Raises:
        ValueError: with the work and the bound.
    """
    n, width = found.chosen.values.shape
    work = work_of(found)
    if work > WORK:
        raise ValueError(
            f"two hundred runs of {n:,} points, {width} columns and {found.run.k} clusters are {work / WORK:.1f} times "
            f"what this view computes at once: take fewer points or clusters"
            + ("" if found.run.p in (1.0, 2.0) else ", or p = 1 or 2")
        )


def asked_for(wanted: Shown) -> Shown:
    """What the histogram shows: the first settings at once, others when they are asked for."""
    mine = kept()
    if mine.asked is None:
        mine.asked = wanted
    if mine.asked.settings != wanted.settings:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.button(f"Run {SEEDS} seeds of each", type="primary", on_click=_ask, args=(wanted,))
            st.text(f"Below is still {in_short(mine.asked)}.")
    found: Shown = mine.asked
    return found


def _ask(wanted: Shown | None) -> None:
    kept().asked, kept().goes_on = wanted, False


def _example() -> None:
    """The deck's drawback at its clearest, run at once."""
    set_widgets(km_data="3×3 grid", km_k=9.0)
    kept().added = ()
    _ask(None)


def in_short(found: Shown) -> str:
    """ "blobs, 300 points, k = 4"."""
    name = found.table.name if found.table else found.settings.source.name
    return f"{name}, {len(found.chosen.values):,} points, k = {found.run.k}"


def ends_csv(ends: Ends) -> str:
    """One row a run: how it began, its seed, the objective at its end."""
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(["starts", "seed", "objective"])
    for way, values in ends.objective.items():
        table.writerows([way, seed, float(value)] for seed, value in enumerate(values))
    return out.getvalue()


def told(found: Shown, ends: Ends) -> str:
    """The share of poor starts of both ways, in a sentence."""
    parts = [f"**{ends.share(way):.0%}** from {shell.plain(way)}" for way in COMPARED]
    many = f"{SEEDS} runs each" if ends.seeds == SEEDS else f"the first {ends.seeds} of {SEEDS} runs each"
    return (
        f"{shell.plain(in_short(found))}: of {many}, these end more than 5 % above the best of all "
        f"({ends.least:,.5g}): {', '.join(parts)}."
    )


def restarts(ends: Ends) -> str:
    """How often the best of several runs is still poor, as a table."""
    rows = ""
    for runs in RESTARTS:
        shares = [f"{in_words(100 * ends.all_poor(way, runs))} %" for way in ends.objective]
        rows += f"\n| {runs} | {' | '.join(shares)} |"
    said = f"Run again and keep the best: of all picks of so many from these {SEEDS} runs, the share that are all poor."
    head = f"| best of | {' | '.join(ends.objective)} |\n| ---: |{' ---: |' * len(ends.objective)}"
    return f"{said}\n\n{head}{rows}"


def _panel(found: Shown, way: str, seed: int, name: str) -> Partition:
    run = run_of(replace(found.settings, way=way, seed=seed), found.table)
    title = f"{name}: {run.inertia:,.5g}<br>{way}, seed {seed}"
    return Partition(found.plane.of(run.points), run.labels[-1], found.plane.of(run.centroids[-1]), title)


def _pick() -> None:
    """A bar was clicked: its first run is played again."""
    state = held("km-ends")
    points = state["selection"]["points"] if isinstance(state, dict) else []
    if points and isinstance(points[0].get("customdata"), list | tuple):
        way, seed = points[0]["customdata"][:2]
        if way in COMPARED:
            set_widgets(km_replay=way, km_replay_seed=float(seed))


def replay(found: Shown, ends: Ends) -> None:
    """One of the runs, half-step by half-step."""
    st.subheader("One of these runs again", anchor=False)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        worst, best = ends.extreme(worst=True), ends.extreme(worst=False)
        way = st.selectbox("Run from", COMPARED, key="km_replay", width=150, **KEPT)
        seed = field("with seed", "km_replay_seed", 0.0, 1.0, f"From 0 to {SEEDS - 1}.", 130)
        for name, (of, number) in (("Worst", worst), ("Best", best)):
            picked = {"km_replay": of, "km_replay_seed": float(number)}
            st.button(name, on_click=set_widgets, kwargs=picked, help=f"{of}, seed {number}")
        st.caption("Or click a bar above.")

    def build() -> Shown:
        number = whole("with seed", seed, (0, SEEDS - 1))
        return shown(replace(found.settings, way=way, seed=number), found.table)

    run = accepted("kmeans replay", build, found)
    animation(run, key="km-replayed")
    downloads(run, "km-replayed")


_TO_SEE = (
    "**The end hangs on the start.** k-means goes downhill from where it begins and ends in the nearest hollow. On a "
    "3×3 grid a random start often puts two centroids into one group and none into another.",
    "**k-means++ spreads the starts.** Each next centroid is a point drawn with a chance that grows with its squared "
    "distance to those chosen before; of a few draws the best is taken, as in scikit-learn.",
    "**So it is run several times.** scikit-learn’s n_init keeps the best of that many runs. The table counts how "
    "often that is poor all the same: about the share above to the power of the runs.",
)
_SOURCE = "lecture deck A; D. Arthur and S. Vassilvitskii, k-means++: the advantages of careful seeding (2007)."
