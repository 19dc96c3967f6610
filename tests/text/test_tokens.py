"""Tokens: worked by hand in several scripts, and properties of any text at all."""

import time
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqviz.text import count_tokens_up_to, tokenize, visible

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466"
GERMANY, FRANCE = "\U0001f1e9\U0001f1ea", "\U0001f1eb\U0001f1f7"
WALES = "\U0001f3f4\U000e0067\U000e0062\U000e0077\U000e006c\U000e0073\U000e007f"
PERSIAN = "می\u200cخواهم"  # "I want", with the non-joiner that its spelling asks for

# Any text, surrogates included, leaning towards the characters that go wrong.
AWKWARD = [
    *"aZéßİΣ'’.,;-_<> \t\n\r\0\x1c\x7f\x85\xa0\xad09٣२½नमस्तेक्षितமிழ்السَّلامشָׁ日語です각ᄀ",
    "\u0301",
    "\u20e3",
    "\u034f",
    "\u0600",
    "\u061c",
    "\u06dd",
    "\u115f",
    "\u180e",
    "\u2028",
    "\u2800",
    "\u200b",
    "\u200c",
    "\u200d",
    "\u200e",
    "\u202e",
    "\u2060",
    "\u2066",
    "\u3000",
    "\ufe0f",
    "\ufeff",
    "\ud800",
    FAMILY,
    GERMANY,
    "\U0001f1e9",
    "\U0001f44d\U0001f3fd",
    "❤️",
    "<sos>",
    "\r\n",
    "3.14",
]
characters = st.one_of(st.sampled_from(AWKWARD), st.characters(exclude_categories=()))
texts = st.lists(characters, max_size=40).map("".join)
units = st.sampled_from(["characters", "words"])
any_example = settings(deadline=None, max_examples=50)


@pytest.mark.parametrize(
    "token",
    [
        "e\u0301",
        "o\u0323\u0302",
        FAMILY,
        GERMANY,
        WALES,
        "\U0001f44d\U0001f3fd",
        "❤\ufe0f",
        "1\ufe0f\u20e3",
        "\u1100\u1161\u11a8",
        "각",
        "स्ते",
        "क्षि",
        "மி",
        "ழ்",
        "\r\n",
        "\n",
        "\0",
        "\u202e",
    ],
    ids=ascii,
)
def test_what_a_reader_sees_as_one_character_is_one_token(token):
    assert tokenize(token) == (token,)
    assert tokenize(f"a{token}b") == ("a", token, "b")


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("helo", ["h", "e", "l", "o"]),
        ("", []),
        ("नमस्ते", ["न", "म", "स्ते"]),
        ("தமிழ்", ["த", "மி", "ழ்"]),
        (GERMANY + FRANCE + "\U0001f1e9", [GERMANY, FRANCE, "\U0001f1e9"]),
        (GERMANY + "\u0301x", [GERMANY + "\u0301", "x"]),
        ("a\r\n\n\rb", ["a", "\r\n", "\n", "\r", "b"]),
        ("a\0\0b", ["a", "\0", "\0", "b"]),
        ("<sos>", ["<", "s", "o", "s", ">"]),
    ],
    ids=ascii,
)
def test_characters_by_hand(text, tokens):
    assert list(tokenize(text, "characters")) == tokens


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("The movie was a waste of time.", ["The", "movie", "was", "a", "waste", "of", "time", "."]),
        ("", []),
        (" \t\r\n\u3000\u2028\u200b", []),
        ("I don't, can’t.", ["I", "don't", ",", "can’t", "."]),
        ("rock'n'roll 'tis dogs'", ["rock'n'roll", "'", "tis", "dogs", "'"]),
        ("'good', he said", ["'", "good", "'", ",", "he", "said"]),
        ("3.14, 1,000 and 1,234.50.", ["3.14", ",", "1,000", "and", "1,234.50", "."]),
        ("२.५ ١٬٠٠٠", ["२.५", "١٬٠٠٠"]),
        ("a.b a,b 1. 2", ["a", ".", "b", "a", ",", "b", "1", ".", "2"]),
        ("well-known snake_case?!", ["well", "-", "known", "snake", "_", "case", "?", "!"]),
        ("cafe\u0301 naïve", ["cafe\u0301", "naïve"]),
        ("नमस्ते दुनिया।", ["नमस्ते", "दुनिया", "।"]),
        ("தமிழ் மொழி", ["தமிழ்", "மொழி"]),
        ("السَّلامُ عليكم، كيف؟", ["السَّلامُ", "عليكم", "،", "كيف", "؟"]),
        ("שָׁלוֹם צה״ל", ["שָׁלוֹם", "צה״ל"]),
        (f"{PERSIAN}.", [PERSIAN, "."]),
        ("hy\u00adphen", ["hy\u00adphen"]),
        ("日本語です、本", ["日", "本", "語", "です", "、", "本"]),
        ("この本", ["この", "本"]),
        (f"ok{FAMILY}{GERMANY} ❤\ufe0f", ["ok", FAMILY, GERMANY, "❤\ufe0f"]),
        ("a\0b\x85c", ["a", "\0", "b", "c"]),
        ("\u202eab", ["\u202e", "ab"]),
        ("\u0600abc \u0600 a", ["\u0600", "abc", "\u0600", "a"]),
        (" \u0301 a", ["\u0301", "a"]),
        ("<sos>hi<eos> <pad>", ["<", "sos", ">", "hi", "<", "eos", ">", "<", "pad", ">"]),
    ],
    ids=ascii,
)
def test_words_by_hand(text, tokens):
    assert list(tokenize(text, "words")) == tokens


