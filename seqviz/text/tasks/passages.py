"""Texts to learn to write: composed from phrases written for this project, or the source of Python's own library."""

from __future__ import annotations

import sysconfig
from functools import lru_cache
from pathlib import Path

import numpy as np

from seqviz.text.tasks.base import Split
from seqviz.text.tasks.country_up_to import CountryUpTo
from seqviz.text.tasks.reviews import Reviews

PYTHON_FILES = ("heapq", "bisect", "textwrap", "shlex", "string", "fnmatch", "copy", "sched", "queue", "graphlib")
PYTHON_HELD_OUT = ("contextlib", "calendar")
GLUED = ".,!?;:"


@lru_cache(maxsize=8)
def phrases(split: Split, sentences: int, seed: int = 0) -> str:
    """Reviews, and sentences of the country task with their language, one a line."""
    rng = np.random.default_rng([seed, *split.encode()])
    country, reviews = CountryUpTo(longest=20), Reviews()
    lines = []
    for _ in range(sentences):
        if rng.random() < 0.5:
            sample = country.sample(rng, split)
            ending: tuple[str, ...] = (country.classes[sample.targets[-1]], ".")
        else:
            sample, ending = reviews.sample(rng, split), ()
        lines.append(spaced((*sample.tokens, *ending)))
    return "\n".join(lines) + "\n"


def python_source(split: Split) -> str:
    """Some files of the standard library, others held out; they differ a little between versions of Python.

    Raises:
        ValueError: this Python came without its source.
    """
    folder = Path(sysconfig.get_paths()["stdlib"])
    names = PYTHON_FILES if split == "train" else PYTHON_HELD_OUT[(split == "test") :][:1]
    try:
        return "".join((folder / f"{name}.py").read_text(encoding="utf-8") for name in names)
    except OSError as error:
        raise ValueError(f"Python's source is not here: {error}") from error


def spaced(tokens: tuple[str, ...]) -> str:
    """Words as a text: a space between two, none in front of a punctuation mark."""
    return "".join(token if token in GLUED or not at else f" {token}" for at, token in enumerate(tokens))
