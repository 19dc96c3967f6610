"""The only colours: each exists for light and dark, and text on every one of them can be read (WCAG 2.2)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

import pytest

from seqviz.figures import theme

BOTH = pytest.mark.parametrize("colours", [theme.LIGHT, theme.DARK], ids=["light", "dark"])
FILLS = ("positive-fill", "negative-fill", "amount-fill")


def channels(colour: str) -> list[float]:
    """ "#rrggbb" → red, green, blue in [0, 1]."""
    assert re.fullmatch(r"#[0-9a-f]{6}", colour), colour
    return [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]


def luminance(rgb: list[float]) -> float:
    """Relative luminance as WCAG defines it."""
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in rgb)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str | list[float], other: str | list[float]) -> float:
    dark, light = sorted(luminance(channels(c) if isinstance(c, str) else c) for c in (one, other))
    return (light + 0.05) / (dark + 0.05)


def mixed(one: str, other: str, part: float) -> list[float]:
    """A colour on the way from one to the other, as Plotly and the browser mix them."""
    return [a + (b - a) * part for a, b in zip(channels(one), channels(other), strict=True)]


def test_contrast_is_computed_as_the_guideline_says():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#ffffff", "#ffffff") == 1
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)  # the well-known near miss


def test_every_colour_has_a_counterpart():
    assert list(theme.LIGHT) == list(theme.DARK)
    for colours in (theme.LIGHT, theme.DARK):
        for colour in colours.values():
            channels(colour)


def test_dark_is_dark_and_light_is_light():
    assert luminance(channels(theme.LIGHT["surface"])) > 0.8
    assert luminance(channels(theme.DARK["surface"])) < 0.02
    for name in ("ink", "muted", "accent", "positive", "negative", "good", "bad"):  # what stands on a surface
        assert luminance(channels(theme.LIGHT[name])) < luminance(channels(theme.DARK[name])), name


def test_colours_cannot_be_changed():
    for colours in (theme.LIGHT, theme.DARK):
        with pytest.raises(TypeError):
            colours["ink"] = "#000000"  # type: ignore[index]


@BOTH
@pytest.mark.parametrize("background", ["surface", "panel"])
@pytest.mark.parametrize("text", ["ink", "muted", "accent", "positive", "negative", "good", "bad"])
def test_text_can_be_read_on_both_backgrounds(colours: Mapping[str, str], text: str, background: str):
    assert contrast(colours[text], colours[background]) >= 4.5


@BOTH
def test_what_is_active_can_be_read(colours: Mapping[str, str]):
    assert contrast(colours["ink"], colours["accent-soft"]) >= 4.5
    assert contrast(colours["accent"], colours["accent-soft"]) >= 3


@BOTH
@pytest.mark.parametrize("fill", FILLS)
def test_numbers_can_be_read_on_a_cell_of_any_strength(colours: Mapping[str, str], fill: str):
    for part in (0, 0.25, 0.5, 0.75, 1):
        assert contrast(colours["ink"], mixed(colours["surface"], colours[fill], part)) >= 4.5, part


@BOTH
def test_the_two_signs_differ_from_each_other_and_from_nothing(colours: Mapping[str, str]):
    """Orange holds more red than blue, blue the other way round: a pair that no common colour-blindness merges."""
    for suffix in ("", "-fill"):
        red, _, blue = channels(colours[f"positive{suffix}"])
        assert red > blue + 0.2
        red, _, blue = channels(colours[f"negative{suffix}"])
        assert blue > red + 0.2
    assert len(set(colours.values())) == len(colours)


@pytest.mark.parametrize(
    ("colours", "palette"),
    [(theme.LIGHT, theme.CATEGORICAL_LIGHT), (theme.DARK, theme.CATEGORICAL_DARK)],
    ids=["light", "dark"],
)
def test_one_colour_a_unit(colours: Mapping[str, str], palette: tuple[str, ...]):
    assert len(theme.CATEGORICAL_LIGHT) == len(theme.CATEGORICAL_DARK) >= 8  # as many as there are hidden units
    assert len(set(palette)) == len(palette)
    for colour in palette:
        for background in ("surface", "panel"):
            assert contrast(colour, colours[background]) >= 3, (colour, background)


@pytest.mark.parametrize("dark", [False, True])
def test_the_scale_for_signed_values_has_nothing_in_the_middle(dark: bool):
    colours = theme.DARK if dark else theme.LIGHT
    scale = theme.diverging(dark)
    places = [place for place, _ in scale]
    assert places == sorted(places)
    assert places == [1 - place for place in reversed(places)]  # symmetric about 0
    named = dict(scale)  # type: ignore[arg-type]
    assert (named[0.0], named[0.5], named[1.0]) == (
        colours["negative-fill"],
        colours["surface"],
        colours["positive-fill"],
    )


@BOTH
def test_the_scale_for_amounts_runs_ever_further_from_the_surface(colours: Mapping[str, str]):
    scale = theme.sequential(colours is theme.DARK)
    assert [place for place, _ in scale] == [0, 0.5, 1]
    away = [contrast(str(colour), colours["surface"]) for _, colour in scale]
    assert away == sorted(away)
    assert away[-1] > 2 * away[0]


def test_the_style_sheet_names_each_colour_once_and_in_both_forms():
    css = theme.css_variables()
    declared = re.findall(r"--sv-([\w-]+):\s*light-dark\((#\w{6}),\s*(#\w{6})\);", css)
    light = {**theme.LIGHT, **{f"group-{k}": colour for k, colour in enumerate(theme.CATEGORICAL_LIGHT, start=1)}}
    dark = {**theme.DARK, **{f"group-{k}": colour for k, colour in enumerate(theme.CATEGORICAL_DARK, start=1)}}
    assert Counter(name for name, _, _ in declared) == Counter(list(light))
    assert {name: colour for name, colour, _ in declared} == light
    assert {name: colour for name, _, colour in declared} == dark
    assert css.count("--sv-") == len(light)
    assert css.count("{") == css.count("}") == 1
