"""/clustering without a browser: from a control's change to the server's "finished", at the most points it draws.

Every change asks for points, settings or a seed that no visitor has asked for before, so that no cache answers.
"""

from __future__ import annotations

from streamlit.proto.WidgetStates_pb2 import WidgetState

from benchmarks.controls import Visitor
from benchmarks.report import heading, row
from seqviz.ui.clustering.compute import COUNTS

ROUNDS = 40
FEWEST = COUNTS[1] - ROUNDS


def run(url: str) -> None:
    for view, fuzzy in (("What a cluster is", False), ("Three ways to cluster", True)):
        heading(f"Control → finished, on the server, /clustering, {view}, up to {COUNTS[1]} points")
        address = {"clustering_view": view, "count": str(COUNTS[1]), "clusters": "4", "points": "uniform"}
        visitor = Reader(url, "clustering", address)
        changes = {
            "Seed": [float(turn + (500 if fuzzy else 1)) for turn in range(ROUNDS)],
            "How many": [float(FEWEST + turn) for turn in range(ROUNDS)],
            "Clusters k": [float(turn % 8 + 1) for turn in range(8)],
        }
        if fuzzy:
            changes["Fuzziness m"] = [1.05 + 6.9 * turn / ROUNDS for turn in range(ROUNDS)]
        for label, values in changes.items():
            times = [visitor.change(label, value) for value in values]
            assert ("Fuzziness m" in visitor.widgets) == fuzzy  # still in this view
            assert visitor.drawn > 10_000  # and drawing points
            row(f"  {label}", times, bound=300)
        visitor.close()


class Reader(Visitor):
    """A visitor that sends every control it sees, as a browser does: what is not sent goes back to its default.

    `drawn` is the length of what the drawing was last given.
    """

    drawn = 0

    def note(self, element: object) -> None:
        super().note(element)
        kind = element.WhichOneof("type")  # type: ignore[attr-defined]
        widget = getattr(element, kind)
        if kind == "bidi_component":
            self.drawn = len(widget.json)
        elif kind in ("button_group", "number_input", "selectbox"):
            state = WidgetState(id=widget.id)
            if kind == "button_group":
                chosen = (
                    list(widget.raw_values) if widget.set_value else [widget.options[i].content for i in widget.default]
                )
                state.string_array_value.data.extend(chosen)
            elif kind == "number_input":
                state.double_value = widget.value if widget.set_value else widget.default
            else:
                state.string_value = widget.raw_value if widget.set_value else widget.options[widget.default]
            self.values.setdefault(widget.label, state)
