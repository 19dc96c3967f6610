"""The whiteboard by hand: 5, 33, 34, 170, 11, 181; and what a board without gates makes of them."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqviz.recurrent.whiteboard import LIMIT, PROGRAM, START, STEPS, gated_board, next_look, plain_board, standing

whole = st.integers(-LIMIT, LIMIT)
numbers = st.fixed_dictionaries(dict.fromkeys("abcd", whole))
shares = st.floats(0.0, 1.0)


def value(a: int, b: int, c: int, d: int) -> int:
    return a * c * (b * d + a) + a * d


# ── with gates ───────────────────────────────────────────────────────────────────────────────────────────────


def test_the_lecture_s_numbers_by_hand() -> None:
    board = gated_board()
    assert board.candidates.tolist() == [5, 33, 34, 170, 11, 181, 0]
    assert board.result == 181
    assert board.states.tolist() == [
        [0, 0, 0],
        [5, 0, 0],
        [5, 33, 0],
        [5, 33, 34],
        [5, 170, 34],
        [5, 170, 11],
        [181, 170, 11],
        [181, 0, 0],
    ]


def test_the_gates_by_hand() -> None:
    board = gated_board()
    assert board.forget.tolist() == [[1, 1, 1]] * 3 + [[1, 0, 1], [1, 1, 0], [0, 1, 1], [1, 0, 0]]
    assert board.take.tolist() == [[1, 0, 0], [0, 1, 0], [0, 0, 1], [0, 1, 0], [0, 0, 1], [1, 0, 0], [0, 0, 0]]
    assert board.look.tolist() == [[0, 0, 0]] * 2 + [[0, 1, 0], [1, 0, 1], [0, 0, 0], [0, 1, 1], [0, 0, 0]]
    np.testing.assert_array_equal(board.operands[:6], [[1, 5], [3, 11], [33, 1], [5, 34], [1, 11], [170, 11]])
    assert np.isnan(board.operands[6]).all()


def test_no_step_looks_at_a_line_that_it_erases_and_none_writes_over_another_number() -> None:
    for t, task in enumerate(PROGRAM):
        assert not set(task.looked_at) & set(task.erased)
        assert task.line is None or task.line in task.erased or standing(t)[task.line] is None


@given(numbers)
def test_any_whole_numbers_come_out_exact_with_one_line_left(given_numbers: dict[str, int]) -> None:
    board = gated_board(given_numbers)
    assert board.result == value(**given_numbers)
    assert board.states[-1].tolist() == [value(**given_numbers), 0, 0]
    assert not np.signbit(board.states[board.states == 0]).any()  # nobody wants to read −0


def test_what_stands_where_and_what_may_be_erased() -> None:
    assert standing(0) == (None, None, None)
    assert standing(3) == (0, 1, 2)  # ac, bd, bd + a
    assert standing(6) == (5, 3, 4)
    assert next_look(3) == (3, None, 3)  # only bd may go
    assert next_look(4) == (None, 5, None)  # ac and bd + a have both done their work
    assert next_look(5) == (None, 5, 5)  # only ac may go
    for t, task in enumerate(PROGRAM):
        assert all(next_look(t)[line] is None for line in task.erased), "the program erases what is still needed"


# ── without ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_half_and_half_by_hand() -> None:
    """α = ½: 5/2, then 5/4 + 33/2 = 17.75; b·d + a reads 17.75 and makes 18.75; …"""
    board = plain_board(START, 0.5)
    assert board.states[:, 0].tolist()[:4] == [0, 2.5, 17.75, 18.25]
    assert board.candidates.tolist()[:4] == [5, 33, 18.75, 18.25**2]
    after_4 = (18.25 + 18.25**2) / 2
    after_5 = (after_4 + 11) / 2
    assert board.candidates.tolist()[4:] == [11, 2 * after_5]
    assert board.result == 2 * after_5 == pytest.approx(186.65625)
    assert board.states[-1, 0] == (after_5 + 2 * after_5) / 2


def test_told_the_right_numbers_it_still_keeps_a_mixture() -> None:
    board = plain_board(START, 0.5, told=True)
    gated = gated_board()
    np.testing.assert_array_equal(board.candidates, gated.candidates[:6])
    shares = [Fraction(1, 2 ** (6 - k)) for k in range(6)]  # of the six writes, the latest first share ½
    exact = sum(share * number for share, number in zip(shares, (5, 33, 34, 170, 11, 181), strict=True))
    assert board.states[-1].tolist() == [float(exact)] * 3


def test_the_two_ends_of_the_rule() -> None:
    assert not plain_board(START, 0.0).states.any()  # nothing is ever taken in
    everything = plain_board(START, 1.0)  # the last number stands on every line, and nothing else
    np.testing.assert_array_equal(everything.states[1:], np.repeat(everything.candidates[:, np.newaxis], 3, axis=1))
    assert everything.candidates.tolist() == [5, 33, 34, 34 * 34, 11, 22]


@given(numbers, shares, st.booleans())
def test_every_state_is_its_mixture_of_what_was_written(
    given_numbers: dict[str, int], share: float, told: bool
) -> None:
    for board in (gated_board(given_numbers), plain_board(given_numbers, share, told)):
        most = max(1.0, np.abs(board.candidates).max())
        np.testing.assert_allclose(board.mixture @ board.candidates, board.states, atol=1e-12 * most)
        assert (board.mixture >= 0).all()
        assert (board.mixture.sum(axis=2) <= 1 + 1e-12).all()


@given(numbers, shares)
def test_the_plain_board_s_lines_cannot_differ(given_numbers: dict[str, int], share: float) -> None:
    states = plain_board(given_numbers, share).states
    np.testing.assert_array_equal(states, np.repeat(states[:, :1], 3, axis=1))
    assert np.isfinite(states).all()


# ── at the door ──────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("bad", [100, -100, 1.5, float("nan"), float("inf"), 1e300])
@pytest.mark.parametrize("name", list("abcd"))
def test_a_number_out_of_bounds_is_refused_by_name(name: str, bad: float) -> None:
    with pytest.raises(ValueError, match=rf"^the number {name} is .*, expected a whole number from −99 to 99$"):
        gated_board({**START, name: bad})


@pytest.mark.parametrize("share", [-0.1, 1.1, float("nan")])
def test_a_share_out_of_bounds_is_refused(share: float) -> None:
    with pytest.raises(ValueError, match=r"^share is .*, expected 0 to 1$"):
        plain_board(START, share)


def test_a_missing_number_is_refused() -> None:
    with pytest.raises(ValueError, match="d is nan"):
        gated_board({"a": 1, "b": 2, "c": 3})


def test_records_are_read_only() -> None:
    board = gated_board()
    assert board.steps == STEPS
    with pytest.raises(ValueError, match="read-only"):
        board.states[0, 0] = 1.0
