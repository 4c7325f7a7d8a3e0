"""Connections by which processes on several hosts notice that one of them is gone or cut off.

MPI waits for ever for a host that no longer answers. So each process holds a connection to the
first one, and the kernels probe every few seconds if the other side is there. The keeper of each
process (`keeper`) sends a sign of life over it: a kernel answers also for processes that are
stopped. A process that loses the connection kills its own group, on either side. So no process goes
on with a run that is started again elsewhere.
"""

import hmac
import os
import secrets
import selectors
import socket
import threading
import time
from contextlib import suppress
from typing import NamedTuple

from evosweep.errors import RunError
from evosweep.processes import keeper, kill
from evosweep.processes.paused import patience

_IDLE, _INTERVAL, _PROBES = 3, 2, 3
"""Seconds of silence, seconds between probes, and probes without an answer: lost after 9 s."""
_UNANSWERED = 9000  # milliseconds after which what was sent, and is not acknowledged, is lost
_LOOK = 1.0  # seconds between two looks for silent processes; no look adds more to their silence
_MARGIN = 10.0  # seconds: a keeper that works kills its stopped process before the others end
_PATIENCE = 30
_RELEASE = b"."


class Place(NamedTuple):
    """Where to connect: the host's name, the port, and a secret that only our processes have."""

    host: str
    port: int
    secret: bytes


class Anchor:
    """The first process's end of all connections; call `release` before the others may exit."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("", 0), backlog=1024)
        self._silence: dict[socket.socket, float] = {}
        """Seconds since each process was heard, as far as this one was looking."""
        self._longest = patience() + _MARGIN
        self._released = False
        port = self._listener.getsockname()[1]
        self.place = Place(os.uname().nodename, port, secrets.token_bytes(16))
        threading.Thread(target=self._watch, name="lifeline", daemon=True).start()

    def release(self) -> None:
        """Tell all connected processes that they may exit."""
        self._released = True
        for connection in tuple(self._silence):  # the watching thread removes those that have left
            with suppress(OSError):
                connection.sendall(_RELEASE)

    def _watch(self) -> None:
        selector = selectors.DefaultSelector()
        selector.register(self._listener, selectors.EVENT_READ)
        looked = time.monotonic()
        while True:
            events, now = selector.select(_LOOK), time.monotonic()
            self._age(min(now - looked, _LOOK))
            looked = now
            for key, _ in events:
                connection = key.fileobj
                assert isinstance(connection, socket.socket)
                if connection is self._listener:
                    accepted, _ = connection.accept()
                    selector.register(accepted, selectors.EVENT_READ)
                elif not self._is_there(connection):
                    selector.unregister(connection)
                    connection.close()

    def _is_there(self, connection: socket.socket) -> bool:
        """Return False if a connection has ended, or does not begin with the secret."""
        received = _received(connection, len(self.place.secret))
        is_known = connection in self._silence
        if received if is_known else hmac.compare_digest(received, self.place.secret):
            if not is_known:
                probe_often(connection)
            self._silence[connection] = 0.0
            return True
        if is_known and not self._released:
            kill.own_group()
        self._silence.pop(connection, None)
        return False

    def _age(self, seconds: float) -> None:
        """Kill this process's group if another process has been silent for too long.

        What it has sent meanwhile is read after that, so it counts by the next look.
        """
        for connection in self._silence:
            self._silence[connection] += seconds
        if not self._released and any(each > self._longest for each in self._silence.values()):
            kill.own_group()


def hold(place: Place) -> None:
    """Connect to the first process until both exit; raises RunError if it cannot be reached."""
    try:
        connection = socket.create_connection((place.host, place.port), _PATIENCE)
        connection.settimeout(None)
        connection.sendall(place.secret)
    except OSError as error:
        raise RunError(
            f"host {os.uname().nodename} cannot reach port {place.port} of {place.host} "
            f"({error.strerror or error}); the hosts of a run must reach one another"
        ) from error
    probe_often(connection)
    keeper.start(connection.fileno())
    threading.Thread(target=_end_with, args=(connection,), name="lifeline", daemon=True).start()


def _end_with(connection: socket.socket) -> None:
    if _received(connection, 1) != _RELEASE:
        kill.own_group()


def _received(connection: socket.socket, size: int) -> bytes:
    """Return the bytes that have come; none if the other side is gone or cut off."""
    try:
        return connection.recv(size)
    except OSError:
        return b""


def probe_often(connection: socket.socket) -> None:
    """Let the kernel notice within seconds that the other side of a connection is cut off."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for option, value in (("IDLE", _IDLE), ("INTVL", _INTERVAL), ("CNT", _PROBES)):
        if number := getattr(socket, f"TCP_KEEP{option}", None):
            connection.setsockopt(socket.IPPROTO_TCP, number, value)
    if number := getattr(socket, "TCP_USER_TIMEOUT", None):
        connection.setsockopt(socket.IPPROTO_TCP, number, _UNANSWERED)
