"""The models that /gates can open: the shipped ones, by task and cell, and the reader's own file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import streamlit as st

from seqviz.recurrent.stored import StoredModel, read_model
from seqviz.recurrent.tensors import ModelFileError
from seqviz.ui import shell
from seqviz.ui.state import visit

MODELS = shell.ASSETS / "models"
CELLS = ("LSTM", "GRU", "RNN")
OWN = "own"
TASKS: Mapping[str, str] = MappingProxyType(
    {
        "country": "country → language",
        "brackets": "brackets and quotes",
        "counting": "aⁿXbⁿ",
        "reviews": "sentiment of reviews",
    }
)


def file_of(task: str, cell: str) -> Path:
    """The file of a shipped model."""
    return MODELS / f"{task}-{cell.lower()}.safetensors"


@st.cache_data(show_spinner=False)
def card_of(task: str) -> dict[str, Any]:
    """How a task's three models came to be, and their scores."""
    told: dict[str, Any] = json.loads((MODELS / f"{task}.json").read_text(encoding="utf-8"))
    return told


def available_tasks() -> list[str]:
    """The tasks whose models are there."""
    return [task for task in TASKS if file_of(task, "LSTM").exists()]


@st.cache_resource(show_spinner=False)
def shipped(task: str, cell: str) -> StoredModel:
    """A shipped model; frozen, so that one copy serves every visitor."""
    return read_model(file_of(task, cell).read_bytes())


def own_model() -> StoredModel | None:
    """The reader's own weights, or the last that could be read; None before there are any."""
    with st.popover("Open a .safetensors file"):
        st.caption(
            "Weights under PyTorch's names (`weight_ih_l0`, `weight_hh_l0`, …), with `embedding.weight` and "
            "`head.weight` if there are any. Up to 256 units, 4 layers, 5 MB. The file stays in this session."
        )
        # any kind of file is taken, so that a refusal can say what is wrong with it
        file = st.file_uploader("Model", key="own_file", label_visibility="collapsed")
    if file is not None:
        try:
            visit().own_model = read_model(file.getvalue())
        except ModelFileError as refusal:
            st.warning(shell.plain(f"{file.name}: {refusal}"))
    found: StoredModel | None = visit().own_model
    if found is None:
        st.info("No file of your own is open yet; shown is the LSTM that ships with this page.")
    return found
