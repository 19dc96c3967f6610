"""What a reader may type into /unrolled: a correct picture or one plain sentence, and text that stays text."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.reading import Stepper, Visitor, text_field, tracebacks, type_weight
from tests.browser.serving import ROOT, wait_until_idle

# Elements that user text must never become, counted over the page and the component's own tree.
_MADE = """() => {
    const tags = ["script", "style", "link", "iframe", "object", "form", "img", "image", "audio", "video", "math", "a",
        "b", "i", "u", "s", "em", "strong", "code", "h1", "h2", "h3", "ul", "ol", "table", "foreignObject"];
    const marked = ".katex, .stMarkdownColoredText, [class*=colored], [onerror]";
    const count = {};
    const add = name => count[name] = (count[name] ?? 0) + 1;
    const walk = tree => tree.querySelectorAll("*").forEach(node => {
        if (tags.includes(node.localName)) add(node.localName);
        if (node.matches(marked)) add("marked");
        if (node.shadowRoot) walk(node.shadowRoot);
    });
    walk(document.querySelector('[data-testid="stMain"]'));
    return count;
}"""


def unrolled(visitor: Visitor, unit: str) -> Page:
    page = visitor.tab()
    page.goto(f"{visitor.url}/unrolled?targets=next+token%2C+last+open&unit={unit}")
    wait_until_idle(page)
    return page


@pytest.fixture(scope="module")
def characters(visitor: Visitor) -> Page:
    """A page whose text field is typed into, test after test."""
    visitor.context.grant_permissions(["clipboard-read", "clipboard-write"])
    return unrolled(visitor, "characters")


@pytest.fixture(scope="module")
def words(visitor: Visitor) -> Page:
    return unrolled(visitor, "words")


@pytest.fixture(scope="module")
def harmless(characters: Page) -> dict[str, int]:
    """What the page is made of when the text has no meaning to anybody but its reader."""
    return make(characters, "plain", list("plain"))


def make(page: Page, text: str, tokens: list[str]) -> dict[str, int]:
    """Type `text`, wait until these tokens are drawn; what the page is made of then."""
    text_field(page).fill(text)
    Stepper(page).expect_tokens(tokens)
    wait_until_idle(page)
    return dict(page.evaluate(_MADE))


def check(page: Page, text: str, tokens: list[str], harmless: dict[str, int]) -> None:
    """`text` must give `tokens`, and a page made of the same elements as a harmless text's."""
    stepper = Stepper(page)
    made = make(page, text, tokens)
    assert tracebacks(page) == 0
    assert page.evaluate("window.hacked") is None
    assert made == harmless
    assert text_field(page).input_value() == text
    assert page.get_by_test_id("stAlert").count() == 0
    labels = page.locator(".stPlotlyChart").first.locator(".xtick text").all_text_contents()
    assert [label for label in labels if label.strip()] == [token[:12] for token in tokens if token.strip()]
    stepper.button("End").click()
    assert stepper.place["status"].startswith(f"Step {len(tokens)} of {len(tokens)} ")
    stepper.button("Home").click()


FAMILY, ACCENTED, FLAG, SYLLABLE = "👨‍👩‍👧‍👦", "e\u0301\u0323", "🇫🇷", "नि"  # one character each, as a reader sees it
LETTERS = "abcdefghijklmnopqrstuvwxyz012345"

TEXTS = {
    "32 tokens": (LETTERS, list(LETTERS)),
    "a script": ("<script>window.hacked=1</script>", list("<script>window.hacked=1</script>")),
    "a picture": ("<img src=x onerror=hacked=1>", list("<img␣src=x␣onerror=hacked=1>")),
    "mathematics": ("$x$$y$", list("$x$$y$")),
    "per cent": ("%s%%20%", list("%s%%20%")),
    "NUL": ("a\0b", list("a␀b")),
    "a marker by hand": ("<sos>a<pad>", list("<sos>a<pad>")),
    "bold": ("**bold** _i_", list("**bold**␣_i_")),
    "colour": (":red[x] :a:", list(":red[x]␣:a:")),
    "a link": ("[a](javascript:hacked=1)", list("[a](javascript:hacked=1)")),
    "entities": ("&lt;b&gt;&#60;", list("&lt;b&gt;&#60;")),
    "a template": ("{{7*7}}${7*7}`", list("{{7*7}}${7*7}`")),
    "right to left": ("שלום עולם", list("שלום␣עולם")),
    "one cell a character": (FAMILY + ACCENTED + FLAG + SYLLABLE, [FAMILY, ACCENTED, FLAG, SYLLABLE]),
}


