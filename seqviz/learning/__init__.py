"""Recurrent networks that learn: torch, fast, held against the paper engine and against autograd."""

from seqviz.learning.clipping import Clipped, clip_by_norm, clip_by_value
from seqviz.learning.gradient_norms import BackwardPass, backward_pass, gradient_norms

__all__ = ["BackwardPass", "Clipped", "backward_pass", "clip_by_norm", "clip_by_value", "gradient_norms"]
