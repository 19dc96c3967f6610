"""The six dialects: each says what its deck or library says, and LaTeX can read every one."""

from __future__ import annotations

import re
from dataclasses import FrozenInstanceError, fields

import pytest

from seqviz.recurrent.gru import GATES as GRU_GATES
from seqviz.recurrent.lstm import GATES as LSTM_GATES
from seqviz.recurrent.notation import NOTATIONS, Notation, at, latex, notation

EVERY = pytest.mark.parametrize("letters", NOTATIONS.values(), ids=lambda letters: letters.key)
ONE_LINERS = [field.name for field in fields(Notation) if field.name not in ("lstm", "gru")]


def symbols(letters: Notation) -> dict[str, str]:
    """Every piece of markup in a dialect: its one-line fields, its gates, its two equations."""
    found = {name: getattr(letters, name) for name in ONE_LINERS if name not in ("key", "name", "remark", "stored")}
    found |= {f"lstm {gate}": symbol for gate, symbol in letters.lstm.items()}
    found |= {f"gru {gate}": symbol for gate, symbol in letters.gru.items()}
    return found | {"hidden equation": letters.hidden_equation, "output equation": letters.output_equation}


# ── what the decks write ─────────────────────────────────────────────────────────────────────────────────────


def test_there_are_six_in_the_order_of_the_switch():
    assert list(NOTATIONS) == ["A", "B", "C", "E", "PyTorch", "Keras"]
    assert all(notation(key).key == key for key in NOTATIONS)


@pytest.mark.parametrize(
    ("key", "hidden_at_2", "output_at_2"),
    [
        # Deck A: h_2 = g(W_xh · x_2 + W_hh · h_1 + b), s_2 = φ(W_sh · h_2 + c)
        ("A", "h_{2} = g(W_{xh} x_{2} + W_{hh} h_{1} + b)", "s_{2} = φ(W_{sh} h_{2} + c)"),
        # Deck B: s_i = σ(Ux_i + Ws_{i−1} + b), y_i = O(Vs_i + c); its loss calls the output ŷ and the truth y
        ("B", "s_{2} = σ(U x_{2} + W s_{1} + b)", "ŷ_{2} = O(V s_{2} + c)"),
        # Deck C: h_t = tanh(w_hh h_{t−1} + w_xh x_t), ŷ = f[o_5 · w_hy + b_hy]
        ("C", "h_{2} = f(w_{xh} x_{2} + w_{hh} h_{1} + b_{h})", "ŷ_{2} = f(w_{hy} h_{2} + b_{hy})"),
        # Deck E: a<1> = g_1(W_aa a<0> + W_ax x<1> + b_a), ŷ<1> = g_2(W_ya a<1> + b_y)
        (
            "E",
            "a^{⟨2⟩} = g_{1}(W_{ax} x^{⟨2⟩} + W_{aa} a^{⟨1⟩} + b_{a})",
            "ŷ^{⟨2⟩} = g_{2}(W_{ya} a^{⟨2⟩} + b_{y})",
        ),
        # torch.nn.RNN: h_t = tanh(x_t W_ihᵀ + b_ih + h_{t−1} W_hhᵀ + b_hh); torch.nn.Linear: y = xAᵀ + b
        (
            "PyTorch",
            "h_{2} = g(x_{2} W_{ih}ᵀ + h_{1} W_{hh}ᵀ + b)",
            "ŷ_{2} = φ(h_{2} W_{out}ᵀ + b_{out})",
        ),
        # keras.layers.SimpleRNN: dot(x, kernel) + dot(h, recurrent_kernel) + bias
        (
            "Keras",
            "h_{2} = g(x_{2} · kernel + h_{1} · recurrent_kernel + bias)",
            "ŷ_{2} = φ(h_{2} · out_kernel + out_bias)",
        ),
    ],
)
def test_the_forward_step_reads_as_in_the_deck(key: str, hidden_at_2: str, output_at_2: str):
    assert at(notation(key).hidden_equation, 2) == hidden_at_2
    assert at(notation(key).output_equation, 2) == output_at_2


