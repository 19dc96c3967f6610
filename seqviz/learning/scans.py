"""From the last step to the first: the total ∂L/∂h_t of a simple cell, an LSTM and a GRU, without autograd.

What a step does backward is linear in what reaches it, with factors known from the forward pass. The factors of a
block of steps are worked out at once; only the walk itself needs one small matrix product a step. At these sizes an
operation's start costs as much as its arithmetic and fresh memory more than both, so a walk takes few operations a
step (2, 4 and 3) and uses the same buffers again for every block.

Each walk fills `total`, which comes in as what every step's own loss puts in at h_t and leaves as ∂L/∂h_t. It yields,
from the last block to the first, which steps it has been through and the gradients at their gates' products; these
lie in the buffers and hold until the next block.

Shapes: T steps, B sequences side by side, H units, n steps in a block.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import torch
from torch import Tensor

BLOCK = 16  # steps; a block's factors then fit a core's own cache at B = 16, H = 128


class Block(NamedTuple):
    """The steps of one block, and there the gradients at W_x x_t and at W_h h_{t−1}, gates stacked: (n, B, G·H)."""

    steps: slice
    input_side: Tensor
    recurrent_side: Tensor


def blocks(steps: int, size: int = BLOCK) -> Iterator[slice]:
    """Slices of at most `size` steps, the last ones first."""
    for end in range(steps, 0, -size):
        yield slice(max(0, end - size), end)


def elman_back(total: Tensor, hidden: Tensor, recurrent: Tensor, activation: str) -> Iterator[Block]:
    """h_t = g(z_t), z_t = W_hh h_{t−1} + …

    Args:
        total: (T, B, H) changed in place, as described above.
        hidden: (T, B, H) h_t, from which g′(z_t) follows for each of these activations.
        recurrent: (H, H) W_hh.
        activation: g, one of SLOPES.
    """
    sides = torch.empty_like(total[:BLOCK])
    h, side = total.unbind(), sides.unbind()  # views, made once
    for steps in blocks(len(total)):
        slope = slope_of(activation, hidden[steps]).unbind()
        for t in range(steps.stop - 1, steps.start - 1, -1):
            z = side[t - steps.start]
            torch.mul(h[t], slope[t - steps.start], out=z)  # ∂L/∂z_t
            if t:
                h[t - 1].addmm_(z, recurrent)  # (B, H) @ (H, H) → (B, H)
        block = sides[: steps.stop - steps.start]
        yield Block(steps, block, block)


def slope_of(activation: str, value: Tensor) -> Tensor:
    """g′(z) written by the value g(z): tanh′ = 1 − h², σ′ = h (1 − h); for ReLU 0 at z = 0, as in PyTorch."""
    if activation == "tanh":
        return 1.0 - value * value
    if activation == "relu":
        return (value > 0.0).to(value)
    if activation == "sigmoid":
        return value * (1.0 - value)
    return torch.ones_like(value)  # the identity


def lstm_back(total: Tensor, squashed: Tensor, cell: Tensor, cell_before: Tensor, recurrent: Tensor) -> Iterator[Block]:
    """c_t = f ⊙ c_{t−1} + i ⊙ g, h_t = o ⊙ tanh(c_t).

    Args:
        total: (T, B, H) changed in place, as described above.
        squashed: (T, B, 4, H) the gates i, f, g, o after σ and tanh.
        cell, cell_before: (T, B, H) c_t and c_{t−1}.
        recurrent: (4H, H) W_hh, the gates stacked.
    """
    _, batch, units = total.shape
    factors = total.new_empty(min(BLOCK, len(total)), batch, 5, units)
    sides = torch.empty_like(factors)
    gates = sides.flatten(2)[:, :, units:]  # (n, B, 4H), slot 0 left out
    at_cell, carried = total.new_empty(batch, units), total.new_zeros(batch, units)
    per_cell = at_cell.unsqueeze(1)  # (B, 1, H), the same memory
    h, z = total.unbind(), gates.unbind()
    cell_factor, output_factor = factors[:, :, :4].unbind(), factors[:, :, 4].unbind()
    cell_side, output_side = sides[:, :, :4].unbind(), sides[:, :, 4].unbind()
    carry = sides[:, :, 0].unbind()
    for steps in blocks(len(total)):
        count = steps.stop - steps.start
        i, f, g, o = squashed[steps].unbind(2)  # (n, B, H) each
        through = torch.tanh(cell[steps])
        # slot 0 goes on to c_{t−1}, slots 1 to 3 are i, f, g: these four times ∂L/∂c_t; slot 4 is o, times ∂L/∂h_t
        factors[:count, :, 0] = f
        torch.mul(g, i * (1 - i), out=factors[:count, :, 1])
        torch.mul(cell_before[steps], f * (1 - f), out=factors[:count, :, 2])
        torch.mul(i, 1 - g * g, out=factors[:count, :, 3])
        torch.mul(through, o * (1 - o), out=factors[:count, :, 4])
        cell_slope = (o * (1 - through * through)).unbind()  # ∂h_t/∂c_t
        for t in range(steps.stop - 1, steps.start - 1, -1):
            k = t - steps.start
            torch.addcmul(carried, h[t], cell_slope[k], out=at_cell)  # ∂L/∂c_t
            torch.mul(per_cell, cell_factor[k], out=cell_side[k])  # (B, 1, H) · (B, 4, H)
            torch.mul(h[t], output_factor[k], out=output_side[k])
            carried = carry[k]  # read by the step before, ahead of the next block's writing there
            if t:
                h[t - 1].addmm_(z[k], recurrent)  # (B, 4H) @ (4H, H) → (B, H)
        yield Block(steps, gates[:count], gates[:count])


def gru_back(
    total: Tensor, squashed: Tensor, product: Tensor, before: Tensor, recurrent: Tensor, size: int = BLOCK
) -> Iterator[Block]:
    """h_t = (1 − z) ⊙ n + z ⊙ h_{t−1}, n = tanh(W x_t + b + r ⊙ (W_h h_{t−1} + b_h)).

    Args:
        total: (T, B, H) changed in place, as described above.
        squashed: (T, B, 3, H) the gates r, z, n after σ and tanh.
        product: (T, B, H) W_h h_{t−1} + b_h of the candidate n, which r scales.
        before: (T, B, H) h_{t−1}.
        recurrent: (3H, H) W_hh, the gates stacked.
        size: of a block, in steps: larger ones suit whoever multiplies with all of a block at once.
    """
    _, batch, units = total.shape
    factors = total.new_empty(min(size, len(total)), batch, 3, units)
    sides = torch.empty_like(factors)
    h, per_unit = total.unbind(), total.unsqueeze(2).unbind()  # (B, H) and (B, 1, H), the same memory
    factor, side, recurrent_side = factors.unbind(), sides.unbind(), sides.flatten(2).unbind()
    for steps in blocks(len(total), size):
        count = steps.stop - steps.start
        r, z, n = squashed[steps].unbind(2)  # (n, B, H) each
        candidate = (1 - z) * (1 - n * n)
        torch.mul(candidate, r, out=factors[:count, :, 2])
        torch.mul(factors[:count, :, 2] * product[steps], 1 - r, out=factors[:count, :, 0])
        torch.mul(before[steps] - n, z * (1 - z), out=factors[:count, :, 1])
        keep = z.unbind()
        for t in range(steps.stop - 1, steps.start - 1, -1):
            k = t - steps.start
            torch.mul(per_unit[t], factor[k], out=side[k])  # (B, 1, H) · (B, 3, H)
            if t:
                h[t - 1].addcmul_(h[t], keep[k])  # what z keeps goes straight back
                h[t - 1].addmm_(recurrent_side[k], recurrent)  # (B, 3H) @ (3H, H) → (B, H)
        inputs = sides[:count].flatten(2).clone()  # r scales the candidate's recurrent product, not its input's
        torch.mul(total[steps], candidate, out=inputs[:, :, 2 * units :])
        yield Block(steps, inputs, sides[:count].flatten(2))
