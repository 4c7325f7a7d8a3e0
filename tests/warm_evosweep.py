"""`python -m evosweep ...`, in milliseconds where a process has made its imports: see warm.py.

It is started in the place of `python -m evosweep`, and asks a server (warm_server.py) for a process
that goes on as the command would. This process relays its signals and ends as it does; a command
whose asker was killed is killed. Where the command inherits what the server has not (variables that
Python or an import reads, a user, limits, namespaces, a terminal, files), it starts anew.
"""

import json
import os
import signal
import socket
import sys
from collections.abc import Mapping, Sequence

FAMILIES = {"compare": "compare", "decide": "compare", "run": "run", "track": "track"}
"""Commands by the server that forks them."""
_READ_EARLY = (
    "PYTHON",
    "LC_",
    "LD_",
    "MALLOC",
    "MPL",
    "XDG_",
    "COVERAGE_PROCESS",
    "HOME",
    "LANG",
    "TZ",
)
_OF_A_CALL = {"PYTHONSAFEPATH"}  # `evosweep` imports nothing of its working folder in any case
_RELAYED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGUSR1)
_NAMESPACES = ("cgroup", "ipc", "mnt", "net", "pid", "user", "uts")
_STREAMS = (0, 1, 2)


def address(name: str, family: str) -> str:
    """The address of a server in Linux' own namespace of sockets, which leaves no file."""
    return f"\0evosweep-warm-{name}-{family}"


def inherited(environment: Mapping[str, str] = os.environ) -> dict[str, object]:
    """Everything that a process inherits and that a fork of another one has not."""
    early = {name: text for name, text in environment.items() if name.startswith(_READ_EARLY)}
    with open("/proc/self/status") as status, open("/proc/self/limits") as limits:  # noqa: PTH123
        masks = [line.split() for line in status if line.startswith(("SigBlk", "SigIgn", "Cap"))]
        bounds = limits.readlines()
    mask = os.umask(0)
    os.umask(mask)
    return {
        "variables": {name: early[name] for name in early.keys() - _OF_A_CALL},
        "user": [*os.getresuid(), *os.getresgid(), *os.getgroups()],
        "limits": bounds,
        "masks": [mask, *masks],
        "processor": [os.getpriority(os.PRIO_PROCESS, 0), *sorted(os.sched_getaffinity(0))],
        "namespaces": [os.readlink(f"/proc/self/ns/{each}") for each in _NAMESPACES],  # noqa: PTH115
    }


def is_plain() -> bool:
    """Whether this process has its three streams alone, and none is a terminal."""
    files = sum(os.path.exists(f"/proc/self/fd/{each}") for each in os.listdir("/proc/self/fd"))  # noqa: PTH110, PTH208
    return files == len(_STREAMS) and not any(map(os.isatty, _STREAMS))


def main(name: str, words: Sequence[str]) -> None:
    family = FAMILIES.get(words[0]) if words else None
    if family and is_plain() and (server := ask(address(name, family), words, _STREAMS)):
        _follow(server)
    os.execv(sys.executable, [sys.executable, "-m", "evosweep", *words])


def ask(
    place: str,
    words: Sequence[str],
    streams: Sequence[int],
    environment: Mapping[str, str] = os.environ,
) -> socket.socket | None:
    """The server, which has taken the request; None where it cannot."""
    request = {
        "words": words,
        "folder": os.getcwd(),  # noqa: PTH109
        "inherited": inherited(environment),
        "environment": dict(environment),
    }
    server = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    try:
        server.connect(place)
        socket.send_fds(server, [json.dumps(request).encode()], streams)
    except OSError:  # nobody is there, or the environment is too long
        server.close()
        return None
    return server


def started(server: socket.socket) -> int | None:
    """The number of the command's process; None where the server has refused it."""
    try:
        return int(server.recv(100) or 0) or None
    except ConnectionResetError:  # it could not be prepared
        return None


def _follow(server: socket.socket) -> None:
    """Relay signals, and end as the command does; returns where the server has refused."""
    if (command := started(server)) is None:
        return
    for each in _RELAYED:
        signal.signal(each, lambda number, _: os.kill(command, number))
    if not (ended := server.recv(100)):
        raise SystemExit("the server of warm commands has ended")
    code = int(ended)
    if code < 0:
        if -code != signal.SIGKILL:
            signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    os._exit(code)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
