"""seqviz: see a recurrent network compute, learn and forget, and k-means converge."""
