"""A network as it was at a checkpoint, as a model file: without torch, so that the web process can look inside."""

from __future__ import annotations

import json

import safetensors.numpy
from safetensors import SafetensorError

from seqviz.learning.names import PARAMETER, UPDATE, stacked_name
from seqviz.recurrent.tensors import read_tensors


def file_at(model_file: bytes, checkpoint: bytes) -> bytes:
    """The model file of a run, with the weights that one of its checkpoints holds in place of its own.

    What the file says of itself stays, but for the number of updates done; `read_model` opens it as any other.

    Raises:
        ValueError: the checkpoint cannot be read, or is of another network.
    """
    file = read_tensors(model_file)
    try:
        kept = safetensors.numpy.load(checkpoint)
    except SafetensorError as error:
        raise ValueError(f"the checkpoint cannot be read as safetensors: {error}") from error
    weights = {
        stacked_name(name.removeprefix(PARAMETER)): value for name, value in kept.items() if name.startswith(PARAMETER)
    }
    if {name: value.shape for name, value in weights.items()} != {n: a.shape for n, a in file.arrays.items()}:
        raise ValueError(f"the checkpoint holds {', '.join(sorted(weights)) or 'no weights'}, not those of this model")
    card = json.loads(file.metadata.get("card", "{}")) | {"updates done": int(kept[UPDATE])}
    found: bytes = safetensors.numpy.save(weights, {**file.metadata, "card": json.dumps(card)})
    return found
