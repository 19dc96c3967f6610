"""The lanes of /gates in a browser: every cell, colour and line of them against torch, in every order and every run."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import urlencode

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Page, expect
from scipy.cluster.hierarchy import leaves_list, linkage  # type: ignore[import-untyped]
from scipy.spatial.distance import pdist  # type: ignore[import-untyped]

from seqviz.figures.theme import DARK, LIGHT
from tests.browser.reading import Visitor, number, shows
from tests.browser.sheet import Sheet
from tests.browser.torch_models import TEXT, Torch

STEPS = len(TEXT.split())
WHAT_IF = {
    "text": TEXT,
    "what_if": "true",
    "hold_LSTM": ["forget gate f", "output gate o"],
    "at_f": "0.5",
    "at_o": "0.9",
    "in_units_32": ["2", "3", "30"],
    "from_token": "3",
    "to_token": "6",
    "silent_32": "4",
}


def changed_model() -> Torch:
    """The run of `WHAT_IF`."""
    return Torch("LSTM", hold={"f": 0.5, "o": 0.9}, units=(1, 2, 29), span=(3, 6), silent=(3,))


# ── what a lane ought to look like ───────────────────────────────────────────────────────────────────────────


def colours(values: NDArray[np.float64], theme: Mapping[str, str], limit: float | None = None) -> NDArray[np.float64]:
    """Red, green and blue of numbers from 0 to 1, or with a limit of signed ones."""
    names = ("surface", "amount-fill", "accent") if limit is None else ("negative-fill", "surface", "positive-fill")
    ends = np.array([[int(theme[name][k : k + 2], 16) for k in (1, 3, 5)] for name in names])
    share = np.clip(values if limit is None else 0.5 + values / (2 * limit), 0, 1)
    return np.stack([np.interp(share, (0, 0.5, 1), ends[:, k]) for k in range(3)], axis=-1)


def lane_colours(model: Torch, key: str, theme: Mapping[str, str], *others: Torch) -> NDArray[np.float64]:
    """Of each unit and step; a state's colours end where 19 of 20 numbers of all the runs lie."""
    values = model.lane(key).T
    if key in "fio":
        return colours(values, theme)
    if key == "g":
        return colours(values, theme, 1.0)
    every = np.abs(np.concatenate([np.vstack([np.zeros(len(values)), run.lane(key)]) for run in (model, *others)]))
    return colours(values, theme, min(every.max(), max(1.0, np.quantile(every, 0.95, method="higher"))))


def is_painted(sheet: Sheet, lane: str, wanted: NDArray[np.float64]) -> bool:
    """Each pixel is the wanted colour; the drawing has 256 of them and its numbers 32 bits."""
    pixels: NDArray[np.int64] = sheet.lane(lane)["pixels"]
    return pixels.shape == wanted.shape and bool(np.abs(pixels - wanted).max() < 3)


def orders(model: Torch) -> dict[str, list[int]]:
    """The unit in each row, from 0: by how much its h changes, and as the leaves of a tree of h's that are alike."""
    h = model.lane("h")
    spread = h.std(axis=0)
    tree = linkage(pdist(((h - h.mean(axis=0)) / spread).T), method="average", optimal_ordering=True)
    return {
        "stored": [*range(h.shape[1])],
        "activity": np.argsort(-spread, kind="stable").tolist(),
        "clusters": leaves_list(tree).tolist(),
    }


def like(model: Torch, lane: str, unit: int) -> list[int]:
    """Units by the correlation of their h with what `unit` (from 0) does in a lane; of an h that stays 0 it is 0."""
    line, h = model.lane(lane)[:, unit], model.lane("h").T
    likeness = [np.corrcoef(line, other)[0, 1] if other.any() else 0.0 for other in h]
    return np.argsort(np.negative(likeness), kind="stable").tolist()


# ── one run ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_in_every_order_each_row_is_its_units(visitor: Visitor):
    model = Torch("LSTM")
    sheet = Sheet(visitor.open("/gates?" + urlencode({"text": TEXT, "unit": "5"})))

    def follows(order: list[int]) -> None:
        read = sheet.units_and_numbers("h", 6)
        assert [unit for unit, _ in read] == order
        assert all(shows(text, float(model.steps[6]["h"][unit]), 4) for unit, text in read)
        assert is_painted(sheet, "h", lane_colours(model, "h", LIGHT)[order])
        assert is_painted(sheet, "f", lane_colours(model, "f", LIGHT)[order])

    for name, order in orders(model).items():
        sheet.option("Units").select_option(name)
        follows(order)
    sheet.option("Units").select_option("like")
    follows(like(model, "h", 4))
    sheet.option("in lane").select_option("f")
    follows(like(model, "f", 4))
    sheet.pin(30)
    follows(like(model, "f", 29))


