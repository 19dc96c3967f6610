"""The stepper of /unrolled: its scripts, its data, its part of the address."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import numpy as np

from seqviz.records import GradientTrace
from seqviz.recurrent import NO_TARGET
from seqviz.recurrent.activations import DERIVATIVES
from seqviz.recurrent.notation import notation
from seqviz.text import visible
from seqviz.ui.browser import STEPPER, browser_component
from seqviz.ui.compute import Experiment
from seqviz.ui.settings import ADDRESS_LIMIT, RATE, RATE_LIMIT, UPDATE_LIMIT, Settings
from seqviz.ui.updates import learn, write_updates
from seqviz.ui.weights import write_typed

_UNROLLED_SCRIPTS = (
    *STEPPER,
    "unrolled/phases.js",
    "unrolled/places.js",
    "unrolled/backward.js",
    "unrolled/column.js",
    "unrolled/network.js",
    "unrolled/blocks.js",
    "unrolled/views.js",
    "unrolled/sums.js",
    "unrolled/back_views.js",
    "unrolled/back_sums.js",
    "unrolled/learning.js",
    "unrolled/terms.js",
    "unrolled/panel.js",
    "unrolled/main.js",
)


_unrolled = browser_component("seqviz_unrolled", _UNROLLED_SCRIPTS, "unrolled/style.css")


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
        "descent": experiment.descent.tolist(),
        "limits": {"rate": RATE_LIMIT, "updates": UPDATE_LIMIT},
        "rate": settings.updates[-1][1] if settings.updates else RATE,
        "backward": None if experiment.gradient is None else _backward_data(experiment, experiment.gradient),
        "notation": {name: value for name, value in vars(letters).items() if isinstance(value, str)},
    }


def _backward_data(experiment: Experiment, gradient: GradientTrace) -> dict[str, object]:
    """The backward pass of the stepper; every list runs over t = 1 … T. Products of these the browser makes itself."""
    trace = experiment.trace
    slope = DERIVATIVES[experiment.cell.activation](trace.parts["preactivation"], trace.hidden[1:])  # (T, H)
    return {
        "output": gradient.outputs.tolist(),
        "local": gradient.local.tolist(),
        "hidden": gradient.hidden[1:].tolist(),
        "slope": slope.tolist(),
        "preactivation": gradient.preactivations["h"].tolist(),
        "factor_norms": np.linalg.norm(gradient.jacobians, ord=2, axis=(1, 2)).tolist(),  # of ∂h_t/∂h_{t−1}
        "contributions": gradient.contributions.tolist(),
    }


def unrolled_address(asked: Settings) -> dict[str, str | None]:
    """What the component keeps in the address bar beside the bound widgets; None takes a parameter out of it.

    These are texts of any length, so the browser writes them where they are short enough for a link.
    """
    texts = _address_texts(asked)
    return {name: text if text is None or len(text) <= ADDRESS_LIMIT else None for name, text in texts.items()}


def left_out_of_address(asked: Settings) -> str | None:
    """A sentence about what the address bar cannot hold; None where it holds everything."""
    names = {"text": "the text", "typed_targets": "the targets", "typed": "the typed weights", "updates": "the updates"}
    long = {name: len(text) for name, text in _address_texts(asked).items() if text and len(text) > ADDRESS_LIMIT}
    if not long:
        return None
    said = " and ".join(f"{names[name]} ({length:,} characters)" for name, length in long.items())
    return (
        f"The address bar carries up to {ADDRESS_LIMIT:,} characters of each and leaves out {said}: a copied link, or "
        "this page loaded anew, opens without."
    )


def _address_texts(asked: Settings) -> dict[str, str | None]:
    return {
        "text": asked.text if asked.text != Settings().text else None,
        "typed_targets": asked.typed_targets or None,
        "typed": write_typed(asked.typed) if asked.typed else None,
        "updates": write_updates(asked.updates) or None,
    }


def unrolled(data: Mapping[str, object], *, key: str) -> None:
    """Mount the stepper; the same key keeps its place and its state when the data change."""
    _unrolled(data=dict(data), key=key, on_learn_change=partial(learn, key))
