"""The controls of /kmeans: widgets in, settings out; bounds are checked later, so that a refusal has words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from seqviz.clustering.kmeans import EMPTY_RULES
from seqviz.figures.numbers import in_words
from seqviz.ui import shell
from seqviz.ui.common import KEPT, SEED_LIMIT
from seqviz.ui.kmeans.kept import kept
from seqviz.ui.kmeans.settings import (
    BY_HAND,
    CENTRES,
    CLUSTERS,
    ITERATIONS,
    METRICS,
    ORDERS,
    OWN,
    SETS,
    TOLERANCES,
    WAYS,
    Rules,
    Source,
    count_of,
    whole,
)
from seqviz.ui.kmeans.table import Table, digest_of, read_table
from seqviz.ui.state import held, set_widgets

# how many clusters a set is known to have, or is worth looking at with
NATURAL = {
    "3×3 grid": 9,
    "moons": 2,
    "rings": 2,
    "stretched": 3,
    "unequal sizes": 3,
    "iris": 3,
    "wine": 3,
    "digits": 10,
}


@contextmanager
def controls_row() -> Iterator[None]:
    """Controls side by side; under them a sentence about a file that could not be read."""
    mine = kept()
    mine.unread = None
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        yield
    if mine.unread:
        st.warning(shell.plain(mine.unread))


class Fields:
    """What the fields hold, as they were typed; `source()` and `rules()` make settings of it or refuse.

    Each of the page's views shows the ones that it needs, and the rest keeps what it held.
    """

    def __init__(self, *, by_hand: bool = True) -> None:
        self.by_hand = by_hand
        self.way = WAYS[0]
        self.seed = self.k = 0.0
        self.n, self.points_seed = 300.0, 0.0
        self.columns: tuple[str, ...] = ()
        self.drawn: tuple[str, ...] = ()
        self.scaled = False
        self.metric, self.p = "euclidean", 2.0
        self.centre, self.empty = "minimiser", EMPTY_RULES[0]
        self.tolerance, self.most = 1e-4, 100.0

    def data(self) -> None:
        """Which points."""
        self.name: str = st.selectbox("Points", SETS, key="km_data", width=150, on_change=_natural_k, **KEPT)
        if self.name not in (OWN, "iris", "wine", "digits"):
            self.n = field("Points n", "km_n", 300.0, 50.0, "From 3 to 5,000.", 115)

    def clusters(self) -> None:
        self.k = field("Clusters k", "km_k", 4.0, 1.0, f"From {CLUSTERS[0]} to {CLUSTERS[1]}.", 110)

    def starting(self) -> None:
        """How the centroids begin, and from which seed."""
        self.way = st.selectbox("Starts", WAYS, key="km_starts", width=150, **KEPT)
        if self.way != BY_HAND:
            self.seed = seed_field("Seed of the starts", "km_seed", 140)

    def measuring(self) -> None:
        """The metric, and p where it has one."""
        names = list(METRICS)
        self.metric = st.selectbox("Metric", names, format_func=METRICS.__getitem__, key="km_metric", width=135, **KEPT)
        if self.metric == "minkowski":
            told = f"From {in_words(ORDERS[0])} to {in_words(ORDERS[1])}: 1 is Manhattan’s, 2 is Euclid’s."
            self.p = field("p", "km_p", 3.0, 0.5, told, 95)

    def more(self, table: Table | None, *, rules: bool = True) -> None:
        """What is changed less often: rules, columns, the seed of the points."""
        with st.popover("More"):
            if rules:
                self.centre = st.selectbox(
                    "Centre of a cluster",
                    list(CENTRES),
                    format_func=CENTRES.__getitem__,
                    key="km_centre",
                    help="The metric’s own: the mean for Euclidean, the median for Manhattan, the minimiser of "
                    "Σ|x − c|^p for Minkowski. With the mean for every metric the objective can rise.",
                    **KEPT,
                )
                self.empty = st.selectbox(
                    "A cluster without points",
                    EMPTY_RULES,
                    format_func=_EMPTY.__getitem__,
                    key="km_empty",
                    help="scikit-learn moves its centroid to the point farthest from its own; scipy keeps or drops it.",
                    **KEPT,
                )
                low, high = (in_words(one) for one in TOLERANCES)
                told = f"Of the squared way of all centroids, by the points’ mean variance. From {low} to {high}."
                self.tolerance = field("Tolerance", "km_tolerance", 1e-4, 1e-4, told)
                self.most = field("Iterations at most", "km_most", 100.0, 1.0, f"From 1 to {ITERATIONS[1]}.")
            if self.name in ("iris", "wine", "digits", OWN):
                self.columns_of(table)
            else:
                self.points_seed = seed_field("Seed of the points", "km_points_seed")
                if kept().added:
                    count = len(kept().added)
                    which = "added point" if count == 1 else f"{count:,} added points"
                    st.button(f"Take out the {which}", on_click=_forget_added)

    def columns_of(self, table: Table | None) -> None:
        """Which columns, and whether they are scaled."""
        self.scaled = st.toggle(
            "Scale each column to mean 0 and deviation 1",
            key="km_scaled",
            help="Without it the column with the widest range decides what is near.",
            **KEPT,
        )
        names = _columns(self.name, table)
        if 2 < len(names) <= 64 and self.name != "digits":
            own = self.name == OWN and table is not None
            manners = {"persist_state": "session"} if own else KEPT  # nobody else has that file
            key = f"km_columns_{table.digest if own and table else self.name}"
            picked = st.multiselect("Columns to cluster by", names, key=key, placeholder="all", **manners)
            self.columns = tuple(picked)
            chosen = picked or list(names)
            if len(chosen) > 2:
                across = st.selectbox("Draw across", ["principal components", *chosen], key="km_across", **KEPT)
                if across in chosen:
                    up = st.selectbox("Draw up", [name for name in chosen if name != across], key="km_up", **KEPT)
                    self.drawn = (across, up)

    def source(self, table: Table | None) -> Source:
        """The points asked for.

        Raises:
            ValueError: a field is out of its bounds.
        """
        if self.name == OWN:
            return Source(OWN, file=table.digest if table else "", columns=self.columns, scaled=self.scaled)
        if self.name in ("iris", "wine", "digits"):
            return Source(self.name, columns=self.columns, scaled=self.scaled)
        seed = whole("Seed of the points", self.points_seed, (0, SEED_LIMIT))
        return Source(self.name, count_of(self.n), seed, kept().added)

    def rules(self) -> Rules:
        """The rules asked for.

        Raises:
            ValueError: a field that holds whole numbers holds a fraction.
        """
        k = whole("Clusters k", self.k, CLUSTERS)
        most = whole("Iterations at most", self.most, ITERATIONS)
        p = self.p if self.metric == "minkowski" else 2.0
        return Rules(k, self.metric, p, self.centre, self.empty, self.tolerance, most)


_EMPTY = {"farthest point": "moves to the farthest point", "keep": "keeps its centroid", "drop": "is taken out"}


def field(label: str, key: str, start: float, step: float, told: str, width: int | str = "stretch") -> float:
    """A number without bounds in its field: what is out of range is refused in words, not silently dropped."""
    value = st.number_input(label, value=start, step=step, format="%g", key=key, width=width, help=told, **KEPT)  # type: ignore[arg-type]
    return float(start if value is None else value)


def seed_field(label: str, key: str, width: int | str = "stretch") -> float:
    return field(label, key, 0.0, 1.0, f"From 0 to {SEED_LIMIT:,}.", width)


def own_table() -> Table | None:
    """The reader's CSV, or the last that could be read; `controls_row` says why a file could not."""
    mine = kept()
    with st.popover("Open a CSV"):
        st.caption("Commas, semicolons or tabs; numbers in columns. Up to 5 MB. The file stays in this session.")
        # any kind of file is taken, so that a refusal can say what is wrong with it
        file = st.file_uploader("CSV", key="km_file", label_visibility="collapsed")
    if file is not None:
        content = file.getvalue()
        if mine.table is None or mine.table.digest != digest_of(content):
            try:
                mine.table = read_table(content, file.name)
            except ValueError as refusal:
                still = f" Still open is {mine.table.name}." if mine.table else ""
                mine.unread = f"{refusal}.{still}"
    return mine.table


def _columns(name: str, table: Table | None) -> tuple[str, ...]:
    if name == OWN:
        return table.columns if table else ()
    from seqviz.clustering.data import measured

    return measured(name).columns


def _natural_k() -> None:
    """Another set begins with a k that is worth looking at, and without the points added to the one before."""
    set_widgets(km_k=float(NATURAL.get(str(held("km_data")), 4)))
    kept().added = ()


def _forget_added() -> None:
    kept().added = ()
