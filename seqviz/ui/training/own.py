"""One's own data on /training: typed, pasted or a file; read once, said in numbers, refused before anything starts."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import streamlit as st

from seqviz.learning.config import SOURCES
from seqviz.learning.facts import WRITES, Facts, own_facts
from seqviz.learning.runs import MOST_CONFIG
from seqviz.text.reading import decode
from seqviz.ui import shell
from seqviz.ui.common import KEPT, as_sentence
from seqviz.ui.state import visit

OWN = "own"
DATA_NAMES = {"phrases": "composed for this page", "python": "Python's own library", OWN: "my own"}
TYPED, FILE = "type or paste", "a file"
MOST_MEGABYTES = MOST_CONFIG >> 20


@dataclass(frozen=True)
class Own:
    """Data of a reader's own, as they were last read.

    Attributes:
        mark: what tells them from others. content: the text or the CSV. name: of the file, "" where it was typed.
        encoding: as which a file was read. size: in bytes, of the file or of the text as UTF-8. facts: what is in them.
    """

    mark: str
    content: str
    name: str
    encoding: str
    size: int
    facts: Facts


def data_control(task: str) -> str:
    """Where the data come from; tasks whose sentences are generated have no choice."""
    choices = SOURCES.get(task, ())
    if not choices:
        return "phrases"
    found: str = st.selectbox(
        "Data", choices, format_func=DATA_NAMES.__getitem__, key=f"{task}_source", width=200, **KEPT
    )
    return found


def own_controls(task: str) -> Own | None:
    """The field or the file, and what was read; None where there is nothing yet or what there is was refused."""
    what = "a text" if task in WRITES else "a CSV, a text and a label in each row"
    open_ = not visit().runs  # once something trains, the charts stand higher
    with st.expander(f"Your data: {what}", expanded=open_, key=f"own-{task}-{open_}"):
        how = st.radio("Bring it", (TYPED, FILE), key=f"{task}_how", horizontal=True, **KEPT)
        try:
            found = _typed(task) if how == TYPED else _file(task)
        except ValueError as refusal:
            st.warning(shell.plain(f"{as_sentence(str(refusal))} Nothing can be trained on it."))
            found = None
        else:
            st.caption(shell.plain(told(found)) if found else f"Nothing is read yet. {_ASKS[task]}")
        st.caption(
            f"Up to {MOST_MEGABYTES} MB; a larger file is not taken. It stays in the memory of this visit and is not "
            "part of the address: a copied link opens without it."
        )
    return found


_ASKS = {
    "characters": "Type or paste a text, or choose a file of plain text: it is cut into characters.",
    "words": "Type or paste a text, or choose a file of plain text: it is cut into words and punctuation marks.",
    "reviews": "Type, paste or choose a CSV: “text,label” in the first row, then one text with its label in each row.",
}


def _typed(task: str) -> Own | None:
    text: Any = st.text_area(
        "Text" if task in WRITES else "CSV", key=f"{task}_text", height=130, persist_state="session"
    )
    if not text or not text.strip():
        return None
    return _read(task, str(text), "", "", len(text.encode("utf-8", "replace")))


def _file(task: str) -> Own | None:
    """What the chosen file holds; the one read earlier in this visit where the field has lost it."""
    file = st.file_uploader("File", key=f"{task}_file", max_upload_size=MOST_MEGABYTES)
    if file is None:
        held: Own | None = visit().own.get(task)
        return held if held is not None and held.name else None
    data = file.getvalue()
    found = decode(data)
    return _read(task, found.text, file.name, found.encoding, len(data))


def _read(task: str, content: str, name: str, encoding: str, size: int) -> Own:
    """The facts, counted when the text is new.

    Raises:
        ValueError: what `own_facts` refuses.
    """
    mark = hashlib.blake2b(f"{name}\n{encoding}\n{content}".encode("utf-8", "replace"), digest_size=16).hexdigest()
    held: Own | None = visit().own.get(task)
    if held is None or held.mark != mark:
        visit().own.pop(task, None)
        held = Own(mark, content, name, encoding, size, own_facts(task, content))
        visit().own[task] = held
    return held


def told(own: Own) -> str:
    """What was read, in numbers."""
    where = f"{own.name}, read as {own.encoding}" if own.name else "Typed"
    return f"{where}: {own.size:,} bytes, {in_numbers(own.facts)}."


def in_numbers(found: Facts) -> str:
    """The sizes of data: of a text in tokens, else in sequences."""
    sizes, total = found.sizes, sum(found.sizes.values())
    split = f"{sizes['train']:,} to train on, {sizes['validation']:,} to validate, {sizes['test']:,} to test"
    if found.task in WRITES:
        different = f"{found.inputs:,} different" if found.unit == "characters" else f"{found.inputs:,} of them learned"
        return f"{total:,} {found.unit}, {different}; {split}"
    rows = "sequences" if found.task != "reviews" else "texts"
    labels = ""
    if found.task == "reviews":
        names = ", ".join(found.classes[:6]) + (", …" if len(found.classes) > 6 else "")
        labels = f", {len(found.classes)} labels ({names})"
    return f"{total:,} {rows}{labels}; {split}"
