"""The page /kmeans."""
