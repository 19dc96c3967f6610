"""The words around the sheet: a question before its answer, where a model comes from, what to look at, downloads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import streamlit as st

from seqviz.records import Array
from seqviz.recurrent import GRU, LSTM
from seqviz.recurrent.changes import Changes, Clamp
from seqviz.recurrent.gate_notation import gru_equations, gru_symbols, lstm_equations, lstm_symbols
from seqviz.recurrent.notation import Notation, at, latex
from seqviz.ui import shell
from seqviz.ui.common import offer
from seqviz.ui.gates.distributions import run_csv
from seqviz.ui.gates.files import pytorch_script
from seqviz.ui.gates.run import GateRun, GateSettings, class_names, gate_run

_QUESTION = "Hold every {gate} gate at {value:g}, at every token: {what}. Will the answer at the end stay the same?"


def question(run: GateRun) -> tuple[Clamp, str] | None:
    """A gate held so that nothing old is kept, and the question about it; None for a cell without such a gate."""
    if isinstance(run.cell, LSTM):
        return Clamp("f", 0.0), _QUESTION.format(gate="forget", value=0, what="the cell state keeps nothing")
    if isinstance(run.cell, GRU):
        value = 0.0 if run.cell.update_keeps == "old" else 1.0
        return Clamp("z", value), _QUESTION.format(gate="update", value=value, what="only the candidate goes on")
    return None


def predict_first(run: GateRun, settings: GateSettings, name: str) -> None:
    """Will the answer survive a gate that keeps nothing? The reader says first, the changed run answers."""
    asked = question(run)
    if asked is None or answer(run, run.probabilities) is None:
        return
    clamp, sentence = asked
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.text(f"Predict first. {sentence}")
        if st.toggle("Show the answer", key=f"answer-{hash((name, settings.text, settings.shown))}"):
            other = gate_run(run.model, replace(settings, changes=Changes((clamp,)), swaps=()))
            st.text(verdict(answer(other, other.untouched_probabilities), answer(other, other.probabilities)))


def answer(run: GateRun, probabilities: Array | None) -> tuple[str, float] | None:
    """The likeliest class at the last token of the text, and how likely it is; None where there is no number."""
    if probabilities is None or not np.isfinite(probabilities[run.end]).all():
        return None
    k = int(np.argmax(probabilities[run.end]))
    return class_names(run.model)[k], float(probabilities[run.end][k])


def verdict(before: tuple[str, float] | None, after: tuple[str, float] | None) -> str:
    """What the held gate did to the answer, in one sentence."""
    if before is None or after is None:
        return "There is no number to read out then."
    if before[0] == after[0]:
        return f"Yes: it stays {before[0]}, at {after[1]:.3f} where it was {before[1]:.3f}."
    return f"No: {before[0]} at {before[1]:.3f} becomes {after[0]} at {after[1]:.3f}."


def downloads(run: GateRun, name: str, file: bytes | None) -> None:
    """The numbers on the sheet, the model's own file, and a script that makes every number again from it."""
    with st.container(horizontal=True):
        offer("Numbers (CSV)", lambda: run_csv(run), "gates.csv")
        if file is not None:
            offer("Model (safetensors)", file, name)
        if run.shown.layer == 0 and not run.shown.reverse:
            offer("PyTorch script", lambda: pytorch_script(run, name), "gates.py")


_PARAGRAPHS = ("about", "data", "splits", "scoring", "choice", "optimiser", "initialisation")


def card(told: Mapping[str, Any]) -> None:
    """Where a shipped model comes from: its task, its data, its budget, how good each cell is on held-out data."""
    with st.expander("Where these models come from, and how good they are"):
        st.markdown("\n\n".join(shell.plain(str(told[name])) for name in _PARAGRAPHS if name in told))
        rates = ", ".join(f"{rate:g}" for rate in told["learning_rates"])
        st.markdown(
            f"Every cell has {told['hidden']} units and the same budget: {told['updates']:,} updates of "
            f"{told['batch']} sequences with each of the learning rates {rates}, seed {told['seed']}."
        )
        st.markdown(score_table(told))


