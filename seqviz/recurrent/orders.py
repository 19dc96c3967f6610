"""Orders in which units can stand so that structure is seen; a permutation each, of the numbers 0 … H−1."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from seqviz.records import Array


def unit_orders(lines: Array) -> dict[str, NDArray[np.int64]]:
    """Orders of H units by their hidden states over time, `lines` (T, H).

    Returns:
        "activity": the unit that changes most first (standard deviation over time); "clusters": units that move
        together side by side: leaves of an average-linkage tree of standardised lines, ordered so that neighbours are
        as near as the tree allows (Bar-Joseph, Gifford and Jaakkola 2001).
    """
    finite = np.nan_to_num(np.asarray(lines, dtype=np.float64), posinf=0.0, neginf=0.0)  # (T, H)
    finite = finite / max(1.0, np.abs(finite).max(initial=0.0))  # so that no square overflows
    spread = finite.std(axis=0)  # (H,)
    return {"activity": np.argsort(-spread, kind="stable").astype(np.int64), "clusters": _clustered(finite, spread)}


def _clustered(lines: Array, spread: Array) -> NDArray[np.int64]:
    # a quarter of a second to import, paid where it is used
    from scipy.cluster.hierarchy import leaves_list, linkage
    from scipy.spatial.distance import pdist

    units = lines.shape[1]
    if units < 3 or len(lines) < 2:
        return np.arange(units, dtype=np.int64)
    standard = (lines - lines.mean(axis=0)) / np.where(spread > 0.0, spread, 1.0)  # (T, H)
    tree = linkage(pdist(standard.T), method="average", optimal_ordering=units <= 64)
    order: NDArray[np.int64] = leaves_list(tree).astype(np.int64)
    return order
