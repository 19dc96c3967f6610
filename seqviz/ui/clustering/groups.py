"""View "What a cluster is" of /clustering: two groupings of the same points, and two numbers for each."""

from __future__ import annotations

import streamlit as st

from seqviz.clustering.spread import spread
from seqviz.ui.clustering.component import drawing
from seqviz.ui.clustering.compute import CLUSTERS, Data, hard_run, points_of
from seqviz.ui.clustering.controls import START, about_points, checked_data, data_controls
from seqviz.ui.common import accepted, explain

VIEW = "What a cluster is"

_groups = drawing("seqviz_groups", "clustering/spread.js", "clustering/groups.js")


def show() -> None:
    """The whole view: which points, the two cases, a question, and what to see."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        fields = data_controls()
    data = accepted(VIEW, lambda: checked_data(*fields), START)
    about_points(points_of(data))
    _groups(data=groups_data(data), key="groups")
    predict_first(data)
    explain(
        (
            "A cluster is a group whose points are **close within** and **far from the others**. Both numbers are "
            "means over pairs of points, and both are needed: groups of one point each have nothing within, and a "
            "single group has nothing between.",
            "Move points from one group to another and both numbers answer. Put one into a group that is far away, and "
            "*within* grows.",
            "k-means does not look at these two means; it lowers the squared distances to its centroids. Nor does it "
            "know how the points were drawn. On *unequal sizes*, on *moons* and on *rings* with k = 2, begin with the "
            "groups as they were drawn: k-means’ have the smaller ratio all the same. “Close on average” is one idea "
            "of a cluster, a chain of near neighbours is another.",
            "No answers were given to any of it: that is what *unsupervised* means. Which points were drawn together "
            "is known here only because the points are made up.",
        ),
        "lecture deck A, “Properties of clustering algorithm”, cases I and II.",
    )


def predict_first(data: Data) -> None:
    """How much farther apart than close k-means' groups are."""
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.text("Predict first. How many times as far apart are points of different groups of k-means as those of one?")
        if st.toggle("Show the answer", key=f"answer-{hash(data)}"):
            found = spread(points_of(data).values, hard_run(data).labels[-1])
            if found.ratio > 0:  # neither nan, for want of pairs, nor 0
                st.text(f"{1 / found.ratio:.2f} times: {found.between:.4f} on average against {found.within:.4f}.")
            else:
                st.text("There is no ratio: no two points share a group, or there is one group alone.")


def groups_data(data: Data) -> dict[str, object]:
    """What the component draws: the points, k-means' groups, and those they were drawn from, where k has room."""
    points = points_of(data)
    known = points.truth is not None and int(points.truth.max()) < min(data.k, CLUSTERS[1])
    return {
        "about": str(data),
        "k": data.k,
        "points": points.values.tolist(),
        "hard": hard_run(data).labels[-1].tolist(),
        "truth": points.truth.tolist() if known and points.truth is not None else None,
    }
