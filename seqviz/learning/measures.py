"""How good a shipped network is: on its test split, and along the one thing that makes its task hard."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from itertools import takewhile

from seqviz.learning.data import Examples, draw
from seqviz.learning.fit import score
from seqviz.learning.model import SequenceModel
from seqviz.learning.recipes import Recipe
from seqviz.text.tasks import Counting, Country, Split

GAPS = (5, 10, 20, 40, 60, 80, 100, 150, 200)
EACH_GAP = 500  # sentences
FARTHEST = 200  # the largest n that is tried


@dataclass(frozen=True)
class Measured:
    """What the card says of one network: numbers rounded as they are shown.

    Attributes:
        test: the share that is right on held-out data; test_loss: the mean cross-entropy there.
        curve: the same along the task's difficulty; curve_name, curve_at: what that is, and its values.
        breaks_at: counting alone: the first n above 10 with a wrong letter; None if none up to FARTHEST.
    """

    test: float
    test_loss: float
    curve_name: str
    curve_at: tuple[int, ...]
    curve: tuple[float, ...]
    breaks_at: int | None = None


def measure(model: SequenceModel, recipe: Recipe) -> Measured:
    """Everything the card says about how good a network is, from data that training and choice never saw."""
    if isinstance(recipe.asked, Counting):
        return _counting(model, recipe.asked)
    if isinstance(recipe.asked, Country):
        return _country(model, recipe, recipe.asked)
    raise ValueError(f"the task {recipe.asked.name!r} has no measure")


def _country(model: SequenceModel, recipe: Recipe, task: Country) -> Measured:
    found = score(model, held_out(recipe, "test"))
    curve = tuple(round(score(model, sentences_with(task, gap, recipe.seed)).steps, 3) for gap in GAPS)
    return Measured(round(found.steps, 4), round(found.loss, 4), "gap", GAPS, curve)


def _counting(model: SequenceModel, task: Counting) -> Measured:
    counts = task.counts("train")
    known = score(model, strings(task, tuple(counts)))
    right = [score(model, strings(task, (n,))).sequences == 1.0 for n in range(1, FARTHEST + 1)]
    beyond = right[counts[-1] :]
    breaks_at = counts[-1] + 1 + len(list(takewhile(bool, beyond)))
    shown = tuple(range(1, 41))
    return Measured(
        test=round(known.steps, 4),
        test_loss=round(known.loss, 4),
        curve_name="n",
        curve_at=shown,
        curve=tuple(float(right[n - 1]) for n in shown),
        breaks_at=breaks_at if breaks_at <= FARTHEST else None,
    )


@cache
def held_out(recipe: Recipe, split: Split) -> Examples:
    """The recipe's validation or test data."""
    return draw(recipe.asked, split, recipe.held_out, recipe.seed)


@cache
def sentences_with(task: Country, gap: int, seed: int) -> Examples:
    """Test sentences of one gap."""
    return draw(replace(task, shortest=gap, longest=gap), "test", EACH_GAP, seed)


def strings(task: Counting, counts: tuple[int, ...]) -> Examples:
    """The strings of these n, one each."""
    return Examples.of([task.string(n) for n in counts], task.vocabulary)
