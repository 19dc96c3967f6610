"""The same gradient by PyTorch's autograd: the judge over every gradient that the paper engine works out."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch.nn import functional as F

from seqviz.records import Array

_ACTIVATIONS: Mapping[str, Callable[[torch.Tensor], torch.Tensor]] = {
    "tanh": torch.tanh,
    "relu": torch.relu,
    "sigmoid": torch.sigmoid,
    "identity": lambda z: z,
}


def autograd(
    weights: Mapping[str, Array],
    inputs: ArrayLike,
    targets: ArrayLike,
    *,
    activation: str = "tanh",
    loss: str = "cross_entropy",
    step: int | None = None,
) -> dict[str, Array]:
    """∂L/∂W of a simple recurrent network by torch.autograd in float64.

    Args:
        weights: W_xh (H, D), W_hh (H, H), b (H,), W_hy (K, H), c (K,).
        inputs: (T, D). targets: (T,) ids, −100 for none, or for squared error (T, K), a row of NaN for none.
        activation: tanh, relu, sigmoid or identity.
        loss: "cross_entropy" or "squared_error" (½ the squared difference).
        step: the loss of this step alone, from 1; None for the sum over all.

    Returns:
        The gradient of each weight, under the same names.
    """
    W = {name: torch.tensor(np.asarray(value)).double().requires_grad_() for name, value in weights.items()}
    g = _ACTIVATIONS[activation]
    h = torch.zeros(len(W["b"]), dtype=torch.float64)
    states = []
    for x in torch.tensor(np.asarray(inputs), dtype=torch.float64):
        h = g(W["W_xh"] @ x + W["W_hh"] @ h + W["b"])
        states.append(h)
    outputs = torch.stack(states) @ W["W_hy"].T + W["c"]  # (T, H) @ (H, K) → (T, K)
    if loss == "cross_entropy":
        losses = F.cross_entropy(outputs, torch.tensor(np.asarray(targets)), reduction="none")  # (T,)
    else:
        wanted = torch.tensor(np.asarray(targets), dtype=torch.float64)  # (T, K)
        losses = 0.5 * ((outputs - torch.where(wanted.isnan(), outputs.detach(), wanted)) ** 2).sum(dim=1)
    (losses.sum() if step is None else losses[step - 1]).backward()  # type: ignore[no-untyped-call]
    return {name: np.zeros(value.shape) if value.grad is None else value.grad.numpy() for name, value in W.items()}
