"""Weights typed over the drawn ones: an editable table, kept per unit and token, and carried by the address bar."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
import streamlit as st

from seqviz.records import Array
from seqviz.recurrent.notation import Notation, at
from seqviz.text import Vocabulary, visible
from seqviz.ui.settings import WEIGHT_LIMIT, Settings, Typed
from seqviz.ui.state import visit

_ADDRESS = "typed"
_PARAMETERS = ("W_xh", "W_hh", "b", "W_hy", "c")
_TOKEN_ROWS, _TOKEN_COLUMNS = ("W_hy", "c"), ("W_xh",)


@dataclass
class WeightTable:
    """The table on the screen: what it started from, so that edits are counted once."""

    identity: object
    generation: int
    frame: pd.DataFrame


def typed_so_far() -> tuple[Typed, str | None]:
    """The typed weights of this visitor, from the address on the first call; and a sentence if it was nonsense."""
    memory = visit()
    problem = None
    if memory.typed is None:
        try:
            memory.typed = parse_typed(st.query_params.get(_ADDRESS, "[]"))
        except ValueError as error:
            memory.typed = {}
            problem = f"The weights in the address could not be read ({error}); the drawn ones are shown."
    return dict(memory.typed), problem


def parse_typed(text: str) -> Typed:
    """[[parameter, row, column, value], …] as JSON → typed weights.

    Raises:
        ValueError: anything else, in a few words.
    """
    try:
        entries = json.loads(text)
    except ValueError:
        raise ValueError("not JSON") from None
    if not isinstance(entries, list) or len(entries) > 2000:
        raise ValueError("not a list of at most 2,000 weights")
    typed: dict[tuple[str, int | str, int | str], float] = {}
    for entry in entries:
        match entry:
            case [str(name), int() | str() as row, int() | str() as column, int() | float() as value] if (
                name in _PARAMETERS and not isinstance(value, bool)
            ):
                typed[name, row, column] = float(value) if abs(value) < 1e300 else math.copysign(math.inf, value)
            case _:
                raise ValueError(f"{json.dumps(entry)[:60]} is no weight")
    return typed


def write_typed(typed: Typed) -> str:
    """The inverse of `parse_typed`."""
    return json.dumps([[*place, value] for place, value in typed.items()], separators=(",", ":"), ensure_ascii=False)


def weight_table(drawn: dict[str, Array], vocabulary: Vocabulary, settings: Settings, letters: Notation) -> Typed:
    """Draw the editable table; returns every typed weight, also of tables not on the screen."""
    memory = visit()
    typed = dict(memory.typed or {})
    symbols = {name: at(getattr(letters, name), "t").replace("{", "").replace("}", "") for name in _PARAMETERS}
    name = st.segmented_control(
        "Matrix", _PARAMETERS, default="W_hh", key="table", required=True, format_func=symbols.__getitem__
    )
    assert name is not None
    rows: tuple[int | str, ...] = vocabulary.tokens if name in _TOKEN_ROWS else tuple(range(settings.hidden))
    width = drawn[name].shape[1]
    columns: tuple[int | str, ...] = vocabulary.tokens if name in _TOKEN_COLUMNS else tuple(range(width))
    identity = (name, rows, columns, settings.start, settings.seed, settings.scale, memory.tables_reset)
    table = memory.table
    if not isinstance(table, WeightTable) or table.identity != identity:
        values = drawn[name].copy()
        for r, row in enumerate(rows):
            for c, column in enumerate(columns):
                values[r, c] = typed.get((name, row, column), values[r, c])
        generation = table.generation + 1 if isinstance(table, WeightTable) else 0
        frame = pd.DataFrame(values, index=[_label(row) for row in rows], columns=[str(c) for c in range(len(columns))])
        table = memory.table = WeightTable(identity, generation, frame)
    edited: pd.DataFrame = st.data_editor(
        table.frame,
        key=f"weights-{table.generation}",
        column_config={
            str(c): st.column_config.NumberColumn(_label(column) if name not in ("b", "c") else "bias", format="%.4f")
            for c, column in enumerate(columns)
        },
        alt=f"Editable weights {symbols[name]}",
    )
    values = edited.to_numpy(dtype=np.float64, na_value=np.nan)  # (rows, columns)
    for r, row in enumerate(rows):
        for c, column in enumerate(columns):
            if values[r, c] == drawn[name][r, c]:
                typed.pop((name, row, column), None)
            else:
                typed[name, row, column] = float(values[r, c])
    st.caption(
        f"Each a number from −{WEIGHT_LIMIT:g} to {WEIGHT_LIMIT:g}; {len(typed)} of "
        f"{sum(array.size for array in drawn.values())} typed over. Typed weights stay when the text changes."
    )
    if st.button("Back to the drawn weights", disabled=not typed):
        typed = {}
        memory.tables_reset += 1
        memory.typed = typed
        st.rerun()
    memory.typed = typed
    return typed


def _label(place: int | str) -> str:
    return visible(place) if isinstance(place, str) else f"unit {place + 1}"
