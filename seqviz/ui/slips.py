"""Under the stepper: four lines of the decks as on the slide and as they are, both measured on the network above."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import streamlit as st

from seqviz.figures.matrices import matrices
from seqviz.records import Array
from seqviz.recurrent import NO_TARGET
from seqviz.recurrent.notation import notation, plain
from seqviz.recurrent.slides import (
    Chain,
    Slip,
    losses_after_head_update,
    missing_recurrent_factor,
    skipped_state,
    wrong_inner_derivative,
    wrong_sign,
)
from seqviz.text import visible
from seqviz.ui.compute import Experiment, parameters


@dataclass(frozen=True)
class Line:
    """One slip: its short name, the slide's line and the right one in the deck's own letters, and what is wrong."""

    name: str
    slide: str
    exact: str
    words: str
    measure: Callable[[Chain], Slip]


LINES = {
    line.name: line
    for line in (
        Line(
            "A: ∂h₄/∂W_hh",
            r"\frac{\partial h_4}{\partial W_{hh}} = g' \cdot \left[h_3 + h_2 + \dots\right]",
            r"\begin{aligned} \frac{\partial h_4}{\partial W_{hh}} &= g'(z_4) \cdot [h_3 \\ "
            r"&\quad + W_{hh}\, g'(z_3) \cdot [h_2 + \dots]] \end{aligned}",
            "Before every older state a factor is missing: the recurrent matrix, and the slope of the step it went "
            "through.",
            missing_recurrent_factor,
        ),
        Line(
            "A: update of W_sh",
            r"W_{sh} \leftarrow W_{sh} - \sum_i (y_i - s_i)\, h_i",
            r"W_{sh} \leftarrow W_{sh} + \eta \sum_i (y_i - s_i)\, h_i",
            "The derivative of ½(y − s)² by s is −(y − s), so the slide's minus climbs the loss; and a learning rate "
            "is missing.",
            wrong_sign,
        ),
        Line(
            "A: ∂h₄/∂W_xh",
            r"\begin{aligned} \frac{\partial h_4}{\partial W_{xh}} &= g' \cdot [x_4 \\ "
            r"&\quad + W_{hh}\, g'(z_2) \cdot \frac{\partial z_2}{\partial W_{xh}}] \end{aligned}",
            r"\begin{aligned} \frac{\partial h_4}{\partial W_{xh}} &= g'(z_4) \cdot [x_4 \\ "
            r"&\quad + W_{hh}\, g'(z_3) \cdot \frac{\partial z_3}{\partial W_{xh}}] \end{aligned}",
            "One step back from 4 is 3, not 2: read as it stands, the slide leaves out what step 3 did.",
            wrong_inner_derivative,
        ),
        Line(
            "E: the chain to k = 1",
            r"\frac{\partial a_4}{\partial a_3} \cdot \frac{\partial a_3}{\partial a_1} \cdot "
            r"\frac{\partial a_1}{\partial U}",
            r"\frac{\partial a_4}{\partial a_3} \cdot \frac{\partial a_3}{\partial a_2} \cdot "
            r"\frac{\partial a_2}{\partial a_1} \cdot \frac{\partial a_1}{\partial U}",
            "The last term jumps from state 3 to state 1. Taken as one step, it lacks the factor ∂a₃/∂a₂.",
            skipped_state,
        ),
    )
}


@st.fragment
def slips(experiment: Experiment) -> None:
    """A drawer with the lines of the slides; what is in it is only computed while it is open."""
    with st.expander("Where the slides slip: four lines, measured", key="slides", bind="query-params") as drawer:
        if drawer.open:
            _line(experiment)


def _line(experiment: Experiment) -> None:
    """The chosen line: both formulas, both gradients on this network, and PyTorch's own for whoever asks."""
    name = st.segmented_control(
        "Line of the slides", list(LINES), default=next(iter(LINES)), key="slip", required=True, bind="query-params"
    )
    line = LINES[name or next(iter(LINES))]
    judged = np.flatnonzero(experiment.targets != NO_TARGET)
    if not len(judged):
        st.info("Without a loss there is no gradient to compare: this text has no target.")
        return
    if experiment.gradient is None:
        st.info("The gradients are beyond the floating-point numbers: there is nothing to compare.")
        return
    step = int(judged[-1]) + 1
    settings = experiment.settings
    chain = Chain.of(experiment.cell, experiment.trace, experiment.loss_targets, settings.loss, step)
    left, right = st.columns(2)
    with left:
        st.caption("As on the slide")
        st.latex(line.slide)
    with right:
        st.caption("Exact")
        st.latex(line.exact)
    try:
        slip = line.measure(chain)
    except ValueError as error:
        st.info(f"{str(error).capitalize()}: type a longer text.")
        return
    st.markdown(line.words)
    panels = {"as on the slide": slip.slide, "exact": slip.exact}
    asked = st.toggle("Beside them, PyTorch's autograd, computed now", key="autograd", bind="query-params")
    if asked:
        panels["autograd"] = _autograd(experiment, step)[slip.parameter]
    letters = notation(settings.notation)
    symbol = plain(getattr(letters, slip.parameter)) + letters.stored
    rows, columns = _names(experiment, slip.parameter)
    st.plotly_chart(matrices(panels, rows, columns, dark=st.context.theme.type == "dark"), key="slip-matrices")
    off = f"{slip.relative_error:.1%} of the gradient's length"
    angle = "" if np.isnan(slip.angle) else f", turned by {slip.angle:.1f}°"
    said = f"∂L/∂{symbol} for the loss of step {step} alone: the slide's line is off by {off}{angle}."
    if asked:
        gap = float(np.abs(panels["autograd"] - slip.exact).max())
        said += f" Ours and autograd's differ by at most {gap:.1e}, over all weights by {_largest_gap(experiment):.1e}."
    st.text(said)
    if line.measure is wrong_sign:
        before, slide, exact = losses_after_head_update(
            experiment.cell, experiment.trace, experiment.loss_targets, settings.loss, 0.1
        )
        st.text(
            f"The loss of the whole text, {before:.4f} now, becomes {slide:.4f} by the slide's update and "
            f"{exact:.4f} by the other with η = 0.1."
        )


def _names(experiment: Experiment, parameter: str) -> tuple[list[str], list[str]]:
    units = [str(unit + 1) for unit in range(experiment.cell.hidden_size)]
    tokens = [visible(token) for token in experiment.vocabulary.tokens]
    return {"W_hh": (units, units), "W_xh": (units, tokens), "W_hy": (tokens, units)}[parameter]


def _autograd(experiment: Experiment, step: int | None) -> dict[str, Array]:
    from seqviz.learning.autograd import autograd  # torch, 2 s and 190 MB, only for whoever asks

    weights = parameters(experiment.cell)
    flat = {name: value[:, 0] if name in ("b", "c") else value for name, value in weights.items()}
    return autograd(
        flat,
        experiment.trace.inputs,
        experiment.loss_targets,
        activation=experiment.cell.activation,
        loss=experiment.settings.loss,
        step=step,
    )


def _largest_gap(experiment: Experiment) -> float:
    """Between the whole gradient that the stepper shows and autograd's."""
    assert experiment.gradient is not None
    judge = _autograd(experiment, None)
    return max(float(np.abs(experiment.gradient.parameters[name] - value).max()) for name, value in judge.items())
