"""Settings to experiment: numbers equal to PyTorch's, targets where they belong, refusals with value and bound."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st

from seqviz.recurrent import NO_TARGET
from seqviz.recurrent.initial import identity_elman, random_elman
from seqviz.text import EOS, SOS, tokenize
from seqviz.ui.compute import Experiment, drawn_weights, experiment, parameters
from seqviz.ui.settings import (
    CHARACTER_LIMIT,
    HIDDEN_SIZES,
    PRESETS,
    STEP_LIMIT,
    TARGETS,
    TEXT_LIMIT,
    WEIGHT_LIMIT,
    Refusal,
    Settings,
)

torch.set_num_threads(1)
quick = settings(deadline=None, max_examples=40)
TOLERANCE = {"rtol": 1e-10, "atol": 1e-10}

ACTIVATIONS = ["tanh", "relu", "sigmoid", "identity"]
LOSSES = ["cross_entropy", "squared_error"]
some_text = st.one_of(
    st.text(st.sampled_from("helo wörld."), min_size=1, max_size=40),
    st.text(min_size=1, max_size=40),
).filter(lambda text: len(tokenize(text)) >= 1)
chosen = st.builds(
    Settings,
    text=some_text,
    targets=st.sampled_from(["next", "open", "markers"]),
    hidden=st.integers(*HIDDEN_SIZES),
    activation=st.sampled_from(ACTIVATIONS),
    loss=st.sampled_from(LOSSES),
    start=st.sampled_from(["random", "identity"]),
    seed=st.integers(0, 9999),
    scale=st.floats(0, 1.5, allow_subnormal=False),
)


def hello(**changes: object) -> Experiment:
    return experiment(Settings(**changes))  # type: ignore[arg-type]


def target_tokens(shown: Experiment) -> list[str | None]:
    return [None if target == NO_TARGET else shown.vocabulary.token(int(target)) for target in shown.targets]


def torch_hidden(shown: Experiment, tokens: tuple[str, ...], W_xh: np.ndarray, order: tuple[str, ...]) -> np.ndarray:
    """(T, H) by PyTorch: torch.nn.RNN where it has the activation, else a loop over torch's own functions."""
    cell = shown.cell
    ids = torch.tensor([order.index(token) for token in tokens])
    x = torch.nn.functional.one_hot(ids, len(order)).double()  # (T, D)
    W_ih, W_hh, b = (torch.tensor(array) for array in (W_xh, cell.W_hh, cell.b))
    if cell.activation in ("tanh", "relu"):
        rnn = torch.nn.RNN(len(order), cell.hidden_size, nonlinearity=cell.activation).double()
        rnn.weight_ih_l0.data, rnn.weight_hh_l0.data = W_ih, W_hh
        rnn.bias_ih_l0.data, rnn.bias_hh_l0.data = b, torch.zeros_like(b)
        return rnn(x)[0].detach().numpy()
    g = torch.sigmoid if cell.activation == "sigmoid" else torch.nn.Identity()
    h, states = torch.zeros_like(b), []
    for x_t in x:
        h = g(W_ih @ x_t + W_hh @ h + b)
        states.append(h)
    return torch.stack(states).numpy()


def assert_equals_torch(shown: Experiment) -> None:
    """Hidden states, logits, predictions and losses, all from the experiment's weights and targets."""
    cell = shown.cell
    assert cell.head is not None
    hidden = torch_hidden(shown, shown.tokens, cell.W_xh, shown.vocabulary.tokens)
    np.testing.assert_allclose(shown.trace.hidden[1:], hidden, **TOLERANCE)
    np.testing.assert_array_equal(shown.trace.hidden[0], 0)
    linear = torch.nn.Linear(cell.hidden_size, shown.vocabulary.size).double()
    linear.weight.data, linear.bias.data = torch.tensor(cell.head.weight), torch.tensor(cell.head.bias)
    logits = linear(torch.tensor(hidden)).detach()
    np.testing.assert_allclose(shown.trace.outputs, logits, **TOLERANCE)
    targets = torch.tensor(shown.targets)
    if shown.settings.loss == "cross_entropy":
        predicted = torch.softmax(logits, dim=1)
        losses = torch.nn.functional.cross_entropy(logits, targets, reduction="none", ignore_index=NO_TARGET)
    else:
        predicted = logits
        wanted = torch.nn.functional.one_hot(targets.clamp(min=0), shown.vocabulary.size)
        losses = 0.5 * ((wanted - logits) ** 2).sum(dim=1) * (targets != NO_TARGET)
    np.testing.assert_allclose(shown.predictions, predicted, **TOLERANCE)
    np.testing.assert_allclose(shown.losses, losses, **TOLERANCE)


