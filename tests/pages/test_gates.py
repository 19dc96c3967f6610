"""/gates : every view, every control, every mistake; the shipped models against torch, the sheet against the run."""

from __future__ import annotations

import base64
import json
import re
from functools import partial
from typing import Any

import numpy as np
import pytest
import safetensors.torch
import torch
from safetensors import safe_open
from streamlit.testing.v1 import AppTest

from seqviz.ui.gates.models import CELLS, TASKS, available_tasks, card_of, file_of
from tests.pages.opening import drawn, open_page, said
from tests.small_models import pair

opened = partial(open_page, "pages/gates.py")
TEXT = "I grew up in Spain . My brother sold apples"


def lane(data: dict[str, Any], key: str, run: str = "values") -> np.ndarray[Any, Any]:
    found = next(one for one in data["lanes"] if one["key"] == key)
    table = data["states"][found["state"]] if run == "values" and "state" in found else found[run]
    values = np.frombuffer(base64.b64decode(table["packed"]), "<f4").reshape(table["rows"], table["columns"])
    return values[1:] if run == "values" and "state" in found else values


def torch_states(task: str, cell: str, text: str) -> tuple[torch.Tensor, torch.Tensor]:
    """The hidden states of a shipped file under torch's own module, and the softmax of its read-out."""
    with safe_open(file_of(task, cell), "pt") as file:
        about, w = file.metadata(), {name: file.get_tensor(name).double() for name in sorted(file.keys())}
    vocabulary = json.loads(about["vocabulary"])
    ids = [vocabulary.index(token) for token in (text.split() if about["unit"] == "words" else text)]
    module = getattr(torch.nn, cell)(w["embedding.weight"].shape[1], w["rnn.weight_hh_l0"].shape[1]).double()
    module.load_state_dict({name[4:]: value for name, value in w.items() if name.startswith("rnn.")})
    with torch.no_grad():
        states = module(w["embedding.weight"][ids])[0]
    return states, torch.softmax(states @ w["head.weight"].T + w["head.bias"], dim=-1)


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("task", available_tasks())
def test_every_shipped_model_shows_torchs_states(task: str, cell: str):
    with safe_open(file_of(task, cell), "pt") as file:
        example = file.metadata()["example"]
    data = drawn(opened(model=TASKS[task], cell=cell))
    tokens = data["tokens"]
    plain = " ".join(tokens) if data["unit"] == "words" else example
    states, p = torch_states(task, cell, plain)
    np.testing.assert_allclose(lane(data, "h"), states, atol=1e-6)
    names = next(one for one in data["lanes"] if one["key"] == "p")["rowIds"]
    np.testing.assert_allclose(lane(data, "p"), p[:, names], atol=1e-6)
    assert [one["key"] for one in data["lanes"]][-1] == "dependence"


def test_the_text_in_the_address_is_read_and_goes_back_to_it():
    data = drawn(opened(text=TEXT))
    assert data["tokens"] == TEXT.split()
    assert data["address"] == {"text": TEXT, "why": None}
    assert drawn(opened())["address"] == {"text": None, "why": None}


def test_each_model_keeps_a_text_of_its_own():
    page = opened(text=TEXT)
    page.selectbox(key="model").set_value("counting").run()
    assert set(drawn(page)["tokens"]) == {"a", "X", "b"}
    page.selectbox(key="model").set_value("country").run()
    assert drawn(page)["tokens"] == TEXT.split()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "The text is empty; type at least 1 token. The picture stays as it was."),
        ("the " * 2001, "The text has 2,001 words; the limit is 2,000. The picture stays as it was."),
    ],
)
def test_a_refusal_is_a_sentence_and_the_picture_stays(text: str, sentence: str):
    page = opened(text=TEXT)
    page.text_input(key="text-country").set_value(text).run()
    assert sentence in said(page)
    assert drawn(page)["tokens"] == TEXT.split()


def test_a_held_gate_is_drawn_beside_the_untouched_run_and_told():
    page = opened(text=TEXT, what_if="true", hold_LSTM="forget gate f")
    data = drawn(page)
    assert not lane(data, "f").any()
    states, p = torch_states("country", "LSTM", TEXT)
    np.testing.assert_allclose(lane(data, "h", "untouched"), states, atol=1e-6)
    with safe_open(file_of("country", "LSTM"), "pt") as file:
        classes = json.loads(file.metadata()["classes"])
    best = int(p[-1].argmax())
    assert re.search(rf"At the end .*{classes[best]}.*{float(p[-1, best]):.3f}", said(page))
    page.toggle(key="what_if").set_value(False).run()
    assert "untouched" not in drawn(page)["lanes"][0]


def test_a_step_beyond_the_text_is_refused():
    page = opened(text=TEXT, what_if="true")
    page.number_input(key="swap_at").set_value(99).run()
    page.selectbox(key="swap_for").set_value("Italy").run()
    assert "Token 99 cannot be swapped: the text has 10." in said(page)