@pytest.mark.parametrize(
    ("key", "matrices", "biases", "loss", "total"),
    [
        ("A", ("W_{xh}", "W_{hh}", "W_{sh}"), ("b", "c"), "𝓛_{@}", "L"),  # L = Σ 𝓛(y_i, s_i)
        ("B", ("U", "W", "V"), ("b", "c"), "𝓛_{@}", "𝓛"),  # ∂𝓛_4(θ)/∂W
        ("C", ("w_{xh}", "w_{hh}", "w_{hy}"), ("b_{h}", "b_{hy}"), "L_{@}", "L"),  # ∂L/∂w_hy
        ("E", ("W_{ax}", "W_{aa}", "W_{ya}"), ("b_{a}", "b_{y}"), "E^{⟨@⟩}", "E"),  # E(y, ŷ) = Σ E_t(y_t, ŷ_t)
        ("PyTorch", ("W_{ih}", "W_{hh}", "W_{out}"), ("b", "b_{out}"), "L_{@}", "L"),
        ("Keras", ("kernel", "recurrent_kernel", "out_kernel"), ("bias", "out_bias"), "L_{@}", "L"),
    ],
)
def test_parameters_and_losses_as_in_the_deck(
    key: str, matrices: tuple[str, ...], biases: tuple[str, ...], loss: str, total: str
):
    letters = notation(key)
    assert (letters.W_xh, letters.W_hh, letters.W_hy) == matrices
    assert (letters.b, letters.c) == biases
    assert (letters.loss, letters.total) == (loss, total)


def test_the_letter_s_changes_its_meaning_between_decks_a_and_b_and_both_say_so():
    a, b = notation("A"), notation("B")
    assert at(a.prediction, 1) == at(b.hidden, 1) == "s_{1}"
    assert at(a.hidden, 1) == "h_{1}"
    assert "s is the output" in a.remark
    assert "s is the hidden state" in b.remark


def test_gates_as_in_the_decks():
    # Deck B: s_t = f_t ⊙ s_{t−1} + i_t ⊙ s̃_t, h_t = o_t ⊙ σ(s_t)
    assert dict(notation("B").lstm) == {
        "i": "i_{@}", "f": "f_{@}", "g": "s̃_{@}", "o": "o_{@}", "c": "s_{@}", "h": "h_{@}"
    }  # fmt: skip
    # Deck B: s̃_t = σ(W(o_t ⊙ s_{t−1}) + Ux_t + b), s_t = (1 − i_t) ⊙ s_{t−1} + i_t ⊙ s̃_t
    assert dict(notation("B").gru) == {"r": "o_{@}", "z": "i_{@}", "n": "s̃_{@}", "h": "s_{@}"}
    # Deck E: C_t = f_t * C_{t−1} + i_t * C̃_t, h_t = o_t * tanh(C_t)
    assert dict(notation("E").lstm) == {
        "i": "i_{@}", "f": "f_{@}", "g": "C̃_{@}", "o": "o_{@}", "c": "C_{@}", "h": "h_{@}"
    }  # fmt: skip
    # Deck E: h̃_t = tanh(W · [r_t * h_{t−1}, x_t]), h_t = (1 − z_t) * h_{t−1} + z_t * h̃_t
    assert dict(notation("E").gru) == {"r": "r_{@}", "z": "z_{@}", "n": "h̃_{@}", "h": "h_{@}"}
    # PyTorch keeps the code's own letters
    for gates in (notation("PyTorch").lstm, notation("PyTorch").gru):
        assert dict(gates) == {gate: f"{gate}_{{@}}" for gate in gates}


# ── what every dialect owes the page ─────────────────────────────────────────────────────────────────────────


@EVERY
def test_no_field_is_left_empty(letters: Notation):
    empty = [name for name in ONE_LINERS if not getattr(letters, name).strip() and name != "stored"]
    assert empty == []
    assert letters.stored == ("ᵀ" if letters.key == "Keras" else "")  # who keeps its matrices the other way round


@EVERY
def test_every_gate_of_the_code_has_a_letter(letters: Notation):
    assert set(letters.lstm) == {*LSTM_GATES, "c", "h"} == set("ifgoch")
    assert set(letters.gru) == {*GRU_GATES, "h"} == set("rznh")
    assert all(symbol.count("@") == 1 for symbol in [*letters.lstm.values(), *letters.gru.values()])


@EVERY
def test_different_things_have_different_letters(letters: Notation):
    of_a_step = [letters.input, letters.hidden, letters.prediction, letters.target, letters.loss, letters.preactivation]
    assert len(set(of_a_step)) == len(of_a_step)
    shared = [letters.W_xh, letters.W_hh, letters.W_hy, letters.b, letters.c]
    assert len(set(shared)) == len(shared)
    assert len(set(letters.lstm.values())) == len(letters.lstm)
    assert len(set(letters.gru.values())) == len(letters.gru)


