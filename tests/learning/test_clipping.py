"""Clipping against PyTorch's own and against numbers worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from seqviz.learning import clip_by_norm, clip_by_value
from seqviz.learning.clipping import angle_between, total_norm, unclipped

many = settings(deadline=None, max_examples=60)


@st.composite
def gradients(draw: st.DrawFn) -> list[Tensor]:
    torch.manual_seed(draw(st.integers(0, 2**31)))
    shapes = draw(st.lists(st.lists(st.integers(1, 4), min_size=1, max_size=2), min_size=1, max_size=4))
    size = 10.0 ** draw(st.integers(-6, 6))
    return [torch.randn(*shape, dtype=torch.float64) * size for shape in shapes]


def by_torch(clip, tensors: list[Tensor], threshold: float) -> list[Tensor]:
    parameters = [nn.Parameter(torch.zeros_like(tensor)) for tensor in tensors]
    for parameter, tensor in zip(parameters, tensors, strict=True):
        parameter.grad = tensor.clone()
    clip(parameters, threshold)
    return [parameter.grad for parameter in parameters]


@many
@given(tensors=gradients(), threshold=st.floats(1e-3, 1e3))
def test_by_norm_equals_pytorchs_without_its_millionth(tensors: list[Tensor], threshold: float):
    before = [tensor.clone() for tensor in tensors]
    got = clip_by_norm(tensors, threshold)
    norm = float(torch.cat([tensor.flatten() for tensor in tensors]).norm())
    want = by_torch(nn.utils.clip_grad_norm_, tensors, threshold)
    eased = (norm + 1e-6) / norm if norm > threshold else max(1.0, (norm + 1e-6) / threshold)
    for mine, theirs, given_ in zip(got.gradients, want, before, strict=True):
        np.testing.assert_allclose(mine, theirs * eased, rtol=1e-12)
        assert mine is not given_
    for tensor, copy in zip(tensors, before, strict=True):
        assert torch.equal(tensor, copy), "what came in is left alone"
    assert got.norm_before == pytest.approx(norm, rel=1e-12)
    assert got.norm_after == pytest.approx(min(norm, threshold), rel=1e-12)
    assert got.angle == 0.0
    assert angle_between(tensors, got.gradients) < 1e-6


@many
@given(tensors=gradients(), threshold=st.floats(1e-3, 1e3))
def test_by_value_equals_pytorchs(tensors: list[Tensor], threshold: float):
    got = clip_by_value(tensors, threshold)
    for mine, theirs in zip(got.gradients, by_torch(nn.utils.clip_grad_value_, tensors, threshold), strict=True):
        assert torch.equal(mine, theirs)
    a, b = (torch.cat([tensor.flatten() for tensor in side]) for side in (tensors, got.gradients))
    cosine = float(torch.clamp(a @ b / (a.norm() * b.norm()), -1, 1))
    assert math.cos(math.radians(got.angle)) == pytest.approx(cosine, abs=1e-12)
    assert got.angle < 90.0, "a component keeps its sign, so clipping never turns a step uphill"


def test_by_value_by_hand():
    """(3, 4) at 3 is (3, 3): from atan(4/3) = 53.13° to 45°. At 0.5 it is (½, ½): the same direction."""
    got = clip_by_value([torch.tensor([3.0, 4.0])], 3.0)
    np.testing.assert_array_equal(got.gradients[0], [3.0, 3.0])
    assert got.norm_before == pytest.approx(5.0)
    assert got.norm_after == pytest.approx(3 * math.sqrt(2))
    assert got.angle == pytest.approx(math.degrees(math.atan2(4, 3)) - 45, abs=1e-12)
    deck = clip_by_value([torch.tensor([3.0]), torch.tensor([4.0])])
    assert [g.item() for g in deck.gradients] == [0.5, 0.5]
    assert deck.angle == pytest.approx(got.angle)
    assert clip_by_value([torch.tensor([100.0, 0.1])]).angle == pytest.approx(
        math.degrees(math.atan2(0.1, 0.5) - math.atan2(0.1, 100.0)), abs=1e-6
    )


def test_by_norm_by_hand():
    got = clip_by_norm([torch.tensor([3.0]), torch.tensor([[4.0]])], 1.0)
    assert [g.item() for g in got.gradients] == pytest.approx([0.6, 0.8])
    assert (got.norm_before, got.norm_after) == pytest.approx((5.0, 1.0))
    small = clip_by_norm([torch.tensor([0.3, 0.4])], 1.0)
    np.testing.assert_array_equal(small.gradients[0], torch.tensor([0.3, 0.4]))


def test_what_is_not_finite_comes_out_as_pytorch_has_it():
    for values in ([1.0, math.inf, -2.0], [1.0, math.nan], [-math.inf, math.nan]):
        tensors = [torch.tensor(values)]
        for ours, theirs in ((clip_by_norm, nn.utils.clip_grad_norm_), (clip_by_value, nn.utils.clip_grad_value_)):
            got = ours(tensors, 0.5)
            np.testing.assert_array_equal(got.gradients[0], by_torch(theirs, tensors, 0.5)[0])
            assert math.isnan(got.angle)
            assert not math.isfinite(got.norm_before)
    assert math.isnan(unclipped([torch.tensor([math.inf])]).angle)


def test_zero_and_huge_gradients():
    zero = clip_by_value([torch.zeros(3)])
    assert (zero.norm_before, zero.norm_after, zero.angle) == (0.0, 0.0, 0.0)
    huge = [torch.full((4,), 3e38)]  # float32: its square overflows, its norm in float32 too
    assert total_norm(huge) == pytest.approx(6e38)
    assert clip_by_norm(huge, 1.0).norm_after == pytest.approx(1.0)
    assert total_norm([]) == 0.0


@pytest.mark.parametrize("clip", [clip_by_norm, clip_by_value])
@pytest.mark.parametrize("threshold", [0.0, -1.0, math.inf, math.nan])
def test_a_threshold_that_cannot_be_is_refused(clip, threshold: float):
    with pytest.raises(ValueError, match=rf"threshold is {threshold!r}, expected a finite number above 0"):
        clip([torch.ones(2)], threshold)
