"""What a model file says about itself in words: its cell, its tokens, its classes, its card.

Everything here was written by somebody else and is shown to readers, so every length and kind is checked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, get_args

from seqviz.recurrent.tensors import ModelFileError, quoted, read_json
from seqviz.text.tokens import Unit
from seqviz.text.vocabulary import Vocabulary

VOCABULARY_LIMIT = 50_000  # tokens
TOKEN_LIMIT = 100  # characters of a token or of the name of a class
TEXT_LIMIT = 10_000  # characters of the example, and of the card
CELLS = ("RNN", "LSTM", "GRU")
NONLINEARITIES = ("tanh", "relu")


@dataclass(frozen=True, eq=False)
class Notes:
    """The metadata of a model file, checked.

    Attributes:
        cell: "RNN", "LSTM" or "GRU", or None where the file does not say.
        nonlinearity: of an RNN, "tanh" or "relu".
        unit: what a token is, "words" or "characters".
        vocabulary: the tokens by id, or None where the file does not say.
        classes: the names of the K outputs; empty where the file does not say.
        example: a text to begin with; may be empty.
        card: where the model comes from, what it was trained on, how good it is; may be empty.
    """

    cell: str | None = None
    nonlinearity: str = "tanh"
    unit: Unit = "words"
    vocabulary: Vocabulary | None = None
    classes: tuple[str, ...] = ()
    example: str = ""
    card: Mapping[str, Any] = field(default_factory=dict)


def read_notes(metadata: Mapping[str, str]) -> Notes:
    """Raises ModelFileError where an entry is not what it claims to be. Entries of other names are passed over."""
    card = read_json(_text(metadata, "card"), "The metadata's card") if metadata.get("card") else {}
    if not isinstance(card, dict):
        raise ModelFileError("The metadata's card is not a JSON object, name → value.")
    tokens = _names(metadata, "vocabulary", VOCABULARY_LIMIT)
    return Notes(
        cell=_one_of(metadata, "cell", CELLS),
        nonlinearity=_one_of(metadata, "nonlinearity", NONLINEARITIES) or "tanh",
        unit="characters" if _one_of(metadata, "unit", get_args(Unit)) == "characters" else "words",
        vocabulary=Vocabulary(tokens) if tokens else None,
        classes=_names(metadata, "classes", VOCABULARY_LIMIT),
        example=_text(metadata, "example"),
        card=card,
    )


def _one_of(metadata: Mapping[str, str], name: str, choices: tuple[str, ...]) -> str | None:
    value = metadata.get(name)
    if value is not None and value not in choices:
        raise ModelFileError(f"The metadata's {name} is {quoted(value)}, expected one of {', '.join(choices)}.")
    return value


def _text(metadata: Mapping[str, str], name: str) -> str:
    value = metadata.get(name, "")
    if len(value) > TEXT_LIMIT:
        raise ModelFileError(f"The metadata's {name} has {len(value):,} characters, expected at most {TEXT_LIMIT:,}.")
    return value


def _names(metadata: Mapping[str, str], name: str, limit: int) -> tuple[str, ...]:
    """The JSON list `name`: different texts, none of them empty or long; () where there is no such entry."""
    if name not in metadata:
        return ()
    values = read_json(metadata[name], f"The metadata's {name}")
    if not isinstance(values, list) or not values or not all(isinstance(value, str) for value in values):
        raise ModelFileError(f"The metadata's {name} is not a JSON list of texts.")
    if len(values) > limit:
        raise ModelFileError(f"The metadata's {name} has {len(values):,} entries, expected at most {limit:,}.")
    first: dict[str, int] = {}
    for place, value in enumerate(values):
        if not 1 <= len(value) <= TOKEN_LIMIT:
            raise ModelFileError(
                f"Entry {place} of the metadata's {name} has {len(value):,} characters, expected 1 to {TOKEN_LIMIT}."
            )
        if first.setdefault(value, place) != place:
            raise ModelFileError(
                f"The metadata's {name} has {quoted(value)} twice, as entries {first[value]} and {place}."
            )
    return tuple(values)
