"""Any trained torch.nn.RNN, LSTM or GRU → the CellTrace of one of its layers, for less than twice the module's price.

The fused kernel gives h_1 … h_T and hides the gates. So it runs once, and the gates of all steps follow together from
the pairs (x_t, h_{t−1}), which are then all known: one matrix product over the whole sequence in place of one a step.
Only c_t = f ⊙ c_{t−1} + i ⊙ g is left to do step by step, without a matrix.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch import Tensor, nn

from seqviz.records import Array, CellTrace

KINDS: tuple[type[nn.RNN] | type[nn.LSTM] | type[nn.GRU], ...] = (nn.RNN, nn.LSTM, nn.GRU)
DTYPES = (torch.float32, torch.float64)


class Start(NamedTuple):
    """Where to start: of one layer (H,) each, of a whole module (L·directions, H) each."""

    h: Tensor
    c: Tensor | None = None

    def of(self, index: int) -> Start:
        return Start(self.h[index], None if self.c is None else self.c[index])


class Weights(NamedTuple):
    """Of one layer in one direction, as torch stacks its G gates."""

    ih: Tensor  # (G·H, D)
    hh: Tensor  # (G·H, H)
    b_ih: Tensor  # (G·H,) zeros without a bias
    b_hh: Tensor  # (G·H,)


class Rows:
    """Arrays of T+1 rows and H columns under their names, in one piece of memory.

    One large allocation costs a tenth of a dozen middling ones, and the record keeps it as it is.
    """

    def __init__(self, names: str, states: Tensor) -> None:
        self._places = {name: place for place, name in enumerate(names.split())}
        self._values = np.empty((len(self._places), *states.shape))  # (·, T+1, H)

    def __getitem__(self, name: str) -> Array:
        rows: Array = self._values[self._places[name]]
        return rows

    def put(self, names: str, stacked: Tensor) -> None:
        """Rows 1 … T of several arrays out of one (T, ·H), widened on the way; row 0 stays empty."""
        parts = np.split(_numpy(stacked), len(names.split()), axis=1)
        for name, part in zip(names.split(), parts, strict=True):
            self[name][1:] = part

    def frozen(self, names: str, first: int = 1) -> dict[str, Array]:
        self._values.setflags(write=False)
        return {name: self[name][first:] for name in names.split()}


@torch.no_grad()
@np.errstate(over="ignore", invalid="ignore")  # what overflows becomes inf or nan, as in `unroll`
def probe(
    module: nn.RNNBase,
    inputs: Tensor | ArrayLike,
    *,
    layer: int = -1,
    reverse: bool = False,
    sequence: int = 0,
    state: Tensor | tuple[Tensor, Tensor] | None = None,
    head: nn.Linear | None = None,
) -> CellTrace:
    """Everything one layer in one direction computes over one sequence.

    Dropout between layers is off, as in `module.eval()`, whatever mode the module is in. Nothing in it changes, and its
    forward hooks are not called. On a GPU cuDNN may round products to TF32 (about three digits); the trace then agrees
    with the module, not with the paper: `torch.backends.cudnn.allow_tf32 = False` makes both agree.

    Args:
        module: on any device, in float32 or float64; the trace is float64 on the CPU.
        inputs: (T, D), or a batch (T, B, D), (B, T, D) if the module is batch_first; taken to its precision and device.
        layer: from 0; negative counts from the last.
        reverse: the second direction of a bidirectional module. Its trace is in the order in which the cell reads: row
            1 of `hidden` is after x_T, and `inputs` run backward too.
        sequence: which one of a batch, from 0. Only this one is run.
        state: where to start, as the module takes it: h, or (h, c) of an LSTM, (L·directions, H) or with a batch
            (L·directions, B, H); zeros if None.
        head: what reads this layer's state, which must then be the last layer of a module with one direction.

    Returns:
        The trace, with the parts that come for nearly nothing and that `step_back` needs: preactivation (Elman);
        preactivation_k of every gate, kept, written and squashed (LSTM); preactivation_k, recurrent_product_n, reset,
        kept and written (GRU).

    Raises:
        TypeError: a module of another kind.
        ValueError: a projection, a PackedSequence, another precision, or an input, layer, direction, sequence, state or
            head that does not fit; with value and bound.
    """
    _check_module(module, inputs)
    layer = _check_place(module, layer, reverse, head)
    x = _one_sequence(module, inputs, sequence)  # (T, D)
    first = _one_start(module, state, sequence, x)
    directions = 1 + module.bidirectional
    for below in range(layer):
        states = [_forward(module, below, bool(d), x, first.of(below * directions + d)) for d in range(directions)]
        x = torch.cat([h.flip(0) if d else h for d, h in enumerate(states)], dim=1)  # (T, directions·H)
    start = first.of(layer * directions + reverse)
    h = _forward(module, layer, reverse, x, start)  # (T, H)

    outputs = None if head is None else _numpy(head(h.to(head.weight)))  # (T, K)
    x = x.flip(0) if reverse else x
    states_now = torch.cat([start.h[None], h])  # (T+1, H)
    weights = _weights(module, layer, reverse)
    if isinstance(module, nn.LSTM):
        assert start.c is not None
        return _lstm(weights, x, states_now, start.c, outputs)
    if isinstance(module, nn.GRU):
        return _gru(weights, x, states_now, outputs)
    return _elman(weights, x, states_now, outputs)


def _elman(weights: Weights, x: Tensor, states: Tensor, outputs: Array | None) -> CellTrace:
    z = torch.addmm(weights.b_ih + weights.b_hh, x, weights.ih.t())  # (T, D) @ (D, H)
    z.addmm_(states[:-1], weights.hh.t())  # (T, H) @ (H, H)
    return CellTrace(_numpy(x), _numpy(states), outputs=outputs, parts={"preactivation": _numpy(z)})


def _lstm(weights: Weights, x: Tensor, states: Tensor, c_0: Tensor, outputs: Array | None) -> CellTrace:
    preactivations = "preactivation_i preactivation_f preactivation_g preactivation_o"
    rows = Rows(f"hidden cell i f g o kept written squashed {preactivations}", states)
    rows["hidden"][:] = _numpy(states)
    z = torch.addmm(weights.b_ih + weights.b_hh, x, weights.ih.t())  # (T, D) @ (D, 4H), of i, f, g, o
    z.addmm_(states[:-1], weights.hh.t())  # (T, H) @ (H, 4H)
    rows.put(preactivations, z)
    units = len(c_0)
    z[:, : 2 * units].sigmoid_()
    z[:, 2 * units : 3 * units].tanh_()
    z[:, 3 * units :].sigmoid_()
    rows.put("i f g o", z)

    np.multiply(rows["i"][1:], rows["g"][1:], out=rows["written"][1:])
    rows["cell"][0] = _numpy(c_0)
    rows["cell"][1:] = rows["written"][1:]  # what is kept is added below
    for f, before, kept, c in zip(rows["f"][1:], rows["cell"], rows["kept"][1:], rows["cell"][1:], strict=False):
        np.multiply(f, before, out=kept)
        np.add(c, kept, out=c)
    # in the module's precision: tanh in float64 costs more, and o, which it is multiplied with, has no more digits
    rows.put("squashed", torch.from_numpy(rows["cell"][1:]).to(z.dtype).tanh())

    whole = rows.frozen("hidden cell", first=0)
    parts = rows.frozen(f"{preactivations} kept written squashed")
    return CellTrace(_numpy(x), whole["hidden"], whole["cell"], rows.frozen("i f g o"), outputs, parts)


def _gru(weights: Weights, x: Tensor, states: Tensor, outputs: Array | None) -> CellTrace:
    preactivations = "preactivation_r preactivation_z preactivation_n"
    rows = Rows(f"hidden r z n recurrent_product_n reset kept written {preactivations}", states)
    rows["hidden"][:] = _numpy(states)
    a = torch.addmm(weights.b_ih, x, weights.ih.t())  # (T, D) @ (D, 3H), of r, z, n
    recurrent = states[:-1] @ weights.hh.t()  # (T, H) @ (H, 3H); apart, as r acts on that of n alone
    units = states.shape[1]
    product = recurrent[:, 2 * units :]  # (T, H)
    rows.put("recurrent_product_n", product)
    recurrent += weights.b_hh
    a[:, : 2 * units] += recurrent[:, : 2 * units]
    reset = torch.sigmoid(a[:, :units]) * product  # with its bias by now
    a[:, 2 * units :] += reset
    rows.put("reset", reset)
    rows.put(preactivations, a)
    a[:, : 2 * units].sigmoid_()
    a[:, 2 * units :].tanh_()
    rows.put("r z n", a)

    np.multiply(rows["z"][1:], rows["hidden"][:-1], out=rows["kept"][1:])
    np.subtract(1.0, rows["z"][1:], out=rows["written"][1:])
    np.multiply(rows["written"][1:], rows["n"][1:], out=rows["written"][1:])
    parts = rows.frozen(f"{preactivations} recurrent_product_n reset kept written")
    hidden = rows.frozen("hidden", first=0)["hidden"]
    return CellTrace(_numpy(x), hidden, None, rows.frozen("r z n"), outputs, parts)


def _weights(module: nn.RNNBase, layer: int, reverse: bool) -> Weights:
    suffix = f"_l{layer}" + "_reverse" * reverse
    ih, hh = (getattr(module, f"weight_{side}{suffix}").detach() for side in ("ih", "hh"))
    if not module.bias:
        return Weights(ih, hh, ih.new_zeros(len(ih)), ih.new_zeros(len(ih)))
    return Weights(ih, hh, *(getattr(module, f"bias_{side}{suffix}").detach() for side in ("ih", "hh")))


def _forward(module: nn.RNNBase, layer: int, reverse: bool, x: Tensor, start: Start) -> Tensor:
    """(T, H) the states of one layer over x (T, D), in the order in which it reads, by torch's own fused kernel.

    A module of one layer is built around the module's own weights; made on the meta device, it draws no random numbers.
    """
    kind = next(kind for kind in KINDS if isinstance(module, kind))
    options = {"nonlinearity": module.nonlinearity} if isinstance(module, nn.RNN) else {}
    one: nn.RNNBase = kind(x.shape[1], module.hidden_size, device="meta", dtype=x.dtype, **options)
    names = ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0")
    for name, weight in zip(names, _weights(module, layer, reverse), strict=True):
        setattr(one, name, nn.Parameter(weight, requires_grad=False))
    one.flatten_parameters()  # what cuDNN asks for; it makes copies there, and nothing on the CPU
    state = start.h[None] if start.c is None else (start.h[None], start.c[None])  # (1, H) each
    h: Tensor = one(x.flip(0) if reverse else x, state)[0]
    return h


def _check_module(module: nn.RNNBase, inputs: object) -> None:
    if not isinstance(module, KINDS):
        raise TypeError(f"expected a torch.nn.RNN, LSTM or GRU, got {type(module).__name__}")
    if module.proj_size:
        raise ValueError(f"the module's proj_size is {module.proj_size}, expected 0: a projected h is no cell on paper")
    dtype = getattr(module, "weight_ih_l0").dtype  # noqa: B009
    if dtype not in DTYPES:
        raise ValueError(f"the module is in {dtype}, expected {' or '.join(map(str, DTYPES))}")
    if isinstance(inputs, nn.utils.rnn.PackedSequence):
        raise ValueError(
            f"inputs are a PackedSequence of {int(inputs.batch_sizes[0])} sequences, expected 1 as a tensor (T, D), or "
            "a batch with `sequence`"
        )


def _check_place(module: nn.RNNBase, layer: int, reverse: bool, head: nn.Linear | None) -> int:
    """The layer, counted from 0."""
    layers, directions = module.num_layers, 1 + module.bidirectional
    if not -layers <= layer < layers:
        raise ValueError(f"layer is {layer}, expected {-layers} to {layers - 1}")
    layer %= layers
    if reverse and directions == 1:
        raise ValueError("the module has 1 direction, forward; expected 2 for the reverse one")
    if head is not None and (directions, layer, head.in_features) != (1, layers - 1, module.hidden_size):
        raise ValueError(
            f"the head reads {head.in_features} numbers, and this is layer {layer} of {layers} with {directions} "
            f"direction(s); expected {module.hidden_size} numbers of the last layer with 1 direction"
        )
    return layer


def _one_sequence(module: nn.RNNBase, inputs: Tensor | ArrayLike, sequence: int) -> Tensor:
    """(T, D), in the module's precision and on its device."""
    weight: Tensor = next(module.parameters())
    x = torch.as_tensor(inputs).detach().to(weight.device, weight.dtype)
    if x.ndim not in (2, 3) or x.shape[-1] != module.input_size or 0 in x.shape:
        order = "(B, T, D)" if module.batch_first else "(T, B, D)"
        raise ValueError(
            f"inputs have shape {tuple(x.shape)}, expected (T, D) or {order} with D = {module.input_size} and none of "
            "them 0"
        )
    if x.ndim == 2:
        x = x[None] if module.batch_first else x[:, None]
    batch = x if module.batch_first else x.transpose(0, 1)  # (B, T, D)
    if not 0 <= sequence < len(batch):
        raise ValueError(f"sequence is {sequence}, expected 0 to {len(batch) - 1}")
    return batch[sequence].contiguous()


def _one_start(module: nn.RNNBase, state: Tensor | tuple[Tensor, Tensor] | None, sequence: int, x: Tensor) -> Start:
    """The start of every layer and direction, for the sequence that is read."""
    wanted = 2 if isinstance(module, nn.LSTM) else 1
    rows, units = module.num_layers * (1 + module.bidirectional), module.hidden_size
    if state is None:
        return Start(*(x.new_zeros(rows, units) for _ in range(wanted)))
    given = (state,) if isinstance(state, Tensor) else tuple(state)
    if len(given) != wanted:
        raise ValueError(f"state has {len(given)} part(s), expected {wanted}: (h, c) of an LSTM, h of every other")
    found = []
    for value in given:
        one = value[:, sequence] if value.ndim == 3 and sequence < value.shape[1] else value
        if tuple(one.shape) != (rows, units):
            raise ValueError(
                f"state has shape {tuple(value.shape)}, expected ({rows}, {units}), or ({rows}, B, {units}) for a batch"
            )
        found.append(one.detach().to(x.device, x.dtype))
    return Start(*found)


def _numpy(values: Tensor) -> Array:
    """On the CPU, still in the module's precision; the record widens it."""
    array: Array = values.cpu().numpy()
    return array
