"""View "Elbow": WCSS over k, the bend that is only a suggestion, and four criteria that need no eye."""

from __future__ import annotations

import csv
import io

import streamlit as st

from seqviz.clustering.choosing import knee_of
from seqviz.figures.elbow import criterion_curve, elbow_curve, two_elbows
from seqviz.records.clustering import Criterion, ElbowCurve
from seqviz.ui import shell
from seqviz.ui.budget import Budget
from seqviz.ui.common import KEPT, accepted, as_sentence, chart, explain, is_dark, offer
from seqviz.ui.kmeans.component import animation
from seqviz.ui.kmeans.compute import shown
from seqviz.ui.kmeans.controls import Fields, controls_row, own_table
from seqviz.ui.kmeans.curves import ASKED, CRITERIA, Found, check_work, criterion_of, found_elbow
from seqviz.ui.kmeans.files import downloads
from seqviz.ui.kmeans.settings import CLUSTERS, OWN, Rules, Settings, Source
from seqviz.ui.kmeans.watch import say_notes
from seqviz.ui.state import held, set_widgets

VIEW = "Elbow"
RANGE = (1, 10)
EACH = 0.03  # seconds of computing after which the next criterion waits for the next run of the page


def show() -> None:
    """Controls, the elbow, the run of a k, the other criteria, and the slide's distance."""
    fields = Fields()
    with controls_row():
        fields.data()
        table = own_table() if fields.name == OWN else None
        ends = st.slider("Range of k", *CLUSTERS, RANGE, key="km_range", width=240, **KEPT)
        asked = st.multiselect(
            "Ask also", CRITERIA, key="km_criteria", placeholder="no other", width=400, wrap=True, **KEPT
        )
        fields.more(table, rules=False)

    def build() -> Found:
        return found_elbow(fields.source(table), table, (int(ends[0]), int(ends[1])), fields.drawn)

    found = accepted("kmeans elbow", build, found_elbow(Source(), None, RANGE, ()))
    curve = found.curve
    st.markdown(told(curve))
    left, right = st.columns([3, 2])
    with right:
        chosen = k_control(curve)
        st.caption("Or click a point of the curve: its best start is run below.")
        st.markdown(moves(curve))
        st.button("Points without clusters", on_click=set_widgets, kwargs={"km_data": "uniform"})
    with left:
        name = f"WCSS against k from {curve.ks[0]} to {curve.ks[-1]}"
        st.plotly_chart(
            elbow_curve(curve, chosen, is_dark()),
            key="km-elbow",
            on_select=_pick,
            selection_mode="points",
            config={"displaylogo": False},
            alt=name,
        )
    others = st.container()
    run = shown(settings_of(found, chosen), found.table)
    say_notes(run)
    animation(run, key="km-elbow-run")
    downloads(run, "km-elbow-run")
    slide(found, chosen)
    offer("The curve (CSV)", lambda: elbow_csv(found), "kmeans-elbow.csv", key="km-elbow-csv")
    explain(_TO_SEE, _SOURCE)
    with others:  # last, so that what they take keeps nothing else waiting
        if asked and not criteria(found, asked):
            st.rerun()


def settings_of(found: Found, k: int) -> Settings:
    """The run that the curve shows at k: the best of its starts."""
    best = found.curve.best[found.curve.ks.index(k)]
    return Settings(found.source, Rules(k=k, max_iterations=300), "k-means++", best, (), found.drawn)


def k_control(curve: ElbowCurve) -> int:
    """The k whose run is shown: at first the knee."""
    first = curve.knee if curve.knee is not None else curve.ks[0]
    chosen = held("km_run_k")
    if chosen is not None and chosen not in curve.ks:
        set_widgets(km_run_k=first)
    found: int = st.selectbox("Run k =", curve.ks, curve.ks.index(first), key="km_run_k", width=120, **KEPT)
    return found


def _pick() -> None:
    """A point of the curve was clicked."""
    state = held("km-elbow")
    points = state["selection"]["points"] if isinstance(state, dict) else []
    if points and float(points[0].get("x", 0)).is_integer():
        set_widgets(km_run_k=int(points[0]["x"]))


def told(curve: ElbowCurve) -> str:
    """What kneed sees, and that it is only a suggestion."""
    first, last = curve.ks[0], curve.ks[-1]
    if curve.knee is None:
        return f"From k = {first} to {last} kneed sees no bend."
    return (
        f"From k = {first} to {last} kneed **suggests k = {curve.knee}**, where the curve bends most. It is a "
        "suggestion: it asks what the curve looks like, not whether there are clusters."
    )


def moves(curve: ElbowCurve) -> str:
    """How the knee moves with the end of the range, the same curve read less far."""
    ends = [k for k in (4, 6, 8, 10, 15, 20, 30) if k in curve.ks and k - curve.ks[0] >= 2]
    if not ends:
        return "The range is too short to see how the knee moves with it."
    knees = [knee_of(curve.ks[: curve.ks.index(end) + 1], curve.wcss[: curve.ks.index(end) + 1]) for end in ends]
    rows = "".join(f"\n| {end} | {'none' if knee is None else knee} |" for end, knee in zip(ends, knees, strict=True))
    return f"| range ends at | kneed suggests |\n| --- | --- |{rows}"


