"""View "Three moves": from RNN to LSTM, one gate after another, on one trained LSTM's weights and one text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

import numpy as np
import streamlit as st

from seqviz.figures.retention import retention_bars
from seqviz.records import Array
from seqviz.recurrent import LSTM, unroll
from seqviz.recurrent.forms import both_outputs
from seqviz.recurrent.gate_notation import lstm_symbols
from seqviz.recurrent.moves import GroupSummary, by_group, retention, three_moves
from seqviz.recurrent.notation import Notation, at, latex
from seqviz.text import visible
from seqviz.text.tasks import Country, Reviews, Task
from seqviz.text.tasks.kinds import kinds_of_words
from seqviz.ui.common import KEPT, bullets, chart, explain, is_dark
from seqviz.ui.gates.accepted import accepted_run, say_notes, text_in_address
from seqviz.ui.gates.component import sheet
from seqviz.ui.gates.controls import task_control, text_control
from seqviz.ui.gates.models import chosen_shipped, shipped
from seqviz.ui.gates.run import GateSettings
from seqviz.ui.gates.sheet import moves_data

VIEW = "Three moves"
TITLES: Mapping[str, str] = MappingProxyType(
    {"plain": "no gate", "write": "+ write", "read": "+ read", "forget": "+ forget"}
)

HELD_OUT = 200
GROUPED: Mapping[str, Task] = {"reviews": Reviews(), "country": Country()}


def show(letters: Notation) -> None:
    """One text through four cells: without a gate, then with o, then with i, then with f."""
    row, messages = st.container(horizontal=True, vertical_alignment="bottom", gap="small"), st.container()
    with row:
        chosen = chosen_shipped(task_control(messages), "LSTM")
        text = text_control(chosen)
        squashed = st.toggle("o⊙tanh, not o⊙ alone", True, key="squashed", help=_BOTH_FORMS, **KEPT)
    run, _ = accepted_run(VIEW, chosen, GateSettings(text))
    say_notes(run, text)
    assert isinstance(run.cell, LSTM)
    assert chosen.task is not None
    moves = three_moves(replace(run.cell, squash_output=squashed), run.trace.inputs)
    st.caption(apart(run.cell, run.trace.inputs))
    sheet(moves_data(run, moves, TITLES, letters), {"text": text_in_address(text, chosen)}, key="moves")
    st.subheader("What is left of every token at the end", anchor=False)
    kept = retention(moves["forget"])
    groups = {name: places for name, places in kinds_of_words(chosen.task, run.tokens).items() if len(places)}
    chart(retention_bars([visible(token) for token in run.tokens], kept.shares, groups, is_dark()), "retention")
    masks = {name: np.isin(np.arange(len(run.tokens)), places) for name, places in groups.items()}
    st.markdown(bullets(*told(by_group(kept, masks)), *held_out(chosen.task, squashed)))
    st.subheader("The three moves", anchor=False)
    columns = [*st.columns(2), *st.columns(2)]
    for column, (title, lines) in zip(columns, equations(letters, squashed).items(), strict=True):
        with column.container(border=True):
            st.markdown(f"**{title}**")
            for line in lines:
                st.latex(latex(at(line, "t")))
    explain(_TO_SEE, "lecture deck B; Hochreiter and Schmidhuber 1997; Gers, Schmidhuber and Cummins 2000.")


def apart(cell: LSTM, inputs: Array) -> str:
    """How far the deck's two ways of handing on the state are apart, on the same weights and text."""
    forms = both_outputs(cell, inputs)
    (step, unit), far = forms.place, forms.largest
    if not step:
        return "The deck's two forms, o⊙tanh and o⊙ alone, agree on this text."
    return (
        f"The deck's two forms, o⊙tanh and o⊙ alone, differ by up to {far:.2g} in h on these weights: in unit "
        f"{unit + 1} at step {step:,}, {forms.own.hidden[step, unit]:.3f} and {forms.other.hidden[step, unit]:.3f}."
    )


@st.cache_data(show_spinner=False)
def held_out(task: str, squashed: bool = True) -> list[str]:
    """The same over sentences that the model never saw, where the task has groups of its own; in one sentence."""
    if task not in GROUPED:
        return []
    model, drawn = shipped(task, "LSTM"), np.random.default_rng(0)
    cell = model.cell()
    assert isinstance(cell, LSTM)
    shares: dict[str, list[float]] = {}
    for _ in range(HELD_OUT):
        tokens = GROUPED[task].sample(drawn, "test").tokens
        inputs = model.inputs(model.numbered(tokens).ids)
        kept = retention(unroll(replace(cell, squash_output=squashed), inputs)).shares
        for name, places in kinds_of_words(task, tokens).items():
            shares.setdefault(name, []).extend(share for share in kept[places] if np.isfinite(share))
    found = ", ".join(f"{np.mean(values):.0%} of what {name} wrote" for name, values in shares.items() if values)
    return [f"Over {HELD_OUT} held-out sentences the end still holds {found}."]


def told(summaries: Mapping[str, GroupSummary]) -> Sequence[str]:
    """What became of each group of words, in numbers; and whether the words that matter are kept better."""
    sentences = [
        f"**{name}** ({summary.tokens}): {summary.share:.0%} of what they wrote is left at the end; "
        f"the forget gates at them average {summary.forget:.2f}."
        for name, summary in summaries.items()
        if np.isfinite(summary.share)
    ]
    shares = [summaries[name].share for name in ("sentiment words", "stop words") if name in summaries]
    if len(shares) == 2 and np.isfinite(shares).all():
        kept = "are kept better" if shares[0] > shares[1] else "are **not** kept better"
        sentences.append(
            f"On this text sentiment words {kept} than stop words. It also matters how near to the end a word stands."
        )
    return sentences


def equations(letters: Notation, squashed: bool) -> Mapping[str, Sequence[str]]:
    """The state after each move, in the reader's letters; short lines, so that they fit a phone."""
    s = lstm_symbols(letters)
    state, new, old = s["c"], s["g"], s["c_prev"]
    return {
        TITLES["plain"]: [f"{new} = tanh(W {old} + U {s['x']} + b)", f"{state} = {new}"],
        TITLES["write"]: [
            f"{s['h']} = {s['o']}⊙tanh({state})" if squashed else f"{s['h']} = {s['o']}⊙{state}",
            f"{new} = tanh(W {s['h_prev']} + U {s['x']} + b)",
            f"{state} = {new}",
        ],
        TITLES["read"]: [f"{state} = {old} + {s['i']}⊙{new}"],
        TITLES["forget"]: [f"{state} = {s['f']}⊙{old} + {s['i']}⊙{new}"],
    }


_BOTH_FORMS = (
    "The deck writes h = s⊙o at first and h = o⊙tanh(s) in its summary, which is the form in use. Off: the first one, "
    "on weights that were trained with the second."
)
_TO_SEE = (
    "**No gate**: every token rewrites the whole state. **Selective write** (o): only a share of the state is let out "
    "to be read. **Selective read** (i): only a share of the new is taken in, and the old stays, so the state fills "
    "up. **Selective forget** (f): only a share of the old stays. That is the LSTM.",
    "The weights are those of the trained LSTM in all four. Only the last row, with o⊙tanh, is the network as it "
    "was trained; the others show what the same numbers do without a gate, not what they could have learnt.",
    "The bars are computed: the product of all later forget gates, on what the token wrote.",
)
