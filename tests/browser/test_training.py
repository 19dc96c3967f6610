"""/training seen by a reader: charts that move in place, every control, numbers against the same training made here."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Literal
from urllib.parse import quote

import pytest
from playwright.sync_api import Locator, Page, expect

from seqviz.learning import train
from seqviz.learning.presets import PRESETS
from seqviz.records import TrainingStep
from tests.browser.reading import Visitor, number, parameters, shows
from tests.browser.serving import wait_until_idle
from tests.browser.test_house import widths_beyond

PATIENCE = 60_000  # ms; the worker imports torch before its first update
LEFT, RIGHT = 54, 12  # px beside a chart's axis
LONG = "characters_updates=20000&characters_hidden=16&characters_examples=64"  # it does not end while a test looks on
TAGS = "train=" + quote("parts of speech") + "&tags_updates=60&tags_validate_every=20"
TAGS_CONFIG = replace(PRESETS["tags"], updates=60, validate_every=20)


@pytest.fixture(scope="module")
def steps() -> list[TrainingStep]:
    """The training of TAGS, made in this process."""
    return list(train(TAGS_CONFIG))


def start(visitor: Visitor, query: str, **options: Any) -> tuple[Page, Locator]:
    """Train what the address says; the page and the component, once the first update is there."""
    return begun(visitor.open(f"/training?{query}", **options))


def begun(page: Page) -> tuple[Page, Locator]:
    page.get_by_role("button", name="Train", exact=True).click()
    root = page.locator(".training-root")
    expect(root.locator(".progress-words")).to_contain_text(re.compile(r"[1-9]"), timeout=PATIENCE)
    expect(root.locator(".loss .chart-readout")).to_contain_text(re.compile(r"\d|NaN"), timeout=PATIENCE)
    return page, root


def finished(visitor: Visitor, query: str, **options: Any) -> tuple[Page, Locator]:
    return ended(*start(visitor, query, **options))


def ended(page: Page, root: Locator) -> tuple[Page, Locator]:
    expect(root.locator(".progress-words")).to_contain_text("finished", timeout=PATIENCE)
    return page, root


@pytest.fixture(scope="module")
def one_training(visitor: Visitor) -> tuple[Page, Locator]:
    """The training of TAGS, for the tests that only look at it."""
    page = visitor.tab()
    page.goto(f"{visitor.url}/training?{TAGS}")
    wait_until_idle(page)
    return ended(*begun(page))


@pytest.fixture
def at_its_end(one_training: tuple[Page, Locator]) -> tuple[Page, Locator]:
    """The same page at the last update, nothing focused and nothing pointed at, whatever the test before has left."""
    page, root = one_training
    page.bring_to_front()
    page.set_viewport_size({"width": 1280, "height": 800})
    follow = root.get_by_role("button", name="Follow")
    if follow.is_enabled():
        follow.click()
    page.mouse.move(2, 2)
    page.evaluate("document.activeElement?.blur()")
    expect(root.locator(".status")).to_contain_text("Update 60:")
    return page, root


def button(root: Locator, name: str | re.Pattern[str]) -> Locator:
    return root.get_by_role("toolbar", name="Training", exact=True).get_by_role("button", name=name, exact=True)


def update_of(root: Locator) -> int:
    return int(root.get_by_role("progressbar").get_attribute("aria-valuenow") or -1)


def paused(page: Page, root: Locator) -> int:
    """Pause with Space, right after Train was pressed; the update at which it stands."""
    page.keyboard.press("Space")
    expect(root.locator(".progress-words")).to_contain_text("paused", timeout=PATIENCE)
    return update_of(root)


def point_at(page: Page, chart: Locator, update: int, updates: int) -> list[str]:
    """Hold the pointer over a chart at an update; the lines of the note that opens."""
    box = chart.locator("canvas").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + LEFT + (box["width"] - LEFT - RIGHT) * update / updates, box["y"] + box["height"] / 2)
    hint = chart.locator(".hint")
    expect(hint.locator("div").first).to_have_text(f"update {update}")
    return hint.locator("div").all_inner_texts()


# ── drawn in place ───────────────────────────────────────────────────────────────────────────────────────────

_WATCH = """root => {
    const charts = [...root.querySelectorAll(".charts canvas")];
    const seen = {frames: 0, blank: 0, pictures: new Set(), replaced: [], from: null, to: null, charts};
    const surface = getComputedStyle(document.querySelector('[data-testid="stApp"]')).backgroundColor;
    new MutationObserver(records => {
        for (const record of records)
            for (const node of [...record.addedNodes, ...record.removedNodes])
                if (node.nodeType === 1 && (node.matches("canvas, figure") || node.querySelector("canvas")))
                    seen.replaced.push(node.outerHTML.slice(0, 80));
    }).observe(root.getRootNode(), {childList: true, subtree: true});
    const look = () => {
        if (seen.stopped) return;
        seen.frames++;
        const update = Number(root.querySelector("[role=progressbar]").ariaValueNow
            ?? root.querySelector("[role=progressbar]").getAttribute("aria-valuenow"));
        seen.from ??= update;
        seen.to = update;
        charts.forEach((canvas, k) => {
            const {data} = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
            const pixels = new Uint32Array(data.buffer);
            let [drawn, sum] = [0, 0];
            for (let i = 0; i < pixels.length; i += 3) {
                if (!pixels[i]) continue;
                drawn++;
                sum = (sum * 31 + pixels[i] + i) >>> 0;
            }
            if (drawn < 200 || !canvas.checkVisibility() || canvas.clientHeight < 90) seen.blank++;
            if (k === 0) seen.pictures.add(sum);
        });
        requestAnimationFrame(look);
    };
    look();
    window.seen = seen;
}"""


def test_over_many_updates_no_chart_is_replaced_and_no_frame_is_blank(visitor: Visitor) -> None:
    page, root = start(visitor, LONG)
    root.evaluate(_WATCH)
    page.wait_for_function("() => seen.to >= seen.from + 300 && seen.pictures.size >= 8", timeout=PATIENCE)
    seen = page.evaluate("() => { seen.stopped = true; return {...seen, pictures: seen.pictures.size, charts: null}; }")
    assert seen["to"] - seen["from"] >= 300
    assert seen["pictures"] >= 8
    assert seen["frames"] >= 8
    assert (seen["blank"], seen["replaced"]) == (0, [])
    same = "root => [...root.querySelectorAll('.charts canvas')].every((canvas, k) => canvas === seen.charts[k])"
    assert root.evaluate(same)
    root.locator(".loss canvas").evaluate("canvas => canvas.getContext('2d').reset()")  # the eye would see a blank one
    blank = "canvas => !new Uint32Array(canvas.getContext('2d').getImageData(0, 0, 99, 99).data.buffer).some(Boolean)"
    assert root.locator(".loss canvas").evaluate(blank)


# ── numbers ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_number_is_that_of_the_same_training_made_here(
    at_its_end: tuple[Page, Locator], steps: list[TrainingStep]
) -> None:
    page, root = at_its_end
    for update in (1, 7, 30, 59, 60):
        step = steps[update - 1]
        for name, value in (("loss", step.loss), ("norm", step.gradient_norm)):
            said = point_at(page, root.locator(f".{name}"), update, 60)
            assert len(said) == 2
            assert shows(said[1], value, 4), (name, update, said, value)
    held = point_at(page, root.locator(".chart.metric"), 45, 60)
    words, of_update = held[1].split(" ", 1)
    assert of_update == "(of update 40)"
    assert shows(words, steps[39].metrics["accuracy"], 4)

    page.keyboard.press("ArrowLeft")
    expect(root.locator(".status")).to_contain_text("Update 50:")
    assert shows(root.locator(".loss .chart-readout").inner_text(), steps[49].loss, 3)
    assert shows(root.locator(".metric .chart-readout").inner_text(), steps[39].metrics["accuracy"], 3)
    assert shows(root.locator(".norm .chart-readout").inner_text(), steps[49].gradient_norm, 3)
    expect(root.locator(".look .part-title")).to_have_text("Validation at update 40")
    for name, value in steps[39].metrics.items():
        found = re.search(rf"\b{name} (\S+)", root.locator(".look .words").first.inner_text())
        assert found is not None
        assert shows(found[1], value, 3), name


def test_the_confusion_matrix_and_its_words(at_its_end: tuple[Page, Locator], steps: list[TrainingStep]) -> None:
    page, root = at_its_end
    page.keyboard.press("Home")
    expect(root.locator(".look .part-title")).to_contain_text("parts of speech, 60 updates")
    root.get_by_label("Training time").last.fill("6")  # 0 1 2 5 10 20 50 60
    expect(root.locator(".look .part-title")).to_have_text("Validation at update 40")
    confusion = steps[39].confusion
    accuracies = steps[39].class_accuracies
    assert confusion is not None
    assert accuracies is not None
    rows = root.locator(".confusion tbody tr")
    counts = [[int(text) for text in row.locator(".count").all_inner_texts()] for row in rows.all()]
    assert counts == confusion.astype(int).tolist()
    said = root.locator(".confusion .accuracy").all_inner_texts()
    assert [number(text.removesuffix(" %")) for text in said] == pytest.approx(100 * accuracies, abs=0.051)
    names = rows.locator("th").all_inner_texts()
    rows.nth(2).locator(".count").nth(2).hover()
    expect(root.locator(".cell-words")).to_contain_text(
        f"{counts[2][2]} of {sum(counts[2])} “{names[2]}” were answered “{names[2]}” ({said[2]})"
    )


def test_gradients_by_parameter_and_by_step(at_its_end: tuple[Page, Locator], steps: list[TrainingStep]) -> None:
    _page, root = at_its_end
    step = steps[50]  # measured at 1 and 51
    expect(root.locator(".parameters caption")).to_have_text("by parameter, update 51")
    found_rows = root.locator(".parameters tbody tr").all()
    rows = {row.locator("th").inner_text(): row.locator("td").all_inner_texts() for row in found_rows}
    assert list(rows) == list(step.parameter_norms)
    for name, (norm, ratio) in rows.items():
        assert shows(norm, step.parameter_norms[name], 3), name
        assert shows(ratio, step.update_ratio[name], 3), name
    assert step.time_norms is not None
    label = root.locator(".by-step canvas").get_attribute("aria-label") or ""
    found = re.search(r"from (\S+) at step 1 to (\S+) at step (\d+)", label)
    assert found is not None
    assert shows(found[1], step.time_norms[0], 3)
    assert shows(found[2], step.time_norms[-1], 3)
    assert int(found[3]) == len(step.time_norms)


def test_the_table_of_runs_and_whose_answers_stand_beside(visitor: Visitor) -> None:
    page, root = finished(visitor, TAGS + "&side=" + quote("RNN · LSTM · GRU"))
    names = ["RNN", "LSTM", "GRU"]
    assert root.locator(".runs .run-name").all_inner_texts() == names
    samples = root.locator(".runs .sample-line line")
    dashes = samples.evaluate_all("lines => lines.map(line => line.getAttribute('stroke-dasharray'))")
    assert len(set(dashes)) == 3
    for k, name in enumerate(names):
        made = list(train(replace(TAGS_CONFIG, cell=name)))
        seen = [step.metrics["accuracy"] for step in made if step.metrics]
        cells = root.locator(".runs tbody tr").nth(k).locator("td").all_inner_texts()
        assert shows(cells[3], max(seen), 3)
        assert shows(cells[4], seen[-1], 3)
        assert cells[5] == "finished"
        said = point_at(page, root.locator(".loss"), 30, 60)
        assert shows(said[1 + k].removeprefix(f"{name}: "), made[29].loss, 4)
        root.get_by_role("button", name=name, exact=True).click()
        expect(root.locator(".look .part-title")).to_have_text(f"{name}: validation at update 60")
        assert shows(root.locator(".look .words").first.inner_text().split()[1], made[59].metrics["loss"], 3)


# ── controls ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_pause_step_resume_rewind_and_stop(visitor: Visitor) -> None:
    page, root = start(visitor, LONG)
    expect(button(root, "One step")).to_be_disabled()
    assert button(root, re.compile("^Rewind")).is_disabled()
    past_the_early = re.compile(r"^\d{3}")  # checkpoints 0 1 2 5 10 20 50, and none of a pause in between
    expect(root.get_by_role("progressbar")).to_have_attribute("aria-valuenow", past_the_early, timeout=PATIENCE)
    here = paused(page, root)
    for k in (1, 2):
        button(root, "One step").click()
        expect(root.get_by_role("progressbar")).to_have_attribute("aria-valuenow", str(here + k), timeout=PATIENCE)
        expect(root.locator(".progress-words")).to_contain_text("paused", timeout=PATIENCE)

    button(root, "Resume").click()
    expect(root.locator(".progress-words")).to_contain_text("updates/s", timeout=PATIENCE)
    assert update_of(root) > here + 2
    page.locator("h1").click()  # the focus on no button
    paused(page, root)

    page.keyboard.press("Home")
    page.keyboard.press("Shift+ArrowRight")  # 0 1 2 5 10 | 20
    expect(root.locator(".status")).to_contain_text("Update 20:")
    button(root, "Rewind to 20").click()
    expect(root.get_by_role("progressbar")).to_have_attribute("aria-valuenow", "20", timeout=PATIENCE)
    expect(root.locator(".progress-words")).to_contain_text("paused")
    assert root.locator(".scrub").evaluate("scrub => scrub.value === scrub.max && scrub.max === '5'")

    button(root, "Stop").click()
    expect(root.locator(".progress-words")).to_contain_text("stopped", timeout=PATIENCE)
    expect(button(root, "Stop")).to_be_disabled()
    page.keyboard.press("Home")
    button(root, "Rewind to the beginning").click()
    expect(root.get_by_role("progressbar")).to_have_attribute("aria-valuenow", "0", timeout=PATIENCE)
    expect(root.locator(".look")).to_contain_text("LSTM with 16 hidden units")
    button(root, "Resume").click()
    expect(root.get_by_role("progressbar")).to_have_attribute("aria-valuenow", re.compile("^[1-9]"), timeout=PATIENCE)
    button(root, "Stop").click()


def test_a_rewound_training_makes_the_same_numbers_again(visitor: Visitor, steps: list[TrainingStep]) -> None:
    page, root = finished(visitor, TAGS)
    root.get_by_label("Training time").last.fill("5")
    button(root, "Rewind to 20").click()
    expect(root.get_by_role("progressbar")).to_have_attribute("aria-valuenow", "20", timeout=PATIENCE)
    assert shows(root.locator(".loss .chart-readout").inner_text(), steps[19].loss, 3)
    button(root, "Resume").click()
    expect(root.locator(".progress-words")).to_contain_text("finished", timeout=PATIENCE)
    assert shows(point_at(page, root.locator(".loss"), 60, 60)[1], steps[59].loss, 4)


def test_a_divergence_stands_large_and_plain(visitor: Visitor) -> None:
    query = "train=" + quote("adding problem") + "&adding_cell=RNN&adding_nonlinearity=relu&adding_clipping=none"
    page, root = start(visitor, query + "&adding_learning_rate=10&adding_hidden=16")
    verdict = root.get_by_role("alert")
    sentence = re.compile(r"Diverged\. Update \d+: the loss is .* gradient's norm is .*; try a learning rate below")
    expect(verdict).to_contain_text(sentence, timeout=PATIENCE)
    assert verdict.locator("p").evaluate("p => parseFloat(getComputedStyle(p).fontSize)") >= 17
    box = root.locator(".norm canvas").bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= 800
    assert page.get_by_test_id("stException").count() == 0


# ── the cursor ───────────────────────────────────────────────────────────────────────────────────────────────


def test_the_cursor_its_address_and_who_hears_of_it(at_its_end: tuple[Page, Locator]) -> None:
    page, root = at_its_end
    page.evaluate("() => { window.heard = []; addEventListener('seqviz:training-time', e => heard.push(e.detail)); }")
    expect(root.get_by_role("button", name="Follow")).to_be_disabled()
    page.keyboard.press("Home")
    expect(root.locator(".status")).to_contain_text("Before the first update")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(page).to_have_url(re.compile(r"[?&]at=2\b"))
    page.keyboard.press("End")
    page.keyboard.press("ArrowLeft")
    expect(page).to_have_url(re.compile(r"[?&]at=50\b"))
    assert [one["update"] for one in page.evaluate("heard")] == [0, 1, 2, 60, 50]
    assert len({one["run"] for one in page.evaluate("heard")}) == 1

    page.evaluate("() => dispatchEvent(new CustomEvent('seqviz:training-time', {detail: {update: 10}}))")
    expect(root.locator(".status")).to_contain_text("Update 10:")
    box = root.locator(".loss canvas").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + LEFT + (box["width"] - LEFT - RIGHT) * 22 / 60, box["y"] + 40)
    expect(root.locator(".status")).to_contain_text("Update 20:")
    root.get_by_role("button", name="Follow").click()
    expect(root.locator(".status")).to_contain_text("Update 60:")
    page.wait_for_timeout(400)
    assert "at" not in parameters(page)


def test_a_place_in_the_address_is_kept_until_the_training_is_there(visitor: Visitor) -> None:
    _page, root = finished(visitor, TAGS + "&at=20&loss=log")
    expect(root.locator(".status")).to_contain_text("Update 20:")
    expect(root.get_by_role("button", name="log", exact=True)).to_have_attribute("aria-pressed", "true")


@pytest.mark.parametrize("nonsense", ["-3", "x", "1.5", "<b>"])
def test_a_place_that_is_none_is_now(nonsense: str, visitor: Visitor) -> None:
    _page, root = finished(visitor, f"{TAGS}&at={quote(nonsense)}")
    expect(root.locator(".status")).to_contain_text("Update 60:")


def test_it_follows_until_the_reader_moves_and_is_silent_meanwhile(visitor: Visitor) -> None:
    page, root = start(visitor, LONG)
    said = "root => { window.said = 0; for (const line of root.querySelectorAll('[role=status], [role=alert]'))"
    said += (
        " new MutationObserver(() => said++).observe(line, {childList: true, characterData: true, subtree: true}); }"
    )
    root.evaluate(said)
    first = update_of(root)
    expect(root.get_by_role("progressbar")).not_to_have_attribute("aria-valuenow", str(first), timeout=PATIENCE)
    second = update_of(root)
    expect(root.get_by_role("progressbar")).not_to_have_attribute("aria-valuenow", str(second), timeout=PATIENCE)
    assert page.evaluate("said") == 0
    assert root.locator(".scrub").evaluate("scrub => scrub.value === scrub.max")
    page.keyboard.press("Home")
    third = update_of(root)
    expect(root.get_by_role("progressbar")).not_to_have_attribute("aria-valuenow", str(third), timeout=PATIENCE)
    assert root.locator(".scrub").input_value() == "0"
    assert page.evaluate("said") > 0
    button(root, "Stop").click()


# ── what every page owes ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_no_serious_finding_while_it_is_paused(
    width: int, theme: Literal["light", "dark"], visitor: Visitor, axe: Callable[[Page], list[str]]
) -> None:
    query = "train=" + quote("sentiment of a review") + "&reviews_validate_every=20&side=" + quote("RNN · LSTM · GRU")
    page, root = start(visitor, query, width=width, theme=theme)
    expect(root.locator(".look .part-title")).to_contain_text("validation at", timeout=PATIENCE)
    paused(page, root)
    page.mouse.move(2, 2)  # off the Train button
    assert axe(page) == []
    assert widths_beyond(page) == []
    if width == 1280:
        root.get_by_role("button", name="Present").click()
        page.wait_for_timeout(200)
        assert axe(page) == []
        page.keyboard.press("Escape")
    page.get_by_role("button", name="Stop", exact=True).click()


def test_all_of_it_stands_above_the_fold(visitor: Visitor) -> None:
    page, root = start(visitor, LONG)
    paused(page, root)
    for part in (".toolbar", ".loss canvas", ".chart.metric canvas", ".norm canvas", ".look", ".by-step canvas"):
        box = root.locator(part).first.bounding_box()
        assert box is not None, part
        assert box["y"] + box["height"] <= 800, part
    right = root.locator(".right").bounding_box()
    assert right is not None
    assert right["width"] >= 400
    button(root, "Stop").click()


def test_a_window_of_another_height_stretches_no_chart(at_its_end: tuple[Page, Locator]) -> None:
    page, root = at_its_end
    for height in (1100, 700):
        page.set_viewport_size({"width": 1280, "height": height})
        for canvas in root.locator(".charts canvas, .by-step canvas").all():
            for side, length in (("height", "clientHeight"), ("width", "clientWidth")):
                pixels = canvas.evaluate(f"canvas => canvas.{length} * devicePixelRatio")
                expect(canvas).to_have_attribute(side, str(round(pixels)))


def test_on_a_phone_every_control_is_in_reach(visitor: Visitor) -> None:
    page, root = start(visitor, LONG, width=390, height=844)
    paused(page, root)
    for control in root.locator(".toolbar > button, .save > summary").all():
        box = control.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390
        assert min(box["width"], box["height"]) >= 24
    heights = [chart.bounding_box() for chart in root.locator(".charts canvas").all()]
    assert all(box is not None and box["height"] >= 150 and box["width"] >= 300 for box in heights)
    assert widths_beyond(page) == []
    button(root, "Stop").click()


def test_the_charts_are_saved_as_one_picture(at_its_end: tuple[Page, Locator]) -> None:
    page, root = at_its_end
    root.locator(".save summary").click()
    with page.expect_download() as download:
        root.get_by_role("button", name="PNG").click()
    assert download.value.suggested_filename == "training-tags.png"
    data = download.value.path().read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = (int.from_bytes(data[at : at + 4], "big") for at in (16, 20))
    canvas = root.locator(".loss canvas").bounding_box()
    assert canvas is not None
    assert (width, height > 6 * canvas["height"]) == (2 * round(canvas["width"]), True)
