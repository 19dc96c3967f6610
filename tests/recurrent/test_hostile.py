"""Files that are no model: each is refused with one plain sentence that names the value and the bound."""

from __future__ import annotations

import io
import json
import pickle
import re
import struct

import numpy as np
import pytest
import safetensors.numpy
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from seqviz.recurrent.metadata import read_notes
from seqviz.recurrent.stored import read_model
from seqviz.recurrent.tensors import FILE_LIMIT, ModelFileError

Arrays = dict[str, np.ndarray]


def lstm(H: int = 2, D: int = 3, prefix: str = "rnn.", suffix: str = "_l0", gates: int = 4) -> Arrays:
    shapes = {
        "weight_ih": (gates * H, D),
        "weight_hh": (gates * H, H),
        "bias_ih": (gates * H,),
        "bias_hh": (gates * H,),
    }
    return {f"{prefix}{name}{suffix}": np.ones(shape, dtype=np.float32) for name, shape in shapes.items()}


def ones(*shape: int) -> np.ndarray:
    return np.ones(shape, dtype=np.float32)


def packed(arrays: Arrays, **metadata: str) -> bytes:
    return safetensors.numpy.save(arrays, metadata or None)


def raw(header: object, body: bytes = b"") -> bytes:
    """A file with any header at all; a string goes in as it is."""
    text = (header if isinstance(header, str) else json.dumps(header)).encode("utf-8", "surrogatepass")
    return struct.pack("<Q", len(text)) + text + body


def entry(**changes: object) -> dict[str, object]:
    return {"dtype": "F32", "shape": [1, 1], "data_offsets": [0, 4], **changes}


def torch_file(*, zipped: bool) -> bytes:
    buffer = io.BytesIO()
    torch.save({"weight": torch.ones(2)}, buffer, _use_new_zipfile_serialization=zipped)
    return buffer.getvalue()


def changed(name: str, value: float) -> Arrays:
    arrays = lstm()
    arrays[name][0] = value
    return arrays


GOOD = packed(lstm())
WHOLE = {"weight_ih_l0": entry(), "weight_hh_l0": entry(data_offsets=[4, 8])}

