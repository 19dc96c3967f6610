"""/unrolled without a browser: from a control's change to the server's "finished", over the socket a browser uses."""

from __future__ import annotations

import time
from collections.abc import Mapping
from urllib.parse import urlencode

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.sync.client import connect

from benchmarks.report import heading, row

ROUNDS = 40
ADDRESS = {"text": "the quick brown fox jumps over a", "hidden": "8"}


def run(url: str) -> None:
    """Each control changed back and forth as one visitor would, 0.1 s apart; the time is the server's alone."""
    heading("Control → finished, on the server, /unrolled, 32 tokens × 8 units")
    visitor = Visitor(url)
    for label, values in {
        "Text: up": ("the quick brown fox jumps over b", "the quick brown fox jumps over a"),
        "Notation": ("B", "A"),
        "Activation g": ("ReLU", "tanh"),
        "Loss": ("squared error", "cross-entropy"),
        "Hidden units": (7.0, 8.0),
        "Seed": (1.0, 0.0),
        "Standard deviation": (0.5, 0.7),
    }.items():
        times = [visitor.change(label, values[turn % 2]) for turn in range(ROUNDS)]
        row(f"  {label.removesuffix(': up')}", times, bound=50)
    visitor.close()


class Visitor:
    """A browser's side of the conversation: it keeps every widget's value and sends them all with each change.

    `page` and `address` say where it is: the page's name and the parameters behind it.
    """

    def __init__(self, url: str, page: str = "unrolled", address: Mapping[str, str] = ADDRESS) -> None:
        self.address = address
        self.socket = connect(
            url.replace("http", "ws", 1) + "/_stcore/stream", subprotocols=["streamlit"], max_size=None
        )  # type: ignore[list-item]
        self.widgets: dict[str, tuple[str, str]] = {}  # label → (id, kind)
        self.values: dict[str, WidgetState] = {}
        self.page = ""
        self.drawn_first = 0.0  # ms until the first picture of the last change, where the page went on by itself
        self.rerun(page_name=page)
        self.rerun()

    def rerun(self, page_name: str = "") -> float:
        message = BackMsg()
        message.rerun_script.query_string = urlencode(self.address)
        message.rerun_script.page_script_hash = self.page
        message.rerun_script.page_name = page_name
        message.rerun_script.widget_states.widgets.extend(self.values.values())
        begun = time.perf_counter()
        self.socket.send(message.SerializeToString())
        finished, self.drawn_first = False, 0.0
        while not finished:
            answer = ForwardMsg.FromString(self.socket.recv(timeout=30))  # type: ignore[arg-type]
            if answer.WhichOneof("type") == "script_finished" and not self.drawn_first:
                self.drawn_first = (time.perf_counter() - begun) * 1000
            finished = (  # and not "finished early, to run again"
                answer.WhichOneof("type") == "script_finished"
                and answer.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY
            )
            if answer.HasField("navigation"):  # a new session names app.py alone, and that leads to the start page
                self.page = answer.navigation.page_script_hash
            if answer.HasField("delta") and answer.delta.HasField("new_element"):
                self.note(answer.delta.new_element)
        return (time.perf_counter() - begun) * 1000

    def note(self, element: object) -> None:
        kind = element.WhichOneof("type")  # type: ignore[attr-defined]
        if kind in ("text_input", "selectbox", "slider", "number_input"):
            widget = getattr(element, kind)
            self.widgets[widget.label] = (widget.id, kind)

    def change(self, label: str, value: str | float) -> float:
        """Send a new value; the time in ms until the script has finished and all it drew has arrived."""
        (identity, kind) = next(found for name, found in self.widgets.items() if name.startswith(label))
        state = WidgetState(id=identity)
        if kind == "slider":
            state.double_array_value.data.append(float(value))
        elif kind == "number_input":
            state.double_value = float(value)
        else:
            state.string_value = str(value)
        return self.timed(label, state)

    def timed(self, label: str, state: WidgetState) -> float:
        """Send a control's new state; the time in ms as of `change`."""
        self.values[label] = state
        time.sleep(0.1)
        return self.rerun()

    def close(self) -> None:
        self.socket.close()
