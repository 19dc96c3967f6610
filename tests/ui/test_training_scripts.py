"""What the scripts of /training work out before they draw: places, ticks, gaps, speeds; run by node."""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import Any

import pytest

from seqviz.ui.shell import ASSETS

NODE = shutil.which("node")
FILES = ("shared/text.js", "training/data.js", "training/axis.js")

pytestmark = pytest.mark.skipif(NODE is None, reason="no node on the PATH")


def answers(*expressions: str) -> list[Any]:
    """What the expressions come to; what JSON has no word for (NaN, infinity) arrives as None."""
    source = "\n".join((ASSETS / name).read_text(encoding="utf-8") for name in FILES)
    source += "\nconsole.log(JSON.stringify([" + ",\n".join(expressions) + "]));"
    done = subprocess.run([str(NODE), "-"], input=source, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return list(json.loads(done.stdout))


def run(state: str = "running", update: int = 300, checkpoints: tuple[int, ...] = (0, 100, 200, 300)) -> str:
    return json.dumps({"id": "a", "state": state, "update": update, "checkpoints": checkpoints})


def test_ticks_are_round_and_few():
    found = answers("linearTicks(0, 1500)", "linearTicks(-0.2, 1.1)", "linearTicks(3, 3)", "logTicks(0.001, 1e9)")
    assert found[0] == [0, 500, 1000, 1500]
    assert found[1] == pytest.approx([0, 0.5, 1])
    assert found[2] == [3]
    assert found[3] == pytest.approx([10.0**n for n in (-3, 0, 3, 6, 9)])


def test_a_logarithmic_axis_of_less_than_two_powers_has_ticks_in_between():
    first, second = answers("logTicks(0.15, 1.2)", "logTicks(2.1, 2.9)")
    assert first == pytest.approx([0.2, 0.5, 1])
    assert second == pytest.approx([2.2, 2.4, 2.6, 2.8])


def test_a_range_holds_all_that_can_be_drawn_and_nothing_else():
    plain, log, nothing = answers(
        "rangeOf([[1, NaN, 3], undefined, [Infinity, 2]], false)",
        "rangeOf([[0, -1, 0.1, 10]], true)",
        "rangeOf([[NaN], [0]], true)",
    )
    assert plain[0] < 1 < 3 < plain[1] < 4
    assert 0 < log[0] < 0.1 < 10 < log[1] < 100
    assert nothing is None


def test_what_is_not_a_number_breaks_a_line():
    plain, log = answers(
        "unbroken([1, 2, NaN, 3, Infinity, 4, 5], false)",
        "unbroken([1, 0, 2, 3], true)",
    )
    assert plain == [[0, 1], [3, 3], [5, 6]]
    assert log == [[0, 0], [2, 3]]


def test_the_cursor_can_stand_at_every_kept_checkpoint_and_at_now():
    two = f"[{run()}, {run(update=250, checkpoints=(0, 150, 250))}]"
    found, place, before = answers(
        f"positionsOf({two})", f"positionAt(positionsOf({two}), 199)", f"positionAt(positionsOf({two}), -5)"
    )
    assert [one["update"] for one in found] == [0, 100, 150, 200, 250, 300]
    assert [one["now"] for one in found] == [False] * 5 + [True]
    assert (place, before) == (2, 0)


def test_a_group_answers_for_all_its_updates():
    line = "{x: [4, 8, 10], y: [1, 2, 3], low: [0, 1, 2], high: [3, 4, 5], group: 4}"
    look = "{x: [100, 200], y: [5, 6], dots: true}"
    found = answers(
        *(f"valueAt({line}, {at})" for at in (1, 4, 5, 9, 11)), *(f"valueAt({look}, {at})" for at in (99, 199))
    )
    assert found[0] == found[1] == {"value": 1, "low": 0, "high": 3, "first": 1, "last": 4}
    assert found[2] == {"value": 2, "low": 1, "high": 4, "first": 5, "last": 8}
    assert found[3] == {"value": 3, "low": 2, "high": 5, "first": 9, "last": 10}
    assert found[4] is None
    assert found[5] is None
    assert found[6] == {"value": 5, "first": 100, "last": 100}


@pytest.mark.parametrize(
    ("states", "at", "may"),
    [
        (["running"], 300, {"pause", "stop"}),
        (["waiting"], 300, {"pause", "stop"}),
        (["paused"], 300, {"resume", "step", "stop"}),
        (["paused"], 299, {"resume", "step", "stop", "rewind"}),
        (["paused", "running"], 100, {"pause", "stop"}),
        (["finished"], 300, set()),
        (["finished"], 100, {"rewind"}),
        (["stopped"], 300, {"rewind"}),
        (["diverged"], 300, {"rewind"}),
    ],
)
def test_what_may_be_done(states: list[str], at: int, may: set[str]):
    (found,) = answers(f"possible([{','.join(run(state) for state in states)}], {at})")
    assert {name for name, allowed in found.items() if allowed is True} == may
    assert found["back"] == at // 100 * 100


def test_the_speed_is_what_the_clock_on_the_wall_says():
    play = """(clock => NEWS.map(([now, update, state]) => {
        const run = {id: "a", state, update};
        clock.note(run, now);
        return clock.rate(run);
    }))(new Clock())"""
    going = [[0, 10, "running"], [500, 60, "running"], [1000, 110, "running"], [2000, 150, "running"]]
    news = [*going, [2500, 150, "paused"], [3000, 160, "running"], [4000, 180, "running"], [5000, 20, "running"]]
    (said,) = answers(play.replace("NEWS", json.dumps(news)))
    assert said == [None, None, 100, 70, None, None, 20, None]


def test_what_all_runs_say_is_said_once():
    from_ = "It died; this run goes on from update {}."
    found = answers(
        f"saidTogether({json.dumps([['A', from_.format('1,100')], ['B', from_.format('20')]])})",
        f"saidTogether({json.dumps([['A', from_.format('20')], ['B', from_.format('20')]])})",
        f"saidTogether({json.dumps([['A', 'Paused.'], ['B', from_.format('20')]])})",
        "saidTogether([['', 'Paused at 3.']])",
        "saidTogether([])",
    )
    assert found == [
        "A · B: It died; this run goes on from update 1,100 · 20.",
        "It died; this run goes on from update 20.",
        "A: Paused. B: It died; this run goes on from update 20.",
        "Paused at 3.",
        "",
    ]


def test_the_axis_ends_at_the_budget_or_where_the_little_that_is_made_can_be_seen():
    made = [(0, 1500), (0, 20_000), (2272, 20_000), (2273, 20_000), (20_000, 20_000), (5, 60)]
    assert answers(*(f"endOfAxis({now}, {budget})" for now, budget in made)) == [1500, 1250, 2500, 5000, 20_000, 60]


def test_best_is_least_where_less_is_better():
    looks = json.dumps({"looks": [{"metrics": {"m": value}} for value in (3.0, 1.0, None, 2.0)]})
    falls, rises, none = answers(
        f"bestAndLast({looks}, 'm', true)", f"bestAndLast({looks}, 'm', false)", "bestAndLast({looks: []}, 'm', true)"
    )
    assert falls == [1, 2]
    assert rises == [3, 2]
    assert none == [None, None]
