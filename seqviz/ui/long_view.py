"""Below the stepper: the hidden state over a text of any length, and what can be taken away."""

from __future__ import annotations

import streamlit as st

from seqviz.figures.states import hidden_heatmap, unit_line
from seqviz.recurrent.notation import notation
from seqviz.text import visible
from seqviz.ui import downloads as files
from seqviz.ui.common import offer
from seqviz.ui.compute import Experiment

_PLOT = {"displaylogo": False, "toImageButtonOptions": {"format": "svg", "filename": "seqviz-hidden-states"}}


@st.fragment
def hidden_over_text(experiment: Experiment) -> None:
    """All units as a heatmap, the chosen one as a line; choosing another reruns nothing else."""
    dark = st.context.theme.type == "dark"
    letters = notation(experiment.settings.notation)
    symbol = letters.hidden.split("_")[0].split("^")[0]
    tokens = [visible(token) for token in experiment.whole_tokens]
    trace = experiment.whole
    st.plotly_chart(hidden_heatmap(trace, tokens, symbol, dark), key="heatmap", config=_PLOT)
    units = list(range(1, trace.hidden_size + 1))
    unit = st.segmented_control("Unit as a line", units, default=1, key="unit_line", required=True, bind="query-params")
    st.plotly_chart(unit_line(trace, tokens, (unit or 1) - 1, symbol, dark), key="line", config=_PLOT)


def downloads(experiment: Experiment) -> None:
    """Numbers, weights and a script; each is made when it is asked for."""
    with st.container(horizontal=True):
        offer("Numbers (CSV)", lambda: files.trace_csv(experiment), "unrolled.csv")
        offer(
            "Weights (safetensors)",
            lambda: files.weights_safetensors(experiment),
            "unrolled.safetensors",
        )
        offer("PyTorch script", lambda: files.pytorch_script(experiment), "unrolled.py")