# ── other criteria ───────────────────────────────────────────────────────────────────────────────────────────


def criteria(found: Found, asked: list[str]) -> bool:
    """The criteria asked for, side by side, and a banner where they disagree; whether that is all of them yet.

    Each that takes long has a run of the page of its own, so that what was asked for is seen as it comes.
    """
    ends = found.curve.ks[0], found.curve.ks[-1]
    try:
        check_work(found.source, found.table, ends, ASKED, "another criterion")
    except ValueError as refusal:
        st.warning(shell.plain(as_sentence(str(refusal))))
        return True
    budget, answers = Budget(EACH), []
    for name in asked:
        if not budget.is_left:
            break
        answers.append(criterion_of(name, found.source, found.table, ends, found.drawn, budget))
    if len(answers) == len(asked):
        banner(found.curve, answers)
    else:
        st.info(f"Computing the {asked[len(answers)]} …")
    for place in range(0, len(answers), 2):
        for column, answer in zip(st.columns(2), answers[place : place + 2], strict=False):
            with column:
                chart(criterion_curve(answer, is_dark()), f"km-{answer.name.replace(' ', '-')}")
    return len(answers) == len(asked)


def banner(curve: ElbowCurve, answers: list[Criterion]) -> None:
    """Which k each of them names, and whether that is the same one."""
    named = {"the elbow": curve.knee, **{answer.name: answer.chosen for answer in answers}}
    words = ", ".join(f"{name} {'none' if k is None else f'k = {k}'}" for name, k in named.items())
    deaf = [answer.name for answer in answers if not answer.can_say_one]
    aside = f" ({' and '.join(deaf)} cannot answer 1.)" if deaf else ""
    if len(set(named.values())) > 1:
        st.warning(shell.plain(f"They disagree: {words}.{aside}"))
    else:
        st.info(shell.plain(f"They agree: {words}.{aside}"))


# ── the slide's distance ─────────────────────────────────────────────────────────────────────────────────────


def slide(found: Found, chosen: int) -> None:
    """Deck A draws its elbow over the distance; WCSS needs its square. Both, measured on the same runs."""
    st.subheader("As on the slide, and exact", anchor=False)
    curve = found.curve
    curves = {"WCSS, Σ|x − c|²": curve.wcss, "as on the slide, Σ|x − c|": found.distance}
    knees = {name: knee_of(curve.ks, values) for name, values in curves.items()}
    at = curve.ks.index(chosen)
    first, second = knees.values()
    same = "Both bend at the same k here" if first == second else f"They bend at {_k(first)} and {_k(second)}"
    st.markdown(
        "Lecture deck A draws the elbow over the *distance* of points to their centroids; WCSS is the sum of its "
        f"*square*, as the deck says one line below. At k = {chosen} the first is {found.distance[at]:,.6g}, the "
        f"second {curve.wcss[at]:,.6g}. {same}; of its value at k = {curve.ks[0]}, "
        f"{found.distance[at] / found.distance[0]:.1%} of the distance are left and "
        f"{curve.wcss[at] / curve.wcss[0]:.1%} of WCSS. k-means lowers WCSS: the distance alone need not fall."
        if found.distance[0] > 0
        else "All points are the same: there is no distance to measure."
    )
    if found.distance[0] > 0:
        chart(two_elbows(curve.ks, curves, knees, is_dark()), "km-slide")


def elbow_csv(found: Found) -> str:
    """One row a k: the least WCSS, Σ|x − c| of the same run, and the WCSS of every start."""
    out = io.StringIO()
    table = csv.writer(out)
    curve = found.curve
    table.writerow(["k", "WCSS", "distance", *(f"start {r}" for r in range(curve.every.shape[1]))])
    for k, least, distance, every in zip(curve.ks, curve.wcss, found.distance, curve.every, strict=True):
        table.writerow([k, float(least), float(distance), *every.tolist()])
    return out.getvalue()


def _k(knee: int | None) -> str:
    return "no k" if knee is None else f"k = {knee}"


_TO_SEE = (
    "**More clusters, less WCSS.** The best WCSS can only fall as k grows, so its least value says nothing; the eye "
    "looks for the bend.",
    "**Move the range.** The bend is a property of the picture: read further, and on *moons*, *stretched* or the *3×3 "
    "grid* the same curve bends elsewhere. On a pure 1/k curve, which has no bend, kneed names a k all the same.",
    "**Points without clusters.** Take the uniform set: the elbow still names a k. Silhouette and Calinski–Harabasz "
    "are not defined for k = 1. The gap statistic can say 1, and mostly does here, for it compares with uniform "
    "points; the BIC can too, but a square is no Gaussian, and it often takes two or three to fill one.",
    "**Ask others.** Where they disagree, the question was not answered by counting: look at the clusters.",
)
_SOURCE = (
    "lecture deck A; E. Schubert, Stop using the elbow criterion for k-means (2023); P. Rousseeuw 1987; T. Caliński "
    "and J. Harabasz 1974; G. Schwarz 1978; R. Tibshirani, G. Walther and T. Hastie 2001."
)
