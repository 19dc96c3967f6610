"""nn.GRU with a backward pass of its own on the CPU, where PyTorch has no fused one.

The same parameters, names and numbers (to float32's rounding); `seqviz.learning.scans` walks back, and the gradients of
the weights are matrix products over blocks of steps instead of one small one a step.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable

from seqviz.learning.scans import gru_back

BLOCK = 64  # steps: the weights' gradients are products over all of a block, and long ones are fast


class GRUScan(torch.autograd.Function):
    """(T, B, D) → (T, B, H): forward step by step, backward in blocks."""

    @staticmethod
    def forward(
        ctx: Any, inputs: Tensor, first: Tensor, weight_ih: Tensor, weight_hh: Tensor, bias_ih: Tensor, bias_hh: Tensor
    ) -> Tensor:
        steps, batch, _ = inputs.shape
        units = weight_hh.shape[1]
        flat = inputs.reshape(steps * batch, -1)
        gates = torch.addmm(bias_ih, flat, weight_ih.t()).view(steps, batch, 3 * units)  # r, z, n, squashed in place
        product = gates.new_empty(steps, batch, 3 * units)  # W_h h_{t−1} + b_h
        hidden = gates.new_empty(steps + 1, batch, units)  # h_0 … h_T
        hidden[0] = first
        recurrent = weight_hh.t().contiguous()
        of_h, h = product.unbind(), hidden.unbind()
        both, candidate = gates[:, :, : 2 * units].unbind(), gates[:, :, 2 * units :].unbind()
        of_both, of_candidate = product[:, :, : 2 * units].unbind(), product[:, :, 2 * units :].unbind()
        r, z = gates[:, :, :units].unbind(), gates[:, :, units : 2 * units].unbind()
        for t in range(steps):
            torch.addmm(bias_hh, h[t], recurrent, out=of_h[t])  # (B, H) @ (H, 3H) → (B, 3H)
            both[t].add_(of_both[t]).sigmoid_()
            candidate[t].addcmul_(r[t], of_candidate[t]).tanh_()
            torch.lerp(candidate[t], h[t], z[t], out=h[t + 1])  # (1 − z) ⊙ n + z ⊙ h_{t−1}
        ctx.save_for_backward(flat, hidden, gates, product, weight_ih, weight_hh)
        return hidden[1:]

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, at_hidden: Tensor) -> tuple[Tensor | None, ...]:
        flat, hidden, gates, product, weight_ih, weight_hh = ctx.saved_tensors
        steps, batch, units = at_hidden.shape
        total = at_hidden.clone(memory_format=torch.contiguous_format)
        squashed = gates.view(steps, batch, 3, units)
        at_inputs = torch.empty_like(flat) if ctx.needs_input_grad[0] else None  # (T·B, D)
        of_weights = [torch.zeros_like(weight_ih), torch.zeros_like(weight_hh)]
        of_biases = [weight_ih.new_zeros(3 * units), weight_ih.new_zeros(3 * units)]
        for block in gru_back(total, squashed, product[:, :, 2 * units :], hidden[:-1], weight_hh, BLOCK):
            rows = slice(block.steps.start * batch, block.steps.stop * batch)
            sides = [block.input_side.flatten(0, 1), block.recurrent_side.flatten(0, 1)]  # (n·B, 3H)
            read = flat[rows], hidden[:-1][block.steps].flatten(0, 1)
            for side, vectors, weight, bias in zip(sides, read, of_weights, of_biases, strict=True):
                weight.addmm_(side.t(), vectors)
                bias.add_(side.sum(0))
            if at_inputs is not None:
                torch.mm(sides[0], weight_ih, out=at_inputs[rows])
        at_first = None
        if ctx.needs_input_grad[1]:  # the last block begins at the first step
            at_first = total[0] * squashed[0, :, 1] + block.recurrent_side[0] @ weight_hh
        inputs = None if at_inputs is None else at_inputs.view(steps, batch, -1)
        return inputs, at_first, *of_weights, *of_biases


class GRU(nn.GRU):
    """Any number of layers in one direction; on other devices and without gradients it is nn.GRU itself."""

    def forward(self, input: Tensor, hx: Tensor | None = None) -> tuple[Tensor, Tensor]:  # type: ignore[override]
        """(B, T, D) (or (T, B, D), as batch_first says) and (L, B, H) → all h_t and each layer's last, as nn.GRU."""
        simple = not (self.bidirectional or self.proj_size or self.dropout) and self.bias
        if not (simple and torch.is_grad_enabled() and input.device.type == "cpu" and input.ndim == 3):
            found: tuple[Tensor, Tensor] = super().forward(input, hx)
            return found
        hidden = input.transpose(0, 1) if self.batch_first else input  # (T, B, D)
        scan: Any = GRUScan  # its `apply` comes without types
        last = []
        for layer in range(self.num_layers):
            before = hidden.new_zeros(hidden.shape[1], self.hidden_size) if hx is None else hx[layer]
            names = "weight_ih", "weight_hh", "bias_ih", "bias_hh"
            hidden = scan.apply(hidden, before, *(getattr(self, f"{name}_l{layer}") for name in names))  # (T, B, H)
            last.append(hidden[-1])
        return hidden.transpose(0, 1) if self.batch_first else hidden, torch.stack(last)
