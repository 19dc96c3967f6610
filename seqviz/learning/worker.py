"""The process that trains: python -m seqviz.learning.worker --listen unix:/path [--factory module:function]

It listens at an address, believes whoever shows the token, and computes what it is told in slices, one thread of
arithmetic. It keeps nothing that the web process does not have as well, so it may be killed at any time.

Started by a web process, it reads the token from its standard input and ends when that closes: with its parent, however
that dies. Started by hand (--stay), on this machine or another, it reads the token from SEQVIZ_TOKEN.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import logging
import os
import queue
import shutil
import socket
import sys
import threading
import time
from collections.abc import Mapping, Sequence

from seqviz.learning import address
from seqviz.learning.answers import Answers
from seqviz.learning.protocol import (
    MOST_GREETING,
    PULSE,
    SILENCE,
    VERSION,
    Broken,
    Frame,
    is_greeting,
    pack,
    receive,
)
from seqviz.learning.slices import Factory, Seat, Slices

FACTORY = "seqviz.learning.factory:training"
STRANGERS = 16  # connections that have not shown the token yet
GREETING = 2.0  # seconds they have for it
NICE = 5  # steps behind the web process, where the system weighs the two

log = logging.getLogger("seqviz.learning.worker")


class Session:
    """One web process at the other end, from its greeting to its last word."""

    def __init__(self, sock: socket.socket, factory: Factory) -> None:
        self.sock = sock
        self.over = threading.Event()
        self._sending = threading.Lock()
        self._commands: queue.SimpleQueue[Frame | None] = queue.SimpleQueue()
        self._slices = Slices(factory, self.say, lambda: not self._commands.empty())
        self._answers = Answers(self._slices)
        sock.settimeout(SILENCE)

    def say(self, head: Mapping[str, object], blob: bytes = b"") -> None:
        """Send; a connection that no longer takes anything is closed, and the loop ends by itself."""
        data = pack(head, blob)
        try:
            with self._sending:
                self.sock.sendall(data)
        except OSError:
            self.close()

    def close(self) -> None:
        self.over.set()
        shut(self.sock)
        self._commands.put(None)

    def run(self) -> None:
        """Compute until the other side has gone."""
        threading.Thread(target=self._listen, name="listen", daemon=True).start()
        threading.Thread(target=self._beat, name="beat", daemon=True).start()
        try:
            while not self.over.is_set():
                waiting = self._commands.qsize()  # those that come while these are obeyed wait for a turn of work
                if self._slices.idle and not waiting:
                    self._slices.rest()
                    waiting = 1
                for _ in range(waiting):
                    command = self._commands.get()
                    if command is not None:
                        self._obey(command)
                self._slices.turn()
        except Broken as error:
            log.warning("a message was refused: %s", error)
        finally:
            self.close()
            self.sock.close()

    def _listen(self) -> None:
        try:
            while not self.over.is_set():
                frame = receive(self.sock)
                if frame.kind != "pulse":
                    self._commands.put(frame)
        except Broken as error:
            log.warning("a message was refused: %s", error)
        except (OSError, EOFError):
            pass
        finally:
            self.close()

    def _beat(self) -> None:
        """Every second: that this process lives, and how long the update at hand has taken so far."""
        while not self.over.wait(PULSE):
            run, since = self._slices.current
            self.say({"kind": "pulse", "run": run, "seconds": time.perf_counter() - since if since else 0.0})

    def _obey(self, frame: Frame) -> None:
        if frame.kind == "start":
            self._slices.add(seat_of(frame))
        elif frame.kind == "ask":
            self._answers.answer(frame)
        elif frame.kind == "until":
            self._slices.until(frame.get("run", str), frame.whole("attempt"), frame.get("goal", int))
        elif frame.kind == "stop":
            self._slices.stop(frame.get("run", str), frame.whole("attempt"))
        elif frame.kind == "drop":
            self._slices.drop(frame.get("run", str), frame.whole("attempt"))
        else:
            raise Broken("an unknown kind of message")


def seat_of(frame: Frame) -> Seat:
    return Seat(
        run=frame.get("run", str),
        attempt=frame.whole("attempt"),
        config=frame.get("config", str),
        start=frame.blob if frame.get("resumes", bool) else None,
        goal=frame.get("goal", int),
        most_updates=frame.whole("most_updates"),
        most_parameters=frame.whole("most_parameters"),
        most_seconds=frame.get("most_seconds", float),
        every=max(1, frame.whole("every")),
        seconds=frame.get("seconds", float),
    )


class Door:
    """Lets in whoever shows the token; the newest such connection is the one that is served."""

    def __init__(self, server: socket.socket, token: str, factory: Factory) -> None:
        self.server, self.token, self.factory = server, token, factory
        self.sessions: queue.SimpleQueue[Session] = queue.SimpleQueue()
        self._current: Session | None = None
        self._lock = threading.Lock()
        self._room = threading.BoundedSemaphore(STRANGERS)

    def open(self) -> None:
        while True:
            sock, _ = self.server.accept()
            if self._room.acquire(blocking=False):
                threading.Thread(target=self._greet, args=(sock,), daemon=True).start()
            else:
                sock.close()

    def _greet(self, sock: socket.socket) -> None:
        too_late = threading.Timer(GREETING, shut, (sock,))  # a timeout alone begins anew with every byte
        too_late.daemon = True
        try:
            too_late.start()
            sock.settimeout(GREETING)
            if not is_greeting(receive(sock, MOST_GREETING, 0), self.token):
                raise Broken("a wrong token")
            too_late.cancel()
            sock.sendall(pack({"kind": "welcome", "version": VERSION, "pid": os.getpid()}))
        except (Broken, OSError, EOFError) as error:
            log.warning("a connection was refused: %s", error if isinstance(error, Broken) else type(error).__name__)
            sock.close()
        else:
            session = Session(sock, self.factory)
            with self._lock:
                if self._current is not None:
                    self._current.close()
                self._current = session
            self.sessions.put(session)
        finally:
            too_late.cancel()
            self._room.release()


def shut(sock: socket.socket) -> None:
    """End a connection, from whichever thread: whoever reads from it hears of it."""
    with contextlib.suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)


def end_with_parent(folder: str) -> None:
    """Wait for the end of standard input, which the parent's death closes too; then leave nothing behind."""
    sys.stdin.buffer.read()
    if folder:
        shutil.rmtree(folder, ignore_errors=True)
    os._exit(0)


