"""What an output depended on, against autograd to 1e-8."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from seqviz.recurrent import GRU, LSTM, Elman, unroll
from seqviz.recurrent.changes import Changes, Silence
from seqviz.recurrent.saliency import model_saliency, saliency
from seqviz.recurrent.stored import read_model
from tests.recurrent.strategies import Case, cases, quick
from tests.recurrent.test_stored import Network, networks, saved

CELLS = {torch.nn.RNN: Elman, torch.nn.LSTM: LSTM, torch.nn.GRU: GRU}
every_cell = pytest.mark.parametrize("kind", CELLS, ids=["Elman", "LSTM", "GRU"])
either = st.sampled_from(["logit", "log_probability"])


def wanted(logits: torch.Tensor, output: int, of: str) -> torch.Tensor:
    return (logits if of == "logit" else torch.log_softmax(logits, dim=-1))[output]


@every_cell
@quick
@given(data=st.data())
def test_the_gradient_at_every_token_is_autograds(kind: type[torch.nn.Module], data: st.DataObject):
    case: Case = data.draw(cases(kind).filter(lambda case: case.head is not None))
    step, of = data.draw(st.integers(1, len(case.inputs))), data.draw(either)
    output = data.draw(st.integers(0, case.head.out_features - 1))
    x = torch.tensor(case.inputs, requires_grad=True)
    h, c = torch.tensor(case.h)[None], torch.tensor(case.c)[None]
    states, _ = case.module(x, (h, c) if case.is_lstm else h)
    value = wanted(case.head(states)[step - 1], output, of)
    value.backward()

    cell = CELLS[kind].from_torch(case.module, case.head)
    found = saliency(cell, unroll(cell, case.inputs, case.state), output, step=step, of=of)
    theirs = x.grad.numpy()
    np.testing.assert_allclose(found.gradients, theirs, rtol=1e-8, atol=1e-8)
    np.testing.assert_allclose(found.norms, np.sqrt((theirs**2).sum(1)), rtol=1e-8, atol=1e-8)
    np.testing.assert_allclose(found.products, np.einsum("td,td->t", theirs, case.inputs), rtol=1e-8, atol=1e-7)
    np.testing.assert_allclose(found.value, value.item(), rtol=1e-8, atol=1e-8)
    assert (found.gradients[step:] == 0).all()
    assert (found.output, found.step) == (output, step)


@quick
@given(networks().filter(lambda drawn: drawn[1].head is not None), either, st.data())
def test_through_layers_and_directions_too(drawn: tuple[str, Network, list[int]], of: str, data: st.DataObject):
    _, network, ids = drawn
    step, output = data.draw(st.integers(1, len(ids))), data.draw(st.integers(0, network.head.out_features - 1))
    x = network.inputs(ids).detach().double().requires_grad_()
    wanted(network.head(network.rnn(x)[0])[step - 1], output, of).backward()
    model = read_model(saved(network, nonlinearity=getattr(network.rnn, "nonlinearity", "tanh")))
    found = model_saliency(model, ids, output, step=step, of=of)
    np.testing.assert_allclose(found.gradients, x.grad.numpy(), rtol=1e-8, atol=1e-8)


def test_the_last_step_and_the_logit_are_meant_if_nothing_is_said():
    torch.manual_seed(0)
    model = read_model(saved(Network("LSTM", 4, 3, 2, 2)))
    trace = model.trace([0, 1, 2])
    plain, through = saliency(model.cell(), trace, 1), model_saliency(model, [0, 1, 2], 1)
    assert plain.step == through.step == 3
    assert plain.value == trace.outputs[2, 1]
    np.testing.assert_allclose(plain.gradients, through.gradients, rtol=1e-12)


def test_a_long_text_takes_memory_like_its_length():
    T, H = 2000, 16
    model = read_model(saved(Network("LSTM", 5, 3, H, 2)))
    cell, trace = model.cell(), model.trace(np.arange(T) % 5)
    tracemalloc.start()
    saliency(cell, trace, 0)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 8 * 12 * T * H  # four gates and some; a Jacobian a step would take 8 · T · H² = 16 · 8 · T · H


def test_what_cannot_be_asked_is_refused():
    torch.manual_seed(0)
    model = read_model(saved(Network("GRU", 4, 3, 2, 2)))
    cell, trace = model.cell(), model.trace([0, 1])
    changed = model.trace([0, 1], changes=Changes(silences=(Silence(0),)))
    headless = read_model(saved(Network("GRU", 4, 3, 2, None)))
    for call, message in (
        (lambda: saliency(cell, trace, 2), "output is 2, expected 0 to 1"),
        (lambda: saliency(cell, trace, -1), "output is -1, expected 0 to 1"),
        (lambda: saliency(cell, trace, 0, step=3), "step is 3, expected 1 to 2"),
        (lambda: saliency(cell, trace, 0, step=0), "step is 0, expected 1 to 2"),
        (lambda: saliency(cell, trace, 0, of="loss"), "of is 'loss', expected one of logit, log_probability"),
        (lambda: saliency(cell, changed, 0), "a run with clamped gates or silenced units has no backward pass"),
        (lambda: saliency(headless.cell(), headless.trace([0]), 0), "a cell without a head"),
        (lambda: model_saliency(headless, [0], 0), "a model without a head has no outputs"),
    ):
        with pytest.raises(ValueError, match=message):
            call()
