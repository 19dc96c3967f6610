"""What a reader takes away: a table at full precision, weights that torch loads, a script with the same numbers."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import numpy as np
import pytest
import safetensors
import safetensors.numpy
import safetensors.torch
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from seqviz.recurrent import NO_TARGET
from seqviz.text import tokenize, visible
from seqviz.ui.compute import Experiment, experiment
from seqviz.ui.downloads import pytorch_script, trace_csv, weights_safetensors
from seqviz.ui.settings import Settings
from tests.scripts import printed_by, python

torch.set_num_threads(1)
quick = settings(deadline=None, max_examples=40)
EVERY = [
    (activation, loss)
    for activation in ("tanh", "relu", "sigmoid", "identity")
    for loss in ("cross_entropy", "squared_error")
]
ODD = "Aa\"'\\\n\t{x}%s#é🧑‍🚀\u202e\x00"


def made(**changes: object) -> Experiment:
    return experiment(Settings(**changes))  # type: ignore[arg-type]


# ── the table ────────────────────────────────────────────────────────────────────────────────────────────────


def rows_of(shown: Experiment) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(trace_csv(shown), newline="")))


def test_hello_as_a_table():
    shown = made(targets="open")
    rows = rows_of(shown)
    assert list(rows[0]) == [
        *("step", "token", "target", "h1", "h2", "h3", "h4", "p(h)", "p(e)", "p(l)", "p(o)", "loss"),
        *("dL/dh1", "dL/dh2", "dL/dh3", "dL/dh4", "dL/dz1", "dL/dz2", "dL/dz3", "dL/dz4"),
    ]
    assert [row["step"] for row in rows] == ["1", "2", "3", "4", "5"]
    assert "".join(row["token"] for row in rows) == "hello"
    assert [row["target"] for row in rows] == ["e", "l", "l", "o", ""]
    assert rows[-1]["loss"] == ""  # no target, no loss: not a loss of 0


@quick
@given(
    st.builds(
        Settings,
        text=st.text(st.sampled_from("hello wörld"), min_size=1, max_size=40),
        targets=st.sampled_from(["next", "open", "markers"]),
        hidden=st.integers(1, 8),
        loss=st.sampled_from(["cross_entropy", "squared_error"]),
        activation=st.sampled_from(["tanh", "identity"]),
        scale=st.floats(0, 3),
    )
)
def test_every_number_of_the_table_is_the_engines_to_the_last_digit(asked: Settings):
    shown = experiment(asked)
    rows = rows_of(shown)
    assert len(rows) == shown.trace.steps
    for t, row in enumerate(rows):
        assert None not in row  # as many cells as columns
        assert None not in row.values()
        hidden = [float(row[f"h{unit}"]) for unit in range(1, asked.hidden + 1)]
        assert hidden == shown.trace.hidden[t + 1].tolist()
        predicted = [float(row[name]) for name in row if name.startswith("p(")]
        assert predicted == shown.predictions[t].tolist()
        if shown.targets[t] == NO_TARGET:
            assert row["loss"] == row["target"] == ""
        else:
            assert float(row["loss"]) == shown.losses[t]


@quick
@given(st.text(min_size=1, max_size=20).filter(tokenize))
def test_any_text_gives_one_row_a_step(text: str):
    shown = made(text=text, targets="open")
    table = list(csv.reader(io.StringIO(trace_csv(shown), newline="")))
    assert len(table) == shown.trace.steps + 1
    assert {len(row) for row in table} == {1 + 1 + 1 + 4 + shown.vocabulary.size + 1 + 8 * (shown.gradient is not None)}
    for row, token in zip(table[1:], shown.tokens, strict=True):
        assert row[1].removeprefix("'") == visible(token).removeprefix("'")
    trace_csv(shown).encode("utf-8")


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r", "=\u0301"])
def test_no_cell_is_a_formula(sign: str):
    """A spreadsheet runs what begins with one of these (OWASP: CSV injection)."""
    shown = made(text=f"a{sign}b", targets="markers")
    header, *rows = csv.reader(io.StringIO(trace_csv(shown), newline=""))
    for cell in [*header, *(cell for row in rows for cell in row[1:3])]:  # the other columns are numbers of ours
        assert not cell.startswith(("=", "+", "-", "@", "\t", "\r")), cell


def test_a_long_formula_is_no_formula_either():
    shown = made(text="=HYPERLINK a -1+1", unit="words", targets="typed", typed_targets="= - @ +")
    for row in rows_of(shown):
        for name in ("token", "target"):
            assert not row[name].startswith(("=", "+", "-", "@"))
    assert rows_of(shown)[0]["token"] == "'="


# ── the weights ──────────────────────────────────────────────────────────────────────────────────────────────


class Network(torch.nn.Module):
    """What a reader of the file would write."""

    def __init__(self, size: int, hidden: int, activation: str) -> None:
        super().__init__()
        self.rnn = torch.nn.RNN(size, hidden, nonlinearity=activation)
        self.head = torch.nn.Linear(hidden, size)


@pytest.mark.parametrize("activation", ["tanh", "relu"])
def test_the_weights_make_the_same_network_in_torch(activation: str):
    shown = made(text="hello world", hidden=5, activation=activation, typed={("W_hh", 0, 1): 0.125, ("b", 2, 0): -0.5})
    network = Network(shown.vocabulary.size, 5, activation).double()
    network.load_state_dict(safetensors.torch.load(weights_safetensors(shown)))  # strict: no name more, none less
    inputs = torch.nn.functional.one_hot(torch.tensor(shown.ids), shown.vocabulary.size).double()
    hidden, _ = network.rnn(inputs)
    np.testing.assert_allclose(shown.trace.hidden[1:], hidden.detach(), rtol=1e-10, atol=1e-10)
    np.testing.assert_allclose(shown.trace.outputs, network.head(hidden).detach(), rtol=1e-10, atol=1e-10)


def test_the_weights_are_the_cells_bit_by_bit_and_the_second_bias_is_zero():
    shown = made(hidden=3, activation="sigmoid")
    cell = shown.cell
    assert cell.head is not None
    tensors = safetensors.numpy.load(weights_safetensors(shown))
    wanted = {
        "rnn.weight_ih_l0": cell.W_xh,
        "rnn.weight_hh_l0": cell.W_hh,
        "rnn.bias_ih_l0": cell.b,
        "rnn.bias_hh_l0": np.zeros(3),
        "head.weight": cell.head.weight,
        "head.bias": cell.head.bias,
    }
    assert set(tensors) == set(wanted)
    for name, array in wanted.items():
        assert tensors[name].dtype == np.float64
        np.testing.assert_array_equal(tensors[name], array)


def test_the_file_says_what_the_rows_stand_for(tmp_path: Path):
    shown = made(text=ODD, activation="sigmoid", targets="markers")
    path = tmp_path / "unrolled.safetensors"
    path.write_bytes(weights_safetensors(shown))
    with safetensors.safe_open(path, framework="numpy") as file:
        about = file.metadata()
    assert about["activation"] == "sigmoid"
    assert tuple(json.loads(about["vocabulary"])) == shown.vocabulary.tokens


# ── the script ───────────────────────────────────────────────────────────────────────────────────────────────


def compare(printed: str, shown: Experiment) -> None:
    """Every printed hidden state and loss against the experiment's, to the 12 digits that are printed."""
    lines = [line.split() for line in printed.splitlines()]
    hidden = {int(line[1]): [float(value) for value in line[2:]] for line in lines if line[0] == "h"}
    losses = {int(line[1]): line[2] for line in lines if line[0] == "L"}
    steps = list(range(1, shown.trace.steps + 1))
    assert list(hidden) == list(losses) == steps
    np.testing.assert_allclose([hidden[t] for t in steps], shown.trace.hidden[1:], rtol=1e-10, atol=1e-10)
    for t in steps:
        if shown.targets[t - 1] == NO_TARGET:
            assert losses[t] == "none"
        else:
            assert float(losses[t]) == pytest.approx(shown.losses[t - 1], rel=1e-10, abs=1e-10)
    (total,) = [float(line[1]) for line in lines if line[0] == "loss"]
    assert total == pytest.approx(shown.losses.sum(), rel=1e-10, abs=1e-10)


