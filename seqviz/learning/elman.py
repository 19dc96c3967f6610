"""A simple recurrent layer with any activation: forward by a plain scan, backward by `seqviz.learning.scans`.

torch.nn.RNN knows tanh and ReLU alone; the sigmoid and the identity are where vanishing and exploding are clearest.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from seqviz.learning.scans import elman_back

ACTIVATIONS: Mapping[str, Callable[[Tensor], Tensor]] = {
    "tanh": torch.tanh,
    "relu": torch.relu,
    "sigmoid": torch.sigmoid,
    "identity": lambda z: z,
}

GAMMA = {"tanh": 1.0, "relu": 1.0, "sigmoid": 0.25, "identity": 1.0}  # the largest slope


@dataclass(frozen=True, eq=False)
class ElmanLayer:
    """h_t = g(W_xh x_t + W_hh h_{t−1} + b), h_0 = 0.

    Attributes:
        W_xh: (H, D).
        W_hh: (H, H).
        b: (H,).
        activation: g, one of ACTIVATIONS.
    """

    W_xh: Tensor
    W_hh: Tensor
    b: Tensor
    activation: str = "tanh"

    def states(self, inputs: Tensor) -> Tensor:
        """(T+1, B, H) h_0 … h_T of (T, B, D) inputs; inf and nan where they overflow."""
        g = ACTIVATIONS[self.activation]
        products = inputs @ self.W_xh.t() + self.b  # (T, B, D) @ (D, H) → (T, B, H)
        h = [products.new_zeros(products.shape[1:])]
        for product in products.unbind():
            h.append(g(torch.addmm(product, h[-1], self.W_hh.t())))
        return torch.stack(h)

    def backward(self, inputs: Tensor, states: Tensor, local: Tensor) -> tuple[Tensor, tuple[Tensor, Tensor, Tensor]]:
        """From (T, B, H) ∂L_t/∂h_t to (T, B, H) ∂L/∂h_t and the gradients of W_xh, W_hh and b."""
        total = local.clone()
        gradients = torch.zeros_like(self.W_xh), torch.zeros_like(self.W_hh), torch.zeros_like(self.b)
        for block in elman_back(total, states[1:], self.W_hh, self.activation):
            side = block.input_side.flatten(0, 1)  # (n·B, H)
            gradients[0].addmm_(side.t(), inputs[block.steps].flatten(0, 1))
            gradients[1].addmm_(side.t(), states[:-1][block.steps].flatten(0, 1))
            gradients[2].add_(side.sum(0))
        return total, gradients
