"""The web process's end of one worker: start it or reach it, listen to it, notice its death, start it again."""

from __future__ import annotations

import contextlib
import logging
import os
import queue
import secrets
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from seqviz.learning import address
from seqviz.learning.protocol import PULSE, SILENCE, Broken, Frame, greeting, pack, receive

START = 60.0  # seconds a worker may take until it listens: importing torch on a busy machine
BACKOFF = (0.0, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0)  # seconds before the next attempt
STEADY = 30.0  # seconds of life after which a worker's past deaths are forgotten

ROOT = Path(__file__).resolve().parents[2]
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Started:
    """A worker that this process starts itself, at an address of this machine."""

    listen: str
    factory: str
    sweep: str = ""


@dataclass(frozen=True)
class Reached:
    """A worker that somebody else started, here or elsewhere."""

    address: str
    token: str


class Link:
    """One worker, kept alive by a thread of its own until `close`.

    Three functions hear of it, each called from that thread: `up(link)`, `heard(link, frame)`, and
    `down(link, run, was_up)` with the run that the worker was computing when it went, or "".
    """

    def __init__(
        self,
        source: Started | Reached,
        up: Callable[[Link], None],
        heard: Callable[[Link, Frame], None],
        down: Callable[[Link, str, bool], None],
    ) -> None:
        self.source = source
        self._up, self._heard, self._down = up, heard, down
        self.pid = 0  # of the worker, as it says itself
        self.is_up = False
        self.failures = 0  # in a row
        self.turn = ""  # the run it is computing
        self._process: subprocess.Popen[bytes] | None = None
        self._socket: socket.socket | None = None
        self._outbox: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="training-link", daemon=True)
        self._thread.start()

    @property
    def wait(self) -> float:
        """Seconds before the next attempt, after as many failures as there were."""
        return BACKOFF[min(self.failures, len(BACKOFF)) - 1] if self.failures else 0.0

    def send(self, head: Mapping[str, object], blob: bytes = b"") -> None:
        """Put a message in the outbox: it never waits, and a worker that is down never reads it."""
        self._outbox.put(pack(head, blob))

    def cut(self) -> None:
        """Give this worker up: it hangs. It is killed where it is ours, and started or reached again."""
        process = self._process
        if process is not None:
            process.kill()
        self._shut()

    def close(self, timeout: float = 5.0) -> None:
        self._closing.set()
        self.cut()
        if threading.current_thread() is not self._thread:
            self._thread.join(timeout)

    def _keep(self) -> None:
        while not self._closing.is_set():
            begun = time.monotonic()
            was_up = False
            try:
                sock, token = self._open()
                with sock:
                    self._greet(sock, token)
                    was_up = True
                    self._talk(sock)
            except Broken as error:
                log.warning("the training process sent what it must not: %s", error)
            except (OSError, EOFError) as error:
                log.info("the training process is gone: %s", type(error).__name__)
            finally:
                self._end_process()
            if self._closing.is_set():
                return
            steady = was_up and time.monotonic() - begun > STEADY
            self.failures = 1 if steady else self.failures + 1
            self.is_up, self._socket = False, None
            blamed, self.turn = self.turn, ""
            self._down(self, blamed, was_up)
            self._closing.wait(self.wait)

    def _open(self) -> tuple[socket.socket, str]:
        if isinstance(self.source, Reached):
            return address.connect(self.source.address), self.source.token
        token = secrets.token_hex(16)
        return address.connect(self._start(self.source, token)), token

    def _start(self, source: Started, token: str) -> str:
        """Start the process; the address that it listens at."""
        kind, place = address.parse(source.listen)
        if kind == "unix":
            Path(str(place)).parent.mkdir(mode=0o700, exist_ok=True)  # somebody may have cleared temporary files away
            Path(str(place)).unlink(missing_ok=True)
        paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
        environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": os.pathsep.join(paths)}
        command = [sys.executable, "-m", "seqviz.learning.worker", "--listen", source.listen]
        process = subprocess.Popen(
            [*command, "--factory", source.factory, "--sweep", source.sweep],
            stdin=subprocess.PIPE,  # it ends when this closes
            stdout=subprocess.PIPE,
            env=environment,
            start_new_session=True,  # a Ctrl-C in the terminal is for the server, which then ends its worker
        )
        self._process = process
        if self._closing.is_set():
            raise EOFError("closing")
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(token.encode() + b"\n")
        process.stdin.flush()
        too_late = threading.Timer(START, process.kill)
        too_late.daemon = True
        too_late.start()
        try:
            line = process.stdout.readline().decode("utf-8", "replace").strip()
        finally:
            too_late.cancel()
        if not line:
            raise EOFError("the training process ended before it listened")
        try:
            address.parse(line)
        except ValueError:
            raise Broken("not an address") from None
        return line

    def _greet(self, sock: socket.socket, token: str) -> None:
        sock.settimeout(SILENCE)
        sock.sendall(greeting(token))
        answer = receive(sock)
        if answer.kind != "welcome":
            raise Broken("not a welcome")
        self.pid = answer.whole("pid")
        self._socket, self._outbox = sock, queue.SimpleQueue()

    def _talk(self, sock: socket.socket) -> None:
        writer = threading.Thread(target=self._write, args=(sock, self._outbox), name="training-outbox", daemon=True)
        writer.start()
        try:
            self.is_up = True
            self._up(self)
            while not self._closing.is_set():
                frame = receive(sock)
                if frame.kind == "turn":
                    self.turn = frame.get("run", str)
                self._heard(self, frame)
        finally:
            self.is_up = False
            self._outbox.put(None)
            self._shut()
            writer.join(SILENCE)

    def _write(self, sock: socket.socket, outbox: queue.SimpleQueue[bytes | None]) -> None:
        """Send what is in the outbox, and a sign of life where there is nothing."""
        pulse = pack({"kind": "pulse"})
        while True:
            try:
                data = outbox.get(timeout=PULSE)
            except queue.Empty:
                data = pulse
            if data is None:
                return
            try:
                sock.sendall(data)
            except OSError:
                self._shut()  # the reader hears of it
                return

    def _shut(self) -> None:
        sock = self._socket
        if sock is not None:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)

    def _end_process(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(5.0)
