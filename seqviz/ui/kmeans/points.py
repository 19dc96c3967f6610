"""The points that a page clusters, and the plane that it draws them in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from seqviz.clustering.data import MADE, made, measured, principal_axes, scaled
from seqviz.records import Array
from seqviz.ui.kmeans.settings import OWN, Settings, Source
from seqviz.ui.kmeans.table import Table

# what caches know a request by: a file by its bytes, and settings as they are written, for Streamlit alone would take
# each of two hundred added points apart at every look
KEYS: dict[str | type[Any], Callable[[Any], Any]] = {Table: lambda table: table.digest, Source: repr, Settings: repr}
ROWS, COLUMNS = 5000, 64  # points and columns that are clustered; of more, a sample and the principal components


@dataclass(frozen=True, eq=False)
class Chosen:
    """Points to cluster.

    Attributes:
        values: (N, D). columns: the D names. notes: what was done to them, one sentence each.
        truth: (N,) groups that no clustering sees, or None; groups: their names.
    """

    values: Array
    columns: tuple[str, ...]
    notes: tuple[str, ...] = ()
    truth: NDArray[np.int64] | None = None
    groups: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Plane:
    """Two axes to draw D columns by.

    Attributes:
        names: of the axes; the second is "" where there is one column. origin: (D,). axes: (2, D).
        exact: whether the plane is all there is, so that regions can be shaded. note: what it leaves out.
    """

    names: tuple[str, str]
    origin: Array
    axes: Array
    exact: bool
    note: str = ""

    def of(self, values: Array) -> Array:
        """(…, 2) where points or centroids (…, D) are drawn."""
        found: Array = (values - self.origin) @ self.axes.T
        return found

    def moved(self, value: Array, to: Array) -> Array:
        """(D,) the point `value` (D,) moved within the plane, so that it is drawn at `to` (2,)."""
        found: Array = value + (to - self.of(value)) @ self.axes
        return found


def chosen_points(source: Source, table: Table | None) -> Chosen:
    """The points that a source names.

    Raises:
        ValueError: an unknown set or column, or numbers out of bounds.
    """
    if source.name == OWN and table is None:
        raise ValueError("No CSV of your own is open yet: open one, or choose another set")
    return _chosen(source, table if source.name == OWN else None)


@st.cache_resource(max_entries=24, show_spinner=False, hash_funcs=KEYS)
def _chosen(source: Source, table: Table | None) -> Chosen:
    notes: list[str] = []
    truth: NDArray[np.int64] | None = None
    groups: tuple[str, ...] = ()
    if table is not None:
        values, columns = table.values, table.columns
        notes += table.notes
    elif source.name in MADE:
        points = made(source.name, source.n, source.seed)
        values, columns, truth = points.values, points.columns, points.truth
        if source.added:
            values = np.concatenate([values, np.array(source.added)])
            truth = None  # nobody says where an added point belongs
            were = "point was" if len(source.added) == 1 else "points were"
            before = len(values) - len(source.added)
            notes.append(f"{len(source.added):,} {were} added by hand; starts are drawn from the {before:,} before.")
    else:
        points = measured(source.name)
        values, columns, truth, groups = points.values, points.columns, points.truth, points.groups
    if source.columns:
        unknown = [name for name in source.columns if name not in columns]
        if unknown:
            raise ValueError(f"there is no column “{unknown[0]}”, expected some of {', '.join(columns[:8])}")
        values = values[:, [columns.index(name) for name in source.columns]]
        columns = source.columns
    if len(values) > ROWS:
        rows = np.sort(np.random.default_rng(0).choice(len(values), ROWS, replace=False))
        notes.append(f"Of {len(values):,} rows {ROWS:,} are clustered, drawn at random with seed 0.")
        values, truth = values[rows], None if truth is None else truth[rows]
    if source.scaled:
        values = scaled(values)
    if len(columns) > COLUMNS:
        middle, axes, kept = principal_axes(values, COLUMNS)
        notes.append(
            f"The {len(columns):,} columns are projected onto their first {len(axes)} principal components, which keep "
            f"{kept:.1%} of the variance; these are clustered."
        )
        values, columns = (values - middle) @ axes.T, tuple(f"component {j + 1}" for j in range(len(axes)))
    return Chosen(np.ascontiguousarray(values), columns, tuple(notes), truth, groups)


def plane_of(chosen: Chosen, drawn: tuple[str, ...]) -> Plane:
    """The plane of two columns, or of the two principal components where none are named.

    Raises:
        ValueError: a column that is not there.
    """
    width = len(chosen.columns)
    if width == 1:
        axes = np.array([[1.0], [0.0]])
        return Plane((chosen.columns[0], ""), np.zeros(1), axes, True, "One column: the points lie on a line.")
    if width == 2:
        return Plane((chosen.columns[0], chosen.columns[1]), np.zeros(2), np.eye(2), True)
    if drawn:
        for name in drawn:
            if name not in chosen.columns:
                raise ValueError(f"there is no column “{name}” to draw, expected two of the {width} chosen")
        rows = np.eye(width)[[chosen.columns.index(name) for name in drawn]]
        note = f"Clustered in all {width} columns, drawn in two of them"
        return Plane((drawn[0], drawn[1]), np.zeros(width), rows, False, f"{note}: {_NO_REGIONS}")
    middle, rows, kept = principal_axes(chosen.values)
    note = f"Clustered in all {width} columns, drawn along the two principal components ({kept:.1%} of the variance)"
    return Plane(("component 1", "component 2"), middle, rows, False, f"{note}: {_NO_REGIONS}")


_NO_REGIONS = "what is nearest in the plane need not be nearest in all columns, so no regions are shaded."
