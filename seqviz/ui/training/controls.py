"""The controls of /training: every setting of a training, each task with its own."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import streamlit as st

from seqviz.figures.numbers import in_words
from seqviz.learning import config as room
from seqviz.learning.config import LIMITS, TrainingConfig
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


def settings_controls(task: str, side: str = ALONE) -> dict[str, Any]:
    """Every field of the config that a widget holds, as it was typed: bounds are checked by the config itself."""
    preset = PRESETS[task]

    def key(field: str) -> str:
        return f"{task}_{field}"

    def choice(label: str, field: str, options: tuple[str, ...], help: str | None = None) -> str:
        place = options.index(getattr(preset, field))
        found: str = st.selectbox(label, options, place, key=key(field), width=150, help=help, **KEPT)
        return found

    def number(label: str, field: str, help: str | None = None) -> float:
        low, high = BOUNDS[field]
        whole = isinstance(low, int) and isinstance(high, int)
        start = float(getattr(preset, field) or 0)
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
        chosen["cell"] = choice("Cell", "cell", room.CELLS)
        chosen["hidden"] = number("Hidden units", "hidden")
        chosen["layers"] = number("Layers", "layers")
        if task != "adding":
            chosen["embedding"] = number("Embedding", "embedding", "Numbers that stand for each token.")
        cells = SIDES[side][1] if side in SIDES and SIDES[side][0] == "cell" else (chosen["cell"],)
        if "RNN" in cells:
            chosen["nonlinearity"] = choice("Activation", "nonlinearity", room.NONLINEARITIES)
        chosen["initialisation"] = choice("Initialisation", "initialisation", room.INITIALISATIONS, "Of W_hh.")
        if "LSTM" in cells:
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
        window = number("Window", "window", "Steps of truncated backpropagation through time; 0: the whole sequence.")
        chosen["window"] = window or None
    with st.container(horizontal=True, gap="small"):
        if task in ("characters", "words", "country", "copy", "adding"):
            chosen["length"] = number("Length", "length", LENGTHS[task])
        chosen["examples"] = number("Examples", "examples", EXAMPLES.get(task, "Training sequences."))
        chosen["held_out"] = number("Held out", "held_out", HELD_OUT.get(task, "Sequences that validate."))
        chosen["updates"] = number("Updates", "updates")
        chosen["validate_every"] = number("Validate every", "validate_every", "Updates between looks at held-out data.")
        chosen["measure_every"] = number("Measure every", "measure_every", "Updates between norms by step.")
        chosen["seed"] = number("Seed", "seed")
        chosen["device"] = choice("Device", "device", room.DEVICES)
    return chosen


BOUNDS = {**LIMITS, "window": (0, 1000)}
EXAMPLES = {
    "characters": "Sentences of the composed text; a text that is not composed has its own length.",
    "words": "Sentences of the composed text; a text of your own has its own length.",
}
HELD_OUT = {"characters": "Windows that validate, at most.", "words": "Windows that validate, at most."}
LENGTHS = {
    "characters": "Characters a sequence.",
    "words": "Words a sequence.",
    "country": "The longest gap between the country and the question, in words.",
    "copy": "How long the copy is waited for, in steps.",
    "adding": "Steps of a sequence.",
}


def config_of(task: str, source: str, chosen: dict[str, Any], content: str) -> TrainingConfig:
    """The preset with what was chosen.

    Raises:
        ValueError: a setting out of its bounds.
    """
    return replace(PRESETS[task], source=source, **chosen, content=content)
