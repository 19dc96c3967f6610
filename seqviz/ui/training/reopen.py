"""A config that was taken away, opened again: every setting's control is put to what the file says."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import streamlit as st

from seqviz.learning.config import TrainingConfig
from seqviz.text.reading import decode
from seqviz.ui.common import as_sentence
from seqviz.ui.state import held, set_widgets, visit
from seqviz.ui.training.own import MOST_MEGABYTES, OWN, TYPED
from seqviz.ui.training.settings import ALONE

KEY = "config_file"


def reopen_control() -> None:
    """The place for the file; what it says stands in the controls above at once."""
    st.file_uploader("Open a config (JSON)", key=KEY, max_upload_size=MOST_MEGABYTES + 1, on_change=_open, width=316)


def _open() -> None:
    file: Any = held(KEY)
    if file is None:
        return
    here = visit()
    try:
        config = TrainingConfig.from_json(decode(file.getvalue()).text)
    except (ValueError, TypeError) as refusal:
        here.refused_run = f"{as_sentence(str(refusal))} The settings stay as they were."
        return
    here.refused_run = None
    set_widgets(train=config.task, side=ALONE, **widgets_of(config))


def widgets_of(config: TrainingConfig) -> dict[str, object]:
    """Key → value of the controls that hold a config."""
    task, fields = config.task, asdict(config)
    content = fields.pop("content")
    del fields["task"]
    fields["window"] = fields["window"] or 0
    numbers = {name: float(value) for name, value in fields.items() if isinstance(value, int | float)}
    found: dict[str, object] = {f"{task}_{name}": value for name, value in (fields | numbers).items()}
    if config.source == OWN:
        found |= {f"{task}_how": TYPED, f"{task}_text": content}
    return found
