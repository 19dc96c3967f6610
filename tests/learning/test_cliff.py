"""The cliff's gradients against autograd and finite differences, its walls and its two paths."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from seqviz.learning.cliff import BOUND, CliffConfig, cliff, descend, loss_and_gradient
from seqviz.records import Cliff

CONFIG = CliffConfig()


@pytest.fixture(scope="module")
def shown() -> Cliff:
    return cliff()


def by_torch(config: CliffConfig, w: float, b: float) -> tuple[float, float, float]:
    leaves = [torch.tensor(value, dtype=torch.float64, requires_grad=True) for value in (w, b)]
    h = torch.tensor(config.start, dtype=torch.float64)
    for _ in range(config.steps):
        h = leaves[0] * torch.sigmoid(h) + leaves[1]
    loss = (torch.sigmoid(h) - config.target) ** 2
    loss.backward()
    return loss.item(), leaves[0].grad.item(), leaves[1].grad.item()


@settings(deadline=None, max_examples=60)
@given(w=st.floats(-3, 4), b=st.floats(-4, 4), start=st.floats(-3, 3), steps=st.integers(1, 60))
def test_the_gradient_is_autograds(w: float, b: float, start: float, steps: int):
    config = CliffConfig(start=start, steps=steps)
    got = [float(value) for value in loss_and_gradient(config, w, b)]
    np.testing.assert_allclose(got, by_torch(config, w, b), rtol=1e-8, atol=1e-12)


@settings(deadline=None, max_examples=30)
@given(w=st.floats(2, 7), b=st.floats(-4, -1))
def test_the_gradient_is_the_slope_of_the_surface(w: float, b: float):
    """Ten steps: on the wall of fifty a finite difference measures the difference's own width."""
    config, moved = CliffConfig(steps=10), 1e-6
    _, by_w, by_b = loss_and_gradient(config, w, b)
    for gradient, (dw, db) in ((by_w, (moved, 0)), (by_b, (0, moved))):
        up, down = (loss_and_gradient(config, w + sign * dw, b + sign * db)[0] for sign in (1, -1))
        assert float(gradient) == pytest.approx((up - down) / (2 * moved), rel=1e-4, abs=1e-7)


def test_one_step_by_hand():
    """h_0 = 0: σ = ½, h_1 = w/2 + b = 0 for w = 2, b = −1; L = (½ − 0.7)² = 0.04; ∂L/∂b = 2 · −0.2 · ¼ = −0.1."""
    got = loss_and_gradient(CliffConfig(start=0.0, steps=1), 2.0, -1.0)
    assert [float(value) for value in got] == pytest.approx([0.04, -0.05, -0.1])


def test_the_surface_has_rows_for_b_and_columns_for_w(shown: Cliff):
    assert shown.losses.shape == (len(shown.biases), len(shown.weights)) == (181, 181)
    row, column = 40, 130
    loss, _, _ = by_torch(CONFIG, float(shown.weights[column]), float(shown.biases[row]))
    assert shown.losses[row, column] == pytest.approx(loss)


def test_there_is_a_wall(shown: Cliff):
    """Where the tipping point passes h_0: w σ(h_0) + b = h_0. A hundredth to either side the loss differs by 0.3."""
    w = 6.0
    b = 0.5 - w / (1 + np.exp(-0.5))
    below, above = (float(loss_and_gradient(CONFIG, w, b + move)[0]) for move in (-0.01, 0.01))
    assert below > 0.4
    assert above < 0.1
    _, by_w, by_b = loss_and_gradient(CONFIG, w, b)
    assert np.hypot(by_w, by_b) > 1e3


def test_without_clipping_it_is_thrown_far_away_and_stays_there(shown: Cliff):
    path = shown.paths["no clipping"]
    assert len(path) == CONFIG.updates + 1
    steps = np.linalg.norm(np.diff(path[:, :2], axis=0), axis=1)
    thrown = int(steps.argmax())
    assert thrown > 10, "it walks first"
    assert steps[thrown] > 3.0
    assert steps[thrown] > 20 * np.median(steps[:thrown])
    assert path[thrown, 2] < 0.2
    assert path[-1, 2] > 0.45, "it ends on the plateau, where nothing pulls it back"
    assert path[-1, 2] > path[0, 2]


