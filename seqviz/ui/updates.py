"""Gradient descent on the text that is shown: how often, how fast, in the address bar, and how to go back."""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from dataclasses import replace

import numpy as np
import streamlit as st
from numpy.typing import ArrayLike

from seqviz.records import Array
from seqviz.recurrent import Elman
from seqviz.recurrent.descent import Descent, descend
from seqviz.ui.settings import RATE_LIMIT, UPDATE_LIMIT, Refusal, Settings, Updates
from seqviz.ui.state import triggered, visit

_ENTRY = re.compile(r"(\d{1,4})@([0-9.e+-]{1,24})")
_KNOWN: OrderedDict[tuple[str, Updates], Descent] = OrderedDict()  # experiment and updates → where they led
_KNOWN_LIMIT = 64
_LOCK = threading.Lock()  # visitors share it


def parse_updates(text: str) -> Updates:
    """ "10@0.1~1@0.5" → ten updates with η = 0.1, then one with 0.5.

    Raises:
        ValueError: anything else, in a few words.
    """
    if not text:
        return ()
    updates: list[tuple[int, float]] = []
    for entry in text.split("~", UPDATE_LIMIT):
        match = _ENTRY.fullmatch(entry)
        if match is None:
            raise ValueError("not a list like 10@0.1~1@0.5")
        try:
            updates.append((int(match[1]), float(match[2])))
        except ValueError:
            raise ValueError(f"{match[2]} is no learning rate") from None
    for times, rate in updates:
        check_rate(rate)
        if times < 1:
            raise ValueError("0 updates in a row")
    _check_count(sum(times for times, _ in updates))
    return tuple(updates)


def write_updates(updates: Updates) -> str:
    """The inverse of `parse_updates`."""
    return "~".join(f"{times}@{rate!r}" for times, rate in updates)


def check_rate(rate: float) -> None:
    """Raises Refusal unless 0 < η ≤ RATE_LIMIT."""
    if not 0.0 < rate <= RATE_LIMIT:
        raise Refusal(f"The learning rate is {rate:g}; it is a number above 0 and up to {RATE_LIMIT:g}.")


def _check_count(count: int) -> None:
    if count > UPDATE_LIMIT:
        raise Refusal(f"That makes {count:,} updates; the limit is {UPDATE_LIMIT:,}. Rewind to start anew.")


def with_more(updates: Updates, times: int, rate: float) -> Updates:
    """The same and `times` more; those of one rate in a row are one entry.

    Raises:
        Refusal: a learning rate or a number of updates beyond the limits.
    """
    check_rate(rate)
    _check_count(sum(count for count, _ in updates) + times)
    if updates and updates[-1][1] == rate:
        return (*updates[:-1], (updates[-1][0] + times, rate))
    return (*updates, (times, rate))


def with_updates(settings: Settings, good: Settings) -> tuple[Settings, str | None]:
    """The settings with this visitor's updates, and a sentence if the address held nonsense or a press was refused.

    Updates belong to one experiment: where another text or other weights are asked for than in `good`, the last that
    could be shown, the count starts at 0 again.
    """
    memory = visit()
    problem, memory.refused_update = memory.refused_update, None
    if memory.updates is None:  # the first run: what the link says
        try:
            return replace(settings, updates=parse_updates(st.query_params.get("updates", ""))), problem
        except ValueError as error:
            sentence = str(error).rstrip(".")
            return settings, f"The updates in the address could not be read ({sentence}); there are none."
    same = _identity(settings) == _identity(good)
    return replace(settings, updates=memory.updates if same else ()), problem


def learn(key: str) -> None:
    """What a press of Update or Rewind in the component `key` does: it changes this visitor's updates."""
    memory = visit()
    memory.presses += 1
    match triggered(key, "learn"):
        case {"rewind": True}:
            memory.updates = ()
        case {"times": 1 | 10 | 100 as times, "rate": int() | float() as rate}:
            try:
                memory.updates = with_more(memory.updates or (), int(times), float(rate))
            except Refusal as refusal:
                memory.refused_update = str(refusal)


def descended(settings: Settings, cell: Elman, inputs: Array, targets: ArrayLike) -> Descent:
    """The cell after the updates that the settings ask for; it goes on from the nearest ones that are still known."""
    key = _identity(settings)
    rest, run = _nearest(key, settings.updates)
    if run is None:
        run = descend(cell, inputs, targets, settings.loss, rate=1.0, updates=0)
    for times, rate in rest:
        if run.overflow is not None:
            break
        more = descend(run.cell, inputs, targets, settings.loss, rate=rate, updates=times)
        overflow = None if more.overflow is None else len(run.losses) - 1 + more.overflow
        run = Descent(more.cell, np.concatenate([run.losses, more.losses[1:]]), overflow)
    if settings.updates:  # the start is made anew faster than it is found
        with _LOCK:
            _KNOWN[key, settings.updates] = run
            _KNOWN.move_to_end((key, settings.updates))
            if len(_KNOWN) > _KNOWN_LIMIT:
                _KNOWN.popitem(last=False)
    return run


def _nearest(key: str, wanted: Updates) -> tuple[Updates, Descent | None]:
    """What is still to do after the longest known part of `wanted`, and where that part led."""
    with _LOCK:
        known = [(done, run) for (experiment, done), run in _KNOWN.items() if experiment == key]
    found: tuple[Updates, Descent | None] = (wanted, None)
    for done, run in known:
        rest = _remaining(done, wanted)
        if rest is not None and (found[1] is None or len(run.losses) > len(found[1].losses)):
            found = (rest, run)
    return found


def applied(updates: Updates, count: int) -> Updates:
    """The first `count` of them: where numbers overflow, the rest was not made."""
    made = []
    for times, rate in updates:
        if count > 0:
            made.append((min(times, count), rate))
        count -= times
    return tuple(made)


def _remaining(done: Updates, wanted: Updates) -> Updates | None:
    """What is still to do to get from `done`, at least one, to `wanted`; None where one does not lead to the other."""
    *same, (times, rate) = done
    if len(wanted) < len(done) or wanted[: len(same)] != tuple(same):
        return None
    count, at_rate = wanted[len(same)]
    if at_rate != rate or count < times:
        return None
    rest = wanted[len(done) :]
    return ((count - times, rate), *rest) if count > times else rest


def _identity(settings: Settings) -> str:
    """What the updates depend on, as text: everything but the updates and the letters."""
    plain = replace(settings, updates=(), notation="", typed={})
    return f"{plain!r} {sorted(settings.typed.items(), key=repr)!r}"
