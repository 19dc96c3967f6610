"""Text to tensor: tokens, a vocabulary, ids, one-hot rows, bags of words."""

from seqviz.text.tokens import Unit, count_tokens_up_to, tokenize, visible
from seqviz.text.vocabulary import EOS, PAD, SOS, UNKNOWN, Order, Vocabulary

__all__ = ["EOS", "PAD", "SOS", "UNKNOWN", "Order", "Unit", "Vocabulary", "count_tokens_up_to", "tokenize", "visible"]
