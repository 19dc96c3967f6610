"""The training as it runs: its scripts, mounted with data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from seqviz.ui.browser import STEPPER, browser_component

_charts = browser_component(
    "seqviz_training",
    (
        *STEPPER,
        "training/ticket.js",
        "training/data.js",
        "training/axis.js",
        "training/chart.js",
        "training/charts.js",
        "training/looks.js",
        "training/norms.js",
        "training/runs.js",
        "training/controls.js",
        "training/main.js",
    ),
    "training/style.css",
)


def charts(data: Mapping[str, Any], *, key: str, on_control: Callable[[], None]) -> None:
    """Mount the charts; the same key keeps the node, and what the reader has chosen in it, when the data change."""
    _charts(data=dict(data), key=key, on_control_change=on_control)