# ── the numbers ──────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_hello_equals_pytorch(activation: str, loss: str):
    assert_equals_torch(hello(activation=activation, loss=loss))


@quick
@given(chosen)
def test_any_text_and_network_equals_pytorch(asked: Settings):
    assert_equals_torch(experiment(asked))


@quick
@given(chosen)
def test_the_weights_are_those_of_the_seed(asked: Settings):
    shown = experiment(asked)
    build = identity_elman if asked.start == "identity" else random_elman
    size = shown.vocabulary.size
    wanted = build(size, asked.hidden, size, seed=asked.seed, scale=asked.scale, activation=asked.activation)
    assert shown.cell.activation == asked.activation
    for name, array in parameters(wanted).items():
        np.testing.assert_array_equal(parameters(shown.cell)[name], array)


def test_the_same_settings_give_the_same_experiment_and_another_seed_another():
    one, again, other = hello(), hello(), hello(seed=1)
    np.testing.assert_array_equal(one.trace.hidden, again.trace.hidden)
    assert (one.trace.hidden[1:] != other.trace.hidden[1:]).all()


def test_a_longer_text_keeps_the_states_of_its_beginning():
    """Typing on does not change what has been read."""
    short, long = hello(text="hell", targets="open"), hello(text="hello world", targets="open")
    np.testing.assert_array_equal(long.trace.hidden[:5], short.trace.hidden)


# ── targets ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("asked", "inputs", "targets"),
    [
        ({"targets": "next"}, "hell", ["e", "l", "l", "o"]),
        ({"targets": "open"}, "hello", ["e", "l", "l", "o", None]),
        ({"targets": "markers"}, [SOS, *"hello"], ["h", "e", "l", "l", "o", EOS]),
        ({"targets": "typed", "typed_targets": "olleh"}, "hello", ["o", "l", "l", "e", "h"]),
        ({"targets": "typed", "typed_targets": "_b_"}, "hello", [None, "b", None, None, None]),
        ({"targets": "typed", "typed_targets": ""}, "hello", [None] * 5),
        ({"targets": "typed", "typed_targets": "HE", "lower": True}, "hello", ["h", "e", None, None, None]),
        ({"targets": "next", "typed_targets": "far too many targets"}, "hell", ["e", "l", "l", "o"]),
        ({"targets": "next", "text": "a_b"}, "a_", ["_", "b"]),
    ],
    ids=["next", "open", "markers", "typed", "typed with gaps", "none typed", "typed, lower", "not used", "a real _"],
)
def test_each_step_has_its_target(asked: dict[str, object], inputs: object, targets: list[str | None]):
    shown = hello(**asked)
    assert list(shown.tokens) == list(inputs)  # type: ignore[call-overload]
    assert target_tokens(shown) == targets
    assert shown.ids.tolist() == [shown.vocabulary.id(token) for token in shown.tokens]
    assert [loss == 0 for loss in shown.losses] == [target is None for target in targets]
    assert_equals_torch(shown)


def test_words_with_typed_targets():
    shown = hello(text="the sky is blue.", unit="words", targets="typed", typed_targets="DET NOUN _ ADJ")
    assert shown.tokens == ("the", "sky", "is", "blue", ".")
    assert target_tokens(shown) == ["DET", "NOUN", None, "ADJ", None]
    (note,) = shown.notes
    assert "3 of 5" in note
    assert_equals_torch(shown)


def test_too_few_targets_are_said_and_too_many_refused_with_both_numbers():
    (note,) = hello(targets="typed", typed_targets="ab").notes
    assert "2 of 5" in note
    with pytest.raises(Refusal, match=r"There are 6 targets for 5 steps; type at most one a step\."):
        hello(targets="typed", typed_targets="abcdef")
    assert hello(targets="typed", typed_targets="abcde").notes == ()


