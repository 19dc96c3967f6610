"""Recurrent networks that learn: torch, fast, held against the paper engine and against autograd.

A name is fetched when it is first asked for: the web process imports `seqviz.learning.service` from this room, and must
not pay torch's two seconds and 190 MB for that.
"""

from __future__ import annotations

import importlib
import sys
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from seqviz.learning.cliff import CliffConfig, cliff
    from seqviz.learning.clipping import Clipped, clip_by_norm, clip_by_value
    from seqviz.learning.config import TrainingConfig
    from seqviz.learning.explosion import ExplosionConfig, clipping_comparison, components_at
    from seqviz.learning.flow import FlowConfig, gradient_flow, small_multiples
    from seqviz.learning.gradient_norms import BackwardPass, backward_pass, gradient_norms
    from seqviz.learning.threads import one_thread
    from seqviz.learning.training import Training, train

__all__ = [
    "BackwardPass",
    "CliffConfig",
    "Clipped",
    "ExplosionConfig",
    "FlowConfig",
    "Training",
    "TrainingConfig",
    "backward_pass",
    "cliff",
    "clip_by_norm",
    "clip_by_value",
    "clipping_comparison",
    "components_at",
    "gradient_flow",
    "gradient_norms",
    "one_thread",
    "small_multiples",
    "train",
]

# name → the module of this room that it stands in
PLACES = {
    "BackwardPass": "gradient_norms",
    "CliffConfig": "cliff",
    "Clipped": "clipping",
    "ExplosionConfig": "explosion",
    "FlowConfig": "flow",
    "backward_pass": "gradient_norms",
    "cliff": "cliff",
    "clip_by_norm": "clipping",
    "clip_by_value": "clipping",
    "clipping_comparison": "explosion",
    "components_at": "explosion",
    "gradient_flow": "flow",
    "gradient_norms": "gradient_norms",
    "one_thread": "threads",
    "small_multiples": "flow",
    "Training": "training",
    "TrainingConfig": "config",
    "train": "training",
}


class Room(ModuleType):
    """This package, in which a function may bear the name of its module (`cliff`, `gradient_norms`): the function wins.

    Python sets a module on its package whenever the module is imported, however late.
    """

    def __setattr__(self, name: str, value: object) -> None:
        if not (name in PLACES and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


def __getattr__(name: str) -> object:
    if name not in PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(importlib.import_module(f"{__name__}.{PLACES[name]}"), name)
    globals()[name] = found
    return found


sys.modules[__name__].__class__ = Room
