"""The trainable network: its read-outs against the bare torch modules, its files there and back, its refusals."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import nn

from seqviz.learning.model import CELLS, Notes, SequenceModel, load, save, with_sorted_header

NOTES = Notes("words", ("<unk>", "a", "ß"), ("no", "yes"), "a ß a", {"task": "a test", "score": 0.5})
NAMES = {
    "embedding.weight",
    "rnn.weight_ih_l0",
    "rnn.weight_hh_l0",
    "rnn.bias_ih_l0",
    "rnn.bias_hh_l0",
    "head.weight",
    "head.bias",
}
each_cell = pytest.mark.parametrize("cell", list(CELLS))


def small(cell: str) -> SequenceModel:
    torch.manual_seed(1)
    return SequenceModel(cell, tokens=3, embedding=4, hidden=5, classes=2)


def saved(path: Path, **changes: str | None) -> Path:
    """A sound file of an LSTM with some entries of its metadata replaced, or with None left out."""
    save(path, small("LSTM"), NOTES)
    with safe_open(path, framework="pt") as file:
        metadata = {**file.metadata(), **changes}
        tensors = {name: file.get_tensor(name) for name in NAMES}
    save_file(tensors, path, {name: text for name, text in metadata.items() if text is not None})
    return path


@each_cell
def test_it_is_an_embedding_a_cell_and_a_read_out(cell: str):
    model = small(cell)
    ids = torch.tensor([[0, 2, 1, 1], [2, 2, 0, 1]])
    vectors = nn.functional.embedding(ids, model.embedding.weight)
    layer = {"RNN": nn.RNN, "LSTM": nn.LSTM, "GRU": nn.GRU}[cell](4, 5, batch_first=True)
    layer.load_state_dict(model.rnn.state_dict())
    expected = layer(vectors)[0] @ model.head.weight.T + model.head.bias
    torch.testing.assert_close(model(ids), expected)
    gates = {"RNN": 1, "LSTM": 4, "GRU": 3}[cell]
    assert model.parameter_count == 3 * 4 + gates * 5 * (4 + 5 + 2) + 2 * (5 + 1)  # by hand


@each_cell
def test_a_file_there_and_back_is_the_same_network_bit_for_bit(cell: str, tmp_path: Path):
    model = small(cell)
    save(tmp_path / "x.safetensors", model, NOTES)
    back, notes = load(tmp_path / "x.safetensors")
    assert notes == NOTES
    assert (back.cell, back.training) == (cell, False)
    assert set(back.state_dict()) == NAMES
    for name, tensor in model.state_dict().items():
        assert torch.equal(back.state_dict()[name], tensor)


@each_cell
def test_the_metadata_are_as_other_programs_expect_them(cell: str, tmp_path: Path):
    save(tmp_path / "x.safetensors", small(cell), NOTES)
    with safe_open(tmp_path / "x.safetensors", framework="pt") as file:
        metadata = file.metadata()
        assert set(file.keys()) == NAMES
    assert metadata["cell"] == cell
    assert metadata.get("nonlinearity") == ("tanh" if cell == "RNN" else None)
    assert metadata["unit"] == "words"
    assert metadata["vocabulary"] == '["<unk>", "a", "ß"]'
    assert metadata["classes"] == '["no", "yes"]'
    assert metadata["example"] == "a ß a"
    assert metadata["card"] == '{"task": "a test", "score": 0.5}'


def test_an_unknown_cell_is_refused_with_the_choices():
    with pytest.raises(ValueError, match="cell is 'Elman', expected one of RNN, LSTM, GRU"):
        SequenceModel("Elman", 3, 4, 5, 2)


def test_what_is_not_safetensors_is_refused(tmp_path: Path):
    path = tmp_path / "x.safetensors"
    path.write_bytes(b"\x80\x04 a pickle, perhaps")
    with pytest.raises(ValueError, match=r"x\.safetensors cannot be read as safetensors"):
        load(path)
    with pytest.raises(ValueError, match=r"gone\.safetensors cannot be read"):
        load(tmp_path / "gone.safetensors")


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"cell": None}, "says nothing of cell"),
        ({"vocabulary": None}, "says nothing of vocabulary"),
        ({"card": None}, "says nothing of card"),
        ({"cell": "Transformer"}, "cell is 'Transformer', expected one of RNN, LSTM, GRU"),
        ({"cell": "GRU"}, "does not fit a network of one GRU layer"),
        ({"cell": "RNN"}, "has nonlinearity None, expected 'tanh'"),
        ({"vocabulary": '["a"]'}, "names 1 vocabulary, expected 3, as its tensors have"),
        ({"classes": '["a", "b", "c"]'}, "names 3 classes, expected 2, as its tensors have"),
    ],
)
def test_a_file_that_contradicts_itself_is_refused(changes: dict[str, str | None], says: str, tmp_path: Path):
    with pytest.raises(ValueError, match=says):
        load(saved(tmp_path / "x.safetensors", **changes))


def test_a_file_without_a_tensor_is_refused(tmp_path: Path):
    path = saved(tmp_path / "x.safetensors")
    with safe_open(path, framework="pt") as file:
        metadata, tensors = file.metadata(), {name: file.get_tensor(name) for name in NAMES - {"head.weight"}}
    save_file(tensors, path, metadata)
    with pytest.raises(ValueError, match=r"has no tensor head\.weight"):
        load(path)


def test_the_same_network_gives_the_same_bytes(tmp_path: Path) -> None:
    """The library's own header has its names in any order; ours in one, and it still reads."""
    torch.manual_seed(0)
    model = SequenceModel("GRU", 3, 2, 4, 2)
    notes = Notes("words", ("a", "b", "c"), ("x", "y"), "a b", {"ä": 1})
    written = []
    for name in ("one", "two", "three"):
        save(tmp_path / name, model, notes)
        written.append((tmp_path / name).read_bytes())
    assert len(set(written)) == 1
    read, said = load(tmp_path / "one")
    assert said == notes
    assert all(torch.equal(a, b) for a, b in zip(read.state_dict().values(), model.state_dict().values(), strict=True))


def test_the_shipped_files_are_written_that_way() -> None:
    files = sorted((Path(__file__).resolve().parents[2] / "assets" / "models").glob("*.safetensors"))
    assert len(files) == 12
    for file in files:
        assert with_sorted_header(file.read_bytes()) == file.read_bytes(), file.name
