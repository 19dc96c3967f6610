"""The frames: what is written is read, and what nobody wrote is refused without a hang."""

from __future__ import annotations

import math
import socket
import struct
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqviz.learning import address
from seqviz.learning.protocol import (
    MARK,
    MOST_GREETING,
    Broken,
    Frame,
    greeting,
    is_greeting,
    pack,
    plain,
    read,
    receive,
    write,
)

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
KEYS = TEXT.filter(lambda key: key != MARK)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats() | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=20,
)


def arrives(data: bytes, **bounds: int) -> Frame:
    """What `receive` makes of bytes after which the other side closes."""
    here, there = socket.socketpair()
    with here, there:
        here.settimeout(10)
        there.sendall(data)
        there.shutdown(socket.SHUT_WR)
        return receive(here, **bounds)


def same(one: object, other: object) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return (math.isnan(one) and math.isnan(other)) or (
            one == other and math.copysign(1, one) == math.copysign(1, other)
        )
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    return type(one) is type(other) and one == other


@settings(deadline=None)
@given(value=VALUES)
def test_what_is_written_is_read(value: object) -> None:
    assert same(read(write(value)), value)


@settings(deadline=None)
@given(head=st.dictionaries(KEYS, VALUES, max_size=4), blob=st.binary(max_size=200))
def test_a_frame_arrives_as_it_was_sent(head: dict[str, object], blob: bytes) -> None:
    frame = arrives(pack(head, blob))
    assert same(dict(frame.head), head)
    assert frame.blob == blob


@settings(deadline=None)
@given(data=st.binary(max_size=300))
def test_noise_is_refused_or_ends(data: bytes) -> None:
    with pytest.raises((Broken, EOFError)):
        arrives(data + b"\xff" * 8)  # no head is all \xff


@settings(deadline=None)
@given(data=st.data())
def test_a_damaged_frame_is_refused_or_still_an_object(data: st.DataObject) -> None:
    whole = bytearray(pack({"kind": "steps", "loss": math.nan, "updates": [1, 2]}, b"{}\n{}"))
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    try:
        frame = arrives(bytes(whole))
        frame.numbers("updates")
    except (Broken, EOFError):
        return
    assert isinstance(frame.head, dict)


def test_a_length_over_the_bound_is_refused_before_anything_is_read() -> None:
    for lengths in ((2**32 - 1, 0), (2, 2**32 - 1)):
        with pytest.raises(Broken, match="longer"):
            arrives(struct.pack("!II", *lengths) + b"{}")
    with pytest.raises(Broken, match="longer"):
        arrives(pack({"token": "x" * 2000}), most_head=MOST_GREETING)


def test_deep_nesting_is_refused() -> None:
    for data in (b"[" * 100_000, b'{"\\u0000": ' * 900 + b"1" + b"}" * 900):
        with pytest.raises(Broken):
            read(data)


@dataclass(frozen=True)
class Made:
    loss: float
    norms: object


def test_a_step_becomes_plain_floats() -> None:
    made = plain(Made(math.inf, {"w": np.array([1.5, math.nan]), 3: (np.float32(0.5), np.int64(2))}))
    assert made == {"loss": {MARK: "inf"}, "norms": {"w": [1.5, {MARK: "nan"}], "3": [0.5, 2]}}
    with pytest.raises(TypeError, match="object"):
        plain(object())
    with pytest.raises(ValueError, match="mark"):
        plain({MARK: 1})


@pytest.mark.parametrize("field", [True, -1, 1.5, "1", None, [1]])
def test_a_field_of_another_kind_is_broken(field: object) -> None:
    with pytest.raises(Broken, match="count"):
        Frame({"count": field}).whole("count")


@given(shown=TEXT)
@settings(deadline=None)
def test_only_the_token_is_the_token(shown: str) -> None:
    assert is_greeting(arrives(greeting("a right token")), "a right token")
    assert not is_greeting(arrives(greeting(shown)), "a right token")
    assert not is_greeting(Frame({"kind": "hello", "version": 0, "token": "a right token"}), "a right token")
    assert not is_greeting(Frame({"token": 1}), "a right token")


@pytest.mark.parametrize("text", ["", "unix:", "tcp:host", "tcp::80", "tcp:host:x", "tcp:host:70000", "http://host"])
def test_an_address_that_is_none(text: str) -> None:
    with pytest.raises(ValueError, match="expected unix:/path or tcp:host:port"):
        address.parse(text)
