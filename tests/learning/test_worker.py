"""A worker's door: strangers are refused and harm nobody; and a worker that somebody else started is reached."""

from __future__ import annotations

import contextlib
import logging
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from seqviz.learning import address
from seqviz.learning.protocol import greeting, pack, receive
from seqviz.learning.service import Reached, Service, Settings
from seqviz.learning.worker import GREETING, NICE
from tests.learning.serving import FACTORY, reaches, submit, until

ROOT = Path(__file__).resolve().parents[2]
TOKEN = "a token of some length"


@dataclass
class Alone:
    """A worker started by hand."""

    process: subprocess.Popen[str]
    address: str
    log: Path


@pytest.fixture(scope="module", params=["tcp", "unix"])
def worker(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Alone]:
    folder = tmp_path_factory.mktemp("worker")
    listen = "tcp:127.0.0.1:0" if request.param == "tcp" else f"unix:{folder}/w.sock"
    log = folder / "log"
    with log.open("w") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "seqviz.learning.worker", "--stay", "--listen", listen, "--factory", FACTORY],
            cwd=ROOT,
            env={**os.environ, "SEQVIZ_TOKEN": TOKEN},
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
    assert process.stdout is not None
    yield Alone(process, process.stdout.readline().strip(), log)
    process.kill()
    process.wait(10)
    process.stdout.close()


def is_closed(sock: socket.socket) -> bool:
    sock.settimeout(20)
    try:
        while True:
            if not sock.recv(4096):
                return True
    except ConnectionError:
        return True


HOSTILE = {
    "a wrong token": greeting("a wrong token of some length"),
    "a huge length": b"\xff" * 8,
    "not JSON": b"\x00\x00\x00\x04\x00\x00\x00\x00oops",
    "a web browser": b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    "no token": pack({"kind": "hello"}),
    "nothing at all": b"",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_stranger_is_refused_and_a_visitor_is_served(worker: Alone, name: str) -> None:
    with address.connect(worker.address) as sock:
        sock.sendall(HOSTILE[name])
        assert is_closed(sock)
    assert worker.process.poll() is None


def test_a_stranger_who_speaks_slowly_has_no_more_time(worker: Alone) -> None:
    """Byte by byte a greeting could hold its place for half an hour, and sixteen of them the door."""
    begun = time.monotonic()
    with address.connect(worker.address) as sock, contextlib.suppress(ConnectionError):
        for byte in greeting("a wrong token of some length"):
            sock.sendall(bytes([byte]))
            time.sleep(0.1)
    assert time.monotonic() - begun < 2 * GREETING
    assert worker.process.poll() is None


BROKEN_LATER = {
    "an unknown kind": pack({"kind": "explode"}),
    "a start without fields": pack({"kind": "start", "run": "secret text"}),
    "noise": b"\xff" * 64,
}


@pytest.mark.parametrize("name", BROKEN_LATER)
def test_one_who_is_in_and_speaks_nonsense_is_shown_out(worker: Alone, name: str) -> None:
    with address.connect(worker.address) as sock:
        sock.sendall(greeting(TOKEN))
        assert receive(sock).kind == "welcome"
        sock.sendall(BROKEN_LATER[name])
        assert is_closed(sock)
    assert worker.process.poll() is None


def test_the_log_quotes_nothing_that_was_sent(worker: Alone) -> None:
    with address.connect(worker.address) as sock:
        sock.sendall(greeting("a secret as a token"))
        assert is_closed(sock)
    until(lambda: "a connection was refused: a wrong token" in worker.log.read_text())
    assert "secret" not in worker.log.read_text()


def test_a_service_reaches_a_worker_that_it_did_not_start(worker: Alone) -> None:
    for _ in range(2):  # the second takes over from the first, as after a broken line
        trainer = Service(Settings(remote=(Reached(worker.address, TOKEN),)))
        try:
            reaches(trainer, submit(trainer, updates=30), "finished")
            assert trainer.status().workers == (worker.process.pid,)
        finally:
            trainer.close()
    assert worker.process.poll() is None


def test_a_service_with_a_wrong_token_says_that_training_does_not_start(
    worker: Alone, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)
    trainer = Service(Settings(remote=(Reached(worker.address, "another token altogether"),)))
    try:
        run = submit(trainer)
        until(lambda: "does not start" in trainer.status().sentence)
        assert trainer.poll(run).state == "waiting"
    finally:
        trainer.close()


@pytest.mark.skipif(not hasattr(os, "getpriority"), reason="this system has no niceness")
def test_a_worker_lets_the_web_process_go_first(worker: Alone) -> None:
    def nice(pid: int) -> int:
        return os.getpriority(os.PRIO_PROCESS, pid)

    assert nice(worker.process.pid) == min(19, nice(os.getpid()) + NICE) > 0


def test_a_worker_without_a_token_does_not_open() -> None:
    answer = subprocess.run(
        [sys.executable, "-m", "seqviz.learning.worker", "--listen", "tcp:127.0.0.1:0", "--factory", FACTORY],
        cwd=ROOT,
        input="short\n",
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert answer.returncode == 2
    assert "16 characters" in answer.stderr
