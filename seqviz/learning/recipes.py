"""What the shipped networks are trained on and with: one recipe a task, the same for its three cells."""

from __future__ import annotations

from dataclasses import dataclass

from seqviz.learning.fit import FitConfig
from seqviz.text.tasks import Brackets, Counting, Country, Reviews, Task

RATES = (0.001, 0.003, 0.01, 0.03)
UNKNOWN_SHARE = 0.03  # of the training tokens, where the vocabulary has <unk>


@dataclass(frozen=True)
class Recipe:
    """Everything that decides the three files of a task.

    Attributes:
        task: what is trained on. asked: the same task as its score asks it.
        hidden: H. embedding: E. updates: the budget of every training.
        examples: how many training sequences are drawn. held_out: how many of the validation and of the test split.
        title, about, data, splits, scoring: the card's sentences.
        example: a text that shows the networks on screen.
        longer: where above 1, the simple cell is also trained with so many times the updates, for the card alone.
    """

    task: Task
    asked: Task
    hidden: int
    embedding: int
    updates: int
    title: str
    about: str
    data: str
    splits: str
    scoring: str
    example: str
    examples: int = 4000
    held_out: int = 1000
    batch: int = 32
    clip_norm: float = 1.0
    rates: tuple[float, ...] = RATES
    seed: int = 0
    longer: int = 1

    def config(self, cell: str, learning_rate: float) -> FitConfig:
        """One training of the search."""
        return FitConfig(
            cell=cell,
            hidden=self.hidden,
            embedding=self.embedding,
            updates=self.updates,
            batch=self.batch,
            learning_rate=learning_rate,
            clip_norm=self.clip_norm,
            seed=self.seed,
        )


COUNTRY = Recipe(
    task=Country(),
    asked=Country(),
    hidden=32,
    embedding=16,
    updates=2000,
    longer=5,
    title="An early country decides a late language",
    about=(
        "The network reads a sentence word by word and has to say its next word, a language. Which one was decided by "
        "the country far back in the sentence; in between lie everyday clauses, some of which mention a country that "
        "does not matter."
    ),
    data=(
        "Sentences composed from hand-written phrases: perhaps a clause in front, where somebody grew up, clauses of "
        "who did what, where and when, and “… still speaks fluent”. The gap, the number of tokens between the country "
        "and the answer, is drawn from 4 to 80 so that each doubling has the same chance; two clauses in five "
        "mention some other country. 3 % of the training tokens are replaced by <unk>."
    ),
    splits=(
        "Each core of a clause (who did what) belongs to one of the three splits by a hash of its words, so that no "
        "clause of the test sentences was seen in training. The words, openings and closings are the same."
    ),
    scoring="The share of held-out sentences whose language is right; the loss stands at the last step alone.",
    example=(
        "I grew up in Spain . My brother planted a small tree in the garden , and every morning the baker sold apples "
        "at the market . A friend came back from Italy after lunch because it rained , but today I still speak good"
    ),
)

COUNTING = Recipe(
    task=Counting(),
    asked=Counting(certain_only=True),
    hidden=8,
    embedding=4,
    updates=2000,
    title="As many b as there were a",
    about=(
        "The network reads aⁿ X bⁿ letter by letter and has to say each next letter, and <eos> where the string ends. "
        "After an a the next letter is open; from X on all is determined, if one has counted."
    ),
    data="The strings with n = 1 … 10, each with the same chance.",
    splits=(
        "There is one string for each n: training has n = 1 … 10, validation n = 11 and 12, and everything beyond is "
        "test. So the score up to 10 is on strings seen in training; what is held out is larger n."
    ),
    scoring="The determined letters, from X on: a string counts as right when all n + 1 of them are.",
    example="aaaaaaaaXbbbbbbbb",
)

BRACKETS = Recipe(
    task=Brackets(),
    asked=Brackets(),
    hidden=24,
    embedding=8,
    updates=2000,
    title="What stands open",
    about=(
        "The network reads a text character by character and has to say after each how many brackets are open, or that "
        "a quotation is open. Brackets inside quotes do not count, so the depth must be kept through the quotation."
    ),
    data=(
        "Random texts of 12 to 40 characters: ( ) and [ ] nested up to four deep and always closed in the right order, "
        "quotes with any brackets inside, small letters, digits and signs. What is open at the end stays open."
    ),
    splits=(
        "A text belongs to one of the three splits by a hash of its first eight characters: no two splits share a "
        "beginning."
    ),
    scoring="The share of held-out characters after which the answer is right; the loss is the mean over all of them.",
    example='f(a, [b, "not ]) here", c[1]) + g("((", (d))',
)

REVIEWS = Recipe(
    task=Reviews(),
    asked=Reviews(),
    hidden=16,
    embedding=8,
    updates=6000,
    title="Praise or blame",
    about=(
        "The network reads a short review word by word and has to say at its end whether it praises or blames. "
        "Negation turns a word round; beside “but”, “however”, “although” and “even though” one half does not count."
    ),
    data=(
        "Reviews composed from hand-written phrases, not collected: films, food, hotels and gadgets, with negation, "
        "intensifiers, contrast, and sentences that say nothing. 3 % of the training tokens are replaced by <unk>."
    ),
    splits=(
        "Each pair of a noun and what is said of it belongs to one of the three splits by a hash of both: no pair of "
        "the test reviews was seen together in training, though each of the two words was, and the neutral sentences."
    ),
    scoring="The share of held-out reviews judged right; the loss stands at the last step alone.",
    examples=8000,
    example=(
        "We were there on Sunday with my sister . The lobby was very gloomy and the pool was far from clean . However "
        ", the room was not bad at all . We stayed until the evening ."
    ),
)

RECIPES = {recipe.task.name: recipe for recipe in (COUNTRY, BRACKETS, COUNTING, REVIEWS)}
