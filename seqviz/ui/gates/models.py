"""The models that /gates can open: the shipped ones, by task and cell, and the reader's own file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import streamlit as st

from seqviz.recurrent.layout import LAYER_LIMIT, UNIT_LIMIT
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


@dataclass(frozen=True)
class Chosen:
    """A model and what tells it from every other: its name, for a shipped one with its task; its file, to take away."""

    name: str
    model: StoredModel
    task: str | None = None
    data: bytes | None = None


def chosen_shipped(task: str, cell: str) -> Chosen:
    """A shipped model under its file's name."""
    return Chosen(file_of(task, cell).name, shipped(task, cell), task)


def own_model() -> tuple[Chosen | None, str | None]:
    """The reader's own weights, or the last that could be read, and a sentence where a file could not."""
    with st.popover("Open a .safetensors file"):
        st.caption(
            "Weights under PyTorch's names (`weight_ih_l0`, `weight_hh_l0`, …), with `embedding.weight` and "
            f"`head.weight` if there are any. Up to {UNIT_LIMIT} units, {LAYER_LIMIT} layers, 5 MB. The file stays in "
            "this session."
        )
        # any kind of file is taken, so that a refusal can say what is wrong with it
        file = st.file_uploader("Model", key="own_file", label_visibility="collapsed")
    refused = None
    if file is not None:
        data = file.getvalue()
        name = hashlib.blake2b(data, digest_size=8).hexdigest()
        held: Chosen | None = visit().own_model
        if held is None or held.name != name:
            try:
                visit().own_model = Chosen(name, read_model(data))
            except ModelFileError as refusal:
                refused = f"{file.name}: {refusal}"
    found: Chosen | None = visit().own_model
    return found, refused