def test_a_swapped_country_swaps_the_answer():
    page = opened(text=TEXT, what_if="true")
    page.number_input(key="swap_at").set_value(5).run()
    page.selectbox(key="swap_for").set_value("Italy").run()
    states, _ = torch_states("country", "LSTM", TEXT.replace("Spain", "Italy"))
    np.testing.assert_allclose(lane(drawn(page), "h"), states, atol=1e-6)


def test_the_compared_models_share_tokens_and_classes():
    data = drawn(opened(gates_view="Compare", text=TEXT))
    for cell in CELLS:
        states, _ = torch_states("country", cell, TEXT)
        if cell != "LSTM":
            np.testing.assert_allclose(lane(data, f"{cell}.h"), states, atol=1e-6)
    assert "Compare" not in data["tokens"]


def test_the_moves_end_at_the_lstm_itself():
    moves, alone = drawn(opened(gates_view="Three moves", text=TEXT)), drawn(opened(text=TEXT))
    np.testing.assert_array_equal(lane(moves, "+ forget.s"), lane(alone, "c"))
    np.testing.assert_array_equal(lane(moves, "+ forget.f"), lane(alone, "f"))


@pytest.mark.parametrize("task", available_tasks())
def test_the_card_tells_every_cells_score(task: str):
    page = opened(model=TASKS[task])
    told = card_of(task)
    for cell in told["cells"].values():
        assert f"{cell['test']:.3f}" in said(page)
        assert f"{cell['parameters']:,}" in said(page)


def test_an_own_file_is_opened_and_a_pickle_refused_with_its_reason():
    made = pair("GRU")
    page = opened(model="your own file")
    assert "No file of your own is open yet" in said(page)
    page.file_uploader(key="own_file").set_value(("mine.safetensors", made.data, "application/octet-stream")).run()
    data = drawn(page)
    ids = [1, 2, 3, 5, 7]
    wanted = made.module.rnn(made.module.embedding(torch.tensor(ids)))[0].detach()
    np.testing.assert_allclose(lane(data, "h"), wanted, atol=1e-6)
    page.file_uploader(key="own_file").set_value(("weights.pt", b"PK\x03\x04" + bytes(100), "")).run()
    assert re.search(r"weights.pt: This is a zip archive.*pickle.*can run code", said(page))
    np.testing.assert_allclose(lane(drawn(page), "h"), wanted, atol=1e-6)


def own(page: AppTest, data: bytes, name: str = "mine.safetensors") -> AppTest:
    page.file_uploader(key="own_file").set_value((name, data, "application/octet-stream")).run()
    return page


def bare(kind: str, tokens: int, hidden: int = 4, layers: int = 1, **metadata: str) -> bytes:
    """A file of recurrent weights alone: one-hot inputs, no read-out."""
    torch.manual_seed(0)
    module = getattr(torch.nn, kind)(tokens, hidden, layers)
    return bytes(safetensors.torch.save(module.state_dict(), metadata or None))


def test_no_own_file_takes_the_page_down():
    """A text that fits one file need not fit the next, and an example need not fit its own."""
    page = own(opened(model="your own file"), bare("LSTM", 20))
    field = next(one for one in page.text_input if one.label.startswith("Text"))
    field.set_value("a b c d e f g h").run()
    assert len(drawn(page)["tokens"]) == 8
    for data in (bare("LSTM", 3), bare("GRU", 1), bare("RNN", 2, unit="characters", example="xy" * 1500)):
        own(page, data)
        assert drawn(page)["tokens"]
    own(page, bare("LSTM", 2, example="  "))
    assert drawn(page)["tokens"]


def test_own_files_keep_texts_of_their_own_and_are_still_there_after_a_look_elsewhere():
    page = own(opened(model="your own file"), bare("LSTM", 20))
    next(one for one in page.text_input if one.label.startswith("Text")).set_value("x y x").run()
    page.segmented_control(key="gates_view").set_value("Compare").run()
    assert "This view shows the shipped models" in said(page)
    page.segmented_control(key="gates_view").set_value("One cell").run()
    assert drawn(page)["tokens"] == ["x", "y", "x"]


def test_a_model_of_4096_units_is_refused_with_the_bound():
    wide = {"weight_ih_l0": torch.zeros(4096, 1).half(), "weight_hh_l0": torch.zeros(1, 4096).half()}
    page = own(opened(model="your own file"), bytes(safetensors.torch.save(wide)))
    assert "The model has 4,096 units, expected at most 256." in said(page)


@pytest.mark.parametrize("name", ["embed", "embedding"])
def test_common_other_names_of_the_layers_are_taken(name: str):
    made = pair("LSTM")
    tensors = {k.replace("embedding", name).replace("head", "fc"): v for k, v in made.module.state_dict().items()}
    page = own(opened(model="your own file"), bytes(safetensors.torch.save({k: v.clone() for k, v in tensors.items()})))
    assert [one["key"] for one in drawn(page)["lanes"]][-2:] == ["p", "dependence"]


