"""A process that has imported what a command of evosweep imports, and forks such commands.

It serves everybody who finds its socket, and ends with the last of those that hold it: the
processes of pytest. See warm.py for who starts it, and warm_evosweep.py for who asks it.
"""

import gc
import importlib
import json
import os
import runpy
import select
import signal
import socket
import struct
import sys
import threading
import warnings
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import warm_working
from warm_evosweep import inherited

HOLD = b"hold"
"""The request of a process for which the server stays."""
TOKEN, NAME_SIZE = "EVOSWEEP_TEST_TOKEN", 15
"""The variable by which tests of faults find the processes of a run; a fork has it as its name, of
which the kernel keeps so many characters."""
_REQUEST = 2**20  # bytes: arguments and environment
IMPORTS = {
    "compare": (
        "evosweep.commands.compare",
        "evosweep.commands.decide",
        "fontTools.subset",
        "jinja2",
        "matplotlib.backends._backend_pdf_ps",
        "matplotlib.backends.backend_pdf",
        "matplotlib.backends.backend_svg",
        "matplotlib.figure",
        "pyarrow.compute",
        "pyarrow.parquet",
        "scipy.spatial.distance",
        "scipy.stats",
    ),
    "run": (
        "deap.algorithms",
        "deap.gp",
        "evosweep.algorithms.ea_simple",
        "evosweep.algorithms.random_search",
        "evosweep.backends.pool",
        "evosweep.backends.serial",
        "evosweep.commands.run",
        "evosweep.records.parquet",
        "evosweep.supervision.performer",
        "evosweep.supervision.supervisor",
        "numpy.random",
    ),
    "track": (
        "evosweep.commands.track",
        "evosweep.track.passes.follow",
        "evosweep.track.store.database_store",
        "evosweep.track.store.tables",
        "pyarrow.parquet",
        "sqlalchemy.dialects.sqlite",
        "tenacity",
    ),
}
"""What the commands of a server import, whatever they do."""


class Server:
    """Waits for requests, and forks a process for each."""

    def __init__(self, door: socket.socket) -> None:
        self._door, self._state = door, inherited()
        self._askers: dict[socket.socket, int] = {}  # the process of each
        self._killed: set[socket.socket] = set()
        self._holders: set[socket.socket] = set()

    def serve(self) -> dict[str, Any]:
        """Fork until nobody holds the server; returns in each process, with its request."""
        pids: dict[int, socket.socket] = {}
        while True:
            asking = [each for each in self._askers if each not in self._killed]
            ready, _, _ = select.select([self._door, *self._holders, *asking, *pids], [], [])
            for each in ready:
                if isinstance(each, int):
                    self._tell_the_end(pids.pop(each))
                    os.close(each)
                elif each is self._door:
                    if request := self._take(pids):
                        return request
                elif each in self._holders:
                    self._holders.remove(each)
                    each.close()
                elif each in self._askers:  # it was killed, and takes its command with it
                    self._killed.add(each)
                    os.kill(self._askers[each], signal.SIGKILL)  # not reaped: it is no other
            if not self._holders and not self._askers:
                sys.exit()

    def _take(self, pids: dict[int, socket.socket]) -> dict[str, Any] | None:
        asker, _ = self._door.accept()
        who = asker.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
        if struct.unpack("3i", who)[1] != os.getuid():
            asker.close()
            return None
        text, streams, _, _ = socket.recv_fds(asker, _REQUEST, 3)
        if text == HOLD:
            self._holders.add(asker)
            return None
        request = json.loads(text) if text else {}
        if request.get("inherited") != json.loads(json.dumps(self._state)):
            asker.close()
        elif (pid := _fork()) == 0:
            self._become(asker, streams, pids)
            return dict(request)
        else:
            self._askers[asker] = pid
            pids[os.pidfd_open(pid)] = asker
        for each in streams:
            os.close(each)
        return None

    def _tell_the_end(self, asker: socket.socket) -> None:
        _, status = os.waitpid(self._askers.pop(asker), 0)
        self._killed.discard(asker)
        with suppress(OSError), asker:
            asker.send(str(os.waitstatus_to_exitcode(status)).encode())

    def _become(self, asker: socket.socket, streams: list[int], pids: Mapping[int, object]) -> None:
        """Leave the server, as the leader of a group of its own; only then is the number told."""
        os.setsid()
        for number, stream in enumerate(streams):
            os.dup2(stream, number)
        _open_streams()
        asker.send(str(os.getpid()).encode())
        for each in (self._door, asker, *self._holders, *self._askers):
            each.close()
        for each in (*streams, *pids):
            os.close(each)


def _fork() -> int:
    """Fork: of all threads, there are those of Arrow's allocator alone, which knows of forks."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of Python 3.12
        return os.fork()


def _open_streams() -> None:
    """Open Python's streams as its start does: those of the server may be of another kind."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        before = getattr(sys, name)
        stream = open(  # noqa: SIM115
            number,
            "w" if number else "r",
            encoding=before.encoding,
            errors=before.errors,
            newline="\n" if number else None,
            closefd=False,
        )
        stream.reconfigure(line_buffering=number == 2)
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)


def _run(request: Mapping[str, Any]) -> None:
    words = request["words"]
    if words[0] == "run":
        warm_working.install()
    os.chdir(request["folder"])
    os.environ.clear()
    os.environ.update(request["environment"])
    _show_token()
    sys.argv[:] = ["evosweep", *words]
    sys.orig_argv[:] = [sys.executable, "-m", "evosweep", *words]
    sys.path.insert(0, request["folder"])
    runpy.run_module("evosweep", run_name="__main__", alter_sys=True)


def _show_token() -> None:
    """Let tests find this process and its forks, of which /proc has the server's environment."""
    if token := os.environ.get(TOKEN):
        with open("/proc/self/comm", "w") as name:  # noqa: PTH123
            name.write(token[:NAME_SIZE])


def _import(names: tuple[str, ...]) -> None:
    for name in names:
        importlib.import_module(name)
    if "evosweep.commands.compare" in names:
        _draw()


def _draw() -> None:
    """Draw a picture: what it cuts out of fonts is a quarter of a small comparison's time."""
    canvas = importlib.import_module("evosweep.compare.plots.canvas")
    with canvas.canvas("warm") as figure:
        figure.subplots().set_title("warm")
        canvas.drawn(figure)


if __name__ == "__main__":
    if os.fork():  # whoever has started it may end earlier
        os._exit(0)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    server = Server(socket.socket(fileno=int(sys.argv[2])))
    del sys.path[0]  # of this file
    _import(IMPORTS[sys.argv[1]])
    assert threading.active_count() == 1, threading.enumerate()
    os.close(os.pidfd_open(os.getpid()))  # ends where the kernel has none, before it has served
    gc.collect()
    gc.freeze()
    _run(server.serve())
