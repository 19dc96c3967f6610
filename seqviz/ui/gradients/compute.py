"""Settings → records for /gradients, each kept for the next reader who asks for the same.

The records are frozen and their arrays read-only, so one copy serves every visitor: `cache_resource` hands it out as
it is, where `cache_data` would pickle it back and forth.
"""

from __future__ import annotations

import streamlit as st

from seqviz.learning import ExplosionConfig, FlowConfig, clipping_comparison, gradient_flow, one_thread
from seqviz.records import ClippingRun, GradientFlow


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
