"""/training, "Your sentence through training": what is shown of each checkpoint against torch's own modules."""

from __future__ import annotations

import base64
import json
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
import safetensors.torch
import streamlit as st
import torch
from streamlit.testing.v1 import AppTest

from seqviz.learning.service import Service, Unanswered
from seqviz.learning.training import Training
from seqviz.ui.training import kept, serving
from seqviz.ui.training.follow import Followed
from seqviz.ui.training.looking import MOST_NUMBERS
from tests.pages.opening import ROOT, open_page, said

SHORT = {"reviews_updates": "60", "characters_updates": "60", "tags_updates": "30", "adding_updates": "4"}
SHORT |= {"numbers_updates": "20", "copy_updates": "10"}
NAMES = {
    "numbers": "number words → digits",
    "copy": "copy after a pause",
    "reviews": "sentiment of a review",
    "tags": "parts of speech",
    "adding": "adding problem",
}


@pytest.fixture(scope="module", autouse=True)
def own_service() -> Iterator[None]:
    """A training service of this file's own; those who have left are told to it, not to a new one."""
    yield
    made, door = serving.service(), serving.service
    serving.service = lambda: made  # type: ignore[assignment]
    st.cache_resource.clear()
    serving.service = door
    made.close()


def until(found: Callable[[], object], what: str) -> None:
    end = time.monotonic() + 90
    while not found():
        assert time.monotonic() < end, f"waited for {what}"
        time.sleep(0.05)


def opened(task: str = "characters", **address: str | list[str]) -> AppTest:
    return open_page("pages/training.py", **{**SHORT, "train": NAMES.get(task, "next character"), **address})


def trained(task: str = "characters", **address: str | list[str]) -> AppTest:
    """A visitor whose runs have ended."""
    page = opened(task, **address)
    next(button for button in page.button if button.label == "Train").click().run()
    until(lambda: all(service().poll(run.run_id).over for run in runs(page)), "the runs to end")
    return page.run()


def service() -> Service:
    return serving.service()


def runs(page: AppTest) -> list[Followed]:
    return list(page.session_state["visit"].runs)


def drawn(page: AppTest) -> dict[str, Any]:
    """What the sheet was given."""
    assert [error.value for error in page.exception] == []
    every = [json.loads(one.proto.json) for one in page.get("bidi_component")]
    (data,) = [one for one in every if "lanes" in one]
    return data


def table(packed: dict[str, Any]) -> np.ndarray[Any, Any]:
    return np.frombuffer(base64.b64decode(packed["packed"]), "<f4").reshape(packed["rows"], packed["columns"])


class Torch:
    """torch's own modules with the weights of one checkpoint, one step at a time, in double precision."""

    def __init__(self, run: Followed, update: int) -> None:
        kept_state = safetensors.torch.load(service().checkpoint(run.run_id, update))
        w = {name.removeprefix("parameter."): value.double() for name, value in kept_state.items() if "." in name}
        self.w, self.kind = w, run.config.cell
        self.layers = []
        width = w["embedding.weight"].shape[1]
        for layer in range(run.config.layers):
            module = getattr(torch.nn, self.kind)(width, run.config.hidden, batch_first=True).double()
            mine = f"rnn.{layer}."
            module.load_state_dict({n.removeprefix(mine): v for n, v in w.items() if n.startswith(mine)})
            self.layers.append(module)
            width = run.config.hidden

    @torch.no_grad()
    def run(self, ids: list[int]) -> dict[str, Any]:
        x = self.w["embedding.weight"][ids][None]
        for module in self.layers:
            read, (x, *_) = x, module(x)
        found: dict[str, Any] = {"h": x[0].numpy()}
        found["p"] = torch.softmax(x[0] @ self.w["head.weight"].T + self.w["head.bias"], 1).numpy()
        m = self.layers[-1]
        before = torch.cat([torch.zeros(1, x.shape[2]).double(), x[0, :-1]])
        if self.kind == "GRU":  # the gates from torch's states by the formulas of its documentation
            of_x = (read[0] @ m.weight_ih_l0.T + m.bias_ih_l0).chunk(3, 1)
            of_h = (before @ m.weight_hh_l0.T + m.bias_hh_l0).chunk(3, 1)
            r, z = torch.sigmoid(of_x[0] + of_h[0]), torch.sigmoid(of_x[1] + of_h[1])
            found |= {"r": r.numpy(), "z": z.numpy(), "n": torch.tanh(of_x[2] + r * of_h[2]).numpy()}
        if self.kind == "LSTM":
            sums = read[0] @ m.weight_ih_l0.T + m.bias_ih_l0 + before @ m.weight_hh_l0.T + m.bias_hh_l0
            i, f, g, o = sums.chunk(4, 1)
            c = torch.zeros(x.shape[2]).double()
            cells = [c := torch.sigmoid(f[t]) * c + torch.sigmoid(i[t]) * torch.tanh(g[t]) for t in range(len(f))]
            found |= {"f": torch.sigmoid(f).numpy(), "i": torch.sigmoid(i).numpy(), "o": torch.sigmoid(o).numpy()}
            found |= {"g": torch.tanh(g).numpy(), "c": torch.stack(cells).numpy()}
        return found


