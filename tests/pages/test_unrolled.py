"""/unrolled : every control, every parameter of the address, every mistake; read off the page and its drawing."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from seqviz.recurrent.notation import NOTATIONS, at, latex, notation
from seqviz.ui import shell
from seqviz.ui.components import unrolled_data
from seqviz.ui.compute import experiment
from seqviz.ui.settings import PRESETS, Settings
from tests.pages.opening import drawn, open_page, values

opened = partial(open_page, "pages/unrolled.py")


def drawing(page: AppTest) -> dict[str, Any]:
    """What the drawing was given, without what is for the address bar."""
    data = drawn(page)
    data.pop("address")
    data.pop("presses")
    return data


def wanted(**settings: object) -> dict[str, Any]:
    """What the drawing must be given for these settings."""
    data: dict[str, Any] = json.loads(json.dumps(unrolled_data(experiment(Settings(**settings)))))  # type: ignore[arg-type]
    return data


def type_text(page: AppTest, text: str) -> AppTest:
    return page.text_input(key="text").set_value(text).run()


def edit(page: AppTest, name: str, row: int, column: int, value: float | None) -> AppTest:
    """Type into a weight table, as the browser reports it; None is a cell made empty."""
    table = weight_table(page, name)
    page.session_state[table.key] = {
        "edited_rows": {row: {str(column): value}},
        "added_rows": [],
        "deleted_rows": [],
    }
    return page.run()


def weight_table(page: AppTest, name: str) -> Any:
    if not page.data_editor:  # the drawer is shut
        page.session_state["tables"] = True
        page.run()
    (table,) = (table for table in page.data_editor if table.key.startswith(f"weights-{name}-"))
    return table


def warnings(page: AppTest) -> list[str]:
    """What the page complains of, as its reader sees it."""
    assert [error.value for error in page.exception] == []
    return [as_seen(warning.value) for warning in page.warning]


def notes(page: AppTest) -> list[str]:
    return [as_seen(info.value) for info in page.info]


def as_seen(markdown: str) -> str:
    """Without backslashes, code marks and joiners, which a reader does not see."""
    return re.sub("[`\u200b\u2060]", "", re.sub(r"\\(.)", r"\1", markdown))


def charts(page: AppTest) -> list[dict[str, Any]]:
    """The heatmap and the line over the whole text."""
    return figures(page)[:2]


def figures(page: AppTest) -> list[dict[str, Any]]:
    return [json.loads(chart.proto.spec) for chart in page.get("plotly_chart")]


# ── as it opens ──────────────────────────────────────────────────────────────────────────────────────────────


def test_it_opens_on_hello_without_a_complaint():
    page = opened()
    assert drawing(page) == wanted()
    assert drawn(page)["address"] == {"text": None, "typed_targets": None, "typed": None, "updates": None}
    assert [title.value for title in page.title] == ["Unrolled RNN"]
    assert warnings(page) == notes(page) == []
    assert len(page.error) == 0


def test_it_is_reached_from_the_start_page_too():
    page = open_page("app.py")
    page.switch_page("pages/unrolled.py").run()
    assert drawing(page) == wanted()


def test_the_limits_stand_beside_the_text():
    label = opened().text_input(key="text").label
    assert "32" in label
    assert "2,000" in label


@pytest.mark.parametrize("key", NOTATIONS)
def test_the_equations_are_in_the_chosen_dialect(key: str):
    page = opened(notation=key)
    letters = notation(key)
    assert [shown.value.strip("$\n ") for shown in page.latex][:2] == [
        latex(at(letters.hidden_equation, "t")),
        latex(at(letters.output_equation, "t")),
    ]
    last = re.sub(r"\\(begin|end)\{aligned\}|&(\\quad)?|\\\\", "", page.latex[2].value)
    assert last.strip("$").split() == latex(at(letters.gradient_equation, "t")).split()
    assert any(letters.remark in caption.value for caption in page.caption)
    assert drawing(page) == wanted(notation=key)


# ── controls ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_sets_text_tokens_and_targets(name: str):
    page = opened(text="something else", unit="words", targets="typed", hidden="3")
    page.button(key=f"preset-{name}").click().run()
    assert drawing(page) == wanted(hidden=3, **PRESETS[name])
    for key, value in PRESETS[name].items():
        assert page.session_state[key] == value, key
    assert page.text_input(key="text").value == PRESETS[name]["text"]
    assert warnings(page) == []


CHANGES = [
    ("text", "good day"),
    ("notation", "E"),
    ("unit", "words"),
    ("lower", True),
    ("targets", "open"),
    ("targets", "markers"),
    ("targets", "typed"),
    ("hidden", 1),
    ("hidden", 8),
    ("activation", "relu"),
    ("activation", "sigmoid"),
    ("activation", "identity"),
    ("loss", "squared_error"),
    ("start", "identity"),
    ("seed", 9999),
    ("scale", 0.0),
    ("scale", 3.0),
]


@pytest.mark.parametrize(("key", "value"), CHANGES)
def test_a_control_changes_what_it_says_and_nothing_else(key: str, value: object):
    page = opened(text="See hello")
    page.get_by_key(key).set_value(value).run()
    settings: dict[str, Any] = {"text": "See hello"} | {key: value}
    assert drawing(page) == wanted(**settings)
    assert warnings(page) == []


def test_all_controls_one_after_another_on_one_page():
    page, settings = opened(), {}
    for key, value in CHANGES:
        page.get_by_key(key).set_value(value).run()
        settings[key] = value
        assert drawing(page) == wanted(**settings), key


def test_typed_targets_can_be_typed_once_they_are_chosen():
    page = opened()
    assert page.text_input(key="typed_targets").disabled
    page.selectbox(key="targets").set_value("typed").run()
    assert not page.text_input(key="typed_targets").disabled
    page.text_input(key="typed_targets").set_value("ol_").run()
    assert drawing(page) == wanted(targets="typed", typed_targets="ol_")
    assert notes(page) == ["2 of 5 steps have a target; the others have no loss."]
    page.text_input(key="typed_targets").set_value("olleho").run()
    (warning,) = warnings(page)
    assert "6 targets for 5 steps" in warning
    assert drawing(page) == wanted(targets="typed", typed_targets="ol_")  # what was on the page stays


def test_fewer_units_than_the_chosen_line():
    page = opened(hidden="8", unit_line="7")
    assert charts(page)[1]["layout"]["yaxis"]["title"]["text"] == "h[7]"
    page.slider(key="hidden").set_value(2).run()
    assert drawing(page) == wanted(hidden=2)
    assert charts(page)[1]["layout"]["yaxis"]["title"]["text"] in ("h[1]", "h[2]")


# ── the address bar ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("address", "settings"),
    [
        ({"text": "NAMASTE"}, {"text": "NAMASTE"}),
        ({"text": "red sky", "unit": "words"}, {"text": "red sky", "unit": "words"}),
        ({"text": "HeLLo", "lower": "true"}, {"text": "HeLLo", "lower": True}),
        ({"targets": "next token, last open"}, {"targets": "open"}),
        ({"targets": "next token, sos to eos"}, {"targets": "markers"}),
        ({"targets": "typed", "typed_targets": "x_y"}, {"targets": "typed", "typed_targets": "x_y"}),
        ({"hidden": "7"}, {"hidden": 7}),
        ({"activation": "ReLU"}, {"activation": "relu"}),
        ({"loss": "squared error"}, {"loss": "squared_error"}),
        ({"start": "identity"}, {"start": "identity"}),
        ({"seed": "42"}, {"seed": 42}),
        ({"scale": "1.5"}, {"scale": 1.5}),
        ({"notation": "PyTorch"}, {"notation": "PyTorch"}),
        ({"typed": '[["W_hh",0,1,0.5],["W_xh",2,"l",-1]]'}, {"typed": {("W_hh", 0, 1): 0.5, ("W_xh", 2, "l"): -1.0}}),
    ],
    ids=lambda given: ", ".join(given),
)
def test_each_parameter_of_the_address_sets_its_control(address: dict[str, str], settings: dict[str, Any]):
    page = opened(**address)
    assert drawing(page) == wanted(**settings)
    assert warnings(page) == []


def test_one_link_holds_a_whole_experiment():
    page = opened(
        text="one two three four", unit="words", targets="next token, last open", hidden="3", activation="sigmoid",
        loss="squared error", seed="7", scale="0.25", notation="B", typed='[["W_xh",0,"two",0.125]]', unit_line="3",
    )  # fmt: skip
    settings = {
        "text": "one two three four", "unit": "words", "targets": "open", "hidden": 3, "activation": "sigmoid",
        "loss": "squared_error", "seed": 7, "scale": 0.25, "notation": "B", "typed": {("W_xh", 0, "two"): 0.125},
    }  # fmt: skip
    assert drawing(page) == wanted(**settings)
    assert drawn(page)["address"] == {
        "text": "one two three four",
        "typed_targets": None,
        "typed": '[["W_xh",0,"two",0.125]]',
        "updates": None,
    }
    assert charts(page)[1]["layout"]["yaxis"]["title"]["text"] == "s[3]"


CHOICES = ("unit", "lower", "targets", "activation", "loss", "start", "notation", "unit_line")
NUMBERS = ("hidden", "seed", "scale")


@pytest.mark.parametrize("value", ["", "zz", "-1", "99999", "<script>", "%", "\x00", "null", "[]", "a,b", "é" * 500])
def test_nonsense_in_every_parameter_leaves_the_controls_as_they_were(value: str):
    page = opened(**dict.fromkeys(CHOICES + NUMBERS, value))
    assert drawing(page) == wanted()
    assert warnings(page) == []


@pytest.mark.parametrize("key", NUMBERS)
@pytest.mark.parametrize("value", ["nan", "inf", "-inf", "1e999", "9" * 400, "0x10"], ids=lambda value: value[:5])
def test_what_is_hardly_a_number_leaves_the_control_as_it_was(key: str, value: str):
    assert drawing(opened(**{key: value})) == wanted()


@pytest.mark.parametrize(("typed", "shown"), [("2.2", 2), ("2.99", 3), ("2.5", 3), ("9998.7", 9999)])
def test_the_seed_that_is_shown_is_the_seed_that_is_used(typed: str, shown: int):
    """The field shows whole numbers, rounded as the browser rounds; 2.99 must not read 3 and draw with 2."""
    page = opened(seed=typed)
    assert page.number_input(key="seed").proto.format in ("%d", "%.0f", "")
    value = page.number_input(key="seed").value
    assert drawing(page) == wanted(seed=shown if value != int(value) else int(value))


@pytest.mark.parametrize(
    "value", ["table", "answer", "visit", "stepper", "preset-hello", "weights-0", "heatmap", "__x"]
)
def test_a_parameter_that_is_none_does_nothing(value: str):
    assert drawing(opened(**{value: "1"})) == wanted()


@pytest.mark.parametrize(
    "typed",
    [
        "nonsense",
        "[",
        "{}",
        '[["W_hh",0,0]]',
        '[["V",0,0,1]]',
        "\x00",
        "[" * 3000,
        "[" * 900 + "]" * 900,
        f'[["b",0,0,1{"0" * 400}]]',
        '[["W_xh",0,"\\ud800",1]]',
        '[["b",0,0,NaN]]',
        '[["b",0,0,1e308]]',
        '[["b",0,0,1e999]]',
    ],
    ids=lambda text: ascii(text[:20]),
)
def test_nonsense_for_weights_is_one_sentence_beside_the_drawn_ones(typed: str):
    page = opened(typed=typed)
    assert drawing(page) == wanted()
    assert len(warnings(page)) <= 1
    type_text(page, "hi")  # and the page lives on
    drawn(page)


def test_weights_that_cannot_be_read_are_said_so():
    (warning,) = warnings(opened(typed='[["W_hh",0,0]]'))
    assert (
        warning
        == 'The weights in the address could not be read (["W_hh", 0, 0] is no weight); the drawn ones are shown.'
    )


# ── mistakes ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "empty"),
        ("a" * 2001, "2,001 characters; the limit is 2,000"),
        ("a" * 100_000, "100,000 characters long; the limit is 20,000"),
    ],
    ids=["empty", "2,001 tokens", "100,000 characters"],
)
def test_a_text_that_cannot_be_taken_is_one_sentence_and_the_picture_stays(text: str, said: str):
    page = opened(hidden="3")
    type_text(page, "good")
    before, long_view = drawing(page), charts(page)
    type_text(page, text)
    (warning,) = warnings(page)
    assert said in warning
    assert drawing(page) == before == wanted(text="good", hidden=3)
    assert charts(page) == long_view
    assert page.text_input(key="text").value == text  # nothing typed is lost
    page.slider(key="hidden").set_value(5).run()  # still wrong, still standing
    assert len(warnings(page)) == 1
    assert drawing(page) == before
    page.selectbox(key="notation").set_value("B").run()
    assert drawing(page) == wanted(text="good", hidden=3, notation="B")  # letters follow even now
    type_text(page, "better")
    assert warnings(page) == []
    assert drawing(page) == wanted(text="better", hidden=5, notation="B")


def test_a_first_visit_with_an_empty_text_shows_the_example():
    page = opened(text="")
    assert len(warnings(page)) == 1
    assert drawing(page) == wanted()


def test_white_space_alone_has_no_words():
    page = opened(text=" \t ", unit="words")
    (warning,) = warnings(page)
    assert "white space" in warning
    assert drawing(page) == wanted()


@pytest.mark.parametrize(
    "text",
    [
        "🧑‍🚀👨‍👩‍👧",
        "éééé",
        "שלום עולם",
        "<script>alert(1)</script>",
        "$x$ $$y$$",
        "100 %",
        "a\x00b",
        "<sos>",
        "\u202eabc",
        "\\",
    ],
)
def test_odd_text_is_a_correct_picture(text: str):
    page = type_text(opened(targets="next token, last open"), text)
    assert warnings(page) == []
    assert drawing(page) == wanted(text=text, targets="open")


# ── user text is data ────────────────────────────────────────────────────────────────────────────────────────

TRAPS = [
    "www.example.com",
    "WWW.EXAMPLE.COM",
    "http://example.com/x",
    "https://example.com",
    "a@example.com",
    ":material/home:",
    ":smile:",
    ":red[x]",
    "<b>x</b>",
    "[x](http://y.z)",
    "![x](y)",
    "$x^2$",
    "`x`",
    "**x**",
    "~~x~~",
    "-> <- -- <->",
    "a >= b <= c ~= d",
    "# x",
    "&lt;",
]


def read_as_markdown(source: str) -> str:
    """What is left for Markdown to make something of: backslash escapes, code spans and joiners taken away.

    Links, icons, emoji and arrows are looked for *after* the escapes are undone, so a backslash does not stop them.
    """
    literal = re.sub(r"(?<![\\`])(`+)(?!`).*?(?<!`)\1(?!`)", "", source)
    return re.sub(r"\\([!-/:-@\[-`{-~])", "\ue000\\1", literal)


def markup_in(markdown: str) -> list[str]:
    """What Markdown as Streamlit reads it would find in a message."""
    source = read_as_markdown(markdown)
    stopped = re.findall(r"(?<!\ue000)(?:[<\[`$*_~#&]|:\w+[:\[])", source)  # by a backslash
    plain = source.replace("\ue000", "")
    unstopped = (r"https?://", r"www\.", r"\w@\w+\.\w", r":material/\w+:", r"<->|->|<-|(?<!-)--(?!-)|[<>~]=")
    return stopped + [found for pattern in unstopped for found in re.findall(pattern, plain, re.IGNORECASE)]


def test_the_search_for_markup_finds_it():
    for trap in TRAPS:
        assert markup_in(f"a {trap} b") or trap == "`x`", trap  # a code span is markup that quotes
    assert markup_in(r"see www\.example\.com") == ["www."]  # which in a browser is a link
    assert markup_in("see www.\u2060example.\u2060com") == ["www."]  # and this one too
    assert markup_in("see `www.example.com`, plain") == []


@pytest.mark.parametrize("trap", TRAPS)
def test_user_text_in_a_message_does_not_become_markup(trap: str):
    assert markup_in(shell.plain(f"a {trap} b")) == []
    assert markup_in(shell.plain(trap)) == []


@pytest.mark.parametrize("trap", ["[x](y) <b>$x$</b> :red[x]", "www.example.com"])
def test_a_page_quotes_user_text_without_making_markup_of_it(trap: str):
    (message,) = opened(typed=json.dumps([trap])).warning
    assert trap.split()[0] in as_seen(message.value)
    assert markup_in(message.value) == []


@pytest.mark.parametrize("token", ["*", "$", "<"])
def test_a_refused_weight_names_its_token_as_it_was_typed(token: str):
    (message,) = opened(text=token * 3, typed=json.dumps([["W_xh", 0, token, 1e9]])).warning
    assert f"W_xh[1, {token}]" in as_seen(message.value)
    assert markup_in(message.value) == []


def test_user_text_stands_nowhere_else_than_where_it_is_data():
    """In Markdown, LaTeX, HTML and labels there is nothing of it; the drawing and the charts get it as data."""
    secret = "zq<b>*x*</b>$y$zq"
    page = type_text(opened(targets="typed", typed_targets=secret), secret * 2)
    drawn(page)
    said = [element.value for element in [*page.markdown, *page.caption, *page.latex, *page.title, *page.header]]
    labels = [widget.label for widget in [*page.toggle, *page.selectbox, *page.slider, *page.button, *page.text_input]]
    assert not any("zq" in text or "<b>" in text for text in [*said, *labels])
    assert any("“*”" in text.value for text in page.text)  # the question quotes a token, as plain text


# ── typed weights ────────────────────────────────────────────────────────────────────────────────────────────


def test_a_weight_typed_into_the_table_is_used_and_goes_to_the_address():
    page = edit(opened(), "W_hh", 0, 1, 0.5)
    assert drawing(page) == wanted(typed={("W_hh", 0, 1): 0.5})
    assert drawn(page)["address"]["typed"] == '[["W_hh",0,1,0.5]]'


@pytest.mark.parametrize(
    ("name", "row", "column", "place"),
    [
        ("W_xh", 1, 2, ("W_xh", 1, "l")),
        ("W_hh", 3, 0, ("W_hh", 3, 0)),
        ("b", 2, 0, ("b", 2, 0)),
        ("W_hy", 3, 1, ("W_hy", "o", 1)),
        ("c", 0, 0, ("c", "h", 0)),
    ],
)
def test_every_matrix_can_be_typed(name: str, row: int, column: int, place: tuple[str, int | str, int | str]):
    page = edit(opened(), name, row, column, -0.25)
    assert drawing(page) == wanted(typed={place: -0.25})


def test_a_weight_typed_back_to_the_drawn_one_is_typed_no_longer():
    page = opened(typed='[["b",0,0,2]]')
    before = wanted()["W_hh"][0][1]
    edit(page, "W_hh", 0, 1, 0.5)
    edit(page, "W_hh", 0, 1, before)
    assert drawing(page) == wanted(typed={("b", 0, 0): 2.0})
    assert drawn(page)["address"]["typed"] == '[["b",0,0,2.0]]'


def test_the_table_shows_the_drawn_weights_to_begin_with():
    page = opened()
    for name in ("W_xh", "W_hh", "W_hy"):
        assert weight_table(page, name).value.to_numpy().tolist() == drawing(page)[name]
    for name in ("b", "c"):
        assert weight_table(page, name).value.to_numpy()[:, 0].tolist() == drawing(page)[name]


@pytest.mark.parametrize(
    ("value", "said"), [(None, "empty"), (1e308, "1e+308"), (-1001.0, "-1001"), (float("inf"), "inf")]
)
def test_a_cell_that_is_no_weight_is_one_sentence_and_the_picture_stays(value: float | None, said: str):
    page = edit(opened(), "W_hh", 1, 0, value)
    (warning,) = warnings(page)
    assert f"[2, 1] is {said}" in warning
    assert "−1000 to 1000" in warning
    assert drawing(page) == wanted()
    edit(page, "W_hh", 1, 0, 0.5)
    assert warnings(page) == []
    assert drawing(page) == wanted(typed={("W_hh", 1, 0): 0.5})


def test_the_place_of_a_refused_weight_is_named_in_the_readers_letters():
    """Deck A knows no W_hy; it calls that matrix W_sh."""
    page = edit(opened(notation="A"), "W_hy", 0, 0, 5000.0)
    (warning,) = warnings(page)
    assert "sh" in warning
    assert "W_hy" not in warning


def test_weights_of_units_that_are_gone_wait_and_are_not_counted():
    page = opened(typed='[["W_hh",3,3,0.5],["W_hh",0,0,0.25]]')
    page.slider(key="hidden").set_value(1).run()
    weight_table(page, "W_hh")
    (caption,) = (shown.value for shown in page.caption if " of 14 " in shown.value)
    assert "1 of 14 typed over. 1 more wait" in caption


TYPED = {("W_hh", 0, 1): 0.5}


def test_typed_weights_stay_when_other_controls_change():
    page = edit(opened(), "W_hh", 0, 1, 0.5)
    for key, value in [*CHANGES, ("text", "hello"), ("unit", "characters"), ("targets", "next"), ("hidden", 4)]:
        page.get_by_key(key).set_value(value).run()
        typed = drawing(page)["W_hh"]
        assert len(typed) < 2 or typed[0][1] == 0.5, key


@pytest.mark.parametrize("text", ["", "a" * 2001], ids=["empty", "2,001 tokens"])
def test_typed_weights_stay_when_the_text_is_refused_for_a_while(text: str):
    """Whoever clears the field to type another word passes through the empty text."""
    page = edit(opened(), "W_hh", 0, 1, 0.5)
    type_text(page, text)
    assert drawing(page) == wanted(typed=TYPED)
    type_text(page, "hello")
    assert drawing(page) == wanted(typed=TYPED)


def test_what_was_chosen_and_typed_stays_when_the_reader_visits_another_page():
    page = open_page("app.py")
    page.switch_page("pages/unrolled.py").run()
    edit(page, "W_hh", 0, 1, 0.5)
    page.slider(key="hidden").set_value(5).run()
    type_text(page, "good day")
    edit(page, "W_hh", 1, 1, 0.25)
    before = drawing(page)
    assert before == wanted(text="good day", hidden=5, typed=TYPED | {("W_hh", 1, 1): 0.25})
    page.switch_page("pages/start.py").run()
    page.switch_page("pages/unrolled.py").run()
    assert drawing(page) == before


def test_back_to_the_drawn_weights():
    page = opened(typed='[["W_hh",0,1,0.5],["c","z",0,2]]', tables="true")
    assert drawing(page) == wanted(typed=TYPED)
    (back,) = [button for button in page.button if button.label.startswith("Back")]
    back.click().run()
    assert drawing(page) == wanted()
    assert drawn(page)["address"]["typed"] is None
    (back,) = [button for button in page.button if button.label.startswith("Back")]
    assert back.disabled


# ── the whole text ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("text", ["hello", "the stars shine in the night sky, far away"])
def test_the_heatmap_and_the_line_hold_the_states_of_the_whole_text(text: str):
    page = opened(text=text, targets="next token, last open", hidden="3")
    whole = experiment(Settings(text=text, targets="open", hidden=3)).whole
    heatmap, line = charts(page)
    np.testing.assert_array_equal(values(heatmap["data"][0]["z"]), whole.hidden[1:].T)
    np.testing.assert_array_equal(values(line["data"][0]["y"]), whole.hidden[1:, 0])
    page.button_group(key="unit_line").set_value(3).run()
    np.testing.assert_array_equal(values(charts(page)[1]["data"][0]["y"]), whole.hidden[1:, 2])
    np.testing.assert_array_equal(values(charts(page)[0]["data"][0]["z"]), whole.hidden[1:].T)


def test_more_than_32_tokens_are_said_beside_the_stepper():
    page = opened(text="the stars shine in the night sky.", targets="next token, last open")
    (note,) = notes(page)
    assert "33" in note
    assert "32" in note
    assert drawn(page)["T"] == 32
    assert values(charts(page)[0]["data"][0]["z"]).shape == (4, 33)


def test_two_thousand_tokens():
    page = opened(targets="next token, last open")
    type_text(page, "hello worl" * 200)
    assert warnings(page) == []
    assert values(charts(page)[0]["data"][0]["z"]).shape == (4, 2000)
    assert sum(len(chart.proto.spec) for chart in page.get("plotly_chart")) < 500_000


def test_charts_get_user_text_escaped():
    page = opened(text="<a&b>", targets="next token, last open")
    for chart in charts(page):
        assert "<" not in "".join(chart["layout"]["xaxis"]["ticktext"])
        assert "<" not in json.dumps(chart["data"][0]["customdata"])


@pytest.mark.parametrize(("key", "symbol"), [("A", "h"), ("B", "s"), ("E", "a")])
def test_the_charts_speak_the_dialect(key: str, symbol: str):
    heatmap, line = charts(opened(notation=key))
    assert heatmap["data"][0]["colorbar"]["title"]["text"] == symbol
    assert line["layout"]["yaxis"]["title"]["text"] == f"{symbol}[1]"


def test_three_things_to_take_away():
    page = opened()
    assert [button.label for button in page.get("download_button")] == [
        "Numbers (CSV)",
        "Weights (safetensors)",
        "PyTorch script",
    ]
    for button in page.get("download_button"):
        button.click().run()
        assert drawing(page) == wanted()


# ── predict first ────────────────────────────────────────────────────────────────────────────────────────────


def asked(page: AppTest) -> tuple[str, list[str]]:
    """The question, and what stands below it."""
    question, *answer = [text.value for text in page.text if "slide's" not in text.value]
    assert question.startswith("Predict first.")
    return question, answer


def answer(page: AppTest) -> str:
    (toggle,) = [toggle for toggle in page.toggle if toggle.label == "Show the answer"]
    assert not toggle.value
    assert asked(page)[1] == []  # not before it is asked for
    toggle.set_value(True).run()
    assert [error.value for error in page.exception] == []
    (said,) = asked(page)[1]
    return said


@pytest.mark.parametrize("activation", ["tanh", "ReLU", "sigmoid", "identity"])
def test_the_answer_about_a_repeated_token_carries_the_engines_numbers(activation: str):
    page = opened(activation=activation, targets="next token, last open")
    question, _ = asked(page)
    assert "“l” stands at steps 3 and 4" in question
    said = answer(page)
    hidden = np.array(drawing(page)["hidden"])
    unit = int(np.abs(hidden[4] - hidden[3]).argmax())
    assert said.startswith("No.")
    assert f"unit {unit + 1}: {hidden[3, unit]:.4f} after step 3, {hidden[4, unit]:.4f} after step 4" in said


@pytest.mark.parametrize("address", [{"scale": "0"}, {"start": "identity", "scale": "0"}])
def test_where_the_state_is_the_same_the_answer_says_yes(address: dict[str, str]):
    page = opened(**address)
    assert answer(page).startswith("Yes")
    hidden = drawing(page)["hidden"]
    assert hidden[3] == hidden[4]


@pytest.mark.parametrize(("text", "hidden"), [("abc", 2), ("NAMSTE", 5)])
def test_without_a_repetition_the_question_is_how_many_numbers(text: str, hidden: int):
    page = opened(text=text, hidden=str(hidden), targets="next token, last open")
    data = drawing(page)
    count = sum(np.array(data[name]).size for name in ("W_xh", "W_hh", "b", "W_hy", "c"))
    question, _ = asked(page)
    assert f"has {count} numbers to learn for these {len(text)} steps" in question
    assert f"Still {count}" in answer(page)


def test_another_text_hides_its_answer_again():
    page = opened()
    answer(page)
    type_text(page, "noon")
    assert asked(page)[1] == []


def test_settings_and_their_defaults_are_those_of_the_controls():
    """What the page shows at once is Settings(), field by field."""
    page = opened()
    for name in ("text", "unit", "lower", "targets", "typed_targets", "hidden", "activation", "loss", "start", "seed"):
        assert page.session_state[name] == getattr(Settings(), name), name
    assert page.session_state["scale"] == Settings().scale
    assert replace(Settings(), typed={}) == Settings()
