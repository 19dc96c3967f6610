"""The controls of /training: every setting of a training, each task with its own."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import streamlit as st

from seqviz.figures.numbers import in_words
from seqviz.learning import config as room
from seqviz.learning.config import LIMITS, SOURCES, TrainingConfig
from seqviz.learning.presets import PRESETS
from seqviz.ui.common import KEPT
from seqviz.ui.training.settings import ALONE, SIDES, TASK_NAMES

STEPS = {"learning_rate": 0.001, "dropout": 0.05, "weight_decay": 0.001, "clip_threshold": 0.1, "forget_bias": 0.5}


def task_control() -> str:
    """Which task; each keeps its own settings, and begins with those of its preset."""
    task: str = st.selectbox(
        "Task", list(TASK_NAMES), format_func=TASK_NAMES.__getitem__, key="train", width=230, **KEPT
    )
    return task


def side_control() -> str:
    """What is trained side by side."""
    side: str = st.selectbox("Side by side", [ALONE, *SIDES], key="side", width=190, **KEPT)
    return side


def settings_controls(task: str) -> dict[str, Any]:
    """Every field of the config that a widget holds, as it was typed: bounds are checked by the config itself."""
    preset = PRESETS[task]

    def key(field: str) -> str:
        return f"{task}_{field}"

    def choice(label: str, field: str, options: tuple[str, ...], help: str | None = None) -> str:
        place = options.index(getattr(preset, field))
        found: str = st.selectbox(label, options, place, key=key(field), width=150, help=help, **KEPT)
        return found

    def number(label: str, field: str, help: str | None = None) -> float:
        low, high = LIMITS[field]
        whole = isinstance(low, int) and isinstance(high, int)
        start = float(getattr(preset, field))
        bounds = f"From {in_words(low)} to {in_words(high)}."
        step = 1.0 if whole else STEPS[field]
        told = f"{help} {bounds}" if help else bounds
        value = st.number_input(
            label, value=start, step=step, format="%g", key=key(field), width=150, help=told, **KEPT
        )
        found = start if value is None else float(value)
        return int(found) if whole and found.is_integer() else found

    chosen: dict[str, Any] = {}
    with st.container(horizontal=True, gap="small"):
        if len(SOURCES.get(task, ())) > 1:
            chosen["source"] = choice("Data", "source", SOURCES[task])
        chosen["cell"] = choice("Cell", "cell", room.CELLS)
        chosen["hidden"] = number("Hidden units", "hidden")
        chosen["layers"] = number("Layers", "layers")
        if task != "adding":
            chosen["embedding"] = number("Embedding", "embedding", "Numbers that stand for each token.")
        if chosen["cell"] == "RNN":
            chosen["nonlinearity"] = choice("Activation", "nonlinearity", room.NONLINEARITIES)
        chosen["initialisation"] = choice("Initialisation", "initialisation", room.INITIALISATIONS, "Of W_hh.")
        if chosen["cell"] == "LSTM":
            chosen["forget_bias"] = number("Forget bias", "forget_bias", "Added to the bias of the forget gate.")
        chosen["dropout"] = number("Dropout", "dropout")
    with st.container(horizontal=True, gap="small"):
        chosen["optimiser"] = choice("Optimiser", "optimiser", room.OPTIMISERS)
        chosen["learning_rate"] = number("Learning rate", "learning_rate")
        chosen["schedule"] = choice("Schedule", "schedule", room.SCHEDULES)
        chosen["weight_decay"] = number("Weight decay", "weight_decay")
        chosen["clipping"] = choice("Clipping", "clipping", room.CLIPPINGS)
        chosen["clip_threshold"] = number("Clip at", "clip_threshold")
        chosen["batch"] = number("Batch", "batch", "Sequences an update.")
        window = st.number_input(
            "Window", 0, 1000, 0, key=key("window"), width=150,
            help="Steps of truncated backpropagation through time; 0: the whole sequence.", **KEPT,
        )  # fmt: skip
        chosen["window"] = int(window) or None
    with st.container(horizontal=True, gap="small"):
        if task in ("characters", "words", "country", "copy", "adding"):
            chosen["length"] = number("Length", "length", LENGTHS[task])
        chosen["examples"] = number("Examples", "examples", "Training sequences.")
        chosen["updates"] = number("Updates", "updates")
        chosen["validate_every"] = number("Validate every", "validate_every", "Updates between looks at held-out data.")
        chosen["seed"] = number("Seed", "seed")
        chosen["device"] = choice("Device", "device", room.DEVICES)
    return chosen


LENGTHS = {
    "characters": "Characters a sequence.",
    "words": "Words a sequence.",
    "country": "The longest gap between the country and the question, in words.",
    "copy": "How long the copy is waited for, in steps.",
    "adding": "Steps of a sequence.",
}


def config_of(task: str, chosen: dict[str, Any], content: str) -> TrainingConfig:
    """The preset with what was chosen.

    Raises:
        ValueError: a setting out of its bounds.
    """
    return replace(PRESETS[task], **chosen, content=content)
