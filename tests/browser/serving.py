"""The app in a process of its own and a Chromium to look at it with: what browser tests and benchmarks share."""

from __future__ import annotations

import itertools
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]

START_SECONDS = 90  # a cold start on two busy cores
IDLE_MILLISECONDS = 60_000
REST = 300  # ms without a change, after which nothing that a click or a key has set off is still to come
OPENED = 200  # the same where nobody has clicked yet: only what the page itself sets off can come
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

ELSEWHERE = re.compile(r"^(?:https?|wss?)://(?!127\.0\.0\.1[:/])")

IDLE = """() => {
    const app = document.querySelector('[data-testid="stApp"]');
    const busy = '[data-testid="stStatusWidget"], [data-testid="stSkeleton"], [data-stale="true"]';
    return app !== null
        && app.dataset.testConnectionState === "CONNECTED"
        && app.dataset.testScriptState === "notRunning"
        && document.querySelector('[data-testid="stMain"] [data-testid="stElementContainer"]') !== null
        && document.querySelector(busy) === null;
}"""
IDLE_SINCE = f"""([wait, rest]) => {{
    const now = performance.now();
    if (window.testIdle?.wait !== wait || !({IDLE})()) window.testIdle = {{wait, since: now}};
    return now - window.testIdle.since >= rest;
}}"""


def find_chromium() -> str | None:
    """The Chromium that CHROMIUM names, else one on the PATH, else Playwright's own; None if there is none.

    Raises:
        FileNotFoundError: CHROMIUM names no program.
    """
    named = os.environ.get("CHROMIUM")
    if named:
        found = shutil.which(named)
        if not found:
            raise FileNotFoundError(f"CHROMIUM={named} is no program.")
        return found
    for name in ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"):
        if found := shutil.which(name):
            return found
    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
    return own if Path(own).exists() else None


@dataclass
class Server:
    """One running `streamlit run app.py`; `url` has no slash at its end."""

    url: str
    process: subprocess.Popen[bytes]
    log_file: Path

    @property
    def log(self) -> str:
        """Everything it has written so far, to stdout and stderr."""
        return self.log_file.read_text(encoding="utf-8", errors="replace")

    def stop(self, *, at_once: bool = False) -> None:
        """End it and whatever it started; each server leads a process group of its own.

        Asked to end, it takes a second; `at_once` is for one that has nothing to put away.
        """
        for number in (signal.SIGTERM, signal.SIGKILL)[at_once:]:
            try:
                os.killpg(self.process.pid, number)
            except ProcessLookupError:
                break
            try:
                self.process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                continue
        self.process.wait(timeout=10)


def start_server(folder: Path) -> Server:
    """Start the app as `make run` does; `folder` takes its log and stands in for the home folder."""
    log_file = folder / "server.log"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("STREAMLIT_")}
    for _ in range(3):  # another program may take the free port before the server does
        port = free_port()
        with log_file.open("ab") as log:
            process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "streamlit", "run", "app.py"),
                    *("--server.headless", "true", "--server.fileWatcherType", "none"),
                    *("--server.address", "127.0.0.1", "--server.port", str(port)),
                ],
                cwd=ROOT,
                env={**environment, "HOME": str(folder)},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        server = Server(f"http://127.0.0.1:{port}", process, log_file)
        if answers(server):
            return server
        server.stop()
    raise RuntimeError(f"the server did not come up; its log:\n{server.log}")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(server: Server) -> bool:
    """Wait until it is healthy; False where it ended or never got there."""
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and server.process.poll() is None:
        try:
            with urllib.request.urlopen(f"{server.url}/_stcore/health", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            time.sleep(0.1)
    return False


_waits = itertools.count()


def wait_until_idle(page: Page, rest: float = REST) -> None:
    """Wait until the script has run, its elements stand, and nothing has started again for `rest` milliseconds."""
    page.wait_for_function(IDLE_SINCE, arg=[next(_waits), rest], timeout=IDLE_MILLISECONDS)