def ids_of(run: Followed, data: dict[str, Any], tokens: list[str] | None = None) -> list[int]:
    answer = service().ask(run.run_id, {"ask": "model"})
    file = base64.b64decode(str(answer))
    about = json.loads(file[8 : 8 + int.from_bytes(file[:8], "little")])["__metadata__"]
    vocabulary = json.loads(about["vocabulary"])
    place = {" ": "␣", "\n": "⏎"}
    shown = [place.get(token, token) for token in vocabulary]
    return [shown.index(token) if token in shown else shown.index("<unk>") for token in tokens or data["tokens"]]


@pytest.mark.parametrize(
    ("task", "address"),
    [
        ("characters", {}),
        ("reviews", {"LSTM_lanes": ["forget f", "input i", "candidate g", "output o", "cell c"]}),
        ("tags", {"tags_layers": "2", "tags_hidden": "9"}),
        ("tags", {"tags_cell": "GRU", "GRU_lanes": ["reset r", "update z", "candidate n"]}),
        ("tags", {"tags_cell": "RNN"}),
    ],
    ids=["characters", "reviews", "two layers", "GRU", "RNN"],
)
def test_states_gates_and_answers_of_every_checkpoint_are_torchs(task: str, address: dict[str, Any]):
    page = trained(task, **address)
    data = drawn(page)
    (run,) = runs(page)
    updates, T = data["updates"], len(data["tokens"])
    assert updates[0] == 0
    assert updates[-1] == run.config.updates
    assert set(updates) <= set(service().checkpoints(run.run_id))
    if task == "characters":
        assert "".join(data["tokens"]).replace("␣", " ") == run.about["example"]
    lanes = {lane["base"]: table(lane["values"]) for lane in data["lanes"]}
    best, p = table(data["best"]), table(data["p"])
    ids = ids_of(run, data)
    for n, update in enumerate(updates):
        rows = slice(n * T, (n + 1) * T)
        wanted = Torch(run, update).run(ids)
        for name in lanes:
            if name in wanted:
                np.testing.assert_allclose(lanes[name][rows], wanted[name], atol=1e-6, err_msg=f"{name} at {update}")
        np.testing.assert_allclose(p[rows], -np.sort(-wanted["p"], axis=1)[:, : p.shape[1]], atol=1e-6)
        names = np.array(data["classes"])[best[rows].astype(int)]
        if len(run.about["classes"]) == wanted["p"].shape[1] and update == updates[-1]:
            shown = {" ": "␣", "\n": "⏎"}
            likeliest = [shown.get(run.about["classes"][k], run.about["classes"][k]) for k in wanted["p"].argmax(1)]
            assert names[:, 0].tolist() == likeliest
    assert data["asked"] == (T - 1 if task == "reviews" else 0)
    asked = address.get("LSTM_lanes") or address.get("GRU_lanes") or {"LSTM": "fc", "RNN": ""}[run.config.cell]
    assert set(lanes) == {"h", *(name[-1] for name in asked)}