CASES = {
    "nothing": (b"", "This is not a .safetensors file: it has 0 bytes, expected at least 8."),
    "text": (
        b"hello, this is a text",
        "it was cut off: its header would be .* bytes long and begin with {, and 13 bytes",
    ),
    "zip": (torch_file(zipped=True), "zip archive, such as PyTorch's .pt and .pth .*run code that is hidden in it"),
    "old pt": (torch_file(zipped=False), "This is a pickle: opening one can run code that is hidden in it"),
    "pickle": (pickle.dumps({"a": 1}), "This is a pickle: opening one can run code"),
    "5 GB": (
        struct.pack("<Q", 5 * 10**9) + b"{}",
        "its header would be 5,000,000,000 bytes long and .*, and 2 bytes follow",
    ),
    "cut header": (GOOD[:40], "it was cut off: its header would be"),
    "cut body": (GOOD[:-1], r"rnn\.weight_ih_l0 would end at byte .* but the file has .*: it was cut off"),
    "longer": (GOOD + b"\0", "The file is not sound safetensors: "),
    "6 MB": (bytes(FILE_LIMIT + 1), "The file has 5,000,001 bytes, expected at most 5,000,000"),
    "no JSON": (raw("{nonsense"), "The file's header is not valid JSON: Expecting property name"),
    "no UTF-8": (struct.pack("<Q", 5) + b'{"\xff":', "The file's header is not valid JSON: 'utf-8' codec can't"),
    "half a name": (raw('{"\\ud800": 1}'), r"header is not valid JSON: it holds '\\ud800', which is half a character"),
    "deep": (raw('{"a":' * 100_000), "The file's header is not valid JSON: it is nested too deeply"),
    "twice": (raw('{"a": 1, "a": 2}'), "The file's header is not valid JSON: the name 'a' stands there twice"),
    "huge number": (raw(f'{{"a": {"9" * 4000}}}'), "The file's header is not valid JSON: a number of 4,000 digits"),
    "no tensors": (raw({}), "The file holds 0 tensors, expected at least 2"),
    "metadata list": (raw({"__metadata__": [1]}), "The file's metadata is not name → text"),
    "metadata number": (raw({"__metadata__": {"a": 1}}), "The file's metadata is not name → text"),
    "control character": (raw({"a\x00b": entry()}, bytes(4)), r"The tensor name 'a\\x00b' has a character that cannot"),
    "bidi": (
        raw({"a\u202eb": entry()}, bytes(4)),
        r"The tensor name 'a\\u202eb' has a character that cannot be printed",
    ),
    "long name": (
        raw({"a" * 10**5: entry()}, bytes(4)),
        "A tensor's name has 100,000 characters, expected at most 100",
    ),
    "int8": (raw({"a": entry(dtype="I8")}, bytes(4)), "a is of the type 'I8', expected one of F16, BF16, F32, F64"),
    "dtype list": (raw({"a": entry(dtype=[])}, bytes(4)), r"a is of the type \[\], expected one of F16"),
    "no entry": (raw({"a": 3}), "a is of the type None, expected one of F16"),
    "no shape": (raw({"a": entry(shape=None)}, bytes(4)), "does not say of a what shape it has"),
    "negative": (raw({"a": entry(shape=[-1, -1])}, bytes(4)), "does not say of a what shape it has"),
    "truth": (raw({"a": entry(shape=[True, 1])}, bytes(4)), "does not say of a what shape it has"),
    "one offset": (raw({"a": entry(data_offsets=[0])}, bytes(4)), "does not say of a .* where its numbers are"),
    "empty": (
        raw({"a": entry(shape=[0, 3], data_offsets=[0, 0])}),
        r"a has shape \(0, 3\), expected one or two lengths",
    ),
    "3-D": (raw({"a": entry(shape=[1, 1, 1])}, bytes(4)), r"a has shape \(1, 1, 1\), expected one or two lengths"),
    "1000-D": (
        raw({"a": entry(shape=[1] * 1000)}, bytes(4)),
        r"a has shape \(1, .*… \(3,000 characters\), expected one",
    ),
    "size": (
        raw({"a": entry(shape=[10**9, 10**9])}, bytes(4)),
        "which is 4,000,000,000,000,000,000 bytes, but 4 are set",
    ),
    "overlap": (raw({"a": entry(), "b": entry()}, bytes(4)), "The file is not sound safetensors: "),
    "nan": (packed(changed("rnn.bias_hh_l0", np.nan)), r"rnn\.bias_hh_l0 holds nan \(1 of 8 numbers are not finite\)"),
    "inf": (packed(changed("rnn.weight_ih_l0", -np.inf)), r"rnn\.weight_ih_l0 holds -inf \(3 of 24 numbers"),
    "names": (
        packed({f"encoder.layer.{n}.weight": ones(2, 2) for n in range(9)}),
        r"The file holds 'encoder\.layer\.0\.weight', .* and 5 more; 'encoder.* has no place here: expected",
    ),
    "one more": (packed({**lstm(), "norm.weight": ones(2)}), "'norm.weight' has no place here"),
    "projection": (packed({**lstm(), "rnn.weight_hr_l0": ones(1, 2)}), "'rnn.weight_hr_l0' has no place here"),
    "no recurrent": (
        packed({"embedding.weight": ones(4, 3), "head.weight": ones(2, 2)}),
        "but no weight_ih_l0; expected",
    ),
    "two modules": (
        packed({**lstm(prefix="encoder."), **lstm(prefix="decoder.")}),
        "The file holds 2 recurrent modules, 'decoder.', 'encoder.'; expected 1",
    ),
    "layer left out": (packed({**lstm(), **lstm(suffix="_l2")}), "but no .*_l1, which goes with them"),
    "half reversed": (
        packed({**lstm(), **lstm(D=4, suffix="_l1"), **lstm(suffix="_l0_reverse")}),
        "but no .*_l1_reverse, which goes with them",
    ),
    "one bias": (packed({k: v for k, v in lstm().items() if "bias_hh" not in k}), "but no bias_hh_l0, which goes with"),
    "5 layers": (
        packed({k: v for n in range(5) for k, v in lstm(D=2, suffix=f"_l{n}").items()}),
        "The model has 5 layers, expected at most 4",
    ),
    "999 layers": (packed({**lstm(), **lstm(suffix="_l999")}), "The model has 1000 layers, expected at most 4"),
    "4,096 units": (
        packed({"weight_ih_l0": ones(4096, 1), "weight_hh_l0": ones(1, 4096)}),
        "The model has 4,096 units, expected at most 256",
    ),
    "5 gates": (packed(lstm(gates=5)), "weight_ih_l0 has 10 rows and weight_hh_l0 2 columns; expected 1, 3 or 4 times"),
    "half a gate": (
        packed({"weight_ih_l0": ones(7, 3), "weight_hh_l0": ones(7, 2)}),
        "weight_ih_l0 has 7 rows and weight",
    ),
    "a vector": (
        packed({"weight_ih_l0": ones(8), "weight_hh_l0": ones(8, 2)}),
        r"weight_ih_l0 has shape \(8,\), expected two",
    ),
    "weight_hh": (
        packed({**lstm(), "rnn.weight_hh_l0": ones(6, 2)}),
        r"weight_hh_l0 has shape \(6, 2\), expected \(8, 2\) in this LSTM",
    ),
    "bias": (
        packed({**lstm(), "rnn.bias_ih_l0": ones(7)}),
        r"bias_ih_l0 has shape \(7,\), expected \(8,\) in this LSTM",
    ),
    "second layer": (
        packed({**lstm(), **lstm(suffix="_l1")}),
        r"weight_ih_l1 has shape \(8, 3\), expected \(8, 2\) in this LSTM",
    ),
    "embedding": (
        packed({**lstm(), "embedding.weight": ones(5, 4)}),
        r"embedding.weight has shape \(5, 4\), but weight_ih_l0 reads 3 numbers a token: expected \(V, 3\)",
    ),
    "head": (packed({**lstm(), "head.weight": ones(2, 3)}), r"head.weight has shape \(2, 3\), expected \(K, 2\)"),
    "head bias": (
        packed({**lstm(), "head.weight": ones(5, 2), "head.bias": ones(2)}),
        r"head.bias has shape \(2,\), expected \(5,\), as head.weight has rows",
    ),
    "lone head bias": (packed({**lstm(), "head.bias": ones(2)}), "The file holds head.bias but no head.weight"),
    "60,000 tokens": (
        packed({**lstm(D=1), "embedding.weight": ones(60_000, 1)}),
        "The model tells 60,000 tokens apart, expected at most 50,000",
    ),
    "cell": (packed(lstm(), cell="GRU"), "The metadata's cell is GRU, but the weights are those of a LSTM"),
    "unknown cell": (
        packed(lstm(), cell="\x1b[2J"),
        r"The metadata's cell is '\\x1b\[2J', expected one of RNN, LSTM, GRU",
    ),
    "nonlinearity": (
        packed(lstm(), nonlinearity="gelu"),
        "The metadata's nonlinearity is 'gelu', expected one of tanh, relu",
    ),
    "unit": (packed(lstm(), unit="bytes"), "The metadata's unit is 'bytes', expected one of characters, words"),
    "vocabulary": (packed(lstm(), vocabulary="[1"), "The metadata's vocabulary is not valid JSON: "),
    "vocabulary object": (
        packed(lstm(), vocabulary='{"a": 1}'),
        "The metadata's vocabulary is not a JSON list of texts",
    ),
    "vocabulary numbers": (
        packed(lstm(), vocabulary="[1, 2, 3]"),
        "The metadata's vocabulary is not a JSON list of texts",
    ),
    "vocabulary length": (
        packed({**lstm(), "embedding.weight": ones(5, 3)}, vocabulary='["a", "b"]'),
        "The metadata's vocabulary has 2 tokens, expected 5, as many as the weights have",
    ),
    "duplicates": (packed(lstm(), vocabulary='["a", "b", "a"]'), "vocabulary has 'a' twice, as entries 0 and 2"),
    "empty token": (
        packed(lstm(), vocabulary='["a", "", "b"]'),
        "Entry 1 of the metadata's vocabulary has 0 characters",
    ),
    "long token": (
        packed(lstm(), vocabulary=json.dumps(["a" * 5000])),
        "Entry 0 of .* has 5,000 characters, expected 1 to 100",
    ),
    "half a character": (
        packed(lstm(), vocabulary='["\\ud800", "a", "b"]'),
        r"vocabulary is not valid JSON: it holds '\\ud800', which is half",
    ),
    "classes": (
        packed({**lstm(), "head.weight": ones(3, 2)}, classes='["yes", "no"]'),
        "The metadata's classes are 2, expected 3, as many as head.weight has rows",
    ),
    "classes of nothing": (packed(lstm(), classes='["yes", "no"]'), "The metadata's classes are 2, expected 0"),
    "example": (
        packed(lstm(), example="a" * 10_001),
        "The metadata's example has 10,001 characters, expected at most 10,000",
    ),
    "half an example": (
        raw({"__metadata__": {"example": "\ud800"}, **WHOLE}, bytes(8)),
        "The file's header is not valid JSON: it holds",
    ),
    "card": (packed(lstm(), card="[]"), "The metadata's card is not a JSON object"),
    "half a card": (
        packed(lstm(), card='{"a": "\\udfff"}'),
        r"The metadata's card is not valid JSON: it holds '\\udfff'",
    ),
    "card nonsense": (packed(lstm(), card="{"), "The metadata's card is not valid JSON"),
    "deep card": (packed(lstm(), card="[" * 9999), "The metadata's card is not valid JSON: it is nested too deeply"),
}


