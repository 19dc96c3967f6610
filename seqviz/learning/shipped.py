"""Train the small networks that the pages ship: python -m seqviz.learning.shipped [task …]

For each task and each cell: one training for each learning rate, the best of them on validation data kept, measured
once on test data, written with its card to assets/models. The same machine writes the same numbers again.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import torch

from seqviz.learning.data import Examples, training_examples
from seqviz.learning.fit import Score, fit, new_model, score
from seqviz.learning.measures import baselines, held_out, measure
from seqviz.learning.model import CELLS, Notes, SequenceModel, save
from seqviz.learning.recipes import RECIPES, UNKNOWN_SHARE, Recipe
from seqviz.learning.threads import one_thread

MODELS = Path(__file__).parents[2] / "assets" / "models"
FIRST_LOSSES = 50  # of the chosen run, kept in the card so that anybody can hold a new run against it


@dataclass(frozen=True, eq=False)
class Run:
    """One finished training: its network, its losses update by update, its score on validation data."""

    learning_rate: float
    model: SequenceModel
    losses: tuple[float, ...]
    validation: Score


def training_data(recipe: Recipe) -> Examples:
    """The sequences that all trainings of a recipe share."""
    return training_examples(recipe.task, recipe.examples, recipe.seed, UNKNOWN_SHARE)


def run(recipe: Recipe, cell: str, learning_rate: float, examples: Examples) -> Run:
    """Train one network from its seed."""
    config = recipe.config(cell, learning_rate)
    model = new_model(config, recipe.task.vocabulary.size, len(recipe.task.classes))
    losses = tuple(step.loss for step in fit(model, examples, config))
    return Run(learning_rate, model, losses, score(model, held_out(recipe, "validation")))


def best(runs: Iterable[Run]) -> Run:
    """The one with the most right answers on validation data; among equals the one with the smallest loss there."""
    return max(runs, key=lambda r: (r.validation.steps, -r.validation.loss))


def train_task(recipe: Recipe) -> tuple[dict[str, SequenceModel], dict[str, object]]:
    """The network of each cell and the card of all."""
    models: dict[str, SequenceModel] = {}
    cells: dict[str, dict[str, object]] = {}
    examples = training_data(recipe)
    for cell in CELLS:
        began = time.perf_counter()
        runs = [run(recipe, cell, rate, examples) for rate in recipe.rates]
        chosen = best(runs)
        models[cell] = chosen.model
        measured = measure(chosen.model, recipe)
        cells[cell.lower()] = {
            "parameters": chosen.model.parameter_count,
            "learning_rate": chosen.learning_rate,
            "search": [
                {
                    "learning_rate": r.learning_rate,
                    "validation": round(r.validation.steps, 4),
                    "validation_loss": round(r.validation.loss, 4),
                }
                for r in runs
            ],
            **asdict(measured),
            "first_losses": [round(loss, 5) for loss in chosen.losses[:FIRST_LOSSES]],
        }
        if recipe.longer > 1 and cell == "RNN":
            cells["rnn"] |= {"longer": trained_longer(recipe, chosen.learning_rate, examples)}
        print(f"{recipe.task.name} {cell}: {time.perf_counter() - began:.0f} s, test {measured.test}", flush=True)
    return models, card_of(recipe, cells)


def trained_longer(recipe: Recipe, learning_rate: float, examples: Examples) -> dict[str, object]:
    """How far the simple cell comes with a larger budget than the one shared: it learns slowly, not never."""
    more = replace(recipe, updates=recipe.longer * recipe.updates)
    measured = measure(run(more, "RNN", learning_rate, examples).model, recipe)
    return {"updates": more.updates, "learning_rate": learning_rate, "test": measured.test, "curve": measured.curve}


def card_of(recipe: Recipe, cells: Mapping[str, object]) -> dict[str, object]:
    """The card: what a reader has to know to believe the numbers."""
    return {
        "task": recipe.task.name,
        "title": recipe.title,
        "about": recipe.about,
        "data": recipe.data,
        "splits": recipe.splits,
        "scoring": recipe.scoring,
        "baselines": baselines(recipe),
        "training_examples": recipe.examples,
        "held_out_examples": recipe.held_out,
        "hidden": recipe.hidden,
        "embedding": recipe.embedding,
        "tokens": recipe.task.vocabulary.size,
        "updates": recipe.updates,
        "batch": recipe.batch,
        "learning_rates": list(recipe.rates),
        "choice": "The learning rate with the most right answers on validation data, then the smallest loss there.",
        "optimiser": "Adam (β 0.9 and 0.999), the learning rate falling evenly to 0; the gradient clipped at norm "
        f"{recipe.clip_norm:g}.",
        "initialisation": "PyTorch's own for all three cells: everything even in ±1/√H, embeddings normal; no extra "
        "bias for any gate.",
        "seed": recipe.seed,
        "torch": str(torch.__version__),
        "cells": cells,
    }


def write(recipe: Recipe, folder: Path) -> None:
    """Train a task's three networks and write their files and their card."""
    models, card = train_task(recipe)
    task = recipe.task
    folder.mkdir(parents=True, exist_ok=True)
    for cell, model in models.items():
        notes = Notes(task.unit, task.vocabulary.tokens, task.classes, recipe.example, card)
        save(folder / f"{task.name}-{cell.lower()}.safetensors", model, notes)
    text = json.dumps(card, indent=2, ensure_ascii=False) + "\n"
    (folder / f"{task.name}.json").write_text(text, encoding="utf-8")


def main(names: Sequence[str]) -> None:
    """Train the named tasks, or all."""
    unknown = [name for name in names if name not in RECIPES]
    if unknown:
        raise SystemExit(f"task is {unknown[0]!r}, expected one of {', '.join(RECIPES)}")
    one_thread()
    for name in names or RECIPES:
        write(RECIPES[name], MODELS)


if __name__ == "__main__":
    main(sys.argv[1:])
