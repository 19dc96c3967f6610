"""Text to tensor: tokens, a vocabulary, ids, one-hot rows, bags of words, padded batches."""

from seqviz.text.sequences import PaddedBatch, ngrams, pad_batch, with_markers
from seqviz.text.tokens import Unit, count_tokens_up_to, tokenize, visible
from seqviz.text.vocabulary import EOS, PAD, SOS, UNKNOWN, Order, Vocabulary

__all__ = [
    "EOS",
    "PAD",
    "SOS",
    "UNKNOWN",
    "Order",
    "PaddedBatch",
    "Unit",
    "Vocabulary",
    "count_tokens_up_to",
    "ngrams",
    "pad_batch",
    "tokenize",
    "visible",
    "with_markers",
]
