"""Python programs whose imports are made already: forked from a process that has made them.

`python -m snakemake` works for seconds before it reads a Snakefile. What is started here is a
process of its own, in a session of its own, with a pipe for what it prints, as if it had been
started anew; each test module has some that are.

Commands of evosweep that import for seconds are forked likewise, by servers that all processes of
pytest share: see warm_evosweep.py for what is started, and warm_server.py for what forks.
"""

import atexit
import contextlib
import functools
import gc
import importlib
import json
import operator
import os
import runpy
import select
import shlex
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import warm_evosweep
import warm_probe  # noqa: F401 - a server is told to call it, and imports nothing of this folder
from warm_server import HOLD

from evosweep.machine.environment import THREAD_VARIABLES

_HERE = Path(__file__).parent
_LEFT_OUT = ("COV", "PYTHONSAFEPATH")  # a measured program is started anew
_ENVIRONMENT = {key: text for key, text in os.environ.items() if not key.startswith(_LEFT_OUT)}
_NAME = f"{os.getuid()}-{os.environ.get('PYTEST_XDIST_TESTRUNUID', os.getpid())}-evosweep"
"""Of the servers of one call of pytest. A stopped workflow knows its runs by the words `...evosweep
run`, and a command has this name before its own words."""
_REQUEST = 2**20  # bytes: arguments and environment
_LOOK = 0.02  # seconds between looks at whether a program has ended


class _Forked:
    """A process whose end a server tells, with what tests use of `subprocess.Popen`."""

    def __init__(self, server: socket.socket) -> None:
        self._server = server
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """The exit code; None while it works."""
        if self.returncode is None and select.select([self._server], [], [], 0)[0]:
            return self.wait()
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """The exit code, once it has ended; minus the signal that killed it."""
        if self.returncode is None:
            self._server.settimeout(timeout)
            self.returncode = int(self._server.recv(100))
            self._server.close()
        return self.returncode


class Program(_Forked):
    """A program that was forked."""

    def __init__(self, reply: socket.socket, output: int) -> None:
        super().__init__(reply)
        self.stdout = os.fdopen(output, encoding="utf-8")
        self.pid = int(reply.recv(100))

    def communicate(self, timeout: float | None = None) -> tuple[str, None]:  # noqa: ARG002
        """What it and those that it started have printed, once they have ended."""
        printed = "" if self.stdout.closed else self.stdout.read()
        self.wait()
        self.__exit__(None, None, None)
        return printed, None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.wait()
        self.stdout.close()


class Command(_Forked):
    """A command of evosweep that a server has forked.

    Its number is that of the command itself: who kills it kills nothing in between.
    """

    def __init__(self, server: socket.socket, pid: int, outputs: Sequence[int]) -> None:
        super().__init__(server)
        self.pid, self._handle = pid, _handle(pid)
        self.stdout, self.stderr = (os.fdopen(each, encoding="utf-8") for each in outputs)

    def wait(self, timeout: float | None = None) -> int:
        """The exit code, once it has ended; minus the signal that killed it."""
        code = super().wait(timeout)
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None
        return code

    def send_signal(self, number: int) -> None:
        """Send a signal, to no other process that may have its number by then."""
        if self._handle is not None and self.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._handle, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def communicate(self, timeout: float | None = None) -> tuple[str, str]:
        """What it and those that it started have printed, once they have ended."""
        printed = "", ""
        if not self.stdout.closed:
            with self.stdout, self.stderr, ThreadPoolExecutor(1) as other:
                errors = other.submit(self.stderr.read)
                printed = self.stdout.read(), errors.result()
        self.wait(timeout)
        return printed


def _handle(pid: int) -> int | None:
    """A descriptor that stands for a process; None if it has ended."""
    with contextlib.suppress(ProcessLookupError):
        return os.pidfd_open(pid)
    return None


class Server:
    """A process that has imported modules, and forks programs."""

    def __init__(self, modules: Sequence[str]) -> None:
        self._control, other = socket.socketpair(type=socket.SOCK_SEQPACKET)
        command = [sys.executable, __file__, *modules]
        # Its streams are pipes from the start, as those of its programs will be.
        self._process = subprocess.Popen(
            command,
            stdin=other,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd="/",
            env=os.environ | dict.fromkeys(THREAD_VARIABLES, "1"),  # no threads, where it forks
        )
        other.close()

    def start(self, words: Sequence[str], folder: Path, environment: Mapping[str, str]) -> Program:
        """`python -m WORDS` in that folder, in a session of its own."""
        request = {"words": list(words), "folder": str(folder), "environment": dict(environment)}
        ours, theirs = socket.socketpair(type=socket.SOCK_SEQPACKET)
        output, pipe = os.pipe()
        ends = [theirs.fileno(), pipe]
        socket.send_fds(self._control, [json.dumps(request).encode()], ends)
        theirs.close()
        os.close(pipe)
        return Program(ours, output)

    def close(self) -> None:
        """End the process; programs that work go on."""
        self._control.close()
        self._process.communicate()


@functools.cache
def server(*modules: str) -> Server:
    """The server of this process with these modules; it ends with this process."""
    made = Server(modules)
    atexit.register(made.close)
    return made


