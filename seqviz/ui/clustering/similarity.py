"""View "Similarity" of /clustering: two points to move, three distances, the balls about one of them."""

from __future__ import annotations

import streamlit as st

from seqviz.ui.clustering.component import drawing
from seqviz.ui.common import explain

VIEW = "Similarity"

_planes = drawing("seqviz_similarity", "clustering/distances.js", "clustering/similarity.js")


def show() -> None:
    """The whole view; the browser alone computes these distances, so that dragging asks nobody."""
    _planes(data={}, key="similarity")
    with st.container(border=True):
        st.text("Predict first. Which of the three is the largest, wherever the two points are?")
        if st.toggle("Show the answer", key="answer-similarity"):
            st.text(
                "Manhattan, always; where only one coordinate differs, all are equal. The distance falls as q grows, "
                "from the sum of the differences at q = 1 to the larger one alone."
            )
    explain(
        (
            "A **ball** holds the points that are no farther than its radius from x. For Euclid it is a circle, for "
            "Manhattan a square on its corner; a larger q blows the square up until it stands on its side.",
            "With the balls drawn **through y**, every point on a line is as far from x as y is, by that distance. "
            "A point between two of the lines is nearer than y by one distance and farther by another: what is "
            "similar depends on the measure.",
            "Below q = 1 the detour over a third point can be shorter than the straight way, so it is no distance any "
            "more; that is why q begins at 1.",
            "No measure sees units. A length in millimetres counts a thousand times as much as one in metres, so "
            "columns of a table are mostly brought to one scale first.",
        ),
        "lecture deck A, “Measuring similarity”; H. Minkowski, Geometrie der Zahlen, 1896.",
    )
