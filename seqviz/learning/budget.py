"""How large a training may be: counted from its config and the sizes of its data, before anything of it is made."""

from __future__ import annotations

from seqviz.learning.config import TrainingConfig
from seqviz.learning.limits import check_at_most

PARAMETERS = 4_000_000
DRAWN_STEPS = 2_000_000  # of all sequences of a generated task whose length is chosen
NUMBERS_AT_ONCE = 10_000_000  # hidden states and logits of one batch
LOOK = 100_000_000_000  # products of one look at held-out data: some three seconds, in which nobody else is trained


def parameter_count(config: TrainingConfig, inputs: int, outputs: int, numeric: bool = False) -> int:
    """How many numbers the network of this config sets."""
    gates = {"RNN": 1, "GRU": 3, "LSTM": 4}[config.cell]
    width, count = (inputs, 0) if numeric else (config.embedding, inputs * config.embedding)
    for _ in range(config.layers):
        count += gates * config.hidden * (width + config.hidden + 2)
        width = config.hidden
    return count + outputs * (config.hidden + 1)


def check_data(config: TrainingConfig) -> None:
    """What is drawn stays small enough to be kept.

    Raises:
        ValueError: too many sequences for their length.
    """
    if config.task in ("adding", "copy", "country"):
        steps = max(config.examples, config.held_out) * config.length
        check_at_most("examples × length", steps, DRAWN_STEPS)


def check_network(config: TrainingConfig, inputs: int, outputs: int, numeric: bool, steps: int, held_out: int) -> None:
    """The network, what one batch leaves in memory and how long one look at held-out data takes stay small enough.

    Args:
        inputs, outputs, numeric: as in `parameter_count`. steps: of the longest training sequence. held_out: how many
            sequences are looked at, which is done in one piece.

    Raises:
        ValueError: too many parameters, too many numbers in a batch, or too many products in a look.
    """
    parameters = parameter_count(config, inputs, outputs, numeric)
    check_at_most("the number of parameters", parameters, PARAMETERS)
    at_once = config.batch * steps * (config.hidden * config.layers + outputs)
    check_at_most("batch × steps × (hidden × layers + answers)", at_once, NUMBERS_AT_ONCE)
    weights = parameters - (0 if numeric else inputs * config.embedding)  # an embedding is looked up, not multiplied
    check_at_most("held-out sequences × steps × weights", held_out * steps * weights, LOOK)
