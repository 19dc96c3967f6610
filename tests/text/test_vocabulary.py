"""Vocabularies: deck B's table by hand, properties, and scikit-learn as an independent count."""

import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.preprocessing import LabelBinarizer

from seqviz.text import EOS, PAD, SOS, UNKNOWN, Vocabulary, tokenize

# Deck B, "Data and Task": four reviews, each sentence cased and spaced as on the slide.
REVIEWS = (
    "The first half was very boring .",
    "Great performance by all the lead actors .",
    "The background music was awesome .",
    "The movie was a waste of time .",
)
any_example = settings(deadline=None, max_examples=50)
sequences = st.lists(st.sampled_from("abcdefgh"), max_size=20)
words = st.lists(st.text("abcdefgh", min_size=2, max_size=3), min_size=1, max_size=20)


def review_words(lower: bool) -> list[str]:
    return [token for review in REVIEWS for token in tokenize(review, "words", lower)]


def test_the_deck_s_table_has_24_words_when_lower_cased():
    # By hand, in order of appearance: <sos> <eos> <pad> (3); the first half was very boring . (10);
    # great performance by all lead actors (16); background music awesome (19); movie a waste of time (24).
    vocabulary = Vocabulary.of(review_words(lower=True), order="lecture")
    assert vocabulary.size == 24  # the deck's L is right
    assert vocabulary.tokens[:6] == (SOS, EOS, PAD, "the", "first", "half")
    # The deck numbers from 1: "the" 4, "first" 5, "half" 6, "time" 24. Here every id is one less.
    assert list(vocabulary.ids(["the", "first", "half", "time"])) == [3, 4, 5, 23]


def test_without_lower_casing_the_is_counted_twice():
    assert Vocabulary.of(review_words(lower=False), order="lecture").size == 25  # The and the


def test_the_deck_s_one_hot_row_has_one_place_per_word():
    vocabulary = Vocabulary.of(review_words(lower=True), order="lecture")
    row = vocabulary.one_hot(vocabulary.ids(["the"]))[0]
    assert row.shape == (24,)  # the slide prints 23 places for L = 24
    assert row.tolist() == [0, 0, 0, 1] + [0] * 20


def test_orders_by_hand():
    tokens = ["to", "be", "or", "not", "to", "be"]
    assert Vocabulary.of(tokens).tokens == ("to", "be", "or", "not")
    assert Vocabulary.of(tokens, order="sorted").tokens == ("be", "not", "or", "to")
    assert Vocabulary.of(tokens, (PAD, "or")).tokens == (PAD, "or", "to", "be", "not")
    assert Vocabulary.of(tokens, (PAD,), "sorted").tokens == (PAD, "be", "not", "or", "to")
    assert Vocabulary.of(tokens, (UNKNOWN, PAD), "lecture").tokens[:5] == (SOS, EOS, PAD, UNKNOWN, "to")
    assert Vocabulary.of([SOS, "to", EOS], order="lecture").tokens == (SOS, EOS, PAD, "to")
    assert Vocabulary.of([]).size == 0


def test_the_four_letters_by_hand():
    vocabulary = Vocabulary.of(tokenize("hello"))
    assert vocabulary.tokens == ("h", "e", "l", "o")
    ids = vocabulary.ids(tokenize("hello"))
    assert ids.dtype == np.int64
    assert ids.tolist() == [0, 1, 2, 2, 3]
    one_hot = vocabulary.one_hot(ids)
    assert one_hot.dtype == np.float64
    assert one_hot.tolist() == [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 1, 0], [0, 0, 0, 1]]
    assert vocabulary.bag_of_words(ids).tolist() == [1, 1, 2, 1]
    assert "h" in vocabulary
    assert "x" not in vocabulary


@any_example
@given(sequences)
def test_ids_and_back(tokens):
    vocabulary = Vocabulary.of(tokens)
    ids = vocabulary.ids(tokens)
    assert ids.shape == (len(tokens),)
    assert [vocabulary.token(id) for id in ids] == tokens
    assert [vocabulary.id(token) for token in tokens] == ids.tolist()


@any_example
@given(sequences, st.integers(1, 3))
def test_one_hot_rows_have_a_single_1_at_their_id(tokens, copies):
    vocabulary = Vocabulary.of(tokens, order="lecture")
    ids = vocabulary.ids(tokens)
    one_hot = vocabulary.one_hot(ids)
    assert one_hot.shape == (len(tokens), vocabulary.size)
    assert (one_hot.sum(axis=1) == 1).all()
    assert (one_hot.max(axis=1, initial=1) == 1).all()
    assert (one_hot.argmax(axis=1) == ids).all()
    batch = vocabulary.one_hot(np.tile(ids, (copies, 1)))  # (B, T) → (B, T, V)
    assert batch.shape == (copies, len(tokens), vocabulary.size)
    assert all((member == one_hot).all() for member in batch)


