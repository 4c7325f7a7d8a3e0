"""`python private_scoop.py [FOLDER] -m scoop ...`: SCOOP with sockets that only this user can
reach.

SCOOP's broker and workers listen on every network interface and unpickle whatever they receive, and
no option changes this. Here each of its TCP ports is a socket file in FOLDER instead, by default a
temporary folder, which only this user can enter. The file is named by the port's number, so that
SCOOP's own addresses work. No port is opened.

SCOOP also starts its workers through this program. The working folder is not on their import path,
since a `string.py` there would replace that of the standard library.
"""

import os
import random
import runpy
import subprocess
import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import zmq

from evosweep.supervision.scratch import private_folder

_WORKER = "scoop.bootstrap.__main__"
_SHORT = 60  # bytes of TMPDIR's path; with the names of folder and port, 107 are allowed


class PrivateSocket(zmq.Socket[bytes]):
    """A socket that accepts TCP addresses, but uses socket files in the folder."""

    folder = Path()

    def bind(self, address: str) -> Any:
        """Listen on the file of the address's port; raises ZMQError if it is taken."""
        port = address.rpartition(":")[2]
        try:  # else a second bind would silently replace the socket file of the first
            os.close(os.open(self.folder / f"{port}.taken", os.O_CREAT | os.O_EXCL, 0o600))
        except FileExistsError:
            raise zmq.ZMQError(zmq.EADDRINUSE) from None
        return super().bind(self._private(address))

    def bind_to_random_port(
        self, address: str, min_port: int = 49152, max_port: int = 65536, max_tries: int = 100
    ) -> int:
        """Listen on the file of a free port; returns the port."""
        for port in random.sample(range(min_port, max_port), max_tries):
            try:
                self.bind(f"{address}:{port}")
            except zmq.ZMQError as error:
                if error.errno != zmq.EADDRINUSE:
                    raise
            else:
                return port
        raise zmq.ZMQBindError("no port is free")

    def connect(self, address: str) -> Any:
        """Connect to the file of the address's port."""
        return super().connect(self._private(address))

    def _private(self, address: str) -> str:
        return f"ipc://{self.folder / address.rpartition(':')[2]}"


class PrivateContext(zmq.Context[PrivateSocket]):
    """A context whose sockets are private."""

    _socket_class = PrivateSocket


def main(words: list[str]) -> None:
    """Run SCOOP's launcher (`[FOLDER] -m scoop ...`) or one of its workers."""
    if words[0] != "-m":
        _run(Path(words[0]), words[2], words[3:])
        return
    temporary = Path(tempfile.gettempdir())
    with private_folder(temporary if len(os.fsencode(temporary)) < _SHORT else Path("/tmp")) as own:
        _run(own, words[1], words[2:])


def _run(folder: Path, program: str, words: list[str]) -> None:
    PrivateSocket.folder = folder
    _make_private()
    sys.argv = [program, *words]
    runpy.run_module(program, run_name="__main__", alter_sys=True)  # as `python -m` does


def _make_private() -> None:
    """Replace the name `zmq` in SCOOP's own modules only; a user's sockets do not change."""
    import scoop
    from scoop import launcher
    from scoop._comm import scoopzmq
    from scoop.broker import brokerzmq
    from scoop.launch import Host

    private = SimpleNamespace(**{**vars(zmq), "Context": PrivateContext})
    scoopzmq.zmq = brokerzmq.zmq = private
    launcher.ScoopApp.LAUNCH_HOST_CLASS = type("PrivateHost", (Host,), {"launch": _launch})
    scoop.EVOSWEEP_PRIVATE = True


def _launch(host: Any, _: object = None) -> list["subprocess.Popen[bytes]"]:
    """Start SCOOP's workers on this machine through this program."""
    if not host.isLocal():
        sys.exit(f"evosweep: error: host {host.hostname}: private sockets reach this machine alone")
    program = [sys.executable, "-P", __file__, str(PrivateSocket.folder), "-m", _WORKER]
    for _ in range(host.workerAmount):
        words = [*host._WorkerCommand_options(), *host._WorkerCommand_executable()]
        host.subprocesses.append(subprocess.Popen([*program, *words]))
        host.workersArguments = host.workersArguments._replace(origin=False)
    workers: list[subprocess.Popen[bytes]] = host.subprocesses
    return workers


if __name__ == "__main__":
    main(sys.argv[1:])
