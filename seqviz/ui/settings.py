"""Everything a reader can choose on /unrolled, with its bounds: one typed object, the same as the address bar."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from seqviz.text import Unit

STEP_LIMIT = 32  # tokens that can be stepped through
TEXT_LIMIT = 2000  # tokens that the heatmap takes
CHARACTER_LIMIT = 20_000  # for a few tokens can be made of very many characters
ADDRESS_LIMIT = 8000  # characters of each text that a link carries; of what is longer the page says so
HIDDEN_SIZES = (1, 8)
SEEDS = (0, 9999)
SCALES = (0.0, 3.0)
RATE = 0.1  # η to begin with
RATE_LIMIT = 10.0  # η lies above 0 and up to this
UPDATE_LIMIT = 1000  # updates in all; 2 ms each at 32 steps and 8 units
WEIGHT_LIMIT = 1000.0  # typed weights lie within ± this, so that 32 steps of any activation stay finite

TARGETS: Mapping[str, str] = MappingProxyType(
    {
        "next": "next token",
        "open": "next token, last open",
        "markers": "next token, sos to eos",
        "typed": "typed",
    }
)


# updates in the order in which they were made: how many in a row, with which learning rate
Updates = tuple[tuple[int, float], ...]

# (parameter, row, column) → value; a row or column is a unit's number from 0, or a token
Typed = Mapping[tuple[str, int | str, int | str], float]


class Refusal(ValueError):
    """What was asked cannot be shown; the message is one plain sentence for the reader, with value and bound."""


@dataclass(frozen=True)
class Settings:
    """One experiment on /unrolled.

    Attributes:
        text, unit, lower: what is read and how it is cut into tokens.
        targets: a key of TARGETS; typed_targets: the targets' text where that key is "typed".
        hidden: number of hidden units; activation: g; loss: as in `seqviz.recurrent.step_losses`.
        start: "random" or "identity"; seed, scale: for the drawn weights.
        typed: (parameter, row, column or token) → value typed over the drawn weight.
        updates: gradient descent from those weights on.
        notation: whose letters are shown.
    """

    text: str = "hello"
    unit: Unit = "characters"
    lower: bool = False
    targets: str = "next"
    typed_targets: str = ""
    hidden: int = 4
    activation: str = "tanh"
    loss: str = "cross_entropy"
    start: str = "random"
    seed: int = 0
    scale: float = 0.7
    typed: Typed = field(default_factory=dict)
    updates: Updates = ()
    notation: str = "A"


PRESETS: Mapping[str, Mapping[str, object]] = MappingProxyType(
    {
        "hello": {"text": "hello", "unit": "characters", "targets": "next", "lower": False},
        "NAMASTE": {"text": "NAMASTE", "unit": "characters", "targets": "open", "lower": False},
        "a sentence": {
            "text": "the stars shine in the night sky",
            "unit": "words",
            "targets": "next",
            "lower": True,
        },
    }
)
