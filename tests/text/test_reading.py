"""Files as people bring them, against Python's own codecs and CSV writer."""

from __future__ import annotations

import csv
import io

import pytest

from seqviz.text.reading import LIMIT, decode, labelled


@pytest.mark.parametrize(
    ("codec", "named"),
    [("utf-8", "UTF-8"), ("utf-8-sig", "UTF-8"), ("utf-16", "UTF-16"), ("latin-1", "Latin-1")],
)
def test_the_text_comes_back_and_its_encoding_is_said(codec: str, named: str):
    text = "Größe, café\nzwei"
    found = decode(text.encode(codec))
    assert (found.text, found.encoding) == (text, named)


def test_utf_16_of_either_order():
    assert decode(b"\xfe\xff" + "Größe".encode("utf-16-be")).text == "Größe"


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "the file has 0 bytes"),
        (b"a" * (LIMIT + 1), "the file has 5,000,001 bytes, expected at most 5,000,000"),
        ("ab".encode("utf-16-le"), "the file has a NUL at byte 1, expected plain text"),
        (b"\xff\xfea", "the file begins as UTF-16 and is broken at byte"),
    ],
)
def test_what_cannot_be_read_is_refused(data: bytes, says: str):
    with pytest.raises(ValueError, match=says):
        decode(data)


ROWS = [("plain", "a"), ('he said "no", twice', "b"), ("two\nlines, one comma", "a"), ("tab\tand; semicolon", "c")]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("header", [None, ("text", "label"), ("Label", "Text")])
def test_a_csv_is_what_its_writer_wrote(delimiter: str, header: tuple[str, str] | None):
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter)
    if header:
        writer.writerow(header)
    for row in ROWS:
        writer.writerow(row[::-1] if header and header[0] == "Label" else row)
    assert labelled(out.getvalue()) == tuple(ROWS)


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ("", "the CSV has 0 rows"),
        ("text,label\n", "the CSV has 0 rows"),
        ("good,1\nbad\n", "line 2 has no label"),
        ("good,1\nbad,\n", "line 2 has no label"),
        ("good,1\n,2\n", "line 2 has no text"),
        ('good,1\n"bad,2\n', "cannot be read at line"),
        ("a" * 200_000 + ",1", "cannot be read at line 1: field larger than field limit"),
    ],
)
def test_a_csv_without_texts_and_labels_is_refused(table: str, says: str):
    with pytest.raises(ValueError, match=says):
        labelled(table)