def test_the_vocabulary_is_numbered_as_tokens_appear_inputs_first_the_end_marker_last():
    assert hello().vocabulary.tokens == ("h", "e", "l", "o")
    assert hello(targets="typed", typed_targets="xyh").vocabulary.tokens == ("h", "e", "l", "o", "x", "y")
    assert hello(targets="markers").vocabulary.tokens == (SOS, "h", "e", "l", "o", EOS)


@pytest.mark.parametrize("unit", ["characters", "words"])
def test_a_marker_typed_by_hand_is_not_the_marker(unit: str):
    pieces = ["<", "s", "o", "s", ">"] if unit == "characters" else ["<", "sos", ">"]
    plain = hello(text="<sos>", unit=unit, targets="open")
    assert list(plain.tokens) == pieces
    assert SOS not in plain.vocabulary
    marked = hello(text="<sos>", unit=unit, targets="markers")
    assert list(marked.tokens) == [SOS, *pieces]
    assert marked.ids[0] == 0
    assert 0 not in marked.ids[1:]
    assert marked.vocabulary.tokens[-1] == EOS
    typed = hello(text="abcde", unit=unit, targets="typed", typed_targets="<eos>" if unit == "characters" else "<")
    assert EOS not in typed.vocabulary


@pytest.mark.parametrize("targets", TARGETS)
def test_one_token(targets: str):
    shown = hello(text="h", targets=targets)
    assert shown.trace.steps == (2 if targets == "markers" else 1)
    assert_equals_torch(shown)
    if targets == "next":
        assert target_tokens(shown) == [None]
        assert shown.losses.tolist() == [0.0]
        assert any("One token" in note for note in shown.notes)
    if targets == "open":
        assert target_tokens(shown) == [None]


# ── what is read ─────────────────────────────────────────────────────────────────────────────────────────────


def test_words_and_lower_case():
    text = "The stars shine in THE night sky."
    words = hello(text=text, unit="words", targets="open")
    assert words.tokens == ("The", "stars", "shine", "in", "THE", "night", "sky", ".")
    assert words.vocabulary.size == 8
    lower = hello(text=text, unit="words", targets="open", lower=True)
    assert lower.tokens == ("the", "stars", "shine", "in", "the", "night", "sky", ".")
    assert lower.vocabulary.size == 7
    assert hello(text="HeLLo", lower=True).vocabulary.tokens == ("h", "e", "l", "o")


def test_the_presets_are_what_they_say():
    namaste = experiment(Settings(**PRESETS["NAMASTE"]))  # type: ignore[arg-type]
    assert (namaste.tokens, target_tokens(namaste)) == (tuple("NAMASTE"), [*"AMASTE", None])
    assert experiment(Settings(**PRESETS["hello"])).vocabulary.tokens == ("h", "e", "l", "o")  # type: ignore[arg-type]
    sentence = experiment(Settings(**PRESETS["a sentence"]))  # type: ignore[arg-type]
    assert sentence.tokens == ("the", "stars", "shine", "in", "the", "night")
    assert target_tokens(sentence)[-1] == "sky"


@pytest.mark.parametrize("text", ["é" * 3, "🧑‍🚀👨‍👩‍👧", "שלום", "a\x00b", "<script>", "$x$", "100 %", "\n\r\n\t"])
def test_odd_text_is_text(text: str):
    shown = hello(text=text, targets="open")
    assert "".join(shown.tokens) == text
    assert_equals_torch(shown)