def test_the_script_runs_on_its_own_and_prints_these_numbers(tmp_path: Path):
    """As a reader runs it: one file, one interpreter."""
    shown = made(text="hello", targets="open")
    (tmp_path / "unrolled.py").write_text(pytorch_script(shown), encoding="utf-8")
    printed = python("unrolled.py", folder=tmp_path)
    compare(printed, shown)
    gradients = re.findall(r"^\|dL/d(\w+)\| (\S+)$", printed, re.MULTILINE)
    assert [name for name, _ in gradients] == ["W_xh", "W_hh", "b", "W_hy", "c"]
    assert all(float(norm) > 0 for _, norm in gradients)


CASES = [
    *({"activation": a, "loss": loss, "text": ODD, "targets": "open"} for a, loss in EVERY),
    *({"activation": a, "loss": loss, "text": "hello", "targets": "markers", "hidden": 1} for a, loss in EVERY[::3]),
    {"text": "h"},  # one token, no target: nothing to differentiate
    {"text": "h", "loss": "squared_error"},
    {"text": "aaaa", "targets": "next"},  # a vocabulary of one
    {"text": "the sky", "unit": "words", "targets": "typed", "typed_targets": "_ noun", "hidden": 8},
    {"text": "hello " * 20, "activation": "relu", "start": "identity", "seed": 9999, "scale": 3.0},
    {"text": "ab" * 16, "activation": "identity", "loss": "squared_error", "typed": {("W_hh", 0, 0): 1000.0}},
    {"text": "hello", "scale": 0.0},
    {"text": "hello", "typed": {("W_hh", 0, 0): -0.0, ("W_xh", 1, "h"): 1e-300}},
]


