"""A small recurrent network with its words: ids → embedding → RNN, LSTM or GRU → read-out; saved as safetensors."""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass
from pathlib import Path

import safetensors.torch
from safetensors import SafetensorError, safe_open
from torch import Tensor, nn

from seqviz.learning.limits import check_choice

CELLS: dict[str, type[nn.RNN | nn.LSTM | nn.GRU]] = {"RNN": nn.RNN, "LSTM": nn.LSTM, "GRU": nn.GRU}
LISTS = ("vocabulary", "classes")
TEXTS = ("unit", "example")


class SequenceModel(nn.Module):
    """V tokens, each a vector of E numbers; H hidden units of one cell; K classes read out at every step.

    Raises:
        ValueError: an unknown cell.
    """

    def __init__(self, cell: str, tokens: int, embedding: int, hidden: int, classes: int) -> None:
        super().__init__()
        check_choice("cell", cell, tuple(CELLS))
        self.cell = cell
        self.embedding = nn.Embedding(tokens, embedding)
        self.rnn = CELLS[cell](embedding, hidden, batch_first=True)
        self.head = nn.Linear(hidden, classes)

    def forward(self, ids: Tensor) -> Tensor:
        """(B, T) ids → (B, T, K) logits, from the start state 0."""
        states, _ = self.rnn(self.embedding(ids))  # (B, T, H)
        logits: Tensor = self.head(states)
        return logits

    @property
    def parameter_count(self) -> int:
        """How many numbers the training sets."""
        return sum(parameter.numel() for parameter in self.parameters())


@dataclass(frozen=True)
class Notes:
    """What a file says about its network.

    Attributes:
        unit: how its text is cut, "words" or "characters".
        vocabulary: the V tokens in the order of their ids.
        classes: the K names in the order of the logits.
        example: a text that shows it.
        card: how it came to be, and how good it is.
    """

    unit: str
    vocabulary: tuple[str, ...]
    classes: tuple[str, ...]
    example: str
    card: dict[str, object]


def save(path: Path, model: SequenceModel, notes: Notes) -> None:
    """Write the network and its notes; float32, under the names of its state_dict."""
    tensors = {name: tensor.detach().float().contiguous() for name, tensor in model.state_dict().items()}
    metadata = {
        "cell": model.cell,
        **({"nonlinearity": "tanh"} if model.cell == "RNN" else {}),
        "unit": notes.unit,
        "vocabulary": json.dumps(notes.vocabulary, ensure_ascii=False),
        "classes": json.dumps(notes.classes, ensure_ascii=False),
        "example": notes.example,
        "card": json.dumps(notes.card, ensure_ascii=False),
    }
    path.write_bytes(with_sorted_header(safetensors.torch.save(tensors, metadata)))


def with_sorted_header(data: bytes) -> bytes:
    """The same safetensors file with the names in its header in order: the library writes them in any.

    So the same network gives the same bytes. The header is JSON behind its length, filled up with spaces to a multiple
    of 8 bytes (the format's description in safetensors' README).
    """
    (length,) = struct.unpack("<Q", data[:8])
    header = json.dumps(json.loads(data[8 : 8 + length]), sort_keys=True, ensure_ascii=False).encode()
    header += b" " * (-len(header) % 8)
    return struct.pack("<Q", len(header)) + header + data[8 + length :]


def load(path: Path) -> tuple[SequenceModel, Notes]:
    """The network of a file, and its notes.

    Raises:
        ValueError: the file is no such network, in one sentence that says why.
    """
    try:
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (SafetensorError, OSError) as error:
        raise ValueError(f"{path.name} cannot be read as safetensors: {error}") from error
    notes = _notes(path.name, metadata)
    missing = [name for name in ("embedding.weight", "rnn.weight_hh_l0", "head.weight") if name not in tensors]
    if missing:
        raise ValueError(f"{path.name} has no tensor {missing[0]}")
    tokens, embedding = tensors["embedding.weight"].shape
    model = SequenceModel(
        metadata["cell"], tokens, embedding, tensors["rnn.weight_hh_l0"].shape[1], len(tensors["head.weight"])
    )
    try:
        model.load_state_dict(tensors)
    except RuntimeError as error:
        raise ValueError(f"{path.name} does not fit a network of one {metadata['cell']} layer: {error}") from error
    sizes = {"vocabulary": (len(notes.vocabulary), tokens), "classes": (len(notes.classes), model.head.out_features)}
    for name, (said, found) in sizes.items():
        if said != found:
            raise ValueError(f"{path.name} names {said} {name}, expected {found}, as its tensors have")
    return model.eval(), notes


def _notes(file: str, metadata: dict[str, str]) -> Notes:
    for name in ("cell", *TEXTS, *LISTS, "card"):
        if name not in metadata:
            raise ValueError(f"{file} says nothing of {name}")
    check_choice("cell", metadata["cell"], tuple(CELLS))
    if metadata["cell"] == "RNN" and metadata.get("nonlinearity") != "tanh":
        raise ValueError(f"{file} has nonlinearity {metadata.get('nonlinearity')!r}, expected 'tanh'")
    vocabulary, classes = (tuple(json.loads(metadata[name])) for name in LISTS)
    return Notes(metadata["unit"], vocabulary, classes, metadata["example"], json.loads(metadata["card"]))
