"""What there is to see on /training, for the task at hand; what hangs on numbers is read off the runs."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from seqviz.figures.numbers import in_words
from seqviz.ui.training.follow import Followed
from seqviz.ui.training.scores import Score, baseline_of, compared, ranking

_TEXT = "lecture decks A and D; Mikolov et al. 2010; for the bigrams Witten and Bell 1991."
_LONG = "Hochreiter and Schmidhuber 1997; Arjovsky, Shah and Bengio 2016"
SOURCES = {
    "characters": f"Karpathy 2015; {_TEXT}",
    "words": f"Bengio et al. 2003; {_TEXT}",
    "reviews": "Pang, Lee and Vaithyanathan 2002, who counted words; Hochreiter and Schmidhuber 1997.",
    "tags": "Charniak et al. 1993, whose baseline is each word's most frequent tag; Elman 1990.",
    "numbers": "Sutskever, Vinyals and Le 2014.",
    "country": "Bengio, Simard and Frasconi 1994; Olah 2015.",
    "copy": f"{_LONG}; Saxe, McClelland and Ganguli 2014, for the orthogonal start.",
    "adding": f"{_LONG}; Le, Jaitly and Hinton 2015, for the identity as a start.",
}
CLIPPING = "Pascanu, Mikolov and Bengio 2013, for clipping."

LESSONS = {
    "characters": (
        "**The loss** is the mean cross-entropy of a batch in nats; divided by ln 2 it is bits per character. A guess "
        "among V characters alike costs log₂ V bits.",
        "**Read the samples along the training**: which comes first, spelling, whole words, or a sentence that holds "
        "together?",
    ),
    "words": (
        "**The loss** is the mean cross-entropy of a batch in nats; divided by ln 2 it is bits per word.",
        "**It does not go to 0**: where several words may follow, the best guess still costs bits.",
    ),
    "reviews": (
        "**One answer, at the end**: the gradient enters at the last word alone and has to find its way back.",
        "**Counting words is a rival.** What it cannot do is read “not bad at all”, or know which half counts.",
    ),
    "tags": (
        "**An answer at every word**: the gradient enters at every step, not at the last alone.",
        "**What comes after a word is not seen.** The network reads from left to right: a tag that only the next word "
        "would settle stays a guess.",
    ),
    "numbers": (
        "**Many in, many out**: the whole number has to be in the state before the first digit is said.",
        "**Whole sequences count**: one wrong digit makes the number wrong, so this score never lies above accuracy.",
    ),
    "country": (
        "**The gap is the difficulty**: what counts was read up to “Length” words before it is asked for.",
        "**Look at ‖∂L/∂h_t‖** over the steps: what of the error still arrives at the country?",
    ),
    "copy": (
        "**A wait without news**: during the blanks nothing arrives, and the ten symbols have to stay.",
        "**The start matters**: an orthogonal matrix neither shrinks nor stretches a state; try others side by side.",
    ),
    "adding": (
        "**Watch for a plateau**: always answering 1 costs about 1/6. How long does the loss stand there?",
        "**Try the forget gate.** The preset gives it a bias of its own, so that it starts open: what happens at 0?",
    ),
}  # fmt: skip


def lessons(task: str, runs: Sequence[Followed]) -> tuple[str, ...]:
    """What there is to see: of the task always, of these runs what they have reached so far."""
    of_task = [run for run in runs if run.config.task == task]
    return (*LESSONS[task], *_measured(of_task))


def source(task: str) -> str:
    """Who said it first."""
    return f"{SOURCES[task]} {CLIPPING}"


def _measured(runs: Sequence[Followed]) -> list[str]:
    """Sentences that only numbers of these runs can fill."""
    scores = ranking(runs)
    by_name = {run.name: run for run in runs}
    found = [] if not scores else [_rival(scores[0], by_name[scores[0].name])]
    if len(scores) > 1:
        found.append(_side_by_side(scores, by_name))
    return [said for said in (*found, clipped(runs)) if said]


def _rival(score: Score, run: Followed) -> str:
    """The best run beside the best answer without a network."""
    beaten, better = baseline_of(run), compared(score, run)
    if beaten is None:
        return f"**So far** {score.name} has {score.metric} {in_words(score.value)}, after {score.update:,} updates."
    how = "better than" if better else "level with" if score.value == beaten.value else "not yet as good as"
    return (
        f"**Beside no network at all**: {score.name} has {score.metric} {in_words(score.value)} after {score.update:,} "
        f"updates, {how} the best answer without one, {beaten.name} at {in_words(beaten.value)}."
    )


def _side_by_side(scores: Sequence[Score], by_name: dict[str, Followed]) -> str:
    """All that have a score, the best first, with what they cost."""
    told = []
    for score in scores:
        run = by_name[score.name]
        parameters = run.about.get("parameters")
        size = f"{parameters:,} parameters, " if isinstance(parameters, int) else ""
        pace = f"{in_words(1000 * median(run.seen.seconds))} ms an update"  # the first ones also warm torch up
        told.append(f"{score.name} {in_words(score.value)} ({size}{pace}, after {score.update:,})")
    level = any(one.value == other.value for one, other in pairwise(scores))
    return f"**Side by side**, {scores[0].metric}, the best first{' (some level)' if level else ''}: {'; '.join(told)}."


def clipped(runs: Sequence[Followed]) -> str:
    """How often clipping shortened a gradient; empty where nothing is clipped or nothing was done yet."""
    told = []
    for run in runs:
        if run.config.clipping != "none" and run.seen.updates:
            cut = sum(after < before for before, after in zip(run.seen.norm, run.seen.clipped, strict=True))
            told.append(f"{cut:,} of {len(run.seen.updates):,} ({run.name})")
    return f"**Clipping** shortened so many gradients: {', '.join(told)}." if told else ""
