"""What is kept of a run stays within its bounds, and is the right part of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqviz.learning.keeping import Checkpoints, StepLog, decoded, least_missed


@settings(deadline=None)
@given(
    gaps=st.lists(st.integers(1, 40), min_size=1, max_size=300),
    most=st.integers(2, 40),
    marked=st.sets(st.integers(0, 299)),
    size=st.integers(1, 50),
)
def test_steps_are_thinned_to_the_bound_with_first_and_last(
    gaps: list[int], most: int, marked: set[int], size: int
) -> None:
    steps, update = StepLog(most, most_bytes=1000), -1
    for at, gap in enumerate(gaps):
        update += gap
        assert steps.add(update, b"x" * size, at in marked)
        assert len(steps.updates) <= most
        assert sum(map(len, steps.lines(-1))) <= 1000 or len(steps.updates) <= 2
    assert steps.updates == sorted(set(steps.updates))
    assert (steps.updates[0], steps.updates[-1], steps.last) == (gaps[0] - 1, update, update)
    assert len(steps.lines(-1)) == len(steps.updates)


def test_thinning_keeps_an_even_spread_and_what_is_marked() -> None:
    steps = StepLog(most=100)
    for update in range(1, 1001):
        steps.add(update, b"{}", marked=update % 50 == 0)
    assert set(range(50, 1001, 50)) <= set(steps.updates)
    gaps = [after - before for before, after in zip(steps.updates, steps.updates[1:], strict=False)]
    assert max(gaps) <= 32


def test_a_step_that_is_known_is_not_added_again() -> None:
    steps = StepLog()
    assert [steps.add(update, b"{}") for update in (1, 2, 2, 1, 3)] == [True, True, False, False, True]
    assert steps.updates == [1, 2, 3]
    steps.cut(2)
    assert steps.updates == [1, 2]
    assert steps.lines(1) == [b"{}"]
    steps.cut(-1)
    assert (steps.updates, steps.last) == ([], -1)


def test_a_line_that_cannot_be_read_is_left_out() -> None:
    assert decoded([b'{"update": 1}', b"oops", b"[1]", b'{"loss": {"\\u0000": "inf"}}']) == (
        {"update": 1},
        {"loss": float("inf")},
    )


@settings(deadline=None, max_examples=30)
@given(gaps=st.lists(st.integers(1, 60), min_size=1, max_size=60), most=st.integers(2, 8), size=st.integers(1, 300))
def test_checkpoints_stay_within_bounds(
    gaps: list[int], most: int, size: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("kept")
    kept, update = Checkpoints(folder, most, most_bytes=1000), -1
    for gap in gaps:
        update += gap
        kept.add(update, bytes([update % 256]) * size)
        assert len(kept.updates) <= most
        assert len(kept.updates) * size <= 1000 or len(kept.updates) <= 2
    assert (kept.updates[0], kept.updates[-1], kept.last) == (gaps[0] - 1, update, update)
    assert {path.name for path in folder.iterdir()} == {f"{each}.safetensors" for each in kept.updates}
    assert all(kept.read(each) == bytes([each % 256]) * size for each in kept.updates)
    kept.clear()
    assert (kept.updates, kept.last, folder.exists()) == ((), -1, False)


def test_the_spread_is_dense_at_the_start_and_even_to_the_end(tmp_path: Path) -> None:
    kept = Checkpoints(tmp_path / "run", most=24)
    for update in (0, 1, 2, 5, 10, 20, *range(50, 5001, 50)):
        kept.add(update, b"x")
    assert {0, 5000} <= set(kept.updates)
    assert len([update for update in kept.updates if update <= 50]) >= 4
    assert max(after - before for before, after in zip(kept.updates, kept.updates[1:], strict=False)) <= 700


def test_the_one_between_close_neighbours_is_missed_least() -> None:
    assert least_missed([0, 100, 200, 201, 202, 400]) in (201, 202)
    assert least_missed([0, 1, 2]) == 1
    assert least_missed([0, 100, 200, 201, 202, 400], stay={201, 202}) == 200
    with pytest.raises(ValueError, match="empty"):
        least_missed([0, 1, 2], stay={1})


def test_a_lost_file_is_a_missing_checkpoint(tmp_path: Path) -> None:
    kept = Checkpoints(tmp_path / "run")
    kept.add(0, b"x")
    kept.add(0, b"y")
    assert kept.read(0) == b"x"
    (tmp_path / "run" / "0.safetensors").unlink()
    with pytest.raises(KeyError):
        kept.read(0)


def test_a_spare_checkpoint_gives_way_to_the_next(tmp_path: Path) -> None:
    kept = Checkpoints(tmp_path / "run")
    for update, spare in ((0, False), (7, True), (9, True), (50, False), (60, True)):
        kept.add(update, b"x", spare)
    assert kept.updates == (0, 50, 60)
    kept.cut(60)
    kept.add(100, b"x")
    assert kept.updates == (0, 50, 60, 100)
