"""The bytes of a .safetensors file → named float64 arrays, without torch, and nothing in the file is ever run.

The format: eight bytes with the header's length, the header as JSON (name → dtype, shape, offsets), the numbers
(https://github.com/huggingface/safetensors). A file comes from a stranger, so the header is checked here, each fault
in one sentence with the value and the bound; then the library's own reader has its say on the offsets.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import safetensors

from seqviz.records import Array

FILE_LIMIT = 5_000_000  # bytes
NAME_LIMIT = 100  # characters
DTYPES = {"F16": 2, "BF16": 2, "F32": 4, "F64": 8}  # bytes a number


class ModelFileError(ValueError):
    """A file that is no model we can read; the message is one plain sentence for the reader."""


@dataclass(frozen=True, eq=False)
class TensorFile:
    """What stood in a .safetensors file.

    Attributes:
        arrays: name → read-only float64 array of one or two dimensions, all of it finite.
        dtypes: as stored, e.g. ("F32",), before everything was widened; sorted.
        metadata: name → text.
    """

    arrays: Mapping[str, Array]
    dtypes: tuple[str, ...]
    metadata: Mapping[str, str]


def read_tensors(data: bytes) -> TensorFile:
    """Read a whole file; F16 and BF16 are widened, which loses nothing.

    Raises:
        ModelFileError: not safetensors, cut off, too large, or with tensors that are not finite numbers.
    """
    data = bytes(data)
    if len(data) > FILE_LIMIT:
        raise ModelFileError(f"The file has {len(data):,} bytes, expected at most {FILE_LIMIT:,}.")
    _refuse_pickles(data)
    entries, metadata = _header(data)
    for name, entry in entries.items():
        _check_entry(name, entry)
    read: Callable[[bytes], list[tuple[str, dict[str, Any]]]] = safetensors.deserialize
    try:
        stored = dict(read(data))  # name → dtype, shape, data; refuses holes and overlaps
    except Exception as error:  # SafetensorError, and whatever its Rust side throws at odd bytes
        raise ModelFileError(f"The file is not sound safetensors: {quoted(str(error), 80)}.") from None
    arrays = {name: _widened(name, stored[name]) for name in sorted(stored)}
    dtypes = tuple(sorted({entry["dtype"] for entry in entries.values()}))
    return TensorFile(MappingProxyType(arrays), dtypes, MappingProxyType(metadata))


def quoted(value: object, limit: int = 40) -> str:
    """A stranger's value as it may stand in a sentence: quoted, without control characters, shortened."""
    text = ascii(value) if isinstance(value, str) and not value.isprintable() else repr(value)
    return text if len(text) <= limit else f"{text[:limit]}… ({len(text):,} characters)"


def read_json(text: str | bytes, what: str) -> Any:
    """JSON from a stranger: no name twice, no number of a thousand digits, no nesting without end, no half character.

    Raises:
        ModelFileError: it is not that; `what` says in the sentence what it was to be.
    """

    def whole(digits: str) -> int:
        if len(digits) > 18:
            raise ValueError(f"a number of {len(digits):,} digits")
        return int(digits)

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        names: dict[str, Any] = {}
        for name, value in pairs:
            if name in names:
                raise ValueError(f"the name {quoted(name)} stands there twice")
            names[name] = value
        return names

    try:
        text = text if isinstance(text, str) else text.decode()
        value = json.loads(text, parse_int=whole, object_pairs_hook=once)
        json.dumps(value, ensure_ascii=False).encode()  # half a surrogate pair can neither be drawn nor be sent
        return value
    except UnicodeEncodeError as error:
        half = ascii(error.object[error.start])
        raise ModelFileError(f"{what} is not valid JSON: it holds {half}, which is half a character.") from None
    except RecursionError:
        raise ModelFileError(f"{what} is not valid JSON: it is nested too deeply.") from None
    except ValueError as error:  # bad JSON and bad UTF-8 are kinds of it
        raise ModelFileError(f"{what} is not valid JSON: {error}.") from None


