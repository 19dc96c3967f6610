"""The paper engine: recurrent cells as explicit equations in NumPy float64, every intermediate kept."""

from seqviz.recurrent.elman import Elman
from seqviz.recurrent.losses import NO_TARGET, predictions, step_losses
from seqviz.recurrent.unroll import unroll

__all__ = ["NO_TARGET", "Elman", "predictions", "step_losses", "unroll"]
