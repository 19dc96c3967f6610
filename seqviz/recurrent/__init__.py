"""The paper engine: recurrent cells as explicit equations in NumPy float64, every intermediate kept."""

from seqviz.records import NO_TARGET
from seqviz.recurrent.bptt import backpropagate
from seqviz.recurrent.cell import State
from seqviz.recurrent.elman import Elman
from seqviz.recurrent.gru import GRU
from seqviz.recurrent.losses import predictions, step_losses
from seqviz.recurrent.lstm import LSTM
from seqviz.recurrent.unroll import unroll

__all__ = ["GRU", "LSTM", "NO_TARGET", "Elman", "State", "backpropagate", "predictions", "step_losses", "unroll"]
