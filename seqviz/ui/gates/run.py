"""Settings → one run of one model: tokens, the trace with and without the change, what the read-out depended on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from seqviz.records import Array, CellTrace
from seqviz.recurrent import GRU, LSTM, Elman, unroll
from seqviz.recurrent.activations import softmax
from seqviz.recurrent.changes import Changes, Steps
from seqviz.recurrent.forms import both_resets, with_other_update
from seqviz.recurrent.saliency import model_saliency, saliency
from seqviz.recurrent.stored import StoredModel
from seqviz.text import visible
from seqviz.text.vocabulary import UNKNOWN, Ids
from seqviz.ui.gates.reading import tokens_of
from seqviz.ui.settings import Refusal

GATES = {"LSTM": ("f", "i", "g", "o"), "GRU": ("r", "z", "n"), "RNN": ()}  # in the order in which a step uses them

Swaps = tuple[tuple[int, str], ...]  # (place in the text from 1, the token put there)
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
        swaps: tokens put in others' places. changes: gates held and units silenced; steps are places in the text.
        shown: layer, direction and form.
        explained: (step from 1 in the order of reading, class) whose dependence on the tokens is shown; None: the
            likeliest class at the end of the text.
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
        model, cell, shown: what ran. tokens: (T,). unknown: places from 0 that the vocabulary lacks.
        swapped: steps from 1 whose token was put there by a swap. changes: what was held or silenced, by step.
        trace, untouched: with and without the change; untouched is None where nothing was changed.
        probabilities, untouched_probabilities: (T, K) softmax of the read-out; None without one.
        saliency: (T,) ‖∂ log p/∂x_t‖ of the explained output; None where there is none. Of the untouched run where a
            gate is held or a unit silenced: there is no way back through those.
        explained: (step from 1, class). notes: sentences about what was done to the text.
    """

    model: StoredModel
    cell: Elman | LSTM | GRU
    shown: Shown
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
    def end(self) -> int:
        """The row of the last token of the text: the first where the reading goes from right to left."""
        return 0 if self.shown.reverse else self.trace.steps - 1

    @property
    def explained_in_words(self) -> str:
        """The output that the dependence is of: "log p(Spanish) at step 40"."""
        if self.explained is None:
            return ""
        step, k = self.explained
        whose = " of the untouched run" if self.changes else ""
        return f"log p({class_names(self.model)[k]}) at step {step:,}{whose}"


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
    tokens = tokens_of(model, settings.text)
    swapped = _swapped(tokens, settings.swaps)
    shown, steps = settings.shown, len(tokens)
    changes = _by_step(settings.changes, steps, shown.reverse)
    try:
        # together, so that a token new to a file without a vocabulary takes a number that no other has
        ids, lacking = model.numbered([*tokens, *swapped])
        trace, probabilities = _run(model, ids[steps:], shown, changes)
        untouched, before = None, None
        if changes or swapped != tokens:
            untouched, before = _run(model, ids[:steps], shown, NOTHING)
    except ValueError as refusal:
        raise Refusal(f"{str(refusal)[:1].upper()}{str(refusal)[1:]}.") from refusal
    cell = _formed(model.cell(shown.layer, shown.reverse), shown)
    unknown = np.flatnonzero(lacking[steps:]).tolist()
    plain, read = (untouched, ids[:steps]) if changes and untouched is not None else (trace, ids[steps:])
    answers = before if changes else probabilities
    explained, dependence = None, None
    if answers is not None and np.isfinite(answers).all():
        explained = _explained(settings.explained, answers, 0 if shown.reverse else steps - 1)
        dependence = _dependence(model, cell, plain, read, shown, explained)
    return GateRun(
        model=model,
        cell=cell,
        shown=shown,
        tokens=swapped[::-1] if shown.reverse else swapped,
        unknown=tuple(sorted(steps - 1 - k if shown.reverse else k for k in unknown)),
        swapped=tuple(steps + 1 - place if shown.reverse else place for place, _ in settings.swaps),
        changes=changes,
        trace=trace,
        untouched=untouched,
        probabilities=probabilities,
        untouched_probabilities=before,
        saliency=dependence,
        explained=explained,
        notes=(
            *_about_unknown(model, swapped, unknown),
            *_about_shown(cell, trace, shown, model),
            *_about_overflow(trace),
        ),
    )


