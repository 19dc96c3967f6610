"""One symbol table, six dialects: the letters of decks A, B, C and E, of PyTorch and of Keras.

The same letter `s` is the output in deck A and the hidden state in deck B, so every label on a page comes
from here, applied at the last moment. Code keeps PyTorch's letters.

A symbol is a short markup: `_{…}` is a subscript, `^{…}` a superscript, and `@` stands for the time index.
`at("h_{@}", "t−1")` gives `h_{t−1}`; `latex(…)` turns the markup into LaTeX.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType


@dataclass(frozen=True)
class Notation:
    """The letters of one dialect. Where a deck has no letter of its own, the commonest one stands in.

    Attributes:
        key, name: how the address bar and the reader call this dialect.
        input, hidden, prediction, target, loss: vectors (or numbers) of one step, with `@` for the step.
        total: the loss over all steps.
        W_xh, W_hh, W_hy, b, c: the shared parameters; g, phi: hidden and output activation.
        input_product, recurrent_product, output_product: W_xh x_t, W_hh h_{t−1} and W_hy h_t as this dialect
            writes them; `<` stands for the previous step's index.
        lstm, gru: gate letter of the code → this dialect's symbol.
        stored: "ᵀ" where the framework stores each matrix the other way round than it is drawn here, else "".
        remark: what a reader who comes from another dialect must know; may be empty.
    """

    key: str
    name: str
    input: str
    hidden: str
    prediction: str
    target: str
    loss: str
    total: str
    W_xh: str
    W_hh: str
    W_hy: str
    b: str
    c: str
    g: str
    phi: str
    preactivation: str = "z_{@}"
    input_product: str = ""
    recurrent_product: str = ""
    output_product: str = ""
    lstm: Mapping[str, str] = field(default_factory=dict)
    gru: Mapping[str, str] = field(default_factory=dict)
    stored: str = ""
    remark: str = ""

    def __post_init__(self) -> None:
        previous = self.hidden.replace("@", "<")
        products = {
            "input_product": f"{self.W_xh} {self.input}",
            "recurrent_product": f"{self.W_hh} {previous}",
            "output_product": f"{self.W_hy} {self.hidden}",
        }
        for name, product in products.items():
            if not getattr(self, name):
                object.__setattr__(self, name, product)
        object.__setattr__(self, "lstm", MappingProxyType(dict(self.lstm)))
        object.__setattr__(self, "gru", MappingProxyType(dict(self.gru)))

    @property
    def hidden_equation(self) -> str:
        """h_t = g(W_xh x_t + W_hh h_{t−1} + b) in this dialect's letters, still with `@` and `<`."""
        return f"{self.hidden} = {self.g}({self.input_product} + {self.recurrent_product} + {self.b})"

    @property
    def output_equation(self) -> str:
        """y_t = φ(W_hy h_t + c) in this dialect's letters, still with `@`."""
        return f"{self.prediction} = {self.phi}({self.output_product} + {self.c})"

    @property
    def gradient_equation(self) -> str:
        """∂L/∂h_t = ∂L_t/∂h_t + (∂h_{t+1}/∂h_t)ᵀ ∂L/∂h_{t+1} in this dialect's letters, still with `@` and `>`."""
        following = self.hidden.replace("@", ">")
        here = f"∂{self.total}/∂{self.hidden} = ∂{self.loss}/∂{self.hidden}"
        return f"{here} + (∂{following}/∂{self.hidden})ᵀ ∂{self.total}/∂{following}"


def at(symbol: str, index: int | str) -> str:
    """The symbol at one step: `@` becomes the index, `<` the one before it and `>` the one after."""
    previous = str(index - 1) if isinstance(index, int) else f"{index}−1"
    following = str(index + 1) if isinstance(index, int) else f"{index}+1"
    return symbol.replace("@", str(index)).replace("<", previous).replace(">", following)


def plain(symbol: str) -> str:
    """The markup without braces, for where only letters can stand: `W_{xh}` is W_xh."""
    return symbol.replace("{", "").replace("}", "")


_LATEX = {
    "ŷ": r"\hat{y}",
    "s̃": r"\tilde{s}",
    "C̃": r"\tilde{C}",
    "c̃": r"\tilde{c}",
    "h̃": r"\tilde{h}",
    "⟨": r"\langle ",
    "⟩": r"\rangle ",
    "σ": r"\sigma ",
    "tanh": r"\tanh ",
    "φ": r"\phi ",
    "𝓛": r"\mathcal{L}",
    "·": r"\cdot ",
    "⊙": r"\odot ",
    "−": "-",
    "ᵀ": r"^{\top}",
    "∂": r"\partial ",
}


def latex(symbol: str) -> str:
    """The markup as LaTeX: longer names upright, accents and Greek letters spelled out."""
    for plain, command in _LATEX.items():
        symbol = symbol.replace(plain, command)
    return re.sub(
        r"[a-z]+_kernel|out_bias|kernel|bias",
        lambda word: rf"\text{{{word[0].replace('_', chr(92) + '_')}}}",
        symbol,
    )


# where a dialect has no gates of its own, or the same ones as most
_USUAL_LSTM = {"i": "i_{@}", "f": "f_{@}", "g": "c̃_{@}", "o": "o_{@}", "c": "c_{@}", "h": "h_{@}"}
_USUAL_GRU = {"r": "r_{@}", "z": "z_{@}", "n": "h̃_{@}", "h": "h_{@}"}

