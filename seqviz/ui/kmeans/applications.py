"""View "Applications": handwritten digits as mean images, a photograph in k colours, and a table of one's own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from seqviz.clustering import kmeans
from seqviz.clustering.data import measured, photograph
from seqviz.clustering.distances import nearest
from seqviz.figures.images import digit_means
from seqviz.records import Array
from seqviz.records.clustering import KMeansRun
from seqviz.ui.common import KEPT, SEED_LIMIT, accepted, chart, explain, is_dark
from seqviz.ui.kmeans.compute import Shown, shown
from seqviz.ui.kmeans.controls import Fields, controls_row, field, own_table, seed_field
from seqviz.ui.kmeans.files import downloads
from seqviz.ui.kmeans.settings import CLUSTERS, OWN, Settings, whole
from seqviz.ui.kmeans.watch import say_notes

VIEW = "Applications"
SAMPLE = 5000  # of a photograph's pixels: k-means runs on these, and all pixels take the nearest colour


def show() -> None:
    """One of three uses."""
    chosen = st.segmented_control("Use", list(USES), default=next(iter(USES)), required=True, key="km_use", **KEPT)
    USES[chosen or next(iter(USES))]()
    explain(_TO_SEE, _SOURCE)


# ── digits ───────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, eq=False)
class Digits:
    """A clustering of the digits: per cluster the mean image (k, 8, 8), how many pictures, and of which digits."""

    run: KMeansRun
    images: Array
    sizes: NDArray[np.intp]
    counts: NDArray[np.intp]  # (k, 10) pictures of each digit

    @property
    def purity(self) -> float:
        """The share of pictures that are of their cluster's most frequent digit."""
        return float(self.counts.max(axis=1).sum() / self.counts.sum())


@st.cache_resource(max_entries=32, show_spinner="Clustering 1,797 pictures …")
def digits(k: int, seed: int) -> Digits:
    """k-means++ on the 64 grey values of every picture."""
    points = measured("digits")
    run = kmeans(points.values, k, seed=seed)
    labels = run.labels[-1]
    assert points.truth is not None
    counts = np.zeros((k, 10), np.intp)
    np.add.at(counts, (labels, points.truth), 1)
    return Digits(run, run.centroids[-1].reshape(k, 8, 8), run.sizes(run.assignments - 1), counts)


def show_digits() -> None:
    """The mean image of every cluster."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        k = field("Clusters k", "km_digits_k", 10.0, 1.0, f"From {CLUSTERS[0]} to {CLUSTERS[1]}.", 120)
        seed = seed_field("Seed of the starts", "km_digits_seed", 140)
    found = accepted(
        "kmeans digits",
        lambda: digits(whole("Clusters k", k, CLUSTERS), whole("Seed of the starts", seed, (0, SEED_LIMIT))),
        digits(10, 0),
    )
    st.markdown(
        "1,797 handwritten digits, each a point of 64 grey values; k-means never sees which digit it is. A centroid is "
        f"a mean image. Afterwards counted: **{found.purity:.1%}** of the pictures are of their cluster’s most "
        f"frequent digit. WCSS {found.run.inertia:,.1f} after {len(found.run.updated)} updates. "
        "Above each mean image stand its cluster and how many pictures it has, and under that its most frequent digit."
    )
    titles = [
        f"{name}: {size:,} · {row.max() / max(size, 1):.0%} “{row.argmax()}”"
        for name, (size, row) in enumerate(zip(found.sizes, found.counts, strict=True), start=1)
    ]
    chart(digit_means(found.images, titles, is_dark()), "km-digits")
    st.caption("How many pictures of each digit every cluster holds:")
    table = {"cluster": list(range(1, len(found.sizes) + 1))} | {
        f"“{digit}”": found.counts[:, digit].tolist() for digit in range(10)
    }
    st.dataframe(table, hide_index=True, width="stretch")


# ── a photograph ─────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, eq=False)
class Quantised:
    """A photograph in k colours: both (H, W, 3) in 0 … 255, the colours (k, 3), the share of pixels of each."""

    original: NDArray[np.uint8]
    picture: NDArray[np.uint8]
    colours: NDArray[np.uint8]
    shares: Array
    error: float  # root mean squared difference of a channel, in 0 … 255


@st.cache_resource(max_entries=16, show_spinner="Choosing colours …")
def quantised(k: int, seed: int) -> Quantised:
    """k-means++ on a sample of the pixels; then every pixel takes the nearest of the k colours."""
    picture, pixels = photograph(SAMPLE)
    centroids = kmeans(pixels, k, seed=seed).centroids[-1]
    flat = picture.reshape(-1, 3)
    labels, away = nearest(np.ascontiguousarray(flat.T), centroids, 2.0)
    shares = np.bincount(labels, minlength=k) / len(flat)
    order = np.argsort(-shares)
    as_bytes = [np.rint(255 * values).astype(np.uint8) for values in (picture, centroids[labels], centroids[order])]
    error = 255 * float(np.sqrt(away.mean() / 3))
    return Quantised(as_bytes[0], as_bytes[1].reshape(picture.shape), as_bytes[2], shares[order], error)


def show_photograph() -> None:
    """The photograph beside itself in k colours."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        k = field("Colours k", "km_colours", 8.0, 1.0, f"From {CLUSTERS[0]} to {CLUSTERS[1]}.", 120)
        seed = seed_field("Seed of the starts", "km_colours_seed", 140)
    found = accepted(
        "kmeans photograph",
        lambda: quantised(whole("Colours k", k, CLUSTERS), whole("Seed of the starts", seed, (0, SEED_LIMIT))),
        quantised(8, 0),
    )
    count = len(found.colours)
    bits = max(1, int(np.ceil(np.log2(count))))
    height, width, _ = found.original.shape
    many = "1 centroid is 1 colour," if count == 1 else f"{count} centroids are {count} colours,"
    st.markdown(
        f"A pixel is a point: red, green, blue. {many} chosen from {SAMPLE:,} of the "
        f"{height * width:,} pixels; every pixel takes the nearest. Each needs **{bits} bits in place of 24**; a "
        f"channel is off by {found.error:.1f} of 255 (root mean square)."
    )
    left, right = st.columns(2)
    with left:
        st.image(found.original, "The photograph", width="stretch", alt="A temple in China, as photographed")
    with right:
        words = f"The same in {count} {'colour' if count == 1 else 'colours'}"
        st.image(found.picture, words, width="stretch", output_format="PNG", alt=f"{words}: the temple")
    words = "The colours, each as wide as its share of the pixels"
    stripe = np.repeat(
        np.repeat(found.colours[None], 12, axis=0), np.maximum(1, np.rint(found.shares * 600)).astype(int), axis=1
    )
    st.image(stripe, words, alt=words, width="stretch", output_format="PNG")


