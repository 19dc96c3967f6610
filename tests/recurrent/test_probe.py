"""The fast trace of a torch module, against the module's own outputs and against the paper engine."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn

from seqviz.records import CellTrace
from seqviz.recurrent import GRU, LSTM, Elman, State, unroll
from seqviz.recurrent.probe import probe
from seqviz.recurrent.saliency import saliency
from tests.recurrent.strategies import quick

CELLS = {nn.RNN: Elman, nn.LSTM: LSTM, nn.GRU: GRU}
every_kind = pytest.mark.parametrize("kind", CELLS, ids=["RNN", "LSTM", "GRU"])
BOUND = {torch.float32: 1e-5, torch.float64: 1e-10}


def close(ours: np.ndarray, theirs: np.ndarray | Tensor, dtype: torch.dtype) -> None:
    theirs = theirs.detach().double().cpu().numpy() if isinstance(theirs, Tensor) else theirs
    assert ours.shape == theirs.shape
    np.testing.assert_allclose(ours, theirs, rtol=BOUND[dtype], atol=BOUND[dtype])


@dataclass
class Drawn:
    """A module with inputs as it takes them, and which of them to probe."""

    module: nn.RNNBase
    inputs: Tensor
    state: Tensor | tuple[Tensor, Tensor] | None
    head: nn.Linear | None
    layer: int
    reverse: bool
    sequence: int

    def probe(self) -> CellTrace:
        return probe(
            self.module,
            self.inputs,
            layer=self.layer,
            reverse=self.reverse,
            sequence=self.sequence,
            state=self.state,
            head=self.head,
        )

    @property
    def row(self) -> int:
        """Where torch keeps the states of this layer and direction."""
        return self.layer * (1 + self.module.bidirectional) + self.reverse

    def own(self) -> tuple[Tensor, Tensor, Tensor | None]:
        """(T, H) the states of the probed direction, in reading order, by a module cut off above the probed layer;
        and h_n, c_n, of the sequence."""
        kept = {name: value for name, value in self.module.named_parameters() if self.belongs(name, self.layer)}
        rows = (self.layer + 1) * (1 + self.module.bidirectional)
        output, last = cut(self.module, self.layer + 1, kept)(self.inputs, states_of(self.state, rows))
        h, c = last if isinstance(last, tuple) else (last, None)
        if self.inputs.ndim == 3:
            output = output[self.sequence] if self.module.batch_first else output[:, self.sequence]
            h, c = h[:, self.sequence], None if c is None else c[:, self.sequence]
        H = self.module.hidden_size
        states = output[:, H:].flip(0) if self.reverse else output[:, :H]
        return states, h[self.row], None if c is None else c[self.row]

    @staticmethod
    def belongs(name: str, layer: int) -> bool:
        return int(name.split("_l")[1].split("_")[0]) <= layer

    def paper(self, inputs: np.ndarray) -> CellTrace:
        """The paper engine on the weights of this layer and direction."""
        suffix = f"_l{self.layer}" + "_reverse" * self.reverse
        one = cut(self.module, 1, {}, inputs.shape[1], bidirectional=False)
        for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")[: 4 if self.module.bias else 2]:
            getattr(one, f"{name}_l0").data = getattr(self.module, name + suffix).data
        start = None
        if self.state is not None:
            parts = self.state if isinstance(self.state, tuple) else (self.state,)
            rows = [(part[:, self.sequence] if part.ndim == 3 else part)[self.row].double().numpy() for part in parts]
            start = State(*rows)
        return unroll(CELLS[type(self.module)].from_torch(one, self.head), inputs, start)


def cut(module: nn.RNNBase, layers: int, weights: dict[str, Tensor], D: int | None = None, **options) -> nn.RNNBase:
    """A fresh module of the same kind with fewer layers."""
    settings = {"bias": module.bias, "batch_first": module.batch_first, "bidirectional": module.bidirectional}
    if isinstance(module, nn.RNN):
        settings["nonlinearity"] = module.nonlinearity
    made = type(module)(D or module.input_size, module.hidden_size, layers, **{**settings, **options})
    made = made.to(next(module.parameters()).dtype)
    if weights:
        made.load_state_dict(weights)
    return made


def states_of(state: Tensor | tuple[Tensor, Tensor] | None, rows: int) -> Tensor | tuple[Tensor, ...] | None:
    return tuple(part[:rows] for part in state) if isinstance(state, tuple) else None if state is None else state[:rows]


@st.composite
def drawn(draw: st.DrawFn, dtype: torch.dtype, longest: int) -> Drawn:
    kind, layers, both = draw(st.sampled_from(list(CELLS))), draw(st.integers(1, 3)), draw(st.booleans())
    D, H, T, B = (
        draw(st.integers(1, 5)),
        draw(st.integers(1, 6)),
        draw(st.integers(1, longest)),
        draw(st.integers(1, 3)),
    )
    options = {"nonlinearity": draw(st.sampled_from(["tanh", "relu"]))} if kind is nn.RNN else {}
    torch.manual_seed(draw(st.integers(0, 10_000)))
    module = kind(
        D,
        H,
        layers,
        bias=draw(st.booleans()),
        batch_first=draw(st.booleans()),
        bidirectional=both,
        dtype=dtype,
        **options,
    )
    batched = draw(st.booleans())
    shape = ((B, T, D) if module.batch_first else (T, B, D)) if batched else (T, D)
    state = None
    if draw(st.booleans()):
        parts = [torch.randn(layers * (1 + both), *([B] if batched else []), H, dtype=dtype) for _ in range(2)]
        state = tuple(parts) if kind is nn.LSTM else parts[0]
    layer = draw(st.integers(0, layers - 1))
    head = nn.Linear(H, 3, dtype=dtype) if draw(st.booleans()) and layer == layers - 1 and not both else None
    reverse, sequence = both and draw(st.booleans()), draw(st.integers(0, B - 1)) if batched else 0
    return Drawn(module, torch.randn(shape, dtype=dtype), state, head, layer, reverse, sequence)


@pytest.mark.parametrize(("dtype", "longest"), [(torch.float64, 12), (torch.float32, 60)], ids=["float64", "float32"])
@quick
@given(data=st.data())
def test_is_the_module_and_the_paper(dtype: torch.dtype, longest: int, data: st.DataObject):
    case = data.draw(drawn(dtype, longest))
    trace = case.probe()
    states, h, c = case.own()
    close(trace.hidden[1:], states, dtype)
    close(trace.hidden[-1], h, dtype)
    if c is not None:
        close(trace.cell[-1], c, dtype)
    if case.head is not None:
        close(trace.outputs, case.head(states), dtype)

    paper = case.paper(trace.inputs)
    close(trace.hidden, paper.hidden, dtype)
    assert list(trace.gates) == list(paper.gates)
    for name, gate in trace.gates.items():
        close(gate, paper.gates[name], dtype)
    for name, part in trace.parts.items():
        close(part, paper.parts[name], dtype)
    assert (trace.cell is None) == (paper.cell is None)
    if trace.cell is not None:
        close(trace.cell, paper.cell, dtype)
    assert (trace.outputs is None) == (case.head is None)


@every_kind
def test_every_layer_starts_from_its_own_row_of_the_state(kind: type[nn.RNNBase]):
    torch.manual_seed(0)
    module = kind(2, 3, num_layers=3, bidirectional=True, dtype=torch.float64)
    parts = [torch.randn(6, 3, dtype=torch.float64) for _ in range(2)]
    state = tuple(parts) if kind is nn.LSTM else parts[0]
    inputs = torch.randn(4, 2, dtype=torch.float64)
    output, _ = module(inputs, state)
    close(probe(module, inputs, state=state).hidden[1:], output[:, :3], torch.float64)
    close(probe(module, inputs, state=state, reverse=True).hidden[1:], output[:, 3:].flip(0), torch.float64)


@every_kind
def test_a_large_layer_over_a_long_text(kind: type[nn.RNNBase]):
    torch.manual_seed(0)
    module, head = kind(64, 128), nn.Linear(128, 5)
    inputs = torch.randn(600, 64)
    trace = probe(module, inputs, head=head)
    paper = unroll(CELLS[kind].from_torch(module, head), inputs.double().numpy())
    close(trace.hidden[1:], module(inputs)[0], torch.float32)
    close(trace.outputs, paper.outputs, torch.float32)
    for name, values in {**trace.gates, **trace.parts, "cell": trace.cell}.items():
        wanted = paper.cell if name == "cell" else {**paper.gates, **paper.parts}[name]
        if values is not None:
            close(values, wanted, torch.float32)


@every_kind
def test_a_gradient_goes_back_through_it(kind: type[nn.RNNBase]):
    torch.manual_seed(0)
    module, head = kind(3, 4).double(), nn.Linear(4, 2).double()
    inputs = torch.randn(6, 3).double().requires_grad_()
    head(module(inputs)[0])[-1, 1].backward()
    found = saliency(CELLS[kind].from_torch(module, head), probe(module, inputs, head=head), 1)
    close(found.gradients, inputs.grad, torch.float64)


@every_kind
def test_nothing_is_left_behind(kind: type[nn.RNNBase]):
    module = kind(2, 3, num_layers=2, dropout=0.9)
    module.train()
    module.register_forward_hook(lambda *_: pytest.fail("a hook was called"))
    before = {name: value.clone() for name, value in module.state_dict().items()}
    drawn_before = torch.get_rng_state()
    first, second = (probe(module, torch.ones(5, 2)) for _ in range(2))
    assert torch.equal(drawn_before, torch.get_rng_state())
    np.testing.assert_array_equal(first.hidden, second.hidden)  # dropout is off
    assert module.training
    assert all(torch.equal(value, before[name]) for name, value in module.state_dict().items())
    assert all(p.grad is None and p.requires_grad for p in module.parameters())
    assert not any(array.flags.writeable for array in (first.hidden, first.inputs, *first.parts.values()))


def test_the_module_may_be_reparametrised_and_the_inputs_numpy():
    torch.manual_seed(0)
    module = nn.LSTM(2, 3).double()
    nn.utils.parametrizations.weight_norm(module, "weight_hh_l0")
    inputs = np.random.default_rng(0).normal(size=(4, 2)).astype(np.float32)
    trace = probe(module, inputs)
    plain = nn.LSTM(2, 3).double()
    plain.load_state_dict({name: getattr(module, name) for name in plain.state_dict()})
    close(trace.hidden[1:], plain(torch.tensor(inputs).double())[0], torch.float64)


@every_kind
def test_overflow_is_shown_and_not_warned_about(kind: type[nn.RNNBase]):
    module = kind(1, 2, **({"nonlinearity": "relu"} if kind is nn.RNN else {}))
    inputs = np.array([[1.0], [np.inf], [np.nan], [0.0]])
    trace = probe(module, inputs)
    assert trace.first_overflow == unroll(CELLS[kind].from_torch(module), inputs).first_overflow


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
@every_kind
def test_on_a_gpu(kind: type[nn.RNNBase]):
    torch.manual_seed(0)
    module, head = kind(8, 16, num_layers=2).cuda(), nn.Linear(16, 3).cuda()
    inputs = torch.randn(50, 8, device="cuda")
    with torch.backends.cudnn.flags(enabled=True, allow_tf32=False):
        trace, own = probe(module, inputs, head=head), head(module(inputs)[0])
    close(trace.outputs, own, torch.float32)
    close(probe(module.cpu(), inputs.cpu()).hidden, trace.hidden, torch.float32)


LONE = nn.GRU(2, 3)
PACKED = nn.utils.rnn.pack_sequence([torch.ones(3, 2), torch.ones(2, 2)])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: probe(nn.LSTM(2, 5, proj_size=3), torch.ones(4, 2)), "the module's proj_size is 3, expected 0"),
        (lambda: probe(LONE, PACKED), "inputs are a PackedSequence of 2 sequences, expected 1 as a tensor"),
        (
            lambda: probe(LONE.bfloat16(), torch.ones(4, 2)),
            "the module is in torch.bfloat16, expected torch.float32 or",
        ),
        (
            lambda: probe(nn.GRU(2, 3), torch.ones(4, 5)),
            r"inputs have shape \(4, 5\), expected \(T, D\) or \(T, B, D\)",
        ),
        (
            lambda: probe(nn.GRU(2, 3, batch_first=True), torch.ones(2)),
            r"shape \(2,\), expected \(T, D\) or \(B, T, D\)",
        ),
        (lambda: probe(nn.GRU(2, 3), torch.ones(0, 2)), r"inputs have shape \(0, 2\), .* and none of them 0"),
        (lambda: probe(nn.GRU(2, 3), torch.ones(4, 2), layer=1), "layer is 1, expected -1 to 0"),
        (lambda: probe(nn.GRU(2, 3, 2), torch.ones(4, 2), layer=-3), "layer is -3, expected -2 to 1"),
        (
            lambda: probe(nn.GRU(2, 3), torch.ones(4, 2), reverse=True),
            "the module has 1 direction, forward; expected 2",
        ),
        (lambda: probe(nn.GRU(2, 3), torch.ones(4, 2), sequence=1), "sequence is 1, expected 0 to 0"),
        (lambda: probe(nn.GRU(2, 3), torch.ones(4, 2, 2), sequence=-1), "sequence is -1, expected 0 to 1"),
        (
            lambda: probe(nn.GRU(2, 3), torch.ones(4, 2), state=torch.ones(2, 3)),
            r"state has shape \(2, 3\), expected \(1, 3\), or \(1, B, 3\) for a batch",
        ),
        (
            lambda: probe(nn.LSTM(2, 3), torch.ones(4, 2), state=torch.ones(1, 3)),
            r"state has 1 part\(s\), expected 2: \(h, c\) of an LSTM, h of every other",
        ),
        (
            lambda: probe(nn.GRU(2, 3, bidirectional=True), torch.ones(4, 2), head=nn.Linear(6, 2)),
            r"the head reads 6 numbers, and this is layer 0 of 1 with 2 direction\(s\); expected 3 numbers of the last",
        ),
        (
            lambda: probe(nn.GRU(2, 3, 2), torch.ones(4, 2), layer=0, head=nn.Linear(3, 2)),
            "this is layer 0 of 2 with 1",
        ),
    ],
)
def test_what_cannot_be_is_refused(call: object, message: str):
    with pytest.raises(ValueError, match=message):
        call()


def test_another_kind_of_module_is_refused():
    with pytest.raises(TypeError, match=r"expected a torch.nn.RNN, LSTM or GRU, got Linear"):
        probe(nn.Linear(2, 3), torch.ones(4, 2))
