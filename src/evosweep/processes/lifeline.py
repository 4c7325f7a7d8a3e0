"""Connections by which processes on several hosts notice that one of them is gone or cut off.

MPI waits for ever for a host that no longer answers. So each process holds a connection to the
first one. Nothing is sent over it; the kernels probe every few seconds if the other side is there.
A process that loses the connection kills its own group, on either side. So no process goes on with
a run that is started again elsewhere.
"""

import hmac
import os
import secrets
import selectors
import socket
import threading
from contextlib import suppress
from typing import NamedTuple

from evosweep.errors import RunError
from evosweep.processes import kill

_IDLE, _INTERVAL, _PROBES = 3, 2, 3
"""Seconds of silence, seconds between probes, and probes without an answer: lost after 9 s."""
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
        self._held: set[socket.socket] = set()
        self._released = False
        port = self._listener.getsockname()[1]
        self.place = Place(os.uname().nodename, port, secrets.token_bytes(16))
        threading.Thread(target=self._watch, name="lifeline", daemon=True).start()

    def release(self) -> None:
        """Tell all connected processes that they may exit."""
        self._released = True
        for connection in tuple(self._held):  # the watching thread removes those that have left
            with suppress(OSError):
                connection.sendall(_RELEASE)

    def _watch(self) -> None:
        selector = selectors.DefaultSelector()
        selector.register(self._listener, selectors.EVENT_READ)
        while True:
            for key, _ in selector.select():
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
        if connection not in self._held and hmac.compare_digest(received, self.place.secret):
            _tune(connection)
            self._held.add(connection)
            return True
        if connection in self._held and not self._released:
            kill.own_group()
        self._held.discard(connection)
        return False


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
    _tune(connection)
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


def _tune(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for option, value in (("IDLE", _IDLE), ("INTVL", _INTERVAL), ("CNT", _PROBES)):
        if number := getattr(socket, f"TCP_KEEP{option}", None):
            connection.setsockopt(socket.IPPROTO_TCP, number, value)
