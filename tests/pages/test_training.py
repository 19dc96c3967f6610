"""/training : every setting from the address, own data, refusals, a short training to its end."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from dataclasses import asdict, replace
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from seqviz.learning.config import TASKS, TrainingConfig
from seqviz.learning.facts import facts
from seqviz.learning.presets import PRESETS
from seqviz.ui.training import serving
from seqviz.ui.training.card import CARDS
from seqviz.ui.training.settings import SIDES, TASK_NAMES
from tests.pages.opening import open_page, said

PATIENT = 60.0
TINY = {"examples": 64, "held_out": 16, "hidden": 6, "updates": 12, "validate_every": 4, "batch": 8}


@pytest.fixture(autouse=True)
def own_service() -> Iterator[None]:
    """Each test has a service of its own: cached ones would go from one AppTest to the next."""
    yield
    serving.service().close()
    st.cache_resource.clear()


def opened(task: str = "tags", **address: object) -> AppTest:
    """The page as the address shows it to a new visitor; short names are those of the task's settings."""
    whole = {
        name if name in ("side", "predict_training") else f"{task}_{name}": str(value)
        for name, value in address.items()
    }
    return open_page("pages/training.py", train=TASK_NAMES[task], **whole)


def button(page: AppTest, label: str) -> Any:
    (found,) = [one for one in page.button if one.label == label]
    return found


def asked(page: AppTest) -> dict[str, TrainingConfig]:
    """What the visitor's runs were started with."""
    assert [error.value for error in page.exception] == []
    return {run.name: run.config for run in page.session_state["visit"].runs}


def until_over(page: AppTest) -> AppTest:
    end = time.monotonic() + PATIENT
    while not all(run.over for run in page.run().session_state["visit"].runs):
        assert time.monotonic() < end, "the training did not end"
        time.sleep(0.2)
    return page.run()


# ── the address ──────────────────────────────────────────────────────────────────────────────────────────────

UNUSUAL: dict[str, Any] = {
    "length": 9,
    "examples": 77,
    "held_out": 33,
    "embedding": 5,
    "hidden": 7,
    "layers": 2,
    "dropout": 0.125,
    "initialisation": "xavier",
    "optimiser": "RMSprop",
    "learning_rate": 0.000321,
    "schedule": "cosine",
    "weight_decay": 0.0123,
    "batch": 11,
    "window": 3,
    "clipping": "value",
    "clip_threshold": 0.037,
    "updates": 3,
    "validate_every": 5,
    "measure_every": 6,
    "seed": 4294967295,
}


@pytest.mark.parametrize(
    ("task", "more"),
    [
        ("characters", {"source": "python", "cell": "RNN", "nonlinearity": "relu"}),
        ("country", {"cell": "LSTM", "forget_bias": -1.5}),
        ("country", {"cell": "GRU", "device": "cpu"}),
    ],
)
def test_a_link_gives_exactly_its_configuration(task: str, more: dict[str, Any]):
    wanted = {**UNUSUAL, **more}
    labels = {"source": {"python": "Python's own library"}}
    page = opened(task, **{name: labels.get(name, {}).get(value, value) for name, value in wanted.items()})
    button(page, "Train").click().run()
    (config,) = asked(page).values()
    assert config == replace(PRESETS[task], **wanted)


def test_every_field_of_a_config_has_its_control():
    """Seen from the other side: no field is left that a link could not hold."""
    named = {*UNUSUAL, "source", "cell", "nonlinearity", "forget_bias", "device"}
    assert {field for field in asdict(TrainingConfig()) if field not in ("task", "content")} == named


@pytest.mark.parametrize("task", TASKS)
def test_the_bare_page_of_a_task_is_its_preset_and_its_card(task: str):
    page = opened(task)
    found = facts(PRESETS[task])
    words = said(page)
    assert CARDS[task].reads in words
    assert f"{found.sizes['train']:,} to train on" in words
    for baseline in found.baselines:
        assert baseline.name in words
    button(page, "Train").click().run()
    assert list(asked(page).values()) == [PRESETS[task]]


@pytest.mark.parametrize("side", SIDES)
def test_side_by_side_differs_in_one_field_alone(side: str):
    field, values = SIDES[side]
    page = opened("tags", side=side, learning_rate=0.05, **{k: v for k, v in TINY.items() if k != "learning_rate"})
    button(page, "Train").click().run()
    configs = [asdict(config) for config in asked(page).values()]
    assert len(configs) == len(values)
    assert {name for name in configs[0] if len({str(one[name]) for one in configs}) > 1} == {field}


# ── bad input ────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("task", "address", "says"),
    [
        ("tags", {"hidden": 0}, "Hidden is 0, expected a whole number from 1 to 512."),
        ("tags", {"hidden": 0.5}, "Hidden is 0.5, expected a whole number from 1 to 512."),
        ("tags", {"learning_rate": 1e9}, "Learning rate is 1000000000.0, expected a number from 1e-06 to 10."),
        ("tags", {"updates": 20001}, "Updates is 20,001, at most 20,000 are made here."),
        ("tags", {"hidden": 512, "layers": 2}, "parameters, expected at most 500,000."),
        ("tags", {"examples": 16, "batch": 17}, "There are 16 sequences to train on, expected at least 17, one batch."),
        ("adding", {"examples": 50000, "length": 500}, "Examples × length is 25,000,000, expected at most 2,000,000."),
        ("tags", {"window": -1}, "Window is -1, expected a whole number from 1 to 1000."),
    ],
)
def test_a_setting_out_of_bounds_is_refused_before_it_starts(task: str, address: dict[str, object], says: str):
    page = opened(task, **address)
    assert [error.value for error in page.exception] == []
    assert len(page.warning) == 1
    assert says in said(page)
    assert button(page, "Train").disabled


