"""How good a shipped network is: on its test split, along what makes its task hard, and beside answers without one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import takewhile

import numpy as np

from seqviz.learning.data import Examples, draw
from seqviz.learning.fit import score
from seqviz.learning.guesses import last_country, votes
from seqviz.learning.model import SequenceModel
from seqviz.learning.recipes import Recipe
from seqviz.learning.sources import draw_samples
from seqviz.recurrent import NO_TARGET
from seqviz.text.tasks import Brackets, Counting, Country, Reviews, Sample, Split
from seqviz.text.tasks.brackets import QUOTE
from seqviz.text.tasks.reviews import FRAMES

GAPS = (5, 10, 20, 40, 60, 80, 100, 150, 200)
LENGTHS = (20, 40, 80, 160, 320)
SHOWN_COUNTS = tuple(range(1, 41))
EACH = 500  # sequences for each gap and each frame
EACH_LENGTH = 200  # texts for each length
FARTHEST = 200  # the largest n that is tried


@dataclass(frozen=True)
class Measured:
    """What the card says of one network: numbers rounded as they are shown.

    Attributes:
        test: the share that is right on held-out data; test_loss: the mean cross-entropy there.
        curve_name, curve_at: what makes the task hard, and its values; curve: the share that is right at each.
        breaks_at: counting alone: the first n above those of training with a wrong letter; None if none up to FARTHEST.
        also: further shares, by what they are shares of.
    """

    test: float
    test_loss: float
    curve_name: str
    curve_at: tuple[int | str, ...]
    curve: tuple[float, ...]
    breaks_at: int | None = None
    also: dict[str, float] = field(default_factory=dict)


def measure(model: SequenceModel, recipe: Recipe) -> Measured:
    """Everything the card says about how good a network is, from data that training and choice never saw."""
    if isinstance(recipe.asked, Counting):
        return _counting(model, recipe.asked)
    found = score(model, held_out(recipe, "test"))
    harder = harder_examples(recipe)
    return Measured(
        test=round(found.steps, 4),
        test_loss=round(found.loss, 4),
        curve_name=harder.name,
        curve_at=harder.at,
        curve=tuple(round(score(model, examples).steps, 3) for examples in harder.examples),
        also={name: round(of(model, examples), 3) for name, of, examples in harder.also},
    )


def _counting(model: SequenceModel, task: Counting) -> Measured:
    """The network's letters from X on; strings of trained n are known to it, and the card says so."""
    counts = task.counts("train")
    known = score(model, strings(task, tuple(counts)))
    right = [score(model, strings(task, (n,))).sequences == 1.0 for n in range(1, FARTHEST + 1)]
    breaks_at = counts[-1] + 1 + len(list(takewhile(bool, right[counts[-1] :])))
    return Measured(
        test=round(known.steps, 4),
        test_loss=round(known.loss, 4),
        curve_name="n",
        curve_at=SHOWN_COUNTS,
        curve=tuple(float(right[n - 1]) for n in SHOWN_COUNTS),
        breaks_at=breaks_at if breaks_at <= FARTHEST else None,
        also={"whole strings, n = 1 … 10": round(known.sequences, 3)},
    )


@dataclass(frozen=True)
class Harder:
    """Test data along what makes a task hard: a name, its values, the examples of each, and further measures."""

    name: str
    at: tuple[int | str, ...]
    examples: tuple[Examples, ...]
    also: tuple[tuple[str, Callable[[SequenceModel, Examples], float], Examples], ...] = ()


@cache
def harder_examples(recipe: Recipe) -> Harder:
    """Drawn once, the same for the three cells."""
    task, seed = recipe.asked, recipe.seed
    if isinstance(task, Country):
        of_gaps = (draw(replace(task, shortest=gap, longest=gap), "test", EACH, seed) for gap in GAPS)
        return Harder("gap", GAPS, tuple(of_gaps))
    if isinstance(task, Reviews):
        of_frames = (draw(replace(task, frame=frame), "test", EACH, seed) for frame in FRAMES)
        return Harder("frame", FRAMES, tuple(of_frames))
    if not isinstance(task, Brackets):
        raise ValueError(f"the task {task.name!r} has no measure")
    of_lengths = {n: draw_samples(replace(task, shortest=n, longest=n), "test", EACH_LENGTH, seed) for n in LENGTHS}
    examples = {n: Examples.of(samples, task.vocabulary) for n, samples in of_lengths.items()}
    back = {n: Examples.of([where_quotes_close(s) for s in of_lengths[n]], task.vocabulary) for n in (40, 160)}
    return Harder(
        "length",
        LENGTHS,
        tuple(examples.values()),
        (
            *((f"where quotes close, length {n}", _steps, of) for n, of in back.items()),
            ("whole texts, length 40", _sequences, examples[40]),
        ),
    )


def _steps(model: SequenceModel, examples: Examples) -> float:
    return score(model, examples).steps


def _sequences(model: SequenceModel, examples: Examples) -> float:
    return score(model, examples).sequences


def where_quotes_close(sample: Sample) -> Sample:
    """The same text, asked only right after a closing quote: there the depth comes back from memory."""
    in_quotes = Brackets.classes.index("in quotes")
    closes = [
        token == QUOTE and target != in_quotes for token, target in zip(sample.tokens, sample.targets, strict=True)
    ]
    return Sample(
        sample.tokens, tuple(t if asked else NO_TARGET for t, asked in zip(sample.targets, closes, strict=True))
    )


@cache
def held_out(recipe: Recipe, split: Split) -> Examples:
    """The recipe's validation or test data."""
    return draw(recipe.asked, split, recipe.held_out, recipe.seed)


def strings(task: Counting, counts: tuple[int, ...]) -> Examples:
    """The strings of these n, one each."""
    return Examples.of([task.string(n) for n in counts], task.vocabulary)


# ── answers without a network ────────────────────────────────────────────────────────────────────────────────


def baselines(recipe: Recipe) -> dict[str, float]:
    """What the test split gives away without reading it as a network does, by what is answered."""
    task = recipe.asked
    if isinstance(task, Counting):
        samples: Sequence[Sample] = [task.string(n) for n in task.counts("train")]
    else:
        samples = draw_samples(task, "test", recipe.held_out, recipe.seed)
    targets = [target for sample in samples for target in sample.targets if target != NO_TARGET]
    found = {"the most frequent class": float(np.bincount(targets).max() / len(targets))}
    if isinstance(task, Country):
        found["the country mentioned last"] = float(np.mean([last_country(s) == s.targets[-1] for s in samples]))
    if isinstance(task, Reviews):
        found["counting good and bad words"] = float(np.mean([votes(s)[s.targets[-1]] for s in samples]))
    return {name: round(share, 4) for name, share in found.items()}
