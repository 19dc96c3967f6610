"""Matrices side by side: their numbers, one scale, and names that are never markup."""

from __future__ import annotations

import json

import numpy as np
import pytest

from seqviz.figures.matrices import matrices

A = np.array([[1.0, -2.0], [0.5, np.nan], [0.0, 3.0]])


@pytest.mark.parametrize("stacked", [False, True])
@pytest.mark.parametrize("dark", [False, True])
def test_every_panel_holds_its_numbers_on_one_scale(stacked: bool, dark: bool) -> None:
    figure = matrices({"slide": A, "exact": 2 * A}, ["1", "2", "3"], ["h", "e"], stacked=stacked, dark=dark)
    json.loads(figure.to_json())
    for trace, values in zip(figure.data, [A, 2 * A], strict=True):
        np.testing.assert_array_equal(trace.z, values)
        assert (trace.zmin, trace.zmax) == (-6.0, 6.0)
    assert [note.text for note in figure.layout.annotations] == ["slide", "exact"]


def test_names_are_text() -> None:
    figure = matrices({"<b>x</b>": np.zeros((1, 1))}, ["<i>"], ["&amp;"])
    assert figure.layout.annotations[0].text == "&lt;b&gt;x&lt;/b&gt;"
    assert figure.layout.xaxis.ticktext == ("&amp;amp;",)
    assert figure.layout.yaxis.ticktext == ("&lt;i&gt;",)


def test_a_shape_that_differs_is_refused() -> None:
    with pytest.raises(ValueError, match=r"exact has shape \(3, 2\), expected \(2, 2\)"):
        matrices({"exact": A}, ["1", "2"], ["h", "e"])
    with pytest.raises(ValueError, match="0 panels, expected at least 1"):
        matrices({}, ["1"], ["h"])
