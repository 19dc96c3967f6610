"""What a config asks to learn, ready to be trained on: data as tensors, names, and answers without a network.

Everything that can be wrong with somebody's data is refused here, before a training starts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
import torch

from seqviz.learning.config import TrainingConfig
from seqviz.learning.data import Examples, draw_samples
from seqviz.learning.guesses import Baseline, for_sums, of_answers, of_text
from seqviz.learning.recipes import UNKNOWN_SHARE
from seqviz.learning.rows import Data, Rows, Stream
from seqviz.recurrent import NO_TARGET
from seqviz.text import UNKNOWN, Unit, Vocabulary, tokenize
from seqviz.text.reading import labelled
from seqviz.text.tasks import (
    Copying,
    CountryUpTo,
    Labelled,
    Numerals,
    Reviews,
    Sample,
    Split,
    Tagging,
    Task,
    copying,
    numerals,
)
from seqviz.text.tasks.adding import adding
from seqviz.text.tasks.base import SPLITS
from seqviz.text.tasks.labelled import LONGEST_NAME
from seqviz.text.tasks.passages import phrases, python_source

Kind = Literal["next", "steps", "last", "number"]
VOCABULARY_LIMIT = 5000


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


@lru_cache(maxsize=12)
def drawn(name: str, length: int, split: Split, count: int, seed: int) -> tuple[Sample, ...]:
    """The sentences of a split; those drawn last are kept, since runs side by side share them."""
    return tuple(draw_samples(drawn_task(name, length), split, count, seed))


def drawn_task(name: str, length: int) -> Task:
    """The task whose sentences are drawn."""
    if name == "country":
        return CountryUpTo(longest=length)
    if name == "copy":
        return Copying(delay=length)
    others: dict[str, Task] = {"reviews": Reviews(), "tags": Tagging(), "numbers": Numerals()}
    return others[name]


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
    unit: Unit = "characters" if config.task == "characters" else "words"
    cut = {split: tokenize(text, unit) for split, text in texts(config).items()}
    counts = Counter(cut["train"])
    if unit == "characters":
        vocabulary = Vocabulary.of((token for split in SPLITS for token in cut[split]), order="sorted")
    else:
        often = [token for token, count in counts.most_common() if count > 1 and len(token) <= LONGEST_NAME]
        vocabulary = Vocabulary.of(often, markers=(UNKNOWN,))
    if vocabulary.size > VOCABULARY_LIMIT:
        raise ValueError(
            f"the text has {vocabulary.size:,} different {unit}, expected at most {VOCABULARY_LIMIT:,} to learn"
        )
    needed = config.batch * config.length + 1
    if len(cut["train"]) < needed:
        raise ValueError(
            f"the text has {len(cut['train']):,} {unit} to train on, expected at least {needed:,}, one batch of "
            f"{config.batch} × {config.length} and one more"
        )
    for split in SPLITS[1:]:
        if len(cut[split]) <= config.length:
            raise ValueError(
                f"the text leaves {len(cut[split]):,} {unit} to be held out, expected at least {config.length + 1:,}, "
                "one window and one more"
            )
    parts: dict[Split, Data] = {}
    ids = {split: vocabulary.ids(cut[split], "unk" if unit == "words" else "error") for split in SPLITS}
    for split in SPLITS:
        windows = None if split == "train" else config.held_out
        parts[split] = Stream(torch.from_numpy(ids[split]).to(device), config.length, windows)
    asked = ids["validation"][: len(parts["validation"]) * config.length + 1]
    baselines = of_text(ids["train"], asked, vocabulary.size, unit)
    return Problem("next", unit, vocabulary, vocabulary.tokens, parts, baselines)


def texts(config: TrainingConfig) -> dict[Split, str]:
    """The three parts of a text; of one's own, the first 80 % to train, then 10 % and 10 %."""
    if config.source == "python":
        return {split: python_source(split) for split in SPLITS}
    if config.source == "phrases":
        return {split: phrases(split, config.examples if split == "train" else 600, config.seed) for split in SPLITS}
    text = config.content
    first, second = len(text) * 80 // 100, len(text) * 90 // 100
    return {"train": text[:first], "validation": text[first:second], "test": text[second:]}


def check_batch(examples: int, batch: int) -> None:
    """There is one batch at least.

    Raises:
        ValueError: there is not.
    """
    if examples < batch:
        raise ValueError(f"there are {examples:,} sequences to train on, expected at least {batch:,}, one batch")
