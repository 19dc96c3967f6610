"""What a reader takes away from /gates: a PyTorch script that makes the numbers again from the model's own file."""

from __future__ import annotations

from seqviz.recurrent import GRU
from seqviz.ui.gates.run import GateRun

_SCRIPT = '''"""Every gate of a trained {kind} on every token, in PyTorch alone: the numbers of seqviz's page.

    python gates.py {name}

needs torch and safetensors, and the model file from the same page.
"""

import sys

import torch
from safetensors.torch import load_file

tokens = {tokens}
ids = {ids}  # -1: a token that the vocabulary lacks, read as zeros
held = {held}  # (gate, value, units or None for all, (first, last) step or None)
silenced = {silenced}  # (unit, (first, last) step or None)

tensors = {{name: value.double() for name, value in load_file(sys.argv[1]).items()}}


def weight(name):
    """A tensor by the end of its name; a missing bias is 0."""
    found = [value for key, value in tensors.items() if key == name or key.endswith("." + name)]
    return found[0] if found else 0.0


W_x, W_h, b_x, b_h = (weight(f"{{kind}}{suffix}") for kind in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"))
size = W_h.shape[1]
b_x, b_h = (b if torch.is_tensor(b) else torch.zeros(len(W_h), dtype=W_h.dtype) for b in (b_x, b_h))
embedding = weight("embedding.weight")
embedding = embedding if torch.is_tensor(embedding) else torch.eye(W_x.shape[1], dtype=W_x.dtype)


def holds(span, t):
    return span is None or span[0] <= t <= span[1]


def change(gate, value, t):
    for name, at, units, span in held:
        if name == gate and holds(span, t):
            value = value.clone()
            value[slice(None) if units is None else list(units)] = at
    return value


h = torch.zeros(size, dtype=W_h.dtype)
c = torch.zeros(size, dtype=W_h.dtype)
for t, (token, k) in enumerate(zip(tokens, ids), start=1):
    x = embedding[k] if k >= 0 else torch.zeros_like(embedding[0])
    from_x, from_h = W_x @ x + b_x, W_h @ h + b_h
{step}
    for unit, span in silenced:
        if holds(span, t):
            h = h.clone()
            h[unit] = 0.0
    shown["h"] = h
    for name, values in shown.items():
        print(name, t, repr(token), *(f"{{value:.12g}}" for value in values.tolist()))
{read_out}'''
_STEPS = {
    "LSTM": """    i, f, g, o = (from_x + from_h).chunk(4)
    i, f, o = (change(name, torch.sigmoid(z), t) for name, z in (("i", i), ("f", f), ("o", o)))
    g = change("g", torch.tanh(g), t)
    c = f * c + i * g
    h = o * torch.tanh(c)
    shown = {"i": i, "f": f, "g": g, "o": o, "c": c}""",
    "GRU": """    (x_r, x_z, x_n), (h_r, h_z, h_n) = from_x.chunk(3), from_h.chunk(3)
    r = change("r", torch.sigmoid(x_r + h_r), t)
    z = change("z", torch.sigmoid(@sign@(x_z + h_z)), t)
    n = change("n", torch.tanh(x_n + @reset@), t)
    h = @mix@
    shown = {"r": r, "z": z, "n": n}""",
    "RNN": """    h = torch.@activation@(from_x + from_h)
    shown = {}""",
}


_READ_OUT = """    logits = weight("head.weight") @ h + weight("head.bias")
    print("p", t, repr(token), *(f"{value:.12g}" for value in torch.softmax(logits, 0).tolist()))
"""


def pytorch_script(run: GateRun, name: str) -> str:
    """A script that prints every gate and state of the first layer, which alone reads tokens; and what is read out.

    Args:
        run: of layer 0, from left to right.
        name: of the model's file.
    """
    step = _STEPS[run.model.kind]
    if isinstance(run.cell, GRU):
        keeps_old = run.cell.update_keeps == "old"
        before = "W_h[2 * size :] @ (r * h) + b_h[2 * size :]"
        step = (
            step.replace("@sign@", "" if keeps_old else "-")
            .replace("@reset@", "r * h_n" if run.cell.reset_after else before)
            .replace("@mix@", "(1 - z) * n + z * h" if keeps_old else "(1 - z) * h + z * n")
        )
    step = step.replace("@activation@", run.model.notes.nonlinearity)
    ids = run.model.numbered(run.tokens).ids
    return _SCRIPT.format(
        kind=run.model.kind,
        name=name,
        suffix="_l0",
        read_out="" if run.cell.head is None else _READ_OUT,  # that of several layers reads the last one
        tokens=ascii(list(run.tokens)),
        ids=ids.tolist(),
        held=[(clamp.gate, clamp.value, clamp.units, clamp.steps) for clamp in run.changes.clamps],
        silenced=[(silence.unit, silence.steps) for silence in run.changes.silences],
        step=step,
    )
