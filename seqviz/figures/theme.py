"""The only colours. Each exists twice, for light and dark; the same colour means the same thing on every page.

Signed values run blue (negative) – neutral – orange (positive), a pair that the colour-blind tell apart; text on
the strongest cell keeps a contrast above 4.5:1. Teal marks what is active now and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

LIGHT: Mapping[str, str] = MappingProxyType(
    {
        "surface": "#ffffff",
        "panel": "#f4f6f8",
        "ink": "#1b1f24",
        "muted": "#55606b",
        "line": "#d5dbe1",
        "arrow": "#8d99a6",  # at 3:1 from the surface
        "accent": "#0f766e",
        "accent-soft": "#d9f0ed",
        "positive": "#b34a00",  # edges and lines
        "negative": "#1a5fb4",
        "positive-fill": "#f7a867",  # a cell at +1
        "negative-fill": "#86b6ea",  # a cell at −1
        "amount-fill": "#7cc4bb",  # a cell at 1 on the sequential scale [0, 1]
        "good": "#1a7f37",
        "bad": "#b3261e",
    }
)
DARK: Mapping[str, str] = MappingProxyType(
    {
        "surface": "#11151a",
        "panel": "#1a2027",
        "ink": "#e6eaee",
        "muted": "#a3adb8",
        "line": "#36404a",
        "arrow": "#6b7885",
        "accent": "#2dd4bf",
        "accent-soft": "#123c39",
        "positive": "#f59a52",
        "negative": "#6cb0f5",
        "positive-fill": "#9a4a12",
        "negative-fill": "#1f5c9e",
        "amount-fill": "#14635b",
        "good": "#4cc26a",
        "bad": "#ff8f85",
    }
)

# Okabe and Ito (2008), darkened where needed for 3:1 on white; one colour a unit, run or cluster.
CATEGORICAL_LIGHT = ("#0072b2", "#b34a00", "#007a5a", "#a8478a", "#8a6d00", "#2b8cbe", "#5b4bb0", "#55606b")
CATEGORICAL_DARK = ("#5cb3e8", "#f59a52", "#3cc79b", "#e08cc4", "#e3c04d", "#8fd3f4", "#a99cf0", "#a3adb8")


def css_variables() -> str:
    """The palette as CSS custom properties --sv-…; light-dark() follows the colour scheme that Streamlit sets.

    --sv-group-1 … are the colours of units, runs or clusters.
    """
    groups = enumerate(zip(CATEGORICAL_LIGHT, CATEGORICAL_DARK, strict=True), start=1)
    pairs = [(name, LIGHT[name], DARK[name]) for name in LIGHT] + [(f"group-{k}", *both) for k, both in groups]
    return (
        ".sv-root { " + " ".join(f"--sv-{name}: light-dark({light}, {dark});" for name, light, dark in pairs) + " }\n"
    )


def diverging(dark: bool) -> list[list[float | str]]:
    """A Plotly colour scale for signed values, symmetric about 0."""
    colours = DARK if dark else LIGHT
    return [[0.0, colours["negative-fill"]], [0.5, colours["surface"]], [1.0, colours["positive-fill"]]]


def sequential(dark: bool) -> list[list[float | str]]:
    """A Plotly colour scale for amounts from none to most: ever further from the surface."""
    colours = DARK if dark else LIGHT
    return [[0.0, colours["accent-soft"]], [0.5, colours["amount-fill"]], [1.0, colours["accent"]]]
