"""The figures and the table below a run of /gates, for small models made here."""

from __future__ import annotations

import csv
import io

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from seqviz.recurrent.notation import NOTATIONS, notation
from seqviz.ui.gates.distributions import figure_markup, lane_symbols, run_csv, told
from seqviz.ui.gates.run import GateSettings, gate_run
from tests.small_models import WORDS, pair

KINDS = ("LSTM", "GRU", "RNN")
LANES = {"LSTM": "figoch", "GRU": "rznh", "RNN": "h"}
TEXT = "the film was not good . the film was bad"

APP = """
import sys
from seqviz.recurrent.notation import notation
from seqviz.ui.gates import distributions
from seqviz.ui.gates.run import GateSettings, gate_run
from tests.small_models import pair
distributions.show(gate_run(pair("KIND").stored, GateSettings("the film was good .")), notation("B"))
"""


@pytest.mark.parametrize("kind", KINDS)
def test_the_table_holds_every_number_in_full_precision(kind: str) -> None:
    run = gate_run(pair(kind).stored, GateSettings(TEXT))
    rows = list(csv.DictReader(io.StringIO(run_csv(run))))
    assert [row["token"] for row in rows] == TEXT.split()
    for name in LANES[kind]:
        states = {"h": run.trace.hidden[1:], "c": None if run.trace.cell is None else run.trace.cell[1:]}
        wanted = run.trace.gates[name] if name in run.trace.gates else states[name]
        found = [[float(row[f"{name}{unit}"]) for unit in range(1, 6)] for row in rows]
        np.testing.assert_array_equal(found, wanted)
    assert run.probabilities is not None
    read_out = [[float(row["p(negative)"]), float(row["p(positive)"])] for row in rows]
    np.testing.assert_array_equal(read_out, run.probabilities)
    assert len(rows[0]) == 2 + 5 * len(LANES[kind]) + 2


def test_no_spreadsheet_takes_a_token_for_a_formula() -> None:
    tokens = ("<unk>", "=", "@", "-", "+", *WORDS[1:])
    made = pair("GRU", tokens=tokens, classes=("other", "=x"))
    run = gate_run(made.stored, GateSettings("= @ - + the"))
    header, *rows = csv.reader(io.StringIO(run_csv(run)))
    assert [row[1] for row in rows] == ["'=", "'@", "'-", "'+", "the"]
    assert header[-2:] == ["p(other)", "p(=x)"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("key", list(NOTATIONS))
def test_every_lane_has_a_symbol_in_every_dialect(kind: str, key: str) -> None:
    run = gate_run(pair(kind).stored, GateSettings(TEXT))
    symbols = lane_symbols(run, notation(key))
    assert list(symbols) == list(LANES[kind])
    for symbol in symbols.values():
        assert not set("@<>") & set(symbol), symbol
        assert not set("{}_^") & set(figure_markup(symbol)), symbol


def test_markup_by_hand() -> None:
    assert figure_markup("f_{t}") == "f<sub>t</sub>"
    assert figure_markup("a^{⟨t⟩}") == "a<sup>⟨t⟩</sup>"


def test_the_sentences_say_the_shares() -> None:
    run = gate_run(pair("LSTM").stored, GateSettings(TEXT))
    forget = run.trace.gates["f"]
    sentences = told(run, lane_symbols(run, notation("B")))
    assert sentences[0] == (
        f"**forget gate f**: {(forget < 0.1).mean():.0%} of its values lie below 0.1, {(forget > 0.9).mean():.0%} "
        "above 0.9."
    )
    assert sentences[2].startswith("**candidate s̃**: ")
    assert "below −0.9" in sentences[2]


@pytest.mark.parametrize("kind", KINDS)
def test_the_section_opens_and_every_lane_can_be_chosen(kind: str) -> None:
    page = AppTest.from_string(APP.replace("KIND", kind), default_timeout=60).run()
    assert not page.exception
    figures = 1 if kind == "RNN" else 3
    assert len(page.get("plotly_chart")) == figures
    for lane in LANES[kind]:
        page.segmented_control(key=f"lane_{kind}").set_value(lane).run()
        assert not page.exception
