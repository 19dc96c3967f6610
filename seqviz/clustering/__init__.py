"""Points that fall into groups: k-means as on paper, how many groups, and other ways to group. NumPy alone."""

from seqviz.clustering.kmeans import kmeans
from seqviz.clustering.starts import STARTS

__all__ = ["STARTS", "kmeans"]
