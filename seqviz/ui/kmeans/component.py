"""The animation: its scripts, mounted with data; what a reader drags, types or clicks there comes back here."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np

from seqviz.ui.browser import STEPPER, browser_component
from seqviz.ui.common import as_sentence
from seqviz.ui.kmeans.compute import Shown, check_place, starts_of
from seqviz.ui.kmeans.kept import kept, starts_for
from seqviz.ui.kmeans.packing import run_data
from seqviz.ui.kmeans.settings import ADDED, BY_HAND, Rows
from seqviz.ui.state import set_widgets, triggered

_kmeans = browser_component(
    "seqviz_kmeans",
    (
        *STEPPER,
        "shared/marks.js",
        "kmeans/data.js",
        "kmeans/words.js",
        "kmeans/shapes.js",
        "kmeans/plane.js",
        "kmeans/pointer.js",
        "kmeans/curve.js",
        "kmeans/panel.js",
        "kmeans/main.js",
    ),
    "kmeans/style.css",
)


def animation(
    found: Shown, *, key: str, address: Mapping[str, str | None] | None = None, editable: bool = False
) -> None:
    """Mount a run; the same key keeps its place. `address` goes to the address bar, None takes out."""
    _kmeans(
        data=run_data(found, address, editable=editable),
        key=key,
        on_start_change=partial(_drag, key, found),
        on_starts_change=partial(_type, key, found),
        on_point_change=partial(_add, key, found),
    )


def _begin_at(rows: Rows, found: Shown) -> None:
    mine = kept()
    mine.starts, mine.starts_for = rows, starts_for(found.settings.source)
    set_widgets(km_starts=BY_HAND)


def _drag(key: str, found: Shown) -> None:
    """A start was dragged within the plane."""
    message = triggered(key, "start")
    if not isinstance(message, dict):
        return
    cluster, to = message.get("cluster"), [message.get("x"), message.get("y")]
    rows = starts_of(found.run)
    if not isinstance(cluster, int) or not 0 <= cluster < len(rows) or not all(_is_number(one) for one in to):
        return
    moved = found.plane.moved(np.array(rows[cluster]), np.array(to, dtype=float))
    row = tuple(round(float(value), 6) for value in moved)
    _begin_at((*rows[:cluster], row, *rows[cluster + 1 :]), found)


def _type(key: str, found: Shown) -> None:
    """The table of starts was typed into."""
    message = triggered(key, "starts")
    rows = message.get("rows") if isinstance(message, dict) else None
    if not isinstance(rows, list) or len(rows) != found.run.k:
        return
    columns = found.chosen.columns
    read: list[tuple[float, ...]] = []
    for c, row in enumerate(rows):
        if not isinstance(row, list) or len(row) != len(columns):
            return
        values = []
        for cell, name in zip(row, columns, strict=True):
            value = _typed(cell)
            if value is None:
                kept().refused = f"Centroid {c + 1} starts at {name} = “{str(cell)[:30]}”, expected a finite number."
                return
            values.append(value)
        read.append(tuple(values))
    _begin_at(tuple(read), found)


def _add(key: str, found: Shown) -> None:
    """A point was clicked into the plane, or typed."""
    message = triggered(key, "point")
    cells: list[Any] = [message.get("x"), message.get("y")] if isinstance(message, dict) else []
    if len(cells) != 2 or not found.settings.source.is_made:
        return
    mine = kept()
    if len(mine.added) >= ADDED:
        mine.refused = f"{len(mine.added):,} points were added; the limit is {ADDED:,}."
        return
    place = []
    for cell, name in zip(cells, found.chosen.columns, strict=True):
        value = _typed(cell)
        if value is None:
            mine.refused = f"The point lies at {name} = “{str(cell)[:30]}”, expected a finite number."
            return
        place.append(round(value, 4))
    try:
        check_place("the point lies", tuple(place), found.chosen)
    except ValueError as refusal:
        mine.refused = as_sentence(str(refusal))
        return
    mine.added = (*mine.added, tuple(place))


def _typed(cell: object) -> float | None:
    try:
        value = float(str(cell).strip().replace("−", "-").replace(",", "."))
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
