"""The frozen records that travel between rooms: NumPy arrays with checked shapes, no torch.

A room that computes returns a record; a room that draws takes one. Arrays are float64 and read-only,
so a record can be cached and shared without being copied. Letters for sizes, here and everywhere:
T steps, D input features, H hidden units, K outputs.
"""

from seqviz.records.arrays import NO_TARGET, Array, frozen_array
from seqviz.records.gradients import GradientTrace, Saliency, Truncation
from seqviz.records.runs import Cliff, ClippingRun, GradientFlow
from seqviz.records.traces import CellTrace, Retention
from seqviz.records.training import Prediction, TrainingStep

__all__ = [
    "NO_TARGET",
    "Array",
    "CellTrace",
    "Cliff",
    "ClippingRun",
    "GradientFlow",
    "GradientTrace",
    "Prediction",
    "Retention",
    "Saliency",
    "TrainingStep",
    "Truncation",
    "frozen_array",
]
