"""Training seen from outside, one update at a time: `for step in train(config)`.

What an update needs anyway is told at every step. What costs time (‖∂L/∂h_t‖, norms by parameter, how far each matrix
moved) is measured every `measure_every` updates and changes no number of the training: two runs that measure at other
times have the same losses, bit for bit.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn

from seqviz.learning import answering, checkpoint
from seqviz.learning.budget import check_data, check_network
from seqviz.learning.clipping import total_norm
from seqviz.learning.config import TrainingConfig
from seqviz.learning.evaluation import Evaluation, evaluate, loss_of, misread_examples
from seqviz.learning.export import exported
from seqviz.learning.gradient_norms import norms_in_training
from seqviz.learning.guesses import Baseline
from seqviz.learning.network import Network, Passed, new_network
from seqviz.learning.optimisers import learning_rate, new_optimiser
from seqviz.learning.problems import Problem, problem
from seqviz.records import Prediction, TrainingStep
from seqviz.text.tasks import Split

RUNAWAY = 50.0  # times the first loss, or 1 if that is smaller
SAMPLED = {"characters": 100, "words": 25}  # tokens of a sample beside each validation
TEMPERATURE = 0.8
ADAPTIVE = ("RMSprop", "Adam", "AdamW")


def devices() -> tuple[str, ...]:
    """The devices of this machine that can train."""
    found = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    return tuple(name for name, there in found.items() if there)


def train(config: TrainingConfig) -> Iterator[TrainingStep]:
    """Every update of a training, the last one where it ends or diverges.

    Raises:
        ValueError: a config or data that cannot be trained on, before the first update.
    """
    return Training(config)


class Training:
    """A training: an iterator over its steps that can be asked, stored and resumed between two of them.

    Attributes:
        config: what it was made from. problem: its data and names. model: the network.
        update: how many updates it has done.

    Raises:
        ValueError: data that cannot be trained on, a device that is not here, or too many parameters.
    """

    def __init__(self, config: TrainingConfig) -> None:
        if config.device not in devices():
            raise ValueError(f"device is {config.device!r}, expected one of {', '.join(devices())} on this machine")
        self.config = config
        self.device = torch.device(config.device)
        check_data(config)
        self.problem: Problem = problem(config, self.device)
        numeric = self.problem.vocabulary is None
        size = self.problem.inputs, self.problem.outputs, numeric
        parts = self.problem.parts
        check_network(config, *size, parts["train"].steps, max(len(parts["validation"]), len(parts["test"])))
        self.model: Network = new_network(config, *size).to(self.device)
        self.optimiser = new_optimiser(self.model.parameters(), config)
        self.update = 0
        self._parameters = list(self.model.parameters())
        self._names = [name for name, _ in self.model.named()]
        self._runaway = math.inf
        self._random = torch.Generator().manual_seed(config.seed).get_state()
        self._diverged = False
        self.model.train()

    @classmethod
    def resume(cls, config: TrainingConfig, data: bytes) -> Training:
        """The training that wrote this checkpoint, from there on: the same further steps, bit for bit.

        Raises:
            ValueError: no checkpoint, or one of another configuration.
        """
        training = cls(config)
        resting = checkpoint.read(data, training.model, training.optimiser)
        training.update, training._runaway, training._random = resting.update, resting.runaway, resting.random
        return training

    def checkpoint(self) -> bytes:
        """Everything that decides how it goes on, as safetensors."""
        return checkpoint.write(
            self.model, self.optimiser, checkpoint.Resting(self.update, self._runaway, self._random)
        )

    def model_file(self) -> bytes:
        """The network as it is now, as a model file that every page can open; without the optimiser's state."""
        return exported(self.model, self.problem, self.config, self.update)

    @property
    def done(self) -> bool:
        """Whether all its updates were made."""
        return self.update >= self.config.updates

    @property
    def baselines(self) -> tuple[Baseline, ...]:
        """What answers without a network reach on the same held-out data."""
        return self.problem.baselines

    def evaluate(self, split: Split = "test") -> Evaluation:
        """How good the network is on a split; "test" is data that neither training nor validation has seen."""
        return evaluate(self.model, self.problem, split)

    def predict(self, text: str) -> Prediction:
        """The answers to a text; own texts are read without capitals, as they were in training."""
        return answering.predict(self.model, self.problem, text, lower=self.config.source == "own" and self._last)

    def sample(self, temperature: float = TEMPERATURE, length: int = 160, seed: int = 0, prompt: str = "") -> str:
        """What a language model writes."""
        return answering.sample(self.model, self.problem, temperature, length, seed, prompt)

    @property
    def _last(self) -> bool:
        return self.problem.kind == "last"

    def __iter__(self) -> Training:
        return self

    def __next__(self) -> TrainingStep:
        """One update."""
        config, number = self.config, self.update + 1
        if self._diverged or self.done:
            raise StopIteration
        began = time.perf_counter()
        measured = self.update % config.measure_every == 0
        batch = self.problem.parts["train"].batch(self.update, config.batch, config.seed)
        passed, loss = self._backward(batch.inputs, batch.places, batch.targets, measured)
        value = loss.item()
        if number == 1 and math.isfinite(value):
            self._runaway = RUNAWAY * max(value, 1.0)
        told: dict[str, Any] = self._measured(passed) if measured else {}
        norm, clipped = self._clip()
        reason = self._reason(number, value, norm)
        if reason:
            self._diverged = True  # the weights stay as they were
        else:
            told |= self._move(measured)
            self.update = number
            if number % config.validate_every == 0 or number == config.updates:
                told |= self._look()
        seconds = time.perf_counter() - began
        return TrainingStep(number, value, norm, clipped, batch.tokens, seconds, diverged=reason, **told)

    def _backward(
        self, inputs: Tensor, places: Tensor | None, targets: Tensor, measured: bool
    ) -> tuple[Passed, Tensor]:
        """Forward and backward; the gradients lie at the parameters, and at the top layer's states where measured."""
        for parameter in self._parameters:
            parameter.grad = None
        if self.config.dropout:  # from the training's own stream, whatever else draws in this process
            with torch.random.fork_rng(devices=[self.device] if self.device.type == "cuda" else ()):
                torch.set_rng_state(self._random)
                if self.device.type != "cpu":
                    torch.manual_seed((self.config.seed << 20) + self.update)
                passed = self.model(inputs, places)
                self._random = torch.get_rng_state()
        else:
            passed = self.model(inputs, places)
        if measured:
            passed.states.retain_grad()
        loss = loss_of(self.problem, passed.logits, targets)
        torch.autograd.backward(loss)
        return passed, loss

    def _measured(self, passed: Passed) -> dict[str, Any]:
        """The norms of what lies at the parameters and at the top layer's states, before any clipping."""
        inputs, states, at_states = passed.inputs.detach(), passed.states.detach(), passed.states.grad
        assert at_states is not None
        pairs = zip(self._names, self._parameters, strict=True)
        return {
            "parameter_norms": {name: total_norm([p.grad]) for name, p in pairs if p.grad is not None},
            "time_norms": norms_in_training(self.model.top, inputs, states, at_states, self.config.window),
        }

    def _clip(self) -> tuple[float, float]:
        """Clip in place, as torch does; the norm before and after."""
        config = self.config
        gradients = [parameter.grad for parameter in self._parameters if parameter.grad is not None]
        norm = nn.utils.get_total_norm(gradients)
        before = norm.item()
        if not math.isfinite(before):  # float32's squares may have overflowed where the gradient itself has not
            before = total_norm(gradients)
            norm = torch.tensor(before, device=self.device)
        if config.clipping == "norm":
            nn.utils.clip_grads_with_norm_(self._parameters, config.clip_threshold, norm)
            return before, before * min(1.0, config.clip_threshold / (before + 1e-6))
        if config.clipping == "value":
            nn.utils.clip_grad_value_(self._parameters, config.clip_threshold)
            return before, nn.utils.get_total_norm(gradients).item()
        return before, before

    def _move(self, measured: bool) -> dict[str, Any]:
        """The optimiser's step; where measured, ‖ΔW‖ / ‖W‖ for each parameter, nan for one that was 0."""
        before = [parameter.detach().clone() for parameter in self._parameters] if measured else []
        for group in self.optimiser.param_groups:
            group["lr"] = learning_rate(self.config, self.update)
        self.optimiser.step()
        found = {}
        for name, old, new in zip(self._names, before, self._parameters, strict=False):
            length = total_norm([old])
            found[name] = total_norm([new.detach() - old]) / length if length else math.nan
        return {"update_ratio": found}

    def _look(self) -> dict[str, Any]:
        """The held-out data, and what the network writes or misreads."""
        found = evaluate(self.model, self.problem)
        samples: tuple[str, ...]
        if self.problem.kind == "next":
            samples = (self.sample(length=SAMPLED[self.problem.unit], seed=self.config.seed),)
        else:
            samples = misread_examples(self.problem, found)
        return {"metrics": found.metrics, "confusion": found.confusion, "samples": samples}

    def _reason(self, number: int, loss: float, norm: float) -> str:
        """Why the training ends here, in one sentence; "" if it goes on."""
        config = self.config
        if math.isfinite(loss) and math.isfinite(norm) and loss <= self._runaway:
            return ""
        what = f"the loss is {loss:.4g}" if math.isfinite(loss) else f"the loss is no longer finite ({loss})"
        above = f", above {self._runaway:.4g}" if math.isfinite(loss) and loss > self._runaway else ""
        other = "clipping by norm at 1" if config.clipping == "none" else f"clipping below {config.clip_threshold:g}"
        if config.optimiser in ADAPTIVE:  # its step hardly depends on the gradient's size, clipped or not
            other = "SGD with clipping by norm at 1"
        return (
            f"Update {number}: {what}{above}, and the gradient's norm is {norm:.4g}; try a learning rate below "
            f"{learning_rate(config, self.update):.3g}, or {other}."
        )
