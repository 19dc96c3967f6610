"""Files that people bring: bytes → text, with the encoding said; CSV → texts with labels."""

from __future__ import annotations

import codecs
import csv
import io
from dataclasses import dataclass

LIMIT = 5_000_000  # bytes
FIELD_LIMIT = 100_000  # characters of one text or label


@dataclass(frozen=True)
class Decoded:
    """A text, and the name of the encoding it was read as."""

    text: str
    encoding: str


def decode(data: bytes) -> Decoded:
    """UTF-8, UTF-16 where a byte order mark says so, else Latin-1, in which every byte is a character.

    Raises:
        ValueError: more than LIMIT bytes, none at all, a broken UTF-16, or a NUL, which no text has: it is another kind
            of file, or a UTF-16 without its mark.
    """
    if len(data) > LIMIT:
        raise ValueError(f"the file has {len(data):,} bytes, expected at most {LIMIT:,}")
    if not data:
        raise ValueError("the file has 0 bytes, expected at least 1")
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        try:
            return Decoded(data.decode("utf-16"), "UTF-16")
        except UnicodeDecodeError as error:
            raise ValueError(f"the file begins as UTF-16 and is broken at byte {error.start}: {error.reason}") from None
    if b"\0" in data:
        raise ValueError(
            f"the file has a NUL at byte {data.index(0):,}, expected plain text: UTF-8, Latin-1, or UTF-16 that begins "
            "with its byte order mark"
        )
    try:
        return Decoded(data.decode("utf-8-sig"), "UTF-8")
    except UnicodeDecodeError:
        return Decoded(data.decode("latin-1"), "Latin-1")


def labelled(table: str) -> tuple[tuple[str, str], ...]:
    """The rows (text, label) of a CSV: quotes, commas and newlines inside quotes as RFC 4180 has them.

    Comma, semicolon or tab between the fields, whichever the first row has; a first row that is "text" and "label",
    in either order, names the columns. Without it the first column is the text and the second the label.

    Raises:
        ValueError: a row without a text or a label, by its number, or no row at all.
    """
    first = table.lstrip("\ufeff").partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(table.lstrip("\ufeff"), newline=""), delimiter=delimiter, strict=True)
    old = csv.field_size_limit(FIELD_LIMIT)
    try:
        rows = [(reader.line_num, [cell.strip() for cell in row]) for row in reader if any(map(str.strip, row))]
    except csv.Error as error:
        raise ValueError(f"the CSV cannot be read at line {reader.line_num}: {error}") from None
    finally:
        csv.field_size_limit(old)
    text_at, label_at = 0, 1
    header = [cell.lower() for cell in rows[0][1]] if rows else []
    if {"text", "label"} <= set(header):
        text_at, label_at = header.index("text"), header.index("label")
        rows = rows[1:]
    if not rows:
        raise ValueError("the CSV has 0 rows, expected at least 1 with a text and a label")
    found = []
    for line, row in rows:
        if len(row) <= max(text_at, label_at) or not row[label_at]:
            raise ValueError(f"the row that ends on line {line} has no label, expected a text and a label")
        if not row[text_at]:
            raise ValueError(f"the row that ends on line {line} has no text, expected a text and a label")
        found.append((row[text_at], row[label_at]))
    return tuple(found)
