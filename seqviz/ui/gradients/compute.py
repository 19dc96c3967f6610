"""Settings → records for /gradients, each kept for the next reader who asks for the same.

The records are frozen and their arrays read-only, so one copy serves every visitor: `cache_resource` hands it out as
it is, where `cache_data` would pickle it back and forth.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

import streamlit as st

from seqviz.learning import (
    CliffConfig,
    ExplosionConfig,
    FlowConfig,
    cliff,
    clipping_comparison,
    components_at,
    gradient_flow,
    one_thread,
)
from seqviz.records import Cliff, ClippingRun, GradientFlow, Truncation
from seqviz.ui.gradients.truncation import TruncationSettings, truncate

ACTIVATIONS, STARTS, GATED = ("tanh", "relu", "sigmoid"), ("gaussian", "orthogonal", "identity"), ("LSTM", "GRU")


@st.cache_resource(max_entries=256, show_spinner=False)
def flow(config: FlowConfig) -> GradientFlow:
    """One network's gradient over time."""
    one_thread()
    return gradient_flow(config)


@st.cache_resource(max_entries=64, show_spinner=False)
def clipped(config: ExplosionConfig) -> tuple[ClippingRun, ClippingRun, ClippingRun]:
    """The same training without clipping, clipped by norm and clipped by value."""
    one_thread()
    return clipping_comparison(config)


@st.cache_resource(max_entries=16, show_spinner=False)
def components(config: ExplosionConfig, update: int) -> tuple[ClippingRun, ClippingRun, ClippingRun]:
    """The same up to one update, with every component of its gradient."""
    one_thread()
    return components_at(config, update)


@st.cache_resource(max_entries=32, show_spinner=False)
def multiples(base: FlowConfig) -> Mapping[tuple[str, str], GradientFlow]:
    """(initialisation, network) → flow: three initialisations of a simple cell with three activations, LSTM and GRU."""
    one_thread()
    return MappingProxyType({_panel(config): gradient_flow(config) for config in networks(base)})


def networks(base: FlowConfig) -> list[FlowConfig]:
    """The fifteen, all else as in `base`: initialisation by initialisation, as the panels stand."""
    cells = [*(("Elman", g) for g in ACTIVATIONS), *((cell, base.activation) for cell in GATED)]
    return [replace(base, cell=cell, activation=g, initialisation=start) for start in STARTS for cell, g in cells]


def _panel(config: FlowConfig) -> tuple[str, str]:
    if config.cell != "Elman":
        return config.initialisation, config.cell
    return config.initialisation, f"Elman, {'ReLU' if config.activation == 'relu' else config.activation}"


@st.cache_resource(max_entries=128, show_spinner=False)
def truncation(settings: TruncationSettings) -> Truncation:
    """The terms of one text's gradient and every window's share of it."""
    return truncate(settings)


@st.cache_resource(max_entries=64, show_spinner=False)
def walked(config: CliffConfig) -> Cliff:
    """The surface and both paths on it."""
    return cliff(config)
