"""A vocabulary numbers its tokens: ids, one-hot rows and bags of words (decks B, C, D)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from seqviz.records import Array

Ids = NDArray[np.int64]
Order = Literal["appearance", "sorted", "lecture"]
Unknown = Literal["error", "unk"]

SOS, EOS, PAD, UNKNOWN = "<sos>", "<eos>", "<pad>", "<unk>"
LECTURE_MARKERS = (SOS, EOS, PAD)


@dataclass(frozen=True)
class Vocabulary:
    """V different tokens; a token's id is its place among them, from 0 (deck B counts from 1).

    Attributes:
        tokens: the V tokens, in the order of their ids.

    Raises:
        ValueError: a token stands there twice.
    """

    tokens: tuple[str, ...]
    _index: dict[str, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        tokens = tuple(self.tokens)
        index: dict[str, int] = {}
        for place, token in enumerate(tokens):
            if index.setdefault(token, place) != place:
                raise ValueError(f"token {token!r} has two ids, {index[token]} and {place}; expected one")
        object.__setattr__(self, "tokens", tokens)
        object.__setattr__(self, "_index", index)

    @classmethod
    def of(
        cls,
        tokens: Iterable[str],
        markers: Iterable[str] = (),
        order: Order = "appearance",
    ) -> Vocabulary:
        """The vocabulary of a text: the markers first, in their order, then every other token once.

        order: "appearance" as the tokens first appear; "sorted" by code point; "lecture" as deck B numbers
            them, <sos>, <eos> and <pad> before any further marker, then as the tokens first appear.

        Raises:
            ValueError: `order` is unknown, or a marker is given twice.
        """
        if order not in get_args(Order):
            raise ValueError(f"order is {order!r}, expected one of {', '.join(get_args(Order))}")
        first = tuple(markers)
        if order == "lecture":
            first = LECTURE_MARKERS + tuple(marker for marker in first if marker not in LECTURE_MARKERS)
        taken = set(first)
        rest = [token for token in dict.fromkeys(tokens) if token not in taken]
        return cls((*first, *(sorted(rest) if order == "sorted" else rest)))

    @property
    def size(self) -> int:
        """V, the number of tokens."""
        return len(self.tokens)

    def __contains__(self, token: object) -> bool:
        return token in self._index

    def id(self, token: str, unknown: Unknown = "error") -> int:
        """The id of one token; see `ids`."""
        if unknown not in get_args(Unknown):
            raise ValueError(f"unknown is {unknown!r}, expected one of {', '.join(get_args(Unknown))}")
        if token in self._index:
            return self._index[token]
        if unknown == "unk" and UNKNOWN in self._index:
            return self._index[UNKNOWN]
        without = f", and neither is {UNKNOWN}" if unknown == "unk" else ""
        raise ValueError(f"token {token!r} is not among the {self.size} of the vocabulary{without}")

    def ids(self, tokens: Iterable[str], unknown: Unknown = "error") -> Ids:
        """(T,) the ids of T tokens; one not in the vocabulary is refused, or with "unk" becomes <unk>.

        Raises:
            ValueError: an unknown token, by name, where it is not to become <unk> or <unk> has no id.
        """
        return np.array([self.id(token, unknown) for token in tokens], dtype=np.int64)

    def token(self, id: int) -> str:
        """The token with this id.

        Raises:
            ValueError: there is no such id; a negative one does not count from the end.
        """
        if not 0 <= id < self.size:
            raise ValueError(f"id is {id}, expected 0 to {self.size - 1}")
        return self.tokens[id]

    def one_hot(self, ids: ArrayLike) -> Array:
        """(T,) ids → (T, V), row t all 0 but for a 1 at ids[t]; a batch (B, T) becomes (B, T, V).

        Raises:
            ValueError: an id that no token has, or ids that are not whole numbers.
        """
        places = self._checked(ids)
        rows: Array = np.zeros((*places.shape, self.size))
        np.put_along_axis(rows, places[..., np.newaxis], 1.0, axis=-1)
        return rows

    def bag_of_words(self, ids: ArrayLike) -> Ids:
        """(T,) ids → (V,) how often each token stands there; the order of the ids is lost.

        Raises:
            ValueError: as `one_hot`, or ids that are not one sequence.
        """
        places = self._checked(ids)
        if places.ndim != 1:
            raise ValueError(f"ids has shape {places.shape}, expected one sequence (T,)")
        counts: Ids = np.bincount(places, minlength=self.size).astype(np.int64)
        return counts

    def _checked(self, ids: ArrayLike) -> Ids:
        given = np.asarray(ids)
        if given.size and not np.issubdtype(given.dtype, np.integer):
            raise ValueError(f"ids are {given.dtype}, expected whole numbers")
        outside = given[(given < 0) | (given >= self.size)]
        if outside.size:
            raise ValueError(f"id is {outside[0]}, expected 0 to {self.size - 1}")
        return given.astype(np.int64)
