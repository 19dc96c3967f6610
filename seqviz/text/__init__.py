"""Text to tensor, beginning with tokens."""

from seqviz.text.tokens import Unit, count_tokens_up_to, tokenize, visible

__all__ = ["Unit", "count_tokens_up_to", "tokenize", "visible"]
