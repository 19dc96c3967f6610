"""A training that needs no torch: noisy gradient descent on a quadratic, which can also die, fail, hang or diverge."""

from __future__ import annotations

import json
import math
import os
import signal
import time
from dataclasses import dataclass, field

from seqviz.learning.protocol import MOST_BLOB


@dataclass(frozen=True)
class Step:
    """As the engine's steps: plain fields, and metrics on some of them."""

    update: int
    loss: float
    norms: tuple[float, ...]
    metrics: dict[str, float] = field(default_factory=dict)
    diverged: str = ""


class Descent:
    """x ← x − rate (x + noise), one update a `next`; its noise is a stream of its own, so it resumes exactly."""

    def __init__(self, config: dict[str, object], state: dict[str, object] | None = None) -> None:
        self.config = config
        state = state or {"update": 0, "x": [1.0, -2.0, 3.0], "noise": config.get("seed", 1)}
        self.update: int = state["update"]  # type: ignore[assignment]
        self.x: list[float] = state["x"]  # type: ignore[assignment]
        self.noise: int = state["noise"]  # type: ignore[assignment]
        self.parameters = config.get("parameters", 3)
        self.about = {"parameters": self.parameters, "baseline": math.inf}

    def __iter__(self) -> Descent:
        return self

    def __next__(self) -> Step:
        config, at = self.config, self.update + 1
        if self.done:
            raise StopIteration
        if config.get("die_at") == at:
            os.kill(os.getpid(), signal.SIGKILL)
        if config.get("fail_at") == at:
            raise RuntimeError("a secret of the visitor")
        if config.get("hang_at") == at:
            time.sleep(3600)
        time.sleep(config.get("seconds", 0.001))  # type: ignore[arg-type]
        self.noise = (self.noise * 1103515245 + 12345) % 2**31
        self.x = [each - 0.05 * (each + self.noise / 2**31 - 0.5) for each in self.x]
        self.update = at
        loss = sum(each * each for each in self.x)
        metrics = {"validation": loss / 2} if at % 10 == 0 else {}
        if config.get("diverge_at") == at:
            return Step(at, math.nan, (math.inf, -math.inf), metrics, f"The loss is not a number at update {at}.")
        return Step(at, loss, tuple(self.x), metrics)

    @property
    def done(self) -> bool:
        return self.update >= self.config.get("updates", 100)  # type: ignore[operator]

    def answer(self, question: object) -> object:
        if question == "die":
            os.kill(os.getpid(), signal.SIGKILL)
        if question == "hang":
            time.sleep(3600)
        if question == "huge":
            return "x" * (MOST_BLOB + 1)
        if not isinstance(question, dict):
            raise ValueError("the question is no sentence")
        return {"at": self.update, "x": self.x, "nan": math.nan, "said": question["text"]}

    def checkpoint(self) -> bytes:
        return json.dumps({"update": self.update, "x": self.x, "noise": self.noise}).encode()


def factory(config_json: str, checkpoint: bytes | None) -> Descent:
    config = json.loads(config_json)
    if "refuse" in config:
        raise ValueError(config["refuse"])
    return Descent(config, None if checkpoint is None else json.loads(checkpoint))


def undisturbed(**config: object) -> list[Step]:
    """What a run gives when nothing happens to it."""
    return list(Descent(config))
