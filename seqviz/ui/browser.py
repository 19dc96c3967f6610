"""The browser components: JavaScript and CSS from assets/, put together once and mounted with data."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from seqviz.figures import theme
from seqviz.ui.shell import ASSETS


def browser_component(name: str, scripts: Sequence[str], *styles: str) -> Any:
    """A component of ours: an element .sv-root in the theme's colours and what the scripts make of it."""
    return st.components.v2.component(
        name,
        html='<div class="sv-root"></div>',
        css=theme.css_variables() + _joined("shared/base.css", *styles),
        js=_joined(*scripts),
    )


def _joined(*names: str) -> str:
    """Several files as one module: Streamlit takes one script, we keep one file an idea."""
    return "\n".join(Path(ASSETS, name).read_text(encoding="utf-8") for name in names)
