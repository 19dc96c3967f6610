"""Where weights come from: a seed gives the same ones, a longer vocabulary keeps them, the scale only stretches."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqviz.recurrent import Elman, unroll
from seqviz.recurrent.initial import identity_elman, random_elman

quick = settings(deadline=None, max_examples=40)
seeds = st.integers(0, 9999)
sizes = st.integers(1, 8)
scales = st.floats(0, 3, allow_subnormal=False)
BUILDERS = pytest.mark.parametrize("build", [random_elman, identity_elman])


def arrays(cell: Elman) -> dict[str, np.ndarray]:
    assert cell.head is not None
    return {"W_xh": cell.W_xh, "W_hh": cell.W_hh, "b": cell.b, "W_hy": cell.head.weight, "c": cell.head.bias}


@BUILDERS
@quick
@given(seed=seeds, D=sizes, H=sizes, K=sizes, scale=scales)
def test_a_seed_gives_the_same_weights_again(build, seed: int, D: int, H: int, K: int, scale: float):
    one = arrays(build(D, H, K, seed=seed, scale=scale))
    other = arrays(build(D, H, K, seed=seed, scale=scale))
    for name in one:
        np.testing.assert_array_equal(one[name], other[name])
    assert {name: array.shape for name, array in one.items()} == {
        "W_xh": (H, D),
        "W_hh": (H, H),
        "b": (H,),
        "W_hy": (K, H),
        "c": (K,),
    }


def test_the_weights_of_seed_0_stay_what_they_are():
    """A link with a seed in it shows the same network tomorrow; a NumPy that draws otherwise is noticed here."""
    cell = random_elman(3, 2, 3, seed=0, scale=1.0)
    np.testing.assert_allclose(cell.W_xh[:, 0], [0.1257302210933933, -0.1321048632913019], rtol=1e-12)
    np.testing.assert_allclose(cell.W_hh[0], [0.10296768001436127, -0.9805271710302613], rtol=1e-12)


def test_another_seed_gives_other_weights():
    one, other = (arrays(random_elman(4, 4, 4, seed=seed, scale=1.0)) for seed in (0, 1))
    assert all((one[name] != other[name]).all() for name in one)


def test_parameters_do_not_repeat_each_other():
    """Five generators: equal shapes do not mean equal numbers."""
    cell = random_elman(4, 4, 4, seed=0, scale=1.0)
    assert cell.head is not None
    square = [cell.W_xh, cell.W_xh.T, cell.W_hh, cell.head.weight]
    for i, one in enumerate(square):
        for other in square[i + 1 :]:
            assert not np.isclose(one, other).all()
    assert not np.isclose(cell.b, cell.head.bias).any()


@BUILDERS
@quick
@given(seed=seeds, D=sizes, K=sizes, H=sizes, more=st.integers(1, 30))
def test_a_larger_vocabulary_keeps_the_weights_of_the_earlier_tokens(
    build, seed: int, D: int, K: int, H: int, more: int
):
    few = arrays(build(D, H, K, seed=seed, scale=0.7))
    many = arrays(build(D + more, H, K + more, seed=seed, scale=0.7))
    np.testing.assert_array_equal(many["W_xh"][:, :D], few["W_xh"])
    np.testing.assert_array_equal(many["W_hy"][:K], few["W_hy"])
    np.testing.assert_array_equal(many["c"][:K], few["c"])
    np.testing.assert_array_equal(many["W_hh"], few["W_hh"])
    np.testing.assert_array_equal(many["b"], few["b"])


@quick
@given(seed=seeds, scale=st.floats(0.01, 3), factor=st.sampled_from([0.5, 2.0, 4.0]))
def test_the_scale_stretches_every_weight_alike(seed: int, scale: float, factor: float):
    """Factors that are powers of two, so that nothing is rounded."""
    one = arrays(random_elman(3, 4, 5, seed=seed, scale=scale))
    stretched = arrays(random_elman(3, 4, 5, seed=seed, scale=scale * factor))
    for name in one:
        np.testing.assert_array_equal(stretched[name], one[name] * factor)


def test_scale_0_is_all_zeros_and_scale_is_the_standard_deviation():
    assert not any(array.any() for array in arrays(random_elman(3, 4, 5, seed=0, scale=0.0)).values())
    many = arrays(random_elman(300, 300, 300, seed=0, scale=0.7))
    for name in ("W_xh", "W_hh", "W_hy"):  # 90,000 draws each: the spread is known to 0.0017
        assert many[name].std() == pytest.approx(0.7, abs=0.01), name
        assert many[name].mean() == pytest.approx(0.0, abs=0.01), name


@quick
@given(seed=seeds, H=sizes, scale=scales)
def test_identity_only_touches_the_recurrent_weights_and_the_bias(seed: int, H: int, scale: float):
    drawn = arrays(random_elman(3, H, 3, seed=seed, scale=scale))
    begun = arrays(identity_elman(3, H, 3, seed=seed, scale=scale))
    np.testing.assert_array_equal(begun["W_hh"], np.eye(H))
    np.testing.assert_array_equal(begun["b"], np.zeros(H))
    for name in ("W_xh", "W_hy", "c"):
        np.testing.assert_array_equal(begun[name], drawn[name])


def test_identity_with_relu_keeps_a_state_that_nothing_disturbs():
    """Le, Jaitly and Hinton (2015): copy the state and add the input; an input of zeros leaves it alone."""
    cell = identity_elman(2, 3, 2, seed=0, scale=0.7)
    assert cell.activation == "relu"
    inputs = np.zeros((5, 2))
    inputs[0] = [1.0, 0.0]
    hidden = unroll(cell, inputs).hidden
    np.testing.assert_array_equal(hidden[1], np.maximum(cell.W_xh[:, 0], 0))
    np.testing.assert_array_equal(hidden[1:], np.tile(hidden[1], (5, 1)))


@BUILDERS
@pytest.mark.parametrize("activation", ["tanh", "relu", "sigmoid", "identity"])
def test_the_activation_is_handed_on(build, activation: str):
    assert build(2, 2, 2, seed=0, scale=1.0, activation=activation).activation == activation
    with pytest.raises(ValueError, match="expected one of tanh, relu, sigmoid, identity"):
        build(2, 2, 2, seed=0, scale=1.0, activation="softplus")
