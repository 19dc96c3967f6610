"""The slides' lines on /unrolled: both sides measured on the network that is shown, beside autograd on request."""

from __future__ import annotations

import re

import numpy as np
import pytest

from seqviz.ui.slips import LINES
from tests.pages.opening import values
from tests.pages.test_unrolled import figures, opened


def measured(page) -> str:
    (said,) = (text.value for text in page.text if "the slide's line is off" in text.value)
    return said


@pytest.mark.parametrize("name", LINES)
@pytest.mark.parametrize("query", [{}, {"loss": "squared error", "activation": "sigmoid", "hidden": "3"}])
def test_ours_is_autograds_and_the_slides_is_not(name: str, query: dict[str, str]):
    page = opened(slides="true", slip=name, autograd="true", **query)
    slide, exact, judge = (values(panel["z"]) for panel in figures(page)[2]["data"])
    np.testing.assert_allclose(exact, judge, atol=1e-12)
    assert np.linalg.norm(slide - exact) > 0.01 * np.linalg.norm(exact)
    gaps = re.findall(r"(\d\.\de[-+]\d\d)", measured(page))
    assert len(gaps) == 2
    assert all(float(gap) < 1e-12 for gap in gaps)


def test_without_asking_there_are_two():
    assert [len(chart["data"]) for chart in figures(opened(slides="true"))][2] == 2


def test_a_text_too_short_for_a_line_says_so():
    page = opened(slides="true", text="hel", slip="E: the chain to k = 1")
    (note,) = (info.value for info in page.info)
    assert "needs one at step 4 or later" in note
    assert len(page.warning) == 0


def test_without_a_target_there_is_nothing_to_compare():
    page = opened(slides="true", text="a")
    assert any("no target" in info.value for info in page.info)
    assert not any("slide's line" in text.value for text in page.text)


def test_the_slides_update_is_said_to_climb():
    page = opened(slides="true", slip="A: update of W_sh")
    (said,) = (text.value for text in page.text if text.value.startswith("The loss of the whole text"))
    now, slide, exact = map(float, re.findall(r"\d+\.\d{4}", said))
    assert exact < now < slide


def test_a_token_in_the_figure_is_no_markup():
    page = opened(slides="true", text="<b> <i> &amp; <b>", unit="words", slip="A: ∂h₄/∂W_xh")
    ticks = figures(page)[2]["layout"]["xaxis"]["ticktext"]
    assert not any("<" in tick for tick in ticks)
