"""What is known of a training's data before a network reads them, without torch: sizes, one example, the baselines.

A page says it beside the controls, and refuses there what the worker would refuse.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from seqviz.learning.budget import check_data, check_network, parameter_count
from seqviz.learning.config import TrainingConfig
from seqviz.learning.guesses import Baseline, for_sums, of_answers, of_text
from seqviz.learning.sources import check_batch, check_windows, cut_text, drawn, drawn_task, in_three, texts, unit_of
from seqviz.recurrent import NO_TARGET
from seqviz.text import Unit
from seqviz.text.reading import labelled
from seqviz.text.tasks import Labelled, Sample, Split
from seqviz.text.tasks.adding import adding
from seqviz.text.tasks.base import SPLITS
from seqviz.text.tasks.passages import spaced
from seqviz.text.vocabulary import Unknown

WRITES = ("characters", "words")  # the tasks that say the next token of a text
SHOWN = {"characters": 60, "words": 20}  # tokens of a text in its example


class Example(NamedTuple):
    """One held-out sequence: what is read, and what is to be answered."""

    reads: str
    answers: str


@dataclass(frozen=True, eq=False)
class Facts:
    """The data of a training in numbers.

    Attributes:
        task: one of TASKS. unit: how its text is cut.
        sizes: split → tokens of a text, or sequences.
        inputs: V tokens, or D numbers a step. outputs: K classes, or 1 number. steps: of the longest training sequence.
        classes: the K answers; () for a number, and for the next token.
        example: from the validation part. baselines: on it; () where they were not counted.
    """

    task: str
    unit: Unit
    sizes: Mapping[Split, int]
    inputs: int
    outputs: int
    steps: int
    classes: tuple[str, ...]
    example: Example
    baselines: tuple[Baseline, ...] = ()

    def parameters(self, config: TrainingConfig) -> int:
        """How many numbers the network of this config sets."""
        return parameter_count(config, self.inputs, self.outputs, self.task == "adding")

    def check(self, config: TrainingConfig) -> None:
        """What the worker would refuse of a config with these data.

        Raises:
            ValueError: too little data for a batch, too many tokens, too large a network.
        """
        check_data(config)
        held_out = max(self.sizes["validation"], self.sizes["test"])
        if self.task in WRITES:
            check_windows(self.sizes, self.inputs, self.unit, config)
            steps, held_out = config.length, (held_out - 1) // config.length
        else:
            check_batch(self.sizes["train"], config.batch)
            steps = self.steps
        held_out = min(held_out, config.held_out)
        check_network(config, self.inputs, self.outputs, self.task == "adding", steps, held_out)


def facts(config: TrainingConfig) -> Facts:
    """Those of data that are drawn or shipped; of one's own see `own_facts`.

    Raises:
        ValueError: data too large to be drawn.
    """
    check_data(config)
    return _facts(config.task, config.source, config.length, config.examples, config.held_out, config.seed)


@lru_cache(maxsize=12)
def _facts(task: str, source: str, length: int, examples: int, held_out: int, seed: int) -> Facts:
    config = TrainingConfig(task=task, source=source, length=length, examples=examples, held_out=held_out, seed=seed)
    if task in WRITES:
        return _of_text(task, texts(config), config)
    if task == "adding":
        return _of_sums(config)
    counts = {"train": examples, "validation": held_out, "test": held_out}
    samples = {split: drawn(task, length, split, counts[split], seed) for split in SPLITS}
    made = drawn_task(task, length)
    return _of_samples(config, samples, made.unit, made.vocabulary.size, made.classes)


def own_facts(task: str, content: str) -> Facts:
    """Those of one's own data, without baselines: a text, or for "reviews" a CSV with a text and a label in each row.

    Raises:
        ValueError: a table that cannot be read, or too few or too many rows, labels or words.
    """
    if task in WRITES:
        return _of_text(task, in_three(content), None)
    own = Labelled.of(labelled(content))
    return _of_samples(None, own.parts, own.unit, own.vocabulary.size, own.classes)


def _of_text(task: str, parts: Mapping[Split, str], config: TrainingConfig | None) -> Facts:
    text = cut_text(parts, unit_of(task))
    size, held_out = text.vocabulary.size, text.tokens["validation"]
    shown = held_out[: SHOWN[text.unit] + 1]
    join = "".join if text.unit == "characters" else spaced
    example = Example(join(shown[:-1]), "".join(shown[-1:]))
    baselines: tuple[Baseline, ...] = ()
    if config is not None:
        ids = {split: text.vocabulary.ids(text.tokens[split], _UNKNOWN[text.unit]) for split in SPLITS[:2]}
        windows = min((len(held_out) - 1) // config.length, config.held_out)
        baselines = of_text(ids["train"], ids["validation"][: windows * config.length + 1], size, text.unit)
    return Facts(task, text.unit, text.sizes, size, size, 0, (), example, baselines)


_UNKNOWN: Mapping[Unit, Unknown] = {"characters": "error", "words": "unk"}


def _of_samples(
    config: TrainingConfig | None,
    samples: Mapping[Split, Sequence[Sample]],
    unit: Unit,
    size: int,
    classes: tuple[str, ...],
) -> Facts:
    first = samples["validation"][0]
    wanted = [classes[target] for target in first.targets if target != NO_TARGET]
    reads = spaced(first.tokens) if unit == "words" else "".join(first.tokens)
    example = Example(reads, " ".join(wanted))
    sizes = {split: len(part) for split, part in samples.items()}
    steps = max(len(sample.tokens) for sample in samples["train"])
    task = "reviews" if config is None else config.task
    baselines = () if config is None else of_answers(task, samples["train"], samples["validation"])
    return Facts(task, unit, sizes, size, len(classes), steps, classes, example, baselines)


def _of_sums(config: TrainingConfig) -> Facts:
    rng = np.random.default_rng([config.seed, *b"validation"])
    inputs, wanted = adding(rng, config.held_out, config.length)
    numbers = [f"[{number:.2f}]" if mark else f"{number:.2f}" for number, mark in inputs[0]]
    sizes: dict[Split, int] = {"train": config.examples, "validation": config.held_out, "test": config.held_out}
    example = Example(" ".join(numbers), f"{wanted[0]:.4f}")
    return Facts("adding", "words", sizes, 2, 1, config.length, (), example, for_sums(wanted))
