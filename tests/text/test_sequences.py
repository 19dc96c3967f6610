"""Markers, padding and n-grams: deck B's table by hand, and properties."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqviz.text import EOS, PAD, SOS, UNKNOWN, Vocabulary, ngrams, pad_batch, tokenize, with_markers

any_example = settings(deadline=None, max_examples=50)
tokens = st.lists(st.sampled_from("abcdefgh"), max_size=12)

# Deck B, "Data and Task": the table x_0 … x_9, row by row.
TABLE = (
    "<sos> the first half was very boring . <eos> <pad>",
    "<sos> great performance by all the lead actors . <eos>",
    "<sos> the background music was awesome . <eos> <pad> <pad>",
    "<sos> the movie was a waste of time . <eos>",
)


def test_the_deck_s_table():
    reviews = [" ".join(row.split()).replace(" <pad>", "")[6:-6] for row in TABLE]
    assert reviews[0] == "the first half was very boring ."
    marked = [with_markers(tokenize(review, "words", lower=True)) for review in reviews]
    vocabulary = Vocabulary.of((token for row in marked for token in row), order="lecture")
    ids, mask = pad_batch(marked, vocabulary)
    assert ids.shape == mask.shape == (4, 10)
    assert (ids.dtype, mask.dtype) == (np.int64, np.bool_)
    assert [" ".join(vocabulary.token(id) for id in row) for row in ids] == list(TABLE)
    assert mask.sum(axis=1).tolist() == [9, 10, 8, 10]
    assert mask[2].tolist() == [True] * 8 + [False] * 2
    # By hand: <sos> the first half was very boring . <eos> <pad>, numbered from 0.
    assert ids[0].tolist() == [0, 3, 4, 5, 6, 7, 8, 9, 1, 2]


def test_markers_by_hand():
    assert with_markers(["hi"]) == (SOS, "hi", EOS)
    assert with_markers(["hi"], eos=False) == (SOS, "hi")
    assert with_markers(["hi"], sos=False) == ("hi", EOS)
    assert with_markers([], sos=False, eos=False) == ()


def test_a_typed_marker_does_not_become_the_real_one():
    marked = with_markers(tokenize("<sos>", "words"))
    assert marked == (SOS, "<", "sos", ">", EOS)
    assert len(set(Vocabulary.of(marked).ids(marked))) == 5


def test_padding_by_hand():
    vocabulary = Vocabulary.of("ab", (PAD, UNKNOWN))
    batch = pad_batch(["a", "ab", ""], vocabulary, length=3)
    assert batch.ids.tolist() == [[2, 0, 0], [2, 3, 0], [0, 0, 0]]
    assert batch.mask.tolist() == [[True, False, False], [True, True, False], [False, False, False]]
    assert pad_batch(["ax"], vocabulary, unknown="unk").ids.tolist() == [[2, 1]]
    assert pad_batch([], vocabulary).ids.shape == (0, 0)


@any_example
@given(st.lists(tokens, max_size=5), st.none() | st.integers(0, 5))
def test_the_mask_counts_each_sequence_and_the_rest_is_pad(batch, extra):
    vocabulary = Vocabulary.of("abcdefgh", order="lecture")
    longest = max(map(len, batch), default=0)
    ids, mask = pad_batch(batch, vocabulary, None if extra is None else longest + extra)
    assert ids.shape == mask.shape == (len(batch), longest + (extra or 0))
    assert mask.sum(axis=1).tolist() == [len(sequence) for sequence in batch]
    assert (ids[~mask] == vocabulary.id(PAD)).all()
    assert [[vocabulary.token(id) for id in row[own]] for row, own in zip(ids, mask, strict=True)] == batch
    assert (mask[:, 1:] <= mask[:, :-1]).all()  # the padding stands at the end


def test_padding_refusals():
    vocabulary = Vocabulary.of("ab", order="lecture")
    with pytest.raises(ValueError, match=r"length is 1, expected at least 2, the longest sequence"):
        pad_batch(["a", "ab"], vocabulary, length=1)
    with pytest.raises(ValueError, match=r"token '<pad>' is not among the 2"):
        pad_batch(["a"], Vocabulary.of("ab"))
    with pytest.raises(ValueError, match=r"token 'x' is not among the 5"):
        pad_batch(["ax"], vocabulary)


def test_ngrams_by_hand():
    words = tokenize("we love playing cricket", "words")
    assert ngrams(words, 1) == (("we",), ("love",), ("playing",), ("cricket",))
    assert ngrams(words, 2) == (("we", "love"), ("love", "playing"), ("playing", "cricket"))
    assert ngrams(words, 4) == (words,)
    assert ["".join(group) for group in ngrams(tokenize("नमस्ते"), 2)] == ["नम", "मस्ते"]


@any_example
@given(tokens, st.data())
def test_neighbouring_ngrams_overlap_in_all_but_one_token(tokens, data):
    if not tokens:
        return
    n = data.draw(st.integers(1, len(tokens)))
    groups = ngrams(tokens, n)
    assert len(groups) == len(tokens) - n + 1
    assert [group[0] for group in groups] + list(groups[-1][1:]) == tokens
    assert all(one[1:] == two[:-1] for one, two in pairwise(groups))


def test_ngram_refusals():
    with pytest.raises(ValueError, match=r"n is 0, expected at least 1"):
        ngrams("ab", 0)
    with pytest.raises(ValueError, match=r"n is 3, expected at most 2, the number of tokens"):
        ngrams("ab", 3)
    with pytest.raises(ValueError, match=r"n is 1, expected at most 0"):
        ngrams([], 1)