def test_what_it_says_now_is_torchs_and_it_writes_what_the_training_writes():
    page = trained()
    (run,) = runs(page)
    wanted = Torch(run, 60).run(ids_of(run, drawn(page)))["p"][-1]
    assert "after update 60:** behind p comes " in said(page)
    for value in np.sort(wanted)[::-1][:5]:
        assert f"({value:.3f})" in said(page) or 0 < value < 0.001
    page.slider(key="temperature").set_value(0.0).run()
    page.text_input(key="prompt").set_value("He ").run()
    asked = {"ask": "sample", "temperature": 0.0, "length": 160, "seed": 0, "prompt": "He "}
    assert page.code[0].value == "He " + str(service().ask(run.run_id, asked))


def test_at_a_checkpoint_it_says_and_writes_what_it_did_then():
    page = trained()
    (run,) = runs(page)
    page.session_state["visit"].inside.asked_at = (run.run_id, 20)  # as the button in the sheet asks
    page.run()
    then = Training.resume(run.config, service().checkpoint(run.run_id, 20))
    p = Torch(run, 20).run(ids_of(run, drawn(page)))["p"][-1]
    shown = re.search(r"\*\*After update 20:\*\* behind p comes \S+ \((\d\.\d{3})\)", said(page))
    assert shown is not None
    assert float(shown[1]) == pytest.approx(p.max(), abs=6e-4)
    assert page.code[1].value == then.sample(0.8, 160, 0)
    page.session_state["visit"].inside.asked_at = (run.run_id, 33)
    page.run()
    assert "Update 33 is no longer kept." in said(page)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "The text has 0 characters, expected at least 1. The picture stays as it was."),
        ("a" * 81, "The text has 81 characters, expected at most 80. The picture stays as it was."),
        ("a§b", "'§' is not among the"),
    ],
)
def test_a_text_that_cannot_be_read_is_refused_in_a_sentence_and_the_picture_stays(text: str, sentence: str):
    page = trained()
    before = drawn(page)["tokens"]
    page.text_input(key="characters_sentence").set_value(text).run()
    assert sentence in said(page)
    assert drawn(page)["tokens"] == before


def test_what_travels_is_bounded_and_what_is_left_out_is_said():
    page = trained(characters_updates="400")
    page.multiselect(key="LSTM_lanes").set_value(["f", "i", "g", "o", "c"]).run()
    page.text_input(key="characters_sentence").set_value("a" * 80).run()
    data = drawn(page)
    (run,) = runs(page)
    numbers = sum(lane["values"]["rows"] * lane["values"]["columns"] for lane in data["lanes"])
    assert numbers <= MOST_NUMBERS
    kept_updates = service().checkpoints(run.run_id)
    assert 2 <= len(data["updates"]) < len(kept_updates)
    assert (data["updates"][0], data["updates"][-1]) == (0, 400)
    assert f"Shown are {len(data['updates'])} of {len(kept_updates)} kept checkpoints" in said(page)
    sizes = [len(one.proto.json) for one in page.get("bidi_component")]
    assert max(sizes) <= 1_000_000


def test_a_word_that_the_training_did_not_know_is_said_and_marked():
    page = trained("tags", tags_sentence="the zyzzyva .")
    assert "The training did not know “zyzzyva”: read as <unk>." in said(page)
    assert drawn(page)["unknown"] == [1]


@pytest.mark.parametrize("task", ["numbers", "copy"])
def test_what_asks_for_the_answer_is_put_behind_the_sentence(task: str):
    page = trained(task)
    data = drawn(page)
    (run,) = runs(page)
    suffix = list(run.about["suffix"])
    assert data["tokens"][-len(suffix) :] == suffix
    assert data["asked"] == len(data["tokens"]) - run.about["asked"]
    p = Torch(run, run.config.updates).run(ids_of(run, data))["p"]
    np.testing.assert_allclose(table(data["p"])[-len(p) :, 0], p.max(1), atol=1e-6)
    shown = " · ".join(f"{run.about['classes'][row.argmax()]} ({row.max():.3f})" for row in p[data["asked"] :])
    assert shown in said(page)


def test_the_adding_problem_says_that_there_is_nothing_to_type():
    page = trained("adding")
    assert "reads pairs of numbers, not text: there is no sentence to type" in said(page)
    assert [one for one in page.text_input if "sentence" in one.label] == []


