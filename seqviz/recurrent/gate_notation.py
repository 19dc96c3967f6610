"""The letters and equations of gated cells, in the reader's dialect; markup as in `seqviz.recurrent.notation`.

Names are those of `CellTrace`; a vector between two nodes of a cell is called by how it is made.
"""

from __future__ import annotations

from collections.abc import Mapping

from seqviz.recurrent.notation import Notation

_INPUT = {"E": "x_{@}"}  # deck E writes its gates with subscripts, unlike its simple cell


def _previous(symbol: str) -> str:
    return symbol.replace("@", "<")


def _input(letters: Notation) -> str:
    return _INPUT.get(letters.key, letters.input)


def lstm_symbols(letters: Notation) -> dict[str, str]:
    """Every vector of an LSTM step: the gates i, f, g, o, the states, and the products between them."""
    s = dict(letters.lstm)
    c_prev, h_prev = _previous(s["c"]), _previous(s["h"])
    return s | {
        "x": _input(letters),
        "c_prev": c_prev,
        "h_prev": h_prev,
        "kept": f"{s['f']}⊙{c_prev}",
        "written": f"{s['i']}⊙{s['g']}",
        "squashed": f"tanh {s['c']}",
    }


def gru_symbols(letters: Notation, reset_after: bool, update_keeps: str) -> dict[str, str]:
    """Every vector of a GRU step, in the form that `reset_after` and `update_keeps` name (see `GRU`)."""
    s = dict(letters.gru)
    h_prev = _previous(s["h"])
    rest = f"1−{s['z']}"
    old, new = (s["z"], f"({rest})") if update_keeps == "old" else (f"({rest})", s["z"])
    return s | {
        "x": _input(letters),
        "h_prev": h_prev,
        "rest": rest,
        "kept": f"{old}⊙{h_prev}",
        "written": f"{new}⊙{s['n']}",
        "product": f"W{h_prev}" if reset_after else f"W({s['r']}⊙{h_prev})",
        "reset": f"{s['r']}⊙W{h_prev}" if reset_after else f"{s['r']}⊙{h_prev}",
    }


def rnn_symbols(letters: Notation) -> dict[str, str]:
    """Every vector of a simple recurrent step."""
    return {
        "x": letters.input,
        "h_prev": _previous(letters.hidden),
        "h": letters.hidden,
        "input": letters.input_product,
        "recurrent": letters.recurrent_product,
        "z": letters.preactivation,
        "b": letters.b,
    }


def preactivation(letters: Notation, read: str, x: str, h: str) -> str:
    """What a gate squashes, e.g. `W_{f}[h_{<}, x_{@}] + b_{f}`; `read` is the gate's letter, its index left out."""
    if letters.key == "B":
        return f"U_{{{read}}} {x} + W_{{{read}}} {h} + b_{{{read}}}"
    if letters.key == "PyTorch":
        return f"W_{{i{read}}} {x} + b_{{i{read}}} + W_{{h{read}}} {h} + b_{{h{read}}}"
    if letters.key == "Keras":
        return f"{x} · kernel_{{{read}}} + {h} · recurrent_kernel_{{{read}}} + bias_{{{read}}}"
    return f"W_{{{read}}} [{h}, {x}] + b_{{{read}}}"


def _letter(symbol: str) -> str:
    """The gate's letter alone: `f_{@}` → f."""
    return symbol.split("_")[0].split("^")[0]


def lstm_equations(letters: Notation) -> dict[str, str]:
    """Gate → what it computes: σ or tanh of a matrix product."""
    s = lstm_symbols(letters)
    inside = {k: preactivation(letters, _letter(s[k]), s["x"], s["h_prev"]) for k in "ifgo"}
    return {k: f"{'tanh' if k == 'g' else 'σ'}({inside[k]})" for k in "ifgo"}


def gru_equations(letters: Notation, reset_after: bool, update_keeps: str) -> dict[str, str]:
    """Gate → what it computes; n reads the reset state, as the form has it."""
    s = gru_symbols(letters, reset_after, update_keeps)
    found = {k: f"σ({preactivation(letters, _letter(s[k]), s['x'], s['h_prev'])})" for k in "rz"}
    n, x, h, r = _letter(s["n"]), s["x"], s["h_prev"], s["r"]
    if letters.key == "PyTorch":
        from_x, product, bias = f"W_{{i{n}}} {x} + b_{{i{n}}}", f"W_{{h{n}}}", f" + b_{{h{n}}}"
    elif letters.key == "Keras":
        from_x, product, bias = f"{x} · kernel_{{{n}}} + bias_{{{n}}}", f"recurrent_kernel_{{{n}}}ᵀ", ""
    elif letters.key == "B":
        from_x, product, bias = f"U {x} + b", "W", ""
    else:
        from_x, product, bias = f"W_{{x{n}}} {x} + b_{{{n}}}", f"W_{{h{n}}}", ""
    inside = f"{r}⊙({product} {h}{bias})" if reset_after else f"{product} ({r}⊙{h}){bias}"
    found["n"] = f"tanh({from_x} + {inside})"
    found["product"] = f"{product} {h}{bias}" if reset_after else f"{product} ({r}⊙{h}){bias}"
    return found


def rnn_equations(letters: Notation) -> Mapping[str, str]:
    """The two matrix products of a simple recurrent step."""
    return {"input": letters.input_product, "recurrent": letters.recurrent_product}