@any_example
@given(sequences, st.randoms())
def test_a_bag_of_words_is_the_sum_of_one_hot_rows_in_any_order(tokens, random):
    vocabulary = Vocabulary.of(tokens, order="lecture")
    bag = vocabulary.bag_of_words(vocabulary.ids(tokens))
    assert (bag == vocabulary.one_hot(vocabulary.ids(tokens)).sum(0)).all()
    shuffled = list(tokens)
    random.shuffle(shuffled)
    assert (vocabulary.bag_of_words(vocabulary.ids(shuffled)) == bag).all()


@any_example
@given(words)
def test_scikit_learn_counts_the_same_bag_of_words(tokens):
    vocabulary = Vocabulary.of(tokens, order="sorted")
    vectorizer = CountVectorizer()
    counts = vectorizer.fit_transform([" ".join(tokens)]).toarray()[0]
    assert vocabulary.tokens == tuple(vectorizer.get_feature_names_out())
    assert (vocabulary.bag_of_words(vocabulary.ids(tokenize(" ".join(tokens), "words"))) == counts).all()


@any_example
@given(words)
def test_scikit_learn_makes_the_same_one_hot_rows(tokens):
    tokens = ["x", "y", "z", *tokens]  # its rows are one-hot from three classes on
    vocabulary = Vocabulary.of(tokens, order="sorted")
    assert (vocabulary.one_hot(vocabulary.ids(tokens)) == LabelBinarizer().fit_transform(tokens)).all()


def test_an_unknown_token_is_named_or_becomes_unk():
    plain, with_unk = Vocabulary.of("ab"), Vocabulary.of("ab", (UNKNOWN,))
    with pytest.raises(ValueError, match=r"token 'sky' is not among the 2 of the vocabulary$"):
        plain.ids(["a", "sky"])
    with pytest.raises(ValueError, match=r"token 'sky' is not among the 3 of the vocabulary$"):
        with_unk.ids(["a", "sky"])
    assert with_unk.ids(["b", "sky", "a"], unknown="unk").tolist() == [2, 0, 1]
    with pytest.raises(ValueError, match=r"'sky' is not among .*, and neither is <unk>"):
        plain.ids(["sky"], unknown="unk")
    assert plain.ids(["b"], unknown="unk").tolist() == [1]
    with pytest.raises(ValueError, match=r"unknown is 'skip', expected one of error, unk"):
        plain.ids(["a"], unknown="skip")


@pytest.mark.parametrize("id", [-1, 2])
def test_an_id_outside_is_refused_with_the_bounds(id):
    vocabulary = Vocabulary.of("ab")
    with pytest.raises(ValueError, match=rf"id is {id}, expected 0 to 1"):
        vocabulary.token(id)
    with pytest.raises(ValueError, match=rf"id is {id}, expected 0 to 1"):
        vocabulary.one_hot([0, id])
    with pytest.raises(ValueError, match=rf"id is {id}, expected 0 to 1"):
        vocabulary.bag_of_words([id])


def test_other_refusals():
    with pytest.raises(ValueError, match=r"token 'a' has two ids, 0 and 2; expected one"):
        Vocabulary(("a", "b", "a"))
    with pytest.raises(ValueError, match=r"token '<pad>' has two ids, 0 and 1"):
        Vocabulary.of("ab", (PAD, PAD))
    with pytest.raises(ValueError, match=r"order is 'random', expected one of appearance, sorted, lecture"):
        Vocabulary.of("ab", order="random")
    with pytest.raises(ValueError, match=r"ids are float64, expected whole numbers"):
        Vocabulary.of("ab").one_hot([0.5])
    with pytest.raises(ValueError, match=r"ids has shape \(1, 2\), expected one sequence \(T,\)"):
        Vocabulary.of("ab").bag_of_words([[0, 1]])


def test_vocabularies_are_equal_by_their_tokens_and_travel():
    vocabulary = Vocabulary.of("ab")
    assert vocabulary == Vocabulary(("a", "b"))
    assert hash(vocabulary) == hash(Vocabulary(("a", "b")))
    assert vocabulary != Vocabulary.of("ba")
    assert pickle.loads(pickle.dumps(vocabulary)).ids("ba").tolist() == [1, 0]  # a cache pickles it
    with pytest.raises(AttributeError):
        vocabulary.tokens = ()
