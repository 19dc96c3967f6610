"""A small trained model from the bytes of a .safetensors file → paper cells and traces, without torch.

What the file holds is laid out in `seqviz.recurrent.layout`, what it says of itself in `seqviz.recurrent.metadata`. A
file without an embedding is fed one-hot vectors.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from seqviz.records import Array, CellTrace
from seqviz.recurrent.cell import split_gates
from seqviz.recurrent.changes import Changes
from seqviz.recurrent.elman import Elman
from seqviz.recurrent.gru import GATES as GRU_GATES
from seqviz.recurrent.gru import GRU
from seqviz.recurrent.layout import Layout, lay_out
from seqviz.recurrent.lstm import GATES as LSTM_GATES
from seqviz.recurrent.lstm import LSTM
from seqviz.recurrent.metadata import Notes, read_notes
from seqviz.recurrent.tensors import ModelFileError, read_tensors
from seqviz.recurrent.unroll import unroll
from seqviz.text.vocabulary import UNKNOWN, Ids, Vocabulary

INPUT_LIMIT = 4_000_000  # numbers in one (T, D) input: 2,000 tokens of a one-hot vocabulary of 2,000
NO_TOKEN = -1  # the id of a token that the vocabulary lacks: an all-zero input vector


class Numbered(NamedTuple):
    """Tokens as a model reads them: ids (T,), and (T,) which of them its vocabulary lacks."""

    ids: Ids
    unknown: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class StoredModel(Layout):
    """A trained model: an embedding or one-hot inputs, recurrent layers, a read-out. Its arrays are `Layout`'s.

    Attributes:
        notes: what the file's metadata says; `notes.vocabulary` has exactly V tokens, `notes.classes` K names.
        dtypes: how the numbers were stored, e.g. ("F32",); here they are float64.
    """

    notes: Notes
    dtypes: tuple[str, ...]

    @property
    def hidden_size(self) -> int:
        """H, the units of one layer in one direction."""
        return int(self.weights["weight_hh_l0"].shape[1])

    @property
    def vocabulary_size(self) -> int:
        """V, how many different tokens the model can tell apart."""
        return int(self.weights["weight_ih_l0"].shape[1] if self.embedding is None else len(self.embedding))

    @property
    def vocabulary(self) -> Vocabulary | None:
        """The tokens by id, where the file names them."""
        return self.notes.vocabulary

    def numbered(self, tokens: Iterable[str]) -> Numbered:
        """The ids of T tokens.

        With a vocabulary, a token that it lacks becomes <unk> where there is one, else NO_TOKEN, an all-zero vector;
        either way it is marked as unknown. Without one, tokens get the ids 0, 1, … in the order in which they
        appear: the weights are the model's, but what each row once stood for is not known.

        Raises:
            ValueError: no vocabulary, and more different tokens than the model can tell apart.
        """
        words = list(tokens)
        if self.vocabulary is None:
            order = {token: place for place, token in enumerate(dict.fromkeys(words))}
            if len(order) > self.vocabulary_size:
                raise ValueError(
                    f"the text has {len(order):,} different tokens, expected at most {self.vocabulary_size:,}, "
                    "as many as the model can tell apart"
                )
            return Numbered(np.array([order[word] for word in words], dtype=np.int64), np.zeros(len(words), dtype=bool))
        unknown = np.array([word not in self.vocabulary for word in words], dtype=bool)
        stand_in = self.vocabulary.id(UNKNOWN) if UNKNOWN in self.vocabulary else NO_TOKEN
        ids = [stand_in if lacks else self.vocabulary.id(word) for word, lacks in zip(words, unknown, strict=True)]
        return Numbered(np.array(ids, dtype=np.int64), unknown)

    def inputs(self, ids: ArrayLike) -> Array:
        """(T,) ids → (T, D) rows of the embedding, or one-hot rows; all zeros where an id is NO_TOKEN.

        Raises:
            ValueError: ids that no token has, or more than INPUT_LIMIT numbers.
        """
        places = np.asarray(ids)
        if places.ndim != 1 or not len(places) or not np.issubdtype(places.dtype, np.integer):
            raise ValueError(f"ids are {places.dtype} of shape {places.shape}, expected whole numbers (T ≥ 1,)")
        outside = places[(places < NO_TOKEN) | (places >= self.vocabulary_size)]
        if outside.size:
            raise ValueError(f"id is {outside[0]}, expected {NO_TOKEN} (no token) to {self.vocabulary_size - 1}")
        width = self.weights["weight_ih_l0"].shape[1]
        if len(places) * width > INPUT_LIMIT:
            raise ValueError(
                f"{len(places):,} tokens of {width:,} input numbers each are {len(places) * width:,} numbers, "
                f"expected at most {INPUT_LIMIT:,}"
            )
        rows: Array = np.zeros((len(places), width))  # (T, D)
        known = np.flatnonzero(places != NO_TOKEN)
        if self.embedding is None:
            rows[known, places[known]] = 1.0
        else:
            rows[known] = self.embedding[places[known]]
        return rows

    def cell(self, layer: int = 0, reverse: bool = False) -> Elman | LSTM | GRU:
        """One layer in one direction as a cell on paper.

        It carries the head only where that reads this layer's state and nothing else: on the last of the layers of a
        model with one direction. What any other model answers is `outputs`.

        Raises:
            ValueError: there is no such layer or direction.
        """
        if not 0 <= layer < self.layers:
            raise ValueError(f"layer is {layer}, expected 0 to {self.layers - 1}")
        if reverse and self.directions == 1:
            raise ValueError("the model has 1 direction, forward; expected 2 for the reverse one")
        suffix = f"_l{layer}" + "_reverse" * reverse
        W_x, W_h = self.weights[f"weight_ih{suffix}"], self.weights[f"weight_hh{suffix}"]  # (G·H, D), (G·H, H)
        none = np.zeros(len(W_x))
        b_x, b_h = (self.weights.get(f"bias_{side}{suffix}", none) for side in ("ih", "hh"))  # (G·H,) each
        head = self.head if self.directions == 1 and layer == self.layers - 1 else None
        if self.kind == "LSTM":
            return LSTM(
                split_gates(W_x, LSTM_GATES), split_gates(W_h, LSTM_GATES), split_gates(b_x + b_h, LSTM_GATES), head
            )
        if self.kind == "GRU":
            x, h, b, c = (split_gates(array, GRU_GATES) for array in (W_x, W_h, b_x, b_h))
            return GRU(x, h, b, c, head)
        return Elman(W_x, W_h, b_x + b_h, head, self.notes.nonlinearity)

    def trace(self, ids: ArrayLike, layer: int = 0, reverse: bool = False, changes: Changes | None = None) -> CellTrace:
        """Everything one layer computes over T tokens, from a zero start; what lies below it is run first.

        A reverse trace is in the order in which the cell reads: row 1 of `hidden` is after the last token.

        Args:
            ids: (T,) as from `numbered`.
            changes: for this layer and direction alone.
        """
        x = self.inputs(ids)
        for below in range(layer):
            x = self._layer(below, x)
        return self._run(layer, reverse, x, changes)

    def outputs(
        self, ids: ArrayLike, layer: int = 0, reverse: bool = False, changes: Changes | None = None
    ) -> Array | None:
        """(T, K) the head at every token, with `changes` in one layer and direction; None without a head.

        After two directions the head reads both states at that token, [forward, reverse], as a torch.nn.Linear behind
        torch.nn.LSTM(bidirectional=True) does.
        """
        x = self.inputs(ids)
        self.cell(layer, reverse)  # refuses what is not there
        for n in range(self.layers):
            x = self._layer(n, x, reverse, changes if n == layer else None)
        return None if self.head is None else self.head(x)

    def _run(self, layer: int, reverse: bool, x: Array, changes: Changes | None) -> CellTrace:
        return unroll(self.cell(layer, reverse), x[::-1] if reverse else x, changes=changes)

    def _layer(self, layer: int, x: Array, changed: bool = False, changes: Changes | None = None) -> Array:
        """(T, D) → (T, H), or (T, 2H) of both directions, by token; `changes` in the direction `changed`."""
        states = []
        for reverse in (False, True)[: self.directions]:
            hidden = self._run(layer, reverse, x, changes if reverse == changed else None).hidden[1:]  # (T, H)
            states.append(hidden[::-1] if reverse else hidden)
        return np.concatenate(states, axis=1)


def read_model(data: bytes) -> StoredModel:
    """The model in a .safetensors file's bytes.

    Raises:
        ModelFileError: a file that is none, is too large or does not fit together; one sentence with value and bound.
    """
    file = read_tensors(data)
    notes = read_notes(file.metadata)
    model = StoredModel(**vars(lay_out(file.arrays)), notes=notes, dtypes=file.dtypes)
    _check_notes(model)
    return model


def _check_notes(model: StoredModel) -> None:
    """What the metadata says must be what the tensors are."""
    notes = model.notes
    if notes.cell not in (None, model.kind):
        raise ModelFileError(f"The metadata's cell is {notes.cell}, but the weights are those of a {model.kind}.")
    if notes.vocabulary is not None and notes.vocabulary.size != model.vocabulary_size:
        raise ModelFileError(
            f"The metadata's vocabulary has {notes.vocabulary.size:,} tokens, expected {model.vocabulary_size:,}, "
            "as many as the weights have."
        )
    outputs = 0 if model.head is None else len(model.head.bias)
    if notes.classes and len(notes.classes) != outputs:
        raise ModelFileError(
            f"The metadata's classes are {len(notes.classes):,}, expected {outputs:,}, as many as head.weight has rows."
        )
