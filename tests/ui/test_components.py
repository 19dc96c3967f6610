"""What the browser is given: the engine's numbers, text as a reader sees it."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqviz.recurrent import NO_TARGET
from seqviz.recurrent.notation import NOTATIONS, notation
from seqviz.text import tokenize, visible
from seqviz.ui.components import unrolled_address, unrolled_data
from seqviz.ui.compute import Experiment, experiment
from seqviz.ui.settings import ADDRESS_LIMIT, Settings
from seqviz.ui.weights import parse_typed

quick = settings(deadline=None, max_examples=50)

chosen = st.builds(
    Settings,
    text=st.text(max_size=40).filter(tokenize),
    targets=st.sampled_from(["next", "open", "markers"]),
    hidden=st.integers(1, 8),
    activation=st.sampled_from(["tanh", "relu", "sigmoid", "identity"]),
    loss=st.sampled_from(["cross_entropy", "squared_error"]),
    seed=st.integers(0, 9999),
    scale=st.floats(0, 3, allow_subnormal=False),
    notation=st.sampled_from(list(NOTATIONS)),
)


def sent(shown: Experiment) -> dict:
    """The data as they arrive: through JSON, which knows no NaN and no infinity."""
    return json.loads(json.dumps(unrolled_data(shown), allow_nan=False))


# ── the numbers ──────────────────────────────────────────────────────────────────────────────────────────────


@quick
@given(chosen)
def test_the_browser_gets_exactly_the_engines_numbers(asked: Settings):
    shown = experiment(asked)
    data = sent(shown)
    trace, cell = shown.trace, shown.cell
    assert cell.head is not None
    assert trace.outputs is not None
    arrays = {
        "hidden": trace.hidden,
        "input_product": trace.parts["input_product"],
        "recurrent_product": trace.parts["recurrent_product"],
        "preactivation": trace.parts["preactivation"],
        "logits": trace.outputs,
        "predictions": shown.predictions,
        "losses": shown.losses,
        "W_xh": cell.W_xh,
        "W_hh": cell.W_hh,
        "b": cell.b,
        "W_hy": cell.head.weight,
        "c": cell.head.bias,
    }
    for name, array in arrays.items():
        assert data[name] == array.tolist(), name  # to the last bit: JSON carries a float64 whole
    assert data["ids"] == shown.ids.tolist()
    assert data["targets"] == [None if target == NO_TARGET else target for target in shown.targets.tolist()]
    assert (data["activation"], data["loss"]) == (asked.activation, asked.loss)


@quick
@given(chosen)
def test_the_sizes_are_those_of_the_arrays(asked: Settings):
    data = sent(experiment(asked))
    T, D, H, K = (data[letter] for letter in "TDHK")
    shapes = {
        "hidden": (T + 1, H), "input_product": (T, H), "recurrent_product": (T, H), "preactivation": (T, H),
        "logits": (T, K), "predictions": (T, K), "losses": (T,), "W_xh": (H, D), "W_hh": (H, H), "b": (H,),
        "W_hy": (K, H), "c": (K,), "ids": (T,), "tokens": (T,), "targets": (T,), "vocabulary": (K,),
    }  # fmt: skip
    assert {name: np.array(data[name], dtype=object).shape for name in shapes} == shapes
    assert D == K


def test_a_step_adds_up_in_what_the_browser_shows():
    """z = W_xh x + W_hh h + b, from the data alone."""
    data = sent(experiment(Settings(text="hello world")))
    for t in range(data["T"]):
        column = [row[data["ids"][t]] for row in data["W_xh"]]
        np.testing.assert_allclose(data["input_product"][t], column, rtol=1e-15)
        np.testing.assert_allclose(
            data["recurrent_product"][t], np.array(data["W_hh"]) @ data["hidden"][t], rtol=1e-12, atol=1e-14
        )
        np.testing.assert_allclose(
            data["preactivation"][t],
            np.array(column) + data["recurrent_product"][t] + data["b"],
            rtol=1e-12,
            atol=1e-14,
        )


@pytest.mark.parametrize("loss", ["cross_entropy", "squared_error"])
@pytest.mark.parametrize("activation", ["relu", "identity"])
def test_the_largest_weights_and_the_longest_text_still_fit_json(activation: str, loss: str):
    """An overflow after the 32 steps stays out of the stepper; JSON.parse takes no NaN."""
    typed = {("W_hh", r, c): 1000.0 for r in range(8) for c in range(8)} | {("W_xh", r, "a"): 1000.0 for r in range(8)}
    shown = experiment(Settings(text="a" * 2000, hidden=8, activation=activation, loss=loss, typed=typed))
    assert shown.whole.first_overflow is not None
    assert sent(shown)["T"] == 32


def test_the_data_of_one_experiment_stay_small():
    """At 32 steps of 32 different tokens and 8 units: a few thousand numbers, whatever the text is."""
    text = "abcdefghijklmnopqrstuvwxyz0123456789" * 50
    assert len(json.dumps(unrolled_data(experiment(Settings(text=text, hidden=8))))) < 150_000


# ── text and letters ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("text", ["a b\n\tc", "\x00\u202e\u0301", "<b>&</b>", "🧑‍🚀é", "$x$ %s {}", "</script>"])
def test_tokens_arrive_as_a_reader_sees_them(text: str):
    shown = experiment(Settings(text=text, targets="markers"))
    data = sent(shown)
    assert data["tokens"] == [visible(token) for token in shown.tokens]
    assert data["vocabulary"] == [visible(token) for token in shown.vocabulary.tokens]
    assert data["tokens"] == [data["vocabulary"][place] for place in data["ids"]]
    assert all(token and token == token.strip() for token in data["vocabulary"])


@pytest.mark.parametrize("key", NOTATIONS)
def test_the_letters_are_those_of_the_dialect(key: str):
    letters = notation(key)
    data = sent(experiment(Settings(notation=key)))["notation"]
    assert data["key"] == key
    for name in ("input", "hidden", "prediction", "target", "loss", "W_xh", "W_hh", "W_hy", "b", "c", "g", "phi"):
        assert data[name] == getattr(letters, name)
    for name in ("preactivation", "input_product", "recurrent_product", "output_product", "total"):
        assert data[name] == getattr(letters, name) != ""


def test_the_dialect_changes_nothing_but_letters():
    one, other = (sent(experiment(Settings(notation=key))) for key in ("A", "Keras"))
    assert one.pop("notation") != other.pop("notation")
    assert one == other


# ── the address bar ──────────────────────────────────────────────────────────────────────────────────────────


def test_what_is_as_at_the_start_stays_out_of_the_address():
    assert unrolled_address(Settings()) == {"text": None, "typed_targets": None, "typed": None, "updates": None}


@quick
@given(
    text=st.text(max_size=50),
    targets=st.text(max_size=50),
    typed=st.dictionaries(
        st.tuples(st.just("W_hh"), st.integers(0, 7), st.integers(0, 7)), st.floats(-9, 9), max_size=12
    ),
)
def test_the_address_holds_what_was_typed(text: str, targets: str, typed: dict):
    address = unrolled_address(Settings(text=text, typed_targets=targets, typed=typed))
    assert address["text"] == (None if text == "hello" else text)
    assert address["typed_targets"] == (targets or None)
    assert parse_typed(address["typed"] or "[]") == typed
    json.dumps(address, allow_nan=False)


@pytest.mark.parametrize("name", ["text", "typed_targets"])
def test_what_is_too_long_for_a_link_stays_out_of_it(name: str):
    fits = unrolled_address(Settings(**{name: "x" * ADDRESS_LIMIT}))  # type: ignore[arg-type]
    too_long = unrolled_address(Settings(**{name: "x" * (ADDRESS_LIMIT + 1)}))  # type: ignore[arg-type]
    assert fits[name] == "x" * ADDRESS_LIMIT
    assert too_long[name] is None
