"""Why gradients vanish or explode: where the recurrent matrix's eigenvalues lie."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from seqviz.figures import frame
from seqviz.figures.numbers import number
from seqviz.records import GradientFlow

_ROUNDING = 1e-9  # an orthogonal matrix's eigenvalues lie on the circle but for the last digits


def spectrum(flow: GradientFlow, dark: bool = False) -> go.Figure:
    """The recurrent matrix's eigenvalues in the complex plane, with the unit circle and that of the spectral radius.

    Raises:
        ValueError: there are no eigenvalues, or one of them is not finite.
    """
    values = flow.eigenvalues  # (H,) complex
    if not len(values) or not np.isfinite(values).all():
        raise ValueError(f"eigenvalues of {flow.name!r}: {values.tolist()}, expected one or more finite numbers")
    colours = frame.palette(dark)
    sizes = np.abs(values)
    reach = 1.12 * max(1.0, flow.radius)
    turn = np.linspace(0, 2 * np.pi, 181)
    own = frame.colour(0, dark)
    figure = go.Figure()
    for radius, name, stroke in (
        (1.0, "unit circle", {"color": colours["muted"], "width": 1.5}),
        (flow.radius, f"spectral radius ρ = {number(flow.radius)}", {"color": own, "width": 2, "dash": "dash"}),
    ):
        figure.add_trace(
            go.Scatter(
                x=radius * np.cos(turn),
                y=radius * np.sin(turn),
                mode="lines",
                line={**stroke, "simplify": False},
                name=name,
                hoverinfo="skip",
            )
        )
    for name, chosen, shape in (
        ("|λ| ≤ 1", sizes <= 1 + _ROUNDING, "circle"),
        ("|λ| > 1", sizes > 1 + _ROUNDING, "diamond-open"),
    ):
        if chosen.any():
            figure.add_trace(
                go.Scatter(
                    x=values.real[chosen],
                    y=values.imag[chosen],
                    mode="markers",
                    marker={"symbol": shape, "size": 9, "color": own, "line": {"color": own, "width": 2}},
                    name=name,
                    customdata=sizes[chosen],
                    hovertemplate="λ = %{x:.4f} %{y:+.4f} i<br>|λ| = %{customdata:.4f}<extra></extra>",
                )
            )
    told = f"σ<sub>max</sub> = {number(flow.sigma_max)} · γ = {number(flow.gamma)}"
    figure.layout = frame.layout(
        dark,
        430,
        xaxis=frame.axis(dark, "real part", range=[-reach, reach], constrain="domain", zeroline=True, nticks=7)
        | {"zerolinecolor": colours["arrow"]},
        yaxis=frame.axis(dark, "imaginary part", range=[-reach, reach], scaleanchor="x", constrain="domain", nticks=7)
        | {"zerolinecolor": colours["arrow"], "zeroline": True},
        showlegend=True,
        legend=frame.legend(dark, 1.08) | {"x": 0.5, "xanchor": "center"},
        annotations=[
            frame.note(dark, told, x=0.5, xref="paper", y=1, yref="paper", yanchor="bottom", yshift=4)
            | {"font": {"size": frame.TEXT, "color": colours["ink"]}}
        ],
        margin=frame.margin(top=28),
    )
    return figure