def _run(model: StoredModel, ids: Ids, shown: Shown, changes: Changes) -> tuple[CellTrace, Array | None]:
    """The trace of the layer shown and the softmax of the read-out, both in the order of reading."""
    keeps_new = model.kind == "GRU" and shown.update_keeps == "new"
    if keeps_new:  # z' = 1 − z: the same run, its z told the other way round
        mirrored = [replace(c, value=1.0 - c.value) if c.gate == "z" else c for c in changes.clamps]
        changes = replace(changes, clamps=tuple(mirrored))
    trace = model.trace(ids, shown.layer, shown.reverse, changes)
    outputs = trace.outputs
    if model.kind == "GRU" and not shown.reset_after:
        trace = unroll(
            _formed(model.cell(shown.layer, shown.reverse), Shown(reset_after=False)), trace.inputs, None, changes
        )
        outputs = trace.outputs
    elif outputs is None:
        found = model.outputs(ids, shown.layer, shown.reverse, changes)
        outputs = found[::-1] if found is not None and shown.reverse else found
    if keeps_new:
        trace = replace(trace, gates={**trace.gates, "z": 1.0 - trace.gates["z"]})
    return trace, None if outputs is None else softmax(np.asarray(outputs))


def _formed(cell: Elman | LSTM | GRU, shown: Shown) -> Elman | LSTM | GRU:
    """A GRU in the form asked for; every other cell as it is."""
    if not isinstance(cell, GRU):
        return cell
    formed = cell if shown.update_keeps == cell.update_keeps else with_other_update(cell)
    return replace(formed, reset_after=shown.reset_after)


def _dependence(
    model: StoredModel, cell: Elman | LSTM | GRU, trace: CellTrace, ids: Ids, shown: Shown, explained: tuple[int, int]
) -> Array:
    """(T,) ‖∂ log p/∂x_t‖ in the order of reading."""
    step, k = explained
    if trace.outputs is not None:
        return saliency(cell, trace, k, step=step, of="log_probability").norms
    place = trace.steps + 1 - step if shown.reverse else step
    norms = model_saliency(model, ids, k, step=place, of="log_probability").norms
    return norms[::-1] if shown.reverse else norms


def _explained(asked: tuple[int, int] | None, answers: Array, end: int) -> tuple[int, int]:
    steps, classes = answers.shape
    if asked is not None and 1 <= asked[0] <= steps and 0 <= asked[1] < classes:
        return asked
    return end + 1, int(np.argmax(answers[end]))


def _swapped(tokens: tuple[str, ...], swaps: Swaps) -> tuple[str, ...]:
    changed = list(tokens)
    for place, token in swaps:
        if not 1 <= place <= len(tokens):
            raise Refusal(f"Token {place:,} cannot be swapped: the text has {len(tokens):,}.")
        changed[place - 1] = token
    return tuple(changed)


def _by_step(changes: Changes, steps: int, reverse: bool) -> Changes:
    """Places in the text → steps in the order of reading."""

    def turned(span: Steps | None) -> Steps | None:
        if span is None:
            return None
        first, last = span[0], steps if span[1] is None else span[1]
        if first > steps or last > steps:
            raise Refusal(f"Tokens {first:,} to {last:,} cannot be changed: the text has {steps:,}.")
        return (steps + 1 - last, steps + 1 - first) if reverse else (first, last)

    return Changes(
        tuple(replace(clamp, steps=turned(clamp.steps)) for clamp in changes.clamps),
        tuple(replace(silence, steps=turned(silence.steps)) for silence in changes.silences),
    )


def _about_unknown(model: StoredModel, tokens: tuple[str, ...], unknown: Sequence[int]) -> list[str]:
    if model.vocabulary is None:
        return ["The file names no tokens: yours get the rows 1, 2, 3 … in the order in which they first appear."]
    words = list(dict.fromkeys(visible(tokens[place]) for place in unknown))
    if not words:
        return []
    shown = ", ".join(f"“{word[:30]}”" for word in words[:5]) + (f" and {len(words) - 5} more" * (len(words) > 5))
    instead = f"as {UNKNOWN}" if UNKNOWN in model.vocabulary else "as a vector of zeros"
    return [f"The model's vocabulary lacks {shown}: read {instead}."]


def _about_shown(cell: Elman | LSTM | GRU, trace: CellTrace, shown: Shown, model: StoredModel) -> list[str]:
    notes = []
    if shown.reverse:
        notes.append("This direction reads from right to left, and so do the columns below.")
    if isinstance(cell, GRU) and not cell.reset_after:
        forms = both_resets(cell, trace.inputs)
        (step, unit), far = forms.place, forms.largest
        apart = f"they differ by up to {far:.2g} in h: in unit {unit + 1} at step {step:,}" if step else "they agree"
        notes.append(
            "The weights were trained with r after the product. With r before it they are another network, which "
            f"nobody trained; on this text {apart}."
        )
        if model.layers > 1 or model.directions > 1:
            notes.append("What the other layers would read out of that is not shown.")
    return notes


def _about_overflow(trace: CellTrace) -> list[str]:
    if trace.first_overflow is None:
        return []
    return [
        f"The state leaves the range of floating-point numbers at token {trace.first_overflow:,}: from there on the "
        "lanes stay grey."
    ]
