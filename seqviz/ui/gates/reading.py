"""What a model can read: a text cut into tokens, within what the page can draw."""

from __future__ import annotations

from seqviz.recurrent.stored import StoredModel
from seqviz.text import count_tokens_up_to, tokenize
from seqviz.ui.settings import Refusal

TOKEN_LIMIT = 2000
CHARACTER_LIMIT = 20_000
CELL_LIMIT = 128_000  # tokens × units: at most some 10 MB on the way to the browser, with a changed run beside it


def token_limit(model: StoredModel) -> int:
    """How many tokens this model's sheet takes: fewer, the wider the model is."""
    widest = max(model.hidden_size, 1 if model.embedding is None else model.embedding.shape[1])
    return min(TOKEN_LIMIT, CELL_LIMIT // int(widest))


def tokens_of(model: StoredModel, text: str) -> tuple[str, ...]:
    """The text cut as the model was trained on it.

    Raises:
        Refusal: it is empty or too long.
    """
    unit, limit = model.notes.unit, token_limit(model)
    if len(text) > CHARACTER_LIMIT:
        raise Refusal(f"The text is {len(text):,} characters long; the limit is {CHARACTER_LIMIT:,}.")
    found = count_tokens_up_to(text, unit, limit)
    if found > limit:
        count = len(tokenize(text, unit))
        width = "" if limit == TOKEN_LIMIT else f" for a model of this width ({model.hidden_size} units)"
        raise Refusal(f"The text has {count:,} {unit}; the limit is {limit:,}{width}.")
    if found == 0:
        raise Refusal(f"The text is {'empty' if not text else 'nothing but white space'}; type at least 1 token.")
    return tokenize(text, unit, lower=False)


def first_text(model: StoredModel) -> str:
    """What the model reads before anything is typed: the file's example, or another text that it can take."""
    known = [] if model.vocabulary is None else [token for token in model.vocabulary.tokens if token.strip()]
    for text in (model.notes.example, "a b a b a", *known[:1], "a"):
        try:
            model.inputs(model.numbered(tokens_of(model, text)).ids)
        except ValueError:
            continue
        return text
    return "a"
