"""Work in pieces comes to its end: every run of the page gets further than the one before, however little it may do."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from seqviz.ui.budget import Budget
from seqviz.ui.kmeans import elbow, starts
from seqviz.ui.kmeans.compute import computed
from seqviz.ui.kmeans.settings import Rules, Settings, Source

ROOT = Path(__file__).resolve().parents[2]
AT_ONCE = 1e-9  # seconds: less than looking up a single piece that is kept


def test_only_what_is_computed_is_charged() -> None:
    budget = Budget(AT_ONCE)
    sum(range(10_000))
    assert budget.is_left
    with budget.charged():
        sum(range(10_000))
    assert not budget.is_left


def test_a_piece_that_fails_is_charged_too() -> None:
    budget = Budget(AT_ONCE)
    with pytest.raises(ValueError), budget.charged():
        float("no number")
    assert not budget.is_left


def test_every_run_of_the_page_adds_to_the_two_hundred() -> None:
    """With two hundred added points the page ran again for ever: all its time went into looking up what it knew."""
    added = tuple((float(x), float(y)) for x, y in np.random.default_rng(7).normal(size=(200, 2)))
    settings = Settings(Source("blobs", 30, added=added), Rules(k=2))
    seeds = [starts.ends_so_far(settings, None, Budget(AT_ONCE)).seeds for _ in range(starts.SEEDS // starts.BLOCK)]
    assert seeds == list(range(starts.BLOCK, starts.SEEDS + 1, starts.BLOCK))
    ends = starts.ends_so_far(settings, None, Budget(AT_ONCE))
    one = Settings(settings.source, settings.rules, "k-means++", 99)
    assert ends.objective["k-means++"][99] == computed(one, None).inertia


def test_every_run_of_the_page_adds_a_criterion(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(elbow, "EACH", AT_ONCE)
    page = AppTest.from_file(ROOT / "pages" / "kmeans.py", default_timeout=60)
    address = {"km_view": "Elbow", "km_data": "moons", "km_n": "30", "km_criteria": list(elbow.CRITERIA)}
    for name, value in address.items():
        page.query_params[name] = value
    page.run()
    assert [error.value for error in page.exception] == []
    assert len(page.get("plotly_chart")) == 2 + len(elbow.CRITERIA)
    assert [info.value for info in page.info if "Computing" in info.value] == []
