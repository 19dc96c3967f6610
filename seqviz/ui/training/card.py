"""The card of a task: what is read and answered, one example of its data, what is reached without a network."""

from __future__ import annotations

from typing import NamedTuple

import streamlit as st

from seqviz.figures.numbers import in_words
from seqviz.learning.facts import WRITES, Facts
from seqviz.learning.presets import GOALS, PRESETS
from seqviz.text import visible
from seqviz.ui import shell
from seqviz.ui.training.own import OWN, in_numbers
from seqviz.ui.training.settings import TASK_NAMES


class Words(NamedTuple):
    """A task in words: what is read and answered, and what makes it hard."""

    reads: str
    answers: str
    hard: str
    shown: str = "answers"  # what is shown beside the example's text


CARDS = {
    "characters": Words(
        "a text, character by character",
        "the next character, at every step",
        "spelling needs a few steps of memory, a sentence's end its beginning",
        "the next character",
    ),
    "words": Words(
        "a text, word by word",
        "the next word, at every step",
        "several words can follow, so even the best score is not perfect",
        "the next word",
    ),
    "reviews": Words(
        "a short text, word by word",
        "once, at its end: its label",
        "a negation turns a word round, and beside “but” or “although” one half does not count",
    ),
    "tags": Words(
        "a sentence, word by word",
        "at every word: its part of speech",
        "many words are a noun here and a verb there; what stands before decides",
    ),
    "numbers": Words(
        "a number in words, then “=” and blanks",
        "behind “=”: its digits, then the end",
        "as many answers as there are digits, not as there are words",
    ),
    "country": Words(
        "a sentence that says where somebody comes from, and much else",
        "once, at its end: the language spoken there",
        "other countries are mentioned on the way; the one that counts must be kept to the end",
    ),
    "copy": Words(
        "ten symbols, a pause of blanks, then “?”",
        "while ten more blanks are read: the ten symbols",
        "all ten have to be held through the pause",
    ),
    "adding": Words(
        "numbers between 0 and 1, two of them marked",
        "once, at the end: the sum of the two",
        "one marked number stands in each half, and all others must be ignored",
    ),
}


NOTES = {"adding": ", to two digits; [marked]"}


def card(source: str, found: Facts, open_: bool) -> None:
    """The whole card; that of the reader's own data shows their first held-out text."""
    words = CARDS[found.task]
    with st.expander(f"The task: {TASK_NAMES[found.task]}", expanded=open_, key=f"card-{open_}"):
        left, right = st.columns(2, gap="medium")
        with left:
            st.markdown(f"**Reads** {words.reads}.  \n**Answers** {words.answers}.")
            st.markdown(f"**Hard:** {words.hard}." if source != OWN else _own(found.task))
            if source != OWN:  # of one's own it is said where they are read
                st.caption(f"The data: {in_numbers(found)}.")
        with right:
            st.caption("From the held-out data" + NOTES.get(found.task, ""))
            st.text(readable(found.example.reads))
            st.markdown(f"**{words.shown}** {shell.plain(readable(found.example.answers))}")
        for line in reached(source, found):
            st.markdown(line)


def _own(task: str) -> str:
    if task in WRITES:
        return "The text is your own: its first 80 % are trained on, then 10 % to validate and 10 % to test."
    return "The texts are your own: 70 % are trained on, 15 % validate, 15 % test; equal texts fall into the same part."


def readable(text: str) -> str:
    """A piece of data on one line, without characters that cannot be seen."""
    return "".join(character if character == " " else visible(character) for character in text)


def reached(source: str, found: Facts) -> list[str]:
    """Without a network, counted on these data; and what the preset has to reach, with its benchmark's name."""
    lines = []
    if found.baselines:
        said = "; ".join(f"{one.name}, {one.metric} {in_words(one.value)}" for one in found.baselines)
        lines.append(f"**Without a network**, on the held-out data: {said}.")
    elif source == OWN:
        lines.append("**Without a network**: counted on your data as soon as the training begins.")
    preset, goal = PRESETS[found.task], GOALS[found.task]
    if source == preset.source:
        bound = "or less" if goal.falls else "or more"
        lines.append(
            f"**The preset** ({preset.cell}, {preset.hidden} units, {preset.updates:,} updates) should end with "
            f"{goal.metric} {in_words(goal.value)} {bound}; `python -m benchmarks.presets` measures it."
        )
    return lines