@pytest.mark.parametrize("name", CASES)
def test_is_refused_in_one_sentence(name: str):
    data, message = CASES[name]
    with pytest.raises(ModelFileError, match=message) as caught:
        read_model(data)
    said = str(caught.value)
    assert said.isprintable()
    assert len(said) < 500
    assert said.endswith(".")
    assert not re.search(r"[.!?] [A-Z]", said), said
    assert caught.value.__cause__ is None


def test_the_file_that_is_spoiled_above_is_good():
    assert read_model(GOOD).kind == "LSTM"


def test_the_pickle_in_a_file_is_never_run(tmp_path):
    class Trap:
        def __reduce__(self):
            return (open, (str(tmp_path / "ran"), "w"))

    with pytest.raises(ModelFileError):
        read_model(pickle.dumps(Trap()))
    assert not (tmp_path / "ran").exists()


@settings(deadline=None, max_examples=150)
@given(st.data())
def test_a_file_with_any_bytes_changed_is_read_or_refused_and_never_anything_else(data: st.DataObject):
    file = bytearray(packed({**lstm(), "head.weight": ones(2, 2)}, vocabulary='["a", "b", "c"]', classes='["x", "y"]'))
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(file) - 1))
        piece = data.draw(st.binary(max_size=8))
        file[start : start + data.draw(st.integers(0, 8))] = piece
    said = "read"
    try:
        read_model(bytes(file))
    except ModelFileError as error:
        said = str(error)
    assert said.isprintable()


def test_entries_of_other_names_are_passed_over():
    assert read_notes({"format": "pt", "author": "\x00"}).vocabulary is None


@pytest.mark.parametrize(
    "header",
    [
        "{" + ",".join(f'"{n}":0' for n in range(400_000)) + "}",
        "{" + ",".join(f'"{n}":0' for n in range(400_000)) + ',"7":0}',
        '{"__metadata__":{' + ",".join(f'"{n}":""' for n in range(400_000)) + "}}",
        '{"a":[' + "[]," * 1_500_000 + "[]]}",
    ],
    ids=["names", "a name twice", "metadata", "lists"],
)
def test_five_megabytes_of_header_are_refused(header: str):
    with pytest.raises(ModelFileError):
        read_model(raw(header))
