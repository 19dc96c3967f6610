"""‖∂L/∂h_t‖ for every step t of a torch.nn.RNN, LSTM or GRU, at about the price of one forward and backward.

Autograd at the layer's output gives only what each step's own loss puts in, ∂L_t/∂h_t; what flows back from later
steps stays inside the fused kernel. Calling the layer step by step with `retain_grad` shows it at several times the
price. Here the fused layer runs forward once, the gates of all steps are recomputed from (x_t, h_{t−1}) in one matrix
product each, and the walk back is `seqviz.learning.scans`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from seqviz.learning.scans import Block, elman_back, gru_back, lstm_back
from seqviz.records import Array

PLACES = ("every", "last")
KINDS: tuple[type[nn.RNNBase], ...] = (nn.RNN, nn.LSTM, nn.GRU)

Loss = Callable[[Tensor], Tensor] | Tensor


@dataclass(frozen=True, eq=False)  # tensors have no single truth to compare or hash by
class BackwardPass:
    """What one backward pass through one layer brought.

    Attributes:
        norms: (T,) ‖∂L/∂h_t‖ for t = 1 … T, over the batch and the units together.
        hidden: (T, B, H) ∂L/∂h_t itself, steps first even if the layer is batch_first.
        parameters: the layer's own name → ∂L/∂parameter; empty if they were not asked for.
        head: ∂L/∂ of each tensor that was named as `head`.
        loss: L; None if the gradient at the outputs was given instead.
    """

    norms: Array
    hidden: Tensor
    parameters: dict[str, Tensor]
    head: tuple[Tensor, ...]
    loss: float | None


def gradient_norms(module: nn.RNNBase, batch: Tensor, loss: Loss, *, where: str = "every") -> Array:
    """(T,) float64: ‖∂L/∂h_t‖ for t = 1 … T, over the batch and the units together. See `backward_pass`."""
    return backward_pass(module, batch, loss, where=where, parameters=False).norms


def backward_pass(
    module: nn.RNNBase,
    batch: Tensor,
    loss: Loss,
    *,
    where: str = "every",
    parameters: bool = True,
    head: Sequence[Tensor] = (),
) -> BackwardPass:
    """Every ∂L/∂h_t, with what later steps send back, from a zero start state.

    Args:
        module: a torch.nn.RNN, LSTM or GRU with one layer, one direction and no projection. Nothing in it changes,
            `.grad` included.
        batch: (T, B, D) inputs, or (B, T, D) if the module is batch_first.
        loss: what makes a scalar L of the layer's output, or ∂L/∂output in the output's shape. The output is what
            the module returns, (T, B, H) or (B, T, H), if `where` is "every", and h_T, (B, H), if it is "last".
        where: "every" if the loss looks at every step, "last" if at the last alone.
        parameters: whether the gradients of the layer's weights and biases are wanted too.
        head: tensors inside `loss` (the weights of a read-out) whose gradients are wanted too.

    Returns:
        The gradients, in the module's precision; where numbers overflow they become inf or nan, as in autograd.

    Raises:
        TypeError: a module of another kind.
        ValueError: more layers or directions, shapes that do not fit, an unknown `where`, or a loss that is no
            scalar or does not depend on the output.
    """
    check(module, batch, where)
    with torch.no_grad():
        output = module(batch)[0].detach()  # the module's own layout
    steps_first = output.transpose(0, 1) if module.batch_first else output  # (T, B, H)
    seen = steps_first[-1] if where == "last" else output
    value, gradient, of_head = at_output(loss, seen, head)
    with torch.no_grad():
        total = torch.zeros_like(steps_first, memory_format=torch.contiguous_format)
        if where == "last":
            total[-1] = gradient
        else:
            total.copy_(gradient.transpose(0, 1) if module.batch_first else gradient)
        inputs = (batch.transpose(0, 1) if module.batch_first else batch).contiguous()  # (T, B, D)
        before = torch.cat([torch.zeros_like(total[:1]), steps_first[:-1]])  # (T, B, H) h_{t−1}
        found: dict[str, Tensor] = {}
        if parameters:
            found = {name: torch.zeros_like(weight) for name, weight in module.named_parameters()}
        for block in walk_back(module, total, inputs, before, steps_first):
            if parameters:
                add_block(found, block, inputs, before)
    return BackwardPass(step_norms(total), total, found, of_head, value)


def norms_in_training(
    module: nn.RNNBase, inputs: Tensor, states: Tensor, at_states: Tensor, window: int | None = None
) -> Array:
    """(T,) ‖∂L/∂h_t‖ of a batch_first layer whose forward pass has run already, from zero start states.

    inputs (B, T, D) and states (B, T, H): what it read and said. at_states (B, T, H): what each step's own loss puts in
    at h_t, as autograd leaves it at the layer's output. window: as in `walk_back`.
    """
    with torch.no_grad():
        hidden = states.transpose(0, 1).contiguous()  # (T, B, H)
        total = at_states.transpose(0, 1).clone(memory_format=torch.contiguous_format)
        before = torch.cat([torch.zeros_like(hidden[:1]), hidden[:-1]])  # (T, B, H) h_{t−1}
        for _ in walk_back(module, total, inputs.transpose(0, 1).contiguous(), before, hidden, window):
            pass
    return step_norms(total)


def check(module: nn.RNNBase, batch: Tensor, where: str) -> None:
    """Refuse what `backward_pass` cannot do, in one sentence."""
    if not isinstance(module, KINDS):
        raise TypeError(f"expected a torch.nn.RNN, LSTM or GRU, got {type(module).__name__}")
    directions = 1 + bool(module.bidirectional)
    if module.num_layers != 1 or directions != 1 or module.proj_size:
        raise ValueError(
            f"expected one layer in one direction without projection, got {module.num_layers} layer(s), "
            f"{directions} direction(s), projection size {module.proj_size}"
        )
    if where not in PLACES:
        raise ValueError(f"where is {where!r}, expected one of {', '.join(PLACES)}")
    if batch.ndim != 3 or batch.shape[2] != module.input_size or 0 in batch.shape:
        order = "(B, T, D)" if module.batch_first else "(T, B, D)"
        raise ValueError(
            f"batch has shape {tuple(batch.shape)}, expected {order} with D = {module.input_size} and none of them 0"
        )


def at_output(loss: Loss, output: Tensor, head: Sequence[Tensor]) -> tuple[float | None, Tensor, tuple[Tensor, ...]]:
    """L, ∂L/∂output and ∂L/∂ each of `head`, by autograd through the loss alone."""
    if isinstance(loss, Tensor):
        if loss.shape != output.shape:
            raise ValueError(
                f"the gradient at the output has shape {tuple(loss.shape)}, expected {tuple(output.shape)}"
            )
        if head:
            raise ValueError("a gradient at the output says nothing about the head: give the loss as a function")
        return None, loss, ()
    with torch.enable_grad():
        leaf = output.detach().requires_grad_()
        value = loss(leaf)
        if value.ndim != 0:
            raise ValueError(f"the loss has shape {tuple(value.shape)}, expected a single number")
        if not value.requires_grad:
            raise ValueError("the loss does not depend on the layer's output")
        gradient, *of_head = torch.autograd.grad(value, [leaf, *head], materialize_grads=True)
    return float(value.detach()), gradient, tuple(of_head)


def walk_back(
    module: nn.RNNBase, total: Tensor, inputs: Tensor, before: Tensor, hidden: Tensor, window: int | None = None
) -> Iterator[Block]:
    """The scan for this kind of layer, fed with its gates; `total` (T, B, H) is changed in place.

    window: of truncated backpropagation: nothing flows back past the steps 0, window, 2 · window …; None for past none.
    """
    steps, batch, units = total.shape
    parts = [slice(start, start + (window or steps)) for start in range(0, steps, window or steps)]
    weights = {name: weight.detach() for name, weight in module.named_parameters()}
    weight_ih, weight_hh = weights["weight_ih_l0"], weights["weight_hh_l0"]
    if isinstance(module, nn.RNN):  # g′ follows from h_t: no gates needed
        return chained((p, elman_back(total[p], hidden[p], weight_hh, module.nonlinearity)) for p in parts)
    none = weight_ih.new_zeros(len(weight_ih))  # a layer without biases adds 0
    bias_ih, bias_hh = weights.get("bias_ih_l0", none), weights.get("bias_hh_l0", none)
    pairs = inputs.flatten(0, 1), before.flatten(0, 1)  # (T·B, D), (T·B, H)
    if isinstance(module, nn.LSTM):
        gates = torch.addmm(bias_ih + bias_hh, pairs[0], weight_ih.t())  # (T·B, D) @ (D, 4H) → (T·B, 4H)
        gates = gates.addmm_(pairs[1], weight_hh.t()).view(steps, batch, 4, units)
        gates[:, :, :2].sigmoid_()  # i, f
        gates[:, :, 2].tanh_()  # g
        gates[:, :, 3].sigmoid_()  # o
        cell = cell_states(gates)  # (T+1, B, H)
        after, ahead = cell[1:], cell[:-1]
        return chained((p, lstm_back(total[p], gates[p], after[p], ahead[p], weight_hh)) for p in parts)
    gates = torch.addmm(bias_ih, pairs[0], weight_ih.t()).view(steps, batch, 3, units)
    product = torch.addmm(bias_hh, pairs[1], weight_hh.t()).view(steps, batch, 3, units)
    gates[:, :, :2].add_(product[:, :, :2]).sigmoid_()  # r, z
    gates[:, :, 2].addcmul_(gates[:, :, 0], product[:, :, 2]).tanh_()  # n
    of_candidate = product[:, :, 2]
    return chained((p, gru_back(total[p], gates[p], of_candidate[p], before[p], weight_hh)) for p in parts)


def chained(scans: Iterable[tuple[slice, Iterator[Block]]]) -> Iterator[Block]:
    """The blocks of one part after another, their steps counted in the whole sequence."""
    for part, scan in scans:
        for block in scan:
            steps = slice(part.start + block.steps.start, part.start + block.steps.stop)
            yield Block(steps, block.input_side, block.recurrent_side)


def cell_states(gates: Tensor) -> Tensor:
    """(T+1, B, H) c_t = f ⊙ c_{t−1} + i ⊙ g with c_0 = 0, from (T, B, 4, H) squashed gates."""
    steps, batch, _, units = gates.shape
    cell = gates.new_empty(steps + 1, batch, units)
    cell[0] = 0.0
    torch.mul(gates[:, :, 0], gates[:, :, 2], out=cell[1:])  # i ⊙ g
    c, forget = cell.unbind(), gates[:, :, 1].unbind()
    for t in range(steps):
        c[t + 1].addcmul_(forget[t], c[t])
    return cell


def add_block(found: dict[str, Tensor], block: Block, inputs: Tensor, before: Tensor) -> None:
    """Add one block's share of ∂L/∂ each parameter: Σ_t (gradient at the product) ⊗ (what was multiplied)."""
    input_side, recurrent_side = block.input_side.flatten(0, 1), block.recurrent_side.flatten(0, 1)  # (n·B, G·H)
    found["weight_ih_l0"].addmm_(input_side.t(), inputs[block.steps].flatten(0, 1))
    found["weight_hh_l0"].addmm_(recurrent_side.t(), before[block.steps].flatten(0, 1))
    if "bias_ih_l0" in found:
        found["bias_ih_l0"] += input_side.sum(0)
        found["bias_hh_l0"] += recurrent_side.sum(0)


def step_norms(values: Tensor) -> Array:
    """(T,) Euclidean norm of each (B, H) slice in float64, scaled first so that squares neither overflow nor vanish."""
    flat = values.detach().flatten(1).double()  # (T, B·H)
    largest = flat.abs().amax(dim=1, keepdim=True)  # (T, 1)
    safe = torch.where((largest > 0) & torch.isfinite(largest), largest, torch.ones_like(largest))
    norms: Array = (safe[:, 0] * torch.linalg.vector_norm(flat / safe, dim=1)).cpu().numpy()
    return norms
