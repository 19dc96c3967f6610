"""What hypothesis draws for the recurrent tests: a torch.nn layer in float64, a read-out, a sequence, a start.

Letters for sizes as in seqviz.records: T steps, D input features, H hidden units, K outputs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from seqviz.records import Array, CellTrace
from seqviz.recurrent import State

quick = settings(deadline=None, max_examples=25)

TOLERANCE = {"rtol": 1e-10, "atol": 1e-10}


def numbers(shape: tuple[int, ...], bound: float) -> st.SearchStrategy[Array]:
    """Float64 arrays with every entry drawn on its own from [−bound, bound]."""
    entries = st.floats(-bound, bound, allow_subnormal=False)
    return arrays(np.float64, shape, elements=entries, fill=st.nothing())


@dataclass(frozen=True)
class Case:
    """One layer to compare with: `inputs` (T, D), start states `h` and `c` (H,), all float64."""

    module: torch.nn.Module
    head: torch.nn.Linear | None
    inputs: Array
    h: Array
    c: Array

    @property
    def is_lstm(self) -> bool:
        return isinstance(self.module, torch.nn.LSTM)

    @property
    def state(self) -> State:
        """The start as seqviz takes it."""
        return State(self.h, self.c if self.is_lstm else None)

    def torch_states(self) -> tuple[Array, Array]:
        """(T+1, H) hidden and, of an LSTM, cell states, by calling the torch module one step at a time."""
        h, c = torch.tensor(self.h)[None], torch.tensor(self.c)[None]  # (1, H) each
        hidden, cell = [h], [c]
        for x in torch.tensor(self.inputs):
            if self.is_lstm:
                _, (h, c) = self.module(x[None], (h, c))
            else:
                _, h = self.module(x[None], h)
            hidden.append(h)
            cell.append(c)
        return torch.cat(hidden).detach().numpy(), torch.cat(cell).detach().numpy()

    def torch_hidden(self) -> Array:
        """(T, H) what the torch module answers when it runs over the whole sequence in one call."""
        h, c = torch.tensor(self.h)[None], torch.tensor(self.c)[None]
        output, _ = self.module(torch.tensor(self.inputs), (h, c) if self.is_lstm else h)
        return output.detach().numpy()

    def torch_products(self, hidden: Array) -> tuple[torch.Tensor, torch.Tensor]:
        """(T, G·H) W_x x_t and W_h h_{t−1} of all gates as torch stacks them, without any bias.

        Args:
            hidden: (T+1, H) as from `torch_states`.
        """
        of_input = torch.tensor(self.inputs) @ self.module.weight_ih_l0.T
        of_hidden = torch.tensor(hidden[:-1]) @ self.module.weight_hh_l0.T
        return of_input.detach(), of_hidden.detach()

    def torch_biases(self) -> tuple[torch.Tensor, torch.Tensor]:
        """The two biases (G·H,), zeros where the module has none."""
        if not self.module.bias:
            rows = len(self.module.weight_ih_l0)
            return torch.zeros(rows).double(), torch.zeros(rows).double()
        return self.module.bias_ih_l0.detach(), self.module.bias_hh_l0.detach()


@st.composite
def cases(draw: st.DrawFn, kind: type[torch.nn.Module], **options: object) -> Case:
    """A one-layer torch.nn.RNN, LSTM or GRU with drawn sizes, weights, inputs and start states."""
    D, H, T = draw(st.integers(1, 4)), draw(st.integers(1, 4)), draw(st.integers(1, 6))
    module = kind(D, H, bias=draw(st.booleans()), **options).double()
    head = None
    if draw(st.booleans()):
        head = torch.nn.Linear(H, draw(st.integers(1, 4)), bias=draw(st.booleans())).double()
    for layer in filter(None, (module, head)):
        for parameter in layer.parameters():
            parameter.data = torch.tensor(draw(numbers(tuple(parameter.shape), 1.5)))
    return Case(module, head, draw(numbers((T, D), 3)), draw(numbers((H,), 2)), draw(numbers((H,), 2)))


def fills(count: int) -> Callable[..., Array]:
    """fill(*shape): arrays whose `count` numbers, taken together, are all different."""
    every = iter(np.linspace(-1, 1, count))
    return lambda *shape: np.reshape([next(every) for _ in range(int(np.prod(shape)))], shape)


def assert_same(ours: Array, theirs: Array | torch.Tensor) -> None:
    """Equal to 1e-10 absolutely or relatively, shapes included."""
    theirs = np.asarray(theirs.detach() if isinstance(theirs, torch.Tensor) else theirs)
    assert ours.shape == theirs.shape
    np.testing.assert_allclose(ours, theirs, **TOLERANCE)


def assert_torchs(trace: CellTrace, case: Case) -> None:
    """States and outputs are those of the torch module, called step by step and over the whole sequence."""
    hidden, cell = case.torch_states()
    assert_same(trace.hidden, hidden)
    assert_same(trace.hidden[1:], case.torch_hidden())
    if case.is_lstm:
        assert_same(trace.cell, cell)
    else:
        assert trace.cell is None
    if case.head is None:
        assert trace.outputs is None
    else:
        assert_same(trace.outputs, case.head(torch.tensor(hidden[1:])))