@pytest.mark.parametrize("name", TEXTS)
def test_any_text_is_drawn_and_stays_text(name: str, characters: Page, harmless: dict[str, int]) -> None:
    text, tokens = TEXTS[name]
    check(characters, text, tokens, harmless)


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("<b>don't</b> $3.14$", ["<", "b", ">", "don't", "<", "/", "b", ">", "$", "3.14", "$"]),
        ("ab **bold** <sos>", ["ab", "*", "*", "bold", "*", "*", "<", "sos", ">"]),
        ("שלום עולם טוב", ["שלום", "עולם", "טוב"]),
    ],
)
def test_words_are_drawn_and_stay_text(text: str, tokens: list[str], words: Page, harmless: dict[str, int]) -> None:
    check(words, text, tokens, harmless)


def test_one_cell_a_character_in_every_place(characters: Page) -> None:
    """An emoji of seven code points is one token: in its pill, among the outputs, as a row of the panel."""
    text = FAMILY + ACCENTED + FLAG + SYLLABLE
    whole = [FAMILY, ACCENTED, FLAG, SYLLABLE]
    make(characters, text, whole)
    stepper = Stepper(characters)
    assert stepper.columns[0]["names"] == whole
    assert stepper.columns[0]["target"] == f"target {ACCENTED}"
    assert stepper.root.locator(".stage .label:visible").all_text_contents() == whole


def test_time_runs_to_the_right_in_every_script(characters: Page) -> None:
    make(characters, "שלום", list("שלום"))
    boxes = [pill.bounding_box() for pill in characters.locator(".sv-root .column .token").all()]
    assert all(box is not None for box in boxes)
    lefts = [box["x"] for box in boxes if box is not None]
    assert lefts == sorted(lefts)


def test_more_tokens_than_steps_are_cut_and_said(characters: Page) -> None:
    """33 tokens: the first 32 are stepped through, all are in the heatmap, and one sentence says so."""
    text = LETTERS + "6"
    text_field(characters).fill(text)
    Stepper(characters).expect_tokens(list(LETTERS))
    note = characters.get_by_test_id("stAlert")
    expect(note).to_have_count(1)
    expect(note).to_contain_text("33")
    expect(note).to_contain_text("32")
    assert text_field(characters).input_value() == text
    assert tracebacks(characters) == 0
    wait_until_idle(characters)
    labels = characters.locator(".stPlotlyChart").first.locator(".xtick text").all_text_contents()
    assert labels == list(text)
    make(characters, "ab", list("ab"))
    expect(note).to_have_count(0)


def test_no_script_of_ours_turns_a_string_into_markup() -> None:
    """Whatever a token may come to hold one day: text goes in as text."""
    scripts = sorted((ROOT / "assets").rglob("*.js"))
    assert len(scripts) >= 10
    parsers = (
        r"innerHTML|outerHTML|insertAdjacentHTML|setHTML|document\.write|createContextualFragment|DOMParser|\beval\("
    )
    assert [script.name for script in scripts if re.search(parsers, script.read_text(encoding="utf-8"))] == []


# ── refusals ─────────────────────────────────────────────────────────────────────────────────────────────────


def check_refusal(page: Page, text: str, *parts: str) -> None:
    """One sentence with these parts, the picture of before, the text of now; and the next text is taken again."""
    stepper = Stepper(page)
    make(page, "ab cd", ["ab", "cd"] if "unit=words" in page.url else list("ab␣cd"))
    stepper.scrub_to(12)
    before = (stepper.place, stepper.panel, stepper.columns)
    text_field(page).fill(text)
    alert = page.get_by_test_id("stAlert")
    expect(alert).to_have_count(1)
    for part in parts:
        expect(alert).to_contain_text(part)
    wait_until_idle(page)
    assert tracebacks(page) == 0
    assert alert.count() == 1
    assert (stepper.place, stepper.panel, stepper.columns) == before
    assert text_field(page).input_value() == text
    page.evaluate("document.activeElement?.blur()")
    assert stepper.press("ArrowRight") == 13
    text_field(page).fill("xy z")
    stepper.expect_tokens(["xy", "z"] if "unit=words" in page.url else list("xy␣z"))
    expect(alert).to_have_count(0)


def test_no_text(characters: Page) -> None:
    check_refusal(characters, "", "empty", "at least 1 token")


def test_only_spaces(words: Page) -> None:
    check_refusal(words, "     ", "white space", "at least 1 token")


def test_too_many_characters(characters: Page) -> None:
    check_refusal(characters, "ab" * 1000 + "c", "2,001 characters", "the limit is 2,000")


def test_too_many_words(words: Page) -> None:
    check_refusal(words, "ab " * 2001, "2,001 words", "the limit is 2,000")


