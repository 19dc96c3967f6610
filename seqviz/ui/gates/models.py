"""The models that /gates can open: the shipped ones, by task and cell."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import streamlit as st

from seqviz.recurrent.stored import StoredModel, read_model
from seqviz.ui.shell import ASSETS

MODELS = ASSETS / "models"
CELLS = ("LSTM", "GRU", "RNN")
TASKS: Mapping[str, str] = MappingProxyType(
    {
        "country": "country → language",
        "brackets": "brackets and quotes",
        "counting": "aⁿXbⁿ",
        "reviews": "sentiment of reviews",
    }
)


def available_tasks() -> list[str]:
    """The tasks whose models are there."""
    return [task for task in TASKS if (MODELS / f"{task}-lstm.safetensors").exists()]


@st.cache_resource(show_spinner=False)
def shipped(task: str, cell: str) -> StoredModel:
    """A shipped model; frozen, so that one copy serves every visitor."""
    return read_model((MODELS / f"{task}-{cell.lower()}.safetensors").read_bytes())