def test_lower_casing_comes_first():
    assert tokenize("The End", "words", lower=True) == ("the", "end")
    assert tokenize("ÀΣ", lower=True) == ("à", "ς")
    assert tokenize("İ", lower=True) == ("i\u0307",)
    assert tokenize("The End", "words") == ("The", "End")


@any_example
@given(texts, st.booleans())
def test_characters_joined_are_the_text(text, lower):
    tokens = tokenize(text, "characters", lower)
    assert "".join(tokens) == (text.lower() if lower else text)
    assert all(tokens)


@any_example
@given(texts, st.booleans())
def test_words_drop_white_space_and_nothing_else(text, lower):
    tokens = tokenize(text, "words", lower)
    separators = {c for c in text if c == "\u200b" or (c.isspace() and c not in "\x1c\x1d\x1e\x1f")}
    kept = "".join(c for c in text if c not in separators)
    assert "".join(tokens) == (kept if not lower else "".join(c for c in text.lower() if c not in separators))
    assert all(tokens)


@any_example
@given(texts, units, st.booleans())
def test_no_text_makes_a_marker(text, unit, lower):
    for typed in (text, f"{text}<sos>{text}", f"{text}<EOS><pad><unk>"):
        assert not {"<sos>", "<eos>", "<pad>", "<unk>"} & set(tokenize(typed, unit, lower))


@any_example
@given(texts, units, st.integers(0, 60))
def test_counting_agrees_with_tokenizing(text, unit, limit):
    assert count_tokens_up_to(text, unit, limit) == min(len(tokenize(text, unit)), limit + 1)


def test_counting_stops_at_the_limit():
    assert count_tokens_up_to("a b c", "words", 3) == 3
    assert count_tokens_up_to("a b c", "words", 2) == 3
    assert count_tokens_up_to("a b c", "words", 0) == 1
    assert count_tokens_up_to("", "words", 0) == 0
    paste = "The first half was very boring. " * 330_000  # 10 MB
    start = time.perf_counter()
    assert count_tokens_up_to(paste, "characters", 500) == count_tokens_up_to(paste, "words", 500) == 501
    assert time.perf_counter() - start < 0.1


