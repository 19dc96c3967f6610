"""The controls of /clustering: which points, how many of them, how many clusters."""

from __future__ import annotations

import streamlit as st

from seqviz.clustering.data import Points
from seqviz.ui.clustering.compute import CLUSTERS, COUNTS, FUZZINESS, IRIS, SEEDS, SETS, Data
from seqviz.ui.common import KEPT, check_field, number_control

START = Data()
FIRST_FUZZINESS = 2.0


def data_controls() -> tuple[str, float, float, float]:
    """Which points, how many, their seed, and how many clusters, as the fields hold them."""
    name = st.selectbox("Points", SETS, index=SETS.index(START.name), key="points", width=160, **KEPT)
    count = number_control("How many", "count", float(START.count), 10.0, COUNTS)
    seed = number_control("Seed", "draw", float(START.seed), 1.0, SEEDS)
    k = number_control("Clusters k", "clusters", float(START.k), 1.0, CLUSTERS)
    return str(name), count, seed, k


def about_points(points: Points) -> None:
    """What the fields do not say of measured points."""
    if points.name == IRIS:
        across, up = points.columns
        st.caption(
            f"Iris has its {len(points.values)} flowers, however many are asked for. Across: {across}, up: {up}."
        )


def fuzziness_control() -> float:
    """m, as its field holds it."""
    return number_control("Fuzziness m", "m", FIRST_FUZZINESS, 0.25, FUZZINESS)


def checked_data(name: str, count: float, seed: float, k: float) -> Data:
    """The same as settings; iris has the points that it has.

    Raises:
        ValueError: a number out of its bounds, or more clusters than points.
    """
    whole = [("How many", count, COUNTS), ("Seed", seed, SEEDS), ("Clusters k", k, CLUSTERS)]
    for label, value, limits in whole:
        check_field(label, value, limits)
        if value != round(value):
            raise ValueError(f"“{label}” is {value:g}, expected a whole number")
    if name != IRIS and k > count:
        raise ValueError(f"“Clusters k” is {k:g}, expected a number from 1 to {count:g}, the number of points")
    return Data(name, 150 if name == IRIS else int(count), int(seed), int(k))


def checked_fuzziness(m: float) -> float:
    """m itself.

    Raises:
        ValueError: it is out of its bounds.
    """
    check_field("Fuzziness m", m, FUZZINESS)
    return m
