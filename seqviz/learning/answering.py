"""What a network in training answers to a sentence, and what it writes by itself."""

from __future__ import annotations

import torch

from seqviz.learning.limits import check_numbers
from seqviz.learning.network import Network, State
from seqviz.learning.problems import Problem
from seqviz.learning.typed import LONGEST, Typed, read_typed
from seqviz.records import Prediction
from seqviz.text import UNKNOWN
from seqviz.text.tasks.passages import spaced

LIMITS = {"temperature": (0.0, 10.0), "length": (1, LONGEST), "seed": (0, 2**32 - 1)}


def typed(problem: Problem, text: str, suffix: tuple[str, ...] = (), lower: bool = False) -> Typed:
    """The text's tokens, those that are not known, and all their ids.

    Raises:
        ValueError: nothing to read, too much, or a token that is not in the vocabulary where <unk> is not either.
    """
    if problem.vocabulary is None:
        raise ValueError("this task reads numbers, and so there is no text to type")
    return read_typed(text, problem.unit, problem.vocabulary, suffix, lower)


@torch.no_grad()
def predict(network: Network, problem: Problem, text: str, lower: bool = False) -> Prediction:
    """The probabilities of the answers: at every step where steps have answers, else after the last."""
    tokens, unknown, ids = typed(problem, text, problem.suffix, lower)
    device = next(network.parameters()).device
    was_training = network.training
    network.eval()
    logits = network(torch.tensor([ids], device=device)).logits  # (T, K)
    network.train(was_training)
    asked = problem.asked or (len(tokens) if problem.kind == "steps" else 1)
    first = max(0, len(tokens) - asked)
    probabilities = logits[first:].double().softmax(1).cpu().numpy()  # (S, K)
    return Prediction(tokens, unknown, problem.classes, tuple(range(first + 1, len(tokens) + 1)), probabilities)


@torch.no_grad()
def sample(network: Network, problem: Problem, temperature: float, length: int, seed: int, prompt: str = "") -> str:
    """`length` tokens that the network writes, each drawn from softmax(logits / temperature) and read as the next.

    At temperature 0 the likeliest is taken. It begins after the prompt, or as a line begins.

    Raises:
        ValueError: no language model, or a number out of its bounds.
    """
    if problem.kind != "next":
        raise ValueError("this task has answers and writes no text: only language models do")
    asked = type("Asked", (), {"temperature": temperature, "length": length, "seed": seed})
    check_numbers(asked, LIMITS)
    assert problem.vocabulary is not None
    ids = typed(problem, prompt).ids if prompt else [first_id(problem)]
    device = next(network.parameters()).device
    random = torch.Generator().manual_seed(seed)
    was_training = network.training
    network.eval()
    states: list[State] = [None] * len(network.rnn)
    assert network.embedding is not None
    read, written = torch.tensor([ids], device=device), []  # (1, T)
    banned = problem.vocabulary.id(UNKNOWN) if UNKNOWN in problem.vocabulary else None
    for _ in range(length):
        top, states, _ = network.run(network.embedding(read), states)
        logits = network.head(top[0, -1]).double().cpu()  # (K,)
        if banned is not None:
            logits[banned] = -torch.inf  # a word it does not know cannot be written
        if not torch.isfinite(logits).any() or torch.isnan(logits).any():
            break
        if temperature == 0.0:
            chosen = int(logits.argmax())
        else:
            chosen = int(torch.multinomial(((logits - logits.max()) / temperature).softmax(0), 1, generator=random))
        written.append(chosen)
        read = torch.tensor([[chosen]], device=device)
    network.train(was_training)
    tokens = tuple(problem.vocabulary.token(place) for place in written)
    return "".join(tokens) if problem.unit == "characters" else spaced(tokens)


def first_id(problem: Problem) -> int:
    """What a text is continued from where nothing is given: a new line, a full stop, else the first token there is."""
    assert problem.vocabulary is not None
    found = (problem.vocabulary.id(token) for token in ("\n", ".") if token in problem.vocabulary)
    return next(found, 0)
