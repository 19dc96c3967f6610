"""The training service of this web server, and a visitor's place in it."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

import streamlit as st

from seqviz.learning.service import Limits, Service
from seqviz.ui.state import visit

LIMITS = Limits()


@st.cache_resource(show_spinner=False)
def service() -> Service:
    """One for all visitors; its worker starts now, so that the first run need not wait for torch."""
    made = Service()
    made.start()
    return made


@dataclass(frozen=True)
class Presence:
    """A visitor who is connected."""

    owner: str
    at: Service

    def end(self) -> None:
        """The browser is gone: its runs pause, and are dropped if it does not come back in time."""
        self.at.release(self.owner)  # not service(): at the server's end that would make another


@st.cache_resource(scope="session", on_release=Presence.end, show_spinner=False)
def _present(owner: str) -> Presence:
    """Made once a connection; after a short drop made again, and the runs go on."""
    service().welcome(owner)
    return Presence(owner, service())


def owner() -> str:
    """What this visitor is called in the service."""
    here = visit()
    here.owner = here.owner or secrets.token_hex(8)
    return _present(here.owner).owner
