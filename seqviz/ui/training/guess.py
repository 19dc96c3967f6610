"""Predict first: a question about the runs before they start, and what they answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from seqviz.figures.numbers import in_words
from seqviz.learning.config import TrainingConfig
from seqviz.learning.facts import Facts
from seqviz.learning.presets import GOALS
from seqviz.ui import shell
from seqviz.ui.common import KEPT
from seqviz.ui.state import visit
from seqviz.ui.training.follow import Followed
from seqviz.ui.training.scores import Score, best_baseline, compared, ranking

SKIP = "skip"
NO_RIVAL = "numbers"  # the task whose metric no answer without a network is measured by


def predict_control() -> bool:
    """Whether to be asked."""
    return st.toggle("Predict first", key="predict_training", **KEPT)


def question(configs: Mapping[str, TrainingConfig], found: Facts) -> bool:
    """Ask, once for these very configs; whether the answer is still to come."""
    about = tuple(configs.items())
    guess = visit().training_guess
    if not configs or (guess is not None and guess[0] == about):
        return False

    def answer(said: str) -> None:
        visit().training_guess = about, said

    metric = GOALS[found.task].metric
    if len(configs) > 1:
        asked, choices = f"Which of these will have the best {metric} on held-out data at its end?", [*configs]
    else:
        asked, choices = _alone(found), ["yes", "no"]
    with st.container(border=True):
        st.markdown(f"**Predict first.** {shell.plain(asked)}")
        with st.container(horizontal=True):
            for place, said in enumerate([*choices, SKIP]):
                label = said.capitalize() if said in ("yes", "no", SKIP) else shell.plain(said)
                st.button(label, key=f"guess-{place}", on_click=answer, args=(said,))
        st.caption("“Train” can be pressed once you have answered or skipped.")
    return True


def _alone(found: Facts) -> str:
    """What is asked of a single run: whether it beats what needs no network; where nothing does, whether it arrives."""
    goal = GOALS[found.task]
    if found.task == NO_RIVAL:
        return f"Will it end with {goal.metric} at {in_words(goal.value)} or more on held-out data?"
    beaten = best_baseline(found.baselines, found.task)
    bound = f": {beaten.name}, {goal.metric} {in_words(beaten.value)}" if beaten else ""
    return f"Will it end better than the best answer without a network{bound}?"


def show_verdict() -> None:
    """What became of the reader's answer, if there was one about the runs that stand here."""
    if said := verdict(visit().runs):
        st.info(shell.plain(said))


def verdict(runs: Sequence[Followed]) -> str:
    """What became of the reader's answer; "" where there is none, or not yet."""
    guess = visit().training_guess
    if guess is None or guess[1] == SKIP or guess[0] != tuple((run.name, run.config) for run in runs):
        return ""
    return judged(guess[1], runs)


def judged(said: str, runs: Sequence[Followed]) -> str:
    """An answer beside what the runs reached."""
    if not all(run.over for run in runs):
        return f"You said: {said}. The answer comes when all have ended."
    scores = ranking(runs)
    if not scores:
        return f"You said: {said}. No run got as far as a look at held-out data."
    first = scores[0]
    if len(runs) == 1:
        goal = GOALS[runs[0].config.task]
        found = goal.reached(first.value) if runs[0].config.task == NO_RIVAL else compared(first, runs[0])
        right = "Right" if found == (said == "yes") else "No"
        return f"You said: {said}. {right}: it ends at {_told(first)}."
    leaders = [one.name for one in scores if one.value == first.value]
    if len(leaders) > 1:
        return f"You said: {said}. {_listed(leaders)} end level, at {_told(first)}."
    if said == first.name:
        return f"You said: {said}. Right: it ends at {_told(first)}."
    mine = next((one for one in scores if one.name == said), None)
    own = f"{said} at {in_words(mine.value)}" if mine else f"{said} never looked at held-out data"
    return f"You said: {said}. No: {first.name} ends at {_told(first)}, {own}."


def _told(score: Score) -> str:
    return f"{score.metric} {in_words(score.value)}"


def _listed(names: Sequence[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}"
