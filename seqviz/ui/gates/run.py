"""Settings → one run of one model: tokens, the trace with and without the change, what the read-out depended on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from seqviz.records import Array, CellTrace
from seqviz.recurrent import GRU, LSTM, Elman, unroll
from seqviz.recurrent.activations import softmax
from seqviz.recurrent.changes import Changes
from seqviz.recurrent.forms import with_other_update
from seqviz.recurrent.saliency import saliency
from seqviz.recurrent.stored import StoredModel
from seqviz.text import count_tokens_up_to, tokenize, visible
from seqviz.text.vocabulary import UNKNOWN, Ids
from seqviz.ui.settings import Refusal

TOKEN_LIMIT = 2000
CHARACTER_LIMIT = 20_000
CELL_LIMIT = 256_000  # tokens × units that the sheet draws: some 8 MB on the way to the browser
GATES = {"LSTM": ("f", "i", "g", "o"), "GRU": ("r", "z", "n"), "RNN": ()}  # in the order in which a step uses them

Swaps = tuple[tuple[int, str], ...]  # (step from 1, the token put there)
NOTHING = Changes()


@dataclass(frozen=True)
class Shown:
    """Which part of a model, and in which of a GRU's forms (see `seqviz.recurrent.GRU`)."""

    layer: int = 0
    reverse: bool = False
    reset_after: bool = True
    update_keeps: str = "old"


@dataclass(frozen=True)
class GateSettings:
    """What is run.

    Attributes:
        text: read by the model, cut as it was trained on.
        swaps: tokens put in others' places. changes: gates held and units silenced.
        shown: layer, direction and form.
        explained: (step from 1, class) whose dependence on the tokens is shown; None: the likeliest at the last step.
    """

    text: str
    swaps: Swaps = ()
    changes: Changes = NOTHING
    shown: Shown = Shown()
    explained: tuple[int, int] | None = None


@dataclass(frozen=True, eq=False)
class GateRun:
    """One run, and the same text untouched where something was changed. Rows are in the order of reading.

    Attributes:
        model, cell: what ran. tokens: (T,). unknown: places from 0 that the vocabulary lacks.
        swapped: steps from 1 whose token was put there by a swap. changes: what was held or silenced.
        trace, untouched: with and without the change; untouched is None where nothing was changed.
        probabilities, untouched_probabilities: (T, K) softmax of the read-out; None without one.
        saliency: (T,) ‖∂ log p/∂x_t‖ of the explained output, untouched; None without a read-out of this layer.
        explained: (step from 1, class). notes: sentences about what was done to the text.
    """

    model: StoredModel
    cell: Elman | LSTM | GRU
    tokens: tuple[str, ...]
    unknown: tuple[int, ...]
    swapped: tuple[int, ...]
    changes: Changes
    trace: CellTrace
    untouched: CellTrace | None
    probabilities: Array | None
    untouched_probabilities: Array | None
    saliency: Array | None
    explained: tuple[int, int] | None
    notes: tuple[str, ...]

    @property
    def turning_point(self) -> int:
        """The token, from 0, at which the read-out changes most; the first without a read-out."""
        p = self.probabilities
        if p is None or len(p) < 2:
            return 0
        return 1 + int(np.argmax(np.nan_to_num(np.abs(np.diff(p, axis=0)).sum(axis=1))))

    @property
    def explained_in_words(self) -> str:
        """The output that the dependence is of: "log p(Spanish) at step 40"."""
        if self.explained is None:
            return ""
        step, k = self.explained
        return f"log p({class_names(self.model)[k]}) at step {step:,}"


def class_names(model: StoredModel) -> tuple[str, ...]:
    """What the K outputs are called: by the file, else by the tokens where there are as many, else by number.

    As a reader sees them: a class that is a single character may be a space.
    """
    if model.head is None:
        return ()
    count = len(model.head.bias)
    names = model.notes.classes
    if not names and model.vocabulary is not None and model.vocabulary.size == count:
        names = model.vocabulary.tokens
    if names:
        return tuple(visible(name) if len(name) == 1 else visible(name).replace("␣", " ") for name in names)
    return tuple(f"output {k + 1}" for k in range(count))


def gate_run(model: StoredModel, settings: GateSettings) -> GateRun:
    """Run `model` on a text.

    Raises:
        Refusal: with one sentence, where the text, a swap or a change cannot be taken.
    """
    tokens = _tokens(model, settings.text)
    _check_size(len(tokens), model.hidden_size)
    swapped = _swapped(tokens, settings.swaps)
    shown = settings.shown
    try:
        lacking = model.numbered(swapped).unknown
        cell = _formed(model.cell(shown.layer, shown.reverse), shown)
        trace, probabilities = _run(model, cell, swapped, shown, settings.changes)
        untouched, before = None, None
        if settings.changes or swapped != tokens:
            untouched, before = _run(model, cell, tokens, shown, NOTHING)
    except ValueError as refusal:
        raise Refusal(f"{str(refusal)[:1].upper()}{str(refusal)[1:]}.") from refusal
    unknown = tuple(int(place) for place in np.flatnonzero(lacking))
    plain = trace if untouched is None else untouched
    explained, dependence = None, None
    if plain.outputs is not None and plain.first_overflow is None:
        explained = _explained(settings.explained, plain.outputs)
        dependence = saliency(cell, plain, explained[1], step=explained[0], of="log_probability").norms
    way = slice(None, None, -1 if shown.reverse else 1)
    return GateRun(
        model=model,
        cell=cell,
        tokens=swapped[way],
        unknown=tuple(len(tokens) - 1 - place for place in unknown) if shown.reverse else unknown,
        swapped=tuple(len(tokens) + 1 - step if shown.reverse else step for step, _ in settings.swaps),
        changes=settings.changes,
        trace=trace,
        untouched=untouched,
        probabilities=None if probabilities is None else probabilities[way],
        untouched_probabilities=None if before is None else before[way],
        saliency=dependence,
        explained=explained,
        notes=(*_about_unknown(model, swapped, unknown), *_about_shown(cell, shown), *_about_overflow(trace)),
    )


