"""What surrounds the charts of /training, as a reader has it: settings in the address, files, downloads."""

from __future__ import annotations

import re
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from seqviz.learning.config import TrainingConfig
from seqviz.learning.presets import PRESETS
from tests.browser.reading import Visitor
from tests.browser.serving import wait_until_idle
from tests.browser.test_house import widths_beyond


def train(page: Page) -> None:
    page.get_by_role("button", name="Train", exact=True).click()
    expect(page.get_by_role("button", name="Config (JSON)")).to_be_visible(timeout=30_000)
    wait_until_idle(page)


def config_of(page: Page) -> TrainingConfig:
    """What the page hands out as the config of its run."""
    with page.expect_download() as download:
        page.get_by_role("button", name="Config (JSON)").click()
    return TrainingConfig.from_json(Path(download.value.path()).read_text(encoding="utf-8"))


def choose(page: Page, label: str, option: str) -> None:
    page.get_by_role("combobox", name=label).click()
    page.get_by_role("option", name=option, exact=True).click()
    wait_until_idle(page)


def test_the_address_after_changing_widgets_opens_the_same_configuration(visitor: Visitor) -> None:
    page = visitor.open("/training")
    choose(page, "Task", "parts of speech")
    page.get_by_role("button", name="Settings").click()
    choose(page, "Cell", "GRU")
    choose(page, "Optimiser", "RMSprop")
    wanted = {"hidden": 7, "learning_rate": 0.00123, "updates": 9, "examples": 64, "held_out": 17, "seed": 4294967295}
    labels = ("Hidden units", "Learning rate", "Updates", "Examples", "Held out", "Seed")
    for label, value in zip(labels, wanted.values(), strict=True):
        field = page.get_by_role("spinbutton", name=label, exact=True)
        field.fill(str(value))
        field.press("Enter")
        wait_until_idle(page)
    expected = replace(PRESETS["tags"], cell="GRU", optimiser="RMSprop", **wanted)
    address = page.url.partition("/training")[2]
    page.keyboard.press("Escape")
    train(page)
    assert config_of(page) == expected
    again = visitor.open(f"/training{address}")
    train(again)
    assert asdict(config_of(again)) == asdict(expected)


def test_a_config_that_was_taken_away_opens_again(visitor: Visitor) -> None:
    config = TrainingConfig(
        task="words", source="own", content='a "b", c\n' * 900, length=5, batch=6, hidden=7, embedding=3, window=2,
        learning_rate=0.0123, updates=4, clipping="value", dropout=0.25, forget_bias=-0.5,
    )  # fmt: skip
    page = visitor.open("/training")
    page.get_by_role("button", name="Settings").click()
    place = page.locator("input[type=file]")
    place.set_input_files({"name": "c.json", "mimeType": "application/json", "buffer": b'{"hidden": 0}'})
    expect(page.get_by_text("Hidden is 0, expected a whole number from 1 to 512")).to_be_visible()
    place.set_input_files({"name": "d.json", "mimeType": "application/json", "buffer": config.to_json().encode()})
    expect(page.get_by_text(re.compile("Typed: 8,100 bytes, 5,400 words"))).to_be_visible()
    expect(page.get_by_text("Hidden is 0")).to_have_count(0)
    page.keyboard.press("Escape")
    train(page)
    assert config_of(page) == config


def test_files_are_read_with_their_encoding_or_refused(visitor: Visitor, axe: Any) -> None:
    page = visitor.open("/training?train=sentiment+of+a+review&reviews_source=my+own")
    page.get_by_text("a file", exact=True).click()
    wait_until_idle(page)
    table = "text;label\n" + "".join(
        f'"Größe {n},\nsagt ""er""";{"gut" if n % 2 else "<b>schlecht</b>"}\n' for n in range(60)
    )
    place = page.locator("input[type=file]")

    def bring(name: str, data: bytes) -> None:
        place.set_input_files({"name": name, "mimeType": "text/csv", "buffer": data})

    for codec, named in (("latin-1", "Latin-1"), ("utf-16", "UTF-16"), ("utf-8", "UTF-8")):
        data = table.encode(codec)
        bring(f"{named}.csv", data)
        said = f"{named}.csv, read as {named}: {len(data):,} bytes, 60 texts, 2 labels (<b>schlecht</b>, gut)"
        expect(page.get_by_text(plainly(said))).to_be_visible()
        expect(page.get_by_role("button", name="Train", exact=True)).to_be_enabled()
    assert axe(page) == []
    bring("picture.png", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR")
    expect(page.get_by_text("The file has a NUL at byte 8")).to_be_visible()
    expect(page.get_by_role("button", name="Train", exact=True)).to_be_disabled()
    bring("huge.csv", b"x" * 3_000_000)
    expect(page.get_by_text("File must be 2.0MB or smaller")).to_be_attached()
    expect(page.get_by_role("button", name="Train", exact=True)).to_be_disabled()


def plainly(said: str) -> Any:
    """The words as they stand on a page, where invisible word joiners may part the signs."""
    return re.compile("\u2060?".join(re.escape(letter) for letter in said))


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_whole_page_is_accessible_and_fits_a_phone(theme: Any, visitor: Visitor, axe: Any) -> None:
    """With the question, the charts, the downloads and the lessons of a finished run."""
    address = "/training?train=parts+of+speech&tags_updates=12&tags_examples=64&predict_training=true"
    page = visitor.open(address, theme=theme, width=390, height=844)
    assert axe(page) == []
    page.get_by_role("button", name="Yes", exact=True).click()
    wait_until_idle(page)
    train(page)
    expect(page.get_by_text(re.compile("You said: yes.+(Right|No).+it ends at accuracy"))).to_be_visible(timeout=30_000)
    page.get_by_role("button", name="Prepare model and script").click()
    expect(page.get_by_role("button", name="Model after update 12")).to_be_visible(timeout=30_000)
    wait_until_idle(page)
    assert axe(page) == []
    assert widths_beyond(page) == []
    with page.expect_download() as download:
        page.get_by_role("button", name="Metrics (CSV)").click()
    lines = Path(download.value.path()).read_text(encoding="utf-8").splitlines()
    assert len(lines) == 13
    assert config_of(page).updates == 12
