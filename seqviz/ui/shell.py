"""The frame of every page: which pages there are, how one is opened, what they share."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from seqviz.ui.state import visit

ROOT = Path(__file__).resolve().parents[2]
ASSETS = ROOT / "assets"


_JOINED = re.compile(r"(?<=\S)(?=\\\.)|[:.@<>~-](?=\S)")
_MARKUP = set("\\`*_{}[]()<>#+-!|~$:@&.")


@dataclass(frozen=True)
class Page:
    """One page of the app.

    Attributes:
        script: its file under pages/.
        url_path: its address; "" for the start page.
        title: its heading and its name in the navigation.
        summary: one sentence for its card on the start page.
        doing: what a reader does there, for the same card.
    """

    script: str
    url_path: str
    title: str
    summary: str = ""
    doing: str = ""


PAGES = (
    Page("start.py", "", "Start"),
    Page(
        "unrolled.py",
        "unrolled",
        "Unrolled RNN",
        "Step through a recurrent network on your own text, one product at a time, every number real.",
        "Type a word, press →, open any cell to the sum that made it.",
    ),
    Page(
        "gradients.py",
        "gradients",
        "Gradients over time",
        "What is left of an error on its way back to the first step: why gradients vanish or explode, and what helps.",
        "Move the spectral radius, clip a training that explodes, cut the way back short.",
    ),
    Page(
        "gates.py",
        "gates",
        "Inside the gates",
        "Every gate of a trained LSTM or GRU on every token of your text: what is kept, written and read out.",
        "Step through a sentence, open the cell at any token, hold a gate shut and see the answer change.",
    ),
    Page(
        "training.py",
        "training",
        "Training live",
        "Small networks that learn while you watch: loss, held-out score, gradient norms, what they write or misread.",
        "Train an RNN, an LSTM and a GRU side by side, stop, rewind, and look inside at any update.",
    ),
    Page(
        "kmeans.py",
        "kmeans",
        "k-means, watched",
        "Points go to the nearest centroid, centroids to the middle of their points: every half-step, and why it ends.",
        "Drag a start, replay the worst of 200 runs, and see when the elbow misleads.",
    ),
    Page(
        "clustering.py",
        "clustering",
        "Ways to cluster",
        "What is similar, what a cluster is, and k-means, fuzzy c-means and a tree on the same points.",
        "Drag two points, regroup others by hand, cut a dendrogram where you like.",
    ),
)


def _streamlit_page(page: Page) -> st.Page:
    return st.Page(
        ROOT / "pages" / page.script,  # without an icon: Streamlit would fetch it from elsewhere for the browser's tab
        title=page.title,
        url_path=page.url_path,
        default=not page.url_path,
    )


def route() -> st.Page:
    """Hand the list of pages to Streamlit; returns the one that the address asks for.

    The visitor is marked as routed, so that `open_page` can tell a page that runs under app.py from one that
    Streamlit's older pages mode ran by itself.
    """
    visit().routed = True
    return st.navigation([_streamlit_page(page) for page in PAGES], position="top")


def open_page(url_path: str, *, heading: bool = True) -> Page:
    """What every page calls first: title, icon, layout and shared style.

    In a fresh process the first visitor of a deep link gets the page script without app.py (Streamlit falls back
    to its older pages mode until `st.navigation` has been called once). Such a visitor is routed here and rerun.
    """
    if not visit().routed:
        route()
        st.rerun()
    if visit().runs:  # wherever the visitor reads on, the trainings know that the browser is there
        from seqviz.ui.training.serving import owner

        owner()
    page = next(page for page in PAGES if page.url_path == url_path)
    st.set_page_config(page_title=f"{page.title} · seqviz", page_icon=str(ASSETS / "icon.png"), layout="wide")
    st.html(ASSETS / "shell.css")
    if heading:
        st.title(page.title, anchor=False)
    return page


def link(url_path: str, label: str, query: Mapping[str, str], *, help: str | None = None) -> None:
    """A link to another page, with what its address is to hold."""
    page = next(page for page in PAGES if page.url_path == url_path)
    st.page_link(
        _streamlit_page(page), label=label, icon=":material/arrow_forward:", query_params=dict(query), help=help
    )


def card(page: Page) -> None:
    """A page's card on the start page."""
    with st.container(border=True):
        st.subheader(page.title, anchor=False)
        st.markdown(page.summary)
        st.caption(page.doing)
        st.page_link(_streamlit_page(page), label=f"Open {page.title}", icon=":material/arrow_forward:")


def plain(sentence: str) -> str:
    """The sentence as Markdown that means nothing but itself: user text is data.

    Backslashes stop most markup. Links, icons, emoji and arrows are found in the text after that, so an invisible
    word joiner parts the characters that they are made of.
    """
    escaped = "".join(f"\\{character}" if character in _MARKUP else character for character in sentence)
    return _JOINED.sub("\\g<0>\u2060", escaped)