def _formed(cell: Elman | LSTM | GRU, shown: Shown) -> Elman | LSTM | GRU:
    """A GRU in the form asked for; every other cell as it is."""
    if not isinstance(cell, GRU):
        return cell
    formed = cell if shown.update_keeps == cell.update_keeps else with_other_update(cell)
    return replace(formed, reset_after=shown.reset_after)


def _run(
    model: StoredModel, cell: Elman | LSTM | GRU, tokens: Sequence[str], shown: Shown, changes: Changes
) -> tuple[CellTrace, Array | None]:
    """The trace of the layer shown, in the order of reading, and the softmax of the read-out by token."""
    ids: Ids = model.numbered(tokens).ids
    stored = model.trace(ids, shown.layer, shown.reverse, changes)
    trace = stored
    if isinstance(cell, GRU) and (not cell.reset_after or cell.update_keeps != "old"):
        trace = unroll(cell, stored.inputs, changes=changes)
    if trace.outputs is not None:
        return trace, softmax(np.asarray(trace.outputs))
    outputs = model.outputs(ids, shown.layer, shown.reverse, changes) if trace is stored else None
    return trace, None if outputs is None else softmax(outputs)


def _about_shown(cell: Elman | LSTM | GRU, shown: Shown) -> list[str]:
    notes = []
    if shown.reverse:
        notes.append("This direction reads from right to left, and so do the columns below.")
    if isinstance(cell, GRU) and not cell.reset_after:
        notes.append(
            "The weights were trained with r after the product. With r before it they are another network: what it "
            "reads out here was never trained."
        )
    return notes


def _about_overflow(trace: CellTrace) -> list[str]:
    if trace.first_overflow is None:
        return []
    return [
        f"The state leaves the range of floating-point numbers at token {trace.first_overflow:,}: from there on the "
        "lanes stay grey."
    ]


def _tokens(model: StoredModel, text: str) -> tuple[str, ...]:
    unit = model.notes.unit
    if len(text) > CHARACTER_LIMIT:
        raise Refusal(f"The text is {len(text):,} characters long; the limit is {CHARACTER_LIMIT:,}.")
    found = count_tokens_up_to(text, unit, TOKEN_LIMIT)
    if found > TOKEN_LIMIT:
        raise Refusal(f"The text has {len(tokenize(text, unit)):,} {unit}; the limit is {TOKEN_LIMIT:,}.")
    if found == 0:
        raise Refusal(f"The text is {'empty' if not text else 'nothing but white space'}; type at least 1 token.")
    return tokenize(text, unit, lower=False)


def _check_size(steps: int, units: int) -> None:
    if steps * units > CELL_LIMIT:
        raise Refusal(
            f"{steps:,} tokens × {units} units are {steps * units:,} cells a lane; the limit is {CELL_LIMIT:,}, "
            f"so {CELL_LIMIT // units:,} tokens for this model."
        )


def _swapped(tokens: tuple[str, ...], swaps: Swaps) -> tuple[str, ...]:
    changed = list(tokens)
    for step, token in swaps:
        if not 1 <= step <= len(tokens):
            raise Refusal(f"Token {step:,} cannot be swapped: the text has {len(tokens):,}.")
        changed[step - 1] = token
    return tuple(changed)


def _about_unknown(model: StoredModel, tokens: tuple[str, ...], unknown: Sequence[int]) -> list[str]:
    if model.vocabulary is None:
        return ["The file names no tokens: yours get the rows 1, 2, 3 … in the order in which they first appear."]
    if not unknown:
        return []
    words = list(dict.fromkeys(visible(tokens[place]) for place in unknown))
    shown = ", ".join(f"“{word[:30]}”" for word in words[:5]) + (f" and {len(words) - 5} more" * (len(words) > 5))
    known = model.vocabulary
    instead = f"as {UNKNOWN}" if known is not None and UNKNOWN in known else "as a vector of zeros"
    return [f"The model's vocabulary lacks {shown}: read {instead}, underlined below."]


def _explained(asked: tuple[int, int] | None, outputs: Array) -> tuple[int, int]:
    steps, classes = outputs.shape
    if asked is not None and 1 <= asked[0] <= steps and 0 <= asked[1] < classes:
        return asked
    return steps, int(np.argmax(outputs[-1]))
