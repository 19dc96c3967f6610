"""Answers without a recurrent network: what a training has to beat before it has learned anything worth the name."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from seqviz.records import NO_TARGET, Array
from seqviz.text import Unit
from seqviz.text.tasks import Sample
from seqviz.text.tasks.adding import ALWAYS_ONE
from seqviz.text.tasks.country_words import COUNTRIES
from seqviz.text.tasks.reviews_words import opinions

SINGULAR = {"characters": "character", "words": "word"}


class Baseline(NamedTuple):
    """A way to answer without a network, and the value of one metric that it reaches on held-out data."""

    metric: str
    name: str
    value: float


def of_answers(task: str, train: Sequence[Sample], held_out: Sequence[Sample]) -> tuple[Baseline, ...]:
    """The most frequent class of the training part, and what more a task allows to guess."""
    asked = [target for sample in held_out for target in sample.targets if target != NO_TARGET]
    counts = Counter(target for sample in train for target in sample.targets if target != NO_TARGET)
    common = counts.most_common(1)[0][0]
    found = [("always the most frequent answer", float(np.mean([target == common for target in asked])))]
    if task == "country":
        right = [last_country(sample) == sample.targets[-1] for sample in held_out]
        found.append(("the country mentioned last", float(np.mean(right))))
    if task == "reviews":
        found.append(("counting good and bad words", float(np.mean([votes(s)[s.targets[-1]] for s in held_out]))))
    if task == "tags":
        found.append(("the most frequent tag of each word", word_by_word(train, held_out, common)))
    return tuple(Baseline("accuracy", name, share) for name, share in found)


def last_country(sample: Sample) -> int:
    """The class of the country that stands nearest to the answer."""
    return COUNTRIES.index(next(token for token in reversed(sample.tokens) if token in COUNTRIES))


def votes(sample: Sample) -> tuple[float, float]:
    """The share of right answers to expect for each class when good and bad words are counted; ½ each on a tie."""
    bad, good = (sum(token in opinions(polarity) for token in sample.tokens) for polarity in (0, 1))
    return (0.5, 0.5) if bad == good else (float(bad > good), float(good > bad))


def word_by_word(train: Sequence[Sample], held_out: Sequence[Sample], common: int) -> float:
    """The share that is right when each word gets the answer that it most often has in training."""
    seen: defaultdict[str, Counter[int]] = defaultdict(Counter)
    for sample in train:
        for token, target in zip(sample.tokens, sample.targets, strict=True):
            seen[token][target] += 1
    best = {token: counts.most_common(1)[0][0] for token, counts in seen.items()}
    right = [
        best.get(token, common) == target
        for sample in held_out
        for token, target in zip(sample.tokens, sample.targets, strict=True)
    ]
    return float(np.mean(right))


def for_sums(wanted: Array) -> tuple[Baseline, ...]:
    """Always answering 1, the mean of a sum of two numbers even in [0, 1]."""
    return (Baseline("mean squared error", "always answering 1", float(np.mean((wanted - ALWAYS_ONE) ** 2))),)


def of_text(train: NDArray[np.int64], asked: NDArray[np.int64], size: int, unit: Unit) -> tuple[Baseline, ...]:
    """Each token by its frequency, and by its frequency after the token before it (bigrams), counted in training."""
    single = unigrams(train, size)  # (V,)
    pairs = Bigrams(train, single)
    before, after = asked[:-1], asked[1:]
    metric = f"bits per {SINGULAR[unit]}"
    return (
        Baseline(metric, "how often each occurs", float(-np.log2(single[after]).mean())),
        Baseline(metric, "bigrams", float(-np.log2(pairs.shares(before, after)).mean())),
        Baseline("accuracy", "bigrams", float((pairs.likeliest()[before] == after).mean())),
    )


def unigrams(ids: NDArray[np.int64], size: int) -> Array:
    """(V,) how often each token occurs, each counted once more so that none is impossible."""
    counts = np.bincount(ids, minlength=size).astype(np.float64) + 1.0
    shares: Array = counts / counts.sum()
    return shares


class Bigrams:
    """How likely each token follows another, mixed with `single` (V,) as Witten and Bell (1991) do.

    After a seen n times with d different followers the mixture gives d / (n + d) to `single`: much where a's followers
    are many and rare, little where they are few and certain. Only pairs that occur are kept: V can be thousands.
    """

    def __init__(self, ids: NDArray[np.int64], single: Array) -> None:
        self.single, size = single, len(single)
        codes, self.counts = np.unique(ids[:-1] * size + ids[1:], return_counts=True)
        self.codes = codes
        self.seen = np.bincount(ids[:-1], minlength=size)  # (V,) n
        self.kinds = np.maximum(np.bincount(codes // size, minlength=size), 1)  # (V,) d

    def shares(self, before: NDArray[np.int64], after: NDArray[np.int64]) -> Array:
        """(N,) the probability of each `after` behind its `before`."""
        wanted = before * len(self.single) + after
        place = np.minimum(np.searchsorted(self.codes, wanted), len(self.codes) - 1)
        counts = np.where(self.codes[place] == wanted, self.counts[place], 0)
        kinds = self.kinds[before]
        found: Array = (counts + kinds * self.single[after]) / (self.seen[before] + kinds)
        return found

    def likeliest(self) -> NDArray[np.int64]:
        """(V,) the follower with the largest probability; the most frequent token where no pair says more."""
        size = len(self.single)
        best = np.full(size, self.single.argmax(), np.int64)
        before, after = self.codes // size, self.codes % size
        shares = self.shares(before, after)
        order = np.argsort(shares, kind="stable")  # the largest is written last
        better = shares[order] >= self.shares(before, best[before])[order]
        best[before[order][better]] = after[order][better]
        return best
