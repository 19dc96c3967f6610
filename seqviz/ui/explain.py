"""The words around the drawing on /unrolled: a question before its answer, and the equations."""

from __future__ import annotations

import math

import numpy as np
import streamlit as st

from seqviz.recurrent.notation import at, latex, notation
from seqviz.text import visible
from seqviz.ui.compute import Experiment


def predict_first(experiment: Experiment) -> None:
    """A question about this very text, its answer one click away."""
    question, answer = _question(experiment)
    with st.container(border=True):
        st.text(f"Predict first. {question}")
        if st.toggle("Show the answer", key=f"answer-{hash((experiment.settings.text, experiment.settings.unit))}"):
            st.text(answer)


def _question(experiment: Experiment) -> tuple[str, str]:
    pair = _repeated(experiment.tokens)
    if pair is None:
        cell = experiment.cell
        size, steps = cell.input_size, experiment.trace.steps
        numbers = cell.W_xh.size + cell.W_hh.size + cell.b.size + size * cell.hidden_size + size
        these = "this one step" if steps == 1 else f"these {steps} steps"
        return (
            f"The network has {numbers} numbers to learn for {these}. How many for twice as many?",
            f"Still {numbers}, as long as no new token appears: every step uses the same matrices.",
        )
    first, second = pair
    token = visible(experiment.tokens[first])
    hidden = experiment.trace.hidden
    gap = np.abs(hidden[second + 1] - hidden[first + 1])
    unit = int(gap.argmax())
    question = f"“{token}” stands at steps {first + 1} and {second + 1}. Will the hidden state be the same after both?"
    if gap[unit] == 0:
        return question, "Yes, to the last digit: with these weights what came before leaves no trace."
    digits = max(4, 1 - math.floor(math.log10(gap[unit])))  # enough to tell the two apart
    values = (
        f"{hidden[first + 1, unit]:.{digits}f} after step {first + 1}, "
        f"{hidden[second + 1, unit]:.{digits}f} after step {second + 1}"
    )
    return question, f"No. The input is the same, the memory is not. They differ most in unit {unit + 1}: {values}."


def _repeated(tokens: tuple[str, ...]) -> tuple[int, int] | None:
    """The first two steps with the same token, if any."""
    seen: dict[str, int] = {}
    for step, token in enumerate(tokens):
        if token in seen:
            return seen[token], step
        seen[token] = step
    return None


def equations(experiment: Experiment) -> None:
    """The two lines of the lecture, in the chosen dialect, and what to look at."""
    letters = notation(experiment.settings.notation)
    size = experiment.vocabulary.size
    hidden = experiment.cell.hidden_size
    left, right = st.columns(2)
    with left:
        st.latex(latex(at(letters.hidden_equation, "t")))
        st.latex(latex(at(letters.output_equation, "t")))
        st.latex(_in_two_lines(latex(at(letters.gradient_equation, "t"))))
        st.caption(f"{letters.name}. {letters.remark}")
    with right:
        st.markdown(
            f"- **One function, every step.** Point at a matrix under the drawing: every place where it acts "
            "lights up.\n"
            f"- **The input picks a column.** A one-hot vector of {size} places times a {hidden} × {size} matrix is "
            "one column of it.\n"
            "- **The memory is the other half.** The hidden state of the step before comes in through the recurrent "
            "matrix; at the first step it is zero.\n"
            "- **The loss is a sum.** Each step with a target adds its own; training makes the sum small.\n"
            "- **Backward, the arrows turn.** Each state hears from its own loss and, through the recurrent matrix, "
            "from all later ones; each step adds its share to the gradient of the same weights."
        )


def _in_two_lines(equation: str) -> str:
    """A = B + (C) broken before the last sum, so that it fits a phone."""
    left, right = equation.split(" = ", 1)
    first, second = right.split(" + (", 1)
    return rf"\begin{{aligned}} {left} &= {first} \\ &\quad + ({second} \end{{aligned}}"
