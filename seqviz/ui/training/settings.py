"""What can be chosen on /training: a task with its preset, and what runs side by side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from seqviz.learning.config import CELLS, CLIPPINGS, DEVICES, INITIALISATIONS, TrainingConfig

TASK_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "characters": "next character",
        "words": "next word",
        "reviews": "sentiment of a review",
        "tags": "parts of speech",
        "numbers": "number words → digits",
        "country": "country → language",
        "copy": "copy after a pause",
        "adding": "adding problem",
    }
)
ALONE = "one run"
RATES = (0.1, 1.0, 10.0, 100.0)  # times the learning rate
SIDES: Mapping[str, tuple[str, tuple[Any, ...]]] = MappingProxyType(
    {
        "RNN · LSTM · GRU": ("cell", CELLS),
        "clipping": ("clipping", CLIPPINGS),
        "initialisation": ("initialisation", INITIALISATIONS),
        "optimiser": ("optimiser", ("SGD", "momentum", "RMSprop", "Adam")),
        "learning rate": ("learning_rate", RATES),
        "device": ("device", DEVICES),
    }
)


def runs_of(config: TrainingConfig, side: str) -> dict[str, TrainingConfig]:
    """Name → config of the runs that start together: the same data and seed, one setting apart.

    Raises:
        ValueError: a learning rate that leaves its bounds when it is multiplied.
    """
    if side == ALONE:
        return {config.cell: config}
    field, values = SIDES[side]
    found: dict[str, TrainingConfig] = {}
    for value in values:
        if field == "learning_rate":
            rate = float(f"{config.learning_rate * value:.6g}")
            found[f"rate {rate:g}"] = replace(config, learning_rate=rate)
        else:
            found[named(field, value, config)] = replace(config, **{field: value})
    return found


def named(field: str, value: str, config: TrainingConfig) -> str:
    """What a run is called whose `field` is `value`."""
    if field == "clipping":
        return "no clipping" if value == "none" else f"by {value} at {config.clip_threshold:g}"
    return {"torch": "torch's own"}.get(value, value)
