"""Settings → one run of one model: tokens, ids, the trace with and without the change, what the read-out depended on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from seqviz.records import Array, CellTrace
from seqviz.recurrent import GRU, LSTM, Elman
from seqviz.recurrent.activations import softmax
from seqviz.recurrent.changes import Changes
from seqviz.recurrent.stored import StoredModel
from seqviz.text import Vocabulary, count_tokens_up_to, tokenize, visible
from seqviz.text.vocabulary import UNKNOWN, Ids
from seqviz.ui.settings import Refusal

TOKEN_LIMIT = 2000
CHARACTER_LIMIT = 20_000
CELL_LIMIT = 256_000  # tokens × units that the sheet draws: 8 MB on the way to the browser


@dataclass(frozen=True)
class GateSettings:
    """What is run.

    Attributes:
        text: read by the model, cut as it was trained on.
        swaps: (step from 1, token) put in another's place.
        changes: gates held and units silenced.
        layer, reverse: which layer and direction of the model is shown.
        explained: (step from 1, class) whose dependence on the tokens is shown; None: the likeliest at the last step.
    """

    text: str
    swaps: tuple[tuple[int, str], ...] = ()
    changes: Changes = Changes()
    layer: int = 0
    reverse: bool = False
    explained: tuple[int, int] | None = None


@dataclass(frozen=True, eq=False)
class GateRun:
    """One run, and the same text untouched where something was changed.

    Attributes:
        model, cell: what ran. tokens: (T,). ids: (T,). unknown: places from 0 that the vocabulary lacks.
        swapped: steps from 1 whose token was put there by a swap.
        trace, untouched: with and without the change; untouched is None where nothing was changed.
        probabilities, untouched_probabilities: (T, K) softmax of the read-out; None without one.
        saliency: (T,) ‖∂ log p/∂x_t‖ of the explained output, untouched; None without a read-out.
        explained: (step from 1, class). notes: sentences about what was done to the text.
    """

    model: StoredModel
    cell: Elman | LSTM | GRU
    tokens: tuple[str, ...]
    ids: Ids
    unknown: tuple[int, ...]
    swapped: tuple[int, ...]
    changes: Changes
    trace: CellTrace
    untouched: CellTrace | None
    probabilities: Array | None
    untouched_probabilities: Array | None
    saliency: Array | None
    explained: tuple[int, int] | None
    start: int
    notes: tuple[str, ...]

    @property
    def explained_in_words(self) -> str:
        """The output that the dependence is of: "log p(Spanish) at step 40"."""
        if self.explained is None:
            return ""
        step, k = self.explained
        return f"log p({visible(class_names(self.model)[k])}) at step {step:,}"


def class_names(model: StoredModel) -> tuple[str, ...]:
    """What the K outputs are called: by the file, else by the tokens where there are as many, else by number."""
    if model.notes.classes or model.head is None:
        return model.notes.classes
    count = len(model.head.bias)
    if model.vocabulary is not None and model.vocabulary.size == count:
        return model.vocabulary.tokens
    return tuple(f"output {k + 1}" for k in range(count))


def gate_run(model: StoredModel, settings: GateSettings) -> GateRun:
    """Run `model` on a text.

    Raises:
        Refusal: with one sentence, where the text, a swap or a change cannot be taken.
    """
    tokens = _tokens(model, settings.text)
    _check_size(len(tokens), model.hidden_size)
    swapped = _swapped(tokens, settings.swaps)
    cell = model.cell(settings.layer, settings.reverse)
    changed = bool(settings.changes) or swapped != tokens
    try:
        ids, lacking = model.numbered(swapped)
        trace = model.trace(ids, settings.layer, settings.reverse, settings.changes)
        untouched = model.trace(model.numbered(tokens).ids, settings.layer, settings.reverse) if changed else None
    except ValueError as refusal:
        raise Refusal(f"{str(refusal)[:1].upper()}{str(refusal)[1:]}.") from refusal
    unknown = tuple(int(place) for place in np.flatnonzero(lacking))
    notes = _about_unknown(model, swapped, unknown)
    probabilities = _probabilities(trace)
    explained, dependence = None, None
    if probabilities is not None and not settings.reverse:
        plain = untouched or trace
        explained = _explained(settings.explained, _probabilities(plain))
        del plain
    return GateRun(
        model=model,
        cell=cell,
        tokens=swapped,
        ids=ids,
        unknown=unknown,
        swapped=tuple(step for step, _ in settings.swaps),
        changes=settings.changes,
        trace=trace,
        untouched=untouched,
        probabilities=probabilities,
        untouched_probabilities=None if untouched is None else _probabilities(untouched),
        saliency=dependence,
        explained=explained,
        start=1,
        notes=tuple(notes),
    )


def _tokens(model: StoredModel, text: str) -> tuple[str, ...]:
    if len(text) > CHARACTER_LIMIT:
        raise Refusal(f"The text is {len(text):,} characters long; the limit is {CHARACTER_LIMIT:,}.")
    found = count_tokens_up_to(text, model.notes.unit, TOKEN_LIMIT)
    if found > TOKEN_LIMIT:
        raise Refusal(
            f"The text has {len(tokenize(text, model.notes.unit)):,} {model.notes.unit}; the limit is {TOKEN_LIMIT:,}."
        )
    if found == 0:
        raise Refusal(f"The text is {'empty' if not text else 'nothing but white space'}; type at least 1 token.")
    return tokenize(text, model.notes.unit, lower=False)


def _check_size(steps: int, units: int) -> None:
    if steps * units > CELL_LIMIT:
        raise Refusal(
            f"{steps:,} tokens × {units} units are {steps * units:,} cells a lane; the limit is {CELL_LIMIT:,}, "
            f"so {CELL_LIMIT // units:,} tokens for this model."
        )


def _swapped(tokens: tuple[str, ...], swaps: Sequence[tuple[int, str]]) -> tuple[str, ...]:
    changed = list(tokens)
    for step, token in swaps:
        if not 1 <= step <= len(tokens):
            raise Refusal(f"Token {step:,} cannot be swapped: the text has {len(tokens):,}.")
        changed[step - 1] = token
    return tuple(changed)


def _about_unknown(model: StoredModel, tokens: tuple[str, ...], unknown: Sequence[int]) -> list[str]:
    if not unknown:
        return []
    words = list(dict.fromkeys(visible(tokens[place]) for place in unknown))
    shown = ", ".join(f"“{word}”" for word in words[:5]) + (" and others" if len(words) > 5 else "")
    vocabulary: Vocabulary | None = model.vocabulary
    instead = f"read as {UNKNOWN}" if vocabulary is not None and UNKNOWN in vocabulary else "read as a zero vector"
    count = f"{len(words)} token" if len(words) == 1 else f"{len(words)} different tokens"
    return [f"The model never saw {shown}: {count} {instead}, underlined below."]


def _probabilities(trace: CellTrace) -> Array | None:
    return None if trace.outputs is None else softmax(np.asarray(trace.outputs))


def _explained(asked: tuple[int, int] | None, probabilities: Array | None) -> tuple[int, int]:
    assert probabilities is not None
    steps, classes = probabilities.shape
    if asked is not None and 1 <= asked[0] <= steps and 0 <= asked[1] < classes:
        return asked
    return steps, int(np.argmax(np.nan_to_num(probabilities[-1])))