CSV = "text,label\n" + "".join(f'"he said ""{n}"",\nand left",{"good" if n % 2 else "bad"}\n' for n in range(40))


@pytest.mark.parametrize(
    ("task", "text", "says"),
    [
        ("characters", "", "Nothing is read yet. Type or paste a text"),
        ("characters", "too short", "The text has 7 characters to train on, expected at least 2,049, one batch"),
        ("characters", "".join(chr(0x4E00 + n) for n in range(20_000)) * 2, "20,000 different characters, expected"),
        ("words", "one two " * 9, "The text has 15 words to train on, expected at least 641"),
        ("reviews", "text,label\nonly,one\n", "The CSV has 1 rows, expected 20 to 50,000."),
        ("reviews", CSV.replace("good", "bad"), "The CSV has 1 different labels, all 'bad', expected 2 to 50."),
        ("reviews", CSV.replace(",good", ","), "has no label, expected a text and a label."),
        ("reviews", 'a,"b', "The CSV cannot be read at line 1"),
        ("reviews", CSV, "40 texts, 2 labels (bad, good); 28 to train on, 6 to validate, 6 to test"),
    ],
)
def test_own_data_are_read_and_said_in_numbers_or_refused(task: str, text: str, says: str):
    page = opened(task, source="my own")
    if text:
        page.text_area(key=f"{task}_text").set_value(text).run()
    assert [error.value for error in page.exception] == []
    assert says in said(page)
    assert len(page.warning) == (1 if text else 0)  # of the last, 28 texts, which are no batch of 32
    assert button(page, "Train").disabled


def test_own_text_is_data_and_not_in_the_address():
    text = "# a **b** <img src=x onerror=alert(1)> :smile: $x$ [l](http://x)\n" * 60
    page = opened("characters", source="my own", batch=4, length=16)
    page.text_area(key="characters_text").set_value(text).run()
    assert not page.warning
    assert "onerror" not in json.dumps(dict(page.query_params))
    shown = [element.value for element in page.text]
    assert any("<img" in value for value in shown)  # st.text: as it stands
    assert not any("<img" in str(element.value) for element in page.markdown)
    button(page, "Train").click().run()
    (config,) = asked(page).values()
    assert (config.source, config.content) == ("own", text)


# ── a training ───────────────────────────────────────────────────────────────────────────────────────────────


def test_a_training_to_its_end_says_what_it_reached_and_gives_itself_away():
    page = opened("tags", side="RNN · LSTM · GRU", predict_training="true", **TINY)
    assert button(page, "Train").disabled  # the question comes first
    button(page, "GRU").click().run()
    button(page, "Train").click().run()
    until_over(page)
    runs = page.session_state["visit"].runs
    reached = {run.name: run.seen.looks[-1]["metrics"]["accuracy"] for run in runs}
    best = max(reached.values())
    (verdict,) = [info.value.replace("\u2060", "").replace("\\", "") for info in page.info]
    assert verdict.startswith("You said: GRU. ")
    assert ("Right" in verdict) == (reached["GRU"] == best and list(reached.values()).count(best) == 1)
    words = said(page)
    assert f"accuracy {best:.3g}" in words
    assert re.search(r"Clipping\*\* shortened so many gradients: \d+ of 12 \(RNN\), \d+ of 12 \(LSTM\)", words)
    assert "the most frequent tag of each word at " in words
    for run in runs:
        assert f"{run.about['parameters']:,} parameters" in words
    button(page, "Prepare model and script").click().run()
    labels = [one.proto.label for one in page.get("download_button")]
    assert labels == ["Metrics (CSV)", "Config (JSON)", "Model after update 12", "PyTorch script"]


def test_dropout_has_no_script_and_the_page_says_why():
    page = opened("tags", **{**TINY, "dropout": 0.25})
    button(page, "Train").click().run()
    until_over(page)
    button(page, "Prepare model and script").click().run()
    assert "There is no script: Dropout is 0.25, expected 0 for a script that gives the same losses." in said(page)
    assert [one.proto.label for one in page.get("download_button")][-1] == "Model after update 12"


def test_a_run_that_diverges_says_when_and_what_to_try():
    page = opened("adding", **{**TINY, "length": 20, "optimiser": "SGD", "learning_rate": 10, "clipping": "none"})
    button(page, "Train").click().run()
    until_over(page)
    (run,) = page.session_state["visit"].runs
    assert run.news.state == "diverged"
    assert not page.warning  # it stands in the charts
    (told,) = [
        run["sentences"][-1]
        for one in page.get("bidi_component")
        if one.key == "training"
        for run in json.loads(one.proto.json)["runs"]
    ]
    assert re.match(r"Update \d+: the loss is .*the gradient's norm is .*; try a learning rate below", told)


def test_what_the_worker_refuses_stands_as_a_warning_and_the_charts_before_it_stay():
    page = opened("tags", **TINY)
    button(page, "Train").click().run()
    until_over(page)
    (before,) = page.session_state["visit"].runs
    page.selectbox(key="tags_device").set_value("cuda").run()
    button(page, "Train").click().run()
    end = time.monotonic() + PATIENT
    while not page.run().warning:
        assert time.monotonic() < end, "nothing was said"
        time.sleep(0.2)
    assert "Device is 'cuda', expected one of cpu" in said(page)
    assert [run.run_id for run in page.session_state["visit"].runs] == [before.run_id]
    assert "training" in [component.key for component in page.get("bidi_component")]
