"""What every task gives: sentences with a target under some of their steps, in three splits that share nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, TypeVar, get_args

import numpy as np

from seqviz.text.tokens import Unit
from seqviz.text.vocabulary import Vocabulary

Split = Literal["train", "validation", "test"]
Item = TypeVar("Item")
SPLITS: tuple[Split, ...] = get_args(Split)
WITHOUT_CAPITALS = 0.1
SHARES = {"train": 70, "validation": 15, "test": 15}  # in percent


@dataclass(frozen=True)
class Sample:
    """One sequence of a task.

    Attributes:
        tokens: the T tokens.
        targets: the T classes as their places among the task's classes; NO_TARGET where a step has none.

    Raises:
        ValueError: not one target for each token, or no token at all.
    """

    tokens: tuple[str, ...]
    targets: tuple[int, ...]

    def __post_init__(self) -> None:
        if not self.tokens or len(self.tokens) != len(self.targets):
            raise ValueError(
                f"{len(self.targets)} targets for {len(self.tokens)} tokens, expected one each, at least 1"
            )


class Task(Protocol):
    """A frozen configuration that draws samples: the same generator state, the same sample."""

    @property
    def name(self) -> str:
        """Its short name, also that of its files."""

    @property
    def unit(self) -> Unit:
        """How its text is cut into tokens."""

    @property
    def vocabulary(self) -> Vocabulary:
        """Every token that can occur."""

    @property
    def classes(self) -> tuple[str, ...]:
        """The K names that the targets count from 0."""

    def sample(self, rng: np.random.Generator, split: Split = "train") -> Sample:
        """One sequence of a split."""


def split_of(key: str) -> Split:
    """The one split that this piece of data belongs to, for ever: by a hash of it, in the proportion of SHARES."""
    percent = int.from_bytes(hashlib.blake2b(key.encode(), digest_size=8).digest()) % 100
    if percent < SHARES["train"]:
        return "train"
    return "validation" if percent < SHARES["train"] + SHARES["validation"] else "test"


def check_split(split: str) -> None:
    """`split` is one of SPLITS.

    Raises:
        ValueError: listing them.
    """
    if split not in SPLITS:
        raise ValueError(f"split is {split!r}, expected one of {', '.join(SPLITS)}")


def pick(rng: np.random.Generator, items: Sequence[Item]) -> Item:
    """One of the items, each with the same chance."""
    return items[int(rng.integers(len(items)))]


def as_written(rng: np.random.Generator, tokens: tuple[str, ...]) -> tuple[str, ...]:
    """With capitals where sentences begin, or as some people type, without; so a network learns every word as both."""
    return tokens if rng.random() < WITHOUT_CAPITALS else capitalised(tokens)


def capitalised(tokens: tuple[str, ...]) -> tuple[str, ...]:
    """The first word, and every word after a full stop or an exclamation mark, with a capital letter."""
    before = (".", *tokens)
    return tuple(
        with_capital(token) if last in {".", "!"} else token for last, token in zip(before, tokens, strict=False)
    )


def with_capital(token: str) -> str:
    """The word as it opens a sentence."""
    return token[:1].upper() + token[1:]
