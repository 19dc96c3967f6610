"""Visitors of /training without browsers: the conversation that Streamlit's page has with its server, timers included.

One costs a thousandth of a browser, so that thirty leave the processor to what is measured. They live on a thread of
their own; what they have received can be read from any other.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar
from urllib.parse import urlencode

import orjson
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

COMPONENT = "seqviz_training"
OVER = ("stopped", "finished", "diverged", "limit", "refused", "failed", "gone")
PATIENCE = 600.0  # seconds
Result = TypeVar("Result")


class Visitor:
    """What one browser knows: the widgets' names, the page's timers, the component's last data.

    Attributes:
        data: of the component, as last received; {} before. changes: (moment, state, update) whenever a run's changed.
        places: in the queue, as they were shown. polls: fragment reruns asked for; answered: those that have ended.
        received: bytes. failures: errors that the page showed.
    """

    def __init__(self, url: str, page: str, **address: object) -> None:
        self.url, self.page_name, self.query = url, page, urlencode(address)
        self.data: dict[str, Any] = {}
        self.changes: list[tuple[float, str, int]] = []
        self.places: set[int] = set()
        self.polls = self.answered = self.received = 0
        self.failures: list[str] = []
        self.session = ""
        self._buttons: dict[str, str] = {}
        self._page = ""
        self._timers: dict[str, tuple[float, asyncio.Task[None]]] = {}
        self._cache: dict[str, ForwardMsg] = {}
        self._finished = asyncio.Event()
        self._socket: Any = None
        self._listening: asyncio.Task[None] | None = None

    @property
    def runs(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.data.get("runs", [])
        return found

    @property
    def run(self) -> dict[str, Any]:
        """The first of them."""
        return self.runs[0] if self.runs else {"state": "", "update": 0, "sentences": []}

    @property
    def over(self) -> bool:
        return bool(self.runs) and all(run["state"] in OVER for run in self.runs)

    async def open(self) -> None:
        """Come, or come back: the server knows a session again by its name."""
        protocols: Any = ["streamlit", *(["none", self.session] if self.session else [])]
        address = self.url.replace("http", "ws", 1) + "/_stcore/stream"
        self._socket = await connect(address, subprotocols=protocols, max_size=None, proxy=None)
        self._listening = asyncio.create_task(self._listen())
        await self._ask(page_name="" if self._page else self.page_name)

    async def press(self, label: str) -> None:
        await self._ask(WidgetState(id=self._buttons[label], trigger_value=True))

    async def close(self) -> None:
        """As a closed tab: the socket goes, and with it everything that would ask again."""
        self._stop_timers()
        await self._socket.close()
        if self._listening is not None:
            await self._listening

    async def _ask(self, *widgets: WidgetState, page_name: str = "") -> None:
        """A run of the whole page, to its end."""
        self._finished.clear()
        await self._send(page_name=page_name, widgets=widgets)
        await asyncio.wait_for(self._finished.wait(), PATIENCE)

    async def _send(self, fragment: str = "", page_name: str = "", widgets: tuple[WidgetState, ...] = ()) -> None:
        message = BackMsg()
        state = message.rerun_script
        state.query_string, state.page_script_hash, state.page_name = self.query, self._page, page_name
        state.fragment_id, state.is_auto_rerun = fragment, bool(fragment)
        state.widget_states.widgets.extend(widgets)
        state.cached_message_hashes.extend(self._cache)
        await self._socket.send(message.SerializeToString())

    async def _listen(self) -> None:
        with contextlib.suppress(ConnectionClosed):
            async for raw in self._socket:
                self.received += len(raw)
                self._hear(ForwardMsg.FromString(raw))
        self._stop_timers()

    def _hear(self, message: ForwardMsg) -> None:
        kind = message.WhichOneof("type")
        if kind == "ref_hash":
            kept = self._cache[message.ref_hash]
            kind, message = kept.WhichOneof("type"), kept
        elif message.metadata.cacheable:
            self._cache[message.hash] = message
            self._cache = dict(list(self._cache.items())[-8:])  # a browser lets them go after two runs
        if kind == "new_session":
            self.session = message.new_session.initialize.session_id or self.session
            if not message.metadata.run.fragment_ids:
                self._stop_timers()  # as the browser does: the run says anew what is to be asked again
        elif kind == "navigation":
            self._page = message.navigation.page_script_hash
        elif kind == "auto_rerun":
            self._start_timer(message.auto_rerun.fragment_id, message.auto_rerun.interval)
        elif kind == "stop_auto_rerun":
            for name in message.stop_auto_rerun.fragment_ids:
                self._stop_timer(name)
        elif kind == "page_info_changed":
            self.query = message.page_info_changed.query_string
        elif kind == "script_finished":
            if message.script_finished == ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY:
                self.answered += 1
            elif message.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY:
                self._finished.set()
        elif kind == "delta" and message.delta.HasField("new_element"):
            self._see(message.delta.new_element)

    def _see(self, element: Any) -> None:
        kind = element.WhichOneof("type")
        if kind == "button":
            self._buttons[element.button.label] = element.button.id
        elif kind == "exception":
            self.failures.append(element.exception.message)
        elif kind == "bidi_component" and element.bidi_component.component_name.endswith(COMPONENT):
            self.data = orjson.loads(element.bidi_component.json or element.bidi_component.mixed.json)
            now = (self.run["state"], self.run["update"])
            if self.runs and (not self.changes or self.changes[-1][1:] != now):
                self.changes.append((time.perf_counter(), *now))
            self.places |= {run["place"] for run in self.runs} - {0}

    def _start_timer(self, fragment: str, interval: float) -> None:
        if fragment in self._timers and self._timers[fragment][0] == interval:
            return
        self._stop_timer(fragment)

        async def tick() -> None:
            while True:
                await asyncio.sleep(interval)
                self.polls += 1
                await self._send(fragment)

        self._timers[fragment] = (interval, asyncio.create_task(tick()))

    def _stop_timer(self, fragment: str) -> None:
        if fragment in self._timers:
            self._timers.pop(fragment)[1].cancel()

    def _stop_timers(self) -> None:
        for name in list(self._timers):
            self._stop_timer(name)


class Crowd:
    """Visitors on a thread of their own."""

    def __init__(self) -> None:
        self.visitors: list[Visitor] = []
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, name="visitors", daemon=True).start()

    def come(self, url: str, page: str, addresses: list[dict[str, object]]) -> list[Visitor]:
        """So many more, one for each address, at the same time."""
        new = [Visitor(url, page, **address) for address in addresses]
        self.visitors += new
        self.all(new, Visitor.open)
        return new

    def all(self, visitors: list[Visitor], act: Callable[[Visitor], Awaitable[None]]) -> None:
        """Let each do the same, and wait until the last has done it."""

        async def together() -> None:
            await asyncio.gather(*map(act, visitors))

        self._do(together())

    def press(self, visitors: list[Visitor], label: str) -> None:
        self.all(visitors, lambda visitor: visitor.press(label))

    def leave(self) -> None:
        """All of them close their tabs."""
        self.all(self.visitors, Visitor.close)
        self.visitors = []

    def _do(self, work: Coroutine[Any, Any, Result]) -> Result:
        future: Future[Result] = asyncio.run_coroutine_threadsafe(work, self._loop)
        return future.result(PATIENCE)


def until(condition: Callable[[], object], what: str, patience: float = PATIENCE) -> float:
    """Wait for it; the seconds that it took.

    Raises:
        TimeoutError: it did not come.
    """
    begun = time.perf_counter()
    while not condition():
        if time.perf_counter() - begun > patience:
            raise TimeoutError(f"waited {patience:g} s for {what}")
        time.sleep(0.01)
    return time.perf_counter() - begun
