"""A visitor of any page without a browser, who sees every control that is drawn and sends what it shows."""

from __future__ import annotations

from streamlit.proto.WidgetStates_pb2 import WidgetState

from benchmarks.controls import Visitor


class Reader(Visitor):
    """Sends every control it sees, as a browser does: what is not sent goes back to its default.

    `drawn` is the length of what the last component was given. `failures` are errors that a page showed.
    """

    drawn = 0

    def note(self, element: object) -> None:
        super().note(element)
        kind = element.WhichOneof("type")  # type: ignore[attr-defined]
        widget = getattr(element, kind)
        if kind == "bidi_component":
            self.drawn = len(widget.json) or len(widget.mixed.json)
        elif kind == "exception":
            raise AssertionError(widget.message)
        elif kind == "button":
            self.widgets[widget.label] = (widget.id, kind)
        elif kind in SHOWN:
            self.widgets[widget.label] = (widget.id, kind)
            state = WidgetState(id=widget.id)
            SHOWN[kind](widget, state)
            self.values.setdefault(widget.label, state)

    def choose(self, label: str, names: list[str]) -> float:
        """Several of a list at once; the time as of `change`."""
        state = WidgetState(id=self.widgets[label][0])
        state.string_array_value.data.extend(names)
        return self.timed(label, state)

    def slide(self, label: str, low: float, high: float) -> float:
        """Both ends of a range."""
        state = WidgetState(id=self.widgets[label][0])
        state.double_array_value.data.extend([low, high])
        return self.timed(label, state)

    def press(self, label: str) -> float:
        """A button, once."""
        took = self.timed(label, WidgetState(id=self.widgets[label][0], trigger_value=True))
        del self.values[label]
        return took


def _list(widget: object, state: WidgetState) -> None:
    names = [option if isinstance(option, str) else option.content for option in widget.options]  # type: ignore[attr-defined]
    shown = list(widget.raw_values) if widget.set_value else [names[i] for i in widget.default]  # type: ignore[attr-defined]
    state.string_array_value.data.extend(shown)


def _number(widget: object, state: WidgetState) -> None:
    state.double_value = widget.value if widget.set_value else widget.default  # type: ignore[attr-defined]


def _choice(widget: object, state: WidgetState) -> None:
    state.string_value = widget.raw_value if widget.set_value else widget.options[widget.default]  # type: ignore[attr-defined]


def _range(widget: object, state: WidgetState) -> None:
    state.double_array_value.data.extend(widget.value if widget.set_value else widget.default)  # type: ignore[attr-defined]


SHOWN = {"button_group": _list, "multiselect": _list, "number_input": _number, "selectbox": _choice, "slider": _range}