def test_gates_are_held_in_some_units_over_some_tokens():
    page = opened(text=TEXT, what_if="true")
    page.multiselect(key="hold_LSTM").set_value(["f", "i"]).run()
    page.slider(key="at_i").set_value(1.0).run()
    page.multiselect(key="in_units_32").set_value([3, 5]).run()
    page.number_input(key="from_token").set_value(4).run()
    data = drawn(page)
    held = lane(data, "f") == 0
    assert held[3:][:, [2, 4]].all()
    assert not held[:3].any()
    assert not held[:, [0, 1, 3]].any()
    assert (lane(data, "i")[3:][:, [2, 4]] == 1).all()
    assert data["held"] == [["f", [2, 4], [4, 10]], ["i", [2, 4], [4, 10]]]
    page.number_input(key="to_token").set_value(2).run()
    assert "The held tokens run from 4 to 2, backwards: nothing is held." in said(page)
    assert drawn(page)["held"] == []


def test_a_silenced_unit_is_silent():
    page = opened(text=TEXT, what_if="true")
    page.multiselect(key="silent_32").set_value([2]).run()
    data = drawn(page)
    assert not lane(data, "h")[:, 1].any()
    assert lane(data, "h")[:, 0].any()
    assert data["silenced"] == [[1, None]]


def test_the_question_is_answered_in_the_form_on_the_page():
    """In the decks' form z = 1 takes all of the new, where PyTorch's z = 0 does: the same run, the same answer."""
    said_so = []
    for keeps in ("old state", "new state"):
        page = opened(text=TEXT, cell="GRU", keeps=keeps)
        assert f"Hold every update gate at {0 if keeps == 'old state' else 1}, at every token" in said(page)
        next(one for one in page.toggle if one.label == "Show the answer").set_value(True).run()
        said_so.append(re.search(r"(Yes|No): .*\.", said(page)[said(page).index("Predict first") :])[0])  # type: ignore[index]
    assert said_so[0].split(".")[0] == said_so[1].split(".")[0]


def test_the_answer_to_the_question_is_the_held_networks():
    states, p = torch_states("country", "LSTM", TEXT)
    with safe_open(file_of("country", "LSTM"), "pt") as file:
        classes = json.loads(file.metadata()["classes"])
        w = {name: file.get_tensor(name).double() for name in sorted(file.keys())}
        vocabulary = json.loads(file.metadata()["vocabulary"])
    h = c = torch.zeros(states.shape[1], dtype=torch.float64)
    for x in w["embedding.weight"][[vocabulary.index(token) for token in TEXT.split()]]:
        z = w["rnn.weight_ih_l0"] @ x + w["rnn.bias_ih_l0"] + w["rnn.weight_hh_l0"] @ h + w["rnn.bias_hh_l0"]
        i, _, g, o = z.chunk(4)
        c = torch.sigmoid(i) * torch.tanh(g)
        h = torch.sigmoid(o) * torch.tanh(c)
    q = torch.softmax(w["head.weight"] @ h + w["head.bias"], 0)
    was, now = int(p[-1].argmax()), int(q.argmax())
    page = opened(text=TEXT)
    next(one for one in page.toggle if one.label == "Show the answer").set_value(True).run()
    if was == now:
        wanted = f"Yes: it stays {classes[was]}, at {q[now]:.3f} where it was {p[-1, was]:.3f}."
    else:
        wanted = f"No: {classes[was]} at {p[-1, was]:.3f} becomes {classes[now]} at {q[now]:.3f}."
    assert wanted in said(page)


def test_a_link_carries_the_swap_and_the_question_to_the_read_out():
    page = opened(text=TEXT, what_if="true", swap_at="5", swap_for="Italy", why="4-2")
    data = drawn(page)
    assert data["tokens"][4] == "Italy"
    (dependence,) = (one for one in data["lanes"] if one["key"] == "dependence")
    assert dependence["title"].endswith("at step 4 depends on this token")
    assert data["address"]["why"] == "4-2"
    page.text_input(key="text-country").set_value("I grew up in Spain .").run()
    assert drawn(page)["address"]["why"] is None  # it was asked about another text


def test_the_distributions_write_their_text_into_the_address():
    page = opened(gates_view="Distributions")
    page.text_input(key="text-country").set_value(TEXT).run()
    assert page.query_params["text"] == TEXT


@pytest.mark.parametrize("address", [{"cell": "nonsense"}, {"model": "??"}, {"gates_view": "x"}, {"layer": "9"}])
def test_nonsense_in_the_address_opens_the_usual_page(address: dict[str, str]):
    assert drawn(opened(**address))["tokens"]
