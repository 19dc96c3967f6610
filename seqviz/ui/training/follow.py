"""What one visitor has seen of a run so far: `News` by `News`, as series that a chart can draw."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field, replace
from typing import Any

from seqviz.learning.config import TrainingConfig
from seqviz.learning.service import News, Service

MOST_MEASURED = 64  # looks back in time, ‖∂L/∂h_t‖ by step: the first and every so many


@dataclass
class Seen:
    """The steps of a run, column by column."""

    updates: array[int] = field(default_factory=lambda: array("q"))
    loss: array[float] = field(default_factory=lambda: array("d"))
    norm: array[float] = field(default_factory=lambda: array("d"))
    clipped: array[float] = field(default_factory=lambda: array("d"))
    seconds: array[float] = field(default_factory=lambda: array("d"))
    tokens: int = 0
    looks: list[dict[str, Any]] = field(default_factory=list)  # steps with held-out metrics
    measured: list[dict[str, Any]] = field(default_factory=list)  # steps with norms by step and by parameter

    @property
    def last(self) -> int:
        """The last update, -1 before the first."""
        return self.updates[-1] if self.updates else -1

    def add(self, step: dict[str, Any]) -> None:
        self.updates.append(int(step["update"]))
        for name in ("loss", "norm", "clipped", "seconds"):
            value = step[{"norm": "gradient_norm", "clipped": "clipped_norm"}.get(name, name)]
            getattr(self, name).append(float("nan") if value is None else float(value))
        self.tokens += int(step["tokens"])
        if step.get("metrics"):
            self.looks.append({name: step.get(name) for name in ("update", "metrics", "confusion", "samples")})
        if step.get("time_norms") is not None:
            names = ("update", "time_norms", "parameter_norms", "update_ratio")
            self.measured.append({name: step.get(name) for name in names})
            if len(self.measured) > MOST_MEASURED:
                self.measured = self.measured[::2]


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
