"""What the processes of a server take, read from /proc: memory without counting a shared page twice, processor time."""

from __future__ import annotations

import os
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


def children(pid: int) -> list[int]:
    """The processes that a process has started and that live."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        found += map(int, (task / "children").read_text().split())
    return found


def workers(server: int) -> list[int]:
    """The training processes of a server."""
    return [pid for pid in children(server) if "seqviz.learning.worker" in command(pid)]


def command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    except OSError:
        return ""


def memory(pid: int) -> float:
    """Its proportional share (PSS) in MB: its own pages, and its part of those that it shares with others."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) / 1000 * 1.024 for line in lines if line.startswith("Pss:"))


def seconds(pid: int) -> float:
    """Of processor time so far; NaN for one that is gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return float("nan")
    return (int(fields[11]) + int(fields[12])) / TICKS
