"""The GRU with its own backward pass, against nn.GRU and against finite differences."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from seqviz.learning.gru import GRU


def pair(
    inputs: int, units: int, dtype: torch.dtype = torch.float64, batch_first: bool = True, layers: int = 1
) -> tuple[nn.GRU, GRU]:
    """The same weights in torch's layer and in ours."""
    torch.manual_seed(0)
    theirs = nn.GRU(inputs, units, layers, batch_first=batch_first, dtype=dtype)
    ours = GRU(inputs, units, layers, batch_first=batch_first, dtype=dtype)
    ours.load_state_dict(theirs.state_dict())
    return theirs, ours


def gradients(layer: nn.GRU, x: Tensor, h: Tensor, weight: Tensor) -> dict[str, Tensor]:
    """Outputs, and every gradient of a sum that weighs each state and the last one differently."""
    x, h = x.clone().requires_grad_(), h.clone().requires_grad_()
    states, last = layer(x, h)
    ((states * weight).sum() + last.square().sum()).backward()
    found = {"states": states.detach(), "last": last.detach(), "x": x.grad, "h": h.grad}
    return {**found, **{name: parameter.grad for name, parameter in layer.named_parameters()}}


@settings(max_examples=25, deadline=None)
@given(
    steps=st.sampled_from([1, 2, 63, 64, 65, 130]),
    batch=st.integers(1, 3),
    inputs=st.integers(1, 4),
    units=st.integers(1, 5),
    batch_first=st.booleans(),
    layers=st.integers(1, 3),
)
def test_every_gradient_is_torchs(
    steps: int, batch: int, inputs: int, units: int, batch_first: bool, layers: int
) -> None:
    theirs, ours = pair(inputs, units, batch_first=batch_first, layers=layers)
    shape = (batch, steps) if batch_first else (steps, batch)
    x, weight = torch.randn(*shape, inputs, dtype=torch.float64), torch.randn(*shape, units, dtype=torch.float64)
    h = torch.randn(layers, batch, units, dtype=torch.float64)
    expected, found = gradients(theirs, x, h, weight), gradients(ours, x, h, weight)
    assert expected.keys() == found.keys()
    for name, value in expected.items():
        torch.testing.assert_close(found[name], value, rtol=1e-9, atol=1e-10, msg=name)


def test_float32_at_the_size_that_trains() -> None:
    theirs, ours = pair(16, 64, torch.float32)
    x, h, weight = torch.randn(16, 50, 16), torch.randn(1, 16, 64), torch.randn(16, 50, 64)
    expected, found = gradients(theirs, x, h, weight), gradients(ours, x, h, weight)
    for name, value in expected.items():
        assert (found[name] - value).abs().max() <= 1e-5 * value.abs().max().clamp(min=1.0), name


def test_finite_differences() -> None:
    _, ours = pair(2, 3)
    x = torch.randn(2, 5, 2, dtype=torch.float64, requires_grad=True)
    h = torch.randn(1, 2, 3, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda *given: ours(*given)[0], (x, h))


def test_without_a_first_state_it_starts_at_zero() -> None:
    theirs, ours = pair(2, 3)
    x = torch.randn(2, 5, 2, dtype=torch.float64)
    torch.testing.assert_close(ours(x)[0], theirs(x)[0])
    torch.testing.assert_close(ours(x)[1], theirs(x)[1])


@pytest.mark.parametrize("options", [{"bidirectional": True}, {"bias": False}])
def test_other_forms_are_torchs_own(options: dict[str, object]) -> None:
    torch.manual_seed(0)
    theirs = nn.GRU(2, 3, batch_first=True, **options)  # type: ignore[arg-type]
    ours = GRU(2, 3, batch_first=True, **options)  # type: ignore[arg-type]
    ours.load_state_dict(theirs.state_dict())
    x = torch.randn(2, 4, 2)
    assert torch.equal(ours(x)[0], theirs(x)[0])


def test_without_gradients_it_is_torchs_own() -> None:
    theirs, ours = pair(2, 3)
    x = torch.randn(2, 4, 2, dtype=torch.float64)
    with torch.no_grad():
        assert torch.equal(ours(x)[0], theirs(x)[0])


def test_a_state_that_a_step_reads_again_is_not_overwritten() -> None:
    """Two uses of one output, and a second backward pass over the same graph."""
    _, ours = pair(2, 3)
    x = torch.randn(1, 6, 2, dtype=torch.float64, requires_grad=True)
    states, _ = ours(x)
    loss = states.square().sum() + states[:, -1].sum()
    first = torch.autograd.grad(loss, x, retain_graph=True)[0]
    second = torch.autograd.grad(loss, x)[0]
    assert torch.equal(first, second)
