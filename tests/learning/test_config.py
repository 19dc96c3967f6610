"""A config written down and read again is the same; what is not allowed is named with its bound."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from seqviz.learning.config import CONTENT_LIMIT, TrainingConfig


def test_a_config_survives_being_written_down():
    config = TrainingConfig(
        task="words", source="own", content='Größe "a",\n\x00 b' * 9, window=7, cell="GRU", learning_rate=0.1
    )
    assert TrainingConfig.from_json(config.to_json()) == config
    assert TrainingConfig.from_json("{}") == TrainingConfig()
    assert TrainingConfig.from_json('{"learning_rate": 1, "window": null}').learning_rate == 1


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"hidden": 0}, "hidden is 0, expected a whole number from 1 to 512"),
        ({"hidden": True}, "hidden is True"),
        ({"hidden": 8.0}, "hidden is 8.0, expected a whole number"),
        ({"learning_rate": 1e9}, "learning_rate is 1000000000.0, expected a number from 1e-06 to 10"),
        ({"learning_rate": float("nan")}, "learning_rate is nan, expected a number from 1e-06 to 10"),
        ({"learning_rate": "0.1"}, "learning_rate is '0.1'"),
        ({"dropout": float("inf")}, "dropout is inf, expected a number from 0 to 0.9"),
        ({"window": 0}, "window is 0, expected a whole number from 1 to 1000"),
        ({"seed": -1}, "seed is -1"),
        ({"cell": "CNN"}, "cell is 'CNN', expected one of RNN, LSTM, GRU"),
        ({"cell": ["LSTM"]}, "cell is .'LSTM'., expected one of"),
        ({"task": "dreams"}, "task is 'dreams', expected one of characters, words"),
        ({"task": "tags", "source": "own"}, "source of tags is 'own', expected one of phrases"),
        ({"source": "own"}, "content is empty"),
        ({"content": "abc"}, "content is given for the source 'phrases'"),
        ({"source": "own", "content": 3}, "content is int, expected text"),
        ({"source": "own", "content": "ab\ud800"}, r"content holds '\\ud800' at 2, half a character"),
        ({"clip_threshold": 0.0}, "clip_threshold is 0.0, expected a number from 0.001 to 1000"),
        ({"updates": 10**9}, "updates is 1000000000, expected a whole number from 1 to 100000"),
        ({"colour": "red"}, "a setting is 'colour', expected one of task, source"),
    ],
)
def test_what_is_not_allowed_is_refused_however_it_comes(change: dict[str, object], says: str):
    with pytest.raises(ValueError, match=says):
        TrainingConfig.from_json(json.dumps(change))
    if "colour" not in change:
        with pytest.raises(ValueError, match=says):
            replace(TrainingConfig(), **change)


def test_content_is_bounded():
    with pytest.raises(ValueError, match="content has 5,000,002 bytes, expected at most 5,000,000"):
        TrainingConfig(source="own", content="é" * (CONTENT_LIMIT // 2 + 1))


@pytest.mark.parametrize("text", ["", "[1]", "3", "null", "{", "[" * 100_000])
def test_what_is_no_configuration_is_refused(text: str):
    with pytest.raises(ValueError, match="the configuration is"):
        TrainingConfig.from_json(text)