def step_back() -> None:
    """Where processors are few, the web process goes first. Only once torch is imported: that is waited for."""
    if hasattr(os, "nice"):
        os.nice(NICE)


def load(name: str) -> Factory:
    """The function "module:function" names."""
    module, _, function = name.partition(":")
    factory: Factory = getattr(importlib.import_module(module), function)
    if "torch" in sys.modules:
        from seqviz.learning.threads import one_thread

        one_thread()
    return factory


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="seqviz.learning.worker", description="Trains what a web process asks for.")
    parser.add_argument("--listen", required=True, help="unix:/path or tcp:host:port; port 0 takes a free one")
    parser.add_argument("--factory", default=FACTORY, help="module:function that makes a training")
    parser.add_argument("--stay", action="store_true", help="started by hand: the token is in SEQVIZ_TOKEN")
    parser.add_argument("--sweep", default="", help="a folder to remove when the parent is gone")
    chosen = parser.parse_args(arguments)
    logging.basicConfig(format="%(asctime)s worker %(process)d: %(message)s", level=logging.INFO)
    token = os.environ.get("SEQVIZ_TOKEN", "") if chosen.stay else sys.stdin.buffer.readline().decode().strip()
    if len(token) < 16:
        parser.exit(2, "The token needs 16 characters or more.\n")
    if not chosen.stay:
        threading.Thread(target=end_with_parent, args=(chosen.sweep,), daemon=True).start()
    factory = load(chosen.factory)
    step_back()
    server, place = address.listen(chosen.listen)
    print(place, flush=True)
    os.dup2(2, 1)  # whatever a training prints goes to the log, not into a pipe that nobody reads
    door = Door(server, token, factory)
    threading.Thread(target=door.open, name="door", daemon=True).start()
    while True:
        door.sessions.get().run()


if __name__ == "__main__":
    main()
