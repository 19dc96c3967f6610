"""What a config asks to learn, ready to be trained on: data as tensors, names, and answers without a network.

Everything that can be wrong with somebody's data is refused here, before a training starts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch

from seqviz.learning.config import TrainingConfig
from seqviz.learning.data import Examples
from seqviz.learning.guesses import Baseline, for_sums, of_answers, of_text
from seqviz.learning.recipes import UNKNOWN_SHARE
from seqviz.learning.rows import Data, Rows, Stream
from seqviz.learning.sources import check_batch, check_windows, cut_text, drawn, drawn_task, texts, unit_of
from seqviz.recurrent import NO_TARGET
from seqviz.text import UNKNOWN, Unit, Vocabulary
from seqviz.text.reading import labelled
from seqviz.text.tasks import Copying, Labelled, Numerals, Sample, Split, Task, copying, numerals
from seqviz.text.tasks.adding import adding
from seqviz.text.tasks.base import SPLITS

Kind = Literal["next", "steps", "last", "number"]


@dataclass(frozen=True, eq=False)
class Problem:
    """One task with its data.

    Attributes:
        kind: what is answered: the "next" token at every step, a class at the "steps" that have a target or at the
            "last" one, or a "number" at the last.
        unit: how text is cut. vocabulary: what can be read; None where numbers are read.
        classes: the K answers; () for a number.
        parts: split → its data. baselines: what answers without a network reach on the validation part.
        shown: the texts of the validation part, in the order of its rows; () for one long text.
        suffix: what is read behind a typed text before the network has to answer; asked: at how many of the last steps
            it then answers, 0 for its kind's own.
    """

    kind: Kind
    unit: Unit
    vocabulary: Vocabulary | None
    classes: tuple[str, ...]
    parts: dict[Split, Data]
    baselines: tuple[Baseline, ...]
    shown: tuple[tuple[str, ...], ...] = ()
    suffix: tuple[str, ...] = ()
    asked: int = 0

    @property
    def inputs(self) -> int:
        """V tokens, or D numbers a step."""
        return 2 if self.vocabulary is None else self.vocabulary.size

    @property
    def outputs(self) -> int:
        """K, the classes, or 1 for a number."""
        return max(1, len(self.classes))


def problem(config: TrainingConfig, device: torch.device | None = None) -> Problem:
    """The data of a config, on the device.

    Raises:
        ValueError: data that cannot be trained on, in one sentence with the value and the bound.
    """
    at = device or torch.device("cpu")
    if config.task == "adding":
        return sums(config, at)
    if config.task in ("characters", "words"):
        return language(config, at)
    if config.task == "reviews" and config.source == "own":
        own = Labelled.of(labelled(config.content))
        return answers(config, "last", own, own.parts, at)
    task = drawn_task(config.task, config.length)
    counts = {"train": config.examples, "validation": config.held_out, "test": config.held_out}
    samples = {split: drawn(config.task, config.length, split, counts[split], config.seed) for split in SPLITS}
    return answers(config, "last" if config.task in ("reviews", "country") else "steps", task, samples, at)


def answers(
    config: TrainingConfig,
    kind: Kind,
    task: Task | Labelled,
    samples: dict[Split, tuple[Sample, ...]],
    device: torch.device,
) -> Problem:
    """Sentences with targets at some steps; where <unk> is known, a share of the training words becomes it."""
    check_batch(len(samples["train"]), config.batch)
    unknown = UNKNOWN_SHARE if UNKNOWN in task.vocabulary else 0.0
    held_out = samples["validation"][: config.held_out]
    parts: dict[Split, Data] = {
        "train": rows(samples["train"], task.vocabulary, device, unknown, config.seed),
        "validation": rows(held_out, task.vocabulary, device),
        "test": rows(samples["test"][: config.held_out], task.vocabulary, device),
    }
    baselines = of_answers(config.task if config.source != "own" else "own", samples["train"], held_out)
    shown = tuple(sample.tokens for sample in held_out)
    suffix, asked = behind_text(task)
    return Problem(kind, task.unit, task.vocabulary, task.classes, parts, baselines, shown, suffix, asked)


def behind_text(task: Task | Labelled) -> tuple[tuple[str, ...], int]:
    """What asks for the answer behind a typed text, and how many steps answer: for tasks with more out than in."""
    if isinstance(task, Numerals):
        return (numerals.GO, *[numerals.BLANK] * numerals.DIGITS), numerals.DIGITS + 1
    if isinstance(task, Copying):
        blanks = [copying.BLANK] * copying.COPIED
        return (*[copying.BLANK] * (task.delay - 1), copying.GO, *blanks), copying.COPIED
    return (), 0


def rows(
    samples: Sequence[Sample], vocabulary: Vocabulary, device: torch.device, unknown: float = 0.0, seed: int = 0
) -> Rows:
    """The samples as tensors; a word that the vocabulary has not is <unk>."""
    known = [
        Sample(tuple(token if token in vocabulary else UNKNOWN for token in sample.tokens), sample.targets)
        for sample in samples
    ]
    examples = Examples.of(known, vocabulary)
    if unknown:
        rng = np.random.default_rng([seed, *UNKNOWN.encode()])
        examples = examples.with_unknown(unknown, vocabulary.id(UNKNOWN), rng)
    return Rows(examples.ids.to(device), examples.targets.to(device), examples.lengths.numpy())


def sums(config: TrainingConfig, device: torch.device) -> Problem:
    """The adding problem."""
    check_batch(config.examples, config.batch)
    parts: dict[Split, Data] = {}
    for split in SPLITS:
        count = config.examples if split == "train" else config.held_out
        inputs, wanted = adding(np.random.default_rng([config.seed, *split.encode()]), count, config.length)
        targets = np.full((count, config.length), NO_TARGET, np.float32)  # (N, T)
        targets[:, -1] = wanted
        tensors = torch.from_numpy(inputs).float().to(device), torch.from_numpy(targets).to(device)
        parts[split] = Rows(*tensors, np.full(count, config.length))
        if split == "validation":
            baselines = for_sums(wanted)
    return Problem("number", "words", None, (), parts, baselines)


def language(config: TrainingConfig, device: torch.device) -> Problem:
    """One long text, whose next token is to be said at every step."""
    text = cut_text(texts(config), unit_of(config.task))
    unit, vocabulary = text.unit, text.vocabulary
    check_windows(text.sizes, vocabulary.size, unit, config)
    parts: dict[Split, Data] = {}
    ids = {split: vocabulary.ids(text.tokens[split], "unk" if unit == "words" else "error") for split in SPLITS}
    for split in SPLITS:
        windows = None if split == "train" else config.held_out
        parts[split] = Stream(torch.from_numpy(ids[split]).to(device), config.length, windows)
    asked = ids["validation"][: len(parts["validation"]) * config.length + 1]
    baselines = of_text(ids["train"], asked, vocabulary.size, unit)
    return Problem("next", unit, vocabulary, vocabulary.tokens, parts, baselines)
