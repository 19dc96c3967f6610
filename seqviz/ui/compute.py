"""Settings → experiment: text to tokens, tokens to a network, the network unrolled. Small enough to run anew."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from seqviz.records import Array, CellTrace, GradientTrace
from seqviz.recurrent import NO_TARGET, Elman, backpropagate, predictions, step_losses, unroll
from seqviz.recurrent.cell import Head
from seqviz.recurrent.initial import identity_elman, random_elman
from seqviz.recurrent.notation import notation, plain
from seqviz.recurrent.unroll import hidden_states
from seqviz.text import EOS, Vocabulary, count_tokens_up_to, tokenize, visible, with_markers
from seqviz.text.vocabulary import Ids
from seqviz.ui.settings import CHARACTER_LIMIT, STEP_LIMIT, TEXT_LIMIT, WEIGHT_LIMIT, Refusal, Settings
from seqviz.ui.updates import applied, descended

# what the rows and the columns of each parameter stand for; a bias is one column
PLACES = {
    "W_xh": ("unit", "token"),
    "W_hh": ("unit", "unit"),
    "b": ("unit", "unit"),
    "W_hy": ("token", "unit"),
    "c": ("token", "unit"),
}
OPEN = "_"  # typed as a target: this step has none


@dataclass(frozen=True, eq=False)
class Experiment:
    """One network on one text, as far as it can be stepped through.

    Attributes:
        settings: what was asked for, with the updates that could be made.
        tokens: (T,) the inputs, T ≤ STEP_LIMIT; ids: (T,) their ids.
        vocabulary: of inputs and targets together, so D = K = its size.
        targets: (T,) ids, NO_TARGET where a step has none; loss_targets: the same as the loss takes them.
        cell, trace: the network and what it computed.
        predictions: (T, K) after softmax or linear head; losses: (T,).
        gradient: of the sum of the losses; None where no step has a target, or where it overflows.
        descent: (U+1,) the loss before the first update and after each.
        whole: the hidden states over the whole text, up to TEXT_LIMIT tokens; whole_tokens: its inputs. Their one-hot
            vectors are left out of the record: 2,000 different tokens would be 32 MB of zeros.
        notes: sentences about what was done to the text.
    """

    settings: Settings
    tokens: tuple[str, ...]
    ids: Ids
    vocabulary: Vocabulary
    targets: Ids
    loss_targets: Ids | Array
    cell: Elman
    trace: CellTrace
    predictions: Array
    losses: Array
    gradient: GradientTrace | None
    descent: Array
    whole: CellTrace
    whole_tokens: tuple[str, ...]
    notes: tuple[str, ...]


def drawn_weights(settings: Settings) -> tuple[dict[str, Array], Vocabulary]:
    """The parameters as the seed draws them, before any is typed over, and the vocabulary they are for.

    Raises:
        Refusal: as `experiment`.
    """
    inputs, wanted, _ = _pairs(settings, _tokens(settings))
    vocabulary = Vocabulary.of(_in_order(inputs[:STEP_LIMIT], wanted[:STEP_LIMIT]))
    return parameters(_network(replace(settings, typed={}), vocabulary)), vocabulary


def experiment(settings: Settings) -> Experiment:
    """Build and run the network that `settings` describes.

    Raises:
        Refusal: with one sentence, where the text or a weight cannot be taken.
    """
    everything = _tokens(settings)
    inputs, wanted, notes = _pairs(settings, everything)
    shown, shown_targets = inputs[:STEP_LIMIT], wanted[:STEP_LIMIT]
    if len(inputs) > STEP_LIMIT:
        notes.append(
            f"This text has {len(inputs):,} steps and the stepper takes {STEP_LIMIT}: it shows the first "
            f"{STEP_LIMIT}; the heatmap below covers all {len(inputs):,}."
        )
    vocabulary = Vocabulary.of(_in_order(shown, shown_targets))
    ids = vocabulary.ids(shown)
    targets = np.array([NO_TARGET if t is None else vocabulary.id(t) for t in shown_targets], dtype=np.int64)
    one_hot = vocabulary.one_hot(ids)
    loss_targets = targets if settings.loss == "cross_entropy" else _one_hot_targets(targets, vocabulary.size)
    run = descended(settings, _network(settings, vocabulary), one_hot, loss_targets)
    if run.overflow is not None:
        notes.append(
            f"Update {run.overflow} would take the weights or the loss beyond the floating-point numbers: the learning "
            f"rate is too large here. Shown are the weights after update {run.overflow - 1}."
        )
    cell = run.cell
    trace = unroll(cell, one_hot)
    assert trace.outputs is not None
    judged = bool((targets != NO_TARGET).any())
    gradient = _backward(cell, trace, loss_targets, settings.loss) if judged else None
    if judged and gradient is None:
        notes.append("On the way back the gradients leave the range of floating-point numbers; they are not shown.")
    whole_trace = trace if len(inputs) == len(shown) else _whole(settings, inputs, cell, vocabulary)
    if whole_trace.first_overflow is not None:
        notes.append(
            f"The hidden state leaves the range of floating-point numbers at step {whole_trace.first_overflow:,}; "
            "the heatmap stops there."
        )
    return Experiment(
        settings=replace(settings, updates=applied(settings.updates, len(run.losses) - 1)),
        tokens=shown,
        ids=ids,
        vocabulary=vocabulary,
        targets=targets,
        loss_targets=loss_targets,
        cell=cell,
        trace=trace,
        predictions=predictions(trace.outputs, settings.loss),
        losses=step_losses(trace.outputs, loss_targets, settings.loss),
        gradient=gradient,
        descent=run.losses,
        whole=whole_trace,
        whole_tokens=inputs,
        notes=tuple(notes),
    )


def _backward(cell: Elman, trace: CellTrace, targets: Ids | Array, loss: str) -> GradientTrace | None:
    """The gradient of the sum of the losses; None where a number of it is not finite."""
    gradient = backpropagate(cell, trace, targets, loss)
    every = (gradient.hidden, gradient.contributions, gradient.jacobians, *gradient.parameters.values())
    return gradient if all(np.isfinite(array).all() for array in every) else None


def _tokens(settings: Settings) -> tuple[str, ...]:
    kind = settings.unit
    if len(settings.text) > CHARACTER_LIMIT:
        raise Refusal(f"The text is {len(settings.text):,} characters long; the limit is {CHARACTER_LIMIT:,}.")
    found = count_tokens_up_to(settings.text, kind, TEXT_LIMIT)
    if found > TEXT_LIMIT:
        count = len(tokenize(settings.text, kind))
        raise Refusal(f"The text has {count:,} {kind}; the limit is {TEXT_LIMIT:,}.")
    if found == 0:
        what = "empty" if not settings.text else "nothing but white space"
        raise Refusal(f"The text is {what}; type at least 1 token.")
    return tokenize(settings.text, kind, settings.lower)


def _pairs(settings: Settings, tokens: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str | None, ...], list[str]]:
    """Inputs, the target of each (None for none), and what there is to say about them."""
    if settings.targets == "markers":
        marked = with_markers(tokens)
        if len(marked) - 1 > TEXT_LIMIT:
            raise Refusal(f"With <sos> the text has {len(marked) - 1:,} steps; the limit is {TEXT_LIMIT:,}.")
        return marked[:-1], marked[1:], []
    if settings.targets == "open":
        return tokens, (*tokens[1:], None), []
    if settings.targets == "typed":
        if len(settings.typed_targets) > CHARACTER_LIMIT:
            length = len(settings.typed_targets)
            raise Refusal(f"The targets are {length:,} characters long; the limit is {CHARACTER_LIMIT:,}.")
        typed = tokenize(settings.typed_targets, settings.unit, settings.lower)
        spaces = " (spaces count as characters)" if settings.unit == "characters" and " " in typed else ""
        if len(typed) > len(tokens):
            raise Refusal(
                f"There are {len(typed):,} targets for {len(tokens):,} steps; type at most one a step{spaces}."
            )
        wanted = tuple(None if target == OPEN else target for target in typed)
        notes = []
        counted = sum(target is not None for target in wanted)
        if counted < len(tokens):
            notes.append(f"{counted} of {len(tokens)} steps have a target; the others have no loss.")
        return tokens, wanted + (None,) * (len(tokens) - len(typed)), notes
    if len(tokens) == 1:
        return tokens, (None,), ["One token has no next one: nothing to compare with, so no loss."]
    return tokens[:-1], tokens[1:], []


def _in_order(inputs: tuple[str, ...], targets: tuple[str | None, ...]) -> list[str]:
    """Tokens as they first appear, inputs before targets, the end marker last."""
    every = [*inputs, *(target for target in targets if target is not None)]
    first = [token for token in every if token != EOS]
    return [*first, EOS] if EOS in every else first


def _network(settings: Settings, vocabulary: Vocabulary) -> Elman:
    size = vocabulary.size
    build = identity_elman if settings.start == "identity" else random_elman
    drawn = build(size, settings.hidden, size, seed=settings.seed, scale=settings.scale, activation=settings.activation)
    return with_typed(drawn, settings, vocabulary)


def with_typed(cell: Elman, settings: Settings, vocabulary: Vocabulary) -> Elman:
    """The cell with the typed weights put over the drawn ones; entries of absent units or tokens wait.

    Raises:
        Refusal: a typed value that is no number within ± WEIGHT_LIMIT.
    """
    arrays = parameters(cell)
    for (name, row, column), value in settings.typed.items():
        rows, columns = PLACES[name]
        r = _index(row, rows, vocabulary, arrays[name].shape[0])
        c = _index(column, columns, vocabulary, arrays[name].shape[1])
        if r is None or c is None:
            continue
        if not np.isfinite(value) or abs(value) > WEIGHT_LIMIT:
            where = ", ".join(visible(k) if isinstance(k, str) else str(k + 1) for k in (row, column))
            symbol = plain(getattr(notation(settings.notation), name))
            said = "empty" if np.isnan(value) else f"{value:.10g}"
            raise Refusal(
                f"{symbol}[{where}] is {said}; a weight is a number from −{WEIGHT_LIMIT:g} to {WEIGHT_LIMIT:g}."
            )
        arrays[name][r, c] = value
    return Elman(
        arrays["W_xh"], arrays["W_hh"], arrays["b"][:, 0], Head(arrays["W_hy"], arrays["c"][:, 0]), cell.activation
    )


def _index(place: int | str, kind: str, vocabulary: Vocabulary, length: int) -> int | None:
    """Where a unit or a token stands in this network; None where it does not."""
    if kind == "token":
        return vocabulary.id(place) if isinstance(place, str) and place in vocabulary else None
    return place if isinstance(place, int) and 0 <= place < length else None


def parameters(cell: Elman) -> dict[str, Array]:
    """The five parameters as writable matrices, biases as one column: W_xh, W_hh, b, W_hy, c."""
    assert cell.head is not None
    return {
        "W_xh": cell.W_xh.copy(),  # (H, D)
        "W_hh": cell.W_hh.copy(),  # (H, H)
        "b": cell.b[:, np.newaxis].copy(),  # (H, 1)
        "W_hy": cell.head.weight.copy(),  # (K, H)
        "c": cell.head.bias[:, np.newaxis].copy(),  # (K, 1)
    }


def _one_hot_targets(targets: Ids, size: int) -> Array:
    """(T, K): a 1 at the target, a row of NaN where there is none."""
    wanted = np.full((len(targets), size), np.nan)
    for row, target in zip(wanted, targets, strict=True):
        if target != NO_TARGET:
            row[:] = 0.0
            row[target] = 1.0
    return wanted


def _whole(settings: Settings, inputs: tuple[str, ...], cell: Elman, known: Vocabulary) -> CellTrace:
    """The same network over the whole text: `cell`, with the drawn columns for the tokens that it does not know."""
    vocabulary = Vocabulary.of(_in_order(inputs, ()))
    W_xh = _network(settings, vocabulary).W_xh.copy()  # (H, D)
    for column, token in enumerate(vocabulary.tokens):
        if token in known:
            W_xh[:, column] = cell.W_xh[:, known.id(token)]
    states = hidden_states(replace(cell, W_xh=W_xh), vocabulary.ids(inputs))
    return CellTrace(np.empty((len(inputs), 0)), states)
