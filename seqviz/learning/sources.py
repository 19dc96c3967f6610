"""Where the data of a training come from, without torch: sentences drawn, texts cut, and what of them is refused.

The web process reads somebody's own text with this before a training is asked for; the worker makes tensors of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from seqviz.learning.config import TrainingConfig
from seqviz.text import UNKNOWN, Unit, Vocabulary, tokenize
from seqviz.text.tasks import Copying, CountryUpTo, Numerals, Reviews, Sample, Split, Tagging, Task
from seqviz.text.tasks.base import SPLITS
from seqviz.text.tasks.labelled import LONGEST_NAME
from seqviz.text.tasks.passages import phrases, python_source

VOCABULARY_LIMIT = 5000


def draw_samples(task: Task, split: Split, count: int, seed: int) -> list[Sample]:
    """`count` samples of a split; each split has a stream of random numbers of its own."""
    rng = np.random.default_rng([seed, *split.encode()])
    return [task.sample(rng, split) for _ in range(count)]


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


def texts(config: TrainingConfig) -> dict[Split, str]:
    """The three parts of a text; of one's own, the first 80 % to train, then 10 % and 10 %."""
    if config.source == "python":
        return {split: python_source(split) for split in SPLITS}
    if config.source == "phrases":
        return {split: phrases(split, config.examples if split == "train" else 600, config.seed) for split in SPLITS}
    return in_three(config.content)


def in_three(text: str) -> dict[Split, str]:
    """One's own text: 80 % to train, then 10 % and 10 %."""
    first, second = len(text) * 80 // 100, len(text) * 90 // 100
    return {"train": text[:first], "validation": text[first:second], "test": text[second:]}


@dataclass(frozen=True, eq=False)
class TextCut:
    """A text in three parts, as tokens.

    Attributes:
        unit: how it was cut. tokens: split → its tokens. vocabulary: what can be read and said.
    """

    unit: Unit
    tokens: Mapping[Split, tuple[str, ...]]
    vocabulary: Vocabulary

    @property
    def sizes(self) -> dict[Split, int]:
        """Split → how many tokens it has."""
        return {split: len(tokens) for split, tokens in self.tokens.items()}


def unit_of(task: str) -> Unit:
    """How the text of a language model is cut."""
    return "characters" if task == "characters" else "words"


def cut_text(parts: Mapping[Split, str], unit: Unit) -> TextCut:
    """Every character that occurs anywhere, or the words that training has more than once and <unk>."""
    cut = {split: tokenize(text, unit) for split, text in parts.items()}
    if unit == "characters":
        return TextCut(unit, cut, Vocabulary.of((token for part in cut.values() for token in part), order="sorted"))
    counts = Counter(cut["train"])
    often = [token for token, count in counts.most_common() if count > 1 and len(token) <= LONGEST_NAME]
    return TextCut(unit, cut, Vocabulary.of(often, markers=(UNKNOWN,)))


def check_windows(sizes: Mapping[Split, int], vocabulary: int, unit: Unit, config: TrainingConfig) -> None:
    """A text is long enough for one batch and one held-out window, and has not too many different tokens.

    Args:
        sizes: split → its tokens. vocabulary: how many different ones are learned.

    Raises:
        ValueError: with the number and the bound.
    """
    if vocabulary > VOCABULARY_LIMIT:
        raise ValueError(
            f"the text has {vocabulary:,} different {unit}, expected at most {VOCABULARY_LIMIT:,} to learn"
        )
    needed = config.batch * config.length + 1
    if sizes["train"] < needed:
        raise ValueError(
            f"the text has {sizes['train']:,} {unit} to train on, expected at least {needed:,}, one batch of "
            f"{config.batch} × {config.length} and one more; a smaller batch or length needs less"
        )
    for split in SPLITS[1:]:
        if sizes[split] <= config.length:
            raise ValueError(
                f"the text leaves {sizes[split]:,} {unit} to be held out, expected at least {config.length + 1:,}, "
                "one window and one more; a smaller length needs less"
            )


def check_batch(examples: int, batch: int) -> None:
    """There is one batch at least.

    Raises:
        ValueError: there is not.
    """
    if examples < batch:
        raise ValueError(f"there are {examples:,} sequences to train on, expected at least {batch:,}, one batch")