def test_scripts_of_every_kind_print_the_experiments_numbers(tmp_path: Path):
    experiments = [made(**case) for case in CASES]
    answers = printed_by(*map(pytorch_script, experiments), folder=tmp_path)
    for shown, printed in zip(experiments, answers, strict=True):
        compare(printed, shown)


@quick
@given(st.text(max_size=30).filter(tokenize), st.sampled_from(["characters", "words"]))
def test_any_text_gives_a_script_that_compiles_and_keeps_its_tokens(text: str, unit: str):
    if not tokenize(text, unit):
        return
    shown = made(text=text, unit=unit, targets="markers")
    script = pytorch_script(shown)
    assert script.isascii()  # the same bytes wherever it is saved and run
    code = compile(script, "unrolled.py", "exec")
    assert repr(shown.vocabulary.tokens[0])[1:-1] in script
    (line,) = [line for line in script.splitlines() if line.startswith("vocabulary = ")]
    namespace: dict[str, object] = {}
    exec(line, namespace)
    assert namespace["vocabulary"] == list(shown.vocabulary.tokens)
    assert "seqviz" not in code.co_names  # by PyTorch alone


def test_the_table_holds_the_gradients_and_the_script_tells_of_updates() -> None:
    shown = experiment(Settings(updates=((3, 0.1), (1, 0.5))))
    rows = list(csv.DictReader(io.StringIO(trace_csv(shown))))
    assert shown.gradient is not None
    for t, row in enumerate(rows, start=1):
        assert [float(row[f"dL/dh{i}"]) for i in range(1, 5)] == shown.gradient.hidden[t].tolist()
        assert [float(row[f"dL/dz{i}"]) for i in range(1, 5)] == shown.gradient.preactivations["h"][t - 1].tolist()
    assert "3 with a learning rate of 0.1, 1 with a learning rate of 0.5" in pytorch_script(shown)
    assert "before any update" in pytorch_script(experiment(Settings()))
    assert not any(
        name.startswith("dL") for name in trace_csv(experiment(Settings(text="a"))).splitlines()[0].split(",")
    )
