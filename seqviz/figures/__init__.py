"""Records become figures: pure functions, no computing, the colours of one theme."""
