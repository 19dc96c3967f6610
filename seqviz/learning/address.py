"""Where a worker listens: "unix:/a/path" on this machine, or "tcp:host:port" anywhere."""

from __future__ import annotations

import socket

CONNECT = 5.0  # seconds


def parse(address: str) -> tuple[str, str | tuple[str, int]]:
    """("unix", path) or ("tcp", (host, port)).

    Raises:
        ValueError: it is neither.
    """
    kind, _, rest = address.partition(":")
    if kind == "unix" and rest and hasattr(socket, "AF_UNIX"):
        return kind, rest
    host, _, port = rest.rpartition(":")
    if kind == "tcp" and host and port.isdecimal() and int(port) < 65536:
        return kind, (host.strip("[]"), int(port))
    raise ValueError(f"the address is {address!r}, expected unix:/path or tcp:host:port")


def listen(address: str) -> tuple[socket.socket, str]:
    """A listening socket, and the address it is reached at (a port 0 becomes the one that was free)."""
    kind, place = parse(address)
    if kind == "unix":
        server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        server.bind(place)
        server.listen(16)
        return server, address
    assert isinstance(place, tuple)
    family = socket.AF_INET6 if ":" in place[0] else socket.AF_INET
    server = socket.create_server(place, family=family, backlog=16)
    return server, f"tcp:{place[0]}:{server.getsockname()[1]}"


def connect(address: str) -> socket.socket:
    """A connection to a worker.

    Raises:
        OSError: nobody listens there, or the answer takes more than CONNECT seconds.
    """
    kind, place = parse(address)
    if kind == "tcp":
        assert isinstance(place, tuple)
        sock = socket.create_connection(place, timeout=CONNECT)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return sock
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    sock.settimeout(CONNECT)
    try:
        sock.connect(place)
    except OSError:
        sock.close()
        raise
    return sock
