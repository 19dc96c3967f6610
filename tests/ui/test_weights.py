"""Typed weights in the address bar: written and read back without loss, and nonsense refused in a few words."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from seqviz.text import tokenize
from seqviz.ui.compute import experiment
from seqviz.ui.settings import Refusal, Settings
from seqviz.ui.weights import parse_typed, write_typed

quick = settings(deadline=None, max_examples=200)

units = st.integers(0, 7)
tokens = st.text(min_size=1, max_size=5)
places = st.one_of(
    st.tuples(st.just("W_xh"), units, tokens),
    st.tuples(st.just("W_hh"), units, units),
    st.tuples(st.just("b"), units, st.just(0)),
    st.tuples(st.just("W_hy"), tokens, units),
    st.tuples(st.just("c"), tokens, st.just(0)),
)
finite = st.floats(-1000, 1000)

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)
nearly = st.lists(
    st.tuples(
        st.sampled_from(["W_xh", "W_hh", "b", "W_hy", "c", "V", ""]) | anything,
        units | tokens | anything,
        units | tokens | anything,
        finite | st.integers() | anything,
    ),
    max_size=4,
)


def read(text: str) -> dict[tuple[str, int | str, int | str], float] | None:
    """The typed weights, or None where the text is refused; the refusal is short and of one line."""
    typed, refusal = None, None
    try:
        typed = parse_typed(text)
    except ValueError as error:
        refusal = error
    if typed is None:
        said = str(refusal)
        assert type(refusal) is ValueError  # its own words, not those of a library that it stumbled over
        assert 0 < len(said) < 100
        assert "\n" not in said
        return None
    for (name, row, column), value in typed.items():
        assert name in ("W_xh", "W_hh", "b", "W_hy", "c")
        assert type(row) in (int, str)
        assert type(column) in (int, str)
        assert type(value) is float
    return dict(typed)


# ── there and back ───────────────────────────────────────────────────────────────────────────────────────────


@quick
@given(st.dictionaries(places, finite, max_size=20))
@example({("W_xh", 0, "🧑‍🚀"): 0.1, ("W_hy", '"\\', 1): -0.0, ("c", "\x00", 0): 5e-324})
def test_what_is_written_is_read_back_to_the_last_digit(typed: dict[tuple[str, int | str, int | str], float]):
    again = read(write_typed(typed))
    assert again == typed
    assert list(again) == list(typed)
    assert [math.copysign(1, value) for value in again.values()] == [math.copysign(1, v) for v in typed.values()]


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 1e308, -1e308, 1e301])
def test_a_value_that_will_be_refused_survives_the_address_too(value: float):
    """A link to a mistake shows the same mistake: an emptied cell does not come back as infinite."""
    (again,) = parse_typed(write_typed({("W_hh", 0, 1): value})).values()
    assert again == value or (math.isnan(again) and math.isnan(value))


def test_the_form_in_a_link_is_short_and_stays_what_it_is():
    typed = {("W_xh", 0, "é"): 0.5, ("W_hy", "h", 2): -1.0, ("b", 3, 0): 2.0}
    assert write_typed(typed) == '[["W_xh",0,"é",0.5],["W_hy","h",2,-1.0],["b",3,0,2.0]]'
    assert parse_typed('[["W_hh", 0, 1, 2], ["c", "x", 0, -3.5]]') == {("W_hh", 0, 1): 2.0, ("c", "x", 0): -3.5}
    assert write_typed({}) == "[]"
    assert parse_typed("[]") == {}


def test_the_last_of_two_values_for_one_place_counts():
    assert parse_typed('[["b",0,0,1],["b",0,0,2]]') == {("b", 0, 0): 2.0}


# ── nonsense ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("text", ["", " ", "[", "h=1", "[[]", "[1,]", "'[]'", "\x00", "\ufeff[]", "1" * 5000, "NaN]"])
def test_what_is_not_json_is_called_so(text: str):
    with pytest.raises(ValueError, match=r"^not JSON$"):
        parse_typed(text)


@pytest.mark.parametrize("text", ["null", "1", '"W_hh"', "{}", '{"W_hh": 1}', "true", "NaN"])
def test_json_that_is_no_list_is_called_so(text: str):
    with pytest.raises(ValueError, match=r"^not a list of at most 2,000 weights$"):
        parse_typed(text)


def test_two_thousand_weights_and_one_more():
    entries = [["W_xh", 0, f"t{number}", 0.5] for number in range(2001)]
    assert len(parse_typed(json.dumps(entries[:2000]))) == 2000
    with pytest.raises(ValueError, match="at most 2,000"):
        parse_typed(json.dumps(entries))


@pytest.mark.parametrize(
    "entry",
    [
        [],
        ["W_hh", 0, 0],
        ["W_hh", 0, 0, 1, 2],
        ["W_sh", 0, 0, 1],
        ["__class__", 0, 0, 1],
        [0, 0, 0, 1],
        [["W_hh"], 0, 0, 1],
        ["W_hh", 0.5, 0, 1],
        ["W_hh", None, 0, 1],
        ["W_hh", [0], 0, 1],
        ["W_hh", 0, {}, 1],
        ["W_hh", 0, 0, "1"],
        ["W_hh", 0, 0, None],
        ["W_hh", 0, 0, True],
        ["W_hh", True, 0, 1],
        ["W_hh", 0, False, 1],
        {"W_hh": 1},
        "W_hh",
        None,
    ],
    ids=json.dumps,
)
def test_an_entry_that_is_no_weight_is_quoted(entry: object):
    with pytest.raises(ValueError) as refused:
        parse_typed(json.dumps([["b", 0, 0, 1.0], entry]))
    assert json.dumps(entry) in str(refused.value)
    assert "no weight" in str(refused.value)


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        "[" * 5_000 + "]" * 5_000,
        '{"a":' * 50_000 + "1" + "}" * 50_000,
        '[["b",0,0,' + "[" * 900 + "]" * 900 + "]]",
        f'[["b",0,0,1{"0" * 400}]]',
        f'[["b",0,0,-1{"0" * 400}]]',
        f'[["b",1{"0" * 400},0,1]]',
        '[["b",0,0,1e999]]',
        '[["W_xh",0,"\\ud800",1]]',
    ],
    ids=["open", "deep", "deep objects", "deep value", "huge", "minus huge", "huge unit", "1e999", "lone surrogate"],
)
def test_a_text_made_to_break_the_reader_does_not(text: str):
    read(text)


def test_a_lone_surrogate_can_be_written_where_it_can_be_read():
    """What is kept goes to the browser as UTF-8, which has no lone surrogates."""
    typed = read('[["W_xh",0,"\\ud800",1]]')
    if typed is not None:
        write_typed(typed).encode("utf-8")


@quick
@given(st.text())
def test_any_text_is_read_or_refused(text: str):
    read(text)


@quick
@given(anything | nearly)
def test_any_json_is_read_or_refused(value: object):
    typed = read(json.dumps(value))
    if typed is not None:
        again = read(write_typed(typed))
        assert again is not None
        assert str(again) == str(typed)  # as text, for NaN is unlike itself


@quick
@given(nearly)
def test_whatever_was_read_can_be_computed_or_is_refused(value: object):
    typed = read(json.dumps(value))
    if typed is None:
        return
    text = "".join({place for name, *where in typed for place in where if isinstance(place, str)})[:30]
    asked = Settings(text=text if tokenize(text) else "hello", typed=typed, targets="open")
    said = ""
    try:
        experiment(asked)
    except Refusal as refusal:
        said = str(refusal)
    assert said == "" or said.endswith("from −1000 to 1000.")