# ── one's own table ──────────────────────────────────────────────────────────────────────────────────────────


def show_table() -> None:
    """Groups in a table of the reader's: customers of a shop, accounts of a bank; the mean row of every group."""
    fields = Fields()
    fields.name = OWN
    with controls_row():
        table = own_table()
        fields.clusters()
        fields.seed = seed_field("Seed of the starts", "km_seed", 140)
        fields.more(table)
    if table is None:
        st.info("No CSV is open yet. Shown are 178 Italian wines by 13 measurements, every column scaled.")
        fields.name, fields.scaled = "wine", True

    def build() -> Shown:
        seed = whole("Seed of the starts", fields.seed, (0, SEED_LIMIT))
        return shown(Settings(fields.source(table), fields.rules(), "k-means++", seed), table)

    found = accepted("kmeans table", build, shown(Settings()))
    say_notes(found)
    groups = "1 group" if found.run.k == 1 else f"{found.run.k} groups"
    st.markdown(
        f"{groups} in {len(found.chosen.values):,} rows, by {len(found.chosen.columns)} columns: the mean "
        "of every column in every group"
        + (", in standard deviations from the mean of all." if found.settings.source.scaled else ".")
    )
    rows = means_of(found)
    small = [
        name for name, peak in zip(list(rows)[2:], abs(found.chosen.values).max(axis=0), strict=True) if peak < 0.1
    ]
    in_full = {name: st.column_config.NumberColumn(format="%.4g") for name in small}  # four decimals would be 0
    st.dataframe(rows, hide_index=True, width="stretch", column_config=in_full)
    downloads(found, "km-table")


def means_of(found: Shown) -> dict[str, list[object]]:
    """A row a group: how many rows of the table, and the group's centroid."""
    run = found.run
    rows: dict[str, list[object]] = {
        "group": list(range(1, run.k + 1)),
        "rows": [int(size) for size in run.sizes(run.assignments - 1)],
    }
    for d, name in enumerate(found.chosen.columns):
        while name in rows:
            name = f"{name} (column)"
        rows[name] = [float(f"{value:.8g}") for value in run.centroids[-1, :, d]]
    return rows


USES: Mapping[str, Callable[[], None]] = MappingProxyType(
    {"Digits": show_digits, "A photograph’s colours": show_photograph, "Your table": show_table}
)
_TO_SEE = (
    "**A point is whatever can be written as numbers.** A picture of a digit has 64 of them, a pixel 3, a customer as "
    "many as a shop keeps.",
    "**No answer was given.** Clusters of digits are groups of pictures that look alike; how far they "
    "match the digits was counted afterwards. Look which digits share a cluster, and which need two.",
    "**Scale first.** In a table of income and age, income decides everything until the columns are scaled.",
)
_SOURCE = (
    "lecture deck A; scikit-learn’s copies of the UCI digits and wine data and of a photograph of the Summer Palace."
)
