"""The reader's own CSV: numbers in columns, and a sentence about everything that was left out."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from dataclasses import dataclass, replace

import numpy as np

from seqviz.figures.numbers import in_words
from seqviz.records import Array

LARGEST = 1e100  # a number beyond would overflow when it is squared
NAME_LENGTH = 40
CELLS = 5_000_000  # a file of 5 MB cannot fill more; one long row above many short ones would ask for gigabytes
DECIMAL_COMMA = re.compile(r"\s*[+-]?\d*,\d+([eE][+-]?\d+)?\s*")


@dataclass(frozen=True, eq=False)
class Table:
    """The columns of a file that hold numbers, and its rows where all of them do.

    Attributes:
        digest: of the file's bytes. name: of the file. columns: (M,) names. values: (N, M). notes: what was left out.
    """

    digest: str
    name: str
    columns: tuple[str, ...]
    values: Array
    notes: tuple[str, ...]


def digest_of(content: bytes) -> str:
    return hashlib.blake2b(content, digest_size=8).hexdigest()


def read_table(content: bytes, name: str) -> Table:
    """Read a CSV with commas, semicolons or tabs; its first row may hold names.

    Where commas do not separate, they may stand in the numbers, as spreadsheets write them in most of Europe.

    Raises:
        ValueError: it has no rows, no column of numbers, or fewer than two rows of them.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("latin-1")
    if "\0" in text:
        raise ValueError(f"{name} holds binary data, expected text with commas, semicolons or tabs")
    first = text.lstrip().partition("\n")[0]
    separator = separator_of(first)
    try:
        rows = [row for row in csv.reader(io.StringIO(text), delimiter=separator) if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise ValueError(f"{name} cannot be read as a CSV: {error}") from error
    notes: list[str] = []
    if separator != ",":
        pointed = [[with_point(cell) for cell in row] for row in rows]
        if pointed != rows:
            notes.append("A comma in a number is read as its decimal point.")
        rows = pointed
    if not rows:
        raise ValueError(f"{name} has 0 rows, expected a header and at least 2")
    has_header = any(number_in(cell) is None and cell.strip() for cell in rows[0])
    header = rows[0] if has_header else [f"column {j + 1}" for j in range(len(rows[0]))]
    body = rows[1:] if has_header else rows
    if len(body) < 2:
        raise ValueError(f"{name} has a header and {len(body)} rows, expected at least 2")
    if len(body) * len(header) > CELLS:
        raise ValueError(f"{name} has {len(body):,} rows by {len(header):,} columns, expected at most {CELLS:,} cells")
    found = columns_of_numbers(body, names_of(header), name, digest_of(content), 2 if has_header else 1)
    return replace(found, notes=(*notes, *found.notes))


def separator_of(line: str) -> str:
    """What stands most often in the first line; but commas within numbers separate nothing."""
    for mark in ";\t":
        cells = line.split(mark)
        if len(cells) > 1 and all(number_in(with_point(cell)) is not None for cell in cells):
            return mark
    return max(",;\t", key=line.count)


def with_point(cell: str) -> str:
    """A number with a decimal comma gets a point; anything else stays as it is."""
    return cell.replace(",", ".") if "," in cell and DECIMAL_COMMA.fullmatch(cell) else cell


def columns_of_numbers(body: list[list[str]], names: list[str], name: str, digest: str, line: int) -> Table:
    """Leave out columns of text, then rows with a gap in what is left; `line` is the number of the first row."""
    width = len(names)
    cells = np.full((len(body), width), np.nan)
    is_text = np.zeros(cells.shape, bool)
    for i, row in enumerate(body):
        for j, cell in enumerate(row[:width]):
            value = number_in(cell)
            if value is None:
                is_text[i, j] = bool(cell.strip())
            else:
                cells[i, j] = value
    filled = is_text.sum(axis=0) + np.isfinite(cells).sum(axis=0)
    texts = is_text.sum(axis=0) * 2 > filled
    hollow = filled == 0
    notes = []
    for j in np.flatnonzero(texts)[:3]:
        i = int(np.flatnonzero(is_text[:, j])[0])
        notes.append(f"Column “{names[j]}” holds text (“{body[i][j].strip()[:30]}” in row {i + line}): it is left out.")
    if texts.sum() > 3:
        notes.append(f"{int(texts.sum()) - 3:,} more columns hold text and are left out.")
    if hollow.any():
        notes.append(f"{int(hollow.sum()):,} columns hold no number at all and are left out.")
    kept = np.flatnonzero(~texts & ~hollow)
    if not len(kept):
        raise ValueError(f"{name} has 0 columns of numbers among its {width}, expected at least 1")
    values = cells[:, kept]
    usable = (np.abs(values) <= LARGEST).all(axis=1)  # nan is not
    if not usable.all():
        i = int(np.flatnonzero(~usable)[0])
        j = int(kept[int(np.flatnonzero(~(np.abs(values[i]) <= LARGEST))[0])])
        found = body[i][j].strip()[:30] if j < len(body[i]) and body[i][j].strip() else "nothing"
        notes.append(
            f"{int((~usable).sum()):,} of {len(body):,} rows lack a finite number (“{names[j]}” is {found} in row "
            f"{i + line:,}): they are left out."
        )
    values = values[usable]
    if len(values) < 2:
        raise ValueError(
            f"{name} has {len(values)} rows of finite numbers up to {in_words(LARGEST)}, expected at least 2"
        )
    for j in np.flatnonzero(values.max(axis=0) == values.min(axis=0))[:3]:
        notes.append(
            f"Column “{names[kept[j]]}” is {values[0, j]:g} in all {len(values):,} rows: it tells no points apart."
        )
    return Table(digest, name, tuple(names[j] for j in kept), values, tuple(notes))


def number_in(cell: str) -> float | None:
    """The number in a cell, nan and inf included; None for anything else, such as 2020_01, a number to Python."""
    if "_" in cell:
        return None
    try:
        return float(cell)
    except ValueError:
        return None


def names_of(header: list[str]) -> list[str]:
    """Column names, none empty and none twice."""
    names: dict[str, None] = {}  # a set that keeps its order: there may be 100,000
    for j, cell in enumerate(header):
        name = cell.strip()[:NAME_LENGTH] or f"column {j + 1}"
        while name in names:
            name = f"{name} ({j + 1})"
        names[name] = None
    return list(names)
