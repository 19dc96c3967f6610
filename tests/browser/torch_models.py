"""Recurrent networks under torch alone: their files, their gates written out, their answers."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import safetensors.torch
import torch
from numpy.typing import NDArray

MODELS = Path(__file__).resolve().parents[2] / "assets" / "models"
TEXT = "She grew up in Turkey . My aunt sold apples"


class Torch:
    """A network, shipped or given as a file, on a text.

    hold: gates that stay at a value in `units` (from 0; None: all) from the first to the last step of `span` (from 1).
    silent: units whose h is 0. before: a GRU's r acts on h before the product. new: its z takes the new state.

    Attributes:
        steps: of each step every vector, by its name on the page. sums: of each step what each gate squashes.
    """

    def __init__(
        self,
        kind: str,
        text: str = TEXT,
        task: str = "country",
        *,
        file: bytes | None = None,
        hold: Mapping[str, float] | None = None,
        units: Sequence[int] | None = None,
        span: tuple[int, int] = (1, 10_000),
        silent: Sequence[int] = (),
        before: bool = False,
        new: bool = False,
    ) -> None:
        data = file or (MODELS / f"{task}-{kind.lower()}.safetensors").read_bytes()
        about = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])["__metadata__"]
        self.w = w = {name: value.double() for name, value in safetensors.torch.load(data).items()}
        vocabulary, self.classes = json.loads(about["vocabulary"]), json.loads(about.get("classes", "[]"))
        tokens = text.split() if about["unit"] == "words" else list(text)
        rows = w.get("embedding.weight", torch.eye(len(vocabulary), dtype=torch.float64))
        zero = torch.zeros(rows.shape[1], dtype=torch.float64)
        h = c = torch.zeros(w["rnn.weight_hh_l0"].shape[1], dtype=torch.float64)
        where = torch.arange(len(h)) if units is None else torch.tensor([*units])
        self.steps: list[dict[str, torch.Tensor]] = []
        self.sums: list[dict[str, torch.Tensor]] = []
        for t, token in enumerate(tokens, start=1):
            x = rows[vocabulary.index(token)] if token in vocabulary else zero
            held = (hold or {}) if span[0] <= t <= span[1] else {}

            def gate(name: str, value: torch.Tensor, held: Mapping[str, float] = held) -> torch.Tensor:
                return value.index_fill(0, where, held[name]) if name in held else value

            step = {"x": x, "h_prev": h, "c_prev": c}
            ih, hh = w["rnn.weight_ih_l0"] @ x + w["rnn.bias_ih_l0"], w["rnn.weight_hh_l0"] @ h + w["rnn.bias_hh_l0"]
            if kind == "LSTM":
                sums = dict(zip("ifgo", (ih + hh).chunk(4), strict=True))
                i, f, g, o = (gate(k, torch.tanh(v) if k == "g" else torch.sigmoid(v)) for k, v in sums.items())
                c = f * c + i * g
                h = o * torch.tanh(c)
                step |= {"i": i, "f": f, "g": g, "o": o, "c": c, "squashed": torch.tanh(c)}
                step |= {"kept": f * step["c_prev"], "written": i * g}
            elif kind == "GRU":
                (xr, xz, xn), (hr, hz, hn) = ih.chunk(3), hh.chunk(3)
                r, z = torch.sigmoid(xr + hr), torch.sigmoid(xz + hz)
                product, reset = hn, r * hn
                if before:
                    reset = r * h
                    product = w["rnn.weight_hh_l0"].chunk(3)[2] @ reset + w["rnn.bias_hh_l0"].chunk(3)[2]
                added = product if before else reset
                n = torch.tanh(xn + added)
                h = (1 - z) * n + z * h
                step |= {"kept": z * step["h_prev"], "written": (1 - z) * n, "product": product, "reset": reset}
                sums = {"r": xr + hr, "z": -(xz + hz) if new else xz + hz, "n": xn + added}
                shown = 1 - z if new else z
                step |= {"r": r, "z": shown, "n": n, "rest": 1 - shown}
            else:
                z = ih + hh
                h = torch.tanh(z)
                sums = {}
                step |= {
                    "z": z,
                    "input": w["rnn.weight_ih_l0"] @ x,
                    "recurrent": w["rnn.weight_hh_l0"] @ step["h_prev"],
                }
            h = h.index_fill(0, torch.tensor([*silent], dtype=torch.long), 0.0)
            step["h"] = h
            if "head.weight" in w:
                step["p"] = torch.softmax(w["head.weight"] @ h + w["head.bias"], 0)
            self.steps.append(step)
            self.sums.append(sums)

    def lane(self, name: str) -> NDArray[np.float64]:
        """A gate or a state at every step, (T, H)."""
        return torch.stack([step[name] for step in self.steps]).numpy()

    def answer(self, t: int) -> tuple[str, float]:
        """The likeliest class at step t, from 0, and how likely it is."""
        best = int(self.steps[t]["p"].argmax())
        return str(self.classes[best]), float(self.steps[t]["p"][best])
