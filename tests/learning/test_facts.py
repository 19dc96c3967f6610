"""What is said of data without torch is what the training room makes of them; it refuses what that refuses."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import pytest

from seqviz.learning.budget import parameter_count
from seqviz.learning.config import TASKS, TrainingConfig
from seqviz.learning.facts import facts, own_facts
from seqviz.learning.problems import problem
from seqviz.learning.training import Training

SMALL = TrainingConfig(examples=64, held_out=32, length=12, batch=8, hidden=8, embedding=4, seed=3)
TEXT = "the cat sat on the mat. " * 60
CSV = "text,label\n" + "".join(f'"text number {n}, a",label {n % 3}\n' for n in range(60))


@pytest.mark.parametrize("task", TASKS)
def test_the_facts_are_those_of_the_training(task: str):
    config = replace(SMALL, task=task)
    found, made = facts(config), problem(config)
    assert (found.inputs, found.outputs) == (made.inputs, made.outputs)
    assert found.baselines == made.baselines
    assert found.unit == made.unit
    if task not in ("characters", "words"):
        assert found.sizes == {split: len(part) for split, part in made.parts.items()}
        assert found.steps == made.parts["train"].steps
    assert found.parameters(config) == Training(config).model.parameter_count
    found.check(config)


@pytest.mark.parametrize(
    ("task", "content"), [("characters", TEXT), ("words", TEXT), ("reviews", CSV)], ids=lambda value: value[:10]
)
def test_own_data_are_read_as_the_training_reads_them(task: str, content: str):
    config = replace(SMALL, task=task, source="own", content=content)
    found, made = own_facts(task, content), problem(config)
    assert (found.inputs, found.outputs) == (made.inputs, made.outputs)
    assert parameter_count(config, made.inputs, made.outputs) == found.parameters(config)
    found.check(config)
    if task == "reviews":
        assert found.sizes == {"train": 42, "validation": 9, "test": 9}
        assert found.classes == ("label 0", "label 1", "label 2")
        assert made.vocabulary is not None
        assert found.example.answers in found.classes
    else:
        assert sum(found.sizes.values()) == {"characters": len(TEXT), "words": 7 * 60}[task]
        assert found.example.reads in TEXT


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"source": "own", "content": "short text"}, "the text has 8 characters to train on, expected at least 97"),
        ({"source": "own", "content": "ab " * 40, "batch": 1, "length": 20}, "leaves 12 characters to be held out"),
        ({"task": "reviews", "source": "own", "content": CSV, "batch": 64}, "42 sequences to train on, expected at"),
        ({"task": "tags", "examples": 16, "batch": 17}, "there are 16 sequences to train on, expected at least 17"),
        ({"task": "adding", "examples": 50_000, "length": 500}, "examples × length is 25,000,000, expected at most"),
        ({"task": "tags", "hidden": 512, "layers": 4}, "number of parameters is 7,[0-9,]+, expected at most 4,000,000"),
        (
            {"task": "adding", "length": 400, "held_out": 5000, "hidden": 300},
            "sequences × steps × weights is 730,202,000,000, expected at most 100,000,000,000",
        ),
        (
            {"source": "own", "content": "abcdefgh " * 60_000, "held_out": 5000, "hidden": 512, "layers": 2},
            "sequences × steps × weights is 17[0-9],[0-9,]+, expected at most 100,000,000,000",
        ),
    ],
)
def test_what_is_refused_here_is_refused_there_in_the_same_words(change: dict[str, object], says: str):
    config = replace(SMALL, **change)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=says) as here:
        (own_facts(config.task, config.content) if config.content else facts(config)).check(config)
    with pytest.raises(ValueError, match=says) as there:
        Training(config)
    assert str(here.value) == str(there.value)


def test_the_example_is_held_out_and_is_answered_right():
    """three thousand and twelve = 3012, a sum, a copy: said again by hand."""
    sums = facts(replace(SMALL, task="adding")).example
    marked = [float(number.strip("[]")) for number in sums.reads.split() if number.startswith("[")]
    assert len(marked) == 2
    assert sum(marked) == pytest.approx(float(sums.answers), abs=0.011)
    copied = facts(replace(SMALL, task="copy")).example
    assert copied.answers.split() == list(copied.reads[:10])
    tags = facts(replace(SMALL, task="tags")).example
    assert tags.answers.split()[-1] == "PUNCT"


def test_they_need_no_torch():
    code = (
        "import sys\n"
        "from seqviz.learning.facts import facts, own_facts\n"
        "from seqviz.learning.config import TASKS, TrainingConfig\n"
        "for task in TASKS: facts(TrainingConfig(task=task, examples=16, held_out=16, length=8))\n"
        "own_facts('characters', 'abc' * 90)\n"
        "assert 'torch' not in sys.modules\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