@EVERY
def test_steps_carry_the_time_and_parameters_do_not(letters: Notation):
    for name in ("input", "hidden", "prediction", "target", "loss", "preactivation"):
        assert getattr(letters, name).count("@") == 1, name
        assert "<" not in getattr(letters, name), name
    for name in ("W_xh", "W_hh", "W_hy", "b", "c", "g", "phi", "total"):
        assert not set(getattr(letters, name)) & set("@<"), name
    assert letters.input in letters.input_product
    assert letters.hidden.replace("@", "<") in letters.recurrent_product
    assert letters.hidden in letters.output_product


@EVERY
def test_a_dialect_cannot_be_changed(letters: Notation):
    with pytest.raises(FrozenInstanceError):
        letters.hidden = "q"  # type: ignore[misc]
    for gates in (letters.lstm, letters.gru):
        with pytest.raises(TypeError):
            gates["h"] = "q"  # type: ignore[index]
    with pytest.raises(TypeError):
        NOTATIONS["A"] = letters  # type: ignore[index]


@pytest.mark.parametrize("key", ["", "a", "D", "pytorch", "A ", "TensorFlow"])
def test_an_unknown_dialect_is_named_and_the_choices_listed(key: str):
    with pytest.raises(ValueError, match=re.escape(f"notation is {key!r}, expected one of A, B, C, E, PyTorch, Keras")):
        notation(key)


# ── at one step, and as LaTeX ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("symbol", "index", "said"),
    [
        ("h_{@}", 3, "h_{3}"),
        ("h_{<}", 3, "h_{2}"),
        ("h_{<}", 1, "h_{0}"),
        ("h_{@}", 0, "h_{0}"),
        ("W h_{<} + U x_{@}", "t", "W h_{t−1} + U x_{t}"),
        ("a^{⟨<⟩}", "t", "a^{⟨t−1⟩}"),
        ("h_{@}", "t−1", "h_{t−1}"),
        ("W_{hh}", 5, "W_{hh}"),
    ],
)
def test_at_one_step(symbol: str, index: int | str, said: str):
    assert at(symbol, index) == said


@pytest.mark.parametrize(
    ("symbol", "said"),
    [
        ("W_{xh}", "W_{xh}"),
        ("ŷ_{@}", r"\hat{y}_{@}"),
        ("s̃_{@}", r"\tilde{s}_{@}"),
        ("C̃_{@}", r"\tilde{C}_{@}"),
        ("h_{t−1}", "h_{t-1}"),
        ("kernel", r"\text{kernel}"),
        ("recurrent_kernel", r"\text{recurrent\_kernel}"),
        ("out_kernel", r"\text{out\_kernel}"),
        ("bias", r"\text{bias}"),
        ("out_bias", r"\text{out\_bias}"),
        ("x_{1} · kernel", r"x_{1} \cdot  \text{kernel}"),
        ("x_{1} W_{ih}ᵀ", r"x_{1} W_{ih}^{\top}"),
    ],
)
def test_latex_of_one_symbol(symbol: str, said: str):
    assert latex(symbol) == said


@EVERY
def test_latex_is_plain_ascii_with_balanced_braces(letters: Notation):
    for name, symbol in symbols(letters).items():
        written = latex(at(symbol, "t"))
        assert written.isascii(), (name, written)  # no ŷ, no combining tilde, no ⟨ or − left over
        assert not set(written) & set("@<"), (name, written)
        depth = 0
        for character in re.sub(r"\\[{}]", "", written):
            depth += (character == "{") - (character == "}")
            assert depth >= 0, (name, written)
        assert depth == 0, (name, written)


@EVERY
def test_latex_uses_commands_that_exist_and_sets_words_upright(letters: Notation):
    known = {"hat", "tilde", "langle", "rangle", "sigma", "phi", "mathcal", "cdot", "odot", "top", "text", "_"}
    for name, symbol in symbols(letters).items():
        written = latex(at(symbol, "t"))
        assert set(re.findall(r"\\([a-z]+|.)", written)) <= known, (name, written)
        # outside \text{…}, subscripts and commands, letters stand alone: a run of them would be set as a product
        bare = re.sub(r"\\text\{[^{}]*\}|[_^]\{[^{}]*\}|\\[a-z]+", " ", written)
        assert re.findall(r"[A-Za-z]{2,}", bare) == [], (name, written)


@EVERY
def test_a_subscript_hangs_on_exactly_one_letter(letters: Notation):
    """LaTeX refuses x_{a}_{b} and x^{a}^{b}."""
    for name, symbol in symbols(letters).items():
        written = latex(at(symbol, "t"))
        assert not re.search(r"_\{[^{}]*\}_|\^\{[^{}]*\}\^", written), (name, written)
        assert not re.search(r"(^|[ (])[_^]", written), (name, written)
