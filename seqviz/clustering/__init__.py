"""Points that fall into groups: k-means as on paper, how many groups, and other ways to group. No torch."""

from seqviz.clustering.choosing import elbow
from seqviz.clustering.fuzzy import fuzzy_cmeans
from seqviz.clustering.hierarchy import cut, hierarchy
from seqviz.clustering.kmeans import kmeans
from seqviz.clustering.starts import STARTS

__all__ = ["STARTS", "cut", "elbow", "fuzzy_cmeans", "hierarchy", "kmeans"]
