"""Everything a reader can choose on /kmeans, with its bounds: typed objects, the same as the address bar."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from seqviz.clustering.data import COUNTS, MADE, MEASURED

OWN = "own CSV"
SETS = (*MADE, *MEASURED, OWN)
CLUSTERS = (1, 30)
ORDERS = (1.0, 20.0)  # p of Minkowski's distance
TOLERANCES = (0.0, 1.0)
ITERATIONS = (1, 300)
ADDED = 200  # points added by clicks
ADDRESS_LIMIT = 2000  # characters of typed starts, or of added points, that a link carries

BY_HAND = "by hand"
WAYS = ("random", "k-means++", "farthest first", BY_HAND)
METRICS: Mapping[str, str] = MappingProxyType(
    {"euclidean": "Euclidean", "manhattan": "Manhattan", "minkowski": "Minkowski p"}
)
CENTRES: Mapping[str, str] = MappingProxyType({"minimiser": "the metric’s own", "mean": "mean for every metric"})

Row = tuple[float, ...]
Rows = tuple[Row, ...]


@dataclass(frozen=True)
class Source:
    """Which points are clustered.

    Attributes:
        name: one of SETS. n, seed: of a made-up set. added: points clicked into a set in the plane.
        file: the digest of the reader's own table, "" for none.
        columns: which columns of a measured set or a table; none means all.
        scaled: whether each column is brought to mean 0 and standard deviation 1.
    """

    name: str = "blobs"
    n: int = 300
    seed: int = 0
    added: Rows = ()
    file: str = ""
    columns: tuple[str, ...] = ()
    scaled: bool = False

    @property
    def is_made(self) -> bool:
        return self.name in MADE


@dataclass(frozen=True)
class Rules:
    """How k-means runs, apart from where it starts: as `seqviz.clustering.kmeans` takes it."""

    k: int = 4
    metric: str = "euclidean"
    p: float = 2.0
    centre: str = "minimiser"
    empty: str = "farthest point"
    tolerance: float = 1e-4
    max_iterations: int = 100


@dataclass(frozen=True)
class Settings:
    """One run.

    Attributes:
        way: one of WAYS. seed: of what the starts draw. starts: (k, D) where the way is by hand.
        drawn: the two columns that are drawn where there are more; none means the two principal components.
    """

    source: Source = Source()
    rules: Rules = Rules()
    way: str = "random"
    seed: int = 0
    starts: Rows = ()
    drawn: tuple[str, ...] = ()


def whole(label: str, value: float, limits: tuple[int, int]) -> int:
    """What a field for a whole number holds, refused under the name that its reader sees.

    Raises:
        ValueError: a fraction, or out of its bounds.
    """
    low, high = limits
    if not low <= value <= high or value != int(value):
        exact = f"{value:,.12g}".replace("-", "−")  # in three digits 5,001 would be 5,000
        raise ValueError(f"“{label}” is {exact}, expected a whole number from {low:,} to {high:,}")
    return int(value)


def count_of(value: float) -> int:
    """The number of points.

    Raises:
        ValueError: it is no number of points that the page makes.
    """
    return whole("Points n", value, COUNTS)