def test_clipped_it_goes_on_to_the_valley(shown: Cliff):
    path = shown.paths["by norm 0.5"]
    assert len(path) == CONFIG.updates + 1
    steps = np.linalg.norm(np.diff(path[:, :2], axis=0), axis=1)
    assert steps.max() == pytest.approx(CONFIG.learning_rate * CONFIG.threshold), "it met the wall, with a short step"
    assert path[-20:, 2].mean() < 0.02
    weights, biases = CONFIG.weights, CONFIG.biases
    assert ((path[:, 0] > weights[0]) & (path[:, 0] < weights[1])).all()
    assert ((path[:, 1] > biases[0]) & (path[:, 1] < biases[1])).all()


def test_both_paths_are_the_same_until_the_wall(shown: Cliff):
    free, clipped = shown.paths.values()
    np.testing.assert_allclose(free[0], [5.5, -2.5, by_torch(CONFIG, 5.5, -2.5)[0]], rtol=1e-12)
    apart = int((free != clipped).any(axis=1).argmax())
    assert apart > 10


def test_what_hangs_on_rounding_is_found_by_walking_twice():
    """A start one part in 10¹³ away ends as near, or it does not, and then the record says from which update on."""
    for rate, updates, wanted in ((0.3, 150, (False, True)), (0.05, 150, (False, False)), (0.02, 500, (True, True))):
        config = CliffConfig(learning_rate=rate, updates=updates, resolution=2)
        found = cliff(config)
        assert tuple(name in found.chance for name in found.paths) == wanted
        moved = cliff(replace(config, w=config.w * (1 + 1e-13)))
        for name, path in found.paths.items():
            other = moved.paths[name]
            until = found.chance.get(name, len(path))
            off = np.linalg.norm(path[:until, :2] - other[:until, :2], axis=1)
            assert (off <= 0.01 * np.maximum(np.linalg.norm(path[:until, :2], axis=1), 1)).all()
    assert cliff(CliffConfig(updates=1, resolution=2)).chance == {}


def test_a_path_that_leaves_the_bounds_ends_with_its_first_point_outside():
    on_the_wall = CliffConfig(w=6.0, b=0.5 - 6.0 / (1 + np.exp(-0.5)))
    (free, _), (clipped, _) = descend(on_the_wall, None), descend(on_the_wall, 0.5)
    assert len(free) == 2
    assert np.abs(free[0, :2]).max() <= BOUND < np.abs(free[1, :2]).max()
    assert len(clipped) == on_the_wall.updates + 1
    for path in cliff(on_the_wall).paths.values():
        assert np.isfinite(path).all()


@pytest.mark.parametrize(
    ("setting", "sentence"),
    [
        ({"w": 21.0}, "w is 21.0, expected a number from -20 to 20"),
        ({"learning_rate": 0.0}, "learning_rate is 0.0, expected a number from 0.0001 to 10"),
        ({"threshold": -1.0}, "threshold is -1.0"),
        ({"updates": 501}, "updates is 501, expected a whole number from 1 to 500"),
        ({"steps": 0}, "steps is 0"),
        ({"target": 1.0}, "target is 1.0, expected a number from 0.01 to 0.99"),
        ({"start": float("inf")}, "start is inf"),
        ({"resolution": 1}, "resolution is 1"),
        ({"weights": (5.0, 3.0)}, "weights go from 5 to 3, expected a rising range"),
        ({"biases": (-30.0, 3.0)}, "biases go from -30 to 3"),
    ],
)
def test_what_is_out_of_range_is_refused(setting: dict, sentence: str):
    with pytest.raises(ValueError, match=sentence):
        CliffConfig(**setting)
