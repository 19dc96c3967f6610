"""What the whiteboard sends to the browser and to a spreadsheet, and the view around it."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from seqviz.recurrent.whiteboard import START
from seqviz.ui.gates.board_script import board_script
from seqviz.ui.gates.whiteboard import board_data, boards, boards_csv
from tests.scripts import printed_by

APP = """
from seqviz.recurrent.notation import notation
from seqviz.ui.gates import whiteboard
whiteboard.show(notation("B"))
"""


def test_the_data_are_plain_json_and_hold_the_lecture_s_numbers() -> None:
    data = json.loads(json.dumps(board_data(boards()), allow_nan=False))
    assert data["gated"]["candidates"] == [5, 33, 34, 170, 11, 181, 0]
    assert data["gated"]["operands"][5:] == [[170, 11], [None, None]]
    assert data["standing"][3] == [0, 1, 2]
    assert data["nextLook"][3] == [3, None, 3]
    assert data["tasks"][3] == {"name": "ac(bd + a)", "parts": [0, 2], "sign": "·", "line": 1, "erased": [1]}
    assert data["plain"]["result"] == pytest.approx(70.78, abs=0.005)


def test_the_table_holds_the_equation_row_by_row() -> None:
    rows = list(csv.DictReader(io.StringIO(boards_csv(boards(START, 0.35)))))
    assert len(rows) == 3 * (7 + 6 + 6)
    for row in rows:
        f, i, before, candidate, after = (float(row[k]) for k in ("forget", "input", "before", "candidate", "after"))
        assert after == f * before + i * candidate
    assert {row["candidate"] for row in rows if row["board"] == "plain, told the right numbers"} == {
        "5.0", "33.0", "34.0", "170.0", "11.0", "181.0",
    }  # fmt: skip


def test_the_script_makes_the_same_numbers_in_torch(tmp_path: Path) -> None:
    found = boards({"a": -7, "b": 12, "c": 99, "d": -3}, 0.35)
    (printed,) = printed_by(board_script(found.numbers, found.share), folder=tmp_path)
    lines = [line.rsplit(" ", 3)[1:] for line in printed.splitlines()]
    wanted = [*found.gated.states[1:], *found.plain.states[1:]]
    np.testing.assert_allclose(np.array(lines, dtype=np.float64), wanted, rtol=1e-11)


def test_the_view_opens_and_takes_the_reader_s_numbers() -> None:
    page = AppTest.from_string(APP, default_timeout=30).run()
    assert not page.exception
    page.number_input(key="board_a").set_value(-7.0).run()
    page.slider(key="board_share").set_value(1.0).run()
    assert not page.exception
    assert not page.warning


@pytest.mark.parametrize("bad", [100.0, 2.5, -1e300])
def test_what_cannot_be_taken_is_refused_in_one_sentence(bad: float) -> None:
    page = AppTest.from_string(APP, default_timeout=30).run()
    page.number_input(key="board_c").set_value(bad).run()
    assert not page.exception
    (warning,) = page.warning
    said = warning.value.replace("\u2060", "").replace("\\", "")
    assert said.startswith("The number c is ")
    assert said.endswith("expected a whole number from −99 to 99. The picture stays as it was.")
