"""What is said of the words that a state keeps, from invented summaries; and the held-out figure, computed anew."""

from __future__ import annotations

import re

import numpy as np
import torch
from safetensors.torch import load_file

from seqviz.recurrent import LSTM
from seqviz.recurrent.moves import GroupSummary
from seqviz.recurrent.notation import NOTATIONS
from seqviz.text.tasks import Reviews
from seqviz.text.tasks.kinds import kinds_of_words
from seqviz.ui.gates.models import file_of, shipped
from seqviz.ui.gates.moves import HELD_OUT, TITLES, apart, equations, held_out, told
from seqviz.ui.gates.run import GateSettings, gate_run
from tests.small_models import pair


def test_the_sentences_say_the_numbers_and_who_is_kept_better():
    better = told({"stop words": GroupSummary(5, 1.0, 0.1, 0.5), "sentiment words": GroupSummary(2, 1.0, 0.42, 0.9)})
    assert better == [
        "**stop words** (5): 10% of what they wrote is left at the end; the forget gates at them average 0.50.",
        "**sentiment words** (2): 42% of what they wrote is left at the end; the forget gates at them average 0.90.",
        "On this text sentiment words are kept better than stop words. It also matters how near to the end a word "
        "stands.",
    ]
    worse = told({"stop words": GroupSummary(5, 1.0, 0.5, 0.5), "sentiment words": GroupSummary(2, 1.0, 0.42, 0.9)})
    assert worse[-1].startswith("On this text sentiment words are **not** kept better than stop words.")
    assert told({"stop words": GroupSummary(0, 0.0, float("nan"), float("nan"))}) == []


def test_the_held_out_shares_are_those_of_torch():
    """The state of an LSTM after the last token, split up among the tokens that wrote it, in torch alone."""
    model, w = shipped("reviews", "LSTM"), load_file(file_of("reviews", "LSTM"))
    drawn = np.random.default_rng(0)
    shares: dict[str, list[float]] = {}
    for _ in range(HELD_OUT):
        tokens = Reviews().sample(drawn, "test").tokens
        ids = torch.tensor(model.numbered(tokens).ids)
        h = c = torch.zeros(w["rnn.weight_hh_l0"].shape[1], dtype=torch.float64)
        written: list[torch.Tensor] = []
        now: list[torch.Tensor] = []
        for x in w["embedding.weight"].double()[ids]:
            z = w["rnn.weight_ih_l0"].double() @ x + w["rnn.bias_ih_l0"].double()
            i, f, g, o = (z + w["rnn.weight_hh_l0"].double() @ h + w["rnn.bias_hh_l0"].double()).chunk(4)
            i, f, g, o = torch.sigmoid(i), torch.sigmoid(f), torch.tanh(g), torch.sigmoid(o)
            now = [part * f for part in now] + [i * g]
            written.append(i * g)
            c = f * c + i * g
            h = o * torch.tanh(c)
        assert torch.allclose(torch.stack(now).sum(dim=0), c, atol=1e-12)
        for name, places in kinds_of_words("reviews", tokens).items():
            shares.setdefault(name, []).extend(float(now[k].norm() / written[k].norm()) for k in places)
    (sentence,) = held_out("reviews")
    said = {name: int(share) for share, name in re.findall(r"(\d+)% of what ([\w ]+?) wrote", sentence)}
    assert said.keys() == shares.keys()
    for name, values in shares.items():
        assert abs(said[name] - 100 * np.mean(values)) <= 0.51


def test_the_two_ways_of_handing_on_the_state_are_compared():
    made = pair("LSTM")
    run = gate_run(made.stored, GateSettings("the film was not good"))
    assert isinstance(run.cell, LSTM)
    w = {name: value.detach() for name, value in made.module.rnn.named_parameters()}
    states = {}
    for squash in (True, False):
        h = c = torch.zeros(5, dtype=torch.float64)
        states[squash] = []
        for x in made.module.embedding(torch.tensor([1, 2, 3, 4, 5])).detach():
            z = w["weight_ih_l0"] @ x + w["bias_ih_l0"] + w["weight_hh_l0"] @ h + w["bias_hh_l0"]
            i, f, g, o = z.chunk(4)
            c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
            h = torch.sigmoid(o) * (torch.tanh(c) if squash else c)
            states[squash].append(h)
    own, other = torch.stack(states[True]), torch.stack(states[False])
    place = int((own - other).abs().argmax())
    step, unit = divmod(place, 5)
    gap = float((own - other).abs().max())
    assert apart(run.cell, run.trace.inputs).endswith(
        f"differ by up to {gap:.2g} in h on these weights: in unit {unit + 1} at step {step + 1}, "
        f"{own[step, unit]:.3f} and {other[step, unit]:.3f}."
    )


def test_a_task_without_groups_of_its_own_says_nothing():
    assert held_out("counting") == []


def test_every_dialect_has_every_moves_equations():
    for letters in NOTATIONS.values():
        lines = equations(letters, squashed=True)
        assert list(lines) == list(TITLES.values())
        assert f"tanh({letters.lstm['c']})" in lines["+ write"][0]
        assert "tanh" not in equations(letters, squashed=False)["+ write"][0]
