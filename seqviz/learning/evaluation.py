"""How good a network in training is, on data that it is not trained on: loss, accuracy, confusion, perplexity."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from seqviz.learning.guesses import SINGULAR
from seqviz.learning.network import Network
from seqviz.learning.problems import Problem
from seqviz.learning.rows import Batch
from seqviz.records import Array
from seqviz.text.tasks import Split
from seqviz.text.tasks.passages import spaced

CHUNK = 128  # sequences at once, fewer where they are long
OVERFLOW = 709.0  # exp of more is no float64
AT_ONCE = 4_000_000  # hidden states and logits
MOST_CLASSES = 100  # of a confusion matrix
SHOWN = 5  # misread examples
MOST_SHOWN = (
    500  # characters of one: a text of one's own may be one word of 100,000, and all of a step is kept and sent
)


@dataclass(frozen=True, eq=False)
class Evaluation:
    """What one look at held-out data found.

    Attributes:
        metrics: name → value. "loss" always; "accuracy" and, where a sequence has many answers, "whole sequences";
            "perplexity" and bits for the next token; "mean squared error" for a number.
        confusion: (K, K) rows the right class, columns the answer; None for numbers and for too many classes.
        misread: (row from 0, answer, right class) where the one answer at the last step is wrong; () for other tasks.
    """

    metrics: dict[str, float]
    confusion: Array | None
    misread: tuple[tuple[int, int, int], ...] = ()


def loss_of(problem: Problem, logits: Tensor, targets: Tensor) -> Tensor:
    """The loss that the task is trained on: mean cross-entropy, or mean squared error for a number."""
    return F.mse_loss(logits[:, 0], targets) if problem.kind == "number" else F.cross_entropy(logits, targets)


@torch.no_grad()
def evaluate(network: Network, problem: Problem, split: Split = "validation") -> Evaluation:
    """All held-out sequences of a split."""
    was_training = network.training
    network.eval()
    total, count, right, whole, sequences, row = 0.0, 0, 0, 0, 0, 0
    classes = len(problem.classes)
    confusion = np.zeros((classes, classes)) if 0 < classes <= MOST_CLASSES else None
    misread: list[tuple[int, int, int]] = []
    part = problem.parts[split]
    chunk = max(1, min(CHUNK, AT_ONCE // (part.steps * (network.head.in_features + network.head.out_features))))
    for batch in part.in_order(chunk):
        logits = network(batch.inputs, batch.places).logits  # (M, K)
        total += float(loss_of(problem, logits, batch.targets)) * len(batch.targets)
        count += len(batch.targets)
        if problem.kind != "number":
            answers = logits.argmax(1)  # (M,)
            wrong = (answers != batch.targets).cpu().numpy()
            right += len(wrong) - int(wrong.sum())
            whole += whole_sequences(batch, wrong)
            sequences += len(batch.inputs)
            if confusion is not None:
                pairs = (batch.targets * classes + answers).cpu().numpy()
                confusion += np.bincount(pairs, minlength=classes**2).reshape(classes, classes)
            if problem.kind == "last":
                misread += [(row + int(at), int(answers[at]), int(batch.targets[at])) for at in np.flatnonzero(wrong)]
            row += len(batch.inputs)
    network.train(was_training)
    loss = total / count
    metrics = {"loss": loss}
    if problem.kind == "number":
        metrics["mean squared error"] = loss
    else:
        metrics["accuracy"] = right / count
    if problem.kind == "steps":
        metrics["whole sequences"] = whole / sequences
    if problem.kind == "next":
        metrics["perplexity"] = math.inf if loss >= OVERFLOW else math.exp(loss)
        metrics[f"bits per {SINGULAR[problem.unit]}"] = loss / math.log(2)
    return Evaluation(metrics, confusion, tuple(misread))


def whole_sequences(batch: Batch, wrong: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> int:
    """How many of the batch's sequences have no wrong answer."""
    rows, steps = batch.inputs.shape[:2]
    places = np.arange(rows * steps) if batch.places is None else batch.places.cpu().numpy()
    return rows - len(np.unique(places[wrong] // steps))


def misread_examples(problem: Problem, found: Evaluation) -> tuple[str, ...]:
    """The first few held-out texts that are answered wrong: what was answered, and what is right."""
    if not problem.shown:
        return ()
    return tuple(
        f"{shortened(spaced(problem.shown[row]))} → {problem.classes[answer]}, expected {problem.classes[right]}"
        for row, answer, right in found.misread[:SHOWN]
    )


def shortened(text: str) -> str:
    """Its beginning and its end, where the answer is often decided."""
    half = MOST_SHOWN // 2
    return text if len(text) <= MOST_SHOWN else f"{text[:half]} … {text[-half:]}"
