"""Small networks made in a test, as files and as torch modules: the two sides of a comparison."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import safetensors.torch
import torch

from seqviz.recurrent.stored import StoredModel, read_model

KINDS = {"RNN": torch.nn.RNN, "LSTM": torch.nn.LSTM, "GRU": torch.nn.GRU}
WORDS = ("<unk>", "the", "film", "was", "not", "good", "bad", ".")


class Network(torch.nn.Module):
    """Embedding → one recurrent layer → linear, in float64 so that nothing is lost on the way through a file."""

    def __init__(self, kind: str, vocabulary: int, embedding: int, hidden: int, classes: int, **options: Any) -> None:
        super().__init__()
        self.embedding = torch.nn.Embedding(vocabulary, embedding)
        self.rnn = KINDS[kind](embedding, hidden, batch_first=True, **options)
        self.head = torch.nn.Linear(hidden * (2 if options.get("bidirectional") else 1), classes)


@dataclass(frozen=True)
class Pair:
    """One network twice: as its author has it, and as read from its file."""

    module: Network
    stored: StoredModel
    data: bytes


def pair(
    kind: str,
    *,
    tokens: Sequence[str] = WORDS,
    classes: Sequence[str] = ("negative", "positive"),
    hidden: int = 5,
    embedding: int = 3,
    seed: int = 0,
    unit: str = "words",
    example: str = "the film was good .",
    scale: float = 2.0,
    nonlinearity: str | None = None,
    **options: Any,
) -> Pair:
    """A network with weights large enough that its gates open and close."""
    torch.manual_seed(seed)
    if nonlinearity is not None:
        options["nonlinearity"] = nonlinearity
    module = Network(kind, len(tokens), embedding, hidden, len(classes), **options).double()
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.mul_(scale)
    about = {
        "cell": kind,
        "unit": unit,
        "vocabulary": json.dumps(list(tokens)),
        "classes": json.dumps(list(classes)),
        "example": example,
        **({"nonlinearity": nonlinearity} if nonlinearity else {}),
    }
    data = safetensors.torch.save({name: value.contiguous() for name, value in module.state_dict().items()}, about)
    return Pair(module, read_model(data), data)


def ids_of(text: str, tokens: Sequence[str] = WORDS) -> torch.Tensor:
    """(T,) the ids of a text cut at spaces; <unk> for what is not among the tokens."""
    return torch.tensor([tokens.index(word) if word in tokens else 0 for word in text.split()])
