"""What one visitor has seen of a run so far: `News` by `News`, as series that a chart can draw."""

from __future__ import annotations

import math
from array import array
from collections.abc import Container
from dataclasses import dataclass, field, replace
from typing import Any

from seqviz.learning.config import TrainingConfig
from seqviz.learning.keeping import least_missed
from seqviz.learning.runs import GONE
from seqviz.learning.service import News, Service

MOST_LOOKS = 160  # at held-out data, whose matrices and samples are sent again with every poll
MOST_CELLS = 400  # of a confusion matrix at every look; of larger ones the last alone is kept
MOST_MEASURED = 64  # looks back in time, ‖∂L/∂h_t‖ by step


@dataclass
class Seen:
    """The steps of a run, column by column.

    Attributes:
        looks: steps with held-out metrics: beyond MOST_LOOKS the first, the last, each metric's least and most, and
            others spread as the checkpoints are. scores: metric → update → value, of every look.
        measured: steps with norms by step and by parameter: beyond MOST_MEASURED the first, the last, others spread.
    """

    updates: array[int] = field(default_factory=lambda: array("q"))
    loss: array[float] = field(default_factory=lambda: array("d"))
    norm: array[float] = field(default_factory=lambda: array("d"))
    clipped: array[float] = field(default_factory=lambda: array("d"))
    seconds: array[float] = field(default_factory=lambda: array("d"))
    tokens: int = 0
    looks: list[dict[str, Any]] = field(default_factory=list)
    scores: dict[str, dict[int, float]] = field(default_factory=dict)
    measured: list[dict[str, Any]] = field(default_factory=list)
    _extremes: dict[tuple[str, bool], tuple[float, int]] = field(default_factory=dict)  # (metric, most?) → with update

    @property
    def last(self) -> int:
        """The last update, -1 before the first."""
        return self.updates[-1] if self.updates else -1

    def add(self, step: dict[str, Any]) -> None:
        self.updates.append(int(step["update"]))
        for name in ("loss", "norm", "clipped", "seconds"):
            value = step[{"norm": "gradient_norm", "clipped": "clipped_norm"}.get(name, name)]
            getattr(self, name).append(_number(value))
        self.tokens += int(step["tokens"])
        if step.get("metrics"):
            self._look(step)
        if step.get("time_norms") is not None:
            names = ("update", "time_norms", "parameter_norms", "update_ratio")
            self.measured.append({name: step.get(name) for name in names})
            thin(self.measured, MOST_MEASURED)

    def _look(self, step: dict[str, Any]) -> None:
        update = int(step["update"])
        if self.looks and len(self.looks[-1]["confusion"] or ()) ** 2 > MOST_CELLS:
            self.looks[-1]["confusion"] = None
        self.looks.append({name: step.get(name) for name in ("update", "metrics", "confusion", "samples")})
        for name, value in step["metrics"].items():
            number = self.scores.setdefault(name, {})[update] = _number(value)
            for most in (False, True):
                best, _ = self._extremes.get((name, most), (-math.inf if most else math.inf, -1))
                if number > best if most else number < best:
                    self._extremes[name, most] = number, update
        thin(self.looks, MOST_LOOKS, {at for _, at in self._extremes.values()})


def _number(value: Any) -> float:
    return float("nan") if value is None else float(value)


def thin(steps: list[dict[str, Any]], most: int, stay: Container[int] = ()) -> None:
    """Let go of what is beyond `most` steps, here and there along all of them: never the first, the last, who stays."""
    while len(steps) > most:
        updates = [step["update"] for step in steps]
        del steps[updates.index(least_missed(updates, stay))]


@dataclass
class Followed:
    """One run of a visitor's: what was asked for, and what is known of it.

    Attributes:
        run_id: in the service. name: among the runs that started with it. config: what it trains.
        news: the last that was polled, its steps taken out.
    """

    run_id: str
    name: str
    config: TrainingConfig
    seen: Seen = field(default_factory=Seen)
    news: News = field(default_factory=lambda: News("waiting"))
    about: dict[str, Any] = field(default_factory=dict)

    def poll(self, service: Service) -> None:
        """Take what is new."""
        news = service.poll(self.run_id, self.seen.last, self.news.generation)
        if news.state == GONE:  # what was seen of it stays on the page
            self.news = replace(self.news, state=GONE, place=0, checkpoints=(), sentences=news.sentences)
            return
        if news.generation != self.news.generation:
            self.seen = Seen()
        for step in news.steps:
            self.seen.add(step)
        self.news = replace(news, steps=())
        if not self.about:
            self.about = service.about(self.run_id)

    @property
    def live(self) -> bool:
        """Whether it may still change by itself: it waits, or it runs."""
        return self.news.state in ("waiting", "running")

    @property
    def over(self) -> bool:
        return self.news.over
