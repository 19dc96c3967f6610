"""Every file that a reader may open on /kmeans: what is read of it, what is left out, what is refused, in words."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqviz.ui.kmeans.table import names_of, read_table


def test_numbers_under_a_header():
    table = read_table(b"height,weight\n1.7,60\n1.8,75.5\n", "people.csv")
    assert table.columns == ("height", "weight")
    np.testing.assert_array_equal(table.values, [[1.7, 60], [1.8, 75.5]])
    assert table.notes == ()


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_every_separator_a_byte_order_mark_and_blank_lines(separator: str):
    text = f"a{separator}b\r\n1{separator}2\r\n\r\n3{separator}4\r\n"
    table = read_table(b"\xef\xbb\xbf" + text.encode(), "x.csv")
    assert table.columns == ("a", "b")
    np.testing.assert_array_equal(table.values, [[1, 2], [3, 4]])


@pytest.mark.parametrize("separator", [";", "\t"])
@pytest.mark.parametrize("header", ["a{0}b\n", ""])
def test_a_decimal_comma_is_read_where_commas_do_not_separate(separator: str, header: str):
    text = header.format(separator) + f"1,5{separator}-2,25\n3{separator},5e1\n"
    table = read_table(text.encode(), "x.csv")
    np.testing.assert_array_equal(table.values, [[1.5, -2.25], [3, 5]])
    assert table.notes == ("A comma in a number is read as its decimal point.",)


def test_no_header_and_names_that_repeat_or_lack():
    assert read_table(b"1,2\n3,4\n", "x.csv").columns == ("column 1", "column 2")
    assert read_table(b"a,a,\n1,2,3\n4,5,6\n", "x.csv").columns == ("a", "a (2)", "column 3")
    assert read_table(b"a,a (3),a\n1,2,3\n4,5,6\n", "x.csv").columns == ("a", "a (3)", "a (3) (3)")


def test_a_wide_table_is_named_at_once():
    """Looked up in a list, 60,000 names took twelve seconds, and a file has room for ten times as many."""
    assert len(set(names_of([f"c{j % 50_000}" for j in range(60_000)]))) == 60_000


def test_one_long_row_above_many_short_ones_asks_for_no_gigabytes():
    wide = ",".join("abcdefgh" * 1000) + "\n"
    with pytest.raises(ValueError, match=r"x\.csv has 1,000 rows by 8,000 columns, expected at most 5,000,000 cells"):
        read_table((wide + "1\n" * 1000).encode(), "x.csv")


def test_a_column_of_text_is_left_out_and_named():
    table = read_table("a,species,b\n1,setosa,2\n3,“virginica”,4\n".encode(), "x.csv")
    assert table.columns == ("a", "b")
    assert table.notes == ("Column “species” holds text (“setosa” in row 2): it is left out.",)


def test_what_is_a_number_to_python_alone_is_text():
    table = read_table(b"month,a\n2020_01,1\n2020_02,2\n", "x.csv")
    assert table.columns == ("a",)
    assert table.notes == ("Column “month” holds text (“2020_01” in row 2): it is left out.",)


@pytest.mark.parametrize("gap", ["nan", "inf", "", "oops", "1e300", "-inf"])
def test_a_row_without_a_finite_number_is_left_out_and_counted(gap: str):
    table = read_table(f"a,b\n1,2\n3,4\n{gap},6\n7,8\n".encode(), "x.csv")
    np.testing.assert_array_equal(table.values, [[1, 2], [3, 4], [7, 8]])
    assert table.notes == (
        f"1 of 4 rows lack a finite number (“a” is {gap or 'nothing'} in row 4): they are left out.",
    )


def test_a_short_row_lacks_a_number_and_a_long_one_is_cut():
    table = read_table(b"a,b\n1,2\n3\n4,5,6\n", "x.csv")
    np.testing.assert_array_equal(table.values, [[1, 2], [4, 5]])
    assert "“b” is nothing in row 3" in table.notes[0]


def test_a_constant_column_is_said():
    table = read_table(b"a,b\n1,5\n2,5\n3,5\n", "x.csv")
    assert table.notes == ("Column “b” is 5 in all 3 rows: it tells no points apart.",)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "x.csv has 0 rows, expected a header and at least 2"),
        (b"a,b\n", "x.csv has a header and 0 rows, expected at least 2"),
        (b"a,b\n1,2\n", "x.csv has a header and 1 rows, expected at least 2"),
        (b"a,b\nx,y\nz,w\n", "x.csv has 0 columns of numbers among its 2, expected at least 1"),
        (b"a\nnan\ninf\n", "x.csv has 0 columns of numbers among its 1, expected at least 1"),
        (b"a\n1\nnan\n", "x.csv has 1 rows of finite numbers up to 1·10¹⁰⁰, expected at least 2"),
        (b"PNG\0\0\0", "x.csv holds binary data, expected text with commas, semicolons or tabs"),
    ],
)
def test_what_cannot_be_read_is_refused_with_both_numbers(content: bytes, sentence: str):
    with pytest.raises(ValueError) as refusal:
        read_table(content, "x.csv")
    assert str(refusal.value) == sentence


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused_in_a_sentence(content: bytes):
    try:
        table = read_table(content, "x.csv")
    except ValueError as refusal:
        table, said = None, str(refusal)
    if table is None:
        assert said.startswith("x.csv ")
        return
    assert np.isfinite(table.values).all()
    assert table.values.shape == (len(table.values), len(table.columns))
    assert len(table.values) >= 2
