"""Arrays with checked shapes, the stuff that records are made of."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
NO_TARGET = -100  # as torch.nn.functional.cross_entropy's ignore_index: this step has no loss


def frozen_array(name: str, values: ArrayLike, *shape: int | None) -> Array:
    """`values` as a read-only float64 array, its shape checked (None in `shape` = any length).

    A copy, unless nobody can write to them any more: then they are kept as they are.

    Raises:
        ValueError: the number of dimensions or a length differs; the message carries both shapes.
    """
    kept = _if_frozen(values)
    array: Array = np.array(values, dtype=np.float64) if kept is None else kept
    fits = array.ndim == len(shape) and all(
        want is None or have == want for have, want in zip(array.shape, shape, strict=True)
    )
    if not fits:
        wanted = ", ".join("any" if length is None else str(length) for length in shape)
        raise ValueError(f"{name} has shape {array.shape}, expected ({wanted})")
    array.setflags(write=False)
    return array


def _if_frozen(values: ArrayLike) -> Array | None:
    """`values` itself if it is a read-only float64 array of its own, or a view of one that is read-only too."""
    if type(values) is not np.ndarray or values.dtype != np.float64 or values.flags.writeable:
        return None
    owner = values if values.base is None else values.base
    return values if type(owner) is np.ndarray and owner.base is None and not owner.flags.writeable else None