@settings(deadline=None, max_examples=100)
@given(
    st.builds(
        Settings,
        text=st.text(max_size=60),
        unit=st.sampled_from(["characters", "words"]),
        lower=st.booleans(),
        targets=st.sampled_from(list(TARGETS)),
        typed_targets=st.text(max_size=60),
        loss=st.sampled_from(LOSSES),
        scale=st.floats(0, 3),
    )
)
@example(Settings(text="İ" * 40, lower=True, targets="typed", typed_targets="ß" * 41))
def test_any_text_is_shown_or_refused_in_one_sentence(asked: Settings):
    try:
        shown = experiment(asked)
    except Refusal as refusal:
        said = str(refusal)
        assert said.endswith(".")
        assert "\n" not in said
        assert len(said) < 200
        return
    assert 1 <= shown.trace.steps == len(shown.tokens) == len(shown.targets) <= STEP_LIMIT
    assert np.isfinite(shown.trace.hidden).all()
    assert np.isfinite(shown.losses).all()
    assert shown.whole.steps == len(shown.whole_tokens)
    assert shown.whole_tokens[: len(shown.tokens)] == shown.tokens


# ── long texts ───────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("targets", "length", "steps"),
    [("open", 32, 32), ("open", 33, 33), ("next", 33, 32), ("next", 34, 33), ("markers", 31, 32), ("markers", 32, 33)],
)
def test_the_stepper_takes_32_steps_and_a_note_says_what_it_leaves_out(targets: str, length: int, steps: int):
    shown = hello(text=("the stars shine in the night sky " * 2)[:length], targets=targets)
    assert shown.trace.steps == len(shown.tokens) == len(shown.targets) == min(steps, STEP_LIMIT)
    assert shown.whole.steps == len(shown.whole_tokens) == steps
    if steps <= STEP_LIMIT:
        assert shown.notes == ()
    else:
        (note,) = shown.notes
        assert "33" in note
        assert "32" in note
    assert_equals_torch(shown)


@quick
@given(
    asked=chosen,
    text=st.text(st.sampled_from("abcdefghijklmnopqrstuvwxyz .,"), min_size=34, max_size=120),
    weight=st.floats(-2, 2),
)
def test_the_whole_text_goes_through_the_network_that_is_stepped_through(asked: Settings, text: str, weight: float):
    typed = {("W_xh", 0, "a"): weight, ("W_hh", 0, 0): weight, ("W_xh", 0, text[-3]): weight, ("c", "a", 0): weight}
    shown = experiment(replace(asked, text=text, typed=typed, scale=min(asked.scale, 0.5)))
    assert shown.trace.steps == STEP_LIMIT
    assert shown.whole.steps == len(shown.whole_tokens) > STEP_LIMIT
    np.testing.assert_array_equal(shown.whole.hidden[: STEP_LIMIT + 1], shown.trace.hidden)
    order = tuple(dict.fromkeys(shown.whole_tokens))
    build = identity_elman if asked.start == "identity" else random_elman
    drawn = build(len(order), asked.hidden, 1, seed=asked.seed, scale=min(asked.scale, 0.5))
    W_xh = drawn.W_xh.copy()
    for token in {"a", text[-3]} & set(order):
        W_xh[0, order.index(token)] = weight
    hidden = torch_hidden(shown, shown.whole_tokens, W_xh, order)
    finite = np.isfinite(hidden).all(axis=1)
    np.testing.assert_allclose(shown.whole.hidden[1:][finite], hidden[finite], rtol=1e-9, atol=1e-9)


def test_typed_targets_stay_out_of_the_whole_text():
    """A token that is only a target has a place in the stepper's vocabulary, not among the whole text's inputs."""
    text = "ab" * 16 + "cd"
    with_target = hello(text=text, targets="typed", typed_targets="z")
    without = hello(text=text, targets="open")
    np.testing.assert_array_equal(with_target.whole.hidden, without.whole.hidden)
    np.testing.assert_array_equal(with_target.trace.hidden, without.trace.hidden)


