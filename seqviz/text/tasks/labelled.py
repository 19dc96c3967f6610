"""People's own texts with labels, made ready: cut into words, split into three parts that share no text."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass
from typing import ClassVar

from seqviz.records import NO_TARGET
from seqviz.text.tasks.base import SPLITS, Sample, Split
from seqviz.text.tokens import Unit, count_tokens_up_to, tokenize
from seqviz.text.vocabulary import UNKNOWN, Vocabulary

FEWEST_ROWS, MOST_ROWS = 20, 50_000
MOST_CLASSES = 50
FEWEST_TEXTS = 4  # different ones: each of the three parts then has one
MOST_WORDS = 500  # of one text
MOST_TOKENS = 5000  # of the vocabulary
LONGEST_NAME = 100  # characters of a label, or of a word that is learned


@dataclass(frozen=True)
class Labelled:
    """Texts with one label each.

    Attributes:
        classes: the labels, sorted.
        vocabulary: <unk> and the words of the training part, those that occur most often where there are too many.
        parts: split → its samples, each with its target at the last word.
    """

    unit: ClassVar[Unit] = "words"

    classes: tuple[str, ...]
    vocabulary: Vocabulary
    parts: dict[Split, tuple[Sample, ...]]

    @classmethod
    def of(cls, rows: tuple[tuple[str, str], ...]) -> Labelled:
        """The rows (text, label), the same text always in the same part; the order of the rows does not matter.

        Raises:
            ValueError: too few or too many rows or labels, a text too long, or a label that training never sees.
        """
        if not FEWEST_ROWS <= len(rows) <= MOST_ROWS:
            raise ValueError(f"the CSV has {len(rows):,} rows, expected {FEWEST_ROWS} to {MOST_ROWS:,}")
        classes = tuple(sorted({label for _, label in rows}))
        long = [label for label in classes if len(label) > LONGEST_NAME]
        if long:
            raise ValueError(
                f"the label {long[0][:20]!r}… has {len(long[0])} characters, expected at most {LONGEST_NAME}"
            )
        if not 2 <= len(classes) <= MOST_CLASSES:
            only = f", all {classes[0]!r}" if len(classes) == 1 else ""
            raise ValueError(f"the CSV has {len(classes):,} different labels{only}, expected 2 to {MOST_CLASSES}")
        tokens = {text: cut(text) for text, _ in rows}
        if len(tokens) < FEWEST_TEXTS:
            raise ValueError(f"the CSV has {len(tokens)} different texts, expected at least {FEWEST_TEXTS}")
        parts: dict[Split, tuple[Sample, ...]] = {}
        split_at = split_texts(tuple(tokens))
        for split in SPLITS:
            parts[split] = tuple(
                Sample(tokens[text], (NO_TARGET,) * (len(tokens[text]) - 1) + (classes.index(label),))
                for text, label in rows
                if split_at[text] == split
            )
        seen = {sample.targets[-1] for sample in parts["train"]}
        missing = [label for place, label in enumerate(classes) if place not in seen]
        if missing:
            raise ValueError(f"the label {missing[0]!r} has too few texts, expected at least 1 in the training part")
        counts = Counter(token for sample in parts["train"] for token in sample.tokens)
        words = [word for word, _ in counts.most_common() if len(word) <= LONGEST_NAME][: MOST_TOKENS - 1]
        return cls(classes, Vocabulary.of(words, markers=(UNKNOWN,)), parts)


def cut(text: str) -> tuple[str, ...]:
    """The words of one text.

    Raises:
        ValueError: none, or more than MOST_WORDS.
    """
    begin = text if len(text) <= 40 else f"{text[:40]}…"
    if count_tokens_up_to(text, "words", MOST_WORDS) > MOST_WORDS:
        raise ValueError(f"the text {begin!r} has more than {MOST_WORDS} words, expected at most {MOST_WORDS}")
    tokens = tokenize(text, "words", lower=True)
    if not tokens:
        raise ValueError(f"the text {begin!r} has 0 words, expected at least 1")
    return tokens


def split_texts(texts: tuple[str, ...]) -> dict[str, Split]:
    """Each text's part, 70, 15 and 15 % of them in the order of a hash."""
    order = sorted(texts, key=lambda text: hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8).digest())
    first, second = len(order) * 70 // 100, len(order) * 85 // 100
    parts = (order[:first], order[first:second], order[second:])
    return {text: split for split, part in zip(SPLITS, parts, strict=True) for text in part}
