"""What the whole run has to say at its end."""

from __future__ import annotations

import pytest


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Without a browser most of what the pages promise goes untested: that must not look like success."""
    skipped = [
        report
        for report in terminalreporter.stats.get("skipped", [])
        if "no Chromium was found" in str(report.longrepr)
    ]
    if skipped:
        terminalreporter.section(f"{len(skipped)} BROWSER TESTS DID NOT RUN", sep="!", red=True, bold=True)
        terminalreporter.line(
            "No Chromium was found. Install one (Debian: apt-get install chromium), or name it: "
            "CHROMIUM=/path/to/chromium make test. Under CI=true this is a failure."
        )
