"""Every window at once, against the engine run once a window."""

from __future__ import annotations

import numpy as np
import pytest

from seqviz.recurrent import backpropagate, unroll
from seqviz.recurrent.cell import Head
from seqviz.recurrent.elman import Elman
from seqviz.recurrent.gru import GRU
from seqviz.recurrent.lstm import LSTM
from seqviz.recurrent.truncation import CURVES, agreement, truncated_gradients, truncation

D, H, K, T = 3, 4, 5, 6


def cells() -> list[object]:
    import torch

    torch.manual_seed(0)
    found: list[object] = []
    for paper, kind in ((Elman, torch.nn.RNN), (LSTM, torch.nn.LSTM), (GRU, torch.nn.GRU)):
        module, head = kind(D, H).double(), torch.nn.Linear(H, K).double()
        found.append(paper.from_torch(module, head=head))
    return found


@pytest.mark.parametrize("number", [0, 1, 2], ids=["Elman", "LSTM", "GRU"])
def test_every_window_is_what_the_engine_says_of_it(number: int):
    cell = cells()[number]
    random = np.random.default_rng(0)
    trace = unroll(cell, random.standard_normal((T, D)))  # type: ignore[arg-type]
    targets = random.integers(0, K, T)
    found = truncated_gradients(cell, trace, targets, "cross_entropy")  # type: ignore[arg-type]
    for window in range(1, T + 1):
        wanted = backpropagate(cell, trace, targets, "cross_entropy", window=window).parameters  # type: ignore[arg-type]
        assert found.keys() == wanted.keys()
        for name, gradient in wanted.items():
            np.testing.assert_allclose(found[name][window - 1], gradient, atol=1e-14, err_msg=f"{name}, {window}")


@pytest.mark.parametrize("number", [0, 1, 2], ids=["Elman", "LSTM", "GRU"])
def test_the_record_holds_the_engines_terms_and_the_agreement_of_both_curves(number: int):
    cell = cells()[number]
    random = np.random.default_rng(1)
    trace, targets = unroll(cell, random.standard_normal((T, D))), random.integers(0, K, T)  # type: ignore[arg-type]
    found = truncation(cell, trace, targets, "cross_entropy")  # type: ignore[arg-type]
    full = backpropagate(cell, trace, targets, "cross_entropy")  # type: ignore[arg-type]
    np.testing.assert_allclose(found.contributions, full.contributions, rtol=1e-12)
    assert found.steps == T
    recurrent = [name for name in full.parameters if name.startswith("W_h") and name != "W_hy"]
    assert len(recurrent) == (1, 4, 3)[number]
    for window in (1, 3, T):
        cut = backpropagate(cell, trace, targets, "cross_entropy", window=window)  # type: ignore[arg-type]
        assert found.kept(window) == pytest.approx(cut.contributions.sum())
        for name, keys in zip(CURVES, (recurrent, list(full.parameters)), strict=True):
            a, b = (np.concatenate([g.parameters[key].ravel() for key in keys]) for g in (cut, full))
            assert found.ratio[name][window - 1] == pytest.approx(np.linalg.norm(a) / np.linalg.norm(b))
            assert found.cosine[name][window - 1] == pytest.approx(a @ b / np.linalg.norm(a) / np.linalg.norm(b))


def test_nothing_in_the_record_can_be_written():
    cell = cells()[0]
    found = truncation(cell, unroll(cell, np.ones((3, D))), np.array([0, 1, 2]), "cross_entropy")  # type: ignore[arg-type]
    for array in (found.contributions, *found.cosine.values(), *found.ratio.values()):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0.0
    with pytest.raises(TypeError):
        found.ratio["all parameters"] = np.ones(3)  # type: ignore[index]


def test_agreement_by_hand():
    """Three windows of a gradient that ends at (3, 4): along it at half its length, across it, and it."""
    found = {"a": np.array([[1.5], [4.0], [3.0]]), "b": np.array([[2.0], [-3.0], [4.0]])}
    cosine, ratio = agreement(found)
    np.testing.assert_allclose(cosine, [1, 0, 1], atol=1e-15)
    np.testing.assert_allclose(ratio, [0.5, 1, 1])
    np.testing.assert_allclose(agreement(found, ["a"]), [[1, 1, 1], [0.5, 4 / 3, 1]])


@pytest.mark.parametrize("size", [1e-300, 1e300])
def test_agreement_of_tiny_and_huge_gradients(size: float):
    cosine, ratio = agreement({"a": size * np.array([[1.0, 0.0], [1.0, 1.0]])})
    np.testing.assert_allclose(cosine, [0.5**0.5, 1])
    np.testing.assert_allclose(ratio, [0.5**0.5, 1])


def test_a_gradient_of_0_agrees_with_nothing():
    cosine, ratio = agreement({"a": np.zeros((2, 3))})
    assert np.isnan(cosine).all()
    assert np.isnan(ratio).all()


def test_a_cell_without_a_head_is_refused():
    bare = Elman(np.ones((1, 1)), np.ones((1, 1)), np.zeros(1), None)
    with pytest.raises(ValueError, match="without a head"):
        truncated_gradients(bare, unroll(bare, [[1.0]]), np.array([0]), "cross_entropy")
    with_head = Elman(np.ones((1, 1)), np.ones((1, 1)), np.zeros(1), Head(np.ones((2, 1)), np.zeros(2)))
    assert truncated_gradients(with_head, unroll(with_head, [[1.0]]), np.array([0]), "cross_entropy")["c"].shape == (
        1,
        2,
    )
