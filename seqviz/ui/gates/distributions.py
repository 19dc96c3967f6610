"""Below a run of /gates: one lane as a heatmap, how saturated every gate is, and all numbers as a table."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Mapping

import streamlit as st

from seqviz.figures.gates import CANDIDATES, TITLES, gate_heatmap, lane_values
from seqviz.figures.saturation import gate_distributions, saturation, saturation_scatter
from seqviz.recurrent.notation import Notation, at, plain
from seqviz.text import visible
from seqviz.ui.common import KEPT, bullets, chart, is_dark, offer
from seqviz.ui.downloads import as_cell
from seqviz.ui.gates.run import GATES, GateRun, class_names


def show(run: GateRun, letters: Notation) -> None:
    """The heatmap of a lane of the reader's choice, histograms, scatter, sentences about them, and the table."""
    dark, symbols = is_dark(), lane_symbols(run, letters)
    lanes = list(symbols)
    key = f"lane_{run.model.kind}"  # a cell's lanes are its own, so that each cell keeps its choice
    chosen = st.segmented_control(
        "Lane", lanes, format_func=lambda lane: _called(lane, symbols), default=lanes[0], required=True, key=key, **KEPT
    )
    markup = {lane: figure_markup(symbol) for lane, symbol in symbols.items()}
    lane = chosen or lanes[0]
    tokens = [visible(token) for token in run.tokens]
    chart(gate_heatmap(run.trace, lane, tokens, markup[lane], dark), f"gate-{run.model.kind}-{lane}")
    if run.trace.gates:
        st.subheader("How saturated", anchor=False)
        chart(gate_distributions(run.trace, markup, dark), "gate-distributions")
        st.markdown(bullets(*told(run, symbols)))
        chart(saturation_scatter(run.trace, markup, dark), "gate-saturation")
        st.caption(
            "One point a unit: the fraction of time that it is left-saturated (below 0.1) and right-saturated (above "
            "0.9), on this text alone. A forget gate in the upper left corner hardly ever forgets; one in the lower "
            "right corner starts anew at nearly every token; on the dotted line a gate is all or nothing. After "
            "Karpathy, Johnson and Li 2015, *Visualizing and Understanding Recurrent Networks*."
        )
    else:
        st.caption("A plain recurrent cell has no gates: all it has is its hidden state.")
    offer("Every gate and state (CSV)", lambda: run_csv(run), "gates.csv")


def lane_symbols(run: GateRun, letters: Notation) -> dict[str, str]:
    """Lane → its symbol at step t, gates first, then the states."""
    kind = run.model.kind
    dialect: Mapping[str, str] = {"LSTM": letters.lstm, "GRU": letters.gru, "RNN": {"h": letters.hidden}}[kind]
    states = ("h",) if run.trace.cell is None else ("c", "h")
    return {name: at(dialect[name], "t") for name in (*GATES[kind], *states)}


def figure_markup(symbol: str) -> str:
    """`f_{t}` as Plotly reads it."""
    return re.sub(r"\^\{([^}]*)\}", r"<sup>\1</sup>", re.sub(r"_\{([^}]*)\}", r"<sub>\1</sub>", symbol))


def told(run: GateRun, symbols: Mapping[str, str]) -> list[str]:
    """How saturated each gate is, in a sentence each."""
    sentences = []
    for name in GATES[run.model.kind]:
        found = saturation(run.trace.gates[name], name)
        low, high = ("below −0.9", "above 0.9") if name in CANDIDATES else ("below 0.1", "above 0.9")
        share = (
            f"{found.low:.0%} of its values lie {low}, {found.high:.0%} {high}"
            if found.finite
            else "no value is finite"
        )
        sentences.append(f"**{_called(name, symbols)}**: {share}.")
    return sentences


def _called(lane: str, symbols: Mapping[str, str]) -> str:
    """ "forget gate f", the letter being the dialect's."""
    letter = plain(symbols[lane]).split("_")[0].split("^")[0]
    return f"{TITLES[lane]} {letter}"


def run_csv(run: GateRun) -> str:
    """One row a token in the order of reading: every gate and state by unit, the read-out by class; full precision.

    Columns carry PyTorch's letters with units from 1: f1, f2, …, c1, …, h1, …; p(class) is the softmax of the read-out.
    """
    out = io.StringIO()
    table = csv.writer(out)
    lanes = {name: lane_values(run.trace, name) for name in GATES[run.model.kind]}
    lanes |= {name: lane_values(run.trace, name) for name in (("h",) if run.trace.cell is None else ("c", "h"))}
    units = range(1, run.trace.hidden_size + 1)
    classes = class_names(run.model) if run.probabilities is not None else []
    often = Counter(classes)
    outputs = [f"p({name})" if often[name] == 1 else f"p({name}, id {k})" for k, name in enumerate(classes)]
    table.writerow(["step", "token", *(f"{name}{unit}" for name in lanes for unit in units), *outputs])
    for t, token in enumerate(run.tokens):
        numbers = [number for values in lanes.values() for number in values[t].tolist()]
        read_out = [] if run.probabilities is None else run.probabilities[t].tolist()
        table.writerow([t + 1, as_cell(visible(token)), *numbers, *read_out])
    return out.getvalue()
