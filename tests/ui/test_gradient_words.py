"""What /gradients says of its records, held against literal sentences about records made up here."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from seqviz.learning import CliffConfig, ExplosionConfig
from seqviz.learning.flow import FlowConfig
from seqviz.records import Cliff, ClippingRun, GradientFlow, Truncation
from seqviz.recurrent.truncation import CURVES
from seqviz.ui.gradients import cliff_walk, outcomes, truncated
from seqviz.ui.gradients import flows as flow_words
from seqviz.ui.gradients.truncation import TruncationSettings

# ── the gradient over time ───────────────────────────────────────────────────────────────────────────────────


def flow(norms: list[float], **changes: Any) -> GradientFlow:
    fields: dict[str, Any] = {
        "name": "Elman, tanh, radius 2",
        "bound": None,
        "eigenvalues": np.array([0.5, -2.0j]),
        "sigma_max": 3.0,
        "gamma": 1.0,
    }
    return GradientFlow(norms=np.array(norms), **(fields | changes))


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (flow([1e3, 1.0, 10.0]), "10 at t = 3, 1,000 at t = 1: 2.0 orders of magnitude larger."),
        (flow([1e-3, 1.0, 10.0]), "10 at t = 3, 0.001 at t = 1: 4.0 orders of magnitude smaller."),
        (flow([1.34, 1.21]), "1.21 at t = 2, 1.34 at t = 1: about as large."),
        (flow([1.0, 1.0], bound=[9.1, 1.0]), "1 at t = 2, 1 at t = 1: about as large. The bound there is 9.1."),
        (flow([2.5]), "2.5 at t = 1, the only step."),
        (
            flow([0.0, 0.0, 2.0]),
            "2 at t = 3, 0 at t = 1. At 2 of 3 steps it is exactly 0: by way of h nothing of the error arrives there.",
        ),
        (flow([5.0, 1.0], loss="every"), "1 at t = 2, 5 at t = 1."),
        (
            flow([np.inf, np.inf, 1e300, 1.0]),
            "going forward all is well, but on the way back the gradient passes 1.8·10³⁰⁸ at step 2 and is ∞ at t = 1.",
        ),
        (
            flow([np.nan] * 4, overflow=3),
            "the forward pass overflowed. From step 3 of 4 on the state is no finite number any more: above 1.8·10³⁰⁸ "
            "a float64 becomes ∞, and ∞ − ∞ is NaN. The loss is no number either, so every gradient that comes back "
            "from it is NaN, down to t = 1.",
        ),
        (flow([1.0, 1.0], overflow=2), "the state overflowed at step 2 of 2."),
    ],
)
def test_what_a_line_of_the_plot_says(found: GradientFlow, said: str):
    assert flow_words.told(found) == f"Elman, tanh, radius 2: {said}"


@pytest.mark.parametrize(
    ("answer", "norms", "said"),
    [
        ("larger", [4.0, 2.0], "Right. X: it is larger: 2 at t = 2 and 4 at t = 1."),
        ("smaller", [4.0, 2.0], "Not this time. X: it is larger: 2 at t = 2 and 4 at t = 1."),
        ("smaller", [0.0, 2.0], "Right. X: it is smaller: 2 at t = 2 and 0 at t = 1."),
        (
            "smaller",
            [9.1 - 1e-12, 9.1],
            "Not this time. X: neither: it is about the same, 9.1 at t = 2 and 9.1 at t = 1.",
        ),
        ("skip", [1.34, 1.21], "X: neither: it is about the same, 1.21 at t = 2 and 1.34 at t = 1."),
        ("skip", [np.nan, np.nan], "X: neither: NaN at t = 2 and NaN at t = 1, and neither is a finite number."),
        ("skip", [np.inf, 2.0], "X: neither: 2 at t = 2 and ∞ at t = 1, and one is not a finite number."),
        ("skip", [0.0, 0.0], "X: neither: it is about the same, 0 at t = 2 and 0 at t = 1."),
    ],
)
def test_who_predicted_is_told_both_numbers(answer: str, norms: list[float], said: str):
    assert flow_words.verdict(answer, flow(norms, name="X")) == said


def test_the_eigenvalues_are_counted_and_the_largest_is_not_the_singular_value():
    assert flow_words.about_spectrum(flow([1.0]), "Elman") == (
        "Eigenvalues of the recurrent matrix of Elman, tanh, radius 2: 2 units, the largest of size 2."
    )
    assert flow_words.about_spectrum(flow([1.0], eigenvalues=np.array([0.5])), "GRU") == (
        "Eigenvalues of the candidate's recurrent matrix of Elman, tanh, radius 2: 1 unit, the largest of size 0.5."
    )


def test_fifteen_networks_are_ranked_by_what_arrives():
    panels = {
        ("gaussian", "a"): flow([0.5, 1.0]),
        ("gaussian", "b"): flow([1e-9, 1.0]),
        ("identity", "a"): flow([30.0, 1.0]),
        ("identity", "b"): flow([2.0, 2.1]),
    }
    assert flow_words.told_of_all(panels).splitlines() == [
        "- Nearest to keeping it: **b, identity**. At t = 1 the norm is 0.952 times that at t = T.",
        "- Least is left: **b, gaussian**. At t = 1 the norm is 1·10⁻⁹ times that at t = T.",
        "- It grows most: **a, identity**. At t = 1 the norm is 30 times that at t = T.",
    ]
    panels |= {("orthogonal", "a"): flow([0.0, 1.0]), ("orthogonal", "b"): flow([1.0, np.inf, 1.0])}
    assert flow_words.told_of_all(panels).splitlines()[1:] == [
        "- Of those that stay finite it grows most: **a, identity**. At t = 1 the norm is 30 times that at t = T.",
        "- In 1 of 6 networks it is exactly 0 at t = 1.",
        "- In 1 of 6 networks the numbers overflow.",
    ]


def test_ratios_that_no_float_holds_are_ranked_and_written():
    panels = {("x", "a"): flow([1e-300, 1e100]), ("x", "b"): flow([1e-320, 1e-10]), ("x", "c"): flow([1e300, 1e-20])}
    said = flow_words.told_of_all(panels)
    assert "Nearest to keeping it: **b, x**. At t = 1 the norm is 10^−310 times" in said
    assert "Least is left: **a, x**. At t = 1 the norm is 10^−400 times" in said
    assert "It grows most: **c, x**. At t = 1 the norm is 10^320 times" in said


def test_one_step_and_a_loss_at_every_step_are_not_ranked():
    assert flow_words.told_of_all({("x", "a"): flow([2.0])}) == "- One step: there is no way back to compare."
    assert "arest" not in flow_words.told_of_all({("x", "a"): flow([1.0, 2.0], loss="every")})


def test_what_the_sigmoid_must_do_depends_on_the_scale():
    panels = {
        (start, "Elman, sigmoid"): flow([1.0, 1.0], sigma_max=size, gamma=0.25)
        for start, size in (("gaussian", 1.9), ("orthogonal", 1.0))
    }
    assert (
        "Times the matrix that is at most 0.475 (gaussian), 0.25 (orthogonal) a step: there its gradient must vanish."
        in flow_words.lessons_of_all(panels, FlowConfig())[0]
    )
    panels["orthogonal", "Elman, sigmoid"] = flow([1.0, 1.0], sigma_max=10.0, gamma=0.25)
    first, _, gates = flow_words.lessons_of_all(panels, FlowConfig(forget_bias=0.0))
    assert "¼ σ_max is 1 or more for orthogonal: there it need not vanish" in first
    assert "the LSTM's forget gate around 0.5, the GRU's update gate around 0.5" in gates


def test_the_lessons_speak_of_what_is_there():
    plain = flow_words.lessons([flow([1.0, 1.0])], ["Elman"], "s")
    assert len(plain) == 1
    bounded = flow_words.lessons([flow([1.0, 1.0], bound=[2.0, 1.0])], ["Elman"], "s")
    assert r"\|\partial L/\partial s_T\| \cdot (\gamma\,\sigma_{\max})^{T-t}" in bounded[1]
    assert "can be 0" not in flow_words.lessons([flow([1.0, 1.0])], ["GRU"], "h")[1]
    assert (
        r"can be 0 where $\partial L/\partial c_t$ is not" in flow_words.lessons([flow([1.0, 1.0])], ["LSTM"], "h")[1]
    )


# ── clipping ─────────────────────────────────────────────────────────────────────────────────────────────────


def run(name: str, losses: list[float], **changes: Any) -> ClippingRun:
    count = len(losses)
    fields: dict[str, Any] = {
        "norms_before": np.full(count, 4.0),
        "norms_after": np.full(count, 2.0),
        "angles": np.zeros(count),
        "time_norms": np.ones((count, 3)),
        "components": np.array([0.1, 3.0, -2.0, 0.3]),
        "components_after": np.array([0.1, 0.5, -0.5, 0.3]),
        "inspected": 1,
        "baselines": np.linspace(1.0, 2.0, count),
    }
    return ClippingRun(name, np.array(losses), **(fields | changes))


NONE = run(
    "no clipping", [1.0, 2.0, np.inf], stopped_at=3, norms_before=[3.0, 590.2, np.inf], norms_after=[3.0, 590.2, np.inf]
)
NORM = run("by norm 2", [9.0, 9.0, *np.linspace(0.1, 0.3, 10)], kind="norm", threshold=2.0)
VALUE = run("by value 0.5", [1.0] * 11 + [24.0], kind="value", threshold=0.5, angles=np.linspace(0, 43.21, 12))
RUNS = (NONE, NORM, VALUE)


def test_the_table_names_each_rows_loss_and_has_a_row_for_the_mean():
    assert outcomes.table(RUNS).splitlines()[2:] == [
        "| no clipping | ∞, the last one | update 3 | 0.0° |",
        "| by norm 2 | 0.2, mean of 10 | ran to its end | 0.0° |",
        "| by value 0.5 | 3.3, mean of 10 | ran to its end | 43.2° |",
        "| always answering 0 | 1.59, mean of 10 | | |",
    ]
    assert "| a | 0.5, mean of 2 |" in outcomes.table([run("a", [0.4, 0.6])])
    assert "| a | 0.5, the only one |" in outcomes.table([run("a", [0.5])])


def test_what_became_of_a_run():
    assert outcomes.told(NONE) == (
        "**no clipping** was stopped at update 3. Update 2 was the last: a gradient of norm 590. "
        "After its step the loss is ∞."
    )
    assert outcomes.told(NORM) == ""
    assert outcomes.told(VALUE) == (
        "**by value 0.5** did not overflow, but ends worse than always answering 0: 3.3 against 1.59 on the same "
        "batches."
    )


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"losses": [np.nan]}, "There the loss is NaN: the network explodes before it has learned anything."),
        (
            {"losses": [1.0, 2.0], "norms_before": [7.0, np.nan], "norms_after": [2.0, np.nan], "kind": "norm"},
            "Update 1 was the last: a gradient of norm 7, 2 after clipping. After its step the norm of the gradient is "
            "NaN.",
        ),
    ],
)
def test_why_a_run_stopped_is_read_off_its_last_numbers(changes: dict[str, Any], said: str):
    losses = changes.pop("losses")
    found = run("a", losses, stopped_at=len(losses), **changes)
    assert outcomes.told(found) == f"**a** was stopped at update {len(losses)}. {said}"


def test_worse_than_the_mean_compares_over_the_same_updates():
    """Eleven batches cost the mean 0, the last one 20: over the last ten that is 2, and over all of them 1.67."""
    assert outcomes.told(run("a", [1.8] * 12, baselines=[0.0] * 11 + [20.0])) == ""
    assert "2.1 against 2" in outcomes.told(run("a", [2.1] * 12, baselines=[0.0] * 11 + [20.0]))


START = ExplosionConfig()


def test_lessons_come_from_the_runs():
    said = outcomes.lessons(START, RUNS, START)
    assert said[0].startswith("The task: read 50 numbers and say their sum, divided by √50.")
    assert said[0].endswith("Just beyond, the loss grows like its power 2T: a wall.")
    assert said[1] == (
        "**By norm** shortens the whole gradient and keeps its direction. **By value** cuts every component on its "
        "own, so the gradient may turn: here by up to 43.2°."
    )
    same = run("by value 1000", [1.0], kind="value", threshold=1e3, norms_after=[4.0])
    never = outcomes.lessons(START, (run("by norm 5", [1.0], kind="norm", threshold=5.0), same), START)[1]
    assert "Here it never has to: no gradient is longer than 4." in never
    assert "Here it never cuts: no component lies beyond ±1,000." in never


@pytest.mark.parametrize(
    ("changes", "said"),
    [({}, True), ({"learning_rate": 0.001}, True), ({"learning_rate": 0.002}, False), ({"seed": 1}, False),
     ({"activation": "tanh"}, False), ({"value_threshold": 0.1}, False), ({"updates": 299}, False)],
)  # fmt: skip
def test_what_was_measured_on_the_example_is_said_of_it_alone(changes: dict[str, Any], said: bool):
    assert any("0.001" in one for one in outcomes.lessons(ExplosionConfig(**changes), RUNS, START)) == said


def test_two_components_and_how_they_lie_to_the_limit():
    one = run("by value 0.5", [1.0], kind="value", threshold=0.5, norms_before=[3.63], norms_after=[0.82])
    pair = outcomes.arrow_pair(one.components, 0.5)
    assert pair == [2, 3]
    assert outcomes.pair_told(one, [1, 3], ("b[2]", "b[4]")) == (
        "**by value 0.5**, update 1: `b[2]` and `b[4]`, one beyond the limit and one within. "
        "All 4 components together: norm 3.63 → 0.82."
    )
    assert "both beyond the limit" in outcomes.pair_told(one, [1, 2], ("a", "b"))
    assert "both within the limit" in outcomes.pair_told(one, [0, 3], ("a", "b"))
    same = run("by norm 9", [1.0], kind="norm", threshold=9.0, norms_after=[4.0])
    assert outcomes.arrow_pair(same.components, None) == [1, 2]
    assert outcomes.pair_told(same, [1, 2], ("a", "b")).endswith(
        "`a` and `b`, the two largest. All 4 components together: norm 4, not clipped."
    )


# ── the cliff ────────────────────────────────────────────────────────────────────────────────────────────────


def walked(path: list[list[float]], **chance: int) -> Cliff:
    return Cliff(np.arange(2.0), np.arange(2.0), np.ones((2, 2)), {"a": np.array(path)}, chance)


QUIET = [[5.0, 1.0, 0.5], [5.0, 1.3, 0.4], [5.0, 1.6, 0.3], [5.0, 1.7, 0.25]]


def test_a_path_ends_somewhere_and_its_longest_step_is_eta_times_a_gradient():
    config = CliffConfig(learning_rate=0.3)
    assert cliff_walk.told("a", walked(QUIET), config) == (
        "**a** ends at w = 5, b = 1.7 with a loss of 0.25. Its longest step, first at update 1, is 0.3: η times a norm "
        "of 1."
    )
    assert cliff_walk.told("a", walked([*QUIET, [5.0, -30.0, 0.1]]), config).startswith(
        "**a** leaves ±20 at update 4. "
    )


def test_of_a_path_that_hangs_on_rounding_only_what_came_before_is_told():
    thrown = [*QUIET, [9.0, 9.0, 0.123]]
    said = cliff_walk.told("a", walked(thrown, a=4), CliffConfig(learning_rate=0.3))
    assert said == (
        "**a**: from update 4 on where it goes hangs on rounding. A start moved by one part in 10¹³ leads elsewhere, "
        "so its end is chance. Until then its longest step, first at update 1, is 0.3: η times a norm of 1."
    )


# ── truncated ────────────────────────────────────────────────────────────────────────────────────────────────


def cut(cosine: float, ratio: float, terms: Any = ((1.0, 0.0), (3.0, 4.0))) -> Truncation:
    curves = {name: (np.array([cosine, 1.0]), np.array([ratio, 1.0])) for name in CURVES}
    return Truncation(np.array(terms), {n: c for n, (c, _) in curves.items()}, {n: r for n, (_, r) in curves.items()})


def test_the_share_that_a_window_drops():
    """Terms 1, 3, 4: a window of 1 keeps the diagonal, 1 + 4 of 8."""
    assert truncated.told(cut(0.5, 2.0), 1) == (
        "Window 1 of 2: 1 of 3 terms are dropped, 37.5% of the sum of all norms."
    )
    assert truncated.told(cut(0.5, 2.0), 2) == "Window 2 of 2: 0 of 3 terms are dropped, 0.0% of the sum of all norms."
    assert truncated.told(cut(0.5, 2.0, np.zeros((2, 2))), 1).endswith("1 of 3 terms are dropped; all of them are 0.")


def test_where_the_truncated_gradient_points():
    assert truncated.turned(cut(0.5, 2.0), 1) == (
        "The truncated gradient of the recurrent weights is turned by 60.0° and 2 times as long."
    )
    assert truncated.turned(cut(np.nan, 0.0), 1).endswith("is 0: it points nowhere.")
    assert "there is nothing to compare with" in truncated.turned(cut(np.nan, np.nan), 1)


def test_one_of_anything_is_one():
    said = truncated.set_up(TruncationSettings(text="ab", hidden=1), 1)
    assert "1 unit," in said
    assert "2 characters are 1 step." in said