@pytest.mark.parametrize("unit", ["characters", "words"])
@pytest.mark.parametrize("piece", ["\U0001f1e9", "\u0301", "\U0001f468\u200d", "a'", "1.", "क्", "\u0600"])
def test_time_grows_with_the_length_of_the_text_not_its_square(piece, unit):
    start = time.perf_counter()
    tokenize(piece * 50_000, unit)  # a row of flags this long once took half a minute
    assert time.perf_counter() - start < 1.0


def test_an_unknown_unit_is_refused():
    with pytest.raises(ValueError, match=r"unit is 'letters', expected one of characters, words"):
        tokenize("a", "letters")
    with pytest.raises(ValueError, match=r"unit is 'letters'"):
        count_tokens_up_to("a", "letters", 3)
    with pytest.raises(ValueError, match=r"limit is -1, expected at least 0"):
        count_tokens_up_to("a", "words", -1)


@pytest.mark.parametrize(
    ("token", "drawn"),
    [
        (" ", "␣"),
        ("\n", "⏎"),
        ("\r\n", "⏎"),
        ("\r", "␍"),
        ("\t", "⇥"),
        ("\0", "␀"),
        ("\x1f", "␟"),
        ("\x7f", "␡"),
        ("\x85", "‹U+0085›"),
        ("\xa0", "‹U+00A0›"),
        ("\u202e", "‹U+202E›"),
        ("\u200b", "‹U+200B›"),
        ("\u200d", "‹U+200D›"),
        ("\ufe0f", "‹U+FE0F›"),
        ("\U000e0001", "‹U+E0001›"),
        ("\ud800", "‹U+D800›"),
        ("\u3164", "‹U+3164›"),
        ("\u0301", "◌\u0301"),
        ("\u093e", "◌\u093e"),
        ("\u0308b", "◌\u0308b"),
        (" \u0308", "␣\u0308"),
        ("", "‹empty›"),
        ("a\ufe0f", "a‹U+FE0F›"),
        ("a\u200cb", "a‹U+200C›b"),
        ("a\u200cक", "a‹U+200C›क"),
        ("\u2800", "‹U+2800›"),
        ("a\r\nb", "a⏎b"),
        ("ی\u200c", "ی‹U+200C›"),
    ],
    ids=ascii,
)
def test_what_cannot_be_seen_is_drawn_as_a_sign(token, drawn):
    assert visible(token) == drawn


@pytest.mark.parametrize(
    "token",
    [
        "a",
        "don't",
        "<sos>",
        "e\u0301",
        FAMILY,
        GERMANY,
        WALES,
        "❤\ufe0f",
        "1\ufe0f\u20e3",
        "क्षि",
        "క్‌ష",
        PERSIAN,
        "\u0600",
        "葛\U000e0100",
        "👩🏽‍🚀",
        "❤\ufe0f\u200d🔥",
    ],
    ids=ascii,
)
def test_everything_else_is_drawn_as_itself(token):
    assert visible(token) == token


BIDI = set("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
ZERO_WIDTH = set("\u00ad\u034f\u180e\u200b\u200c\u200d\u2060\u2061\u2062\u2063\u2064\ufeff")


@any_example
@given(texts, units)
def test_a_drawn_token_is_never_empty_nor_hides_anything(text, unit):
    for token in (*tokenize(text, unit), text):
        drawn = visible(token)
        assert drawn
        drawn.encode("utf-8")  # no lone surrogate
        for place, character in enumerate(drawn):
            if character in "\u200c\u200d":  # stays between two that it joins, none of them Latin
                sides = drawn[place - 1 : place], drawn[place + 1 : place + 2]
                assert all(sides)
                assert not any(side.isascii() or "LATIN" in unicodedata.name(side) for side in sides)
                continue
            assert character not in BIDI | ZERO_WIDTH
            assert unicodedata.category(character) not in {"Cc", "Cs", "Zs", "Zl", "Zp"}
