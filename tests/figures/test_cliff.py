"""The cliff in the loss, as a surface and as a map, with invented paths."""

from __future__ import annotations

import numpy as np
import pytest

from seqviz.figures.cliff import cliff_map, cliff_surface
from seqviz.records import Cliff
from tests.figures.reading import rendered

WEIGHTS, BIASES = np.linspace(0, 3, 4), np.linspace(-1, 1, 3)
LOSSES = np.arange(12.0).reshape(3, 4) + 1
PATHS = {
    "no clipping": np.array([[1, 0, 5.0], [2, 0.5, 6], [9, 7, 100], [np.nan, np.nan, np.nan]]),
    "clipped at norm 1": np.array([[1, 0, 5.0], [1.5, 0.1, 4], [1.7, 0.2, 3.5]]),
}
EITHER = pytest.mark.parametrize("draw", [cliff_surface, cliff_map])


def cliff(losses: object = LOSSES, paths: dict | None = None) -> Cliff:
    return Cliff(WEIGHTS, BIASES, np.asarray(losses), PATHS if paths is None else paths)


@EITHER
@pytest.mark.parametrize("log", [False, True])
@pytest.mark.parametrize("dark", [False, True])
def test_the_ground_is_the_records(draw, log: bool, dark: bool):
    figure = draw(cliff(), log=log, dark=dark)
    ground = figure.data[0]
    np.testing.assert_array_equal(ground.x, WEIGHTS)
    np.testing.assert_array_equal(ground.y, BIASES)
    np.testing.assert_allclose(ground.z, np.log10(LOSSES) if log else LOSSES)
    np.testing.assert_array_equal(ground.customdata, LOSSES)
    assert set(rendered(figure)["data"][0]["z"]) == {"dtype", "bdata", "shape"}


def test_on_the_map_a_path_is_the_records_and_the_axes_end_with_the_ground():
    figure = cliff_map(cliff())
    for name, path in PATHS.items():
        line, _ = (trace for trace in figure.data if trace.legendgroup == name)
        np.testing.assert_array_equal(np.stack([line.x, line.y], axis=1), path[:, :2])
        np.testing.assert_array_equal(line.customdata[:, 1], path[:, 2])
    assert list(figure.layout.xaxis.range) == [0, 3]
    assert list(figure.layout.yaxis.range) == [-1, 1]


def test_on_the_surface_a_path_floats_just_above_it_and_shows_only_over_it():
    figure = cliff_surface(cliff())
    line, *_ = (trace for trace in figure.data if trace.legendgroup == "clipped at norm 1")
    np.testing.assert_array_equal(np.stack([line.x, line.y], axis=1), PATHS["clipped at norm 1"][:, :2])
    lift = line.z - PATHS["clipped at norm 1"][:, 2]
    assert np.all((lift > 0) & (lift < 0.03 * np.ptp(LOSSES)))
    gone, *_ = (trace for trace in figure.data if trace.legendgroup == "no clipping")
    np.testing.assert_array_equal(np.isnan(gone.x), [False, False, True, True])


def test_on_the_surface_a_long_step_is_led_over_a_hill_and_stays_in_sight():
    """A straight line from one side of the hill to the other would run beneath it."""
    weights, biases = np.linspace(0, 3, 31), np.linspace(-1, 1, 21)
    hill = np.exp(-8 * (weights[np.newaxis] - 1.5) ** 2) * np.ones((21, 1))
    path = [[0.2, 0, hill[10, 2]], [2.8, 0, hill[10, 28]], [2.81, 0, hill[10, 28]]]
    figure = cliff_surface(Cliff(weights, biases, hill, {"over": np.array(path)}))
    *_, flight = (trace for trace in figure.data if trace.legendgroup == "over")
    x, z = flight.x[:-1], flight.z[:-1]  # the last one parts it from the next
    assert x[0] == 0.2
    assert x[-1] == pytest.approx(2.8)
    assert np.all(z > np.exp(-8 * (x - 1.5) ** 2))
    assert np.isnan(flight.z[-1])
    assert not flight.showlegend
    rendered(figure)


