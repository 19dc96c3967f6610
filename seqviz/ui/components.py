"""The browser components: JavaScript and CSS from assets/, put together once and mounted with data."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import streamlit as st

from seqviz.figures import theme
from seqviz.recurrent import NO_TARGET
from seqviz.recurrent.notation import notation
from seqviz.text import visible
from seqviz.ui.compute import Experiment
from seqviz.ui.settings import ADDRESS_LIMIT, Settings
from seqviz.ui.shell import ASSETS
from seqviz.ui.weights import write_typed

_UNROLLED_SCRIPTS = (
    "shared/text.js",
    "shared/player.js",
    "shared/save.js",
    "unrolled/phases.js",
    "unrolled/column.js",
    "unrolled/network.js",
    "unrolled/blocks.js",
    "unrolled/views.js",
    "unrolled/sums.js",
    "unrolled/panel.js",
    "unrolled/main.js",
)


def _joined(*names: str) -> str:
    """Several files as one module: Streamlit takes one script, we keep one file an idea."""
    return "\n".join(Path(ASSETS, name).read_text(encoding="utf-8") for name in names)


_unrolled = st.components.v2.component(
    "seqviz_unrolled",
    html='<div class="sv-root"></div>',
    css=theme.css_variables() + _joined("shared/base.css", "unrolled/style.css"),
    js=_joined(*_UNROLLED_SCRIPTS),
)


def unrolled_data(experiment: Experiment) -> dict[str, object]:
    """What the component draws: every number as the engine computed it, user text as plain strings."""
    trace, cell, settings = experiment.trace, experiment.cell, experiment.settings
    assert cell.head is not None
    assert trace.outputs is not None
    letters = notation(settings.notation)
    return {
        "T": trace.steps,
        "D": cell.input_size,
        "H": cell.hidden_size,
        "K": experiment.vocabulary.size,
        "tokens": [visible(token) for token in experiment.tokens],
        "vocabulary": [visible(token) for token in experiment.vocabulary.tokens],
        "ids": experiment.ids.tolist(),
        "targets": [None if target == NO_TARGET else int(target) for target in experiment.targets],
        "hidden": trace.hidden.tolist(),
        **{name: trace.parts[name].tolist() for name in ("input_product", "recurrent_product", "preactivation")},
        "logits": trace.outputs.tolist(),
        "predictions": experiment.predictions.tolist(),
        "losses": experiment.losses.tolist(),
        "W_xh": cell.W_xh.tolist(),
        "W_hh": cell.W_hh.tolist(),
        "b": cell.b.tolist(),
        "W_hy": cell.head.weight.tolist(),
        "c": cell.head.bias.tolist(),
        "activation": cell.activation,
        "loss": settings.loss,
        "notation": {name: value for name, value in vars(letters).items() if isinstance(value, str)},
    }


def unrolled_address(asked: Settings) -> dict[str, str | None]:
    """What the component keeps in the address bar beside the bound widgets; None takes a parameter out of it.

    These are texts of any length, so the browser writes them where they are short enough for a link.
    """
    start = Settings()
    texts = {
        "text": asked.text if asked.text != start.text else None,
        "typed_targets": asked.typed_targets or None,
        "typed": write_typed(asked.typed) if asked.typed else None,
    }
    return {name: text if text is None or len(text) <= ADDRESS_LIMIT else None for name, text in texts.items()}


def unrolled(data: Mapping[str, object], *, key: str) -> None:
    """Mount the stepper; the same key keeps its place and its state when the data change."""
    _unrolled(data=dict(data), key=key)
