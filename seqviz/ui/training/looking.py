"""A sentence at every kept checkpoint of a run: its states, gates and answers, by the paper engine, without torch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from seqviz.learning.keeping import least_missed
from seqviz.learning.revisit import file_at
from seqviz.learning.service import Service
from seqviz.learning.typed import Typed, first_asked, read_typed
from seqviz.recurrent.activations import softmax
from seqviz.recurrent.stored import StoredModel, read_model
from seqviz.text import visible
from seqviz.text.tasks.passages import spaced
from seqviz.ui.gates.lanes import gate_lane, packed, state_lane
from seqviz.ui.gates.run import GATES, class_names
from seqviz.ui.settings import Refusal
from seqviz.ui.training.follow import Followed

TOKENS = 80  # that can be typed
TOP = 5  # answers at a token
MOST_NUMBERS = 180_000  # to the browser: 32 bits each, 960 kB as base64
MOST_LIVE = 90_000  # the same while the run trains, and all of them are sent again every two seconds
LANES: Mapping[str, tuple[str, ...]] = {"LSTM": ("f", "i", "g", "o", "c"), "GRU": ("r", "z", "n"), "RNN": ()}
FIRST_LANES: Mapping[str, tuple[str, ...]] = {"LSTM": ("f", "c"), "GRU": ("z",), "RNN": ()}

Floats = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Sight:
    """One sentence through one checkpoint, as the browser gets it.

    Attributes:
        lanes: gate or state of the top layer → (T, H).
        best: (T, k) the likeliest answers' places among the classes. p: (T, k) their probabilities.
    """

    lanes: Mapping[str, Floats]
    best: NDArray[np.int64]
    p: Floats


def first_sentence(run: Followed) -> str:
    """The example without what is put behind every text."""
    example, unit, suffix = str(run.about.get("example", "")), run.about.get("unit"), tuple(run.about["suffix"])
    behind = spaced(("", *suffix)) if unit == "words" else "".join(suffix)
    return example.removesuffix(behind) if suffix else example


def typed_text(run: Followed, model: StoredModel, text: str) -> Typed:
    """What this run's network reads of a text.

    Raises:
        Refusal: nothing, too much, or a token that it does not know.
    """
    assert model.vocabulary is not None
    try:
        return read_typed(
            text, model.notes.unit, model.vocabulary, tuple(run.about["suffix"]), bool(run.about["lower"]), TOKENS
        )
    except ValueError as refusal:
        raise Refusal(f"{str(refusal)[:1].upper()}{str(refusal)[1:]}.") from None


def numbers_each(typed: Typed, model: StoredModel, lanes: Sequence[str]) -> int:
    """How many numbers one checkpoint sends: its hidden states, the lanes beside them, the answers."""
    return len(typed.tokens) * (model.hidden_size * (1 + len(lanes)) + 2 * TOP)


def checkpoints_shown(updates: Sequence[int], each: int, bound: int = MOST_NUMBERS) -> tuple[int, ...]:
    """Those of the kept checkpoints that fit the bound, the first and the last among them.

    Raises:
        Refusal: not even these two do.
    """
    if 2 * each > MOST_NUMBERS:
        raise Refusal(
            f"One checkpoint of this text is {each:,} numbers, and {MOST_NUMBERS // 2:,} are shown at most: take fewer "
            "lanes or a shorter text."
        )
    most = max(2, bound // each)
    shown = list(updates)
    while len(shown) > most:
        shown.remove(least_missed(shown))
    return tuple(shown)


def sight_at(service: Service, run_id: str, update: int, file: bytes, ids: Sequence[int]) -> Sight:
    """What one checkpoint makes of a sentence.

    Raises:
        KeyError: it is not kept any more.
    """
    model = read_model(file_at(file, service.checkpoint(run_id, update)))
    return sight(model, ids)


def sight(model: StoredModel, ids: Sequence[int]) -> Sight:
    """What the top layer of a model makes of a sentence."""
    trace = model.trace(np.asarray(ids, dtype=np.int64), model.layers - 1)
    states = {"h": trace.hidden[1:]} | ({} if trace.cell is None else {"c": trace.cell[1:]})
    assert trace.outputs is not None
    p = softmax(np.asarray(trace.outputs))  # (T, K)
    best = np.argsort(-p, axis=1, kind="stable")[:, :TOP]  # (T, k)
    with np.errstate(over="ignore"):
        lanes = {name: np.asarray(values, np.float32) for name, values in ({**trace.gates, **states}).items()}
    return Sight(lanes, best, np.take_along_axis(p, best, axis=1).astype(np.float32))


def inside_data(
    run: Followed, model: StoredModel, typed: Typed, sights: Mapping[int, Sight], lanes: Sequence[str]
) -> dict[str, object]:
    """What the browser steps through: update by update, token by token. Tables are (checkpoints · T, columns)."""
    every = [sights[update] for update in sights]
    names = class_names(model)
    used = sorted({int(place) for one in every for place in one.best.ravel()})
    known = {place: n for n, place in enumerate(used)}

    def stacked(name: str) -> NDArray[np.float64]:
        return np.concatenate([one.lanes[name] for one in every]).astype(float)

    shown = [name for name in GATES[model.kind] if name in lanes]
    drawn = [gate_lane(name, stacked(name), f"{name}_{{@}}") for name in shown]
    for name in ("c", "h"):
        if name == "h" or (name in lanes and model.kind == "LSTM"):
            values = stacked(name)
            drawn.append(state_lane(name, np.vstack([np.zeros(values.shape[1]), values]), f"{name}_{{@}}"))
    return {
        "run": run.run_id,
        "name": run.name,
        "cell": model.kind,
        "H": model.hidden_size,
        "kind": run.about.get("kind"),
        "unit": model.notes.unit,
        "tokens": [visible(token) for token in typed.tokens],
        "unknown": [place for place, token in enumerate(typed.tokens) if token in typed.unknown],
        "asked": first_asked(len(typed.tokens), str(run.about.get("kind")), int(run.about.get("asked", 0))),
        "updates": list(sights),
        "lanes": drawn,
        "classes": [names[place] for place in used],
        "best": packed(np.array([[known[int(k)] for k in row] for one in every for row in one.best], float)),
        "p": packed(np.concatenate([one.p for one in every])),
        "live": run.live,
    }
