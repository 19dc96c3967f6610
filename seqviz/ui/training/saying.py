"""What the network says to the sentence now, and what a language model writes: asked of the training itself."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import streamlit as st

from seqviz.learning.service import Unanswered
from seqviz.text import visible
from seqviz.ui import shell
from seqviz.ui.common import KEPT, seed_control
from seqviz.ui.training.follow import Followed
from seqviz.ui.training.kept import PATIENCE, ask, kept
from seqviz.ui.training.looking import TOP

WRITTEN = {"characters": 160, "words": 40}  # tokens
MOST_ANSWERS = 12  # said one by one where many steps answer
LEAST = 0.001  # of an answer behind the likeliest
PROMPT = 200  # characters
REMEMBERED = 40
HURRY = 2.0  # seconds for what is asked again soon: the charts of this visitor stand still meanwhile


def say(run: Followed, text: str) -> None:
    """The answers to the sentence and, of a language model, a text: now, and at the update that was asked about."""
    st.subheader("What does it say now?", anchor=False)
    question = {"ask": "predict", "text": text, "top": TOP, "dated": True}
    _answers(run, question, -1)
    at = _asked_at(run)
    if at is not None:
        _answers(run, question, at)
    if run.about.get("kind") != "next":
        return
    st.subheader("It writes", anchor=False)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        temperature = st.slider(
            "Temperature", 0.0, 2.0, 0.8, 0.1, key="temperature", width=220,
            help="What the logits are divided by before the softmax; at 0 the likeliest is always taken.", **KEPT,
        )  # fmt: skip
        seed = seed_control("writing_seed")
        prompt = st.text_input("Prompt", "", max_chars=PROMPT, key="prompt", live="400ms", **KEPT) or ""
    length = WRITTEN[str(run.about["unit"])]
    asked = {
        "ask": "sample",
        "temperature": temperature,
        "length": length,
        "seed": seed,
        "prompt": prompt,
        "dated": True,
    }
    _writes(run, asked, -1)
    if at is not None:
        _writes(run, asked, at)


def _asked_at(run: Followed) -> int | None:
    found = kept().asked_at
    return found[1] if found is not None and found[0] == run.run_id else None


def _answers(run: Followed, question: Mapping[str, object], update: int) -> None:
    found = _answered(run, question, update)
    if found is not None:
        st.markdown(_when(found["update"], update) + answers_in_words(found["answer"], str(run.about.get("kind"))))


def _writes(run: Followed, question: Mapping[str, object], update: int) -> None:
    found = _answered(run, question, update)
    if found is not None:
        st.markdown(_when(found["update"], update) + "it writes")
        st.code(f"{question['prompt']}{_gap(run, question)}{found['answer']}", language=None, wrap_lines=True)


def _gap(run: Followed, question: Mapping[str, object]) -> str:
    return " " if question["prompt"] and run.about["unit"] == "words" else ""


def _when(update: int, asked: int) -> str:
    return f"**{'Now, after' if asked < 0 else 'After'} update {update:,}:** "


def answers_in_words(answer: Mapping[str, Any], kind: str) -> str:
    """ "positive (0.931) · negative (0.069)", or of many steps the likeliest answer of each, with its token."""
    steps, tokens = answer["answers"], answer["tokens"]
    if len(steps) == 1:
        before = f"behind {shell.plain(_token(tokens[-1]))} comes " if kind == "next" else ""
        return before + " · ".join(_said(pair) for n, pair in enumerate(steps[0]) if not n or pair[1] >= LEAST)
    more = f" … and {len(steps) - MOST_ANSWERS} more" if len(steps) > MOST_ANSWERS else ""
    about = [f"{shell.plain(_token(token))} → " for token in tokens] if len(steps) == len(tokens) else [""] * len(steps)
    return (
        " · ".join(word + _said(pairs[0]) for word, pairs in list(zip(about, steps, strict=True))[:MOST_ANSWERS]) + more
    )


def _said(pair: tuple[str, float]) -> str:
    name, p = pair
    shown = f"{p:.3f}" if isinstance(p, float) and math.isfinite(p) else "no number"
    return f"{shell.plain(_token(name))} ({shown})"


def _token(name: str) -> str:
    return visible(name) if len(name) == 1 else visible(name).replace("␣", " ")


def _answered(run: Followed, question: Mapping[str, object], update: int) -> dict[str, Any] | None:
    """The answer, asked again only where it may have changed; else None, and the sentence that says why."""
    store, live = kept(), run.live and update < 0
    key = (run.run_id, run.news.generation, update, run.news.update if update < 0 else 0, tuple(question.items()))
    if live or key not in store.answers:
        try:
            found = ask(run.run_id, question, update, HURRY if live else PATIENCE)
        except (Unanswered, KeyError) as why:
            sentence = f"Update {update:,} is no longer kept." if isinstance(why, KeyError) else str(why)
            st.info(shell.plain(sentence))
            return None
        if not isinstance(found, dict):
            return None
        if live:
            return found
        store.answers[key] = found
        while len(store.answers) > REMEMBERED:
            store.answers.pop(next(iter(store.answers)))
    answer: dict[str, Any] = store.answers[key]
    return answer
