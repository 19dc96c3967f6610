"""Text to tokens: characters as a reader sees them, or words and punctuation marks (decks B, C, D).

A marker such as <sos> is only ever put in by the code. Typed by hand it is text like any other: the three
words "<", "sos", ">" or five characters, so no token that `tokenize` returns can be mistaken for a marker.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Literal, get_args

import regex  # type: ignore[import-untyped]

Unit = Literal["characters", "words"]

# Extended grapheme clusters (Unicode Standard Annex 29). A flag's two letters are matched here first: left
# to \X, a long row of flags costs time quadratic in its length.
_CLUSTER = r"(?:\p{RI}{2}[\p{GCB=Extend}\p{GCB=ZWJ}\p{GCB=SpacingMark}]*+|\X)"

# What a word is made of: letters, digits, their combining marks, and the invisible characters written inside
# words (soft hyphen, zero-width non-joiner and joiner). Ideographs, written without spaces, stand alone.
_INSIDE = r"[[\p{L}\p{M}\p{N}\u00AD\u200C\u200D]--[\p{Ideographic}]]"
_RUN = rf"(?:[[\p{{L}}\p{{M}}\p{{N}}]--[\p{{Ideographic}}]]{_INSIDE}*+)"
_WORD = (
    rf"\p{{Ideographic}}[\p{{M}}\u200C\u200D]*+"
    rf"|{_RUN}(?:(?:['’׳״·]|(?<=\p{{Nd}})[.,٫٬](?=\p{{Nd}})){_RUN})*+"
)
_SPACE = r"[\s\u200B]"

_PATTERNS = {
    "characters": regex.compile(_CLUSTER, regex.V1),
    # A sign that encloses what follows it (the Arabic number sign) must not take a word's first letter.
    "words": regex.compile(rf"{_WORD}|(?!{_SPACE})(?:\p{{GCB=Prepend}}|{_CLUSTER})", regex.V1),
}


def _matches(text: str, unit: Unit) -> Iterator[str]:
    if unit not in _PATTERNS:
        raise ValueError(f"unit is {unit!r}, expected one of {', '.join(get_args(Unit))}")
    return (match[0] for match in _PATTERNS[unit].finditer(text))


def tokenize(text: str, unit: Unit = "characters", lower: bool = False) -> tuple[str, ...]:
    """The tokens of `text`, in order; `lower` lower-cases the text first.

    "characters": extended grapheme clusters (Unicode Annex 29), so e with a combining accent, a family emoji,
    a flag, a Devanagari conjunct with its vowel sign and a CRLF are one token each. Nothing is dropped: a
    newline or a NUL is a token, and the tokens joined are the text.

    "words": runs of letters, digits and combining marks, with apostrophes inside (don't) and decimal or
    thousands marks between digits (3.14, 1,000); an ideograph is a token by itself; so is every other
    visible or control character, punctuation included. White space and the zero-width space are dropped and
    nothing else. Thai, Lao, Khmer and Burmese write without spaces: a phrase of theirs stays one token.

    Raises:
        ValueError: `unit` is neither.
    """
    return tuple(_matches(text.lower() if lower else text, unit))


def count_tokens_up_to(text: str, unit: Unit, limit: int) -> int:
    """len(tokenize(text, unit)) where that is at most `limit`, else limit + 1; reads no further than that.

    Raises:
        ValueError: `unit` is unknown, or `limit` is below 0.
    """
    if limit < 0:
        raise ValueError(f"limit is {limit}, expected at least 0")
    return sum(1 for _ in islice(_matches(text, unit), limit + 1))


# Characters with no ink of their own, that move the ink of others, or that no font or file format need know.
_HIDDEN = r"[\p{Cc}\p{Cs}\p{Cn}\p{Co}\p{Z}\p{Default_Ignorable_Code_Point}\p{Bidi_Control}\uFFF9-\uFFFB\u2800]"
# Letters and marks of the scripts in which a zero-width joiner or non-joiner changes how its neighbours look.
_SHAPING = (
    r"[[\p{L}\p{M}]&&[\p{Arabic}\p{Syriac}\p{Mongolian}\p{Nko}\p{Devanagari}\p{Bengali}\p{Gurmukhi}"
    r"\p{Gujarati}\p{Oriya}\p{Tamil}\p{Telugu}\p{Kannada}\p{Malayalam}\p{Sinhala}]]"
)
# Hidden characters that do their work in what is drawn around them, and so stay.
_KEPT = (
    r"(?<=\p{ExtPict}[\uFE0F\p{Emoji_Modifier}]?)\u200D(?=\p{ExtPict})"  # a family
    r"|(?<=\p{Emoji})[\uFE0E\uFE0F]|(?<=\p{Ideographic})\p{Variation_Selector}"  # a red heart
    r"|(?<=\U0001F3F4)[\U000E0020-\U000E007E]++\U000E007F"  # the flag of Wales
    rf"|(?<={_SHAPING})[\u200C\u200D](?={_SHAPING})"  # Persian, Devanagari
)
_DRAWN = regex.compile(rf"(?P<kept>{_KEPT})|\r\n|{_HIDDEN}", regex.V1)
_LONE_MARK = regex.compile(rf"[\p{{M}}--{_HIDDEN}]", regex.V1)
_SIGNS = {" ": "␣", "\n": "⏎", "\r\n": "⏎", "\t": "⇥", "\x7f": "␡", "": "‹empty›"}


def visible(token: str) -> str:
    """The token as a reader should see it: never empty, and never with a character that cannot be seen.

    Space ␣, newline ⏎, tab ⇥, other C0 controls as their pictures (NUL ␀); a combining mark without a base
    on ◌; C1 controls, bidirectional controls, zero-width characters, other spaces and lone surrogates by
    number, ‹U+202E›. What shapes its neighbours stays: the joiners inside an emoji and between letters of
    Arabic and Indic scripts, and variation selectors after an emoji or an ideograph.
    """
    if token in _SIGNS:
        return _SIGNS[token]
    drawn: str = _DRAWN.sub(lambda match: match["kept"] or _sign(match[0]), token)
    return "◌" + drawn if _LONE_MARK.match(token) else drawn


def _sign(hidden: str) -> str:
    if hidden in _SIGNS:
        return _SIGNS[hidden]
    code = ord(hidden)
    return chr(0x2400 + code) if code < 0x20 else f"‹U+{code:04X}›"
