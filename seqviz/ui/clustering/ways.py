"""View "Three ways" of /clustering: exclusive, overlapping and hierarchical on the same points."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import streamlit as st

from seqviz.records.clustering import Tree
from seqviz.ui.clustering.component import drawing
from seqviz.ui.clustering.compute import STARTS, Data, Ways, three_ways
from seqviz.ui.clustering.controls import (
    FIRST_FUZZINESS,
    START,
    about_points,
    checked_data,
    checked_fuzziness,
    data_controls,
    fuzziness_control,
)
from seqviz.ui.clustering.files import ways_csv, ways_script
from seqviz.ui.common import accepted, explain, offer

VIEW = "Three ways"

_ways = drawing("seqviz_ways", "clustering/fuzzy.js", "clustering/dendrogram.js", "clustering/ways.js")


def show() -> None:
    """The whole view: controls, the drawing, a question, downloads, and what to see."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        fields = data_controls()
        m = fuzziness_control()
    data, fuzziness = accepted(VIEW, lambda: (checked_data(*fields), checked_fuzziness(m)), (START, FIRST_FUZZINESS))
    found = three_ways(data, fuzziness)
    about_points(found.points)
    _ways(data=ways_data(found, data), key="ways")
    predict_first(found, data)
    with st.container(horizontal=True):
        offer("Numbers (CSV)", lambda: ways_csv(found), "clusters.csv")
        offer("Script (scikit-learn)", lambda: ways_script(found, data), "clusters.py")
    st.caption(f"k-means: the best of {STARTS} starts by k-means++. Fuzzy c-means begins with shares drawn at random.")
    explain(
        (
            "**Exclusive**: each point in one cluster, however near it lies to a border. **Overlapping**: a point on "
            "the border has its share in both. With m close to 1 nearly every share is 0 or 1, as in k-means; with m = "
            "8 the shares come near 1/k. **Hierarchical**: no k is asked for; the cut decides, and a finer cut only "
            "splits the groups of a coarser one.",
            "The linkage says how far apart two **groups** are: by their nearest points (single), their farthest "
            "(complete), the mean over all pairs (average), or by how much joining raises the within-cluster sum of "
            "squares (Ward, whose heights are √(2 × that rise), as in scipy). With k = 2 single linkage follows the "
            "shape of *moons*, where k-means cuts both in two. On *stretched*, whose groups lie close side by side, "
            "it chains nearly everything together and cuts off single points.",
            "On *uniform* points there is nothing to find, and all three name clusters all the same. A long gap "
            "between two heights of a dendrogram is a hint, not a proof.",
        ),
        "lecture deck A, “Types of clustering”; J. Bezdek, Pattern Recognition with Fuzzy Objective Function "
        "Algorithms, 1981; J. H. Ward, Hierarchical grouping to optimize an objective function, 1963; R. A. Fisher, "
        "The use of multiple measurements in taxonomic problems, 1936 (iris).",
    )


def predict_first(found: Ways, data: Data) -> None:
    """How many points change their cluster when each goes where its largest share is."""
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.text(
            "Predict first. If every point went to the cluster of its largest share, how many would stand in another "
            "cluster than k-means put them in?"
        )
        if st.toggle("Show the answer", key=f"answer-{hash((data, found.soft.fuzziness))}"):
            st.text(others(found))


def others(found: Ways) -> str:
    """The answer, and how many points are divided."""
    shares = found.soft.memberships[-1]
    moved = int((shares.argmax(axis=1) != found.hard.labels[-1]).sum())
    divided = int((shares.max(axis=1) < 0.5).sum())
    return f"{moved:,} of {len(shares):,}. For {divided:,} no share reaches one half."


def ways_data(found: Ways, data: Data) -> dict[str, object]:
    """What the component draws: every number as the engine computed it."""
    return {
        "about": f"{data} {found.soft.fuzziness}",
        "k": data.k,
        "points": found.points.values.tolist(),
        "hard": {
            "labels": found.hard.labels[-1].tolist(),
            "centroids": found.hard.centroids[-1].tolist(),
            "inertia": found.hard.inertia,
        },
        "soft": {
            "m": found.soft.fuzziness,
            "first": found.soft.memberships[0].tolist(),
            "centroids": found.soft.centroids.tolist(),
            "objective": found.soft.objective.tolist(),
            "converged": found.soft.converged,
        },
        "trees": {method: _tree_data(tree, found) for method, tree in found.trees.items()},
    }


def _tree_data(tree: Tree, found: Ways) -> Mapping[str, object]:
    drawn = found.drawn[tree.method]
    return {
        "order": drawn.order.tolist(),
        "pairs": tree.merges[:, :2].astype(np.intp).tolist(),
        "legs": drawn.legs.tolist(),
        "feet": drawn.feet.tolist(),
        "heights": drawn.heights.tolist(),
        "spans": drawn.spans.tolist(),
    }
