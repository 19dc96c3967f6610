"""One lane of the score sheet: a table of numbers (T, rows) and how it is drawn. Numbers travel as 32-bit floats."""

from __future__ import annotations

import base64
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from seqviz.records import Array

Lane = dict[str, object]

_TITLES = {
    "i": "input gate",
    "f": "forget gate",
    "o": "output gate",
    "r": "reset gate",
    "z": "update gate",
    "g": "candidate",
    "n": "candidate",
    "c": "cell state",
    "h": "hidden state",
    "s": "state",
}
_CANDIDATES = ("g", "n")


def packed(values: ArrayLike) -> dict[str, object]:
    """A table (rows, columns) of numbers for the browser: little-endian 32-bit floats in base64."""
    with np.errstate(over="ignore"):  # what is too large for 32 bits goes as infinite
        table = np.atleast_2d(np.asarray(values)).astype("<f4")
    return {"rows": table.shape[0], "columns": table.shape[1], "packed": base64.b64encode(table.tobytes()).decode()}


def gate_lane(name: str, values: Array, symbol: str, *, untouched: Array | None = None, group: str = "") -> Lane:
    """A gate's values (T, H): between 0 and 1, or −1 and 1 for a candidate."""
    signed = name in _CANDIDATES
    return _lane(
        name,
        values,
        untouched,
        group,
        kind="signed" if signed else "amount",
        limit=1.0,
        range="−1 … 1" if signed else "0 … 1",
        symbol=_general(symbol),
        title=_TITLES[name],
        units=True,
    )


def state_lane(
    name: str, states: Array, symbol: str, *, untouched: Array | None = None, group: str = "", sent: bool = False
) -> Lane:
    """A state's values (T+1, H) from step 1 on, on a scale symmetric about 0.

    sent: the browser has these states already, under this name; they do not travel twice.
    """
    every = states if untouched is None else np.concatenate([states, untouched])  # one scale for both runs
    most = largest(every)
    # one unit that counts far up would leave the others without colour: colours end where 19 of 20 values lie
    limit = min(most, max(1.0, float(np.quantile(np.abs(every[np.isfinite(every)]), 0.95, method="higher"))))
    more: Lane = {"state": name} if sent else {}
    return _lane(
        name,
        None if sent else states[1:],
        None if untouched is None else untouched[1:],
        group,
        kind="signed",
        limit=limit,
        lineLimit=most,
        range=f"±{most:.3g}",
        symbol=_general(symbol),
        title=_TITLES[name] if limit == most else f"{_TITLES[name]} (colours end at ±{limit:.2g})",
        units=True,
        **more,
    )


def output_lane(
    probabilities: Array,
    rows: NDArray[np.intp],
    names: Sequence[str],
    *,
    untouched: Array | None = None,
    group: str = "",
) -> Lane:
    """The read-out's probabilities (T, K) of the classes `rows`."""
    return _lane(
        "p",
        probabilities[:, rows],
        None if untouched is None else untouched[:, rows],
        group,
        kind="amount",
        limit=1.0,
        range="0 … 1",
        symbol="p",
        title="read-out",
        rowNames=[names[k] for k in rows],
        rowIds=[int(k) for k in rows],
        answers=answers(probabilities, names),  # of all classes, shown in a row or not
        answerIds=[int(k) for k in np.nan_to_num(probabilities).argmax(axis=1)],
        answersUntouched=None if untouched is None else answers(untouched, names),
        output=True,
    )


def answers(probabilities: Array, names: Sequence[str]) -> list[tuple[str, float] | None]:
    """The likeliest class at every step of (T, K) probabilities, and how likely it is; None for no number."""
    return [
        (names[row.argmax()], float(row.max())) if np.isfinite(row).all() else None for row in np.asarray(probabilities)
    ]


def dependence_lane(sizes: Array, what: str) -> Lane:
    """(T,) how much an output depends on each token."""
    most = largest(sizes)
    return _lane(
        "dependence",
        sizes[:, np.newaxis],
        None,
        "",
        kind="amount",
        limit=most,
        range=f"0 … {most:.2g}",
        symbol="∂log p/∂x",
        title=f"how much {what} depends on this token",
    )


def likeliest(probabilities: Array, count: int, wanted: Sequence[int] = ()) -> NDArray[np.intp]:
    """`count` classes in their own order: those `wanted`, then those that ever get the most of (T, K) probabilities."""
    most = np.nan_to_num(probabilities).max(axis=0)  # (K,)
    ranked = [*dict.fromkeys([*wanted, *np.argsort(-most, kind="stable").tolist()])]
    best: NDArray[np.intp] = np.sort(np.array(ranked[:count], dtype=np.intp))
    return best


def largest(values: Array) -> float:
    """The largest finite size, never 0: the end of a colour scale."""
    finite = np.abs(values[np.isfinite(values)])
    return float(max(1e-12, finite.max(initial=0.0)))


def _lane(base: str, values: Array | None, untouched: Array | None, group: str, **more: object) -> Lane:
    lane: Lane = {"key": f"{group}.{base}" if group else base, "base": base, "group": group, **more}
    if values is not None:
        lane["values"] = packed(values)
    if untouched is not None:
        lane["untouched"] = packed(untouched)
    return lane


def _general(symbol: str) -> str:
    """The symbol of no particular step: `f_{@}` → f_{t}."""
    return symbol.replace("@", "t").replace("<", "t−1")
