"""The browser components: JavaScript and CSS from assets/, put together once and mounted with data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from seqviz.figures import theme
from seqviz.ui.shell import ASSETS


@dataclass(frozen=True)
class Parts:
    """What a component is made of: its files under assets/, and the two texts that Streamlit takes."""

    scripts: tuple[str, ...]
    styles: tuple[str, ...]
    js: str
    css: str


# what every drawing that is stepped through begins with: the frame, its keys and buttons, and files to take away
STEPPER = ("shared/text.js", "shared/player.js", "shared/toolbar.js", "shared/view.js", "shared/save.js")
DECLARED: dict[str, Parts] = {}  # every component that has been declared, by name


def browser_component(name: str, scripts: Sequence[str], *styles: str) -> Any:
    """A component of ours: an element .sv-root in the theme's colours and what the scripts make of it."""
    styles = ("shared/base.css", *styles)
    parts = Parts(tuple(scripts), styles, _joined(*scripts), theme.css_variables() + _joined(*styles))
    DECLARED[name] = parts
    return st.components.v2.component(name, html='<div class="sv-root"></div>', css=parts.css, js=parts.js)


def _joined(*names: str) -> str:
    """Several files as one module: Streamlit takes one script, we keep one file an idea."""
    return "\n".join(Path(ASSETS, name).read_text(encoding="utf-8") for name in names)