@pytest.mark.parametrize("unit", ["characters", "words"])
def test_two_thousand_tokens_are_taken_and_one_more_is_refused_with_both_numbers(unit: str):
    one, more = ("a", "b") if unit == "characters" else ("red ", "blue ")
    text = (one + more) * (TEXT_LIMIT // 2)
    shown = hello(text=text, unit=unit, targets="open")
    assert shown.whole.steps == TEXT_LIMIT == 2000
    assert any("2,000" in note for note in shown.notes)
    with pytest.raises(Refusal, match=rf"2,001 {unit}.*2,000"):
        hello(text=text + one, unit=unit, targets="open")
    with pytest.raises(Refusal, match=rf"2,001 {unit}.*2,000"):
        drawn_weights(Settings(text=text + one, unit=unit))  # type: ignore[arg-type]


@pytest.mark.parametrize("unit", ["characters", "words"])
@pytest.mark.parametrize("text", ["a" * 10_000_000, "e" + "\u0301" * 10_000_000], ids=["letters", "one grapheme"])
def test_a_ten_megabyte_paste_is_refused_with_both_numbers(text: str, unit: str):
    with pytest.raises(Refusal, match=rf"{len(text):,} characters long; the limit is {CHARACTER_LIMIT:,}"):
        hello(text=text, unit=unit)
    with pytest.raises(Refusal, match=rf"{len(text):,} characters long; the limit is {CHARACTER_LIMIT:,}"):
        hello(text="hello", targets="typed", typed_targets=text, unit=unit)


@pytest.mark.parametrize(
    ("text", "unit", "said"),
    [("", "characters", "empty"), ("", "words", "empty"), (" \n\t", "words", "white space")],
)
def test_a_text_without_tokens_is_refused(text: str, unit: str, said: str):
    for refused in (experiment, drawn_weights):
        with pytest.raises(Refusal, match=rf"The text is .*{said}.*at least 1 token"):
            refused(Settings(text=text, unit=unit))  # type: ignore[arg-type]


def test_white_space_is_text_where_characters_are_tokens():
    assert hello(text="  ", targets="open").tokens == (" ", " ")


@pytest.mark.parametrize("activation", ["relu", "identity"])
def test_a_state_that_overflows_is_noted_with_its_step_and_nothing_crashes(activation: str):
    """Every weight at its bound: 8,000 times more at each step, beyond float64 after some 80 of them."""
    typed = {("W_hh", row, column): WEIGHT_LIMIT for row in range(8) for column in range(8)}
    typed |= {("W_xh", row, "a"): 1.0 for row in range(8)} | {("b", row, 0): 0.0 for row in range(8)}
    asked = Settings(text="a" * 300, hidden=8, activation=activation, typed=typed, targets="open")
    shown = experiment(asked)
    step = shown.whole.first_overflow
    assert step is not None
    assert np.isfinite(shown.whole.hidden[step - 1]).all()
    assert not np.isfinite(shown.whole.hidden[step]).all()
    assert STEP_LIMIT < step < 100
    (note,) = [note for note in shown.notes if "range" in note]
    assert f"step {step}" in note
    assert np.isfinite(shown.trace.hidden).all()
    assert not any("range" in note for note in experiment(replace(asked, text="a" * 32)).notes)


# ── typed weights ────────────────────────────────────────────────────────────────────────────────────────────


def test_typed_weights_lie_where_they_were_typed_by_unit_and_token():
    typed = {
        ("W_xh", 1, "l"): 0.25,
        ("W_hh", 3, 2): -0.5,
        ("b", 2, 0): 0.75,
        ("W_hy", "o", 1): -1.25,
        ("c", "e", 0): 1.5,
    }
    shown, drawn = hello(typed=typed), parameters(hello().cell)
    got = parameters(shown.cell)
    of = shown.vocabulary.id
    places = {"W_xh": (1, of("l")), "W_hh": (3, 2), "b": (2, 0), "W_hy": (of("o"), 1), "c": (of("e"), 0)}
    for (name, _, _), value in typed.items():
        expected = drawn[name].copy()
        expected[places[name]] = value
        np.testing.assert_array_equal(got[name], expected)
    assert_equals_torch(shown)


def test_typed_weights_follow_their_token_when_the_text_changes():
    typed = {("W_xh", 0, "o"): 0.5, ("W_hy", "o", 0): 0.5}
    for text in ("hello", "oh", "good morning"):
        shown = hello(text=text, targets="open", typed=typed)
        place = shown.vocabulary.id("o")
        assert shown.cell.W_xh[0, place] == 0.5
        assert shown.cell.head is not None
        assert shown.cell.head.weight[place, 0] == 0.5


@pytest.mark.parametrize(
    "place",
    [("W_xh", 0, "z"), ("W_hy", "z", 0), ("c", "z", 0), ("W_hh", 7, 0), ("W_hh", 0, 7), ("b", 4, 0), ("b", 0, 1)],
)
def test_what_was_typed_for_an_absent_token_or_unit_waits(place: tuple[str, int | str, int | str]):
    shown = hello(typed={place: 9.0})
    for name, array in parameters(hello().cell).items():
        np.testing.assert_array_equal(parameters(shown.cell)[name], array)


@pytest.mark.parametrize(
    "place",
    [
        ("W_hh", -1, 0),
        ("W_hh", 0, 10**30),
        ("W_hh", "h", 0),  # a token where only units are
        ("b", "e", 0),
        ("W_xh", 0, 1),  # a number where a token belongs: the table could neither show nor undo it
        ("W_hy", 1, 0),
        ("c", 1, 0),
    ],
)
def test_a_place_that_the_table_does_not_have_changes_nothing(place: tuple[str, int | str, int | str]):
    try:
        shown = hello(typed={place: 9.0})
    except Refusal:
        return
    for name, array in parameters(hello().cell).items():
        np.testing.assert_array_equal(parameters(shown.cell)[name], array)


@pytest.mark.parametrize(
    ("place", "where"),
    [(("W_hh", 1, 0), "W_hh[2, 1]"), (("W_xh", 0, "l"), "W_xh[1, l]"), (("W_hy", "o", 3), "W_sh[o, 4]")],
)
@pytest.mark.parametrize(
    ("value", "said"),
    [
        (float("nan"), "empty"),
        (float("inf"), "inf"),
        (float("-inf"), "-inf"),
        (1e308, "1e+308"),
        (-1e308, "-1e+308"),
        (1001.0, "1001"),
    ],
)
def test_a_weight_out_of_bounds_is_refused_with_place_value_and_bound(
    place: tuple, where: str, value: float, said: str
):
    message = re.escape(f"{where} is {said}; a weight is a number from −1000 to 1000.")
    with pytest.raises(Refusal, match=f"^{message}$"):
        hello(typed={place: value})


def test_just_out_of_bounds_does_not_read_as_in_bounds():
    with pytest.raises(Refusal) as refused:
        hello(typed={("W_hh", 0, 0): 1000.0001})
    assert "is 1000;" not in str(refused.value)


@pytest.mark.parametrize("value", [WEIGHT_LIMIT, -WEIGHT_LIMIT, 0.0])
def test_the_bound_itself_is_taken(value: float):
    assert hello(typed={("W_hh", 0, 0): value}).cell.W_hh[0, 0] == value


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_within_the_bound_every_number_that_is_stepped_through_is_finite(activation: str, loss: str):
    """All weights at 1000, 8 units, 32 steps: the worst that can be typed."""
    units, tokens = range(8), "ab"
    typed: dict[tuple[str, int | str, int | str], float] = {("W_hh", r, c): 1000.0 for r in units for c in units}
    typed |= {("W_xh", r, token): 1000.0 for r in units for token in tokens}
    typed |= {("W_hy", token, c): 1000.0 for c in units for token in tokens}
    typed |= {("b", r, 0): 1000.0 for r in units} | {("c", token, 0): 1000.0 for token in tokens}
    shown = hello(text="ab" * 16, hidden=8, activation=activation, loss=loss, typed=typed, targets="open")
    for array in (shown.trace.hidden, shown.trace.outputs, shown.predictions, shown.losses):
        assert np.isfinite(array).all()


def test_the_drawn_weights_are_those_under_the_typed_ones():
    asked = Settings(typed={("W_hh", 0, 0): 5.0, ("W_xh", 0, "h"): float("nan")})
    drawn, vocabulary = drawn_weights(asked)
    assert vocabulary == hello().vocabulary
    for name, array in parameters(hello().cell).items():
        np.testing.assert_array_equal(drawn[name], array)
    assert {name: array.shape for name, array in drawn.items()} == {
        "W_xh": (4, 4), "W_hh": (4, 4), "b": (4, 1), "W_hy": (4, 4), "c": (4, 1)
    }  # fmt: skip
    drawn["W_hh"][0, 0] = 7.0  # a copy, for the table to write in
    assert drawn_weights(asked)[0]["W_hh"][0, 0] != 7.0
