"""The working process of a warm `evosweep run`: forked from its supervisor, which has its imports.

Elsewhere a supervisor starts a Python. What it has here of that process is the same: a session of
its own, no file but its streams, its environment, and a number to wait for and to kill. Where the
environment has what must be there before the imports, a Python is started as ever.
"""

import os
import signal
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable, Mapping, Sequence
from types import ModuleType, SimpleNamespace
from typing import Any, NoReturn

PROGRAM = "evosweep.entry.working_process"
_READ_EARLY = (
    *("GLIBC", "GOTO", "LD_", "MALLOC", "MKL_", "NPY_", "NUMEXPR_", "OMP_", "OPENBLAS_"),
    *("PYTHON", "VECLIB_"),
)
_OF_A_CALL = {"PYTHONSAFEPATH"}  # a working process drops it as soon as it has started
_ONE_THREAD = ("_THREADS", "1")  # as there was at the imports


class Forked:
    """A child, with what a supervisor uses of `subprocess.Popen`."""

    def __init__(self, work: Callable[[], NoReturn]) -> None:
        sys.stdout.flush()
        sys.stderr.flush()
        self.returncode: int | None = None
        self.pid = os.fork()
        if self.pid == 0:
            work()

    def poll(self) -> int | None:
        return self._wait(os.WNOHANG)

    def wait(self) -> int | None:
        return self._wait(0)

    def _wait(self, options: int) -> int | None:
        if self.returncode is None:
            pid, status = os.waitpid(self.pid, options)
            if pid:
                self.returncode = os.waitstatus_to_exitcode(status)
        return self.returncode


def install() -> None:
    """Let the supervisor of this process fork its working processes.

    The environment is still that in which the imports were made.
    """
    from evosweep.supervision import supervisor

    before = early(os.environ)

    def started(command: Sequence[str], *, env: Mapping[str, str], **rest: Any) -> object:
        if PROGRAM in command and early(env) == before:
            return Forked(lambda: _work(command[-1], env))
        return subprocess.Popen(command, env=env, **rest)

    supervisor.subprocess = SimpleNamespace(  # type: ignore[assignment]
        Popen=started, DEVNULL=subprocess.DEVNULL
    )


def early(environment: Mapping[str, str]) -> dict[str, str]:
    """What must be in an environment before the imports."""
    return {
        name: text
        for name, text in environment.items()
        if name.startswith(_READ_EARLY)
        and name not in _OF_A_CALL
        and (name[-len(_ONE_THREAD[0]) :], text) != _ONE_THREAD
    }


def become(environment: Mapping[str, str], stdin: int, *, kept: int | None = None) -> None:
    """Take a session, files, signals and variables as a new Python has them."""
    os.setsid()
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.dup2(stdin, 0)
    if kept is not None:
        os.closerange(3, kept)
    os.closerange(3 if kept is None else kept + 1, os.sysconf("SC_OPEN_MAX"))
    os.environ.clear()
    os.environ.update(environment)


def _work(folder: str, environment: Mapping[str, str]) -> NoReturn:
    """Become a working process."""
    try:
        become(environment, os.open(os.devnull, os.O_RDONLY))
        sys.stdout, sys.stderr = sys.__stdout__, sys.__stderr__
        sys.argv[:] = [sys.modules[__name__].__file__ or "", folder]
        sys.modules["__main__"] = ModuleType("__main__")
        from evosweep.processes import guard
        from evosweep.supervision.performer import main

        guard.follow_supervisor()
        main(folder)
        threading._shutdown()  # type: ignore[attr-defined]  # as Python waits at its end
        os._exit(0)
    except BaseException:
        traceback.print_exc()
        os._exit(1)