def evosweep(*words: str) -> list[str]:
    """What starts `python -m evosweep WORDS`, from imports that are made where it can be so."""
    if family := warm_evosweep.FAMILIES.get(words[0], "") if words else "":
        _hold(family)
    return [sys.executable, "-IS", warm_evosweep.__file__, _NAME, *words]


def start(
    words: Sequence[str], environment: Mapping[str, str]
) -> "Command | subprocess.Popen[str]":
    """Start `python -m evosweep WORDS`, from imports that are made where it can be so."""
    _hold(family := warm_evosweep.FAMILIES[words[0]])
    ends = [os.pipe() for _ in ("stdout", "stderr")]
    with open(os.devnull) as nothing:  # noqa: PTH123
        streams = [nothing.fileno(), *(write for _, write in ends)]
        place = warm_evosweep.address(_NAME, family)
        server = warm_evosweep.ask(place, words, streams, environment)
    for _, write in ends:
        os.close(write)
    if server is not None:
        if (pid := warm_evosweep.started(server)) is not None:
            return Command(server, pid, [read for read, _ in ends])
        server.close()
    for read, _ in ends:
        os.close(read)
    return start_new(words, environment)


def start_new(words: Sequence[str], environment: Mapping[str, str]) -> "subprocess.Popen[str]":
    """Start it by a Python of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "evosweep", *words],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def evosweep_in_bash() -> dict[str, str]:
    """The variable by which `evosweep` in a bash is what `evosweep` above starts."""
    for family in set(warm_evosweep.FAMILIES.values()):
        _hold(family)
    warmed, cases = shlex.join(evosweep()), "|".join(warm_evosweep.FAMILIES)
    body = f'case "${{1-}}" in {cases}) {warmed} "$@";; *) command evosweep "$@";; esac'
    return {"BASH_FUNC_evosweep%%": f"() {{ {body}\n}}"}


@functools.cache
def _hold(family: str) -> socket.socket:
    """Start the server of a family unless it is there; it stays while this process does."""
    address = warm_evosweep.address(_NAME, family)
    door = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with door, contextlib.suppress(OSError):  # another process of pytest has it
        door.bind(address)
        door.listen(100)
        _start_commands(family, door)
    holder = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    atexit.register(holder.close)
    with contextlib.suppress(OSError):  # commands start anew where no server is
        holder.connect(address)
        holder.send(HOLD)
    return holder


def _start_commands(family: str, door: socket.socket) -> None:
    subprocess.run(
        [sys.executable, str(_HERE / "warm_server.py"), family, str(door.fileno())],
        check=True,
        cwd="/",
        env=_ENVIRONMENT | dict.fromkeys(THREAD_VARIABLES, "1"),
        pass_fds=[door.fileno()],
        start_new_session=True,
        stdin=subprocess.DEVNULL,
    )


def _serve(control: socket.socket) -> dict[str, Any]:
    """Fork programs until nobody can ask for more; returns in each, with what it is to be."""
    replies: dict[int, socket.socket] = {}
    while True:
        _tell_the_end(replies)
        if not select.select([control], [], [], _LOOK if replies else None)[0]:
            continue
        text, ends, _, _ = socket.recv_fds(control, _REQUEST, 2)
        if not text:
            sys.exit()
        if (pid := os.fork()) == 0:
            _become(control, replies, ends)
            return json.loads(text)  # type: ignore[no-any-return]
        replies[pid] = socket.socket(fileno=ends[0])
        os.close(ends[1])


def _tell_the_end(replies: dict[int, socket.socket]) -> None:
    for pid in list(replies):
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            with replies.pop(pid) as reply, contextlib.suppress(OSError):  # nobody may ask
                reply.send(str(os.waitstatus_to_exitcode(status)).encode())


def _become(
    control: socket.socket, replies: Mapping[int, socket.socket], ends: Sequence[int]
) -> None:
    """Leave the server, as the leader of a group of its own; only then is the number told."""
    os.setsid()
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    for number in (1, 2):
        os.dup2(ends[1], number)
    control.detach()  # was 0
    for reply in replies.values():
        reply.close()
    with socket.socket(fileno=ends[0]) as reply:
        reply.send(str(os.getpid()).encode())
    for each in (ends[1], nothing):
        os.close(each)


def _run(request: Mapping[str, Any]) -> None:
    words = request["words"]
    os.chdir(request["folder"])
    os.environ.clear()
    os.environ.update(request["environment"])
    sys.argv[:] = words
    sys.orig_argv[:] = [sys.executable, "-m", *words]
    sys.path.insert(0, request["folder"])
    runpy.run_module(words[0], run_name="__main__", alter_sys=True)


def _prepare(name: str) -> None:
    """Import a module; of `module:function`, call the function too."""
    module, _, function = name.partition(":")
    imported = importlib.import_module(module)
    if function:
        operator.attrgetter(function)(imported)()


if __name__ == "__main__":
    del sys.path[0]  # of this file
    for name in sys.argv[1:]:
        _prepare(name)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    gc.collect()
    gc.freeze()
    _run(_serve(socket.socket(fileno=0)))