_DECK_A = Notation(
    key="A",
    name="Deck A: h, s is the output",
    input="x_{@}",
    hidden="h_{@}",
    prediction="s_{@}",
    target="y_{@}",
    loss="𝓛_{@}",
    total="L",
    W_xh="W_{xh}",
    W_hh="W_{hh}",
    W_hy="W_{sh}",
    b="b",
    c="c",
    g="g",
    phi="φ",
    lstm=_USUAL_LSTM,
    gru=_USUAL_GRU,
    remark="Here s is the output. Deck B uses the same letter for the hidden state.",
)
_DECK_B = Notation(
    key="B",
    name="Deck B: s is the state, y the output",
    input="x_{@}",
    hidden="s_{@}",
    prediction="ŷ_{@}",
    target="y_{@}",
    loss="𝓛_{@}",
    total="𝓛",
    W_xh="U",
    W_hh="W",
    W_hy="V",
    b="b",
    c="c",
    g="σ",
    phi="O",
    lstm={"i": "i_{@}", "f": "f_{@}", "g": "s̃_{@}", "o": "o_{@}", "c": "s_{@}", "h": "h_{@}"},
    gru={"r": "o_{@}", "z": "i_{@}", "n": "s̃_{@}", "h": "s_{@}"},
    remark="Here s is the hidden state; deck A uses the same letter for the output. σ stands for whichever "
    "squashing function is chosen.",
)
_DECK_C = Notation(
    key="C",
    name="Deck C: w_hh, w_xh, w_hy",
    input="x_{@}",
    hidden="h_{@}",
    prediction="ŷ_{@}",
    target="y_{@}",
    loss="L_{@}",
    total="L",
    W_xh="w_{xh}",
    W_hh="w_{hh}",
    W_hy="w_{hy}",
    b="b_{h}",
    c="b_{hy}",
    g="f",
    phi="f",
    lstm=_USUAL_LSTM,
    gru=_USUAL_GRU,
    remark="The deck adds two biases, b_xh and b_hh; only their sum matters, written b_h here.",
)
_DECK_E = Notation(
    key="E",
    name="Deck E: a⟨t⟩, W_ax, W_aa, W_ya",
    input="x^{⟨@⟩}",
    hidden="a^{⟨@⟩}",
    prediction="ŷ^{⟨@⟩}",
    target="y^{⟨@⟩}",
    loss="E^{⟨@⟩}",
    total="E",
    W_xh="W_{ax}",
    W_hh="W_{aa}",
    W_hy="W_{ya}",
    b="b_{a}",
    c="b_{y}",
    g="g_{1}",
    phi="g_{2}",
    preactivation="z^{⟨@⟩}",
    lstm={"i": "i_{@}", "f": "f_{@}", "g": "C̃_{@}", "o": "o_{@}", "c": "C_{@}", "h": "h_{@}"},
    gru=_USUAL_GRU,
    remark="The deck writes U, W, V for the same three matrices in its section on backpropagation.",
)
_PYTORCH = Notation(
    key="PyTorch",
    name="PyTorch: W_ih, W_hh",
    input="x_{@}",
    hidden="h_{@}",
    prediction="ŷ_{@}",
    target="y_{@}",
    loss="L_{@}",
    total="L",
    W_xh="W_{ih}",
    W_hh="W_{hh}",
    W_hy="W_{out}",
    b="b",
    c="b_{out}",
    g="g",
    phi="φ",
    input_product="x_{@} W_{ih}ᵀ",
    recurrent_product="h_{<} W_{hh}ᵀ",
    output_product="h_{@} W_{out}ᵀ",
    lstm={"i": "i_{@}", "f": "f_{@}", "g": "g_{@}", "o": "o_{@}", "c": "c_{@}", "h": "h_{@}"},
    gru={"r": "r_{@}", "z": "z_{@}", "n": "n_{@}", "h": "h_{@}"},
    remark="PyTorch keeps two biases, b_ih and b_hh; only their sum matters here, written b. "
    "W_out and b_out belong to a Linear layer after the RNN.",
)
_KERAS = Notation(
    key="Keras",
    name="Keras: kernel, recurrent_kernel",
    input="x_{@}",
    hidden="h_{@}",
    prediction="ŷ_{@}",
    target="y_{@}",
    loss="L_{@}",
    total="L",
    W_xh="kernel",
    W_hh="recurrent_kernel",
    W_hy="out_kernel",
    b="bias",
    c="out_bias",
    g="g",
    phi="φ",
    input_product="x_{@} · kernel",
    recurrent_product="h_{<} · recurrent_kernel",
    output_product="h_{@} · out_kernel",
    lstm=_USUAL_LSTM,
    gru=_USUAL_GRU,
    stored="ᵀ",
    remark="Keras stores each matrix the other way round, one row per input and one column per unit; drawn here is its "
    "transpose, kernelᵀ.",
)

NOTATIONS: Mapping[str, Notation] = MappingProxyType(
    {n.key: n for n in (_DECK_A, _DECK_B, _DECK_C, _DECK_E, _PYTORCH, _KERAS)}
)


def notation(key: str) -> Notation:
    """The dialect called `key`.

    Raises:
        ValueError: no such dialect; the message lists those there are.
    """
    if key not in NOTATIONS:
        raise ValueError(f"notation is {key!r}, expected one of {', '.join(NOTATIONS)}")
    return NOTATIONS[key]