def test_hovering_gives_the_number(visitor: Visitor):
    model = Torch("LSTM")
    sheet = Sheet(visitor.open("/gates?" + urlencode({"text": TEXT})))
    size = len(model.steps[0]["h"])
    for lane, title in (("f", "forget gate"), ("c", "cell state"), ("h", "hidden state")):
        unit = size // 2
        text = sheet.hint(lane, 6, (unit + 0.5) / size)
        assert re.match(rf"My · {title}[^·]* · unit {unit + 1}: ", text)
        assert shows(text.rsplit(" ", 1)[1], float(model.steps[6][lane][unit]), 4)


_RED_IS = """([root, red, row, t]) => {
    const context = root.querySelector('.lane[data-lane="f"] canvas').getContext("2d");
    return Math.abs(context.getImageData(t, row, 1, 1).data[0] - red) < 3;
}"""


def test_colours_run_with_the_numbers_in_either_theme(visitor: Visitor):
    """A gate from the surface's colour at 0 to the accent at 1, a state from blue over the surface to orange."""
    model = Torch("LSTM")
    page = visitor.open("/gates?" + urlencode({"text": TEXT}))
    sheet = Sheet(page)
    f, c = model.lane("f").T, model.lane("c").T
    row, t = (int(place) for place in np.unravel_index(f.argmin(), f.shape))
    assert f.min() < 0.001
    assert f.max() > 0.999
    for scheme, theme in (("light", LIGHT), ("dark", DARK)):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.wait_for_function(_RED_IS, arg=[sheet.root.element_handle(), int(theme["surface"][1:3], 16), row, t])
        for key in "figoch":
            assert is_painted(sheet, key, lane_colours(model, key, theme)), (scheme, key)
        ends = {name: np.array([int(theme[name][k : k + 2], 16) for k in (1, 3, 5)]) for name in theme}
        gate, state = sheet.lane("f")["pixels"], sheet.lane("c")["pixels"]
        for pixels, values, place, name in (
            (gate, f, f.argmin(), "surface"),
            (gate, f, f.argmax(), "accent"),
            (state, c, c.argmin(), "negative-fill"),
            (state, c, c.argmax(), "positive-fill"),
        ):
            assert np.abs(pixels[np.unravel_index(place, values.shape)] - ends[name]).max() <= 2, (scheme, name)


def test_the_read_out_and_the_button_ask_what_it_depended_on(visitor: Visitor, settle: Callable[[Page], None]):
    model = Torch("LSTM")
    page = visitor.open("/gates?" + urlencode({"text": TEXT}))
    sheet = Sheet(page)
    picture = page.locator(".lane.dependence .picture")

    def asked(t: int, name: str) -> None:
        settle(page)
        expect(picture).to_have_attribute("aria-label", re.compile(rf"log p\({name}\) at step {t} "))

    asked(STEPS, model.answer(-1)[0])
    p = np.stack([step["p"] for step in model.steps]).max(axis=0)
    shown = sorted(np.argsort(-p, kind="stable")[:6])  # the rows keep the order of the classes
    page.mouse.click(*sheet.point("p", 4, 0.5 / len(shown)))
    asked(5, model.classes[shown[0]])
    assert sheet.place["cursor"] == 4
    page.wait_for_function(f"location.search.includes('why=5-{shown[0]}')")
    why = sheet.root.get_by_role("button", name="Why?", exact=True)
    for t in (0, 3):
        sheet.scrub_to(t)
        why.click()
        asked(t + 1, model.answer(t)[0])
    why.click()  # a second time: no more
    asked(STEPS, model.answer(-1)[0])
    assert len({model.answer(t)[0] for t in (0, 3, -1)}) == 3


def test_the_sheet_is_saved_as_a_picture_of_what_stands_there(visitor: Visitor, tmp_path: Path):
    model = Torch("LSTM")
    page = visitor.open("/gates?" + urlencode({"text": TEXT}))
    page.locator(".save summary").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="PNG").click()
    download.value.save_as(tmp_path / "sheet.png")
    picture = Image.open(tmp_path / "sheet.png").convert("RGB")
    cell = int(page.locator(".cursor").evaluate("node => parseFloat(node.style.width)"))
    assert picture.width == 2 * (78 + cell * STEPS + 40)
    lanes = page.locator(".lane")
    box, first = lanes.nth(0).bounding_box(), page.locator(".tokens").bounding_box()
    assert box is not None
    assert first is not None
    units = len(model.steps[0]["f"])
    values = torch.stack([step["f"] for step in model.steps])  # (T, H)
    t, unit = divmod(int((values - 1.0).abs().argmin()), units)  # the gate that stands widest open
    x = 2 * (78 + (t + 0.5) * cell)
    y = 2 * (first["height"] + 8 + (unit + 0.5) * box["height"] / units)
    assert picture.getpixel((round(x), round(y))) == (15, 118, 110)  # the accent, the end of the scale


