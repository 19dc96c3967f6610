"""/kmeans: poor starts over 300 seeds, what a run weighs, frames a second in a browser."""

from __future__ import annotations

import json
from dataclasses import replace
from urllib.parse import urlencode

import numpy as np
from playwright.sync_api import Page, sync_playwright

from benchmarks.report import heading, percentile, row
from benchmarks.served import served
from seqviz.clustering import kmeans
from seqviz.clustering.data import made
from tests.browser.serving import ARGUMENTS, find_chromium, wait_until_idle

SEEDS, POOR = 300, 1.05
POINTS = 5000  # of the animation that is measured
SECONDS = 6  # of play


def run(url: str) -> None:
    poor_starts()
    payload()
    frames(url)


def poor_starts() -> None:
    """The share of runs that end more than 5 % above the best of all, on the page's own 3×3 grid."""
    heading(f"Poor starts on the 3×3 grid, n = 300, deviation 0.7 at spacing 6, k = 9, {SEEDS} seeds")
    points = made("3×3 grid", 300, 0).values
    ends = {
        init: np.array([kmeans(points, 9, init=init, seed=seed).inertia for seed in range(SEEDS)])
        for init in ("random", "k-means++", "farthest first")
    }
    best = min(values.min() for values in ends.values())
    for init, values in ends.items():
        share = (values > POOR * best).mean()
        print(f"  {init:<16} {share:6.1%} above {POOR:g} × best; worst {values.max() / best:.2f} ×")


def payload() -> None:
    """What the browser is sent of a run of 60 half-steps or more."""
    from seqviz.ui.kmeans.compute import shown
    from seqviz.ui.kmeans.packing import run_data
    from seqviz.ui.kmeans.settings import Rules, Settings, Source

    heading("What the browser is sent of a run, bound 250 KB at n = 1,000 and 60 half-steps")
    for n in (1000, POINTS):
        base = Settings(Source("uniform", n), Rules(k=12, tolerance=0.0, max_iterations=30 if n == 1000 else 100))
        found = max((shown(replace(base, seed=seed)) for seed in range(10)), key=lambda one: one.run.assignments)
        size = len(json.dumps(run_data(found))) / 1000
        print(f"  n = {n:,}, {2 * found.run.assignments - 1} half-steps, k = 12: {size:.0f} KB")


FRAMES = """seconds => new Promise(done => {
    const times = [];
    const tick = now => {
        times.push(now);
        if (now - times[0] < seconds * 1000) requestAnimationFrame(tick);
        else done(times.slice(1).map((time, i) => time - times[i]));
    };
    requestAnimationFrame(tick);
})"""


def frames(url: str) -> None:
    """Time between frames while a run plays at its fastest pace, centroids gliding between the updates."""
    chromium = find_chromium()
    if chromium is None:
        print("no Chromium was found: nothing measured in a browser")
        return
    heading(f"/kmeans playing, n = {POINTS:,}, k = 12, 8 half-steps a second, 1280×800")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        for name, more in {"Euclidean": {}, "Minkowski p = 3": {"km_metric": "Minkowski p"}}.items():
            page = browser.new_page(viewport={"width": 1280, "height": 800})
            place = {"km_data": "uniform", "km_n": POINTS, "km_k": 12, "km_tolerance": 0, "at": "0.start", **more}
            gaps = played(page, f"{url}/kmeans?" + urlencode(place))
            row(f"  between two frames, {name}", gaps, bound=1000 / 30)
            average = 1000 * len(gaps) / sum(gaps)
            print(f"    {average:.0f} frames a second on average, {percentile(gaps, 0.99):.0f} ms p99")
            page.close()
        browser.close()


def played(page: Page, address: str) -> list[float]:
    page.goto(address)
    page.locator(".scrub").wait_for()
    wait_until_idle(page)
    page.locator(".pace").select_option("8")
    page.keyboard.press("Home")
    page.get_by_role("button", name="Play").click()
    gaps: list[float] = page.evaluate(FRAMES, SECONDS)
    assert int(page.locator(".scrub").input_value()) > 4 * SECONDS
    return gaps


if __name__ == "__main__":
    served(run)
