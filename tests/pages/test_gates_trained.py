"""/gates: a network that the visitor has trained is among its models, from its model file."""

from __future__ import annotations

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.opening import drawn, open_page, said
from tests.pages.test_gates import lane
from tests.pages.test_training_inside import Torch, ids_of, own_service, runs, service, trained  # noqa: F401


def gates_after(training: AppTest, **address: str) -> AppTest:
    """The same visitor on the other page."""
    return open_page("pages/gates.py", training.session_state["visit"], **address)


@pytest.mark.parametrize("task", ["characters", "tags"])
def test_the_whole_page_opens_on_the_last_state_of_a_run(task: str):
    training = trained(task)
    (run,) = runs(training)
    name = {"characters": "next character", "tags": "parts of speech"}[task]
    page = gates_after(training, model=f"trained here: LSTM, {name}")
    assert page.selectbox(key="model").value == f"run {run.run_id}"
    assert f"as it was after update {run.config.updates}" in said(page)
    data = drawn(page)
    wanted = Torch(run, run.config.updates).run(ids_of(run, data))
    for key in ("f", "i", "g", "o", "c", "h"):
        np.testing.assert_allclose(lane(data, key), wanted[key], atol=1e-6)
    assert "Model (safetensors)" in [button.proto.label for button in page.get("download_button")]
    for view in ("Distributions", "Compare"):
        page.segmented_control(key="gates_view").set_value(view).run()
        assert [error.value for error in page.exception] == []
    assert "This view shows the shipped models" in said(page)


def test_runs_side_by_side_are_told_apart():
    training = trained("tags", side="clipping")
    page = gates_after(training)
    assert [label for label in page.selectbox(key="model").options if label.startswith("trained here")] == [
        "trained here: LSTM, no clipping, parts of speech",
        "trained here: LSTM, by norm at 1, parts of speech",
        "trained here: LSTM, by value at 1, parts of speech",
    ]
    assert page.selectbox(key="model").value == "country"


def test_a_run_that_is_gone_is_said_and_a_shipped_model_stands_in():
    training = trained("tags")
    (run,) = runs(training)
    page = gates_after(training, model="trained here: LSTM, parts of speech")
    with service()._lock:
        service()._drop(service()._dispatch.runs[run.run_id])
    page.run()
    assert page.selectbox(key="model").value == f"run {run.run_id}"  # what is open stays open
    training.run()  # the visit of the page is over
    page.run()
    assert "Trained here: LSTM, parts of speech is no longer kept; shown is a model that ships" in said(page)
    assert page.selectbox(key="model").value == "country"
    assert drawn(page)["tokens"]


def test_a_link_to_somebody_elses_run_is_said():
    page = open_page("pages/gates.py", model="trained here: GRU, next character")
    assert "“trained here: GRU, next character” is not kept for this visit" in said(page)
    assert drawn(page)["tokens"]


def test_the_adding_network_says_what_a_token_stands_for():
    page = gates_after(trained("adding"), model="trained here: LSTM, adding problem")
    assert "reads two numbers a step, a value and a mark" in said(page)
    assert drawn(page)["tokens"]
