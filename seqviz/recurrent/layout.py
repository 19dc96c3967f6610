"""Which of a file's arrays is what: PyTorch's names and shapes → one checked layout of a recurrent model.

PyTorch's names are `weight_ih_l0`, `weight_hh_l0`, `bias_ih_l0`, `bias_hh_l0`, then `_l1` … for more layers and
`_reverse` for the second direction, behind any common prefix such as `rnn.`. Before them may stand `embedding.weight`
(V, E), behind them `head.weight` (K, H, or 2H after two directions) and `head.bias` (K,). Common other names of those
two are taken too, such as `embed` and `fc`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from seqviz.records import Array
from seqviz.recurrent.cell import Head
from seqviz.recurrent.metadata import VOCABULARY_LIMIT
from seqviz.recurrent.tensors import ModelFileError, quoted

UNIT_LIMIT = 256
OUTPUT_LIMIT = 2000  # 2,000 tokens of as many are 32 MB of probabilities
LAYER_LIMIT = 4
OUTPUT_LIMIT = 2000  # 2,000 tokens of as many are 32 MB of probabilities

KINDS = {1: "RNN", 4: "LSTM", 3: "GRU"}  # how many gates are stacked in weight_ih → the cell
EXPECTED = (
    "expected PyTorch's weight_ih_l0 and weight_hh_l0 behind one common prefix, their biases, _l1 … and _reverse, and "
    "embedding.weight, head.weight and head.bias"
)
_PLAIN = ("embedding.weight", "head.weight", "head.bias")
# what people call the same two layers
_ALSO = {
    **dict.fromkeys(("embed", "emb", "embeddings", "encoder"), "embedding"),
    **dict.fromkeys(("fc", "linear", "out", "output", "decoder", "classifier"), "head"),
}
_RECURRENT = re.compile(r"(.*?)((?:weight|bias)_(?:ih|hh))_l(0|[1-9][0-9]{0,2})(_reverse)?")


@dataclass(frozen=True, eq=False)
class Layout:
    """Arrays that fit together.

    Attributes:
        kind: "RNN", "LSTM" or "GRU".
        layers, directions: 1 to LAYER_LIMIT, and 1 or 2.
        weights: PyTorch's names without a prefix → arrays, e.g. "weight_ih_l0" (G·H, D).
        embedding: (V, E), or None for one-hot inputs.
        head: K outputs from H hidden units (2H after two directions), or None.
        parameters: how many trained numbers there are.
    """

    kind: str
    layers: int
    directions: int
    weights: Mapping[str, Array]
    embedding: Array | None
    head: Head | None
    parameters: int


def lay_out(arrays: Mapping[str, Array]) -> Layout:
    """Raises ModelFileError where a name is not known, an array is missing or shapes do not fit together."""
    weights, others = _sorted_out(arrays)
    layers, directions = _extent(weights)
    kind, units = _kind(weights)
    below = _input_size(weights, others.get("embedding.weight"))
    for layer in range(layers):
        for end in ("", "_reverse")[:directions]:
            _check_layer(weights, f"_l{layer}{end}", kind, units, below)
        below = units * directions
    embedding, head = others.get("embedding.weight"), _head(others, below)
    return Layout(kind, layers, directions, weights, embedding, head, sum(array.size for array in arrays.values()))


def _sorted_out(arrays: Mapping[str, Array]) -> tuple[Mapping[str, Array], dict[str, Array]]:
    """(the recurrent weights without a prefix, the others); what is neither is refused."""
    names = list(arrays)
    shared = _shared_prefix(names)
    weights: dict[str, Array] = {}
    others: dict[str, Array] = {}
    prefixes: dict[str, None] = {}
    for name, array in arrays.items():
        inner = name.removeprefix(shared)
        layer, _, kind = inner.rpartition(".")
        plain = f"{_ALSO.get(layer, layer)}.{kind}"
        match = _RECURRENT.fullmatch(inner)
        if match is not None:
            prefixes[match[1]] = None
            weights[f"{match[2]}_l{match[3]}{match[4] or ''}"] = array
        elif plain in _PLAIN and plain not in others:
            others[plain] = array
        else:
            raise ModelFileError(f"The file holds {_listed(names)}; {quoted(name)} has no place here: {EXPECTED}.")
    if len(prefixes) > 1:
        raise ModelFileError(f"The file holds {len(prefixes)} recurrent modules, {_listed(prefixes)}; expected 1.")
    for name in ("weight_ih_l0", "weight_hh_l0"):
        if name not in weights:
            raise ModelFileError(f"The file holds {_listed(names)} but no {name}; {EXPECTED}.")
    return MappingProxyType(weights), others


def _shared_prefix(names: Sequence[str]) -> str:
    """What all names begin with, up to a dot: "model." of model.rnn.… and model.head.…"""
    least, most = min(names), max(names)
    same = next((n for n, (a, b) in enumerate(zip(least, most, strict=False)) if a != b), len(least))
    return least[: least.rfind(".", 0, same) + 1]


def _listed(names: Iterable[str]) -> str:
    every = [quoted(name) for name in names]
    return ", ".join(every[:4]) + (f" and {len(every) - 4} more" if len(every) > 4 else "")


def _extent(weights: Mapping[str, Array]) -> tuple[int, int]:
    """(layers, directions), where all of them are complete."""
    found = [re.fullmatch(r"(\w+_[ih]h)_l(\d+)(_reverse)?", name) for name in weights]
    layers = 1 + max(int(match[2]) for match in found if match)
    directions = 1 + any(match[3] is not None for match in found if match)
    if layers > LAYER_LIMIT:
        raise ModelFileError(f"The model has {layers} layers, expected at most {LAYER_LIMIT}.")
    kinds = sorted({match[1] for match in found if match})
    for layer in range(layers):
        for end in ("", "_reverse")[:directions]:
            for kind in {*kinds, *(["bias_ih", "bias_hh"] if "bias_ih" in kinds or "bias_hh" in kinds else [])}:
                if f"{kind}_l{layer}{end}" not in weights:
                    raise ModelFileError(
                        f"The file holds {_listed(weights)} but no {kind}_l{layer}{end}, which goes with them."
                    )
    return layers, directions


def _kind(weights: Mapping[str, Array]) -> tuple[str, int]:
    """(the cell, H), by how many times H the rows of weight_ih_l0 are."""
    for name in ("weight_ih_l0", "weight_hh_l0"):
        if weights[name].ndim != 2:
            raise ModelFileError(f"{name} has shape {weights[name].shape}, expected two lengths (rows, columns).")
    rows, units = len(weights["weight_ih_l0"]), weights["weight_hh_l0"].shape[1]
    if units > UNIT_LIMIT:
        raise ModelFileError(f"The model has {units:,} units, expected at most {UNIT_LIMIT}.")
    if rows % units or rows // units not in KINDS:
        raise ModelFileError(
            f"weight_ih_l0 has {rows:,} rows and weight_hh_l0 {units:,} columns; expected 1, 3 or 4 times as many rows "
            "(RNN, GRU, LSTM)."
        )
    return KINDS[rows // units], units


def _input_size(weights: Mapping[str, Array], embedding: Array | None) -> int:
    width = int(weights["weight_ih_l0"].shape[1])
    if embedding is not None and (embedding.ndim != 2 or embedding.shape[1] != width):
        raise ModelFileError(
            f"embedding.weight has shape {embedding.shape}, but weight_ih_l0 reads {width:,} numbers a token: expected "
            f"(V, {width})."
        )
    tokens = width if embedding is None else len(embedding)
    if tokens > VOCABULARY_LIMIT:
        raise ModelFileError(f"The model tells {tokens:,} tokens apart, expected at most {VOCABULARY_LIMIT:,}.")
    return width


def _check_layer(weights: Mapping[str, Array], suffix: str, kind: str, units: int, below: int) -> None:
    rows = next(gates for gates, name in KINDS.items() if name == kind) * units
    wanted = {"weight_ih": (rows, below), "weight_hh": (rows, units), "bias_ih": (rows,), "bias_hh": (rows,)}
    for name, shape in wanted.items():
        array = weights.get(name + suffix)
        if array is not None and array.shape != shape:
            raise ModelFileError(f"{name}{suffix} has shape {array.shape}, expected {shape} in this {kind}.")


def _head(others: Mapping[str, Array], reads: int) -> Head | None:
    weight, bias = others.get("head.weight"), others.get("head.bias")
    if weight is None:
        if bias is not None:
            raise ModelFileError("The file holds head.bias but no head.weight, which goes with it.")
        return None
    if weight.ndim != 2 or weight.shape[1] != reads:
        raise ModelFileError(f"head.weight has shape {weight.shape}, expected (K, {reads}): it reads the last state.")
    if len(weight) > OUTPUT_LIMIT:
        raise ModelFileError(f"head.weight has {len(weight):,} outputs, expected at most {OUTPUT_LIMIT:,}.")
    if bias is not None and bias.shape != weight.shape[:1]:
        raise ModelFileError(f"head.bias has shape {bias.shape}, expected {weight.shape[:1]}, as head.weight has rows.")
    return Head(weight, np.zeros(len(weight)) if bias is None else bias)
