"""Models from bytes: what they compute against torch, and tokens against the vocabulary."""

from __future__ import annotations

import json

import numpy as np
import pytest
import safetensors.torch
import torch
from hypothesis import given
from hypothesis import strategies as st

from seqviz.recurrent import GRU, LSTM, Elman, unroll
from seqviz.recurrent.changes import Changes, Clamp, Silence
from seqviz.recurrent.stored import NO_TOKEN, read_model
from tests.recurrent.strategies import assert_same, quick

KINDS = {"RNN": torch.nn.RNN, "LSTM": torch.nn.LSTM, "GRU": torch.nn.GRU}
CELLS = {"RNN": Elman, "LSTM": LSTM, "GRU": GRU}


class Network(torch.nn.Module):
    """What a user would train: embedding or one-hot → recurrent layers → linear."""

    def __init__(self, kind: str, V: int, E: int | None, H: int, K: int | None, **options: object) -> None:
        super().__init__()
        self.V, self.embedding = V, None if E is None else torch.nn.Embedding(V, E)
        self.rnn = KINDS[kind](E or V, H, **options)
        self.head = None if K is None else torch.nn.Linear(H * (1 + self.rnn.bidirectional), K, bias=self.rnn.bias)

    def inputs(self, ids: list[int]) -> torch.Tensor:
        rows = torch.nn.functional.one_hot(torch.tensor(ids), self.V).to(self.rnn.weight_ih_l0.dtype)
        return rows if self.embedding is None else rows @ self.embedding.weight

    def forward(self, ids: list[int]) -> tuple[torch.Tensor, torch.Tensor | None]:
        states = self.rnn(self.inputs(ids))[0]
        return states, None if self.head is None else self.head(states)


def saved(network: torch.nn.Module, prefix: str = "", **metadata: str) -> bytes:
    tensors = {prefix + name: value.contiguous() for name, value in network.state_dict().items()}
    return safetensors.torch.save(tensors, metadata or None)


@st.composite
def networks(draw: st.DrawFn) -> tuple[str, Network, list[int]]:
    kind, V = draw(st.sampled_from(list(KINDS))), draw(st.integers(1, 5))
    options = {
        "num_layers": draw(st.integers(1, 3)),
        "bidirectional": draw(st.booleans()),
        "bias": draw(st.booleans()),
        **({"nonlinearity": draw(st.sampled_from(["tanh", "relu"]))} if kind == "RNN" else {}),
    }
    torch.manual_seed(draw(st.integers(0, 1000)))
    E, K = draw(st.none() | st.integers(1, 4)), draw(st.none() | st.integers(1, 4))
    network = Network(kind, V, E, draw(st.integers(1, 4)), K, **options).double()
    return kind, network, draw(st.lists(st.integers(0, V - 1), min_size=1, max_size=6))


@quick
@given(networks(), st.sampled_from(["", "model.", "a.b."]))
def test_every_layer_and_the_outputs_are_torchs(drawn: tuple[str, Network, list[int]], prefix: str):
    kind, network, ids = drawn
    model = read_model(saved(network, prefix, nonlinearity=getattr(network.rnn, "nonlinearity", "tanh")))
    rnn = network.rnn
    assert (model.kind, model.layers, model.directions) == (kind, rnn.num_layers, 1 + rnn.bidirectional)
    assert (model.hidden_size, model.vocabulary_size, model.dtypes) == (rnn.hidden_size, network.V, ("F64",))
    assert model.parameters == sum(p.numel() for p in network.parameters())
    assert_same(model.inputs(ids), network.inputs(ids))
    states, outputs = network(ids)
    last = rnn.num_layers - 1
    forward = model.trace(ids, last)
    assert_same(forward.hidden[1:], states[:, : rnn.hidden_size])
    if rnn.bidirectional:
        backward = model.trace(ids, last, reverse=True)
        assert_same(backward.hidden[1:][::-1], states[:, rnn.hidden_size :])
        assert backward.outputs is None
    if outputs is None:
        assert model.outputs(ids) is None
    else:
        assert_same(model.outputs(ids), outputs)
        assert (forward.outputs is None) == rnn.bidirectional
        if forward.outputs is not None:
            assert_same(forward.outputs, outputs)