def score_table(told: Mapping[str, Any]) -> str:
    """A Markdown table: each cell's score on held-out data, what else was measured, and the baselines."""
    cells = told["cells"]
    first = next(iter(cells.values()))
    at = _spread(len(first["curve_at"]))
    breaks = any(cell["breaks_at"] is not None for cell in cells.values())
    heads = ["cell", "parameters", "learning rate", "held-out score", *first["also"]]
    heads += ["first wrong at"] if breaks else []
    heads += [f"{first['curve_name']} {first['curve_at'][place]}" for place in at]
    rows = []
    for name, cell in cells.items():
        row = [name.upper(), f"{cell['parameters']:,}", f"{cell['learning_rate']:g}", f"{cell['test']:.3f}"]
        row += [f"{value:.3f}" for value in cell["also"].values()]
        row += (
            [f"{first['curve_name']} = {cell['breaks_at']}" if cell["breaks_at"] is not None else ""] if breaks else []
        )
        rows.append(row + [f"{cell['curve'][place]:.2f}" for place in at])
    for name, value in told["baselines"].items():
        rows.append([name, "", "", f"{value:.3f}", *[""] * (len(heads) - 4)])
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _spread(count: int, most: int = 10) -> list[int]:
    """Places of at most `most` of `count` entries, the first and the last among them."""
    if count <= most:
        return list(range(count))
    return [round(step * (count - 1) / (most - 1)) for step in range(most)]


def equations(run: GateRun, letters: Notation) -> None:
    """The cell's equations in the chosen dialect, and what to look at."""
    left, right = st.columns(2)
    with left:
        for line in _lines(run, letters):
            st.latex(latex(at(line, "t")))
        st.caption(_LETTERS[run.model.kind].format(key=letters.key, g=getattr(run.cell, "activation", "tanh")))
    with right:
        st.markdown("\n".join(f"- {sentence}" for sentence in _TO_SEE[run.model.kind]))


_LETTERS = {
    "LSTM": "The letters are those of notation {key}, where it has any for an LSTM.",
    "GRU": "The letters are those of notation {key}, where it has any for a GRU.",
    "RNN": "The letters are those of notation {key}; g is {g} here.",
}


def _lines(run: GateRun, letters: Notation) -> list[str]:
    if run.model.kind == "LSTM":
        s, e = lstm_symbols(letters), lstm_equations(letters)
        gates = [f"{s[k]} = {e[k]}" for k in "fiog"]
        return [*gates, f"{s['c']} = {s['kept']} + {s['written']}", f"{s['h']} = {s['o']}⊙tanh({s['c']})"]
    if run.model.kind == "GRU":
        form = getattr(run.cell, "reset_after", True), getattr(run.cell, "update_keeps", "old")
        s, e = gru_symbols(letters, *form), gru_equations(letters, *form)
        return [*(f"{s[k]} = {e[k]}" for k in "rzn"), f"{s['h']} = {s['kept']} + {s['written']}"]
    return [letters.hidden_equation]


_TO_SEE = {
    "LSTM": (
        "**The belt.** The cell state runs straight through: times the forget gate, plus what is written. Nothing else "
        "touches it.",
        "**The gates are numbers.** Each lies between 0 and 1, one a unit, made anew at every token from the word and "
        "the state before.",
        "**Find the memory.** Pin units with ↑ and ↓: one whose line in the cell state stays flat between two words is "
        "holding on to something.",
        "**Ask what it rests on.** Click a cell of the read-out: the lane below shows how much that answer depends on "
        "every token.",
        "**Change it.** Hold a gate, silence a unit or swap a word, and compare with the untouched run.",
    ),
    "GRU": (
        "**One state, two gates.** The update gate shares the new state out between the old one and the candidate; the "
        "reset gate decides how much of the old one the candidate sees.",
        "**Two forms are in use.** The reset gate acts after the matrix product (PyTorch, Keras) or before it (the "
        "2014 paper and the decks). The form switch runs both on the same weights.",
        "**z keeps the old or takes the new.** The other convention only turns the gate's sign: every state stays.",
        "**Change it.** Hold a gate, silence a unit or swap a word, and compare with the untouched run.",
    ),
    "RNN": (
        "**No gate.** Every token rewrites the whole state: watch how little of a unit's line stays.",
        "**Compare.** The view beside this one shows the same text through a GRU and an LSTM of the same size.",
    ),
}
