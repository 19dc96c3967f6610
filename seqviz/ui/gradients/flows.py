"""What the views of the gradient over time say about networks, read off their records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from seqviz.figures.numbers import in_words
from seqviz.learning.flow import OUTPUTS, FlowConfig
from seqviz.records import GradientFlow
from seqviz.ui.common import bullets

SAME = 0.05  # orders of magnitude: what differs by less is about the same

EVERY = (
    "With a loss at every step new errors enter all along the way: the norm at t is that of the sum of what step t and "
    "all later ones send back. So the curve does not show how far one error reaches, and the bound does not hold for "
    "it. To see that, take the loss at the last step."
)


def orders(flow: GradientFlow) -> float:
    """log10 of ‖∂L/∂h_1‖ / ‖∂L/∂h_T‖; −∞ if nothing arrives, nan where a norm is no number or nothing sets out."""
    if not np.isfinite(flow.norms).all() or flow.norms[-1] == 0:
        return float("nan")
    with np.errstate(divide="ignore"):
        return float(np.log10(flow.norms[0]) - np.log10(flow.norms[-1]))


def set_up(config: FlowConfig, *, lstm: bool) -> str:
    """What all networks of a picture are fed with and asked for."""
    where = "at the last step" if config.loss == "last" else "summed over all steps"
    said = (
        f"Before any training: {config.batch} sequences of {config.inputs} Gaussian numbers a step; a fixed random "
        f"read-out is asked for {OUTPUTS} random targets, ½ the squared error {where}. "
    )
    if not lstm:
        return f"{said}All biases are 0."
    return (
        f"{said}All biases are 0 but the LSTM’s forget gate’s, {in_words(config.forget_bias)}: without input and state "
        f"it is {in_words(_open(config.forget_bias))} open, every other gate 0.5. That bias decides much of its curve; "
        "it is under More."
    )


def _open(bias: float) -> float:
    """σ(bias): how far a gate is open that sees nothing else."""
    return float(1 / (1 + np.exp(-bias)))


# ── one network ──────────────────────────────────────────────────────────────────────────────────────────────


def told(flow: GradientFlow) -> str:
    """What one line of the plot says, in a sentence or two."""
    norms, steps = flow.norms, len(flow.norms)
    bad = np.flatnonzero(~np.isfinite(norms)) + 1
    if flow.overflow is not None and not len(bad):
        return f"{flow.name}: the state overflowed at step {flow.overflow} of {steps}."
    if flow.overflow is not None:
        which = "every gradient" if len(bad) == steps else f"the gradient at {len(bad)} steps"
        return (
            f"{flow.name}: the forward pass overflowed. From step {flow.overflow} of {steps} on the state is no finite "
            f"number any more: above 1.8·10³⁰⁸ a float64 becomes ∞, and ∞ − ∞ is NaN. The loss is no number either, so "
            f"{which} that comes back from it is {in_words(float(norms[bad[-1] - 1]))}, down to t = {bad[0]}."
        )
    if len(bad):
        return (
            f"{flow.name}: going forward all is well, but on the way back the gradient passes 1.8·10³⁰⁸ at step "
            f"{bad[-1]} and is {in_words(float(norms[0]))} at t = 1."
        )
    both = f"{flow.name}: {in_words(float(norms[-1]))} at t = {steps}"
    if steps == 1:
        return f"{both}, the only step."
    both += f", {in_words(float(norms[0]))} at t = 1"
    if flow.loss == "every":
        return f"{both}."
    zeros = int((norms == 0).sum())
    if zeros:
        return f"{both}. At {zeros} of {steps} steps it is exactly 0: by way of h nothing of the error arrives there."
    bound = "" if flow.bound is None else f" The bound there is {in_words(float(flow.bound[0]))}."
    return f"{both}: {_size(orders(flow))}.{bound}"


def _size(found: float) -> str:
    if abs(found) < SAME:
        return "about as large"
    return f"{abs(found):.1f} orders of magnitude {'larger' if found > 0 else 'smaller'}"


def verdict(answer: str, flow: GradientFlow) -> str:
    """Whether the reader was right, with both numbers; what the picture calls about as large is neither."""
    first, last = float(flow.norms[0]), float(flow.norms[-1])
    numbers = f"{in_words(last)} at t = {len(flow.norms)} and {in_words(first)} at t = 1"
    lost = [value for value in (first, last) if not np.isfinite(value)]
    if lost:
        right, said = (
            None,
            f"neither: {numbers}, and {'neither is' if len(lost) == 2 else 'one is not'} a finite number",
        )
    elif first == last or (first > 0 and last > 0 and abs(np.log10(first) - np.log10(last)) < SAME):
        right, said = None, f"neither: it is about the same, {numbers}"
    else:
        right = "larger" if first > last else "smaller"
        said = f"it is {right}: {numbers}"
    if answer == "skip":
        return f"{flow.name}: {said}."
    return f"{'Right' if answer == right else 'Not this time'}. {flow.name}: {said}."


def about_spectrum(flow: GradientFlow, cell: str) -> str:
    """Whose eigenvalues are shown, and the largest."""
    which = "the recurrent matrix" if cell == "Elman" else "the candidate's recurrent matrix"
    count = len(flow.eigenvalues)
    return (
        f"Eigenvalues of {which} of {flow.name}: {count} unit{'' if count == 1 else 's'}, the largest of size "
        f"{in_words(flow.radius)}."
    )


def lessons(flows: Sequence[GradientFlow], cells: Sequence[str], symbol: str) -> tuple[str, ...]:
    """What there is to see in these networks."""
    said = [
        "On its way back the gradient is multiplied at every step by the slope $g'$ and the recurrent matrix. Where "
        "that shrinks every direction, the gradient **vanishes** exponentially; where it stretches one again and "
        "again, it **explodes**."
    ]
    if any(flow.loss == "every" for flow in flows):
        said.append(EVERY)
    if any(flow.bound is not None for flow in flows):
        said.append(
            r"The dotted line is the bound "
            rf"$\|\partial L/\partial {symbol}_T\| \cdot (\gamma\,\sigma_{{\max}})^{{T-t}}$: γ is the largest slope of "
            r"$g$, $\sigma_{\max}$ the largest singular value of the matrix. Where $\gamma\,\sigma_{\max}$ is below 1 "
            "the gradient must vanish. Above 1 it may explode and need not: the line can lie far above the truth."
        )
    if set(cells) & {"LSTM", "GRU"}:
        said.append(
            "A gated cell has a second way back, past the matrix: the LSTM's forget gate, the GRU's update gate. What "
            "such a gate keeps going forward, it keeps going back."
            + (
                f" In an LSTM that way is the cell state's: $\\partial L/\\partial {symbol}_t$ is shown, and can be 0 "
                "where $\\partial L/\\partial c_t$ is not."
                if "LSTM" in cells
                else ""
            )
        )
    return tuple(said)


# ── fifteen networks ─────────────────────────────────────────────────────────────────────────────────────────

Panels = Mapping[tuple[str, str], GradientFlow]


def told_of_all(panels: Panels) -> str:
    """Who kept the most of the gradient and who the least, with their numbers."""
    flows = list(panels.values())
    if any(flow.loss == "every" for flow in flows):
        return bullets(EVERY)
    if len(flows[0].norms) == 1:
        return bullets("One step: there is no way back to compare.")
    kept = {key: orders(flow) for key, flow in panels.items()}
    some = {key: share for key, share in kept.items() if np.isfinite(share)}
    gone = sum(flow.norms[0] == 0 for flow in flows if np.isfinite(flow.norms).all())
    lost = sum(not np.isfinite(flow.norms).all() for flow in flows)
    chosen: list[tuple[str, tuple[str, str]]] = []
    if some:
        nearest, least, most = (
            min(some, key=lambda key: abs(some[key])),
            min(some, key=lambda key: some[key]),
            max(some, key=lambda key: some[key]),
        )
        chosen.append(("Nearest to keeping it", nearest))
        if not gone and some[least] <= -SAME and least != nearest:
            chosen.append(("Least is left", least))
        if some[most] >= SAME and most != nearest:
            chosen.append(("It grows most" if not lost else "Of those that stay finite it grows most", most))
    lines = [
        f"{word}: **{network}, {start}**. At t = 1 the norm is {_times(panels[start, network])} times that at t = T."
        for word, (start, network) in chosen
    ]
    lines += [f"In {gone} of {len(flows)} networks it is exactly 0 at t = 1."] if gone else []
    lines += [f"In {lost} of {len(flows)} networks the numbers overflow."] if lost else []
    return bullets(*lines)


def _times(flow: GradientFlow) -> str:
    """‖∂L/∂h_1‖ / ‖∂L/∂h_T‖ in words, also where the ratio itself leaves the floating-point numbers."""
    found = orders(flow)
    with np.errstate(over="ignore", under="ignore"):
        ratio = float(flow.norms[0] / flow.norms[-1])
    return in_words(ratio) if abs(found) < 300 else f"10^{found:.0f}".replace("-", "−")


def lessons_of_all(panels: Panels, config: FlowConfig) -> tuple[str, ...]:
    """What there is to see in the panels of this scale."""
    return (
        f"All networks of one seed read the same numbers and share one scale. {_sigmoid(panels)} tanh has the slope 1 "
        "at 0 alone.",
        "ReLU has the slope 1 where a unit is on: begun with the identity itself (scale 1), what is kept going forward "
        "is kept going back (Le, Jaitly and Hinton 2015). It has no ceiling: a scale above 1 can make it explode.",
        "LSTM and GRU come with a way past the matrix. How much they keep depends on their gates, and before any "
        "training those stand where their biases put them: the LSTM's forget gate around "
        f"{in_words(_open(config.forget_bias))}, the GRU's update gate around 0.5. Inputs and states scatter them "
        "around that, a larger scale further.",
    )


def _sigmoid(panels: Panels) -> str:
    """What the sigmoid's slope must do to the gradient at this scale, matrix by matrix."""
    factors = {start: flow.gamma * flow.sigma_max for (start, name), flow in panels.items() if name.endswith("sigmoid")}
    told = "The sigmoid's slope is at most ¼."
    shrinks = [f"{in_words(factor)} ({start})" for start, factor in factors.items() if factor < 1]
    free = [start for start, factor in factors.items() if factor >= 1]
    if shrinks:
        told += f" Times the matrix that is at most {', '.join(shrinks)} a step: there its gradient must vanish."
    if free:
        told += f" At this scale ¼ σ_max is 1 or more for {', '.join(free)}: there it need not vanish."
    return told