@pytest.mark.parametrize("kind", KINDS)
def test_a_shipped_file_is_the_cell_from_torch(kind: str):
    torch.manual_seed(0)
    network = Network(kind, 4, 3, 5, 2).double()
    card = {"task": "polarity", "accuracy": 0.5}
    model = read_model(
        saved(
            network,
            cell=kind,
            nonlinearity="tanh",
            unit="words",
            vocabulary=json.dumps(["good", "<unk>", "bad", "not"]),
            classes=json.dumps(["negative", "positive"]),
            example="not bad",
            card=json.dumps(card),
        )
    )
    assert isinstance(model.cell(), CELLS[kind])
    assert model.vocabulary is not None
    assert model.vocabulary.tokens == ("good", "<unk>", "bad", "not")
    assert (model.notes.classes, model.notes.example, model.notes.card) == (("negative", "positive"), "not bad", card)
    assert (model.notes.cell, model.notes.unit) == (kind, "words")
    ids, unknown = model.numbered(["not", "so", "bad"])
    assert ids.tolist() == [3, 1, 2]
    assert unknown.tolist() == [False, True, False]
    cell = CELLS[kind].from_torch(network.rnn, network.head)
    assert_same(model.trace(ids).outputs, unroll(cell, network.embedding.weight.detach().numpy()[ids]).outputs)


def test_without_an_unk_an_unknown_token_is_an_all_zero_vector():
    model = read_model(saved(Network("GRU", 2, 3, 2, None), vocabulary='["a", "b"]', unit="characters"))
    ids, unknown = model.numbered("axb")
    assert ids.tolist() == [0, NO_TOKEN, 1]
    assert unknown.tolist() == [False, True, False]
    np.testing.assert_array_equal(model.inputs(ids)[1], np.zeros(3))
    assert model.notes.unit == "characters"


def test_without_a_vocabulary_ids_are_given_in_order_of_appearance():
    model = read_model(saved(Network("GRU", 3, None, 2, None)))
    ids, unknown = model.numbered(["b", "a", "b", "c"])
    assert ids.tolist() == [0, 1, 0, 2]
    assert not unknown.any()
    np.testing.assert_array_equal(model.inputs(ids), np.eye(3)[[0, 1, 0, 2]])
    with pytest.raises(ValueError, match="the text has 4 different tokens, expected at most 3"):
        model.numbered("abcd")


def test_changes_reach_the_layer_that_was_named_and_what_stands_above_it():
    torch.manual_seed(0)
    model = read_model(saved(Network("LSTM", 4, 3, 2, 2, num_layers=2, bidirectional=True)))
    ids = [0, 1, 2, 3]
    changes = Changes((Clamp("f", 0.0),), (Silence(1),))
    for layer in (0, 1):
        for reverse in (False, True):
            changed = model.trace(ids, layer, reverse, changes)
            assert (changed.gates["f"] == 0).all()
            assert (changed.hidden[1:, 1] == 0).all()
            assert np.abs(model.outputs(ids, layer, reverse, changes) - model.outputs(ids)).max() > 1e-3
    silent = Changes(silences=(Silence(0), Silence(1)))
    forward = np.hstack([model.trace(ids, 1).hidden[1:], np.zeros((4, 2))])  # what the head reads, (T, 2H)
    assert_same(model.outputs(ids, 1, True, silent), forward @ model.head.weight.T + model.head.bias)


@pytest.mark.parametrize(
    ("dtype", "name"),
    [(torch.float16, "F16"), (torch.bfloat16, "BF16"), (torch.float32, "F32"), (torch.float64, "F64")],
)
def test_every_precision_is_widened_exactly(dtype: torch.dtype, name: str):
    torch.manual_seed(0)
    network = Network("GRU", 4, 3, 2, 2).to(dtype)
    model = read_model(saved(network))
    assert model.dtypes == (name,)
    np.testing.assert_array_equal(model.weights["weight_hh_l0"], network.rnn.weight_hh_l0.detach().double().numpy())
    np.testing.assert_array_equal(model.embedding, network.embedding.weight.detach().double().numpy())


def test_what_is_not_there_is_refused():
    model = read_model(saved(Network("GRU", 4, 3, 2, 2)))
    for call, message in (
        (lambda: model.cell(1), "layer is 1, expected 0 to 0"),
        (lambda: model.trace([0], -1), "layer is -1, expected 0 to 0"),
        (lambda: model.outputs([0], 0, True), "the model has 1 direction, forward; expected 2 for the reverse one"),
        (lambda: model.inputs([0, 4]), r"id is 4, expected -1 \(no token\) to 3"),
        (lambda: model.inputs([-2]), r"id is -2, expected -1 \(no token\) to 3"),
        (lambda: model.inputs([]), r"ids are float64 of shape \(0,\), expected whole numbers \(T ≥ 1,\)"),
        (lambda: model.inputs([0.5]), "ids are float64"),
        (lambda: model.trace([0], changes=Changes((Clamp("f", 0.0),))), "gate is 'f', expected one of r, z, n"),
    ):
        with pytest.raises(ValueError, match=message):
            call()


def test_a_text_that_would_fill_the_memory_is_refused():
    model = read_model(saved(Network("GRU", 50_000, None, 1, None)))
    with pytest.raises(ValueError, match="2,000 tokens of 50,000 input numbers each are 100,000,000 numbers"):
        model.inputs(np.zeros(2000, dtype=int))