def _refuse_pickles(data: bytes) -> None:
    why = "opening one can run code that is hidden in it, so only .safetensors files are read"
    if data[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
        raise ModelFileError(f"This is a zip archive, such as PyTorch's .pt and .pth with a pickle inside: {why}.")
    if data[:1] == b"\x80" and data[1:2] in (b"\x02", b"\x03", b"\x04", b"\x05") and data[8:9] != b"{":
        raise ModelFileError(f"This is a pickle: {why}.")


def _header(data: bytes) -> tuple[dict[str, Any], dict[str, str]]:
    """(name → what the header says of the tensor, the metadata)."""
    if len(data) < 8:
        raise ModelFileError(f"This is not a .safetensors file: it has {len(data)} bytes, expected at least 8.")
    length, follow = int.from_bytes(data[:8], "little"), len(data) - 8
    if length > follow or data[8:9] != b"{":
        raise ModelFileError(
            f"This is not a .safetensors file, or it was cut off: its header would be {length:,} bytes long and begin "
            f"with {{, and {follow:,} bytes follow that begin with {quoted(data[8:9].decode('latin-1'))}."
        )
    header = read_json(data[8 : 8 + length], "The file's header")
    metadata = header.pop("__metadata__", {})
    if not isinstance(metadata, dict) or not all(isinstance(text, str) for text in metadata.values()):
        raise ModelFileError("The file's metadata is not name → text, as safetensors has it.")
    if not header:
        raise ModelFileError("The file holds 0 tensors, expected at least 2: weight_ih_l0 and weight_hh_l0.")
    for name, entry in header.items():
        if len(name) > NAME_LIMIT:
            raise ModelFileError(f"A tensor's name has {len(name):,} characters, expected at most {NAME_LIMIT}.")
        if not name.isprintable():
            raise ModelFileError(f"The tensor name {quoted(name)} has a character that cannot be printed.")
        if isinstance(entry, dict) and _whole_numbers(entry.get("data_offsets")):
            ends = max(entry["data_offsets"], default=0)
            if ends > follow - length:
                raise ModelFileError(
                    f"{name} would end at byte {ends:,} of the numbers, but the file has {follow - length:,}: "
                    "it was cut off."
                )
    return header, metadata


def _check_entry(name: str, entry: Any) -> None:
    entry = entry if isinstance(entry, dict) else {}
    shape, offsets, dtype = entry.get("shape"), entry.get("data_offsets"), entry.get("dtype")
    if not isinstance(dtype, str) or dtype not in DTYPES:
        raise ModelFileError(f"{name} is of the type {quoted(dtype)}, expected one of {', '.join(DTYPES)}.")
    if not _whole_numbers(shape) or not _whole_numbers(offsets) or len(offsets) != 2:
        raise ModelFileError(f"The header does not say of {name} what shape it has and where its numbers are.")
    if len(shape) not in (1, 2) or 0 in shape:
        raise ModelFileError(f"{name} has shape {quoted(tuple(shape))}, expected one or two lengths of at least 1.")
    want, have = math.prod(shape) * DTYPES[dtype], offsets[1] - offsets[0]
    if want != have:
        raise ModelFileError(
            f"{name} has shape {tuple(shape)} in {dtype}, which is {want:,} bytes, but {have:,} are set aside for it."
        )


def _whole_numbers(values: object) -> bool:
    return isinstance(values, list) and all(type(value) is int and value >= 0 for value in values)


def _widened(name: str, entry: Mapping[str, Any]) -> Array:
    raw, dtype = entry["data"], entry["dtype"]
    if dtype == "BF16":  # the upper half of a float32
        values = (np.frombuffer(raw, "<u2").astype(np.uint32) << 16).view(np.float32)
    else:
        values = np.frombuffer(raw, {"F16": "<f2", "F32": "<f4", "F64": "<f8"}[dtype])
    array: Array = values.astype(np.float64).reshape(entry["shape"])
    wrong = array[~np.isfinite(array)]
    if wrong.size:
        raise ModelFileError(f"{name} holds {wrong[0]} ({wrong.size:,} of {array.size:,} numbers are not finite).")
    array.setflags(write=False)
    return array
