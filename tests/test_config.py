"""The settings that ship: Streamlit knows every one, and the theme says the same colours as the figures."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from seqviz.figures import theme

ROOT = Path(__file__).resolve().parents[1]
CONFIG: dict[str, Any] = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))


READ = """
import json, sys
from streamlit import config
print(json.dumps({name: config.get_option(name) for name in sys.argv[1:]}))
"""


def read_by_streamlit(folder: Path, names: list[str]) -> tuple[dict[str, Any], str]:
    """What Streamlit makes of `folder`/.streamlit/config.toml, and what it grumbles, in a process of its own."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("STREAMLIT_")}
    answer = subprocess.run(
        [sys.executable, "-c", READ, *names],
        cwd=folder,
        env={**environment, "HOME": str(folder)},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    *grumbles, values = answer.stdout.splitlines()
    return json.loads(values), "\n".join([*grumbles, answer.stderr])


def flat(settings: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in settings.items():
        found |= flat(value, f"{prefix}{name}.") if isinstance(value, dict) else {prefix + name: value}
    return found


def test_streamlit_takes_every_option(tmp_path: Path) -> None:
    (tmp_path / ".streamlit").mkdir()
    shutil.copy(ROOT / ".streamlit" / "config.toml", tmp_path / ".streamlit")
    values, grumbles = read_by_streamlit(tmp_path, list(flat(CONFIG)))
    assert values == flat(CONFIG)
    assert grumbles.strip() == ""


def test_an_unknown_option_would_be_noticed(tmp_path: Path) -> None:
    (tmp_path / ".streamlit").mkdir()
    (tmp_path / ".streamlit" / "config.toml").write_text("[server]\nmaxUploads = 5\n", encoding="utf-8")
    _, grumbles = read_by_streamlit(tmp_path, ["server.maxUploadSize"])
    assert "server.maxUploads" in grumbles


@pytest.mark.parametrize(
    ("mode", "colours", "categorical"),
    [
        ("light", theme.LIGHT, theme.CATEGORICAL_LIGHT),
        ("dark", theme.DARK, theme.CATEGORICAL_DARK),
    ],
)
def test_the_theme_repeats_the_figures_colours(mode: str, colours: Any, categorical: tuple[str, ...]) -> None:
    said = CONFIG["theme"][mode]
    assert said["backgroundColor"] == colours["surface"]
    assert said["secondaryBackgroundColor"] == colours["panel"]
    assert said["textColor"] == colours["ink"]
    assert said["primaryColor"] == colours["accent"]
    assert said["borderColor"] == colours["line"]
    assert said["chartCategoricalColors"] == list(categorical)
    assert said["chartDivergingColors"][0] == colours["negative"]
    assert said["chartDivergingColors"][-1] == colours["positive"]
    for name in ("chartDivergingColors", "chartSequentialColors"):
        assert len(said[name]) == 10  # Streamlit takes its own scale for any other number


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_colours_stand_out_from_their_background(mode: str) -> None:
    """WCAG 2.2: 4.5:1 for text, 3:1 for the accent and for a mark in a chart, on both backgrounds."""
    said = CONFIG["theme"][mode]
    for background in (said["backgroundColor"], said["secondaryBackgroundColor"]):
        assert contrast(said["textColor"], background) >= 4.5
        assert contrast(said["primaryColor"], background) >= 4.5
        for colour in said["chartCategoricalColors"]:
            assert contrast(colour, background) >= 3, (colour, background)


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_scales_run_evenly(mode: str) -> None:
    """Sequential: lightness in one direction. Diverging: towards the background's from both ends, the same way."""
    said = CONFIG["theme"][mode]
    sequential = [luminance(colour) for colour in said["chartSequentialColors"]]
    assert sequential == sorted(sequential, reverse=mode == "light")
    diverging = [luminance(colour) for colour in said["chartDivergingColors"]]
    assert diverging[:5] == sorted(diverging[:5], reverse=mode == "dark")
    assert diverging[5:] == sorted(diverging[5:], reverse=mode == "light")


def luminance(colour: str) -> float:
    """Relative luminance of "#rrggbb" (WCAG 2.2)."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)
