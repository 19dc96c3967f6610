"""Everything that decides a training, as plain values that can be written down, sent and read again."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields

from seqviz.learning.limits import Limits, check_choice, check_numbers

CELLS = ("RNN", "LSTM", "GRU")
TASKS = ("characters", "words", "reviews", "country", "tags", "copy", "adding", "numbers")
SOURCES = {
    "characters": ("phrases", "python", "own"),
    "words": ("phrases", "own"),
    "reviews": ("phrases", "own"),
}
NONLINEARITIES = ("tanh", "relu")
INITIALISATIONS = ("torch", "orthogonal", "identity", "xavier")
OPTIMISERS = ("SGD", "momentum", "RMSprop", "Adam", "AdamW")
SCHEDULES = ("constant", "linear", "cosine")
CLIPPINGS = ("none", "norm", "value")
DEVICES = ("cpu", "cuda", "mps")
CONTENT_LIMIT = 5_000_000  # bytes, as UTF-8

LIMITS: Limits = {
    "embedding": (1, 256),
    "hidden": (1, 512),
    "layers": (1, 4),
    "dropout": (0.0, 0.9),
    "forget_bias": (-5.0, 5.0),
    "learning_rate": (1e-6, 10.0),
    "weight_decay": (0.0, 1.0),
    "batch": (1, 512),
    "length": (4, 1000),
    "clip_threshold": (1e-3, 1e3),
    "updates": (1, 100_000),
    "validate_every": (1, 100_000),
    "measure_every": (1, 100_000),
    "examples": (16, 50_000),
    "held_out": (16, 5_000),
    "seed": (0, 2**32 - 1),
}
CHOICES = {
    "task": TASKS,
    "cell": CELLS,
    "nonlinearity": NONLINEARITIES,
    "initialisation": INITIALISATIONS,
    "optimiser": OPTIMISERS,
    "schedule": SCHEDULES,
    "clipping": CLIPPINGS,
    "device": DEVICES,
}


@dataclass(frozen=True)
class TrainingConfig:
    """One training.

    Attributes:
        task: one of TASKS. source: where its data comes from, one of SOURCES[task]; "phrases" where there is no choice.
        content: with the source "own", the text, or for "reviews" a CSV with a text and a label in each row.
        length: how many steps: of a text's window, of the adding problem; the delay of the copy problem; the longest
            gap of "country". The others have the lengths of their sentences.
        examples: how many training sequences are drawn. held_out: how many for each validation. A language model takes
            its windows anywhere in the training text, and validates on at most held_out windows.
        cell, embedding, hidden, layers, nonlinearity (of RNN): the network. dropout: on what enters and leaves a layer.
        initialisation: of the recurrent matrices: "torch" leaves PyTorch's own. forget_bias: what an LSTM's forget
            gates have as their bias beyond what is drawn.
        optimiser, learning_rate, weight_decay; schedule: how the learning rate falls over all updates.
        batch: sequences an update. window: of truncated backpropagation through time, None for the whole sequence.
        clipping: "none", "norm" or "value", at clip_threshold.
        updates: the budget. validate_every: updates between two looks at held-out data; the last is always looked at.
        measure_every: updates between two measurements of the norms by step and by parameter; the first is measured.
        seed: of everything drawn. device: "cpu", or "cuda" or "mps" where there is one.

    Raises:
        ValueError: a value that is not allowed, with the bound.
    """

    task: str = "characters"
    source: str = "phrases"
    content: str = ""
    length: int = 64
    examples: int = 4000
    held_out: int = 256
    cell: str = "LSTM"
    embedding: int = 16
    hidden: int = 64
    layers: int = 1
    dropout: float = 0.0
    nonlinearity: str = "tanh"
    initialisation: str = "torch"
    forget_bias: float = 0.0
    optimiser: str = "Adam"
    learning_rate: float = 0.003
    schedule: str = "constant"
    weight_decay: float = 0.0
    batch: int = 32
    window: int | None = None
    clipping: str = "norm"
    clip_threshold: float = 1.0
    updates: int = 2000
    validate_every: int = 100
    measure_every: int = 50
    seed: int = 0
    device: str = "cpu"

    def __post_init__(self) -> None:
        for name, choices in CHOICES.items():
            check_choice(name, getattr(self, name), choices)
        check_choice(f"source of {self.task}", self.source, SOURCES.get(self.task, ("phrases",)))
        check_numbers(self, LIMITS)
        if self.window is not None:
            check_numbers(self, {"window": (1, 1000)})
        if not isinstance(self.content, str):
            raise ValueError(f"content is {type(self.content).__name__}, expected text")
        if self.source == "own" and not self.content.strip():
            raise ValueError("content is empty, expected a text of your own for the source 'own'")
        if self.source != "own" and self.content:
            raise ValueError(f"content is given for the source {self.source!r}, expected the source 'own'")
        try:
            size = len(self.content.encode())
        except UnicodeEncodeError as error:
            half = ascii(self.content[error.start])
            raise ValueError(f"content holds {half} at {error.start}, half a character, expected whole ones") from None
        if size > CONTENT_LIMIT:
            raise ValueError(f"content has {size:,} bytes, expected at most {CONTENT_LIMIT:,}")

    def to_json(self) -> str:
        """The same as text; `from_json` gives an equal config back."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> TrainingConfig:
        """The config that a text says; what it does not name stays as it is by default.

        Raises:
            ValueError: no JSON object, an unknown name or a value out of range.
        """
        try:
            given = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise ValueError(f"the configuration is no JSON: {error}") from error
        if not isinstance(given, dict):
            raise ValueError(f"the configuration is a JSON {type(given).__name__}, expected an object")
        names = [field.name for field in fields(cls)]
        for name in given:
            check_choice("a setting", name, names)
        return cls(**given)
