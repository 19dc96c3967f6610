"""Gradients over time against autograd, the paper engine, the bound, and cases that fit on paper."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from seqviz.learning.flow import (
    CELLS,
    HEAD,
    INPUT_WEIGHTS,
    INPUTS,
    LOSSES,
    TARGETS,
    FlowConfig,
    draw,
    gradient_flow,
    recurrent_matrices,
    small_multiples,
)
from seqviz.learning.initialisation import INITIALISATIONS
from seqviz.recurrent import GRU, LSTM, Elman, backpropagate, unroll
from seqviz.recurrent.cell import Head

ACTIVATIONS = ("tanh", "relu", "sigmoid", "identity")


@st.composite
def configs(draw: st.DrawFn, cells: tuple[str, ...] = CELLS) -> FlowConfig:
    return FlowConfig(
        cell=draw(st.sampled_from(cells)),
        activation=draw(st.sampled_from(ACTIVATIONS)),
        initialisation=draw(st.sampled_from(INITIALISATIONS)),
        scale=draw(st.floats(0.0, 2.0)),
        hidden=draw(st.integers(1, 12)),
        length=draw(st.integers(1, 40)),
        batch=draw(st.integers(1, 3)),
        inputs=draw(st.integers(1, 4)),
        loss=draw(st.sampled_from(LOSSES)),
        forget_bias=draw(st.floats(-2.0, 2.0)),
        seed=draw(st.integers(0, 1000)),
    )


@settings(deadline=None, max_examples=80)
@given(config=configs())
def test_every_norm_equals_the_paper_engines(config: FlowConfig):
    """The same weights in NumPy, one sequence at a time; the two share no code and no framework."""
    inputs, targets = (draw(config, stream, config.length, config.batch, size).numpy()
                       for stream, size in ((INPUTS, config.inputs), (TARGETS, 4)))  # fmt: skip
    head = Head(draw(config, HEAD, 4, config.hidden).numpy() / config.hidden**0.5, np.zeros(4))
    matrices = recurrent_matrices(config)
    W_x = np.split(
        draw(config, INPUT_WEIGHTS, len(matrices) * config.hidden, config.inputs).numpy() / config.inputs**0.5,
        len(matrices),
    )
    zero = np.zeros(config.hidden)
    if config.cell == "Elman":
        cell = Elman(W_x[0], matrices[0], zero, head, config.activation)
    elif config.cell == "LSTM":
        b = dict.fromkeys("igo", zero) | {"f": zero + config.forget_bias}
        cell = LSTM(dict(zip("ifgo", W_x, strict=True)), dict(zip("ifgo", matrices, strict=True)), b, head)
    else:
        b = dict.fromkeys("rzn", zero)
        cell = GRU(dict(zip("rzn", W_x, strict=True)), dict(zip("rzn", matrices, strict=True)), b, b, head)
    squares = np.zeros(config.length)
    for sequence in range(config.batch):
        wanted = targets[:, sequence].copy()
        if config.loss == "last":
            wanted[:-1] = np.nan  # no target there
        trace = unroll(cell, inputs[:, sequence])
        gradients = backpropagate(cell, trace, wanted, "squared_error").hidden[1:]
        squares += (gradients**2).sum(axis=1)
    norms = np.sqrt(squares) / config.batch
    np.testing.assert_allclose(gradient_flow(config).norms, norms, rtol=1e-8, atol=1e-10 * norms.max())


@settings(deadline=None, max_examples=100)
@given(config=configs(("Elman",)))
def test_no_norm_lies_above_the_bound(config: FlowConfig):
    flow = gradient_flow(replace(config, loss="last"))
    assert flow.bound is not None
    assert (flow.norms <= flow.bound * (1 + 1e-9) + 1e-300).all()
    assert flow.bound[-1] == flow.norms[-1]
    if config.length > 1 and flow.norms[-1] > 0:
        assert flow.bound[-2] == pytest.approx(flow.norms[-1] * flow.gamma * flow.sigma_max)


def test_a_linear_orthogonal_network_reaches_its_bound():
    flow = gradient_flow(FlowConfig(activation="identity", initialisation="orthogonal", length=500))
    np.testing.assert_allclose(flow.norms, flow.norms[-1], rtol=1e-10)
    np.testing.assert_allclose(flow.bound, flow.norms, rtol=1e-10)
    half = gradient_flow(FlowConfig(activation="identity", initialisation="identity", scale=0.5, length=20))
    np.testing.assert_allclose(half.norms, half.norms[-1] * 0.5 ** np.arange(19, -1, -1), rtol=1e-12)


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("initialisation", INITIALISATIONS)
def test_the_record_says_what_the_matrix_is(cell: str, initialisation: str):
    config = FlowConfig(cell=cell, initialisation=initialisation, scale=0.9, hidden=16, length=5)
    flow = gradient_flow(config)
    matrix = recurrent_matrices(config)[0 if cell == "Elman" else 2]
    assert flow.sigma_max == pytest.approx(np.linalg.svd(matrix, compute_uv=False)[0])
    np.testing.assert_allclose(np.sort_complex(flow.eigenvalues), np.sort_complex(np.linalg.eigvals(matrix)))
    assert (flow.bound is not None) == (cell == "Elman")
    assert flow.norms.shape == (5,)
    assert flow.overflow is None
    if initialisation != "gaussian":
        assert flow.radius == pytest.approx(0.9, rel=1e-9)
    if initialisation in ("identity", "orthogonal"):
        assert flow.sigma_max == pytest.approx(0.9, rel=1e-9)


def test_a_bound_is_for_the_loss_at_the_last_step_alone():
    assert gradient_flow(FlowConfig(loss="every", length=5)).bound is None
    assert gradient_flow(FlowConfig(activation="sigmoid", length=5)).gamma == 0.25


def test_what_vanishes_is_exactly_0():
    flow = gradient_flow(FlowConfig(activation="sigmoid", scale=0.1, length=500))
    assert flow.norms[0] == 0.0
    assert flow.norms[-1] > 0
    assert np.isfinite(flow.norms).all()
    assert flow.bound is not None
    assert flow.bound[0] == 0.0
    assert gradient_flow(FlowConfig(scale=0.0, length=3)).norms[:2].tolist() == [0.0, 0.0]


def test_what_overflows_is_not_made_up():
    backward = gradient_flow(FlowConfig(scale=10.0, length=500, hidden=128))  # tanh: the states stay within ±1
    assert backward.overflow is None
    assert np.isfinite(backward.norms[-50:]).all()
    forward = gradient_flow(FlowConfig(activation="identity", scale=10.0, length=500))
    assert forward.overflow is not None
    assert 250 < forward.overflow < 350, "10^t leaves float64 after 308 steps"
    assert not np.isfinite(forward.norms).any()
    early = gradient_flow(FlowConfig(activation="identity", scale=10.0, length=200))
    assert early.overflow is None
    assert np.isfinite(early.norms[-90:]).all()  # 200 steps forward, then back: 10^(200 + 100)
    assert not np.isfinite(early.norms[0])


def test_small_multiples_are_every_combination_once():
    flows = small_multiples(CELLS, ["tanh", "sigmoid"], ["orthogonal", "radius"], FlowConfig(hidden=8, length=6))
    assert [flow.name for flow in flows] == [
        "Elman, tanh, orthogonal",
        "Elman, tanh, radius 1",
        "Elman, sigmoid, orthogonal",
        "Elman, sigmoid, radius 1",
        "LSTM, orthogonal",
        "LSTM, radius 1",
        "GRU, orthogonal",
        "GRU, radius 1",
    ]
    np.testing.assert_array_equal(flows[0].eigenvalues, flows[2].eigenvalues)
    alone = gradient_flow(FlowConfig(hidden=8, length=6, cell="GRU", initialisation="orthogonal"))
    np.testing.assert_array_equal(alone.norms, flows[6].norms)
    assert len(small_multiples(["LSTM"], [], ["identity"], FlowConfig(hidden=4, length=3))) == 1


def test_the_seed_is_everything():
    first, again, other = (gradient_flow(FlowConfig(hidden=8, length=6, seed=seed)) for seed in (0, 0, 1))
    np.testing.assert_array_equal(first.norms, again.norms)
    assert (first.norms != other.norms).any()
    torch.manual_seed(5)
    before = torch.get_rng_state()
    gradient_flow(FlowConfig(cell="LSTM", hidden=8, length=6))
    np.testing.assert_array_equal(gradient_flow(FlowConfig(hidden=8, length=6)).norms, first.norms)
    assert torch.equal(before, torch.get_rng_state()), "torch's own generator is left where it was"


@pytest.mark.parametrize(
    ("setting", "sentence"),
    [
        ({"hidden": 257}, "hidden is 257, expected a whole number from 1 to 256"),
        ({"hidden": 0}, "hidden is 0"),
        ({"length": 501}, "length is 501, expected a whole number from 1 to 500"),
        ({"batch": 33}, "batch is 33"),
        ({"inputs": 0}, "inputs is 0"),
        ({"scale": -0.1}, "scale is -0.1, expected a number from 0 to 10"),
        ({"scale": float("nan")}, "scale is nan"),
        ({"seed": 1.5}, "seed is 1.5, expected a whole number"),
        ({"forget_bias": 11.0}, "forget_bias is 11.0"),
        ({"cell": "Jordan"}, "cell is 'Jordan', expected one of Elman, LSTM, GRU"),
        ({"activation": "gelu"}, "expected one of tanh, relu, sigmoid, identity"),
        ({"initialisation": "xavier"}, "expected one of gaussian, orthogonal, identity, radius"),
        ({"loss": "first"}, "expected one of last, every"),
    ],
)
def test_what_is_out_of_range_is_refused(setting: dict, sentence: str):
    with pytest.raises(ValueError, match=sentence):
        FlowConfig(**setting)