@EITHER
def test_start_and_end_are_marked_and_a_path_that_leaves_says_so(draw):
    figure = draw(cliff())
    (lost, lost_ends), (kept, kept_ends) = (
        [trace for trace in figure.data if trace.legendgroup == name][:2] for name in PATHS
    )
    assert lost.name == "no clipping: leaves the picture at update 2"
    assert kept.name == "clipped at norm 1"
    assert list(lost_ends.marker.symbol) == ["circle", "x"]
    assert list(kept_ends.marker.symbol) == ["circle", "square"]
    assert (lost.line.color, lost.line.dash) != (kept.line.color, kept.line.dash)
    assert lost.line.dash != kept.line.dash
    rendered(figure)


@EITHER
def test_a_path_that_ends_in_no_number_says_so(draw):
    path = np.array([[1.0, 0, 5], [np.nan, np.nan, np.nan]])
    assert draw(cliff(paths={"a": path})).data[1].name == "a: no number any more at update 1"
    rendered(draw(cliff(paths={"never": np.array([[9.0, 9, 9]])})))
    assert draw(cliff(paths={})).layout.showlegend is False


@EITHER
def test_holes_and_plains_are_drawn(draw):
    holes = LOSSES.copy()
    holes[0, 0], holes[1, 1] = np.nan, np.inf
    assert np.isnan(draw(cliff(holes)).data[0].z).sum() == 2
    rendered(draw(cliff(holes)))
    rendered(draw(cliff(np.ones((3, 4)))))
    rendered(draw(cliff(np.where(LOSSES > 3, LOSSES, 0.0)), log=True))  # a loss of 0 stands with the smallest


@EITHER
def test_what_is_no_ground_is_refused(draw):
    with pytest.raises(ValueError, match=r"losses has shape \(1, 2\)"):
        draw(Cliff(np.arange(2.0), np.arange(1.0), np.ones((1, 2))))
    with pytest.raises(ValueError, match="no finite number"):
        draw(cliff(np.full((3, 4), np.nan)))
    with pytest.raises(ValueError, match="losses hold -1, expected 0 or more on a logarithmic scale"):
        draw(cliff(-np.ones((3, 4))), log=True)


def test_the_very_edge_is_in_the_picture():
    """A hair outside the ground is drawn at its edge; the legend does not say that the path leaves there."""
    path = np.array([[3.0, -1.0, 5], [3.0001, -1.0001, 5], [2.0, 0, 4]])
    assert cliff_map(cliff(paths={"a": path})).data[1].name == "a"
    path[1] = [3.1, 0, 5]
    assert cliff_map(cliff(paths={"a": path})).data[1].name == "a: leaves the picture at update 1"


def test_the_bottom_of_a_valley_does_not_take_all_the_colours_of_a_logarithmic_map():
    losses = LOSSES.copy()
    losses[1, 1] = 1e-9
    ground = cliff_map(cliff(losses), log=True).data[0]
    assert ground.zmax - ground.zmin == pytest.approx(2)
    assert ground.z.min() == pytest.approx(-9)  # the number stays


def test_the_ticks_of_two_axes_do_not_meet_in_a_corner():
    scene = cliff_surface(Cliff(np.linspace(2.5, 7, 4), np.linspace(-6, -1, 3), LOSSES)).layout.scene
    assert all(-6 < tick < -1 for tick in scene.yaxis.tickvals)
    assert all(2.5 < tick < 7 for tick in scene.xaxis.tickvals)
    assert len(scene.yaxis.tickvals) >= 2


def test_the_camera_looks_from_the_low_side():
    low_east = Cliff(WEIGHTS, BIASES, np.tile([9.0, 8, 1, 0], (3, 1)))
    assert cliff_surface(low_east).layout.scene.camera.eye.x > 0
    assert cliff_surface(Cliff(WEIGHTS, BIASES, low_east.losses[:, ::-1])).layout.scene.camera.eye.x < 0
    low_north = Cliff(WEIGHTS, BIASES, np.tile([[9.0], [5], [0]], (1, 4)))
    assert cliff_surface(low_north).layout.scene.camera.eye.y > 0
    assert cliff_surface(Cliff(WEIGHTS, BIASES, low_north.losses[::-1])).layout.scene.camera.eye.y < 0
