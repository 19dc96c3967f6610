"""A training at rest, as safetensors: parameters, the optimiser's state, the random generator's, the update's number.

Which batch an update sees follows from the seed and its number, so there is no generator of batches to remember.
"""

from __future__ import annotations

from dataclasses import dataclass

import safetensors.torch
import torch
from safetensors import SafetensorError
from torch import Tensor

from seqviz.learning.names import PARAMETER, UPDATE
from seqviz.learning.network import Network

LIMIT = 200_000_000  # bytes
OPTIMISER, RANDOM, LARGEST = "optimiser.", "random.torch", "runaway"


@dataclass(frozen=True)
class Resting:
    """What of a training stands in neither its network nor its optimiser.

    Attributes:
        update: how many updates it has done. runaway: the loss above which it counts as diverged.
        random: the state of torch's generator, from which dropout draws.
    """

    update: int
    runaway: float
    random: Tensor


def write(network: Network, optimiser: torch.optim.Optimizer, resting: Resting) -> bytes:
    """Everything that decides how the training goes on."""
    tensors = {f"{PARAMETER}{name}": value.detach().cpu().contiguous() for name, value in network.state_dict().items()}
    for place, state in optimiser.state_dict()["state"].items():
        for name, value in state.items():
            if isinstance(value, Tensor):  # momentum keeps None before its first update
                tensors[f"{OPTIMISER}{place}.{name}"] = value.detach().cpu().clone()
    tensors[RANDOM] = resting.random.clone()
    tensors[UPDATE] = torch.tensor(resting.update)
    tensors[LARGEST] = torch.tensor(resting.runaway, dtype=torch.float64)
    return safetensors.torch.save(tensors)


def read(data: bytes, network: Network, optimiser: torch.optim.Optimizer) -> Resting:
    """Put a checkpoint's numbers into a network and an optimiser made from the same config.

    Raises:
        ValueError: it is no checkpoint, or one of another config.
    """
    if len(data) > LIMIT:
        raise ValueError(f"the checkpoint has {len(data):,} bytes, expected at most {LIMIT:,}")
    try:
        tensors = safetensors.torch.load(data)
    except SafetensorError as error:
        raise ValueError(f"the checkpoint cannot be read as safetensors: {error}") from error
    for name in (RANDOM, UPDATE, LARGEST):
        if name not in tensors:
            raise ValueError(f"the checkpoint has no tensor {name!r}")
    own = {name.removeprefix(PARAMETER): value for name, value in tensors.items() if name.startswith(PARAMETER)}
    try:
        network.load_state_dict(own)
    except RuntimeError as error:
        raise ValueError(f"the checkpoint is not of this configuration: {error}") from error
    device = next(network.parameters()).device
    state: dict[int, dict[str, Tensor]] = {}
    for name, value in tensors.items():
        if name.startswith(OPTIMISER):
            place, _, what = name.removeprefix(OPTIMISER).partition(".")
            state.setdefault(int(place), {})[what] = value if what == "step" else value.to(device)
    plain = optimiser.state_dict()
    try:
        optimiser.load_state_dict({"state": state, "param_groups": plain["param_groups"]})
    except (ValueError, KeyError) as error:
        raise ValueError(f"the checkpoint is not of this configuration: {error}") from error
    return Resting(int(tensors[UPDATE]), float(tensors[LARGEST]), tensors[RANDOM])