# ── two runs ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_each_run_shows_its_own_numbers(visitor: Visitor):
    """The lanes, the pinned unit's line, the range beside them, and the opened cell."""
    changed, plain = changed_model(), Torch("LSTM")
    place = WHAT_IF | {"unit": "3", "node": "c", "at": "5"}
    sheet = Sheet(visitor.open("/gates?" + urlencode(place, doseq=True), height=1000))
    units, t = len(plain.steps[0]["h"]), 4
    most = {key: max(np.abs(run.lane(key)).max() for run in (changed, plain)) for key in "ch"}
    for run in ("changed", "untouched", "difference"):
        sheet.option("Run").select_option(run)
        inside = plain if run == "untouched" else changed  # a difference has no cell: open is that with the change
        opened, step = sheet.opened, inside.steps[t]
        said = "untouched" if inside is plain else "with the change"
        assert opened["numbers"].startswith(f"unit 3, {said}: {step['kept'][2]:.4f} + ".replace("-", "−"))
        assert shows(opened["result"], float(step["c"][2]), 4)
        strips = opened["strips"]
        assert {key for key in strips if key != "x" and not shows(strips[key], float(step[key][2]), 2)} == set()
        for key in "figoch":
            lane = sheet.lane(key)
            values, other = inside.lane(key), (changed if inside is plain else plain)
            if run == "difference":
                values = values - plain.lane(key)
                end = float(np.abs(values).max())
                wanted, scale = colours(values.T, LIGHT, end), f"±{float(f'{end:.2g}'):g}"
                y = 50 - 46 * values[:, 2] / end
            elif key in "fio":
                wanted, scale = lane_colours(inside, key, LIGHT), "0 … 1"
                y = 96 - 92 * values[:, 2]
            else:
                end = most.get(key, 1.0)
                wanted = lane_colours(inside, key, LIGHT, other)
                scale = f"±{end:.3g}" if key in most else "−1 … 1"
                y = 50 - 46 * values[:, 2] / end
            assert is_painted(sheet, key, wanted), (run, key)
            assert lane["range"] == scale, (run, key)
            x, drawn = np.transpose(lane["line"])
            assert np.abs(drawn - y).max() < 0.02, (run, key)
            assert len(set(np.diff(x).round(3))) == 1
            read = sheet.units_and_numbers(key, 5)
            assert [unit for unit, _ in read] == [*range(units)]
            assert np.abs([number(text) - values[5, unit] for unit, text in read]).max() < 0.51e-4, (run, key)


def test_a_deep_link_opens_run_order_lanes_and_question(visitor: Visitor):
    changed, plain = changed_model(), Torch("LSTM")
    place = WHAT_IF | {"unit": "7", "order": "like", "like": "c", "run": "untouched", "tall": "h,f", "why": "4-3"}
    page = visitor.open("/gates?" + urlencode(place, doseq=True), height=1500)
    sheet = Sheet(page)
    units = len(plain.steps[0]["h"])
    assert [sheet.option(label).input_value() for label in ("Run", "Units", "in lane")] == ["untouched", "like", "c"]
    order = like(changed, "c", 6)  # the rows stay where they are when the run is another
    assert is_painted(sheet, "f", lane_colours(plain, "f", LIGHT)[order])
    assert [unit for unit, _ in sheet.units_and_numbers("h", 2)] == order
    assert {key for key in "figoch" if sheet.lane(key)["tall"]} == {"f", "h"}
    assert sheet.lane("h")["height"] == sheet.lane("f")["height"] == 11 * units > sheet.lane("c")["height"]
    assert f"log p({plain.classes[3]}) at step 4 of the untouched run" in sheet.lane("dependence")["says"]
    for label, choice in (("Run", "difference"), ("in lane", "o")):
        sheet.option(label).select_option(choice)
    sheet.root.locator(".lane-name").first.click()
    assert not sheet.lane("f")["tall"]
    page.wait_for_function("location.search.includes('like=o')")
    assert re.search(r"run=difference.*tall=h&why=4-3", page.url)
    page.get_by_text("What if?", exact=True).click()
    page.wait_for_function("!location.search.includes('run=')")  # where nothing is changed there is one run
