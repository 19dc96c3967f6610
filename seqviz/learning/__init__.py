"""Recurrent networks that learn: torch, fast, held against the paper engine and against autograd."""

from seqviz.learning.gradient_norms import BackwardPass, backward_pass, gradient_norms

__all__ = ["BackwardPass", "backward_pass", "gradient_norms"]
