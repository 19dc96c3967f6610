"""The network of a training: ids or numbers → stacked RNN, LSTM or GRU → read-out where an answer is asked.

The layers stand one by one, each a torch layer of its own: what enters the top one is seen, and with it ∂L/∂h_t. Drawn
in the order of `nn.LSTM(num_layers=…)`, the same seed gives the same weights.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from seqviz.learning.config import TrainingConfig
from seqviz.learning.gru import GRU
from seqviz.learning.model import CELLS
from seqviz.learning.names import stacked_name

State = Tensor | tuple[Tensor, Tensor] | None


@dataclass(frozen=True, eq=False)
class Passed:
    """What one forward pass leaves: the logits, and what the top layer read and said.

    Attributes:
        logits: (M, K) at the steps that were asked for.
        inputs: (B, T, ·) of the top layer. states: (B, T, H) h_t of the top layer.
    """

    logits: Tensor
    inputs: Tensor
    states: Tensor


class Network(nn.Module):
    """V tokens as vectors of E numbers (or D numbers a step as they are); layers of H units; K outputs."""

    def __init__(self, config: TrainingConfig, inputs: int, outputs: int, numeric: bool) -> None:
        super().__init__()
        self.cell, self.window = config.cell, config.window
        self.embedding = None if numeric else nn.Embedding(inputs, config.embedding)
        width = inputs if numeric else config.embedding
        kind = GRU if config.cell == "GRU" else CELLS[config.cell]
        options = {"nonlinearity": config.nonlinearity} if kind is nn.RNN else {}
        self.rnn = nn.ModuleList(
            kind(config.hidden if layer else width, config.hidden, batch_first=True, **options)
            for layer in range(config.layers)
        )
        self.head = nn.Linear(config.hidden, outputs)
        self.dropout = nn.Dropout(config.dropout) if config.dropout else nn.Identity()

    def forward(self, inputs: Tensor, places: Tensor | None = None) -> Passed:
        """(B, T) ids or (B, T, D) numbers → logits (M, K) at the `places` among the B·T steps; None is all of them."""
        vectors = inputs if self.embedding is None else self.embedding(inputs)  # (B, T, E)
        window = self.window
        if window is None or window >= vectors.shape[1]:
            states, _, entered = self.run(vectors, [None] * len(self.rnn))
        else:
            carried: list[State] = [None] * len(self.rnn)
            pieces = []
            for piece in vectors.split(window, dim=1):
                states, carried, entered = self.run(piece, carried)
                carried = [detached(state) for state in carried]
                pieces.append((states, entered))
            states = torch.cat([piece[0] for piece in pieces], dim=1)  # (B, T, H)
            entered = torch.cat([piece[1] for piece in pieces], dim=1)
        flat = states.flatten(0, 1)  # (B·T, H)
        asked = flat if places is None else flat.index_select(0, places)  # (M, H)
        return Passed(self.head(self.dropout(asked)), entered, states)

    def run(self, vectors: Tensor, before: list[State]) -> tuple[Tensor, list[State], Tensor]:
        """(B, T, E) through all layers from their states: h_t of the top one, their last states, what it read."""
        after: list[State] = []
        for layer, state in zip(self.rnn, before, strict=True):
            entered = self.dropout(vectors)
            vectors, last = layer(entered, state)
            after.append(last)
        return vectors, after, entered

    @property
    def top(self) -> nn.RNNBase:
        """The layer that the head reads."""
        layer = self.rnn[-1]
        assert isinstance(layer, nn.RNNBase)
        return layer

    def named(self) -> Iterator[tuple[str, nn.Parameter]]:
        """Every parameter by the name that `nn.LSTM(num_layers=…)` would give it: "rnn.weight_hh_l0"."""
        for name, parameter in self.named_parameters():
            yield stacked_name(name), parameter

    @property
    def parameter_count(self) -> int:
        """How many numbers the training sets."""
        return sum(parameter.numel() for parameter in self.parameters())


def detached(state: State) -> State:
    """The same numbers without their past."""
    if state is None or isinstance(state, Tensor):
        return None if state is None else state.detach()
    return state[0].detach(), state[1].detach()


def new_network(config: TrainingConfig, inputs: int, outputs: int, numeric: bool = False) -> Network:
    """The network before its first update, from the config's own stream of random numbers, on the CPU."""
    with torch.random.fork_rng(devices=()):
        torch.manual_seed(config.seed)
        network = Network(config, inputs, outputs, numeric)
        with torch.no_grad():
            for layer in network.rnn:
                initialise(layer, config)
    return network


def initialise(layer: nn.Module, config: TrainingConfig) -> None:
    """Draw the recurrent matrices of each gate as the config says; add to the forget gate's bias."""
    recurrent, bias = layer.get_parameter("weight_hh_l0"), layer.get_parameter("bias_hh_l0")
    for block in torch.split(recurrent, config.hidden):  # (H, H) one gate each
        if config.initialisation == "orthogonal":
            nn.init.orthogonal_(block)
        elif config.initialisation == "identity":
            nn.init.eye_(block)
        elif config.initialisation == "xavier":
            nn.init.xavier_uniform_(block)
    if config.cell == "LSTM" and config.forget_bias:
        bias[config.hidden : 2 * config.hidden] += config.forget_bias
