"""What the web process and a worker say to each other: frames on a byte stream, plain data only.

A frame is two lengths (4 bytes each, big-endian), a JSON object, and a blob: a checkpoint's safetensors, or steps as
lines of JSON. Nothing in it can run code when it is read. A number that JSON cannot write is written {"\\u0000": "nan"}
(or "inf", "-inf"), so that a diverged loss arrives as what it was.
"""

from __future__ import annotations

import hmac
import math
import socket
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from typing import TypeVar

import orjson

VERSION = 1
SILENCE = 10.0  # seconds: each side says something every second, so this long without a word means the other is gone
PULSE = 1.0
MOST_HEAD = 6 << 20  # bytes of JSON: a config of 2 MB, nearly all of whose characters are escaped twice, and more
MOST_BLOB = 64 << 20  # bytes beside it
MOST_GREETING = 1024  # bytes that a stranger may send before the token was seen

LENGTHS = struct.Struct("!II")
MARK = "\0"  # the only key of an object that stands for a number JSON cannot write
MARKED = b'"\\u0000"'
NOT_FINITE = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}

T = TypeVar("T")


class Broken(Exception):
    """What arrived is not what this protocol says; the connection is closed. The text never quotes what arrived."""


@dataclass(frozen=True)
class Frame:
    """One message: its JSON object and the blob beside it."""

    head: Mapping[str, object]
    blob: bytes = b""

    @property
    def kind(self) -> str:
        return self.get("kind", str)

    def get(self, name: str, kind: type[T]) -> T:
        """A field of the given type; a whole number passes as a float, a bool never as a number."""
        value = self.head.get(name)
        if kind is float and type(value) is int:
            value = float(value)
        if type(value) is not kind:
            raise Broken(f"field {name} is not {kind.__name__}")
        return value

    def whole(self, name: str) -> int:
        """A whole number from 0."""
        value = self.get(name, int)
        if value < 0:
            raise Broken(f"field {name} is below 0")
        return value

    def numbers(self, name: str) -> list[int]:
        """A list of whole numbers from 0."""
        values: list[int] = self.get(name, list)
        if not all(type(value) is int and value >= 0 for value in values):
            raise Broken(f"field {name} is not a list of whole numbers")
        return values


def plain(value: object) -> object:
    """A step as JSON's own kinds: records become objects, arrays lists, and what is not finite is marked.

    Raises:
        TypeError: a kind that has no plain form. ValueError: the mark used as a key.
    """
    if value is None or isinstance(value, bool | str | int):
        return value
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else {MARK: repr(float(value))}
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        if MARK in value:
            raise ValueError("a key is the mark of a number that is not finite")
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray):
        return [plain(each) for each in value]
    if hasattr(value, "tolist"):
        return plain(value.tolist())
    raise TypeError(f"a step holds a {type(value).__name__}, which has no plain form")


def write(value: object) -> bytes:
    """JSON, with what is not finite marked."""
    return orjson.dumps(plain(value))


def read(data: bytes) -> object:
    """What `write` wrote.

    Raises:
        Broken: it is not JSON.
    """
    try:
        value: object = orjson.loads(data)
    except orjson.JSONDecodeError:
        raise Broken("not JSON") from None
    try:
        return _unmarked(value) if MARKED in data else value  # the walk is paid by the few that need it
    except RecursionError:
        raise Broken("nested too deeply") from None


def _unmarked(value: object) -> object:
    if isinstance(value, dict):
        if len(value) == 1 and MARK in value:
            word = value[MARK]
            if not isinstance(word, str) or word not in NOT_FINITE:
                raise Broken("an unknown mark")
            return NOT_FINITE[word]
        return {key: _unmarked(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_unmarked(each) for each in value]
    return value


def pack(head: Mapping[str, object], blob: bytes = b"") -> bytes:
    """A frame's bytes.

    Raises:
        ValueError: it is larger than a frame may be.
    """
    data = write(head)
    if len(data) > MOST_HEAD or len(blob) > MOST_BLOB:
        raise ValueError(f"a message of {len(data)} + {len(blob)} bytes, at most {MOST_HEAD} + {MOST_BLOB} are sent")
    return LENGTHS.pack(len(data), len(blob)) + data + blob


def receive(sock: socket.socket, most_head: int = MOST_HEAD, most_blob: int = MOST_BLOB) -> Frame:
    """The next frame; it waits as long as the socket's own timeout says.

    Raises:
        Broken: a length over the bound, or not a JSON object. EOFError: the other side closed. OSError: a timeout too.
    """
    head_length, blob_length = LENGTHS.unpack(_exactly(sock, LENGTHS.size))
    if head_length > most_head or blob_length > most_blob:
        raise Broken("longer than a message may be")
    head = read(_exactly(sock, head_length))
    if not isinstance(head, dict):
        raise Broken("not a JSON object")
    return Frame(head, _exactly(sock, blob_length))


def _exactly(sock: socket.socket, count: int) -> bytes:
    """Grown as it arrives: a length alone reserves nothing."""
    data = bytearray()
    while len(data) < count:
        part = sock.recv(min(count - len(data), 1 << 20))
        if not part:
            raise EOFError("the connection was closed")
        data += part
    return bytes(data)


def greeting(token: str) -> bytes:
    return pack({"kind": "hello", "version": VERSION, "token": token})


def is_greeting(frame: Frame, token: str) -> bool:
    """Whether the first frame shows the token; compared in a time that does not tell how much of it was right."""
    try:
        shown = frame.get("token", str)
        known = frame.kind == "hello" and frame.whole("version") == VERSION
    except Broken:
        return False
    return hmac.compare_digest(shown.encode("utf-8", "surrogatepass"), token.encode()) and known
