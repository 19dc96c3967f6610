"""What the numbers of a network are called: in its checkpoints, and in its model file as PyTorch would. No torch."""

from __future__ import annotations

PARAMETER = "parameter."  # in a checkpoint, in front of a parameter's own name
UPDATE = "update"  # in a checkpoint: how many updates the training has done


def stacked_name(name: str) -> str:
    """ "rnn.1.weight_hh_l0" → "rnn.weight_hh_l1"; any other name as it is."""
    if not name.startswith("rnn."):
        return name
    _, layer, weight = name.split(".")
    return f"rnn.{weight[:-1]}{layer}"
