"""The panel under the charts: one's own sentence at every kept checkpoint, and what the network says to it now."""

from __future__ import annotations

import streamlit as st

from seqviz.learning.service import Unanswered
from seqviz.learning.typed import Typed
from seqviz.recurrent.stored import StoredModel, read_model
from seqviz.recurrent.tensors import ModelFileError
from seqviz.text import UNKNOWN, visible
from seqviz.ui import shell
from seqviz.ui.common import KEPT
from seqviz.ui.gates.trained import forget_opened, link_to_gates
from seqviz.ui.settings import Refusal
from seqviz.ui.state import triggered, visit
from seqviz.ui.training.follow import Followed
from seqviz.ui.training.inside_component import inside
from seqviz.ui.training.kept import kept, model_file
from seqviz.ui.training.looking import (
    FIRST_LANES,
    LANES,
    MOST_LIVE,
    MOST_NUMBERS,
    TOKENS,
    Sight,
    checkpoints_shown,
    first_sentence,
    inside_data,
    numbers_each,
    sight_at,
    typed_text,
)
from seqviz.ui.training.saying import say
from seqviz.ui.training.serving import service

KEY = "inside"
PACE = 2.0  # seconds between two looks while a run trains
LANE_NAMES = {
    "f": "forget f", "i": "input i", "g": "candidate g", "o": "output o", "c": "cell c",
    "r": "reset r", "z": "update z", "n": "candidate n",
}  # fmt: skip
MOST_CHARACTERS = 2000  # of the sentence: a token may be made of several
ENDED = "This run ended before it had a checkpoint: there is nothing to look into."
NOTHING_TO_TYPE = "This task reads pairs of numbers, not text: there is no sentence to type and to look into."


def show() -> None:
    """The panel, kept up to date while one of the runs trains."""
    runs: list[Followed] = visit().runs
    forget_opened()
    if runs:
        st.fragment(_show, run_every=PACE if any(run.live for run in runs) else None)()


def _show() -> None:
    runs: list[Followed] = visit().runs
    st.header("Your sentence through training", anchor=False)
    if runs[0].config.task == "adding":
        st.caption(NOTHING_TO_TYPE)
        link_to_gates(runs[0])
        return
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        run = _run_control(runs)
        if not run.about:
            st.caption(ENDED if run.over else "The run has not begun yet; its first checkpoint opens this panel.")
            return
        unit = run.about["unit"]
        text = st.text_input(
            f"Your sentence: up to {TOKENS} {unit}",
            first_sentence(run),
            key=f"{run.config.task}_sentence",
            live="400ms",
            max_chars=MOST_CHARACTERS,
            **KEPT,
        )
        lanes = _lanes_control(run)
        link_to_gates(run)
    try:
        model = read_model(model_file(run))
    except (Unanswered, ModelFileError) as why:
        st.info(shell.plain(str(why)))
        return
    typed = _accepted(run, model, text or "", lanes)
    if typed is None:
        return
    told = _look(run, model, typed, lanes)
    if told:
        st.caption(shell.plain(told))
    say(run, " ".join(typed.tokens) if unit == "words" else "".join(typed.tokens))


def _run_control(runs: list[Followed]) -> Followed:
    """Which of the runs that stand side by side."""
    if len(runs) == 1:
        return runs[0]
    names = [run.name for run in runs]
    name = st.selectbox("Look into", names, key="look_into", width=150, **KEPT)
    return runs[names.index(name)]


def _lanes_control(run: Followed) -> list[str]:
    """Which gates are drawn beside the hidden state."""
    cell = run.config.cell
    if not LANES[cell]:
        return []
    return list(
        st.multiselect(
            "Beside the hidden state", LANES[cell], FIRST_LANES[cell], format_func=LANE_NAMES.__getitem__,
            key=f"{cell}_lanes", width=230, **KEPT,
        )
    )  # fmt: skip


def _accepted(run: Followed, model: StoredModel, text: str, lanes: list[str]) -> Typed | None:
    """What can be read of the text, or with a warning what could be read last; None if nothing could."""
    place = f"sentence {run.config.task} {run.run_id}"
    last = visit().last_good
    try:
        typed = typed_text(run, model, text)
        checkpoints_shown((), numbers_each(typed, model, lanes))
    except Refusal as refusal:
        stays = "The picture stays as it was."
        st.warning(shell.plain(f"{refusal} {stays}" if place in last else str(refusal)))
        found: Typed | None = last.get(place)
        return found
    last[place] = typed
    return typed


def _look(run: Followed, model: StoredModel, typed: Typed, lanes: list[str]) -> str:
    """Mount the sheet over every checkpoint that can be shown; what there is to say about it."""
    store = kept()
    about = (run.run_id, run.news.generation, typed.tokens)
    if store.sights_of != about:
        store.sights_of, store.sights = about, {}
    updates = service().checkpoints(run.run_id)
    try:
        bound = MOST_LIVE if run.live else MOST_NUMBERS
        wanted = checkpoints_shown(updates, numbers_each(typed, model, lanes), bound)
    except Refusal as refusal:  # what could be read last, with more lanes than then
        return str(refusal)
    file = model_file(run)
    found: dict[int, Sight] = {}
    for update in wanted:
        try:
            if update not in store.sights:
                store.sights[update] = sight_at(service(), run.run_id, update, file, typed.ids)
        except (KeyError, ValueError):  # thinned away meanwhile, or no longer finite
            continue
        found[update] = store.sights[update]
    store.sights = {update: one for update, one in store.sights.items() if update in updates}
    if not found:
        return "There is no checkpoint to look into yet." if not run.over else "No checkpoint of this run is kept."
    packed_of = (*about, tuple(found), tuple(lanes), run.live)
    if store.packed_of != packed_of:
        store.packed_of, store.packed = packed_of, inside_data(run, model, typed, found, lanes)
    inside(store.packed, key=KEY, on_ask=_asked)
    told = []
    if typed.unknown:
        words = ", ".join(f"“{visible(word)[:30]}”" for word in dict.fromkeys(typed.unknown[:5]))
        told.append(f"The training did not know {words}: read as {UNKNOWN}.")
    if len(found) < len(updates):
        when = " while the run trains" if run.live else ""
        told.append(
            f"Shown are {len(found)} of {len(updates)} kept checkpoints: {bound:,} numbers are sent at most{when}, so "
            "fewer lanes or a shorter text show more."
        )
    return " ".join(told)


def _asked() -> None:
    """The reader wants to know what the network says at the checkpoint under the cursor."""
    message = triggered(KEY, "ask")
    if isinstance(message, dict) and isinstance(message.get("run"), str) and type(message.get("update")) is int:
        kept().asked_at = (message["run"], message["update"])
