"""What a visitor did on /kmeans beyond the widgets: starts dragged or typed, points added, a file opened."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import streamlit as st

from seqviz.ui.kmeans.settings import ADDED, ADDRESS_LIMIT, Rows, Source
from seqviz.ui.kmeans.table import Table
from seqviz.ui.state import visit


@dataclass
class Kept:
    """Attributes:
    starts: centroids to begin with; starts_for: the points that they were made for.
    added: points clicked into the plane. table: the reader's CSV. refused: a sentence about the last act.
    unread: one about a file.
    asked: the run (`compute.Shown`) whose hundred seeds were asked for; goes_on: whether some of
    them are still to be run.
    """

    starts: Rows = ()
    starts_for: tuple[object, ...] | None = None
    added: Rows = ()
    table: Table | None = None
    refused: str | None = None
    unread: str | None = None
    asked: Any = None
    goes_on: bool = False


def kept() -> Kept:
    """This visitor's, read from the address on the first call."""
    if not isinstance(visit().kmeans, Kept):
        made = Kept()
        for name in ("starts", "added"):
            try:
                rows = rows_in(st.query_params.get(name, ""))
            except ValueError:
                rows = ()
            setattr(made, name, rows if name == "starts" else tuple(row for row in rows if len(row) == 2)[:ADDED])
        visit().kmeans = made
    found: Kept = visit().kmeans
    return found


def rows_in(text: str) -> Rows:
    """Rows of numbers from "1.5,2;3,4".

    Raises:
        ValueError: something in it is no finite number.
    """
    rows = tuple(tuple(float(cell) for cell in row.split(",")) for row in text.split(";") if row)
    if not all(math.isfinite(value) for row in rows for value in row):
        raise ValueError("a number is not finite")
    return rows


def written(rows: Rows) -> str | None:
    """The same for the address bar; None where there are none, or too many for it."""
    text = ";".join(",".join(f"{value:.6g}" for value in row) for row in rows)
    return text if text and len(text) <= ADDRESS_LIMIT else None


def starts_for(source: Source) -> tuple[object, ...]:
    """What starts are made for: other columns, or the same ones scaled, have no use for them."""
    return source.name, source.file, source.columns, source.scaled


def starts_kept(source: Source) -> Rows:
    """The starts that were made for these points."""
    mine = kept()
    if mine.starts_for is None:
        mine.starts_for = starts_for(source)  # read from the address
    return mine.starts if mine.starts_for == starts_for(source) else ()
