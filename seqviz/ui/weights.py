"""Weights typed over the drawn ones: an editable table, kept per unit and token, and carried by the address bar."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
import streamlit as st

from seqviz.records import Array
from seqviz.recurrent.notation import Notation, plain
from seqviz.text import Vocabulary, visible
from seqviz.ui.compute import PLACES
from seqviz.ui.settings import WEIGHT_LIMIT, Settings, Typed
from seqviz.ui.state import has_widget, visit

_ADDRESS = "typed"
_PARAMETERS = tuple(PLACES)
_JSON_LIMIT = 200_000  # characters


@dataclass
class WeightTable:
    """A table on the screen: what it started from, so that edits are counted once."""

    name: str
    identity: object
    generation: int
    frame: pd.DataFrame

    @property
    def key(self) -> str:
        """The editor's widget key: a new one for each table, so that no edit is applied to another."""
        return f"weights-{self.name}-{self.generation}"


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
        entries = json.loads(text if len(text) <= _JSON_LIMIT else "")
    except (ValueError, RecursionError):
        raise ValueError("not JSON") from None
    if not isinstance(entries, list) or len(entries) > 2000:
        raise ValueError("not a list of at most 2,000 weights")
    typed: dict[tuple[str, int | str, int | str], float] = {}
    for entry in entries:
        match entry:
            case [str(name), row, column, int() | float() as value] if (
                name in _PARAMETERS and _is_place(row) and _is_place(column) and not isinstance(value, bool)
            ):
                typed[name, row, column] = _as_float(value)
            case _:
                raise ValueError(f"{_quoted(entry)} is no weight")
    return typed


def _is_place(value: object) -> bool:
    """A unit's number or a token; a token must be text that can be sent, so no half of a surrogate pair."""
    if isinstance(value, str):
        return not any("\ud800" <= character <= "\udfff" for character in value)
    return isinstance(value, int) and not isinstance(value, bool)


def _as_float(value: float) -> float:
    try:
        return float(value)
    except OverflowError:  # an integer beyond the floats
        return math.inf if value > 0 else -math.inf


def _quoted(entry: object) -> str:
    try:
        return json.dumps(entry)[:60]
    except (ValueError, RecursionError):
        return "an entry"


def write_typed(typed: Typed) -> str:
    """The inverse of `parse_typed`."""
    return json.dumps([[*place, value] for place, value in typed.items()], separators=(",", ":"), ensure_ascii=False)


def weight_drawer(drawn: dict[str, Array], vocabulary: Vocabulary, settings: Settings, letters: Notation) -> Typed:
    """The tables in a drawer that costs nothing while it is shut; returns every typed weight."""
    title = "Weights as a table: type a lecture's own numbers"
    with st.expander(title, key="tables", bind="query-params") as drawer:
        return _weight_tables(drawn, vocabulary, settings, letters) if drawer.open else dict(visit().typed or {})


def _weight_tables(drawn: dict[str, Array], vocabulary: Vocabulary, settings: Settings, letters: Notation) -> Typed:
    """Draw the editable tables, one a tab; returns every typed weight, also of places that this network lacks.

    All of them stay mounted: a table sends what was typed a moment later, and would not if it had gone by then.
    """
    memory = visit()
    typed = dict(memory.typed or {})
    symbols = [plain(getattr(letters, name)) + (letters.stored if name.startswith("W") else "") for name in _PARAMETERS]
    for name, symbol, tab in zip(_PARAMETERS, symbols, st.tabs(symbols, default=symbols[1]), strict=True):
        with tab:
            _table(name, symbol, drawn[name], vocabulary, settings, typed)
    here = sum(
        row in places[0] and column in places[1]
        for name, row, column in typed
        for places in [_places(name, drawn[name], vocabulary)]
    )
    waiting = f" {len(typed) - here} more wait for units or tokens that are not here." if len(typed) > here else ""
    st.caption(
        f"Each a number from −{WEIGHT_LIMIT:g} to {WEIGHT_LIMIT:g}; {here} of "
        f"{sum(array.size for array in drawn.values())} typed over.{waiting} Typed weights stay when the text changes. "
        "Updates start from these."
    )
    if st.button("Back to the weights as drawn from the seed", disabled=not typed):
        memory.tables_reset += 1
        memory.typed = {}
        st.rerun()
    memory.typed = typed
    return typed


def _places(name: str, drawn: Array, vocabulary: Vocabulary) -> list[tuple[int | str, ...]]:
    """What stands at the rows and at the columns: units by number, tokens by themselves."""
    return [
        vocabulary.tokens if kind == "token" else tuple(range(length))
        for kind, length in zip(PLACES[name], drawn.shape, strict=True)
    ]


def _table(
    name: str,
    symbol: str,
    drawn: Array,
    vocabulary: Vocabulary,
    settings: Settings,
    typed: dict[tuple[str, int | str, int | str], float],
) -> None:
    """One editor; what stands in it goes into `typed`."""
    memory = visit()
    rows, columns = _places(name, drawn, vocabulary)
    identity = (rows, columns, settings.start, settings.seed, settings.scale, memory.tables_reset)
    table = memory.tables.get(name)
    if not isinstance(table, WeightTable) or table.identity != identity or not has_widget(table.key):
        values = drawn.copy()
        for r, row in enumerate(rows):
            for c, column in enumerate(columns):
                values[r, c] = typed.get((name, row, column), values[r, c])
        generation = table.generation + 1 if isinstance(table, WeightTable) else 0
        frame = pd.DataFrame(values, index=[_label(row) for row in rows], columns=[str(c) for c in range(len(columns))])
        table = memory.tables[name] = WeightTable(name, identity, generation, frame)
    edited: pd.DataFrame = st.data_editor(
        table.frame,
        key=table.key,
        column_config={
            str(c): st.column_config.NumberColumn(_label(column) if name not in ("b", "c") else "bias", format="%.4f")
            for c, column in enumerate(columns)
        },
        alt=f"Editable weights {symbol}",
    )
    values = edited.to_numpy(dtype=np.float64, na_value=np.nan)  # (rows, columns)
    for r, row in enumerate(rows):
        for c, column in enumerate(columns):
            if values[r, c] == drawn[r, c]:
                typed.pop((name, row, column), None)
            else:
                typed[name, row, column] = float(values[r, c])


def _label(place: int | str) -> str:
    return visible(place) if isinstance(place, str) else f"unit {place + 1}"
