"""What a reader takes away from /training: metrics, config, the model as it is, and its first updates as a script."""

from __future__ import annotations

import base64
import csv
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from seqviz.learning.service import Service, Unanswered
from seqviz.recurrent.tensors import ModelFileError, read_tensors
from seqviz.ui import shell
from seqviz.ui.common import as_sentence, offer
from seqviz.ui.downloads import as_cell
from seqviz.ui.state import visit
from seqviz.ui.training.follow import Followed
from seqviz.ui.training.serving import service

PATIENCE = 20.0  # seconds for a model or a script, which a busy worker makes between two slices


@dataclass(frozen=True)
class Prepared:
    """What the worker made of a run when it was asked.

    Attributes:
        update: that the model has behind it; -1 where it does not say.
        model: as safetensors, b"" where there is none. script: "" where there is none. refusals: why there is none.
    """

    update: int = -1
    model: bytes = b""
    script: str = ""
    refusals: tuple[str, ...] = ()


@st.fragment
def take_away() -> None:
    """The downloads below the charts, once there are runs."""
    runs: list[Followed] = visit().runs
    if not runs:
        return
    st.subheader("Take away", anchor=False)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        run = runs[0]
        if len(runs) > 1:
            names = [run.name for run in runs]
            name = st.selectbox("Run", names, key=f"taken-{'-'.join(names)}", width=180)
            run = next(one for one in runs if one.name == name)
        offer("Metrics (CSV)", lambda: metrics_csv(runs), "training.csv")
        offer("Config (JSON)", config_json(run), f"{stem(run)}.json")
        if st.button("Prepare model and script"):
            with st.spinner("The training process writes them."):
                visit().prepared[run.run_id] = prepare(service(), run.run_id)
        made: Prepared | None = visit().prepared.get(run.run_id)
        if made is not None and made.model:
            at = f" after update {made.update:,}" if made.update >= 0 else ""
            name = f"{stem(run)}-{max(made.update, 0)}.safetensors"
            offer(f"Model{at}", made.model, name)
        if made is not None and made.script:
            offer("PyTorch script", made.script, f"{stem(run)}.py")
    for refusal in made.refusals if made is not None else ():
        st.warning(shell.plain(refusal))
    st.caption(
        "The metrics hold every update that was seen here, all runs side by side. /gates opens the model. The script "
        "needs PyTorch and NumPy alone and repeats the run’s first 100 losses, fewer where a batch is large. "
        "The address bar holds the settings, not the training: a page that is loaded again begins without it."
    )


def prepare(at: Service, run_id: str) -> Prepared:
    """Ask for the model as it is now and the script of the first updates; a refusal is a sentence, not an error."""
    model, script, refusals = b"", "", []
    for what in ("model", "script"):
        try:
            answer = at.ask(run_id, {"ask": what}, timeout=PATIENCE)
        except Unanswered as refusal:
            refusals.append(f"There is no {what}: {as_sentence(str(refusal))}")
        except KeyError:
            refusals.append(f"There is no {what}: this run is no longer kept.")
        else:
            if what == "model":
                model = base64.b64decode(str(answer))
            else:
                script = str(answer)
    return Prepared(update_of(model), model, script, tuple(refusals))


def update_of(model: bytes) -> int:
    """How many updates a model file says it has behind it; -1 where it does not."""
    try:
        found = json.loads(read_tensors(model).metadata["card"])["updates done"]
    except (ModelFileError, KeyError, ValueError, TypeError):
        return -1
    return found if isinstance(found, int) else -1


def stem(run: Followed) -> str:
    """The name of a run's files."""
    words = "".join(letter if letter.isalnum() else "-" for letter in run.name.lower())
    return f"{run.config.task}-{words}"


def config_json(run: Followed) -> str:
    """The config as JSON that a person can read; `TrainingConfig.from_json` opens it."""
    return json.dumps(json.loads(run.config.to_json()), indent=2, ensure_ascii=False) + "\n"


def metrics_csv(runs: Sequence[Followed]) -> str:
    """One row an update, for each run its loss, norms, seconds and held-out metrics; full precision."""
    columns: dict[str, dict[int, float]] = {}
    for run in runs:
        seen = run.seen
        for title, values in (
            ("loss", seen.loss),
            ("gradient norm", seen.norm),
            ("clipped norm", seen.clipped),
            ("seconds", seen.seconds),
        ):
            columns[f"{run.name}: {title}"] = dict(zip(seen.updates, values, strict=True))
        for metric, found in seen.scores.items():
            columns[f"{run.name}: held-out {metric}"] = found
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(["update", *map(as_cell, columns)])
    for update in sorted({update for column in columns.values() for update in column}):
        table.writerow([update, *(column.get(update, "") for column in columns.values())])
    return out.getvalue()
