"""A figure as the browser gets it, and what of it a test looks for."""

from __future__ import annotations

import json

import plotly.graph_objects as go
import plotly.io


def rendered(figure: go.Figure) -> dict:
    """The figure as the browser gets it; Plotly's own check finds nothing to complain about."""
    written = figure.to_json()
    plotly.io.from_json(written, skip_invalid=False)
    return json.loads(written)


def named(figure: go.Figure, name: str) -> list:
    return [trace for trace in figure.data if trace.name == name]


def words(figure: go.Figure) -> str:
    return "\n".join(annotation.text for annotation in figure.layout.annotations)
