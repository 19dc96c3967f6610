"""The drawings of /clustering: each view's own scripts on the plane, the marks and the frame that all of them share."""

from __future__ import annotations

from typing import Any

from seqviz.ui.browser import STEPPER, browser_component


def drawing(name: str, *scripts: str) -> Any:
    """A component of that name; its own scripts are loaded last, the one that mounts it at the end."""
    before = (*STEPPER, "shared/marks.js", "clustering/plane.js")
    return browser_component(name, (*before, *scripts), "clustering/style.css")