def test_the_longest_text_is_taken(characters: Page) -> None:
    text_field(characters).fill("ab" * 1000)
    Stepper(characters).expect_tokens("ab" * 16)
    expect(characters.get_by_test_id("stAlert")).to_have_count(1)
    expect(characters.get_by_test_id("stAlert")).to_contain_text("2,000")
    assert tracebacks(characters) == 0


def test_ten_megabytes_are_pasted(characters: Page) -> None:
    """The page survives, says so, keeps what was pasted, leaves it out of the address, and goes on."""
    page, stepper = characters, Stepper(characters)
    make(page, "abc", list("abc"))
    size = 10_000_000
    page.evaluate("size => navigator.clipboard.writeText('x'.repeat(size))", size)
    field = text_field(page).element_handle()
    assert field is not None
    field.focus()
    page.keyboard.press("Control+a")
    page.keyboard.press("Control+v")
    field.evaluate("field => field.style.display = 'none'")  # or the browser lays its ten million letters out again
    page.wait_for_function(
        "size => document.querySelector('[data-testid=stAlert]')?.innerText.includes(size)",
        arg=f"{size:,}",
        timeout=60_000,
        polling=100,
    )
    alert = page.get_by_test_id("stAlert")
    assert alert.count() == 1
    assert "the limit is" in alert.inner_text()
    assert tracebacks(page) == 0
    assert stepper.tokens == list("abc")
    assert field.evaluate("field => field.value.length") == size
    page.wait_for_timeout(300)
    assert len(page.url) < 10_000
    field.evaluate("field => { field.style.display = ''; field.focus(); field.select(); }")
    page.keyboard.type("abcd")
    stepper.expect_tokens("abcd")
    page.wait_for_url("**text=abcd**")
    page.reload()
    wait_until_idle(page)
    stepper.expect_tokens("abcd")


def test_more_targets_than_steps(visitor: Visitor) -> None:
    page = visitor.open("/unrolled?targets=typed&typed_targets=abcdefg")
    alert = page.get_by_test_id("stAlert")
    expect(alert).to_have_count(1)
    expect(alert).to_contain_text("There are 7 targets for 5 steps")
    Stepper(page).expect_tokens("hell")  # the picture of the start
    assert tracebacks(page) == 0


def test_a_typed_weight_survives_an_immediate_look_at_another_matrix(visitor: Visitor, settle: Any) -> None:
    page = visitor.open("/unrolled?hidden=2&at=2.recurrent_product")
    page.get_by_text("Weights as a table").click()
    settle(page)
    type_weight(page, 0, 1, "0.5", size=2)
    page.get_by_role("tab", name="W_xh").click()
    expect(page.get_by_text("1 of 26 typed over")).to_be_visible()
    page.get_by_role("tab", name="W_hh").click()
    settle(page)
    assert "typed=" in page.url
    expect(Stepper(page).root.locator(".stage .matrix .cell").nth(1)).to_have_text("0.50")


def test_weights_that_are_no_weights(visitor: Visitor, settle: Any) -> None:
    """Typed into the table: too large, emptied, letters. The sentence names the cell; the picture stays."""
    page = visitor.open("/unrolled?hidden=2&at=2.recurrent_product")
    stepper, alert = Stepper(page), page.get_by_test_id("stAlert")
    page.get_by_text("Weights as a table").click()
    settle(page)
    type_weight(page, 0, 1, "0.5", size=2)
    expect(stepper.root.locator(".stage .matrix .cell").nth(1)).to_have_text("0.50")
    before = (stepper.place, stepper.panel, stepper.columns)

    type_weight(page, 0, 1, "50000", size=2)
    expect(alert).to_contain_text("W_hh[1, 2] is 50000; a weight is a number from −1000 to 1000")
    settle(page)
    assert (stepper.place, stepper.panel, stepper.columns) == before

    type_weight(page, 0, 1, "", size=2)
    expect(alert).to_contain_text("W_hh[1, 2] is empty")
    settle(page)
    assert (stepper.place, stepper.panel, stepper.columns) == before

    type_weight(page, 0, 1, "word", size=2)  # the table itself takes no letters
    settle(page)
    assert (stepper.place, stepper.panel, stepper.columns) == before

    type_weight(page, 0, 1, "-1.25", size=2)
    expect(stepper.root.locator(".stage .matrix .cell").nth(1)).to_have_text("−1.25")
    expect(alert).to_have_count(0)
    page.get_by_role("button", name="Back to the").click()
    expect(page.get_by_text("0 of 26 typed over")).to_be_visible()
    settle(page)
    assert "typed=" not in page.url
    assert stepper.root.locator(".stage .matrix .cell").nth(1).text_content() not in ("−1.25", "0.50")
    assert tracebacks(page) == 0