def test_a_checkpoint_that_is_thinned_away_is_passed_over(monkeypatch: pytest.MonkeyPatch):
    page = trained("tags")
    whole = drawn(page)["updates"]
    read = Service.checkpoint

    def thinned(self: Service, run_id: str, update: int) -> bytes:
        if update == whole[2]:
            raise KeyError(update)
        return read(self, run_id, update)

    monkeypatch.setattr(Service, "checkpoint", thinned)
    page.text_input(key="tags_sentence").set_value("the dinner").run()
    assert drawn(page)["updates"] == [update for update in whole if update != whole[2]]


def test_no_answer_is_said_in_words(monkeypatch: pytest.MonkeyPatch):
    page = trained("tags")

    def silent(*_: object) -> object:
        raise Unanswered("The training process died before it answered: ask again in a moment.")

    monkeypatch.setattr(Service, "ask", silent)
    page.text_input(key="tags_sentence").set_value("the dinner").run()
    assert "The training process died before it answered" in said(page)
    assert drawn(page)["tokens"] == ["the", "dinner"]  # the sheet needs nobody's answer


def test_side_by_side_one_run_is_looked_into_and_the_others_can_be():
    page = trained("tags", side="RNN · LSTM · GRU")
    every = {run.name: run for run in runs(page)}
    for name in ("RNN", "GRU", "LSTM"):
        page.selectbox(key="look_into").set_value(name).run()
        data = drawn(page)
        assert (data["run"], data["cell"]) == (every[name].run_id, name)


OPEN = """
import json, sys, time
from streamlit.testing.v1 import AppTest
from seqviz.ui.training.serving import service
page = AppTest.from_file("pages/training.py", default_timeout=60)
page.query_params["train"], page.query_params["tags_updates"] = "parts of speech", "20"
page.run()
next(button for button in page.button if button.label == "Train").click().run()
(run,) = page.session_state["visit"].runs
end = time.monotonic() + 90
while not service().poll(run.run_id).over and time.monotonic() < end:
    time.sleep(0.05)
page.run()
shown = [one for one in page.get("bidi_component") if '"lanes"' in one.proto.json]
gates = AppTest.from_file("pages/gates.py", default_timeout=60)
gates.session_state["visit"] = page.session_state["visit"]
gates.run()
gates.selectbox(key="model").set_value("run " + run.run_id).run()
service().close()
errors = [error.value for one in (page, gates) for error in one.exception]
print(json.dumps({"torch": "torch" in sys.modules, "shown": len(shown), "errors": errors,
    "model": gates.selectbox(key="model").value}))
"""


def test_the_web_process_looks_inside_without_torch():
    answer = subprocess.run(
        [sys.executable, "-c", OPEN], cwd=ROOT, capture_output=True, text=True, timeout=180, check=True
    )
    told = json.loads(answer.stdout.splitlines()[-1])
    assert told["errors"] == []
    assert told["shown"] == 1
    assert told["model"].startswith("run ")
    assert not told["torch"]


def test_what_was_looked_into_before_does_not_hold_up_other_runs():
    page = trained("tags", side="RNN · LSTM · GRU")
    page.selectbox(key="look_into").set_value("GRU").run()
    page.selectbox(key="side").set_value("clipping").run()
    next(button for button in page.button if button.label == "Train").click().run()
    until(lambda: all(service().poll(run.run_id).over for run in runs(page)), "the runs to end")
    page.run()
    assert drawn(page)["name"] == "no clipping"


@pytest.mark.skipif(torch.cuda.is_available(), reason="the run would not be refused")
def test_a_run_that_was_refused_has_nothing_to_look_into():
    page = trained("tags", tags_device="cuda")
    assert runs(page) == []
    assert "Device is 'cuda'" in said(page)
    assert [one.key for one in page.get("bidi_component")] == ["training-back"]  # it asks the tab for earlier runs
    assert [error.value for error in page.exception] == []


def test_a_run_that_is_gone_is_a_sentence():
    page = trained("tags")
    (run,) = runs(page)
    with service()._lock:
        service()._drop(service()._dispatch.runs[run.run_id])
    page.run()
    assert kept.GONE in said(page) or "No checkpoint of this run is kept." in said(page)
    assert [error.value for error in page.exception] == []
