"""Recurrent networks that learn: torch, fast, held against the paper engine and against autograd."""

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
